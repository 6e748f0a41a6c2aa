"""Simulated trials with a planted swap function, as in the comparison of the published code.

Items have uniform probe and report values, each at least 30 degrees apart; noise is von Mises with kappa 10, guesses
have log-odds -2 against the target. The published generator is ``f(d) = -3.5 + 4 exp(4 (cos d - 1))``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from models.behaviour.bns import BNS
from models.behaviour.emissions import VonMises
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import BehaviourModel
from models.behaviour.swap_shapes import SwapCurve
from models.display_laws import separated_angles
from models.displays import Displays
from models.trials import Trials

SEPARATION = math.pi / 6
ANGLES = 180
_POINTS = 1441


class HasDensity(Protocol):
    """What can be scored."""

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` density of responding ``angles`` ``(A,)``, per radian."""
        ...


SHAPES: dict[str, Callable[[Tensor], Tensor]] = {
    "published": lambda distance: -3.5 + 4 * torch.exp(4 * (distance.cos() - 1)),
    "flat": lambda distance: torch.full_like(distance, -2.0),
    "broad": lambda distance: -3.0 + 2.5 * torch.exp(distance.cos() - 1),
    "bump": lambda distance: -3.2 + 2.2 * torch.exp(-(((distance - 1.6) / 0.5) ** 2)),
    "far": lambda distance: -2.0 - 1.5 * distance.cos(),
}
"""Log-odds of a non-target against the target by unsigned distance, radians."""


def planted_model(shape: str = "published", size: int = 3, feature: str = "probe") -> FixedMixture:
    """The truth: one set size, swaps by one feature's distance."""
    distance = torch.linspace(0, math.pi, _POINTS, dtype=torch.float64)
    curve = SwapCurve(distance, SHAPES[shape](distance), feature)
    return FixedMixture({size: SizeParameters(VonMises(10.0), -2.0, curve)})


def planted_displays(seed: int, count: int, size: int = 3) -> Displays:
    """``count`` displays of items at least 30 degrees apart in either feature."""
    generator = torch.Generator().manual_seed(seed)
    report, probe = (separated_angles(count, size, SEPARATION, generator) for _ in range(2))
    return Displays(report, probe, torch.full((count,), size))


def planted_trials(seed: int, count: int, truth: BehaviourModel | None = None, size: int = 3) -> Trials:
    """Displays and responses of the truth (the published one unless given)."""
    displays = planted_displays(seed, count, size)
    generator = torch.Generator().manual_seed(10_000 + seed)
    return Trials.build(displays, (truth or planted_model(size=size)).sample(displays, generator))


def expected_score(model: HasDensity, truth: HasDensity, displays: Displays) -> float:
    """Log density of responses to displays, nats a trial, averaged over all that the truth could answer.

    Scores of drawn responses would add a noise of 0.0005 to a loss of 0.002.
    """
    angles = torch.arange(ANGLES, dtype=torch.float64) * (2 * math.pi / ANGLES) - math.pi
    true, mine = (one.density(displays, angles) for one in (truth, model))
    return float((true * mine.log()).sum(1).mean() * (2 * math.pi / ANGLES))


def band(model: BNS, truth: FixedMixture) -> dict[str, float]:
    """Share of the observed grid where the 95 % band has the truth, and the rms error of the estimate (log-odds)."""
    gaps: list[Tensor] = []
    inside: list[Tensor] = []
    for block in model.blocks:
        for part, rows in zip(block.parts, block.part_rows, strict=True):
            curve = truth.sizes[part.sizes[0]].swap
            if len(part.axes) != 1 or not isinstance(curve, SwapCurve):
                continue
            low, high = part.observed[0]
            seen = (part.axis_grid >= low - 1e-9) & (part.axis_grid <= high + 1e-9)
            gap = (curve.value(part.axis_grid.abs()) - part.mean).abs()[seen]
            gaps.append(gap)
            inside.append(gap < 1.959964 * part.sd(block.root[rows])[seen])
    return {
        "coverage": float(torch.cat(inside).double().mean()),
        "rms_error": float(torch.cat(gaps).square().mean().sqrt()),
    }
