"""Planes of the cued items in two kinds of trials, compared step by step. Tensors in, tensors out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.plane_geometry import plane_of, principal_angles, same_code, shared, tuning_to

Labelled = tuple[Tensor, Tensor]
"""Reports ``(M, K)`` of the items, the cued one first, and memory activity ``(M, T, m)``."""


@dataclass(frozen=True)
class Comparison:
    """How the planes of the cued item lie in two kinds of trials; all ``(T,)`` but tuning.

    Attributes:
        between: share of one item's plane in the other's, over halves of the trials.
        within: share of a plane in itself, over halves.
        cued_uncued: share of the cued item's plane in that of the other item of the same trials, over halves.
        uncued: share of the plane of one item, where it is not cued, in that of the other where that is not cued.
        uncued_within: share of an uncued item's plane in itself, over halves.
        largest: the second principal angle between the items' planes, degrees.
        code: correlation of the two items' condition means, over halves.
        code_within: of one item's condition means with themselves, over halves.
        variance: share of the variance of activity that is in the plane of its cued item.
        tuning: ``(2, T, 2 H, m)`` of the cued item in either kind.
    """

    between: Tensor
    within: Tensor
    cued_uncued: Tensor
    uncued: Tensor
    uncued_within: Tensor
    largest: Tensor
    code: Tensor
    code_within: Tensor
    variance: Tensor
    tuning: Tensor


def compare(first: Labelled, second: Labelled) -> Comparison:
    """Compare trials in which one item is cued with trials in which another is."""
    kinds = (first, second)
    tuning = [[tuning_to(angles[half::2], states[half::2])[:2] for half in (0, 1)] for angles, states in kinds]
    planes = [[plane_of(half) for half in kind] for kind in tuning]
    across = [(planes[0][i], planes[1][j]) for i in (0, 1) for j in (0, 1)]
    apart = [(kind[i], kind[1 - i]) for kind in planes for i in (0, 1)]
    return Comparison(
        between=_mean(shared(one[0], other[0]) for one, other in across),
        within=_mean(shared(one[0], other[0]) for one, other in apart),
        cued_uncued=_mean(shared(one[0], other[1]) for one, other in apart),
        uncued=_mean(shared(one[1], other[1]) for one, other in across),
        uncued_within=_mean(shared(one[1], other[1]) for one, other in apart),
        largest=_mean(principal_angles(one[0], other[0])[..., 1] for one, other in across),
        code=_mean(same_code(tuning[0][i][0], tuning[1][j][0]) for i in (0, 1) for j in (0, 1)),
        code_within=_mean(same_code(halves[0][0], halves[1][0]) for halves in tuning),
        variance=_mean(_inside(states, kind[0][0]) for (_, states), kind in zip(kinds, planes, strict=True)),
        tuning=torch.stack([(halves[0][0] + halves[1][0]) / 2 for halves in tuning]),
    )


def _mean(values: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(values)).mean(0)


def _inside(states: Tensor, plane: Tensor) -> Tensor:
    """``(T,)`` share of the variance over trials of states ``(M, T, m)`` that is in planes ``(T, m, 2)``."""
    inside = torch.einsum("mtd,tdp->mtp", states, plane).var(0).sum(-1)
    return inside / states.var(0).sum(-1).clamp(min=1e-12)
