"""The bound of one hierarchical block as a function of a flat vector, and what its top says of everybody."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.behaviour.block_bound import BlockBound, cost_and_gradient, triangular
from models.behaviour.bns import Block
from models.behaviour.bound import SizeData, expected_log_likelihood, log_normal
from models.behaviour.curvature import Vector, root_of_inverse
from models.behaviour.swap_function import SwapFunction
from models.behaviour.swap_part import SwapPart

_RATIO = (math.log(0.25), 1.0)  # prior of log r, the variance of deviations over that of f
_START_FACTOR = 0.7
_FIRST_SD, _PRIOR_SD, _PRIOR_WEIGHT = 0.4, 0.15, 2.0  # of subjects' numbers around the population's
_STEP = 1e-3

Parts = dict[str, Tensor]


@dataclass(frozen=True)
class Population:
    """Normal laws of the T numbers of a subject: G levels (of mean 0), Q noise numbers, K guess log-odds.

    Attributes:
        mean, sd: ``(T,)``.
        variance: ``(S, T, T)`` posterior covariance of every subject's numbers, once it is known.
    """

    mean: Tensor
    sd: Tensor
    variance: Tensor


class HierarchicalBound:
    """The bound of S subjects.

    Args:
        pooled: the bound of all trials as if of one subject: it knows functions, axes, noise and inducing points.
        data: by subject, the trials of each of the K set sizes, None where there are none.
    """

    def __init__(self, pooled: BlockBound, data: Mapping[str, Sequence[SizeData | None]]) -> None:
        self.pooled, self.names = pooled, list(data)
        self.data = [list(entries) for entries in data.values()]
        self.groups = range(len(pooled.groups))
        self.numbers = (len(pooled.groups), pooled.design.shape[1], len(pooled.sizes) if pooled.uniform else 0)
        self.shapes = self._layout()
        self.size = sum(self.shapes.values())

    def _layout(self) -> dict[str, int]:
        count, pooled = len(self.names), self.pooled
        own = ("log_amplitude", "log_sharpness", "constant", "mean", "factor")
        shapes = {name: n for name, n in pooled.shapes.items() if name.split()[0] in own}
        for g in self.groups:
            points = pooled.points(g)
            shapes |= {f"ratio {g}": 1, f"deviation {g}": count * points}
            shapes[f"spread {g}"] = count * (points * (points + 1) // 2)
        return shapes | {"subjects": count * sum(self.numbers)}

    def split(self, vector: Tensor) -> Parts:
        """The vector's parts by name; what belongs to subjects with a row each."""
        parts = dict(zip(self.shapes, vector.split(list(self.shapes.values())), strict=True))
        for name in parts:
            if name.split()[0] in ("deviation", "spread", "subjects"):
                parts[name] = parts[name].reshape(len(self.names), -1)
        return parts

    def start(self, vector: Vector) -> tuple[Vector, Population]:
        """The first vector and population, from the top of the pooled bound: all subjects alike."""
        together = self.pooled.split(torch.from_numpy(vector))
        count = len(self.names)
        uniform = together["uniform_log_odds"] if self.pooled.uniform else torch.zeros(0)
        mean = torch.cat([torch.zeros(len(self.groups)), together["noise"], uniform]).double()
        pieces: Parts = {name: value for name, value in together.items() if name in self.shapes}
        for g in self.groups:
            points = self.pooled.points(g)
            row, column = torch.tril_indices(points, points)
            pieces[f"ratio {g}"] = torch.tensor([_RATIO[0]])
            pieces[f"deviation {g}"] = torch.zeros(count * points)
            pieces[f"spread {g}"] = torch.where(row == column, math.log(_START_FACTOR), 0.0).repeat(count)
        pieces["subjects"] = mean.repeat(count)
        first: Vector = torch.cat([pieces[name].double() for name in self.shapes]).numpy()
        sd = torch.full_like(mean, _FIRST_SD)
        return first, Population(mean, sd, torch.zeros(count, len(mean), len(mean), dtype=torch.float64))

    def limits(self) -> list[tuple[float, float]]:
        """Bounds far outside anything plausible."""
        pooled, found = self.pooled, []
        known = dict(zip(pooled.shapes, _cut(pooled.limits(), list(pooled.shapes.values())), strict=True))
        wide = (-25.0, 25.0)
        subject = [(-6.0, 6.0)] * len(self.groups) + pooled.noise_limits() + [wide] * self.numbers[2]
        for name, count in self.shapes.items():
            if name in known:
                found += known[name]
            elif name == "subjects":
                found += subject * len(self.names)
            else:
                found += [(-7.0, 4.0) if name.startswith("ratio") else wide] * count
        return found

    def functions(self, parts: Parts) -> list[SwapFunction]:
        """The population's swap functions."""
        return [self.pooled.function(parts, g) for g in self.groups]

    def subject_functions(self, parts: Parts, functions: Sequence[SwapFunction], s: int) -> list[SwapFunction]:
        """Those of one subject."""
        found = []
        for g in self.groups:
            factor = triangular(parts[f"spread {g}"][s], self.pooled.points(g))
            level, ratio = parts["subjects"][s, g], parts[f"ratio {g}"][0].exp()
            found.append(functions[g].deviating(level, ratio, parts[f"deviation {g}"][s], factor))
        return found

    def log_likelihood(self, numbers: Tensor, functions: Sequence[SwapFunction], s: int) -> Tensor:
        """Expected log-likelihood of one subject's trials (scalar, nats), given its numbers ``(T,)`` and functions."""
        _, noise_numbers, uniform = numbers.split(list(self.numbers))
        noise = self.pooled.noise(noise_numbers)
        total = numbers.new_zeros(())
        for k, data in enumerate(self.data[s]):
            if data is not None:
                g = self.pooled.group_of.get(data.size)
                mine = None if g is None else functions[g]
                guess = uniform[k] if self.pooled.uniform else None
                total = total + expected_log_likelihood(data, mine, self.pooled.family, noise[k], guess)
        return total

    def value(self, vector: Tensor, population: Population) -> Tensor:
        """The bound plus log priors, nats summed over trials (scalar, differentiable)."""
        parts = self.split(vector)
        functions = self.functions(parts)
        total = log_normal(parts["subjects"], population.mean, population.sd)
        for g in self.groups:
            total = total - functions[g].divergence() + log_normal(parts[f"ratio {g}"], *_RATIO)
        total = total + self._kernel_priors(parts)
        for s in range(len(self.names)):
            mine = self.subject_functions(parts, functions, s)
            total = total + self.log_likelihood(parts["subjects"][s], mine, s)
            for g in self.groups:
                factor = triangular(parts[f"spread {g}"][s], self.pooled.points(g))
                own = SwapFunction((), True, factor, factor, factor, parts[f"deviation {g}"][s], factor)
                total = total - own.divergence()
        return total

    def _kernel_priors(self, parts: Parts) -> Tensor:
        """Weak priors of the population's kernels and constants; noise has the population's law instead."""
        only = {name: value for name, value in parts.items() if name.split()[0] not in ("subjects", "noise")}
        return self.pooled.kernel_priors(only)

    def cost(self, vector: Vector, population: Population) -> tuple[float, Vector]:
        """Negative bound per trial and its gradient."""
        return cost_and_gradient(lambda point: self.value(point, population), vector, self.pooled.trials)

    def updated(self, vector: Vector, population: Population) -> Population:
        """One step of expectation-maximisation for the population's means and sd's."""
        numbers = self.split(torch.from_numpy(np.array(vector)))["subjects"]
        variance = torch.stack([self._variance(vector, population, s) for s in range(len(self.names))])
        mean = numbers.mean(0)
        mean[: len(self.groups)] = 0.0  # the constants are the levels' mean
        spread = (numbers - mean).square() + variance.diagonal(dim1=1, dim2=2)
        sd = ((spread.sum(0) + _PRIOR_WEIGHT * _PRIOR_SD**2) / (len(self.names) + _PRIOR_WEIGHT)).sqrt()
        return Population(mean, sd, variance)

    def _variance(self, vector: Vector, population: Population, s: int) -> Tensor:
        """``(T, T)`` Laplace covariance of one subject's numbers, its swap functions' shapes held."""
        parts = self.split(torch.from_numpy(np.array(vector)))
        functions, own = self.functions(parts), parts["subjects"]

        def gradient(numbers: Tensor) -> Tensor:
            point = numbers.clone().requires_grad_()
            moved = parts | {"subjects": torch.cat([own[:s], point[None], own[s + 1 :]])}
            mine = self.subject_functions(moved, functions, s)
            value = self.log_likelihood(point, mine, s) + log_normal(point, population.mean, population.sd)
            return torch.autograd.grad(value, point)[0]

        steps = _STEP * torch.eye(own.shape[1], dtype=torch.float64)
        rows = [(gradient(own[s] - step) - gradient(own[s] + step)) / (2 * _STEP) for step in steps]
        root = root_of_inverse(torch.stack(rows), torch.diag(population.sd**-2))
        return root @ root.T

    def blocks(self, vector: Vector, population: Population, pooled_root: Tensor) -> dict[str | None, Block]:
        """Fitted blocks by subject, and the population's under None.

        ``pooled_root`` is ``BlockBound.root`` at the top of the pooled bound: what kernels and constants leave open,
        and what follows of it for whitened values, are taken from there, since they belong to all subjects.
        """
        population = Population(population.mean, population.sd, self.updated(vector, population).variance)
        parts = self.split(torch.from_numpy(np.array(vector)))
        functions = self.functions(parts)
        kernels = self._kernel_columns(pooled_root)
        found: dict[str | None, Block] = {}
        for s, name in enumerate(self.names):
            value, direction = torch.linalg.eigh(population.variance[s])
            root = direction * value.clamp(min=0).sqrt()
            mine = self.subject_functions(parts, functions, s)
            taken = 1 - population.variance[s].diagonal() / population.sd**2
            effective = float(taken.clamp(min=0).sum()) + self._shape_parameters(parts, s)
            common = [
                _joined(columns, function.factor, float(1 + parts[f"ratio {g}"].exp()) ** -0.5)
                for g, (columns, function) in enumerate(zip(kernels, functions, strict=True))
            ]
            found[name] = self._block(mine, parts["subjects"][s], root, common, effective)
        count = len(self.names)
        uncertain = (population.sd**2 + population.variance.diagonal(dim1=1, dim2=2).mean(0)) / count
        mean = self.updated(vector, population).mean
        effective = float(len(mean) + sum(_taken(function.factor) for function in functions))
        common = [_joined(columns, one.factor, 1.0) for columns, one in zip(kernels, functions, strict=True)]
        found[None] = self._block(functions, mean, torch.diag(uncertain.sqrt()), common, effective)
        return found

    def _kernel_columns(self, root: Tensor) -> list[Tensor]:
        """For each function ``(coordinates, H)``: a root of what its H kernel numbers and constant leave open."""
        found = []
        for g in self.groups:
            own = slice(self.pooled.rows[f"mean {g}"].start, self.pooled.rows[f"constant {g}"].stop)
            covariance, points = root[own] @ root[own].T, self.pooled.points(g)
            width = torch.linalg.cholesky(covariance[points:, points:])
            found.append(torch.linalg.solve_triangular(width, covariance[points:], upper=False).T)
        return found

    def _shape_parameters(self, parts: Parts, s: int) -> float:
        """Effective number of parameters of one subject's deviations."""
        return sum(_taken(triangular(parts[f"spread {g}"][s], self.pooled.points(g))) for g in self.groups)

    def _block(
        self, functions: Sequence[SwapFunction], numbers: Tensor, root: Tensor, common: list[Tensor], effective: float
    ) -> Block:
        """A block whose covariance has, as its first columns, what all subjects share."""
        pooled = self.pooled
        swaps = tuple(
            SwapPart(group, pooled.axes, function, pooled.observed[g])
            for g, (group, function) in enumerate(zip(pooled.groups, functions, strict=True))
        )
        _, noise, uniform = numbers.split(list(self.numbers))
        private = []
        for part, shared in zip(swaps, common, strict=True):
            own = part.function.factor[:, len(part.function.mean) :]  # the population's factor comes first
            private.append(torch.cat([own, own.new_zeros(len(shared) - len(own), own.shape[1])]))
        last = torch.tensor([len(shared) for shared in common], dtype=torch.int64).cumsum(0) - 1
        levels = root.new_zeros(sum(len(shared) for shared in common), root.shape[1]).index_add(
            0, last, root[: len(swaps)]
        )
        everybody, alone = torch.block_diag(*common), torch.block_diag(*private)
        width = everybody.shape[1] + alone.shape[1] if swaps else 0
        rest = root[len(swaps) :]
        rows = [torch.cat([everybody, alone, levels], 1)] if swaps else []
        whole = torch.cat([*rows, torch.cat([rest.new_zeros(len(rest), width), rest], 1)])
        guess = uniform if pooled.uniform else None
        kinds = everybody.shape[1] if swaps else 0
        noise = pooled.noise(noise)
        return Block(pooled.sizes, swaps, pooled.family.name, noise, pooled.design, guess, whole, effective, kinds)


def _joined(kernel: Tensor, factor: Tensor, scale: float) -> Tensor:
    """``(coordinates, H + R)`` columns that all subjects share, in the whitened coordinates of one of them."""
    size = len(factor)
    values = torch.cat([kernel[:size], factor], 1) * scale
    rest = torch.cat([kernel[size:], kernel.new_zeros(len(kernel) - size, factor.shape[1])], 1)
    return torch.cat([values, rest])


def _taken(factor: Tensor) -> float:
    """Of R whitened values, how many the data took from the prior."""
    return max(len(factor) - float(factor.square().sum()), 0.0)


def _cut(values: list[tuple[float, float]], lengths: Sequence[int]) -> list[list[tuple[float, float]]]:
    ends = np.cumsum(lengths).tolist()
    return [values[end - length : end] for end, length in zip(ends, lengths, strict=True)]
