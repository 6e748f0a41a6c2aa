"""Wrapped symmetric stable noise: stability alpha, scale gamma (radians); moments ``exp(-(gamma k)^alpha)``.

``alpha = 1`` is the wrapped Cauchy law, ``alpha -> 2`` the wrapped normal of sd ``gamma sqrt(2)`` (Nolan 2020, ch. 1).
The series needs ``(gamma K)^alpha > 14`` for six digits; the ranges of both parameters are chosen so that K = 2,048 is
enough everywhere and no density is negative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.emissions.emission import Shown, bracket
from models.behaviour.emissions.tabulated import HARMONICS, density_on_grid, interpolate, sd_of_length
from models.circular import wrap

LEAST_STABILITY, MOST_STABILITY = 0.7, 1.999
LEAST, MOST = math.log(0.03), math.log(2.5)


def moments(scale: Tensor, stability: Tensor, count: int = HARMONICS) -> Tensor:
    """``(count,)`` moments ``exp(-(gamma k)^alpha)``; differentiable in both scalars."""
    order = torch.arange(1, count + 1, dtype=torch.float64)
    return torch.exp(-((scale * order) ** stability))


def stability_of(value: Tensor) -> Tensor:
    """alpha in (0.7, 1.999) from an unconstrained number."""
    return LEAST_STABILITY + (MOST_STABILITY - LEAST_STABILITY) * torch.sigmoid(value)


@dataclass(frozen=True)
class WrappedStable:
    """Known stability alpha and scale gamma (radians)."""

    stability: float
    scale: float
    law = "wrapped_stable"

    @property
    def sd(self) -> float:
        """Circular sd ``sqrt(2 gamma^alpha)``, radians."""
        return sd_of_length(math.exp(-(self.scale**self.stability)))

    @cached_property
    def _density(self) -> Tensor:
        return density_on_grid(self.harmonics(HARMONICS))

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian), by interpolation."""
        return interpolate(self._density, error.double()).log()

    def harmonics(self, count: int) -> Tensor:
        """``exp(-(gamma k)^alpha)``."""
        return moments(_scalar(self.scale), _scalar(self.stability), count)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors (Chambers, Mallows & Stuck 1976, symmetric case)."""
        alpha = self.stability
        first, second = torch.rand(2, count, generator=generator, dtype=torch.float64).clamp(1e-15, 1 - 1e-15)
        angle, wait = math.pi * (first - 0.5), -second.log()
        drawn = torch.sin(alpha * angle) / torch.cos(angle) ** (1 / alpha)
        drawn = drawn * (torch.cos((1 - alpha) * angle) / wait) ** ((1 - alpha) / alpha)
        return wrap(self.scale * drawn)

    def to_json(self) -> dict[str, Any]:
        """Both parameters."""
        return {"law": self.law, "stability": self.stability, "scale": self.scale}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> WrappedStable:
        """From ``to_json``."""
        return WrappedStable(float(plain["stability"]), float(plain["scale"]))


def _scalar(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


class WrappedStableFamily:
    """The law while it is fitted, by log gamma and an unconstrained alpha."""

    name = "wrapped_stable"
    parameters: tuple[str, ...] = ("log_scale", "stability")
    priors: tuple[tuple[float, float], ...] = ((math.log(0.25), 0.6), (1.0, 1.5))
    limits: tuple[tuple[float, float], ...] = ((LEAST, MOST), (-8.0, 8.0))

    def log_density(self, error: Tensor, values: Tensor) -> Tensor:
        """Log density at parameters ``(2,)``."""
        return interpolate(density_on_grid(moments(values[0].exp(), stability_of(values[1]))), error).log()

    def start(self, concentration: float) -> list[float]:
        """As wide as a von Mises law of that concentration, with somewhat heavier tails."""
        return [min(max(-0.5 * math.log(2 * max(concentration, 1e-3)), LEAST), MOST), 1.5]

    def emission(self, values: Sequence[float]) -> WrappedStable:
        """The law with these parameters."""
        return WrappedStable(float(stability_of(_scalar(values[1]))), math.exp(values[0]))

    def shown(self, values: Sequence[float], sd: Sequence[float]) -> list[Shown]:
        """Scale in degrees, and stability."""
        value, low, high = (math.degrees(math.exp(end)) for end in bracket(values[0], sd[0]))
        tail = [float(stability_of(_scalar(end))) for end in bracket(values[1], sd[1])]
        return [
            Shown("scale", "Noise scale γ (degrees of the full circle)", value, low, high),
            Shown("stability", "Stability α of the noise (2 is normal, 1 is Cauchy)", *tail),
        ]
