"""Exact expectation-maximisation of the three-component mixture for one set size, and how sure its estimates are.

The density is centred on the items, so the M-step uses the cosine part of the resultant, not its length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from models.behaviour.emissions import von_mises
from models.behaviour.emissions.emission import LOG_FULL_CIRCLE
from models.trials import Trials

_STARTS = [(1.0, 0.1, 0.1), (10.0, 0.01, 0.1), (10.0, 0.4, 0.1), (10.0, 0.1, 0.4), (50.0, 0.1, 0.2)]
_SHORT_RUN, _LEAST_INFORMATION = 25, 1e-2


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
    information = -torch.autograd.functional.hessian(partial(log_likelihood, cosine), point)[index][:, index]
    value, vector = torch.linalg.eigh(information)
    if float(value[0]) < _LEAST_INFORMATION:
        score = trial_scores(cosine, swap, guess, kappa)[:, index]
        value, vector = torch.linalg.eigh(score.T @ score)
    # a direction the data say nothing about gets a wide, finite variance
    inverse = vector @ torch.diag(1 / value.clamp(min=_LEAST_INFORMATION)) @ vector.T
    covariance = torch.zeros(3, 3, dtype=torch.float64)
    covariance[index[:, None], index[None, :]] = inverse
    return covariance


def log_likelihood(cosine: Tensor, point: Tensor) -> Tensor:
    """Log-likelihood of (swap, uniform, log kappa), nats, from ``cos`` of the errors ``(M, N)``; differentiable."""
    others = cosine.shape[1] - 1
    noise = von_mises.log_density_of_gap(1 - cosine, point[2].exp()).exp()
    density = (1 - point[0] - point[1]) * noise[:, 0] + point[1] / (2 * math.pi)
    if others:
        density = density + point[0] / others * noise[:, 1:].sum(1)
    return density.clamp(min=1e-300).log().sum()


def trial_scores(cosine: Tensor, swap: float, guess: float, kappa: float) -> Tensor:
    """``(M, 3)`` derivatives of each trial's log density by (swap, uniform, log kappa), from ``cos`` of the errors."""
    others = max(cosine.shape[1] - 1, 1)
    noise = von_mises.log_density_of_gap(1 - cosine, torch.tensor(kappa, dtype=torch.float64)).exp()
    weights = torch.tensor([1 - swap - guess] + [swap / others] * (cosine.shape[1] - 1), dtype=torch.float64)
    density = (noise @ weights + guess / (2 * math.pi)).clamp(min=1e-300)
    sharper = kappa * (noise * (cosine - von_mises.harmonics(kappa, 1))) @ weights
    from_target = [noise[:, 1:].sum(1) / others - noise[:, 0], 1 / (2 * math.pi) - noise[:, 0]]
    return torch.stack([*from_target, sharper], 1) / density[:, None]
