"""Is a cloud of responses to one display one cluster, or two, and are these at the two items?"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from torch import Tensor

from models.circular import wrap
from models.network.targets import unit

Numbers = NDArray[np.float64]

SMALLEST = 0.02  # share of the responses below which a few stray ones are no cluster
BETTER = 10.0  # by how much two clusters must lower the Bayesian information criterion
NEAR = math.pi / 6  # radians within which a cluster is at an item
VALLEY = 0.9  # density of the deepest place between two peaks, as a share of the lower one


@dataclass(frozen=True)
class Clusters:
    """What one display's responses look like along the line from the cued item to the other.

    Attributes:
        two: whether there are two clusters.
        swapped: share of the cluster nearer to the other item, where there are two and one of them is; else 0.
        at_items: whether there are two clusters, one at either item. Noise that destroys a memory lets it fall into
            attractors of the network's own, which may be two clusters anywhere.
    """

    two: bool = False
    swapped: float = 0.0
    at_items: bool = False


def along_chord(plane: Tensor, cued: Tensor, other: Tensor, radius: float) -> Tensor:
    """``(B, S)`` place of responses along the straight line between two items: 0 the cued one, 1 the other.

    Args:
        plane: ``(B, S, 2)`` responses in the behaviour plane.
        cued, other: ``(B,)`` reports, radians.
        radius: at which reports lie in the plane.
    """
    start, stop = radius * unit(cued), radius * unit(other)
    line = (stop - start)[:, None]
    return ((plane.double() - start[:, None]) * line).sum(-1) / line.square().sum(-1)


def along_arc(plane: Tensor, cued: Tensor, other: Tensor) -> Tensor:
    """``(B, S)`` place of the direction of responses along the arc between two items: 0 the cued one, 1 the other.

    The circle is cut opposite to the middle of the arc. Arguments as of ``along_chord``.
    """
    gap = wrap(other - cued)[:, None]
    middle = cued[:, None] + gap / 2
    return wrap(torch.atan2(plane[..., 1], plane[..., 0]).double() - middle) / gap + 0.5


def clusters(plane: Tensor, cued: Tensor, other: Tensor, radius: float) -> list[Clusters]:
    """Whether each display's responses form two clusters; arguments as of ``along_chord``.

    They must do so both along the straight line and along the arc between the items. One broad cluster on the circle
    is an arc, and the shadow of an arc on a line is densest at its two ends; one cluster near the origin has any
    directions. Neither is two clusters.
    """
    found = []
    chords, arcs = along_chord(plane, cued, other, radius), along_arc(plane, cued, other)
    gaps = wrap(other - cued).abs().tolist()
    for chord, arc, gap in zip(chords, arcs, gaps, strict=True):
        straight = _along(chord)
        around = _along(arc, NEAR / gap) if straight.two else Clusters()
        found.append(replace(straight, at_items=around.at_items) if around.two else Clusters())
    return found


def _along(places: Tensor, near: float = 0.0) -> Clusters:
    """Whether places ``(S,)`` along one line form two clusters; at the items are those within ``near`` of them.

    There are two if a mixture of two normal laws beats one normal law clearly, no component is a few stray responses,
    and the mixture's density has a valley between two peaks. The last is what tells two clusters from one that is
    skewed or has heavy tails, for which two components are better than one as well.
    """
    values = places.double().numpy()[:, None]
    one, two = GaussianMixture(1).fit(values), _fitted(values)
    weights, means = two.weights_, two.means_[:, 0]
    lower, upper = (int(k) for k in np.argsort(means))
    if weights.min() < SMALLEST or one.bic(values) - two.bic(values) < BETTER or not _has_valley(two, means):
        return Clusters()
    is_swapped = means[upper] > 0.5 > means[lower]
    at_items = abs(means[lower]) < near and abs(means[upper] - 1) < near
    return Clusters(True, float(weights[upper]) if is_swapped else 0.0, at_items)


def _fitted(values: Numbers) -> GaussianMixture:
    """Two components, started at the two items: clusters of a few per cent are missed from random starts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        starts = [np.array([[0.0], [1.0]]), np.quantile(values, (0.1, 0.9)).reshape(2, 1)]
        fits = [GaussianMixture(2, means_init=start, reg_covar=1e-5).fit(values) for start in starts]
    return min(fits, key=lambda fit: float(fit.bic(values)))


def _has_valley(mixture: GaussianMixture, means: Numbers) -> bool:
    places = np.linspace(means.min(), means.max(), 201)[:, None]
    density = np.exp(mixture.score_samples(places))
    return bool(density.min() < VALLEY * min(density[0], density[-1]))
