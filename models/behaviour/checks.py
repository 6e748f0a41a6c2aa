"""Posterior predictive checks: what the data say, what the fitted model expects there, and how far that may scatter.

The model's side is found from data sets that it draws for the same displays, each with parameters drawn from their
posterior: a band holds 95 % of what the model would show if it were true.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from models.behaviour.model import BehaviourModel
from models.behaviour.nonparametric import Alpha, ItemClasses, by_distance, estimate
from models.circular import circular_sd, resultant, wrap
from models.trials import Trials

REPLICATES = 60
_Z = 1.959964
_ANGLES = 360
_TRIALS_AT_ONCE = 2048
FEATURES = ("probe", "report")


@torch.no_grad()
def predictive_checks(model: BehaviourModel, trials: Trials, seed: int = 0) -> dict[str, list[dict[str, Any]]]:
    """The entries ``nonparametric``, ``checks`` and ``precision`` of a fit's result, from one set of drawn data."""
    drawn = replicates(model, trials, seed)
    spread = precision(trials, drawn)
    return {
        "nonparametric": nonparametric(model, trials, seed),
        "checks": deviations(trials, drawn) + [{"kind": "error_sd", **entry} for entry in spread],
        "precision": spread,
    }


def replicates(model: BehaviourModel, trials: Trials, seed: int = 0, count: int = REPLICATES) -> Tensor:
    """``(count, M)`` responses that the model draws for the trials' displays, radians."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([model.draw(generator).respond(trials, generator) for _ in range(count)])


def nonparametric(model: BehaviourModel, trials: Trials, seed: int = 0) -> list[dict[str, Any]]:
    """Probability of reporting *one* non-target by its probe distance, estimated without a law of the errors.

    Args:
        model: its expected responses go through the same estimate, so that both are shares of the responses that
            follow an item.
        trials: the data.
        seed: of the bootstrap over trials.

    Returns:
        For every set size above 1 whose displays have probe values: ``{"set_size", "feature", "distance", "edges",
        "value", "low", "high", "model"}``, angles in radians, 95 % intervals.
    """
    entries = []
    generator = torch.Generator().manual_seed(seed)
    for size, part in _several_items(trials):
        if not part.displays.has_probe:
            continue
        classes = by_distance(part.displays.probe_distance, part.displays.present)
        found = estimate(part.displays, torch.polar(torch.ones(len(part)).double(), part.response), classes, generator)
        if found is None:
            continue
        expected = estimate(part.displays, expected_phasor(model, part), classes)
        entries.append(_curve(size, classes, found, expected))
    return entries


def _curve(size: int, classes: ItemClasses, found: Alpha, expected: Alpha | None) -> dict[str, Any]:
    return {
        "set_size": size,
        "feature": "probe",
        "distance": classes.distance.tolist(),
        "edges": classes.edges.tolist(),
        "value": found.each.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "model": [] if expected is None else expected.each.tolist(),
    }


def expected_phasor(model: BehaviourModel, trials: Trials) -> Tensor:
    """``(M,)`` complex128: the model's ``E[exp(i y)]`` for every trial's display, integrated over its density."""
    angles = torch.linspace(-math.pi, math.pi, _ANGLES + 1, dtype=torch.float64)[:-1]
    basis = torch.polar(torch.ones_like(angles), angles)
    expected = torch.zeros(len(trials), dtype=basis.dtype)
    for rows, mixture in model.parts(trials):
        for index in rows.split(_TRIALS_AT_ONCE):
            density = mixture.density(trials.displays.select(index), angles)
            # divided by the sum, so that peaks that fall between the angles keep their mass
            expected[index] = (density.to(basis.dtype) @ basis) / density.sum(1)
    return expected


def deviations(trials: Trials, drawn: Tensor) -> list[dict[str, Any]]:
    """Mean deviation of the response from a non-target against that non-target's distance from the target.

    Swaps to near items show as smaller deviations at small distances. ``drawn`` are the model's ``replicates``.

    Returns:
        ``{"set_size", "kind": "distance_to_nontarget", "feature", "distance", "observed", "model"}`` for every set
        size above 1 and feature that the displays have; radians; the observed interval is of the mean, over trials.
    """
    entries = []
    for size, part in _several_items(trials):
        responses = drawn[:, trials.set_size == size]
        for feature in FEATURES:
            if feature == "probe" and not part.displays.has_probe:
                continue
            gap = part.displays.probe_distance if feature == "probe" else part.displays.report_distance
            classes = by_distance(gap, part.displays.present)
            entries.append(_deviation(size, feature, part, classes, responses))
    return entries


def _deviation(size: int, feature: str, part: Trials, classes: ItemClasses, responses: Tensor) -> dict[str, Any]:
    total, count = _sums(part.report, part.response, classes)
    items = count.sum(0)
    mean = total.sum(0) / items
    # a ratio of sums over trials: its standard error by linearisation, the items of a trial hanging together
    error = (total - mean * count).square().sum(0).sqrt() / items
    means = torch.stack([_sums(part.report, response, classes)[0].sum(0) / items for response in responses])
    return {
        "set_size": size,
        "kind": "distance_to_nontarget",
        "feature": feature,
        "distance": classes.distance.tolist(),
        "observed": _interval(mean, error),
        "model": _interval(means.mean(0), means.std(0)),
    }


def _sums(report: Tensor, response: Tensor, classes: ItemClasses) -> tuple[Tensor, Tensor]:
    """``(M, K)`` summed absolute deviation from the non-targets of each class, and how many there are."""
    deviation = wrap(response[:, None] - report).abs().nan_to_num()
    member = classes.member + 1
    size = (len(member), len(classes) + 1)
    total = torch.zeros(size, dtype=torch.float64).scatter_add_(1, member, deviation)
    count = torch.zeros(size, dtype=torch.float64).scatter_add_(1, member, torch.ones_like(deviation))
    return total[:, 1:], count[:, 1:]


def precision(trials: Trials, drawn: Tensor) -> list[dict[str, Any]]:
    """Circular sd (radians) of the error to the target by set size, in the data and in the model's ``replicates``.

    Returns:
        ``{"set_size", "observed": {"value", "low", "high"}, "model": ...}``, 95 % intervals.
    """
    entries = []
    for size in trials.set_sizes:
        where = trials.set_size == size
        error = trials.error[where, 0]
        spreads = circular_sd(wrap(drawn[:, where] - trials.report[where, 0]))
        entries.append(
            {
                "set_size": size,
                "observed": _value(float(circular_sd(error)), sd_error(error)),
                "model": _value(float(spreads.mean()), float(spreads.std())),
            }
        )
    return entries


def sd_error(error: Tensor) -> float:
    """Standard error of the circular sd of ``(M,)`` errors (radians).

    By the delta method from the variance of the resultant length R, ``(1 - 2 R^2 + R_2 cos(m_2 - 2 m_1)) / (2 M)``
    (Mardia & Jupp 2000, section 4.8), with R_2 and m_2 those of the doubled angles.
    """
    length, direction = resultant(error)
    second, direction_2 = resultant(2 * error)
    variance = (1 - 2 * length**2 + second * torch.cos(direction_2 - 2 * direction)).clamp(min=0) / (2 * len(error))
    length = length.clamp(1e-6, 1 - 1e-9)
    return float(variance.sqrt() / (length * (-2 * length.log()).sqrt()))


def _value(value: float, error: float) -> dict[str, float]:
    return {"value": value, "low": max(value - _Z * error, 0.0), "high": value + _Z * error}


def _interval(mean: Tensor, error: Tensor) -> dict[str, list[float]]:
    return {"mean": mean.tolist(), "low": (mean - _Z * error).tolist(), "high": (mean + _Z * error).tolist()}


def _several_items(trials: Trials) -> list[tuple[int, Trials]]:
    return [(size, trials.of_set_size(size)) for size in trials.set_sizes if size > 1]
