"""Von Mises noise, the field's habit: zero mean, concentration kappa.

Errors are radians, concentrations are kappa >= 0 of the full feature circle. Density
``exp(kappa cos e) / (2 pi I0(kappa))``, computed as ``kappa (cos e - 1) - log(2 pi) - log i0e(kappa)`` so that it stays
finite at any concentration (Mardia & Jupp 2000, section 3.5.4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import special
from torch import Generator, Tensor

from models.behaviour.emissions.emission import LOG_FULL_CIRCLE, Shown, bracket
from models.behaviour.emissions.tabulated import sd_of_length
from models.circular import wrap

HIGHEST_CONCENTRATION = 1e8
_NEARLY_UNIFORM, _NEARLY_NORMAL, _PROPOSALS = 1e-5, 1e6, 8


def log_density(error: Tensor, concentration: Tensor) -> Tensor:
    """Log density (nats per radian) of errors; shapes broadcast; concentrations above 1e8 count as 1e8."""
    # 1 - cos e without cancellation near e = 0
    return log_density_of_gap(2 * torch.sin(error / 2) ** 2, concentration)


def log_density_of_gap(gap: Tensor, concentration: Tensor) -> Tensor:
    """Log density from ``gap = 1 - cos(error)``, which a fit computes once."""
    kappa = concentration.clamp(0.0, HIGHEST_CONCENTRATION)
    return -kappa * gap - LOG_FULL_CIRCLE - torch.special.i0e(kappa).log()


def harmonics(concentration: float, count: int) -> Tensor:
    """``(count,)`` trigonometric moments ``E cos(k e) = I_k(kappa) / I_0(kappa)`` for k = 1..count."""
    kappa = min(concentration, HIGHEST_CONCENTRATION)
    ratio = special.ive(np.arange(1, count + 1), kappa) / special.ive(0, kappa)
    return torch.from_numpy(np.asarray(ratio, dtype=np.float64))


def sd_of(concentration: float) -> float:
    """Circular sd ``sqrt(-2 ln R)`` in radians of a von Mises law; infinite at concentration 0."""
    return sd_of_length(float(harmonics(concentration, 1)[0]))


def concentration_of(length: float, highest: float = 1e5) -> float:
    """The kappa whose mean resultant ``I1(kappa) / I0(kappa)`` is ``length``; 0 for length <= 0, at most ``highest``.

    Starts from the approximation of Fisher (1993, eq. 3.47) and finishes with Newton steps to machine precision.
    """
    if length <= 0:
        return 0.0
    if length >= special.i1e(highest) / special.i0e(highest):
        return highest
    if length < 0.53:
        kappa = 2 * length + length**3 + 5 * length**5 / 6
    elif length < 0.85:
        kappa = -0.4 + 1.39 * length + 0.43 / (1 - length)
    else:
        kappa = 1 / (length**3 - 4 * length**2 + 3 * length)
    for _ in range(20):
        ratio = float(special.i1e(kappa) / special.i0e(kappa))
        step = (ratio - length) / (1 - ratio / kappa - ratio**2)
        kappa = min(max(kappa - step, kappa / 4), 4 * kappa, highest)
        if abs(step) < 1e-10 * kappa:
            break
    return kappa


def sample(concentration: Tensor, generator: Generator) -> Tensor:
    """One error per concentration, radians on ``[-pi, pi)``, same shape.

    Rejection from a wrapped Cauchy envelope (Best & Fisher 1979), several proposals at a time; above a concentration of
    1e6 the law is normal to machine precision.
    """
    kappa = concentration.reshape(-1, 1).clamp(_NEARLY_UNIFORM, _NEARLY_NORMAL).double()
    root = 1 + torch.sqrt(1 + 4 * kappa**2)
    rho = (root - torch.sqrt(2 * root)) / (2 * kappa)
    edge = torch.where(kappa < 1e-4, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
    error = torch.zeros_like(kappa[:, 0])
    waiting = torch.ones_like(error, dtype=torch.bool)
    while bool(waiting.any()):
        first, second, side = torch.rand((3, kappa.shape[0], _PROPOSALS), generator=generator, dtype=torch.float64)
        cosine = torch.cos(math.pi * first)
        proposal = (1 + edge * cosine) / (edge + cosine)
        cost = kappa * (edge - proposal)
        accepted = (cost * (2 - cost) > second) | (torch.log(cost / second) + 1 - cost >= 0)
        chosen = accepted.to(torch.uint8).argmax(1, keepdim=True)
        angle = torch.acos(proposal.clamp(-1, 1)) * torch.sign(side - 0.5)
        error = torch.where(waiting, angle.gather(1, chosen)[:, 0], error)
        waiting = waiting & ~accepted.any(1)
    flat = concentration.reshape(-1).double()
    sharp = flat > _NEARLY_NORMAL
    if bool(sharp.any()):
        spread = flat.clamp(_NEARLY_UNIFORM, HIGHEST_CONCENTRATION) ** -0.5
        normal = torch.randn(flat.shape, generator=generator, dtype=torch.float64)
        error = torch.where(sharp, normal * spread, error)
    return wrap(error).reshape(concentration.shape)


@dataclass(frozen=True)
class VonMises:
    """Known concentration kappa."""

    concentration: float
    law = "von_mises"

    @property
    def sd(self) -> float:
        """Circular sd, radians; infinite at concentration 0."""
        return sd_of(self.concentration)

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian)."""
        return log_density(error.double(), torch.tensor(self.concentration, dtype=torch.float64))

    def harmonics(self, count: int) -> Tensor:
        """``I_k(kappa) / I_0(kappa)``."""
        return harmonics(self.concentration, count)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors."""
        return sample(torch.full((count,), self.concentration, dtype=torch.float64), generator)

    def to_json(self) -> dict[str, Any]:
        """The concentration."""
        return {"law": self.law, "concentration": self.concentration}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> VonMises:
        """From ``to_json``."""
        return VonMises(float(plain["concentration"]))


class VonMisesFamily:
    """The law while it is fitted, by log kappa."""

    name = "von_mises"
    parameters: tuple[str, ...] = ("log_concentration",)
    priors: tuple[tuple[float, float], ...] = ((math.log(8.0), 1.0),)
    limits: tuple[tuple[float, float], ...] = ((-12.0, 12.0),)

    def log_density(self, error: Tensor, values: Tensor) -> Tensor:
        """Log density at parameters ``(1,)``."""
        return log_density(error, values[0].exp())

    def start(self, concentration: float) -> list[float]:
        """That concentration."""
        return [math.log(min(max(concentration, 0.1), 1e4))]

    def emission(self, values: Sequence[float]) -> VonMises:
        """The law with these parameters."""
        return VonMises(math.exp(values[0]))

    def shown(self, values: Sequence[float], sd: Sequence[float]) -> list[Shown]:
        """Concentration, and the circular sd that it means."""
        value, low, high = (math.exp(end) for end in bracket(values[0], sd[0]))
        spread, narrow, wide = (math.degrees(sd_of(kappa)) for kappa in (value, high, low))
        return [
            Shown("concentration", "Concentration κ", value, low, high),
            Shown("sd", "Noise SD (degrees of the full circle)", spread, narrow, wide),
        ]
