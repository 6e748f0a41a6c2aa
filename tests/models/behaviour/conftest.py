"""Trials simulated from a planted swap function (the generator of the published comparison)."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from models.behaviour.mixture import FixedMixture, SizeParameters, SwapCurve
from models.behaviour.swap_function import SwapFunction
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials

SEPARATION = math.pi / 6


def planted_log_odds(distance: Tensor) -> Tensor:
    """Log-odds of a non-target against the target; the published target logit of 1 is taken off."""
    return -3.5 + 4 * torch.exp(4 * (distance.cos() - 1))


def planted_model(set_size: int = 3, concentration: float = 10.0) -> FixedMixture:
    distance = torch.linspace(0, math.pi, 1441, dtype=torch.float64)
    curve = SwapCurve(distance, planted_log_odds(distance))
    return FixedMixture({set_size: SizeParameters(concentration, -2.0, curve)})


def spaced_angles(generator: torch.Generator, count: int, items: int) -> Tensor:
    """``(count, items)`` uniform angles at least pi / 6 apart, by rejection."""
    kept = torch.empty(0, items, dtype=torch.float64)
    while len(kept) < count:
        angles = (2 * torch.rand((4 * count, items), generator=generator, dtype=torch.float64) - 1) * math.pi
        gap = wrap(angles[:, :, None] - angles[:, None]).abs() + 10 * torch.eye(items, dtype=torch.float64)
        kept = torch.cat([kept, angles[gap.flatten(1).amin(1) >= SEPARATION]])
    return kept[:count]


def planted_trials(seed: int, count: int, set_size: int = 3) -> Trials:
    generator = torch.Generator().manual_seed(seed)
    displays = Displays(
        spaced_angles(generator, count, set_size),
        spaced_angles(generator, count, set_size),
        torch.full((count,), set_size),
    )
    return Trials.build(displays, planted_model(set_size).sample(displays, generator))


def as_scalar(value):
    return torch.tensor(float(value), dtype=torch.float64)


def make_swap_function(seed=0, points=8, width=0.4):
    generator = torch.Generator().manual_seed(seed)
    factor = torch.randn(points, points, generator=generator, dtype=torch.float64).tril(-1) * 0.1
    return SwapFunction(
        torch.linspace(0.6, 3.0, points, dtype=torch.float64),
        as_scalar(math.log(2)),
        as_scalar(1.0),
        as_scalar(-2.0),
        torch.randn(points, generator=generator, dtype=torch.float64),
        factor + width * torch.eye(points, dtype=torch.float64),
    )


@pytest.fixture(scope="session")
def planted() -> SimpleNamespace:
    """``trials(seed, count, set_size)``, the ``model`` they come from and its ``log_odds``."""
    return SimpleNamespace(trials=planted_trials, model=planted_model, log_odds=planted_log_odds)


@pytest.fixture(scope="session")
def make_function():
    return make_swap_function


@pytest.fixture(scope="session")
def scalar():
    return as_scalar
