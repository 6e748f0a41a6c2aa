"""Fitting BNS: which set sizes are fitted together, where they start, and the climb to the bound's maximum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import minimize

from models.behaviour.block_bound import BlockBound, Start
from models.behaviour.bns import BNS, Block
from models.behaviour.bound import prepare
from models.behaviour.config import CannotFit, FitConfig
from models.behaviour.curvature import Vector
from models.behaviour.emissions import FAMILIES
from models.behaviour.expectation_maximisation import expectation_maximisation
from models.behaviour.fit_curve import FitCurve
from models.behaviour.swap_shapes import MissingProbe, check_probe
from models.trials import Trials

MOST_INDUCING_2D, MOST_INDUCING_2D_SIGNED = 8, 5  # an axis; of signed distances on either side of 0
_START_STEPS, _START_TOLERANCE = 200, 1e-6


def fit_bns(config: FitConfig, trials: Trials, curve: FitCurve) -> tuple[BNS, bool]:
    """The fitted model, and whether every bound settled.

    Raises:
        CannotFit: where probe values are missing that the model needs.
    """
    check(config, trials)
    bounds = [bound_of(config, trials, sizes) for sizes in coupled(config, trials.set_sizes)]
    starts = [bound.start([start(trials, size, config.uniform) for size in bound.sizes]) for bound in bounds]
    for bound, first in zip(bounds, starts, strict=True):
        curve.expect(bound.sizes, -bound.cost(first)[0] * bound.trials)
    blocks: list[Block] = []
    converged = True
    for bound, first in zip(bounds, starts, strict=True):
        message = f"Fitting set size {', '.join(str(size) for size in bound.sizes)}"
        listen = curve.listener(bound.sizes, bound.trials, message)
        ascent = climb(bound.cost, first, bound.limits(), config, listen)
        curve.finish(bound.sizes, bound.trials)
        converged = converged and ascent.converged
        blocks.append(bound.block(ascent.vector))
    return BNS(blocks, config.axes, config.even), converged


def check(config: FitConfig, trials: Trials) -> None:
    """Raise ``CannotFit`` where the trials lack what the swap function depends on."""
    if "probe" in config.axes:
        try:
            check_probe(trials.displays)
        except MissingProbe as error:
            raise CannotFit(str(error)) from error


def coupled(config: FitConfig, sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Which set sizes are fitted together: those that share noise parameters or a swap function."""
    if config.noise != "each":
        return [tuple(sizes)]
    several = tuple(size for size in sizes if size > 1)
    alone = [(1,)] if 1 in sizes else []
    return alone + ([several] if config.swap_function_shared and several else [(size,) for size in several])


def bound_of(config: FitConfig, trials: Trials, sizes: Sequence[int]) -> BlockBound:
    """The bound of set sizes that are fitted together."""
    data = [prepare(trials, size, config.axes, not config.even) for size in sizes]
    several = tuple(size for size in sizes if size > 1)
    groups = [several] if config.swap_function_shared and several else [(size,) for size in several]
    most = MOST_INDUCING_2D if config.even else MOST_INDUCING_2D_SIGNED
    inducing = min(config.inducing, most) if len(config.axes) == 2 else config.inducing
    family = FAMILIES[config.emission]
    return BlockBound(data, groups, config.axes, config.even, family, config.noise, config.uniform, inducing)


@torch.no_grad()
def start(trials: Trials, size: int, uniform: bool) -> Start:
    """Where a set size starts: the three-component model's estimates."""
    estimate = expectation_maximisation(trials.of_set_size(size), uniform, _START_STEPS, _START_TOLERANCE).estimate
    target = max(estimate.target, 1e-6)
    return Start(
        estimate.concentration,
        math.log(max(estimate.uniform, 1e-6) / target),
        math.log(max(estimate.swap, 1e-6) / max(size - 1, 1) / target),
    )


@dataclass(frozen=True)
class Ascent:
    """How a bound was climbed: the vector reached, iterations, and whether it settled."""

    vector: Vector
    steps: int
    converged: bool


def climb(
    cost: Callable[[Vector], tuple[float, Vector]],
    first: Vector,
    limits: list[tuple[float, float]],
    config: FitConfig,
    listen: Callable[[int, float], None],
) -> Ascent:
    """Minimise a cost (negative bound, nats per trial) by L-BFGS from a first vector.

    Stops when the bound gained less than ``config.tolerance`` over the last ``config.window`` iterations. ``listen`` is
    told (iteration, bound per trial) after every iteration; what it raises ends the fit.
    """
    history: list[float] = []
    settled = False

    def after(intermediate_result: object) -> None:
        nonlocal settled
        history.append(-float(intermediate_result.fun))  # type: ignore[attr-defined]
        listen(len(history), history[-1])
        if len(history) > config.window and history[-1] - history[-1 - config.window] < config.tolerance:
            settled = True
            raise StopIteration

    answer = minimize(
        cost,
        np.clip(first, *np.array(limits).T),
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        callback=after,
        options={
            "maxiter": config.max_steps,
            "maxfun": 2 * config.max_steps,
            "maxcor": 30,
            "ftol": 1e-12,
            "gtol": 1e-7,
        },
    )
    return Ascent(np.asarray(answer.x), len(history), settled or bool(answer.success))
