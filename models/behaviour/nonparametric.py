"""How often each item is reported, estimated without a law of the errors (after Bays 2016, Sci. Rep. 6:19203).

Bays compares the mean deviation of the responses from every item with the deviation that chance would give, which
holds for items that are independent of each other. Here the deviation is measured by the cosine, for which items that
keep a minimum separation, or any other dependence, can be taken out exactly. If item j is the source of the response
y with probability alpha_j and y scatters symmetrically around its source, then for every display

    E[exp(i y) | r_1 .. r_N] = R sum_j alpha_j exp(i r_j),

with R the mean cosine of the errors around the source, whatever their law. So R alpha_j are the coefficients of a
linear regression of exp(i y) on the items' exp(i r_j), and the alphas sum to 1. Guesses only make R smaller: alpha is
the share among the responses that follow an item. For independent items the regression is the ratio of mean cosines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.displays import Displays

BINS, PLACES = 9, 18
_ITEMS_A_BIN = 40  # fewer give intervals as wide as the axis
_SAME_PLACE = 1e-3  # radians: what files round angles to, and more
_TRIALS_AT_ONCE = 4096
_LEAST_RESULTANT = 0.05


@dataclass(frozen=True)
class ItemClasses:
    """Non-targets that share one alpha.

    Attributes:
        member: ``(M, N)`` int64, the class of every non-target; -1 for the cued item and where there is none.
        distance: ``(K,)`` mean unsigned distance from the cued item in each class, radians.
        edges: ``(K + 1,)`` borders between the classes, radians, ascending.
    """

    member: Tensor
    distance: Tensor
    edges: Tensor

    def __len__(self) -> int:
        return len(self.distance)


@dataclass(frozen=True)
class Alpha:
    """Probabilities of reporting an item, among responses that follow one.

    Attributes:
        target: of the cued item.
        each: ``(K,)`` of *one* non-target of each class; unbiased, so that it may fall a little below 0.
        resultant: R, the mean cosine of the errors around their source.
        low, high: ``(K,)`` bounds of the 95 % bootstrap interval of ``each``; equal to it without a bootstrap.
        target_low, target_high: the same for ``target``.
    """

    target: float
    each: Tensor
    resultant: float
    low: Tensor
    high: Tensor
    target_low: float
    target_high: float


def by_distance(distance: Tensor, present: Tensor) -> ItemClasses:
    """Classes of unsigned distance, ``(M, N)`` radians.

    Distances of evenly spaced places are kept apart; a continuum is cut into bins of equally many items.
    """
    distance = torch.where(present, distance.double().abs(), math.nan)
    distance[:, 0] = math.nan
    wanted = distance.isfinite()
    member = torch.full(distance.shape, -1)
    values = distance[wanted]
    if not len(values):
        return ItemClasses(member, torch.zeros(0, dtype=torch.float64), torch.zeros(0, dtype=torch.float64))
    borders = _borders(values)
    index = torch.bucketize(values, borders[1:-1], right=True)
    member[wanted] = index
    count = torch.bincount(index, minlength=len(borders) - 1)
    mean = torch.bincount(index, values, minlength=len(borders) - 1) / count.clamp(min=1)
    return ItemClasses(member, mean, borders)


def _borders(values: Tensor) -> Tensor:
    """``(K + 1,)`` borders around discrete places, or quantiles of a continuum."""
    ordered = values.sort().values
    place = torch.cat([torch.zeros(1), (ordered.diff() > _SAME_PLACE).double()]).cumsum(0).long()
    count = torch.bincount(place)
    if len(count) <= PLACES and int(count.min()) >= _ITEMS_A_BIN // 2:
        places = torch.bincount(place, ordered) / count
        half = float(places.diff().min()) / 2 if len(places) > 1 else math.pi / PLACES
        first, last = (places[:1] - half).clamp(min=0), (places[-1:] + half).clamp(max=math.pi)
        return torch.cat([first, (places[1:] + places[:-1]) / 2, last])
    bins = min(max(len(values) // _ITEMS_A_BIN, 1), BINS)
    levels = torch.linspace(0, 1, bins + 1, dtype=torch.float64)
    borders = ordered[(levels * (len(ordered) - 1)).round().long()].unique()
    return borders if len(borders) > 1 else torch.cat([borders, borders + 1e-6])


def by_rank(distance: Tensor, present: Tensor) -> ItemClasses:
    """Classes of the nearest, second nearest, ... non-target of each display, by unsigned distance ``(M, N)``."""
    distance = torch.where(present, distance.double().abs(), torch.inf)
    distance[:, 0] = torch.inf
    rank = distance.argsort(1).argsort(1)
    wanted = distance.isfinite()
    member = torch.where(wanted, rank, -1)
    count = int(member.max()) + 1
    means = torch.stack([distance[member == k].mean() for k in range(count)]) if count else torch.zeros(0).double()
    return ItemClasses(member, means, torch.arange(count + 1, dtype=torch.float64))


def estimate(
    displays: Displays, phasor: Tensor, classes: ItemClasses, generator: torch.Generator | None = None, draws: int = 500
) -> Alpha | None:
    """The alphas of displays of *one* set size; None where the responses follow no item.

    Args:
        displays: ``(M, N)``, all of one set size.
        phasor: ``(M,)`` complex128: ``exp(i y)`` of the responses, or its expectation under a model.
        classes: which non-targets share one alpha.
        generator: for the bootstrap over trials (Poisson weights); None for none.
        draws: of the bootstrap.
    """
    items = _class_sums(displays, classes)
    count = _class_counts(classes)
    sums = _moments(items, phasor, count, torch.ones(1, len(phasor), dtype=torch.float64))
    alpha, resultant = _solve(*sums)
    if float(resultant[0]) < _LEAST_RESULTANT:
        return None
    point = alpha[0]
    low = high = point
    if generator is not None:
        drawn, _ = _solve(*_resampled(items, phasor, count, generator, draws))
        low, high = torch.quantile(drawn, torch.tensor([0.025, 0.975], dtype=torch.float64), dim=0)
        low, high = torch.minimum(low, point), torch.maximum(high, point)
    return Alpha(
        float(point[0]), point[1:], float(resultant[0]), low[1:], high[1:], float(low[0]), float(high[0])
    )  # fmt: skip


def _class_sums(displays: Displays, classes: ItemClasses) -> Tensor:
    """``(M, 1 + K)`` complex: the cued item's ``exp(i r)``, then its sum over the non-targets of each class."""
    angle = torch.where(displays.present, displays.report.double(), 0.0)
    phasor = torch.polar(torch.ones_like(angle), angle)
    sums = [phasor[:, :1]]
    sums += [(phasor * (classes.member == k)).sum(1, keepdim=True) for k in range(len(classes))]
    return torch.cat(sums, 1)


