"""The three-component swap model of Bays, Catalao & Husain (2009, J. Vis. 9(10):7).

``p(y) = a vM(e_T; kappa) + (b / m) sum_i vM(e_i; kappa) + c / (2 pi)`` with ``a + b + c = 1`` and m non-targets,
separately for every set size. Fitted by exact EM: the density is centred on the items, so the M-step uses the cosine
part of the resultant, not its length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.behaviour.classics.posterior import posterior_draws
from models.behaviour.classics.theory import LOG_KAPPA
from models.behaviour.config import FitConfig
from models.behaviour.emissions import Emission, VonMises, von_mises
from models.behaviour.emissions.emission import LOG_FULL_CIRCLE, Shown
from models.behaviour.emissions.von_mises import VonMisesFamily
from models.behaviour.fit_curve import FitCurve
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.model import EXTREME, MixtureModel, Parameter, Stored, SwapEstimate, swap_probability
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials

_STARTS = [(1.0, 0.1, 0.1), (10.0, 0.01, 0.1), (10.0, 0.4, 0.1), (10.0, 0.1, 0.4), (50.0, 0.1, 0.2)]
_EM_STEPS = 20
_SHORT_RUN, _LEAST, _LEAST_INFORMATION = 25, 1e-12, 1e-2
_WIDEST = (0.3, 0.3, 2.0)  # sd of the first proposal: a share has no more room, log kappa has its prior


@dataclass(frozen=True)
class ThreeComponents:
    """Estimates for one set size.

    Attributes:
        target, swap, uniform: probabilities that sum to 1; ``swap`` is shared equally by the non-targets.
        concentration: kappa.
        covariance: ``(3, 3)`` of (swap, uniform, log kappa), the inverse observed information; rows of parameters that
            do not exist (swaps at set size 1) are 0.
    """

    target: float
    swap: float
    uniform: float
    concentration: float
    covariance: Tensor


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


@dataclass(frozen=True)
class EmRun:
    """What EM did for one set size: estimates, log-likelihood after every iteration, and whether it settled."""

    estimate: ThreeComponents
    curve: list[float]
    converged: bool


def expectation_maximisation(trials: Trials, uniform: bool, max_steps: int, tolerance: float) -> EmRun:
    """Fit the trials of *one* set size; several starts, the best goes on until it settles.

    Args:
        trials: trials of one set size, ``(M, N)``.
        uniform: whether there is a uniform component.
        max_steps: most EM iterations of the long run.
        tolerance: it has settled when the log-likelihood rises by less than this, in nats per trial and iteration.
    """
    size = int(trials.set_size[0])
    cosine = trials.error[:, :size].cos()
    starts = []
    for kappa, swap, guess in _STARTS:
        swap, guess = (swap if size > 1 else 0.0), (guess if uniform else 0.0)
        state = (1 - swap - guess, swap, guess, kappa)
        short = _iterate(cosine, state, _SHORT_RUN, 0.0)
        starts.append((short[1][-1], short[0]))
    best = max(starts, key=lambda start: start[0])[1]
    (target, swap, guess, kappa), curve, converged = _iterate(cosine, best, max_steps, tolerance)
    covariance = _covariance(cosine, swap, guess, kappa, uniform)
    return EmRun(ThreeComponents(target, swap, guess, kappa, covariance), curve, converged)


_State = tuple[float, float, float, float]


def _iterate(cosine: Tensor, state: _State, steps: int, tolerance: float) -> tuple[_State, list[float], bool]:
    """EM iterations from (target, swap, uniform, kappa) on ``cos`` of the errors ``(M, N)``."""
    others = max(cosine.shape[1] - 1, 1)
    flat = torch.full_like(cosine[:, :1], -LOG_FULL_CIRCLE)
    curve: list[float] = []
    for _ in range(max(steps, 1)):
        target, swap, guess, kappa = state
        prior = torch.tensor([guess, target] + [swap / others] * (cosine.shape[1] - 1), dtype=torch.float64).log()
        noise = von_mises.log_density_of_gap(1 - cosine, torch.tensor(kappa, dtype=torch.float64))
        joint = prior + torch.cat([flat, noise], 1)
        total = joint.logsumexp(1)
        curve.append(float(total.mean()))
        share = (joint - total[:, None]).exp()
        weight = share.mean(0)
        sources = float(share[:, 1:].sum())
        length = float((share[:, 1:] * cosine).sum()) / sources if sources > 0 else 0.0
        state = (
            float(weight[1]),
            float(weight[2:].sum()),
            float(weight[0]),
            von_mises.concentration_of(length),
        )
        if tolerance > 0 and len(curve) > 1 and curve[-1] - curve[-2] < tolerance:
            return state, curve, True
    return state, curve, False


def _covariance(cosine: Tensor, swap: float, guess: float, kappa: float, uniform: bool) -> Tensor:
    """Inverse observed information of (swap, uniform, log kappa); parameters that do not exist keep zeros.

    Where an estimate lies on the border of what is possible (no swaps, say) the likelihood need not be curved, and its
    second derivatives are no information; the summed outer products of the trials' scores, which are never negative
    and estimate the same in the interior, stand in for them.
    """
    index = torch.tensor([cosine.shape[1] > 1, uniform, True]).nonzero()[:, 0]
    point = torch.tensor([swap, guess, math.log(max(kappa, 1e-6))], dtype=torch.float64)
    information = -torch.autograd.functional.hessian(partial(_log_likelihood, cosine), point)[index][:, index]
    value, vector = torch.linalg.eigh(information)
    if float(value[0]) < _LEAST_INFORMATION:
        score = trial_scores(cosine, swap, guess, kappa)[:, index]
        value, vector = torch.linalg.eigh(score.T @ score)
    # a direction the data say nothing about gets a wide, finite variance
    inverse = vector @ torch.diag(1 / value.clamp(min=_LEAST_INFORMATION)) @ vector.T
    covariance = torch.zeros(3, 3, dtype=torch.float64)
    covariance[index[:, None], index[None, :]] = inverse
    return covariance


def _log_likelihood(cosine: Tensor, point: Tensor) -> Tensor:
    """Log-likelihood of (swap, uniform, log kappa), nats, from ``cos`` of the errors ``(M, N)``; differentiable."""
    others = cosine.shape[1] - 1
    noise = von_mises.log_density_of_gap(1 - cosine, point[2].exp()).exp()
    density = (1 - point[0] - point[1]) * noise[:, 0] + point[1] / (2 * math.pi)
    if others:
        density = density + point[0] / others * noise[:, 1:].sum(1)
    return density.clamp(min=1e-300).log().sum()


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
        return float(_log_likelihood(cosine, point)) + prior

    widest = torch.tensor(_WIDEST, dtype=torch.float64)[index]
    covariance = value.covariance[index][:, index]
    scale = (widest / covariance.diagonal().sqrt()).clamp(max=1)
    limits = [((0.0, 1.0), (0.0, 1.0), (low, high))[k] for k in index.tolist()]
    generator = torch.Generator().manual_seed(0)
    free = posterior_draws(log_posterior, mode[index], scale[:, None] * covariance * scale, limits, generator)
    return torch.zeros(len(free), 3, dtype=torch.float64).index_copy(1, index, free)


def trial_scores(cosine: Tensor, swap: float, guess: float, kappa: float) -> Tensor:
    """``(M, 3)`` derivatives of each trial's log density by (swap, uniform, log kappa), from ``cos`` of the errors."""
    others = max(cosine.shape[1] - 1, 1)
    noise = von_mises.log_density_of_gap(1 - cosine, torch.tensor(kappa, dtype=torch.float64)).exp()
    weights = torch.tensor([1 - swap - guess] + [swap / others] * (cosine.shape[1] - 1), dtype=torch.float64)
    density = (noise @ weights + guess / (2 * math.pi)).clamp(min=1e-300)
    sharper = kappa * (noise * (cosine - von_mises.harmonics(kappa, 1))) @ weights
    from_target = [noise[:, 1:].sum(1) / others - noise[:, 0], 1 / (2 * math.pi) - noise[:, 0]]
    return torch.stack([*from_target, sharper], 1) / density[:, None]
