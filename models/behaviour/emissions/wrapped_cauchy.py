"""Wrapped Cauchy noise of scale gamma (radians): the heaviest tails offered (Mardia & Jupp 2000, 3.5.7).

Density ``(1 - r^2) / (2 pi (1 + r^2 - 2 r cos e))`` with ``r = exp(-gamma)``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.emissions.emission import LOG_FULL_CIRCLE, Shown, bracket
from models.circular import wrap

LEAST, MOST = math.log(1e-4), math.log(10.0)


def log_density(error: Tensor, scale: Tensor) -> Tensor:
    """Log density (nats per radian), from ``1 - cos e`` and ``1 - r`` so that nothing cancels near 0."""
    length, rest = torch.exp(-scale), -torch.expm1(-scale)
    gap = 2 * torch.sin(error / 2) ** 2
    return torch.log(rest * (1 + length)) - torch.log(rest**2 + 2 * length * gap) - LOG_FULL_CIRCLE


@dataclass(frozen=True)
class WrappedCauchy:
    """Known scale gamma in radians: half of the unwrapped errors are smaller."""

    scale: float
    law = "wrapped_cauchy"

    @property
    def sd(self) -> float:
        """Circular sd ``sqrt(2 gamma)``, radians."""
        return math.sqrt(2 * self.scale)

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian)."""
        return log_density(error.double(), torch.tensor(self.scale, dtype=torch.float64))

    def harmonics(self, count: int) -> Tensor:
        """``exp(-k gamma)``."""
        return torch.exp(-self.scale * torch.arange(1, count + 1, dtype=torch.float64))

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors."""
        uniform = torch.rand(count, generator=generator, dtype=torch.float64)
        return wrap(self.scale * torch.tan(math.pi * (uniform - 0.5)))

    def to_json(self) -> dict[str, Any]:
        """The scale."""
        return {"law": self.law, "scale": self.scale}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> WrappedCauchy:
        """From ``to_json``."""
        return WrappedCauchy(float(plain["scale"]))


class WrappedCauchyFamily:
    """The law while it is fitted, by log gamma."""

    name = "wrapped_cauchy"
    parameters: tuple[str, ...] = ("log_scale",)
    priors: tuple[tuple[float, float], ...] = ((math.log(0.2), 0.8),)
    limits: tuple[tuple[float, float], ...] = ((LEAST, MOST),)

    def log_density(self, error: Tensor, values: Tensor) -> Tensor:
        """Log density at parameters ``(1,)``."""
        return log_density(error, values[0].exp())

    def start(self, concentration: float) -> list[float]:
        """As wide as a von Mises law of that concentration in its middle, about."""
        return [min(max(-0.5 * math.log(max(concentration, 1e-3)) - 0.4, LEAST), MOST)]

    def emission(self, values: Sequence[float]) -> WrappedCauchy:
        """The law with these parameters."""
        return WrappedCauchy(math.exp(values[0]))

    def shown(self, values: Sequence[float], sd: Sequence[float]) -> list[Shown]:
        """The scale in degrees."""
        value, low, high = (math.degrees(math.exp(end)) for end in bracket(values[0], sd[0]))
        return [Shown("scale", "Noise scale γ (degrees of the full circle)", value, low, high)]
