"""Fitting BNS: the bound as a function of one flat vector, its maximum by L-BFGS, and the posterior around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from models.behaviour.bns import Block
from models.behaviour.bound import SizeData, expected_log_likelihood, log_prior
from models.behaviour.patterns import inducing_points, snap
from models.behaviour.swap_function import SwapFunction

_BOUNDS = {"log_amplitude": 7.0, "log_sharpness": 4.5, "constant": 25.0, "log_concentration": 12.0}
_WIDEST = 25.0
_HESSIAN_STEP = 1e-4
_START_SHARPNESS, _START_FACTOR = 1.0, 0.5

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """Where a set size starts: estimates of the three-component model."""

    concentration: float
    uniform_log_odds: float
    swap_log_odds: float


class BlockBound:
    """The bound (plus weak log priors) of set sizes that share a swap function, as a function of a flat vector."""

    def __init__(self, data: Sequence[SizeData], uniform: bool, inducing: int) -> None:
        self.data = list(data)
        self.uniform = uniform
        self.trials = sum(len(part.gap) for part in self.data)
        distance = torch.cat([part.arrangements.distance for part in self.data])
        self.inducing: Tensor | None = None
        self.observed: tuple[float, float] | None = None
        if len(distance):
            distance = snap(distance).unique()
            self.inducing = inducing_points(distance, inducing)
            self.observed = (float(distance.min()), float(distance.max()))
        self.shapes = self._layout()
        self.size = sum(self.shapes.values())

    def _layout(self) -> dict[str, int]:
        shapes: dict[str, int] = {}
        if self.inducing is not None:
            points = len(self.inducing)
            shapes |= {"mean": points, "log_amplitude": 1, "log_sharpness": 1, "constant": 1}
        shapes["log_concentration"] = len(self.data)
        if self.uniform:
            shapes["uniform_log_odds"] = len(self.data)
        if self.inducing is not None:  # last, so that the parameters with a covariance come first
            shapes["factor"] = len(self.inducing) * (len(self.inducing) + 1) // 2
        return shapes

    @property
    def modelled(self) -> int:
        """How many leading entries of the vector have a posterior covariance (all but the factor's)."""
        return self.size - self.shapes.get("factor", 0)

    def split(self, vector: Tensor) -> dict[str, Tensor]:
        """The vector's parts by name."""
        return dict(zip(self.shapes, vector.split(list(self.shapes.values())), strict=True))

    def function(self, parts: dict[str, Tensor]) -> SwapFunction | None:
        """The swap function's posterior that a vector's parts describe."""
        if self.inducing is None:
            return None
        points = len(self.inducing)
        row, column = torch.tril_indices(points, points)
        entries = torch.where(row == column, parts["factor"].clamp(max=_WIDEST).exp(), parts["factor"])
        factor = torch.zeros(points, points, dtype=torch.float64).index_put((row, column), entries)
        amplitude, sharpness, constant = (parts[name][0] for name in ("log_amplitude", "log_sharpness", "constant"))
        return SwapFunction(self.inducing, amplitude, sharpness, constant, parts["mean"], factor)

    def value(self, vector: Tensor) -> Tensor:
        """The bound plus log priors, nats summed over trials (scalar, differentiable)."""
        parts = self.split(vector)
        function = self.function(parts)
        total = vector.new_zeros(())
        for k, part in enumerate(self.data):
            guess = parts["uniform_log_odds"][k] if self.uniform else None
            mine = function if part.size > 1 else None
            total = total + expected_log_likelihood(part, mine, parts["log_concentration"][k], guess)
        if function is not None:
            total = total - function.divergence()
        for name in ("log_amplitude", "log_sharpness", "constant", "log_concentration", "uniform_log_odds"):
            if name in parts:
                total = total + log_prior(name, parts[name])
        return total

    def start(self, starts: Sequence[Start]) -> Vector:
        """The first vector: three-component estimates, prior mean of w, half the prior's width."""
        pieces: dict[str, Tensor] = {
            "log_concentration": torch.tensor([math.log(min(max(s.concentration, 0.1), 1e4)) for s in starts]),
            "uniform_log_odds": torch.tensor([min(max(s.uniform_log_odds, -6.0), 2.0) for s in starts]),
        }
        if self.inducing is not None:
            points = len(self.inducing)
            row, column = torch.tril_indices(points, points)
            pieces["mean"] = torch.zeros(points)
            pieces["factor"] = torch.where(row == column, math.log(_START_FACTOR), 0.0)
            pieces["log_amplitude"] = torch.tensor([math.log(2.0)])
            pieces["log_sharpness"] = torch.tensor([_START_SHARPNESS])
            swaps = [s.swap_log_odds for s, part in zip(starts, self.data, strict=True) if part.size > 1]
            pieces["constant"] = torch.tensor([min(max(sum(swaps) / len(swaps), -5.0), 0.0)])
        vector: Vector = torch.cat([pieces[name].double() for name in self.shapes]).numpy()
        return vector

    def limits(self) -> list[tuple[float, float]]:
        """Bounds far outside anything plausible, so that a line search cannot overflow."""
        return [(-bound, bound) for name, n in self.shapes.items() for bound in [_BOUNDS.get(name, _WIDEST)] * n]

    def cost(self, vector: Vector) -> tuple[float, Vector]:
        """Negative bound per trial and its gradient."""
        point = torch.from_numpy(np.asarray(vector, dtype=np.float64)).clone().requires_grad_()
        cost = -self.value(point) / self.trials
        cost.backward()
        gradient = point.grad
        if gradient is None:
            raise RuntimeError("the bound does not depend on its parameters")
        return float(cost.detach()), gradient.numpy()

    def covariance(self, vector: Vector) -> Tensor:
        """Posterior covariance of everything but the factor: the inverse curvature of the bound.

        At the optimum the curvature for the whitened mean is the inverse of ``F F'``, so this adds to the variational
        posterior what the uncertainty of kernel, noise and guesses contributes (linear response; Giordano et al. 2018).
        """
        count = self.modelled
        curvature = np.empty((count, count))
        for i in range(count):
            step = np.zeros(self.size)
            step[i] = _HESSIAN_STEP
            rise = self.cost(vector + step)[1] - self.cost(vector - step)[1]
            curvature[i] = rise[:count] / (2 * _HESSIAN_STEP) * self.trials
        value, direction = np.linalg.eigh((curvature + curvature.T) / 2)
        covariance = (direction / np.maximum(value, 1e-2)) @ direction.T
        return torch.from_numpy(covariance)

    def block(self, vector: Vector) -> Block:
        """The fitted block at a vector, with its covariance."""
        parts = self.split(torch.from_numpy(np.array(vector)))
        guess = parts["uniform_log_odds"] if self.uniform else None
        sizes = tuple(part.size for part in self.data)
        covariance = self.covariance(vector)
        return Block(sizes, self.function(parts), parts["log_concentration"], guess, covariance, self.observed)


@dataclass(frozen=True)
class Ascent:
    """How a block's bound was climbed: the vector reached, iterations, and why it stopped."""

    vector: Vector
    steps: int
    converged: bool


def climb(
    bound: BlockBound,
    first: Vector,
    max_steps: int,
    tolerance: float,
    window: int,
    listen: Callable[[int, float], None],
) -> Ascent:
    """Maximise a block's bound by L-BFGS.

    Stops when the bound gained less than ``tolerance`` nats per trial over the last ``window`` iterations. ``listen``
    is told (iteration, bound per trial) after every iteration; what it raises ends the fit.
    """
    history: list[float] = []
    settled = False

    def after(intermediate_result: object) -> None:
        nonlocal settled
        history.append(-float(intermediate_result.fun))  # type: ignore[attr-defined]
        listen(len(history), history[-1])
        if len(history) > window and history[-1] - history[-1 - window] < tolerance:
            settled = True
            raise StopIteration

    answer = minimize(
        bound.cost,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=bound.limits(),
        callback=after,
        options={"maxiter": max_steps, "maxfun": 2 * max_steps, "maxcor": 30, "ftol": 1e-12, "gtol": 1e-7},
    )
    return Ascent(np.asarray(answer.x), len(history), settled or bool(answer.success))
