"""Parameter recovery: what is planted in simulated data should be found in them.

Every other data set plants the estimates themselves; the others plant the estimates from a random part of the trials,
which scatter around them more widely than their own uncertainty, so that a correlation has something to be about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from models.behaviour.comparison import Candidate
from models.behaviour.model import BehaviourModel, SwapEstimate
from models.behaviour.recovery import (
    REFUSALS,
    CountedFits,
    about,
    check,
    displays_like,
    interleaved,
    recovered,
    simulated,
)
from models.progress import Progress, Report, silent
from models.trials import Trials

CURVE_POINTS = 61
WEIGHT_DRAWS = 60
_PART = 6  # estimates from a sixth of the trials scatter about 2.4 times as widely as those from all
_FEWEST_IN_PART = 100
_WEIGHTS = (("target", "Target weight"), ("swap", "Swap weight"), ("uniform", "Guess weight"))


def recover_parameters(
    candidates: Sequence[Candidate],
    trials: Trials,
    datasets: int,
    count: int | None = None,
    seed: int = 0,
    report: Report = silent,
) -> dict[str, Any]:
    """Plant parameters, simulate, fit and compare, for every candidate on its own.

    Args:
        candidates: with distinct names.
        trials: the data; their displays are used, and the models are fitted to them for what is planted.
        datasets: how many simulated data sets a model.
        count: trials of each; None for as many as there are.
        seed: of all that is drawn.
        report: may raise ``Interrupted``.

    Returns:
        JSON-ready: ``models``, ``parameters`` with one point ``{planted, recovered, low, high}`` a data set,
        ``curves`` of swap log-odds over distance (radians) for the data sets that planted the estimates, ``displays``.
    """
    check(candidates, trials)
    counter = CountedFits(report, len(candidates) * (1 + datasets + datasets // 2))
    rows, parameters, curves = [], [], []
    for candidate in candidates:
        generator = torch.Generator().manual_seed(seed)
        shown = displays_like(trials, count, generator)
        try:
            found = _plant_and_find(candidate, trials, shown, datasets, seed, generator, counter)
        except REFUSALS as error:
            rows.append(about(candidate, error))
            continue
        rows.append(about(candidate))
        parameters += _points(candidate, found)
        curves += _curves(candidate, found)
    report(Progress(1.0, "Recovered", seconds_left=0.0))
    return recovered("parameters", rows, datasets, trials, count, parameters=parameters, curves=curves)


@dataclass(frozen=True)
class _Found:
    """One simulated data set: what was planted, what was found, and the displays that both are about."""

    planted: BehaviourModel
    recovered: BehaviourModel
    shown: Trials
    at_estimate: bool


def _plant_and_find(
    candidate: Candidate,
    trials: Trials,
    shown: Trials,
    datasets: int,
    seed: int,
    generator: Generator,
    counter: CountedFits,
) -> list[_Found]:
    estimate = counter.fit(candidate, trials, seed, "your data").model
    part = max(len(trials) // _PART, min(_FEWEST_IN_PART, len(trials)))
    found = []
    for number in range(datasets):
        planted, words = estimate, f"data set {number + 1} of {datasets}"
        if number % 2:
            some = trials.select(interleaved(trials, generator)[:part])
            planted = counter.fit(candidate, some, seed, f"parameters for {words}").model
        sizes = torch.tensor(planted.set_sizes)
        here = shown.select(torch.isin(shown.set_size, sizes))
        data = simulated(planted.mean_function(), here, generator)
        found.append(_Found(planted, counter.fit(candidate, data, seed, words).model, here, number % 2 == 0))
    return found


Key = tuple[str, str, int | None]
Bounds = tuple[float, float, float]


def _table(model: BehaviourModel, shown: Trials, draws: int, generator: Generator) -> dict[Key, Bounds]:
    """Value and 95 % interval of every parameter, and of the mean weights over the displays by set size."""
    table: dict[Key, Bounds] = {}
    for entry in model.parameters():
        one = entry.shown
        table[(one.name, one.label, entry.set_size)] = (one.value, one.low, one.high)
    own = _mean_weights(model.mean_function(), shown)
    drawn = [_mean_weights(model.draw(generator), shown) for _ in range(draws)]
    for key, value in own.items():
        several = np.array([one[key] for one in drawn]) if draws else np.array([value])
        low, high = np.quantile(several, [0.025, 0.975])
        table[key] = (value, min(float(low), value), max(float(high), value))
    return table


def _mean_weights(model: BehaviourModel, shown: Trials) -> dict[Key, float]:
    """Target, swap and guess weight by set size, averaged over the displays, each subject's by its own model."""
    weights = torch.zeros(len(shown), shown.displays.items + 1, dtype=torch.float64)
    for rows, mixture in model.parts(shown):
        weights[rows] = mixture.weights(shown.displays.select(rows))
    found: dict[Key, float] = {}
    for size in shown.set_sizes:
        mean = weights[shown.set_size == size].mean(0)
        values = {"target": mean[1], "swap": mean[2:].sum(), "uniform": mean[0]}
        for name, label in _WEIGHTS:
            if name != "swap" or size > 1:
                found[(f"{name}_weight", label, size)] = float(values[name])
    return found


