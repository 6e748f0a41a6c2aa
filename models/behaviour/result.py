"""What people see of a fit: plain, JSON-ready numbers for figures and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from models.behaviour.cautions import warnings
from models.behaviour.checks import predictive_checks
from models.behaviour.config import WITH_OPTIONAL_GUESSES, FitConfig
from models.behaviour.emissions import VonMises
from models.behaviour.fitting import BehaviourFit
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import BehaviourModel, Parameter
from models.behaviour.predictive import histograms, predict, weight_summary
from models.behaviour.shown_swaps import shown_curves, shown_surfaces
from models.behaviour.subjects import SubjectModels
from models.behaviour.truth import truth_model
from models.trials import Trials

DRAWS, SUBJECT_DRAWS = 200, 60
CURVE_POINTS = 300
_LARGEST = 1e9

LABELS = {
    "bns": "BNS",
    "two_component": "Two-component mixture",
    "three_component": "Three-component mixture",
    "slots": "Slots",
    "slots_averaging": "Slots + averaging",
    "variable_precision": "Variable precision",
    "variable_precision_swaps": "Variable precision + swaps",
    "interference": "Interference",
    "neural_population": "Neural population",
    "confusability": "Target confusability (TCC)",
}
"""Names of the models in figures."""


@torch.no_grad()
def result(fit: BehaviourFit, trials: Trials, truth: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The numbers of every figure of a fit; intervals and bands are 95 %.

    Args:
        fit: of ``trials``.
        trials: the data that were fitted.
        truth: what simulated data were made from (``models.behaviour.truth``), to be shown beside the estimates.
    """
    known = None if truth is None else truth_model(truth)
    model, generator = fit.model, torch.Generator().manual_seed(fit.seed)
    draws = [model.draw(generator) for _ in range(DRAWS)]
    predicted = predict(model, trials, draws)
    weights = weight_summary(predicted, known)
    score = model.log_prob(trials)
    return {
        "model": fit.config.model,
        "label": label(fit.config),
        "trials": len(trials),
        "set_sizes": trials.set_sizes,
        "dataset_hash": trials.hash,
        "log_likelihood_per_trial": float(score.mean()),
        "information": information(float(score.sum()), model.parameter_count, len(trials)),
        "convergence": _convergence(fit),
        "parameters": [shown_parameter(row, known) for row in model.parameters()],
        "swap_functions": shown_curves(model, trials, known),
        "swap_surfaces": shown_surfaces(model, trials, known),
        "weights": weights,
        "predictive": histograms(predicted),
        "subjects": _subjects(model, trials, fit.seed),
        **predictive_checks(model, trials, fit.seed),
        "warnings": warnings(fit, trials, weights),
    }


def label(config: FitConfig) -> str:
    """The fit's name in figures: the model, and of its options those that are not the usual ones."""
    name = LABELS[config.model]
    if config.model == "bns":
        seen = {"probe": "probe distance", "report": "report distance", "both": "both distances", "none": "no distance"}
        name += f" · {seen[config.dimensions]}"
        name += " · signed" if not config.even and config.axes else ""
        name += " · shared" if config.swap_function_shared else ""
        name += f" · {config.noise} noise" if config.noise != "each" else ""
        name += f" · {config.emission.replace('_', ' ')}" if config.emission != "von_mises" else ""
    name += " · no guesses" if not config.uniform and config.model in WITH_OPTIONAL_GUESSES else ""
    return name + (f" · {config.subjects}" if config.subjects != "pooled" else "")


def information(log_likelihood: float, parameters: float, trials: int) -> dict[str, float | None]:
    """Information criteria in their standard forms, nats doubled, lower is better (Burnham & Anderson 2002, ch. 2).

    AICc is None where the trials do not exceed the parameters by more than one.
    """
    aic = 2 * parameters - 2 * log_likelihood
    room = trials - parameters - 1
    return {
        "log_likelihood": log_likelihood,
        "parameters": parameters,
        "aic": aic,
        "aicc": aic + 2 * parameters * (parameters + 1) / room if room > 0 else None,
        "bic": parameters * math.log(trials) - 2 * log_likelihood,
    }


def _convergence(fit: BehaviourFit) -> dict[str, Any]:
    story = fit.convergence
    return {
        "converged": story.converged,
        "steps": story.steps,
        "seconds": round(story.seconds, 3),
        "reason": story.reason,
        "curve": [[step, value] for step, value in _thinned(story.curve)],
    }


def _thinned(curve: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most ``CURVE_POINTS`` points of a curve, its last one among them."""
    stride = max(1, math.ceil(len(curve) / CURVE_POINTS))
    return list(reversed(list(reversed(curve))[::stride]))


def shown_parameter(row: Parameter, truth: FixedMixture | None = None) -> dict[str, Any]:
    """A row of the table of parameters, with what is true of simulated data."""
    shown = row.shown
    value, low, high = (min(max(end, -_LARGEST), _LARGEST) for end in (shown.value, shown.low, shown.high))
    true = _true_value(shown.name, row.set_size, truth)
    return {
        "name": shown.name,
        "label": shown.label,
        "set_size": row.set_size,
        "value": value,
        "low": low,
        "high": high,
        "truth": true,
    }


def _true_value(name: str, size: int | None, truth: FixedMixture | None) -> float | None:
    if truth is None or size is None or size not in truth.sizes:
        return None
    known = truth.sizes[size]
    if name == "concentration" and isinstance(known.emission, VonMises):
        return known.emission.concentration
    if name == "sd":
        return math.degrees(known.emission.sd)
    if name == "uniform_log_odds" and math.isfinite(known.uniform_log_odds):
        return known.uniform_log_odds
    return None


def _subjects(model: BehaviourModel, trials: Trials, seed: int) -> list[dict[str, Any]] | None:
    """Every subject's own curves, weights and parameters; None for a model that does not tell subjects apart."""
    if not isinstance(model, SubjectModels):
        return None
    entries = []
    for name, own in model.models.items():
        part = trials.of_subject(name)
        generator = torch.Generator().manual_seed(seed)
        predicted = predict(own, part, [own.draw(generator) for _ in range(SUBJECT_DRAWS)])
        curves = [
            {key: curve[key] for key in ("set_size", "feature", "distance", "log_odds", "probability")}
            for curve in shown_curves(own, part, None)
        ]
        entries.append(
            {
                "name": name,
                "trials": len(part),
                "log_likelihood_per_trial": float(own.log_prob(part).mean()),
                "swap_functions": curves,
                "weights": weight_summary(predicted, None),
                "parameters": [shown_parameter(row) for row in own.parameters()],
            }
        )
    return entries
