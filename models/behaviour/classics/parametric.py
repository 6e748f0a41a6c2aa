"""Any classic model behind the common interface: its theory, the fitted numbers, and draws for their uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from models.behaviour.classics.theory import Theory
from models.behaviour.emissions import Emission
from models.behaviour.emissions.emission import Shown
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import EXTREME, MixtureModel, Parameter, Stored, SwapEstimate, swap_probability
from models.behaviour.swap_shapes import Constant, Shape, SwapCurve
from models.displays import Displays


class ParametricModel(MixtureModel):
    """A theory with its fitted numbers.

    Attributes:
        theory: the family.
        estimate: ``(P,)`` the numbers that make the data most likely.
    """

    def __init__(self, theory: Theory, estimate: Tensor, draws: Callable[[], Tensor]) -> None:
        self.theory, self.estimate, self._make_draws = theory, estimate, draws
        self.name = theory.name
        self._fixed = theory.mixture(estimate)
        self.emissions: Mapping[int, Emission] = self._fixed.emissions

    @cached_property
    def draws(self) -> Tensor:
        """``(D, P)`` draws from the posterior under weak priors; made when they are first asked for.

        They cost more than the estimate, and whoever compares models asks for none.
        """
        return self._make_draws()

    @property
    def parameter_count(self) -> float:
        """P."""
        return float(len(self.estimate))

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets."""
        return self._fixed.weights(displays)

    def draw(self, generator: Generator) -> FixedMixture:
        """One of the posterior draws."""
        chosen = int(torch.randint(len(self.draws), (1,), generator=generator))
        return self.theory.mixture(self.draws[chosen])

    def mean_function(self) -> FixedMixture:
        """The estimates as a mixture of known parameters."""
        return self._fixed

    def parameters(self) -> list[Parameter]:
        """What the theory shows, with 95 % intervals over the draws."""
        return list(self._parameters)

    @cached_property
    def _parameters(self) -> list[Parameter]:
        rows = self.theory.shown(self.estimate)
        drawn = np.array([[one.shown.value for one in self.theory.shown(theta)] for theta in self.draws])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        return [_bounded(entry, low[k], high[k]) for k, entry in enumerate(rows)]

    def swap_estimates(self) -> list[SwapEstimate]:
        """The swap function of every set size above 1, with a band over the draws; none where nobody swaps."""
        if not self.theory.swaps:
            return []
        return [self._swap_estimate(size) for size in self.theory.set_sizes if size > 1]

    def _swap_estimate(self, size: int) -> SwapEstimate:
        grid, mean = _values(self.theory.shape(self.estimate, size))
        drawn = torch.stack([_values(self.theory.shape(theta, size))[1] for theta in self.draws])
        levels = torch.tensor([0.025, 0.975], dtype=torch.float64)
        low, high = torch.quantile(drawn, levels, dim=0)
        low, high = torch.minimum(low, mean), torch.maximum(high, mean)
        mean, low, high = (curve.clamp(-EXTREME, EXTREME) for curve in (mean, low, high))
        odds = self.theory.guess_odds(self.estimate, size)
        guess = 0.0 if odds is None else float(odds)
        return SwapEstimate((size,), ("probe",), (grid,), mean, low, high, guess, swap_probability(mean, guess))

    def stored(self) -> Stored:
        """Numbers as tensors, the theory by its name."""
        return {"estimate": self.estimate, "draws": self.draws}, self.theory.to_json()


def restored(theory: type[Theory], plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> ParametricModel:
    """From ``ParametricModel.stored``."""
    family = theory(plain["set_sizes"], plain["uniform"])
    return ParametricModel(family, tensors["estimate"], lambda: tensors["draws"])


def _bounded(entry: Parameter, low: float, high: float) -> Parameter:
    one = entry.shown
    interval = min(float(low), one.value), max(float(high), one.value)
    return Parameter(Shown(one.name, one.label, one.value, *interval), entry.set_size)


def _values(shape: Shape | None) -> tuple[Tensor, Tensor]:
    """Distances (radians) and log-odds of a swap function; a constant is known by its two ends."""
    if isinstance(shape, SwapCurve):
        return shape.distance, shape.log_odds
    if not isinstance(shape, Constant):
        raise TypeError("a theory with swaps has a swap function of one distance at every set size above 1")
    ends = torch.tensor([0.0, torch.pi], dtype=torch.float64)
    return ends, torch.full((2,), shape.log_odds, dtype=torch.float64)
