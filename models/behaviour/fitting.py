"""Fitting a behavioural model to trials: one call, whatever the model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from models.behaviour.bns_fit import fit_bns
from models.behaviour.classics import THEORIES
from models.behaviour.classics.maximum_likelihood import fit_parametric
from models.behaviour.config import CannotFit, FitConfig
from models.behaviour.fit_curve import FitCurve
from models.behaviour.hierarchical import fit_hierarchical
from models.behaviour.model import BehaviourModel
from models.behaviour.subjects import SubjectModels
from models.behaviour.three_component import fit_three_component
from models.progress import Progress, Report, silent
from models.trials import Trials

Fitter = Callable[[FitConfig, Trials, FitCurve], tuple[BehaviourModel, bool]]

FITTERS: dict[str, Fitter] = {
    "bns": fit_bns,
    "three_component": fit_three_component,
    **{name: partial(fit_parametric, theory) for name, theory in THEORIES.items()},
}
"""How each model is fitted. A new behavioural model is one file, a line here, its name in ``config.MODELS`` and its
reader in ``storage.READERS``; a parametric one is a line in ``classics.THEORIES`` and its name."""


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
        seed: kept with the fit; all models are fitted by deterministic algorithms, so it changes nothing yet.
        report: told points ``{"step", "bound"}`` (nats per trial); may raise ``Interrupted``.

    Raises:
        CannotFit: no trials, or they lack what the model needs.
    """
    if not len(trials):
        raise CannotFit("there are no trials to fit")
    started = time.monotonic()
    curve = FitCurve(report, len(trials))
    model, converged = _fitter(config)(config, trials, curve)
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


def _fitter(config: FitConfig) -> Fitter:
    if config.subjects == "separate":
        return _fit_separately
    if config.subjects == "hierarchical":
        return fit_hierarchical
    return FITTERS[config.model]


def _fit_separately(config: FitConfig, trials: Trials, curve: FitCurve) -> tuple[BehaviourModel, bool]:
    """The same model for every subject, as if there were no others."""
    alone = replace(config, subjects="pooled")
    models, counts, converged = {}, {}, True
    parts = {name: trials.of_subject(name) for name in trials.subjects}
    for name, part in parts.items():
        curve.expect_guessing(name, len(part))
    for name, part in parts.items():
        inner = curve.inner()
        try:
            models[name], settled = FITTERS[config.model](alone, part, inner)
        except CannotFit as error:
            raise CannotFit(f"subject “{name}”: {error}") from error
        counts[name], converged = len(part), converged and settled
        score = float(models[name].log_prob(part).sum())
        curve.add(name, len(part), inner.steps, score / len(part), f"Fitting subject {name}")
        curve.finish(name, len(part))
    return SubjectModels(models, counts), converged