def _points(candidate: Candidate, found: Sequence[_Found]) -> list[dict[str, Any]]:
    """One entry a parameter: planted against recovered over the data sets."""
    generator = torch.Generator().manual_seed(0)
    tables = [
        (_table(one.planted, one.shown, 0, generator), _table(one.recovered, one.shown, WEIGHT_DRAWS, generator))
        for one in found
    ]
    entries = []
    for key in tables[0][0]:
        if not _planted(candidate, key[0]):
            continue
        points = [
            {"planted": planted[key][0], "recovered": value, "low": low, "high": high}
            for planted, recovered in tables
            if key in planted and key in recovered
            for value, low, high in [recovered[key]]
            if all(math.isfinite(number) for number in (planted[key][0], value, low, high))
        ]
        # what a model holds fixed, such as no guesses, comes back by itself
        if any(abs(point["planted"] - point["recovered"]) > 1e-12 for point in points):
            name, label, size = key
            told = {"model": candidate.name, "name": name, "label": label, "set_size": size}
            entries.append(told | {"points": points} | _agreement(points))
    return entries


def _planted(candidate: Candidate, name: str) -> bool:
    """Whether a parameter makes the data; kernel and level of a swap function do not, as the function is planted."""
    of_prior = name in ("amplitude", "constant") or name.startswith("tau_")
    return not (of_prior and candidate.config.model == "bns" and candidate.config.axes)


def _agreement(points: Sequence[dict[str, float]]) -> dict[str, float | None]:
    planted, recovered = (np.array([point[name] for point in points]) for name in ("planted", "recovered"))
    low, high = (np.array([point[name] for point in points]) for name in ("low", "high"))
    varied = len(points) > 2 and planted.std() > 1e-9 and recovered.std() > 1e-9
    return {
        "correlation": float(np.corrcoef(planted, recovered)[0, 1]) if varied else None,
        "coverage": float(np.mean((low <= planted) & (planted <= high))),
    }


def _curves(candidate: Candidate, found: Sequence[_Found]) -> list[dict[str, Any]]:
    """Swap functions of one distance where the estimates were planted: the planted one, and all that were found."""
    at_estimate = [one for one in found if one.at_estimate]
    fits = [{one.set_sizes: one for one in each.recovered.swap_estimates()} for each in at_estimate]
    entries = []
    for planted in at_estimate[0].planted.swap_estimates():
        recovered = [one[planted.set_sizes] for one in fits if planted.set_sizes in one]
        if len(planted.axes) != 1 or not recovered:
            continue
        grid = np.linspace(float(planted.grid[0][0]), float(planted.grid[0][-1]), CURVE_POINTS)
        entries.append(
            {
                "model": candidate.name,
                "set_size": planted.set_sizes[0] if len(planted.set_sizes) == 1 else None,
                "feature": planted.axes[0],
                "distance": grid.tolist(),
                "planted": _on(planted, planted.mean, grid),
                "recovered": [_on(one, one.mean, grid) for one in recovered],
                "coverage": _curve_coverage(planted, recovered, grid),
            }
        )
    return entries


def _on(curve: SwapEstimate, values: Tensor, grid: np.ndarray) -> list[float]:
    return [float(value) for value in np.interp(grid, curve.grid[0].numpy(), values.numpy())]


def _curve_coverage(planted: SwapEstimate, recovered: Sequence[SwapEstimate], grid: np.ndarray) -> float:
    """Share of the grid, over all data sets, on which the 95 % band holds the planted curve."""
    truth = np.array(_on(planted, planted.mean, grid))
    inside = [
        (np.array(_on(one, one.low, grid)) <= truth) & (truth <= np.array(_on(one, one.high, grid)))
        for one in recovered
    ]
    return float(np.mean(inside))
