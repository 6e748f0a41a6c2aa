"""Theories whose noise has no closed density: it is tabulated, for all set sizes at once, and read off."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from models.behaviour.classics.responses import HALF_GRID, SizeResponses
from models.behaviour.classics.theory import Theory, row
from models.behaviour.emissions import TabulatedEmission
from models.behaviour.emissions.tabulated import sd_of_length
from models.behaviour.model import Parameter


class Tabulated(Theory):
    """A subclass says the densities of its ``tables``."""

    def tables(self, theta: Tensor, sizes: Sequence[int]) -> Tensor:
        """``(HALF_GRID, S)`` densities per radian at ``2 pi j / GRID``, one column a set size; differentiable."""
        raise NotImplementedError

    def noises(self, theta: Tensor, parts: Sequence[SizeResponses]) -> list[Tensor]:
        """Densities read from the tables."""
        tables = self.tables(theta, [part.size for part in parts])
        return [part.read(tables[:, k]) for k, part in enumerate(parts)]

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """Density read from its table."""
        return self.noises(theta, [data])[0]

    def emission(self, theta: Tensor, size: int) -> TabulatedEmission:
        """The law of the tabulated density."""
        return emission_of(self.tables(theta, [size])[:, 0])

    def sd_rows(self, theta: Tensor) -> list[Parameter]:
        """The circular sd of the noise at every set size."""
        label = "Noise SD (degrees of the full circle)"
        lengths = mean_cosines(self.tables(theta, self.set_sizes).detach())
        sds = [math.degrees(sd_of_length(length)) for length in lengths.tolist()]
        return [row("sd", label, sd, size) for sd, size in zip(sds, self.set_sizes, strict=True)]


def emission_of(density: Tensor) -> TabulatedEmission:
    """The law of noise whose density at ``2 pi j / GRID``, j = 0 .. ``HALF_GRID`` - 1, is given."""
    half = density.detach()
    return TabulatedEmission.from_density(torch.cat([half, half[1:-1].flip(0)]))


def mean_cosines(densities: Tensor) -> Tensor:
    """``(S,)`` mean cos of the error under densities ``(HALF_GRID, S)``."""
    share = torch.ones(HALF_GRID, dtype=torch.float64)
    share[0] = share[-1] = 0.5  # 0 and pi belong to both halves
    cosine = torch.linspace(0, math.pi, HALF_GRID, dtype=torch.float64).cos()
    return ((share * cosine) @ densities) / (share @ densities)
