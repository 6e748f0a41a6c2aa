"""The three-component swap model of Bays, Catalao & Husain (2009, J. Vis. 9(10):7).

``p(y) = a vM(e_T; kappa) + (b / m) sum_i vM(e_i; kappa) + c / (2 pi)`` with ``a + b + c = 1`` and m non-targets,
separately for every set size. Fitted by ``expectation_maximisation``; uncertainty by draws from the posterior.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.behaviour.classics.posterior import posterior_draws
from models.behaviour.classics.theory import LOG_KAPPA
from models.behaviour.config import FitConfig
from models.behaviour.emissions import Emission, VonMises
from models.behaviour.emissions.emission import Shown
from models.behaviour.emissions.von_mises import VonMisesFamily
from models.behaviour.expectation_maximisation import EmRun, ThreeComponents, expectation_maximisation, log_likelihood
from models.behaviour.fit_curve import FitCurve
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import EXTREME, MixtureModel, Parameter, Stored, SwapEstimate, swap_probability
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials

_EM_STEPS = 20
_LEAST = 1e-12
_WIDEST = (0.3, 0.3, 2.0)  # sd of the first proposal: a share has no more room, log kappa has its prior


class ThreeComponentModel(MixtureModel):
    """Estimates for every set size and draws for their uncertainty, behind the common interface.

    Attributes:
        sizes: estimates by set size.
    """

    name: str = "three_component"

    def __init__(self, sizes: Mapping[int, ThreeComponents], draws: Callable[[int], Tensor]) -> None:
        self.sizes, self._make_draws = dict(sizes), draws
        self.emissions: Mapping[int, Emission] = {
            size: VonMises(value.concentration) for size, value in self.sizes.items()
        }

    @cached_property
    def draws(self) -> dict[int, Tensor]:
        """``(D, 3)`` posterior draws of (swap, uniform, log kappa) by set size; made when they are first asked for.

        The prior is uniform on the simplex and weak on log kappa.
        """
        return {size: self._make_draws(size) for size in self.sizes}

    @property
    def parameter_count(self) -> float:
        """Concentration of every set size, and the mixture weights that are not fixed."""
        return float(sum(int((value.covariance.diagonal() > 0).sum()) for value in self.sizes.values()))

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets."""
        weights = torch.zeros(len(displays), displays.items + 1, dtype=torch.float64)
        for size, rows in self.rows_by_size(displays):
            value = self.sizes[size]
            each = value.swap / max(size - 1, 1)
            row = [value.uniform, value.target] + [each] * (size - 1)
            weights[rows] = torch.tensor(row + [0.0] * (displays.items - size), dtype=torch.float64)
        return weights

    def draw(self, generator: torch.Generator) -> FixedMixture:
        """One of the posterior draws of every set size."""
        drawn = {}
        for size, points in self.draws.items():
            chosen = int(torch.randint(len(points), (1,), generator=generator))
            swap, uniform, log_kappa = points[chosen].tolist()
            drawn[size] = _fixed(size, swap, uniform, math.exp(log_kappa))
        return FixedMixture(drawn)

    def mean_function(self) -> FixedMixture:
        """The estimates as a mixture of known parameters."""
        return FixedMixture(
            {size: _fixed(size, value.swap, value.uniform, value.concentration) for size, value in self.sizes.items()}
        )

    def parameters(self) -> list[Parameter]:
        """Noise of every set size with 95 % intervals over the draws; the weights have a picture of their own."""
        return [Parameter(one, size) for size, value in self.sizes.items() for one in _noise(value, self.draws[size])]

    def swap_estimates(self) -> list[SwapEstimate]:
        """The constant swap log-odds of every set size above 1, with a 95 % band over the draws."""
        return [_estimate(size, value, self.draws[size]) for size, value in self.sizes.items() if size > 1]

    def stored(self) -> Stored:
        """Numbers as tensors by set size."""
        tensors = {}
        for size, value in self.sizes.items():
            numbers = [value.target, value.swap, value.uniform, value.concentration]
            tensors[f"{size}.estimate"] = torch.tensor(numbers, dtype=torch.float64)
            tensors[f"{size}.covariance"] = value.covariance
            tensors[f"{size}.draws"] = self.draws[size]
        return tensors, {"set_sizes": list(self.sizes)}

    @staticmethod
    def restored(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> ThreeComponentModel:
        """From ``stored``."""
        sizes = {}
        for size in plain["set_sizes"]:
            target, swap, uniform, concentration = tensors[f"{size}.estimate"].tolist()
            covariance = tensors[f"{size}.covariance"]
            sizes[int(size)] = ThreeComponents(target, swap, uniform, concentration, covariance)
        return ThreeComponentModel(sizes, lambda size: tensors[f"{size}.draws"])


def fit_three_component(config: FitConfig, trials: Trials, curve: FitCurve) -> tuple[ThreeComponentModel, bool]:
    """Fit every set size by EM; the second value says whether all of them settled."""
    runs: dict[int, EmRun] = {}
    steps = _EM_STEPS * config.max_steps  # an EM step is cheap and gains little
    for size in trials.set_sizes:
        part = trials.of_set_size(size)
        runs[size] = expectation_maximisation(part, config.uniform, steps, config.tolerance * 1e-3)
        curve.expect(size, runs[size].curve[0] * len(part))
    for size, run in runs.items():
        count = int((trials.set_size == size).sum())
        listen = curve.listener(size, count, f"Fitting set size {size}")
        for step, value in enumerate(run.curve, 1):
            listen(step, value)
        curve.finish(size, count)
    sizes = {size: run.estimate for size, run in runs.items()}
    model = ThreeComponentModel(sizes, partial(_draws_of, trials, sizes, config.uniform))
    return model, all(run.converged for run in runs.values())


def _noise(value: ThreeComponents, draws: Tensor) -> list[Shown]:
    family = VonMisesFamily()
    rows = family.shown([math.log(max(value.concentration, 1e-9))], [0.0])
    drawn = np.array([[one.value for one in family.shown([log_kappa], [0.0])] for log_kappa in draws[:, 2].tolist()])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return [
        Shown(one.name, one.label, one.value, min(float(low[k]), one.value), max(float(high[k]), one.value))
        for k, one in enumerate(rows)
    ]


def _estimate(size: int, value: ThreeComponents, draws: Tensor) -> SwapEstimate:
    odds = _swap_log_odds(size, torch.tensor([[value.swap, value.uniform]], dtype=torch.float64))
    levels = torch.tensor([0.025, 0.975], dtype=torch.float64)
    low, high = torch.quantile(_swap_log_odds(size, draws), levels)[:, None]
    low, high = torch.minimum(low, odds), torch.maximum(high, odds)  # an estimate on the border is outside the draws
    mean, low, high = (level.expand(2).clamp(-EXTREME, EXTREME) for level in (odds, low, high))
    distance = torch.tensor([0.0, math.pi], dtype=torch.float64)
    guess = value.uniform / max(value.target, 1e-9)
    return SwapEstimate((size,), ("probe",), (distance,), mean, low, high, guess, swap_probability(mean, guess))


def _swap_log_odds(size: int, shares: Tensor) -> Tensor:
    """``(D,)`` log-odds of one non-target against the target, from shares ``(D, 2 or more)`` of (swap, uniform)."""
    target = (1 - shares[:, 0] - shares[:, 1]).clamp(min=1e-9)
    return (shares[:, 0].clamp(min=1e-9) / (size - 1) / target).log()


def _fixed(size: int, swap: float, uniform: float, concentration: float) -> SizeParameters:
    target = max(1 - swap - uniform, _LEAST)
    each = math.log(max(swap, _LEAST) / max(size - 1, 1) / target)
    guess = math.log(uniform / target) if uniform > 0 else -math.inf
    return SizeParameters(VonMises(concentration), guess, Constant(each) if size > 1 else None)


def _draws_of(trials: Trials, sizes: Mapping[int, ThreeComponents], uniform: bool, size: int) -> Tensor:
    """``(D, 3)`` posterior draws of (swap, uniform, log kappa) at one set size; the same for the same data."""
    value, low, high = sizes[size], LOG_KAPPA.low, LOG_KAPPA.high
    cosine = trials.of_set_size(size).error[:, :size].cos()
    index = torch.tensor([size > 1, uniform, True]).nonzero()[:, 0]
    log_kappa = min(max(math.log(max(value.concentration, _LEAST)), low), high)
    mode = torch.tensor([value.swap, value.uniform, log_kappa], dtype=torch.float64)
    centre, spread = LOG_KAPPA.prior or (0.0, math.inf)

    @torch.no_grad()
    def log_posterior(free: Tensor) -> float:
        point = torch.zeros(3, dtype=torch.float64).index_copy(0, index, free)
        if float(point[0] + point[1]) > 1:
            return -math.inf
        prior = -0.5 * ((float(point[2]) - centre) / spread) ** 2
        return float(log_likelihood(cosine, point)) + prior

    widest = torch.tensor(_WIDEST, dtype=torch.float64)[index]
    covariance = value.covariance[index][:, index]
    scale = (widest / covariance.diagonal().sqrt()).clamp(max=1)
    limits = [((0.0, 1.0), (0.0, 1.0), (low, high))[k] for k in index.tolist()]
    generator = torch.Generator().manual_seed(0)
    free = posterior_draws(log_posterior, mode[index], scale[:, None] * covariance * scale, limits, generator)
    return torch.zeros(len(free), 3, dtype=torch.float64).index_copy(1, index, free)
