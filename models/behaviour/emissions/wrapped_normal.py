"""Wrapped normal noise: a normal error of sd sigma (radians) wound round the circle (Mardia & Jupp 2000, 3.5.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.emissions.emission import LOG_FULL_CIRCLE, Shown, bracket
from models.circular import wrap

_TURNS = (0.0, -1.0, 1.0, -2.0, 2.0)
LEAST, MOST = math.log(1e-3), math.log(2.5)  # beyond 2.5 rad five windings no longer suffice, and the law is flat


def log_density(error: Tensor, sd: Tensor) -> Tensor:
    """Log density (nats per radian): the sum over the five nearest windings, exact to 1e-6 up to an sd of 2.5 rad."""
    each = torch.stack([-0.5 * ((error.abs() + 2 * math.pi * turn) / sd) ** 2 for turn in _TURNS])
    return each.logsumexp(0) - sd.log() - 0.5 * LOG_FULL_CIRCLE


@dataclass(frozen=True)
class WrappedNormal:
    """Known sd sigma in radians, which is also the circular sd."""

    sd: float
    law = "wrapped_normal"

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian)."""
        return log_density(error.double(), torch.tensor(self.sd, dtype=torch.float64))

    def harmonics(self, count: int) -> Tensor:
        """``exp(-k^2 sigma^2 / 2)``."""
        order = torch.arange(1, count + 1, dtype=torch.float64)
        return torch.exp(-0.5 * (order * self.sd) ** 2)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors."""
        return wrap(self.sd * torch.randn(count, generator=generator, dtype=torch.float64))

    def to_json(self) -> dict[str, Any]:
        """The sd."""
        return {"law": self.law, "sd": self.sd}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> WrappedNormal:
        """From ``to_json``."""
        return WrappedNormal(float(plain["sd"]))


class WrappedNormalFamily:
    """The law while it is fitted, by log sigma."""

    name = "wrapped_normal"
    parameters: tuple[str, ...] = ("log_sd",)
    priors: tuple[tuple[float, float], ...] = ((math.log(0.35), 0.6),)
    limits: tuple[tuple[float, float], ...] = ((LEAST, MOST),)

    def log_density(self, error: Tensor, values: Tensor) -> Tensor:
        """Log density at parameters ``(1,)``."""
        return log_density(error, values[0].exp())

    def start(self, concentration: float) -> list[float]:
        """As wide as a von Mises law of that concentration, about."""
        return [min(max(-0.5 * math.log(max(concentration, 1e-3)), LEAST), MOST)]

    def emission(self, values: Sequence[float]) -> WrappedNormal:
        """The law with these parameters."""
        return WrappedNormal(math.exp(values[0]))

    def shown(self, values: Sequence[float], sd: Sequence[float]) -> list[Shown]:
        """The sd in degrees."""
        value, low, high = (math.degrees(math.exp(end)) for end in bracket(values[0], sd[0]))
        return [Shown("sd", "Noise SD (degrees of the full circle)", value, low, high)]
