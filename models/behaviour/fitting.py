"""Fitting a behavioural model to trials: one call, whatever the model."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import torch

from models.behaviour.bns import BNS, Block, check_probe
from models.behaviour.bns_fit import BlockBound, Start, climb
from models.behaviour.bound import prepare
from models.behaviour.classic import EmRun, ThreeComponentModel, expectation_maximisation
from models.behaviour.model import BehaviourModel
from models.progress import Progress, Report, silent
from models.trials import Trials

_START_STEPS, _START_TOLERANCE = 200, 1e-6
_EXPECTED_STEPS = 120
_SECONDS_BETWEEN_REPORTS = 0.05


class CannotFit(ValueError):
    """These trials cannot be fitted with this configuration; the message says why, in a person's words."""


@dataclass(frozen=True)
class FitConfig:
    """What to fit.

    Attributes:
        model: "bns" or "three_component".
        swap_function_shared: one swap function for all set sizes, instead of one per set size (BNS).
        uniform: whether responses may also be guesses.
        emission: "von_mises", the law of the noise.
        inducing: inducing points of a swap function where distances are continuous (discrete ones are used as such).
        max_steps: most iterations of the optimiser (BNS: L-BFGS per swap function; three-component: EM per set size).
        tolerance: BNS has converged when the bound gained less than this many nats per trial over ``window``
            iterations; EM when one iteration gained less than a thousandth of it.
        window: iterations over which the gain is judged.
    """

    model: str = "bns"
    swap_function_shared: bool = False
    uniform: bool = True
    emission: str = "von_mises"
    inducing: int = 12
    max_steps: int = 500
    tolerance: float = 1e-5
    window: int = 10

    def __post_init__(self) -> None:
        if self.model not in FITTERS:
            raise ValueError(f"model must be one of {', '.join(FITTERS)}, not {self.model!r}")
        if self.emission != "von_mises":
            raise ValueError(f"emission must be von_mises, not {self.emission!r}")
        if self.inducing < 2 or self.max_steps < 1 or self.window < 1 or not self.tolerance > 0:
            raise ValueError("inducing must be at least 2, max_steps and window at least 1, tolerance positive")

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> FitConfig:
        """From a plain dict; raises ``ValueError`` for names it does not know."""
        unknown = set(values) - {entry.name for entry in fields(FitConfig)}
        if unknown:
            raise ValueError(f"a fit has no option {', '.join(sorted(unknown))}")
        return FitConfig(**values)

    def to_json(self) -> dict[str, Any]:
        """As a plain dict."""
        return asdict(self)


