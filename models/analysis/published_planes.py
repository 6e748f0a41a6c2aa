"""The statistic of planes that was published: what of a difference from the published curves is due to the statistic?

Radmard, Bays & Lengyel (2025, arXiv 2512.04808): activity is reduced to three principal components, anew at every step;
the plane of the cued item is that of the means over bins of its report; the cosine of the planes' unsigned normals is
taken. Reports of items on a display are kept apart, so that means over one item's report hold the other item as well,
around the opposite report: planes that are orthogonal have a cosine far from 0 (``orthogonal_cosine``, 0.54 at the
published separation, as in the published curves of networks without swaps). ``planes.measure`` has no such floor.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

BINS = 16  # of the report


def orthogonal_cosine(separation: float) -> float:
    """What the statistic says of items in orthogonal planes whose reports are at least ``separation`` radians apart.

    Given one report, the mean of ``exp(i other)`` over what is left of the circle is ``-c exp(i one)`` with
    ``c = sin(separation) / (pi - separation)``; means in the planes A and B become ``A - c B`` and ``B - c A``, whose
    cosine is ``2 c / (1 + c^2)`` in size.
    """
    other = math.sin(separation) / (math.pi - separation)
    return 2 * other / (1 + other**2)


def published_cosine(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> Tensor:
    """``(T,)`` cosine, 0 to 1, of the normals of the cued items' planes in three components of all activity.

    Args:
        first, second: reports ``(M, K)`` in radians, the cued item's first, and activity ``(M, T, m)``, of trials in
            which one item and in which the other is cued.
    """
    states = torch.cat([first[1], second[1]])
    spread = (states - states.mean(0)).transpose(0, 1)
    components = torch.linalg.eigh(spread.mT @ spread).eigenvectors[..., -3:]
    one, other = (_normal(reports[:, 0], states, components) for reports, states in (first, second))
    return (one * other).sum(-1).abs()


def _normal(report: Tensor, states: Tensor, components: Tensor) -> Tensor:
    """``(T, 3)`` the axis of least variance of the means over bins of the report."""
    bins = ((report + math.pi) / (2 * math.pi) * BINS).long().clamp(0, BINS - 1)
    member = torch.nn.functional.one_hot(bins, BINS).to(states)
    member = member[:, member.any(0)]
    means = (member.T @ states.flatten(1) / member.sum(0)[:, None]).unflatten(1, states.shape[1:])
    reduced = (means - means.mean(0)).transpose(0, 1) @ components
    return torch.linalg.svd(reduced, full_matrices=False).Vh[:, 2]