def _class_counts(classes: ItemClasses) -> Tensor:
    """``(M, 1 + K)`` how many items of each class a display holds; the cued item is alone in the first."""
    count = [(classes.member == k).sum(1, keepdim=True) for k in range(len(classes))]
    return torch.cat([torch.ones(len(classes.member), 1), *count], 1).double()


Sums = tuple[Tensor, Tensor, Tensor]


def _moments(items: Tensor, phasor: Tensor, count: Tensor, weight: Tensor) -> Sums:
    """Weighted sums over trials for each row of ``weight`` ``(B, M)``: Gram matrix, right-hand side, counts."""
    gram = (items.conj()[:, :, None] * items[:, None, :]).real
    right = (items.conj() * phasor[:, None]).real
    width = items.shape[1]
    return (weight @ gram.flatten(1)).view(-1, width, width), weight @ right, weight @ count


def _resampled(items: Tensor, phasor: Tensor, count: Tensor, generator: torch.Generator, draws: int) -> Sums:
    """The sums for trials drawn with repetition: every trial counts a Poisson number of times, part by part."""
    parts = [torch.zeros(1)] * 3
    for start in range(0, len(phasor), _TRIALS_AT_ONCE):
        here = slice(start, start + _TRIALS_AT_ONCE)
        once = torch.ones(draws, len(phasor[here]), dtype=torch.float64)
        more = _moments(items[here], phasor[here], count[here], torch.poisson(once, generator))
        parts = [old + new for old, new in zip(parts, more, strict=True)]
    return parts[0], parts[1], parts[2]


def _solve(gram: Tensor, right: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    """Alphas ``(B, 1 + K)`` and R ``(B,)`` from the sums."""
    scaled = (torch.linalg.pinv(gram, hermitian=True) @ right[..., None])[..., 0]
    resultant = (scaled * count / count[:, :1].clamp(min=1)).sum(1)  # a bootstrap of few trials may draw none
    return scaled / resultant.clamp(min=_LEAST_RESULTANT / 2)[:, None], resultant
