"""A fitted swap function and the set sizes that share it, tabulated over distance for draws, bands and figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from models.behaviour.model import EXTREME, SwapEstimate, swap_probability
from models.behaviour.quadrature import normal_nodes
from models.behaviour.swap_function import SwapFunction
from models.behaviour.swap_shapes import Constant, Shape, SwapCurve, SwapSurface

CURVE_POINTS = 361  # half a degree of unsigned distance, a degree of signed distance
SURFACE_POINTS = 31  # a side: 6 degrees of unsigned distance
_STEP = 1e-4
_Z = 1.959964


@dataclass(frozen=True)
class SwapPart:
    """The posterior of one swap function.

    Attributes:
        sizes: the set sizes (2 or more) that share it, ascending.
        axes: of "probe" and "report"; none for a constant.
        function: the posterior of its inducing values, kernel parameters at their estimates.
        observed: for each axis the smallest and largest distance in the data, radians.
    """

    sizes: tuple[int, ...]
    axes: tuple[str, ...]
    function: SwapFunction
    observed: tuple[tuple[float, float], ...]

    @property
    def coordinates(self) -> int:
        """How many numbers describe it: whitened values, kernel parameters (where it has a kernel), constant."""
        depth = len(self.axes)
        return len(self.function.mean) + (1 + depth if depth else 0) + 1

    @property
    def effective(self) -> float:
        """Free parameters it counts as: its constant, and ``R - |F|^2``, what the data took from the prior."""
        return 1 + max(len(self.function.mean) - float(self.function.factor.square().sum()), 0.0)

    @cached_property
    def axis_grid(self) -> Tensor:
        """``(G,)`` distances on which every axis is tabulated."""
        points = CURVE_POINTS if len(self.axes) == 1 else SURFACE_POINTS
        if not self.function.even and len(self.axes) == 2:
            points = 2 * (points // 2) + 11
        return torch.linspace(0.0 if self.function.even else -math.pi, math.pi, points, dtype=torch.float64)

    @cached_property
    def grid(self) -> Tensor:
        """``(G^D, D)`` points on which the function is tabulated."""
        if not self.axes:
            return torch.zeros(1, 0, dtype=torch.float64)
        return torch.cartesian_prod(*[self.axis_grid] * len(self.axes)).reshape(-1, len(self.axes))

    @cached_property
    def mean(self) -> Tensor:
        """``(G^D,)`` posterior mean on the grid, log-odds."""
        return self.function.mean_at(self.grid)

    @cached_property
    def jacobian(self) -> Tensor:
        """``(G^D, coordinates)`` derivative of the mean by whitened values, log s, log-sharpnesses and constant."""
        columns = []
        if self.axes:
            columns += [self.function.features(self.grid).T, ((self.mean - self.function.constant) / 2)[:, None]]
            columns += [self._by_sharpness(axis)[:, None] for axis in range(len(self.axes))]
        return torch.cat([*columns, torch.ones_like(self.mean)[:, None]], 1)

    def _by_sharpness(self, axis: int) -> Tensor:
        step = torch.zeros_like(self.function.log_sharpness)
        step[axis] = _STEP
        up, down = (
            replace(self.function, log_sharpness=self.function.log_sharpness + sign * step).mean_at(self.grid)
            for sign in (1, -1)
        )
        return (up - down) / (2 * _STEP)

    @cached_property
    def residual_root(self) -> Tensor:
        """``(G^D, K)`` a root of the covariance that is left when the inducing values are known."""
        value, vector = torch.linalg.eigh(self.function.residual(self.grid))
        kept = value > 1e-7
        return vector[:, kept] * value[kept].sqrt()

    def sd(self, root: Tensor) -> Tensor:
        """``(G^D,)`` posterior sd on the grid, from a root ``(coordinates, E)`` of the coordinates' covariance."""
        return ((self.jacobian @ root).square().sum(1) + self.residual_root.square().sum(1)).sqrt()

    def shape(self, values: Tensor) -> Shape:
        """Values ``(G^D,)`` on the grid as a known swap function."""
        if not self.axes:
            return Constant(float(values[0]))
        if len(self.axes) == 1:
            return SwapCurve(self.axis_grid, values, self.axes[0])
        side = len(self.axis_grid)
        return SwapSurface(self.axis_grid, self.axis_grid, values.reshape(side, side))

    def drawn(self, step: Tensor, generator: torch.Generator) -> Shape:
        """One function from the posterior: the mean moved by a ``step`` ``(coordinates,)``, and what else may vary."""
        rest = torch.randn(self.residual_root.shape[1], generator=generator, dtype=torch.float64)
        return self.shape(self.mean + self.jacobian @ step + self.residual_root @ rest)

    def estimate(self, root: Tensor, guess: float) -> SwapEstimate:
        """What figures show; a constant is shown over probe distance. ``guess`` is the odds of a guess."""
        sd = self.sd(root)
        nodes, weights = normal_nodes(1)
        drawn = self.mean[:, None] + sd[:, None] * nodes[:, 0]
        probability = swap_probability(drawn, guess) @ weights
        shown = [self.mean, self.mean - _Z * sd, self.mean + _Z * sd, probability]
        if not self.axes:
            distance = torch.tensor([0.0, math.pi], dtype=torch.float64)
            mean, low, high, probability = (value.clamp(-EXTREME, EXTREME).expand(2) for value in shown)
            return SwapEstimate(self.sizes, ("probe",), (distance,), mean, low, high, guess, probability)
        stride = (4 if self.function.even else 2) if len(self.axes) == 1 else 1
        side = (len(self.axis_grid),) * len(self.axes)
        thinned = (slice(None, None, stride),) * len(side)
        mean, low, high, probability = (value.reshape(side)[thinned] for value in shown)
        mean, low, high = (value.clamp(-EXTREME, EXTREME) for value in (mean, low, high))
        grid = (self.axis_grid[::stride],) * len(self.axes)
        inducing = None
        if len(self.axes) == 1:
            inducing = (self.function.inducing[0], self.function.mean_at(self.function.points))
        return SwapEstimate(self.sizes, self.axes, grid, mean, low, high, guess, probability, inducing)
