"""The responses of one set size as likelihoods need them, with what does not change while a model is fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.behaviour.emissions import von_mises
from models.behaviour.emissions.tabulated import GRID, LEAST_DENSITY
from models.trials import Trials

HALF_GRID = GRID // 2 + 1
"""Points of the half circle from 0 to pi on which symmetric densities are tabulated."""


@dataclass(frozen=True)
class SizeResponses:
    """M responses at one set size.

    Attributes:
        size: items on each display.
        error: ``(M, C)`` radians to the target and, if a model looks at them, the non-targets (C is the size, or 1).
        distance: ``(M, C - 1)`` unsigned probe distance of the non-targets, radians; None where it is not asked for.
    """

    size: int
    error: Tensor
    distance: Tensor | None = None

    @staticmethod
    def of(trials: Trials, size: int, swaps: bool, probed: bool) -> SizeResponses:
        """The trials of one set size."""
        part = trials.of_set_size(size)
        error = part.error[:, : size if swaps else 1].contiguous()
        distance = part.displays.probe_distance[:, 1:size].abs().double() if probed else None
        return SizeResponses(size, error, distance)

    def __len__(self) -> int:
        return len(self.error)

    def every(self, stride: int) -> SizeResponses:
        """One of ``stride`` responses, evenly chosen."""
        distance = None if self.distance is None else self.distance[::stride]
        return SizeResponses(self.size, self.error[::stride], distance)

    @cached_property
    def gap(self) -> Tensor:
        """``(M, C)`` 1 - cos of the errors, without cancellation near 0."""
        return 2 * torch.sin(self.error / 2) ** 2

    def von_mises(self, concentration: Tensor) -> Tensor:
        """``(M, C)`` density at a concentration kappa; differentiable in it."""
        return von_mises.log_density_of_gap(self.gap, concentration).exp()

    @cached_property
    def _places(self) -> tuple[Tensor, Tensor]:
        """Which four points of a half grid each error lies between, and their weights in the cubic through them."""
        place = self.error.abs().reshape(-1) * (GRID / (2 * math.pi))
        left = place.floor().clamp(max=HALF_GRID - 1)
        t = place - left
        index = left.long()[:, None] + torch.arange(-1, 3)
        index = (HALF_GRID - 1 - (HALF_GRID - 1 - index.abs()).abs()).reshape(-1)  # mirrored at 0 and at pi
        weight = torch.stack(
            [
                -t * (t - 1) * (t - 2) / 6,
                (t + 1) * (t - 1) * (t - 2) / 2,
                -(t + 1) * t * (t - 2) / 2,
                (t + 1) * t * (t - 1) / 6,
            ],
            1,
        )
        return index, weight

    def read(self, density: Tensor) -> Tensor:
        """``(M, C)`` values of a symmetric density that is tabulated at ``2 pi j / GRID``, j = 0 .. ``HALF_GRID`` - 1.

        Differentiable in the table; agrees with ``TabulatedEmission``.
        """
        index, weight = self._places
        value = (density.index_select(0, index).view(-1, 4) * weight).sum(1)
        return value.view(self.error.shape).clamp(min=LEAST_DENSITY)
