"""When swap trials leave correct trials of the same displays, with its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

DRAWS = 400
CERTAIN = 2.58  # standard errors: 99 %, at every step from the departure on
LEAST_RISE = 0.2  # of a projection, below which swap trials never left the correct ones


@dataclass(frozen=True)
class Decision:
    """Seconds at which swap trials are half way; bounds of a 95 % interval; None where they never leave."""

    time: float | None
    low: float | None
    high: float | None


def rise_time(curve: Tensor, seconds: Tensor, level: float | None = None) -> float | None:
    """When a curve ``(T,)`` passes a level for good, seconds, linear between steps; None if it does not end above it.

    Args:
        curve: values by time; NaN counts as below.
        seconds: ``(T,)`` times.
        level: to be passed; None is half of the last value, if that is at least ``LEAST_RISE``.
    """
    last = float(curve[-1])
    if level is None:
        level = last / 2 if last >= LEAST_RISE else math.inf
    if not last > level:
        return None
    below = (~(curve > level)).nonzero()[:, 0]
    if not len(below):
        return float(seconds[0])
    step = int(below[-1])
    before, after = float(curve[step].nan_to_num()), float(curve[step + 1])
    share = (level - before) / max(after - before, 1e-12)
    return float(seconds[step] + share * (seconds[step + 1] - seconds[step]))


def decision(swap: tuple[Tensor, Tensor], same: tuple[Tensor, Tensor], seconds: Tensor, seed: int = 0) -> Decision:
    """When the normalised projection of swap trials is half way between that of correct trials and its end.

    Args:
        swap: ``along`` and ``apart`` of the swap trials, ``(T, M)`` each; see ``error_types.Evidence``.
        same: of correct trials of the same displays.
        seconds: ``(T,)`` times.
        seed: of the bootstrap, which draws pairs of trials.
    """
    generator = torch.Generator().manual_seed(seed)
    pairs = swap[0].shape[1]
    picks = torch.randint(pairs, (DRAWS, pairs), generator=generator)
    times = torch.zeros(DRAWS, pairs, dtype=swap[0].dtype)
    times.scatter_add_(1, picks, torch.ones_like(times))
    times = torch.cat([torch.ones_like(times[:1]), times])
    curves = (times @ swap[0].T) / (times @ swap[1].T) - (times @ same[0].T) / (times @ same[1].T)
    found = [rise_time(curve, seconds) for curve in curves]
    drawn = torch.tensor([math.nan if one is None else one for one in found[1:]], dtype=torch.float64)
    if found[0] is None or float(drawn.isfinite().double().mean()) < 0.95:
        return Decision(found[0], None, None)
    low, high = torch.nanquantile(drawn, torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return Decision(found[0], low, high)


def looks_wrong(swap: Tensor, same: Tensor) -> Tensor:
    """``(T,)`` share of pairs in which the swap trial has the higher score; ties count half. Chance is 1/2.

    Args:
        swap, same: ``(T, M)`` scores of swap trials and of correct trials of the same displays.
    """
    return ((swap > same).double() + 0.5 * (swap == same).double()).mean(1)


def departure(share: Tensor, pairs: int, seconds: Tensor) -> float | None:
    """Seconds from which on a share ``(T,)`` of ``pairs`` pairs is above chance at every step (99 %); None if never."""
    above = (share - 0.5) > CERTAIN * math.sqrt(0.25 / max(pairs, 1))
    chance = (~above).nonzero()[:, 0]
    first = int(chance[-1]) + 1 if len(chance) else 0
    return float(seconds[first]) if first < len(seconds) else None