@dataclass(frozen=True)
class Convergence:
    """How a fit ended; ``curve`` holds (step, bound or log-likelihood in nats per trial)."""

    converged: bool
    steps: int
    seconds: float
    reason: str
    curve: list[tuple[int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class BehaviourFit:
    """A fitted model, how the fit went, and what was asked for."""

    model: BehaviourModel
    convergence: Convergence
    config: FitConfig
    seed: int = 0


def fit(config: FitConfig, trials: Trials, seed: int = 0, report: Report = silent) -> BehaviourFit:
    """Fit a behavioural model; the same trials, configuration and seed give the same fit.

    Args:
        config: what to fit.
        trials: the data, at least one trial.
        seed: kept with the fit; both models are fitted by deterministic algorithms, so it changes nothing yet.
        report: told points ``{"step", "bound"}`` (nats per trial); may raise ``Interrupted``.

    Raises:
        CannotFit: no trials, or probe values missing where the model needs them.
    """
    if not len(trials):
        raise CannotFit("there are no trials to fit")
    started = time.monotonic()
    curve = _Curve(report, len(trials))
    model, converged = FITTERS[config.model](config, trials, curve)
    if converged:
        reason = (
            f"the bound gained less than {config.tolerance:g} nats a trial over {config.window} steps"
            if config.model == "bns"
            else "the log-likelihood stopped rising"
        )
    else:
        reason = f"stopped after {config.max_steps} steps before the bound settled"
    seconds = time.monotonic() - started
    report(Progress(1.0, "Fitted", seconds_left=0.0))
    return BehaviourFit(model, Convergence(converged, curve.steps, seconds, reason, curve.points), config, seed)


class _Curve:
    """Gathers the curve of the whole fit while its parts (set sizes) are fitted one after another."""

    def __init__(self, report: Report, trials: int) -> None:
        self._report, self._trials = report, trials
        self._settled, self._pending = 0.0, {}  # type: float, dict[tuple[int, ...], float]
        self._done, self._last, self._started = 0, -math.inf, time.monotonic()
        self.steps = 0
        self.points: list[tuple[int, float]] = []

    def expect(self, sizes: tuple[int, ...], total: float) -> None:
        """A part that will be fitted, and the bound (nats, summed over its trials) that it starts from."""
        self._pending[sizes] = total

    def add(self, sizes: tuple[int, ...], trials: int, step: int, per_trial: float) -> None:
        """One iteration of a part; the curve shows the whole: parts to come count with their starting bound."""
        self.steps += 1
        self._pending[sizes] = per_trial * trials
        bound = (self._settled + sum(self._pending.values())) / self._trials
        self.points.append((self.steps, bound))
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_REPORTS:
            return
        self._last = now
        part = 1 - math.exp(-2 * step / _EXPECTED_STEPS)
        fraction = min((self._done + part * trials) / self._trials, 0.99)
        left = (now - self._started) * (1 - fraction) / fraction if fraction > 0.05 else None
        message = f"Fitting set size {', '.join(str(size) for size in sizes)}"
        self._report(Progress(fraction, message, {"step": self.steps, "bound": bound}, seconds_left=left))

    def finish(self, sizes: tuple[int, ...], trials: int) -> None:
        """A part is fitted."""
        self._settled += self._pending.pop(sizes)
        self._done += trials


def _fit_three_component(config: FitConfig, trials: Trials, curve: _Curve) -> tuple[BehaviourModel, bool]:
    runs: dict[int, EmRun] = {}
    steps = 20 * config.max_steps  # an EM step is cheap and gains little
    for size in trials.set_sizes:
        part = trials.of_set_size(size)
        runs[size] = expectation_maximisation(part, config.uniform, steps, config.tolerance * 1e-3)
        curve.expect((size,), runs[size].curve[0] * len(part))
    for size, run in runs.items():
        count = int((trials.set_size == size).sum())
        for step, value in enumerate(run.curve, 1):
            curve.add((size,), count, step, value)
        curve.finish((size,), count)
    model = ThreeComponentModel({size: run.estimate for size, run in runs.items()})
    return model, all(run.converged for run in runs.values())


def _fit_bns(config: FitConfig, trials: Trials, curve: _Curve) -> tuple[BehaviourModel, bool]:
    try:
        check_probe(trials.displays)
    except ValueError as error:
        raise CannotFit(str(error)) from error
    several = tuple(size for size in trials.set_sizes if size > 1)
    groups: list[tuple[int, ...]] = [(1,)] if 1 in trials.set_sizes else []
    groups += [several] if config.swap_function_shared and several else [(size,) for size in several]
    bounds = {
        sizes: BlockBound([prepare(trials, size) for size in sizes], config.uniform, config.inducing)
        for sizes in groups
    }
    starts = {sizes: bounds[sizes].start([_start(trials, size, config.uniform) for size in sizes]) for sizes in groups}
    for sizes in groups:
        curve.expect(sizes, -bounds[sizes].cost(starts[sizes])[0] * bounds[sizes].trials)
    blocks: list[Block] = []
    converged = True
    for sizes in groups:
        bound = bounds[sizes]
        listen = _listener(curve, sizes, bound.trials)
        ascent = climb(bound, starts[sizes], config.max_steps, config.tolerance, config.window, listen)
        curve.finish(sizes, bound.trials)
        converged = converged and ascent.converged
        blocks.append(bound.block(ascent.vector))
    return BNS(blocks), converged


def _listener(curve: _Curve, sizes: tuple[int, ...], trials: int) -> Callable[[int, float], None]:
    def listen(step: int, value: float) -> None:
        curve.add(sizes, trials, step, value)

    return listen


@torch.no_grad()
def _start(trials: Trials, size: int, uniform: bool) -> Start:
    estimate = expectation_maximisation(trials.of_set_size(size), uniform, _START_STEPS, _START_TOLERANCE).estimate
    target = max(estimate.target, 1e-6)
    return Start(
        estimate.concentration,
        math.log(max(estimate.uniform, 1e-6) / target),
        math.log(max(estimate.swap, 1e-6) / max(size - 1, 1) / target),
    )


FITTERS: dict[str, Callable[[FitConfig, Trials, _Curve], tuple[BehaviourModel, bool]]] = {
    "bns": _fit_bns,
    "three_component": _fit_three_component,
}
"""A new behavioural model is one file and one line here."""
