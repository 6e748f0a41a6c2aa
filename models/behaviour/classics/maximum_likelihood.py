"""Fitting a theory: the most likely numbers, from several starts, and draws from their posterior."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from models.behaviour.bns_fit import climb
from models.behaviour.bns_fit import start as three_component_start
from models.behaviour.classics.parametric import ParametricModel
from models.behaviour.classics.posterior import covariance_at, posterior_draws
from models.behaviour.classics.responses import SizeResponses
from models.behaviour.classics.theory import Hint, Start, Theory, Vector
from models.behaviour.config import FitConfig
from models.behaviour.fit_curve import FitCurve
from models.displays import Displays
from models.trials import Trials

_HINTS, _SUBSET, _SHORT = 1500, 600, 15  # responses of a set size, and steps, by which starting points are judged
_FINER = 1e-2  # log-likelihoods are compared between models, so they are climbed further than a bound


def fit_parametric(
    theory: type[Theory], config: FitConfig, trials: Trials, curve: FitCurve
) -> tuple[ParametricModel, bool]:
    """The most likely numbers of a theory, and whether the climb settled.

    Raises:
        CannotFit: where the trials lack what the theory needs.
    """
    family = theory(trials.set_sizes, config.uniform)
    family.check(trials)
    data = [SizeResponses.of(trials, size, family.swaps, family.probed) for size in family.set_sizes]
    finer = replace(config, tolerance=config.tolerance * _FINER)
    likelihood = Likelihood(family, data)
    first = _best_start(family, data, family.starts(_hints(family, trials)), config, curve)
    curve.expect("all", -likelihood.cost(first.vector)[0] * len(trials))
    listen = curve.listener("all", len(trials), "Fitting the most likely parameters")
    estimate, converged = _climb_to_the_end(likelihood, first, finer, listen)
    curve.finish("all", len(trials))
    draws = partial(_draws, likelihood, estimate, first.limits or family.limits, finer)
    return ParametricModel(family, torch.tensor(estimate), draws), converged


class Likelihood:
    """The log-likelihood of a theory's numbers, with and without its weak priors."""

    def __init__(self, theory: Theory, data: Sequence[SizeResponses]) -> None:
        self.theory, self.data = theory, data
        self.trials = sum(len(part) for part in data)

    def total(self, theta: Tensor) -> Tensor:
        """Log-likelihood, nats."""
        return self.theory.log_likelihood(theta, self.data)

    def posterior(self, theta: Tensor) -> Tensor:
        """Log posterior density up to a constant, nats."""
        return self.total(theta) + self.theory.log_prior(theta)

    def cost(self, vector: Vector, prior: bool = False) -> tuple[float, Vector]:
        """Minus the log-likelihood (or log posterior) per trial, and its slope."""
        with torch.enable_grad():  # draws may be asked for where slopes are off
            theta = torch.tensor(vector, dtype=torch.float64, requires_grad=True)
            value = -(self.posterior(theta) if prior else self.total(theta)) / self.trials
            (slope,) = torch.autograd.grad(value, theta)
        return float(value.detach()), np.nan_to_num(slope.numpy(), posinf=0.0, neginf=0.0)

    def slope(self, theta: Tensor) -> Tensor:
        """``(P,)`` slope of the log posterior."""
        return torch.tensor(self.cost(theta.numpy(), prior=True)[1]) * -self.trials


def _hints(theory: Theory, trials: Trials) -> dict[int, Hint]:
    """Three-component estimates of every set size from some of its trials; two components where nobody swaps."""
    found = {}
    for size in theory.set_sizes:
        rows = (trials.set_size == size).nonzero()[:, 0]
        some, items = trials.select(rows[:: max(len(rows) // _HINTS, 1)]), size
        if not theory.swaps:
            alone = Displays(some.report[:, :1], some.probe[:, :1], torch.ones_like(some.set_size))
            some, items = Trials.build(alone, some.response), 1
        fitted = three_component_start(some, items, True)
        several = math.log(max(items - 1, 1))
        found[size] = Hint(fitted.concentration, fitted.uniform_log_odds, fitted.swap_log_odds + several)
    return found


def _best_start(
    theory: Theory, data: Sequence[SizeResponses], starts: Sequence[Start], config: FitConfig, curve: FitCurve
) -> Start:
    """The start whose short climb ends highest, moved to that end.

    Some of the trials are enough to tell basins apart, but not the two sides of a kink.
    """
    kinked = any(one.limits for one in starts)
    likelihood = Likelihood(theory, [part.every(1 if kinked else max(len(part) // _SUBSET, 1)) for part in data])
    alive = curve.inner().listener("starts", likelihood.trials, "Comparing starting points")
    short = replace(config, max_steps=min(_SHORT, config.max_steps))
    ends = []
    for one in starts:
        ascent = climb(likelihood.cost, one.vector, one.limits or theory.limits, short, alive)
        ends.append((likelihood.cost(ascent.vector)[0], Start(ascent.vector, one.limits)))
    return min(ends, key=lambda end: end[0])[1]


def _climb_to_the_end(
    likelihood: Likelihood, first: Start, config: FitConfig, listen: Callable[[int, float], None]
) -> tuple[Vector, bool]:
    """The highest point near a start; where the line search gave up, as at a kink, a second climb must gain nothing."""
    limits = first.limits or likelihood.theory.limits
    ascent = climb(likelihood.cost, first.vector, limits, config, listen)
    estimate, converged, height = ascent.vector, ascent.converged, -likelihood.cost(ascent.vector)[0]
    if not converged and ascent.steps < config.max_steps:
        again = climb(likelihood.cost, estimate, limits, config, listen)
        higher = -likelihood.cost(again.vector)[0]
        converged = again.converged or higher - height < config.tolerance
        estimate, height = (again.vector, higher) if higher > height else (estimate, height)
    listen(ascent.steps + 1, height)
    return estimate, converged


def _draws(likelihood: Likelihood, estimate: Vector, limits: list[tuple[float, float]], config: FitConfig) -> Tensor:
    """Posterior draws around the estimate; the same for the same data."""
    mode = climb(lambda vector: likelihood.cost(vector, prior=True), estimate, limits, config, _unheard).vector
    centre, theory = torch.tensor(mode), likelihood.theory
    covariance = covariance_at(likelihood.slope, centre, theory.curvature_step)

    @torch.no_grad()
    def log_posterior(theta: Tensor) -> float:
        return float(likelihood.posterior(theta))

    generator = torch.Generator().manual_seed(0)
    return posterior_draws(log_posterior, centre, covariance, theory.limits, generator)


def _unheard(step: int, value: float) -> None:
    """Nobody follows this climb."""
