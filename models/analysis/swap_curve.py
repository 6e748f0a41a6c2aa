"""How often an item is reported in place of the cued one, against its probe distance: responses and law."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.components import Attribution
from models.displays import Displays

BINS = 9
PLACES = 18  # at most so many different distances are kept apart
DRAWS = 400


@dataclass(frozen=True)
class SwapCurve:
    """Probability that one non-target is reported, by its unsigned probe distance.

    Attributes:
        distance: ``(K,)`` radians, the mean of each bin, ascending; empty if no display has two items with a probe.
        target: ``(K,)`` what the law asks for on these displays.
        found: ``(K,)`` what the responses do; ``low`` and ``high`` bound its 95 % bootstrap band over displays.
    """

    distance: Tensor
    target: Tensor
    found: Tensor
    low: Tensor
    high: Tensor

    @property
    def largest_error(self) -> float:
        """Largest absolute difference of the two curves, a probability; 0 where there is no curve."""
        return float((self.found - self.target).abs().max()) if len(self.distance) else 0.0


def distance_bins(displays: Displays) -> Tensor:
    """``(B, N)`` int64: the bin of every non-target's probe distance; -1 for the cued item and where there is none.

    Distances of evenly spaced places are kept as they are; a continuum is cut into bins of equally many items.
    """
    distance = _distances(displays)
    wanted = distance.isfinite()
    bins = torch.full(distance.shape, -1)
    values = distance[wanted]
    if not len(values):
        return bins
    places = (values * 1e6).round().unique() / 1e6
    if len(places) <= PLACES:
        edges = (places[1:] + places[:-1]) / 2
    else:
        edges = torch.quantile(values[:100_000], torch.linspace(0, 1, BINS + 1, dtype=torch.float64))[1:-1]
    bins[wanted] = torch.bucketize(values, edges)
    return bins


def swap_curve(displays: Displays, bins: Tensor, attribution: Attribution, generator: torch.Generator) -> SwapCurve:
    """The curve over the bins of ``distance_bins``, with a band from resampling displays."""
    count = int(bins.max()) + 1
    if count == 0:
        empty = torch.zeros(0, dtype=torch.float64)
        return SwapCurve(empty, empty, empty, empty, empty)
    inside = torch.nn.functional.one_hot(bins.clamp(min=0), count).double() * (bins >= 0)[..., None]
    items = inside.sum(1)
    total = items.sum(0).clamp(min=1)
    distance = torch.einsum("bn,bnk->k", _distances(displays).nan_to_num(), inside) / total
    target, found = (torch.einsum("bn,bnk->bk", w[:, 1:], inside) for w in (attribution.target, attribution.share))
    band = _bootstrap(found, items, generator)
    return SwapCurve(distance, target.sum(0) / total, found.sum(0) / total, band[0], band[1])


def _bootstrap(values: Tensor, items: Tensor, generator: torch.Generator) -> Tensor:
    """``(2, K)``: the 2.5 % and 97.5 % quantiles of ratios of sums over displays drawn with repetition."""
    count = len(values)
    ratios = []
    for _ in range(DRAWS):
        times = torch.randint(count, (count,), generator=generator).bincount(minlength=count).double()
        ratios.append((times @ values) / (times @ items).clamp(min=1))
    return torch.quantile(torch.stack(ratios), torch.tensor([0.025, 0.975], dtype=torch.float64), dim=0)


def _distances(displays: Displays) -> Tensor:
    """``(B, N)`` unsigned probe distances in radians; NaN for the cued item and where there is none."""
    distance = torch.where(displays.present, displays.probe_distance.double().abs(), math.nan)
    distance[:, 0] = math.nan
    return distance
