"""Model recovery: the model that made the data should be the one that predicts them best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.comparison import Candidate
from models.behaviour.model import BehaviourModel
from models.behaviour.paired import interval
from models.behaviour.recovery import (
    REFUSALS,
    CountedFits,
    about,
    check,
    displays_like,
    recovered,
    simulated,
)
from models.progress import Progress, Report, silent
from models.trials import Trials


def recover_models(
    candidates: Sequence[Candidate],
    trials: Trials,
    datasets: int,
    count: int | None = None,
    seed: int = 0,
    report: Report = silent,
) -> dict[str, Any]:
    """Let every model generate data sets, fit all models to each, and count which one comes first.

    The parameters of each data set are drawn from the generator's posterior. Every fit is scored on responses that
    the generator draws once more for the same displays; a model is tied with the first where the 95 % interval of
    their paired difference over trials holds 0. Arguments as in ``recover_parameters``.

    Returns:
        JSON-ready: ``models``, ``confusion`` with ``generators``, ``fitted`` and the nested counts ``first``, ``tied``
        (not first, but tied with it) and ``first_by_bic``, ``displays``.
    """
    check(candidates, trials)
    counter = CountedFits(report, len(candidates) * (1 + datasets * len(candidates)))
    rows, able = [], []
    for candidate in candidates:
        try:
            able.append((candidate, counter.fit(candidate, trials, seed, "your data").model))
            rows.append(about(candidate))
        except REFUSALS as error:
            rows.append(about(candidate, error))
    counter.total = counter.done + datasets * len(able) ** 2
    generator = torch.Generator().manual_seed(seed)
    shown = displays_like(trials, count, generator)
    tables = _confuse(able, shown, datasets, seed, generator, counter)
    report(Progress(1.0, "Recovered", seconds_left=0.0))
    names = [candidate.name for candidate, _ in able]
    confusion = {"generators": names, "fitted": names} | {name: table.tolist() for name, table in tables.items()}
    return recovered("models", rows, datasets, trials, count, confusion=confusion)


def _confuse(
    able: Sequence[tuple[Candidate, BehaviourModel]],
    shown: Trials,
    datasets: int,
    seed: int,
    generator: Generator,
    counter: CountedFits,
) -> dict[str, Tensor]:
    """``(K, K)`` counts by generator and fitted model."""
    tables = {name: torch.zeros(len(able), len(able), dtype=torch.int64) for name in ("first", "tied", "first_by_bic")}
    for number in range(datasets):
        for row, (source, model) in enumerate(able):
            planted = model.draw(generator)
            data, fresh = (simulated(planted, shown, generator) for _ in range(2))
            words = f"data set {number + 1} of {datasets} from {source.label}"
            _count(tables, row, [_score(candidate, data, fresh, seed, counter, words) for candidate, _ in able])
    return tables


Score = tuple[Tensor, float]


def _score(
    candidate: Candidate, data: Trials, fresh: Trials, seed: int, counter: CountedFits, words: str
) -> Score | None:
    """Log-likelihood of every fresh response, and the BIC of the fit; None where it cannot be fitted."""
    try:
        model = counter.fit(candidate, data, seed, words).model
        held_out = model.log_prob(fresh)
        bic = -2 * float(model.log_prob(data).sum()) + model.parameter_count * math.log(len(data))
    except REFUSALS:
        return None
    return (held_out, bic) if bool(held_out.isfinite().all()) else None


def _count(tables: dict[str, Tensor], row: int, scores: Sequence[Score | None]) -> None:
    known = [(column, score) for column, score in enumerate(scores) if score is not None]
    if not known:
        return
    first, best = max(known, key=lambda one: float(one[1][0].mean()))
    tables["first"][row, first] += 1
    tables["first_by_bic"][row, min(known, key=lambda one: one[1][1])[0]] += 1
    for column, score in known:
        if column != first and interval(score[0] - best[0]).holds_zero:
            tables["tied"][row, column] += 1
