"""The bound of set sizes that are fitted together as a function of one flat vector, and the posterior at its top."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.behaviour.bns import Block
from models.behaviour.bound import SizeData, expected_curvature, expected_log_likelihood, log_normal, log_prior
from models.behaviour.curvature import Vector, gradient_differences, root_of_inverse
from models.behaviour.emissions import Family
from models.behaviour.patterns import MOST_DISCRETE, inducing_points, snap
from models.behaviour.swap_function import SwapFunction
from models.behaviour.swap_part import SwapPart

_LIMITS = {"log_amplitude": 7.0, "log_sharpness": 4.5, "constant": 25.0}
WIDEST = 25.0
_START_SHARPNESS, _START_FACTOR = 1.0, 0.5
_SLOPE = (0.0, 1.0)  # prior of the power of set size by which a linked noise parameter changes


@dataclass(frozen=True)
class Start:
    """Where a set size starts: estimates of the three-component model."""

    concentration: float
    uniform_log_odds: float
    swap_log_odds: float


def noise_design(sizes: Sequence[int], parameters: int, link: str) -> Tensor:
    """``(K P, Q)``: the P noise parameters of K set sizes from the Q numbers that are fitted.

    "each": Q = K P. "shared": Q = P. "linked": Q = P + 1, the width parameter changes by the last number times
    ``log N``, a power law (Bays & Husain 2008).
    """
    count = len(sizes)
    if link == "each":
        return torch.eye(count * parameters, dtype=torch.float64)
    shared = torch.eye(parameters, dtype=torch.float64).repeat(count, 1)
    if link == "shared":
        return shared
    slope = torch.zeros(count, parameters, dtype=torch.float64)
    slope[:, 0] = torch.tensor([math.log(size) for size in sizes], dtype=torch.float64)
    return torch.cat([shared, slope.reshape(-1, 1)], 1)


class BlockBound:
    """The bound plus weak log priors.

    Args:
        data: trials by set size, prepared for the axes.
        groups: set sizes that share a swap function, one tuple a function.
        axes: distances that the functions depend on.
        even: whether unsigned.
        family: law of the noise.
        link: see ``noise_design``.
        uniform: whether there are guesses.
        inducing: inducing points along an axis of continuous distance.
    """

    def __init__(
        self,
        data: Sequence[SizeData],
        groups: Sequence[tuple[int, ...]],
        axes: tuple[str, ...],
        even: bool,
        family: Family,
        link: str,
        uniform: bool,
        inducing: int,
    ) -> None:
        self.data, self.groups = list(data), list(groups)
        self.axes, self.even, self.family, self.uniform = axes, even, family, uniform
        self.sizes = tuple(part.size for part in self.data)
        self.trials = sum(len(part.error) for part in self.data)
        self.link, self.design = link, noise_design(self.sizes, len(family.parameters), link)
        self.inducing = [self._place(group, inducing) for group in self.groups]
        self.observed = [self._observed(group) for group in self.groups]
        self.group_of = {size: g for g, group in enumerate(self.groups) for size in group}
        self.shapes = self._layout()
        self.size = sum(self.shapes.values())

    def _seen(self, group: tuple[int, ...], axis: int) -> Tensor:
        points = [part.arrangements.points[:, axis] for part in self.data if part.size in group]
        return snap(torch.cat(points)).unique()

    def _place(self, group: tuple[int, ...], count: int) -> tuple[Tensor, ...]:
        most = MOST_DISCRETE if len(self.axes) == 1 else count
        return tuple(inducing_points(self._seen(group, axis), count, most) for axis in range(len(self.axes)))

    def _observed(self, group: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
        seen = [self._seen(group, axis) for axis in range(len(self.axes))]
        return tuple((float(one.min()), float(one.max())) for one in seen)

    def points(self, g: int) -> int:
        """R, the inducing points of a function."""
        return math.prod(len(axis) for axis in self.inducing[g]) if self.axes else 0

    def _layout(self) -> dict[str, int]:
        shapes: dict[str, int] = {}
        for g in range(len(self.groups)):
            shapes[f"mean {g}"] = self.points(g)
            if self.axes:
                shapes |= {f"log_amplitude {g}": 1, f"log_sharpness {g}": len(self.axes)}
            shapes[f"constant {g}"] = 1
        shapes["noise"] = self.design.shape[1]
        if self.uniform:
            shapes["uniform_log_odds"] = len(self.data)
        for g in range(len(self.groups)):  # last, so that the coordinates that have a covariance come first
            shapes[f"factor {g}"] = self.points(g) * (self.points(g) + 1) // 2
        return shapes

    @property
    def modelled(self) -> int:
        """How many leading entries of the vector have a posterior covariance (all but the factors')."""
        return self.size - sum(count for name, count in self.shapes.items() if name.startswith("factor"))

    def split(self, vector: Tensor) -> dict[str, Tensor]:
        """The vector's parts by name."""
        return dict(zip(self.shapes, vector.split(list(self.shapes.values())), strict=True))

    def function(self, parts: dict[str, Tensor], g: int) -> SwapFunction:
        """A swap function's posterior that a vector's parts describe."""
        factor = triangular(parts[f"factor {g}"], self.points(g))
        constant, zero = parts[f"constant {g}"][0], torch.zeros((), dtype=torch.float64)
        amplitude = parts[f"log_amplitude {g}"][0] if self.axes else zero
        sharpness = parts[f"log_sharpness {g}"] if self.axes else torch.zeros(0, dtype=torch.float64)
        mean = parts[f"mean {g}"]
        return SwapFunction(self.inducing[g], self.even, amplitude, sharpness, constant, mean, factor)

    def noise(self, numbers: Tensor) -> Tensor:
        """``(K, P)`` noise parameters from the numbers ``(Q,)`` that are fitted."""
        return (self.design @ numbers).reshape(len(self.data), -1)

    def value(self, vector: Tensor) -> Tensor:
        """The bound plus log priors, nats summed over trials (scalar, differentiable)."""
        parts = self.split(vector)
        functions = [self.function(parts, g) for g in range(len(self.groups))]
        noise = self.noise(parts["noise"])
        total = self.log_priors(parts, noise)
        for k, part in enumerate(self.data):
            guess = parts["uniform_log_odds"][k] if self.uniform else None
            mine = functions[self.group_of[part.size]] if part.size in self.group_of else None
            total = total + expected_log_likelihood(part, mine, self.family, noise[k], guess)
        for function in functions:
            total = total - function.divergence()
        return total

    def log_priors(self, parts: dict[str, Tensor], noise: Tensor) -> Tensor:
        """Weak log priors of everything but the whitened values (scalar)."""
        total = self.kernel_priors(parts)
        mean, sd = torch.tensor(self.family.priors, dtype=torch.float64).T
        shown = noise if self.link == "each" else noise[:1]
        total = total + log_normal(shown, mean, sd)
        if self.link == "linked":
            total = total + log_normal(parts["noise"][-1], *_SLOPE)
        if self.uniform:
            total = total + log_prior("uniform_log_odds", parts["uniform_log_odds"])
        return total

    def kernel_priors(self, parts: dict[str, Tensor]) -> Tensor:
        """Weak log priors of kernels and constants (scalar)."""
        total = torch.zeros((), dtype=torch.float64)
        for g in range(len(self.groups)):
            for name in ("log_amplitude", "log_sharpness", "constant"):
                if f"{name} {g}" in parts:
                    total = total + log_prior(name, parts[f"{name} {g}"])
        return total

    def start(self, starts: Sequence[Start]) -> Vector:
        """The first vector: three-component estimates, prior mean of w, half the prior's width."""
        pieces: dict[str, Tensor] = {}
        first = torch.tensor([self.family.start(one.concentration) for one in starts], dtype=torch.float64)
        pieces["noise"] = torch.linalg.lstsq(self.design, first.reshape(-1, 1)).solution[:, 0]
        pieces["uniform_log_odds"] = torch.tensor([min(max(one.uniform_log_odds, -6.0), 2.0) for one in starts])
        for g, group in enumerate(self.groups):
            points = self.points(g)
            row, column = torch.tril_indices(points, points)
            pieces[f"mean {g}"] = torch.zeros(points)
            pieces[f"factor {g}"] = torch.where(row == column, math.log(_START_FACTOR), 0.0)
            pieces[f"log_amplitude {g}"] = torch.tensor([math.log(2.0)])
            pieces[f"log_sharpness {g}"] = torch.full((len(self.axes),), _START_SHARPNESS)
            swaps = [one.swap_log_odds for one, part in zip(starts, self.data, strict=True) if part.size in group]
            pieces[f"constant {g}"] = torch.tensor([min(max(sum(swaps) / len(swaps), -5.0), 0.0)])
        vector: Vector = torch.cat([pieces[name].double() for name in self.shapes]).numpy()
        return vector

    def limits(self) -> list[tuple[float, float]]:
        """Bounds far outside anything plausible, so that a line search cannot overflow."""
        found: list[tuple[float, float]] = []
        for name, count in self.shapes.items():
            if name == "noise":
                found += self.noise_limits()
            else:
                reach = _LIMITS.get(name.split()[0], WIDEST)
                found += [(-reach, reach)] * count
        return found

    def noise_limits(self) -> list[tuple[float, float]]:
        """Bounds of the noise numbers."""
        own = list(self.family.limits)
        return {"each": own * len(self.data), "shared": own, "linked": [*own, (-3.0, 3.0)]}[self.link]

    def cost(self, vector: Vector) -> tuple[float, Vector]:
        """Negative bound per trial and its gradient."""
        return cost_and_gradient(self.value, vector, self.trials)

    def root(self, vector: Vector) -> Tensor:
        """``(modelled, modelled)`` a root of the posterior covariance of everything but the factors.

        The inverse of the bound's curvature by whitened values, kernel, noise and guesses together (linear response;
        Giordano et al. 2018), so that the band of a swap function holds what all of them leave open.
        """
        point = torch.from_numpy(np.array(vector))
        parts = self.split(point)
        curvature = torch.zeros(self.modelled, self.modelled, dtype=torch.float64)
        others = [i for name, where in self.rows.items() if not name.startswith("mean") for i in where]
        rows = gradient_differences(self.cost, vector, others)[:, : self.modelled] * self.trials
        curvature[others], curvature[:, others] = rows, rows.T
        for g in range(len(self.groups)):
            where = self.rows[f"mean {g}"]
            own = slice(where.start, where.stop)
            curvature[own, own] = self._mean_curvature(parts, g)
        return root_of_inverse(curvature, self._prior_precision(point))

    @property
    def rows(self) -> dict[str, range]:
        """Which entries of the vector each of its parts has, without the factors."""
        ends = np.cumsum(list(self.shapes.values())).tolist()
        named = zip(self.shapes.items(), ends, strict=True)
        return {name: range(end - count, end) for (name, count), end in named if not name.startswith("factor")}

    def _mean_curvature(self, parts: dict[str, Tensor], g: int) -> Tensor:
        """``(R, R)`` by the whitened values of one swap function; exact, where differences would need R gradients."""
        noise, function = self.noise(parts["noise"]), self.function(parts, g)
        total = torch.eye(self.points(g), dtype=torch.float64)
        for k, part in enumerate(self.data):
            if self.group_of.get(part.size) == g and self.points(g):
                guess = parts["uniform_log_odds"][k] if self.uniform else None
                total = total + expected_curvature(part, function, self.family, noise[k], guess)
        return total

    def _prior_precision(self, vector: Tensor) -> Tensor:
        """``(modelled, modelled)`` of the weak priors, and of the whitened values' standard normal."""
        first, rest = vector[: self.modelled], vector[self.modelled :]

        def log_prior_of(head: Tensor) -> Tensor:
            parts = self.split(torch.cat([head, rest]))
            values = [parts[f"mean {g}"] for g in range(len(self.groups))]
            whitened = sum((one.square().sum() for one in values), torch.zeros((), dtype=torch.float64))
            return self.log_priors(parts, self.noise(parts["noise"])) - whitened / 2

        return -torch.autograd.functional.hessian(log_prior_of, first)

    def block(self, vector: Vector) -> Block:
        """The fitted block at a vector, with its posterior."""
        parts = self.split(torch.from_numpy(np.array(vector)))
        functions = tuple(
            SwapPart(group, self.axes, self.function(parts, g), self.observed[g]) for g, group in enumerate(self.groups)
        )
        guess = parts["uniform_log_odds"] if self.uniform else None
        noise = self.noise(parts["noise"])
        known = float(self.design.shape[1] + (len(self.sizes) if self.uniform else 0))
        effective = known + sum(part.effective for part in functions)
        return Block(self.sizes, functions, self.family.name, noise, self.design, guess, self.root(vector), effective)


def triangular(entries: Tensor, size: int) -> Tensor:
    """``(size, size)`` lower-triangular factor from its entries in row order, the diagonal as logarithms."""
    row, column = torch.tril_indices(size, size)
    filled = torch.where(row == column, entries.clamp(max=WIDEST).exp(), entries)
    return torch.zeros(size, size, dtype=torch.float64).index_put((row, column), filled)


def cost_and_gradient(value: Callable[[Tensor], Tensor], vector: Vector, trials: int) -> tuple[float, Vector]:
    """``-value(vector) / trials`` and its gradient, for scipy."""
    point = torch.from_numpy(np.asarray(vector, dtype=np.float64)).clone().requires_grad_()
    cost = -value(point) / trials
    cost.backward()
    gradient = point.grad
    if gradient is None:
        raise RuntimeError("the bound does not depend on its parameters")
    return float(cost.detach()), gradient.numpy()
