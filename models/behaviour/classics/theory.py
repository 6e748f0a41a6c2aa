"""What a classic model says: from a few numbers to a mixture of guesses, the cued item and the others.

A theory names its numbers, with limits far outside anything plausible, and turns a vector of them into noise, odds of a
guess and odds of a swap for every set size. How it is fitted is no business of its own (``maximum_likelihood``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.behaviour.classics.responses import SizeResponses
from models.behaviour.emissions import Emission
from models.behaviour.emissions.emission import Shown
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import Parameter
from models.behaviour.swap_shapes import Shape
from models.trials import Trials

Vector = NDArray[np.float64]
LEAST_DENSITY = 1e-300
LEAST_ODDS, MOST_ODDS = -12.0, 12.0

Key = tuple[str, int | None]
"""Name of a number and the set size it belongs to; None for all."""


@dataclass(frozen=True)
class Coordinate:
    """A number that is fitted.

    Attributes:
        low, high: its limits.
        prior: mean and sd of the weak normal prior that its uncertainty (not its estimate) knows of; None for the
            logistic law: log-odds whose probability is uniform.
    """

    low: float
    high: float
    prior: tuple[float, float] | None = None


LOG_ODDS = Coordinate(LEAST_ODDS, MOST_ODDS)
LOG_KAPPA = Coordinate(math.log(1e-3), math.log(1e5), (math.log(8.0), 2.0))


@dataclass(frozen=True)
class Hint:
    """What a three-component fit of one set size found: kappa, log-odds of a guess and of all swaps together."""

    concentration: float
    guess: float
    swap: float


@dataclass(frozen=True)
class Start:
    """Where an ascent starts, and narrower limits for it where the likelihood has kinks."""

    vector: Vector
    limits: list[tuple[float, float]] | None = None


class Theory:
    """A family of mixtures with P numbers.

    A subclass has a ``name``, lists its ``coordinates`` and says ``noise``, ``emission`` and, where it has them,
    ``guess_odds``, ``swap_odds`` and ``shape``.

    Attributes:
        name: as in ``FitConfig.model``.
        swaps: whether non-targets are reported; if not they are not looked at.
        probed: whether it needs probe distances.
        curvature_step: over which second differences are taken; wide where the likelihood has kinks.
    """

    name: str = ""
    swaps: bool = False
    probed: bool = False
    curvature_step: float = 1e-3

    def __init__(self, set_sizes: Sequence[int], uniform: bool = True) -> None:
        self.set_sizes, self.uniform = sorted(set_sizes), uniform
        self.coordinates: dict[Key, Coordinate] = self.describe()
        self._place = {key: place for place, key in enumerate(self.coordinates)}
        priors = [one.prior for one in self.coordinates.values()]
        self._logistic = torch.tensor([prior is None for prior in priors])
        self._centre, self._spread = torch.tensor([prior or (0.0, 1.0) for prior in priors], dtype=torch.float64).T

    def describe(self) -> dict[Key, Coordinate]:
        """The numbers in their order."""
        raise NotImplementedError

    def check(self, trials: Trials) -> None:
        """Raise ``CannotFit`` where the trials lack what the theory needs."""

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """Vectors from which the likelihood is climbed; the best end counts."""
        raise NotImplementedError

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """``(M, C)`` density (per radian) of the responses around each item; differentiable in theta ``(P,)``."""
        raise NotImplementedError

    def noises(self, theta: Tensor, parts: Sequence[SizeResponses]) -> list[Tensor]:
        """The noise of several set sizes; overridden where they are cheaper together."""
        return [self.noise(theta, part) for part in parts]

    def guess_odds(self, theta: Tensor, size: int) -> Tensor | None:
        """Odds of a guess against the target; None where nobody guesses."""
        return None

    def swap_odds(self, theta: Tensor, data: SizeResponses) -> Tensor | None:
        """Odds of each non-target against the target, a scalar or ``(M, C - 1)``; None where nobody swaps."""
        return None

    def emission(self, theta: Tensor, size: int) -> Emission:
        """The law of the noise at one set size."""
        raise NotImplementedError

    def shape(self, theta: Tensor, size: int) -> Shape | None:
        """The swap function at one set size above 1; None where nobody swaps."""
        return None

    def shown(self, theta: Tensor) -> list[Parameter]:
        """Rows of the table of parameters, without their intervals."""
        raise NotImplementedError

    def at(self, theta: Tensor, name: str, size: int | None = None) -> Tensor:
        """One of the numbers."""
        return theta[self._place[name, size]]

    def vector(self, values: Mapping[Key, float]) -> Vector:
        """All numbers in their order, brought inside their limits."""
        inside = [min(max(values[key], one.low), one.high) for key, one in self.coordinates.items()]
        return np.array(inside, dtype=np.float64)

    @property
    def limits(self) -> list[tuple[float, float]]:
        """Lowest and highest value of each number."""
        return [(one.low, one.high) for one in self.coordinates.values()]

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log density of the weak priors, up to a constant."""
        logistic = torch.nn.functional.logsigmoid(theta) + torch.nn.functional.logsigmoid(-theta)
        normal = -0.5 * ((theta - self._centre) / self._spread) ** 2
        return torch.where(self._logistic, logistic, normal).sum()

    def log_likelihood(self, theta: Tensor, parts: Sequence[SizeResponses]) -> Tensor:
        """Log-likelihood of responses at several set sizes, nats; differentiable in theta."""
        noises = self.noises(theta, parts)
        return torch.stack(
            [self.log_density(theta, part, noise).sum() for part, noise in zip(parts, noises, strict=True)]
        ).sum()

    def log_density(self, theta: Tensor, data: SizeResponses, noise: Tensor | None = None) -> Tensor:
        """``(M,)`` log density of the responses at one set size, nats per radian; differentiable in theta.

        ``noise`` is that of ``noises``, where it is known already.
        """
        noise = self.noise(theta, data) if noise is None else noise
        density, odds = noise[:, 0], torch.ones((), dtype=torch.float64)
        swap = self.swap_odds(theta, data) if data.size > 1 else None
        if swap is not None:
            density = density + (swap * noise[:, 1:]).sum(1)
            odds = odds + (swap.sum(1) if swap.ndim else swap * (data.size - 1))
        guess = self.guess_odds(theta, data.size)
        if guess is not None:
            density, odds = density + guess / (2 * math.pi), odds + guess
        return density.clamp(min=LEAST_DENSITY).log() - odds.log()

    def mixture(self, theta: Tensor) -> FixedMixture:
        """The mixture that these numbers mean."""
        sizes = {}
        for size in self.set_sizes:
            guess = self.guess_odds(theta, size)
            log_odds = -math.inf if guess is None or float(guess) <= 0 else math.log(float(guess))
            shape = self.shape(theta, size) if size > 1 else None
            sizes[size] = SizeParameters(self.emission(theta, size), log_odds, shape)
        return FixedMixture(sizes)

    def to_json(self) -> dict[str, Any]:
        """What the theory is about."""
        return {"set_sizes": self.set_sizes, "uniform": self.uniform}


def row(name: str, label: str, value: float, size: int | None = None) -> Parameter:
    """A row of the table of parameters whose interval is not known yet."""
    return Parameter(Shown(name, label, value, value, value), size)


def sd_row(emission: Emission, size: int) -> Parameter:
    """The circular sd of the noise at one set size."""
    return row("sd", "Noise SD (degrees of the full circle)", math.degrees(emission.sd), size)
