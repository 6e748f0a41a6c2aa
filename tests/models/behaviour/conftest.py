"""Trials simulated from planted swap functions (the generator of the published comparison), and fits to share."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from models.behaviour.emissions import VonMises
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_function import SwapFunction
from models.behaviour.swap_shapes import SwapCurve, whole_circle
from models.circular import wrap
from models.displays import Displays
from models.trials import Trials

SEPARATION = math.pi / 6


def planted_log_odds(distance: Tensor) -> Tensor:
    """Log-odds of a non-target against the target; the published target logit of 1 is taken off."""
    return -3.5 + 4 * torch.exp(4 * (distance.cos() - 1))


def planted_model(set_size: int = 3, concentration: float = 10.0, feature: str = "probe") -> FixedMixture:
    distance = torch.linspace(0, math.pi, 1441, dtype=torch.float64)
    curve = SwapCurve(distance, planted_log_odds(distance), feature)
    return FixedMixture({set_size: SizeParameters(VonMises(concentration), -2.0, curve)})


def lopsided_log_odds(distance: Tensor) -> Tensor:
    """Of signed distances: more swaps to one side of the target than to the other."""
    return -2.2 + 1.5 * distance.sin() + distance.cos()


def lopsided_model(set_size: int = 3) -> FixedMixture:
    distance = whole_circle(1441)
    curve = SwapCurve(distance, lopsided_log_odds(distance))
    return FixedMixture({set_size: SizeParameters(VonMises(10.0), -2.0, curve)})


def spaced_angles(generator: torch.Generator, count: int, items: int) -> Tensor:
    """``(count, items)`` uniform angles at least pi / 6 apart, by rejection."""
    kept = torch.empty(0, items, dtype=torch.float64)
    while len(kept) < count:
        angles = (2 * torch.rand((4 * count, items), generator=generator, dtype=torch.float64) - 1) * math.pi
        gap = wrap(angles[:, :, None] - angles[:, None]).abs() + 10 * torch.eye(items, dtype=torch.float64)
        kept = torch.cat([kept, angles[gap.flatten(1).amin(1) >= SEPARATION]])
    return kept[:count]


def spaced_displays(seed: int, count: int, set_size: int = 3) -> Displays:
    generator = torch.Generator().manual_seed(seed)
    report, probe = (spaced_angles(generator, count, set_size) for _ in range(2))
    return Displays(report, probe, torch.full((count,), set_size))


def answered(model, displays: Displays, seed: int) -> Trials:
    """What a model answers to displays."""
    return Trials.build(displays, model.sample(displays, torch.Generator().manual_seed(seed + 10_000)))


def planted_trials(seed: int, count: int, set_size: int = 3, model=None) -> Trials:
    generator = torch.Generator().manual_seed(seed)
    displays = Displays(
        spaced_angles(generator, count, set_size),
        spaced_angles(generator, count, set_size),
        torch.full((count,), set_size),
    )
    model = planted_model(set_size) if model is None else model
    return Trials.build(displays, model.sample(displays, generator))


def as_scalar(value):
    return torch.tensor(float(value), dtype=torch.float64)


def make_swap_function(seed=0, points=8, width=0.4, axes=1, even=True):
    generator = torch.Generator().manual_seed(seed)
    place = torch.linspace(0.6, 3.0, points, dtype=torch.float64)
    inducing = (place if even else torch.cat([-place.flip(0), place]),) * axes
    count = math.prod(len(axis) for axis in inducing)
    factor = torch.randn(count, count, generator=generator, dtype=torch.float64).tril(-1) * 0.8 / count
    return SwapFunction(
        inducing,
        even,
        as_scalar(math.log(2)),
        torch.linspace(1.0, 1.4, axes, dtype=torch.float64),
        as_scalar(-2.0),
        torch.randn(count, generator=generator, dtype=torch.float64),
        factor + width * torch.eye(count, dtype=torch.float64),
    )


@pytest.fixture(scope="session")
def planted() -> SimpleNamespace:
    """Trials, the model they come from and its swap function; ``lopsided`` ones tell directions apart."""
    return SimpleNamespace(
        trials=planted_trials,
        model=planted_model,
        log_odds=planted_log_odds,
        displays=spaced_displays,
        lopsided=lopsided_model,
        lopsided_log_odds=lopsided_log_odds,
    )


@pytest.fixture(scope="session")
def make_function():
    return make_swap_function


@pytest.fixture(scope="session")
def scalar():
    return as_scalar


@pytest.fixture(scope="session")
def planted_2000() -> Trials:
    """2,000 trials of three items, swaps by probe distance."""
    return planted_trials(0, 2000)


@pytest.fixture(scope="session")
def planted_fit(planted_2000):
    """BNS as usual, fitted to ``planted_2000``."""
    return fit(FitConfig(), planted_2000)
