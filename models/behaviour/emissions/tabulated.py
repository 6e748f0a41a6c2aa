"""Noise without a closed density: a symmetric law on the circle, known by its trigonometric moments.

The density is the cosine series ``g(e) = (1 + 2 sum_k h_k cos(k e)) / (2 pi)``, evaluated on an even grid by one fast
Fourier transform and between its points by the cubic through four of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor

from models.circular import wrap

GRID = 4096  # points round the circle: 0.0015 rad
HARMONICS = GRID // 2
LEAST_DENSITY = 1e-12


def density_on_grid(harmonics: Tensor) -> Tensor:
    """``(GRID,)`` density at ``2 pi j / GRID`` from moments ``(K,)``, K at most ``HARMONICS``; differentiable."""
    spectrum = torch.cat([harmonics.new_ones(1), harmonics, harmonics.new_zeros(HARMONICS - len(harmonics))])
    return torch.fft.irfft(spectrum.to(torch.complex128), n=GRID) * (GRID / (2 * math.pi))


def interpolate(density: Tensor, error: Tensor) -> Tensor:
    """Density at errors of any shape from its values on the grid ``(GRID,)``; never below ``LEAST_DENSITY``."""
    place = error.abs() * (GRID / (2 * math.pi))
    left = place.floor()
    t = place - left
    index = left.long()
    before, here, after, beyond = (density[(index + shift) % GRID] for shift in (-1, 0, 1, 2))
    value = (
        -t * (t - 1) * (t - 2) / 6 * before
        + (t + 1) * (t - 1) * (t - 2) / 2 * here
        - (t + 1) * t * (t - 2) / 2 * after
        + (t + 1) * t * (t - 1) / 6 * beyond
    )
    return value.clamp(min=LEAST_DENSITY)


@dataclass(frozen=True)
class TabulatedEmission:
    """A law given by its trigonometric moments ``E cos(k e)``, k = 1, 2, ...; those not given are 0."""

    moments: tuple[float, ...]
    law = "tabulated"

    @cached_property
    def _moments(self) -> Tensor:
        return torch.tensor(self.moments, dtype=torch.float64)

    @cached_property
    def _density(self) -> Tensor:
        return density_on_grid(self._moments[:HARMONICS])

    @property
    def sd(self) -> float:
        """Circular sd, radians; infinite without a first moment."""
        return sd_of_length(self.moments[0] if self.moments else 0.0)

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian), by interpolation."""
        return interpolate(self._density, error.double()).log()

    def harmonics(self, count: int) -> Tensor:
        """``(count,)`` moments."""
        held = self._moments[:count]
        return torch.cat([held, held.new_zeros(count - len(held))])

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors, by inversion of the tabulated law."""
        return sample_table(self._density, count, generator)

    def to_json(self) -> dict[str, Any]:
        """The moments, to the last one that matters."""
        kept = max((k + 1 for k, value in enumerate(self.moments) if abs(value) > 1e-14), default=0)
        return {"law": self.law, "moments": list(self.moments[:kept])}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> TabulatedEmission:
        """From ``to_json``."""
        return TabulatedEmission(tuple(plain["moments"]))

    @staticmethod
    def from_density(density: Sequence[float] | Tensor) -> TabulatedEmission:
        """From densities (any scale) at ``2 pi j / J`` round the circle; the law is made symmetric."""
        values = torch.as_tensor(density, dtype=torch.float64)
        spectrum = torch.fft.rfft(values).real
        return TabulatedEmission(tuple((spectrum[1:] / spectrum[0])[:HARMONICS].tolist()))


def sd_of_length(length: float) -> float:
    """Circular sd ``sqrt(-2 ln R)`` of a law with mean resultant length R; infinite at 0."""
    return math.sqrt(-2 * math.log(length)) if length > 0 else math.inf


def sample_table(density: Tensor, count: int, generator: Generator) -> Tensor:
    """``(count,)`` errors from a density ``(GRID,)`` on the grid: a cell by its mass, then uniform within it."""
    cumulative = density.clamp(min=0).cumsum(0)
    drawn, within = torch.rand(2, count, generator=generator, dtype=torch.float64)
    cell = torch.searchsorted(cumulative, drawn * cumulative[-1]).clamp(max=GRID - 1)
    return wrap((cell + within - 0.5) * (2 * math.pi / GRID))
