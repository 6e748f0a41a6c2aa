"""Which model predicts responses it was not fitted to: cross-validation with the same folds for all models."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.behaviour.fitting import FitConfig, fit
from models.behaviour.paired import Difference, difference, interval, subject_means, verdict, wins
from models.behaviour.result import information
from models.progress import Progress, Report, silent
from models.trials import Trials

FEWEST_TRIALS = 2  # of a set size: with one, the fold that holds it out leaves nothing to learn it from


class CannotCompare(ValueError):
    """These trials or models cannot be compared; the message says why, in a person's words."""


@dataclass(frozen=True)
class Candidate:
    """A model that takes part: a name of its own, what people call it, and how it is fitted."""

    name: str
    label: str
    config: FitConfig


@dataclass(frozen=True)
class Comparison:
    """What was found.

    Attributes:
        result: plain, JSON-ready numbers for tables and figures.
        names: the K models that could be fitted, in the order they were given.
        pointwise: ``(M, K)`` held-out log-likelihood of every trial, nats per radian.
        fold: ``(M,)`` int64, the fold in which each trial was held out.
        trials: the M trials that were compared.
    """

    result: dict[str, Any]
    names: list[str]
    pointwise: Tensor
    fold: Tensor
    trials: Trials


@dataclass
class _Run:
    """One model: its fit to all trials, and its held-out log-likelihoods, or why there are none."""

    candidate: Candidate
    held_out: Tensor | None = None
    information: dict[str, float | None] | None = None
    converged: bool = False
    seconds: float = 0.0
    problem: str | None = None


def strata(trials: Trials) -> Tensor:
    """``(M,)`` int64: which combination of set size, subject and condition each trial belongs to, in that order."""
    table = torch.stack([trials.set_size, trials.subject, trials.condition], 1)
    return table.unique(dim=0, return_inverse=True)[1]


def assign_folds(trials: Trials, folds: int, seed: int) -> Tensor:
    """``(M,)`` int64 fold of every trial, stratified by subject, condition and set size.

    Shuffled trials are dealt out stratum after stratum, each going on where the last one ended: within a stratum,
    within a set size and over all, the folds differ by one trial at most. So no fold holds all trials of a set size.
    """
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(trials), generator=generator)
    order = shuffled[strata(trials)[shuffled].argsort(stable=True)]
    fold = torch.empty(len(trials), dtype=torch.int64)
    fold[order] = torch.arange(len(trials)) % folds
    return fold


def compare(
    candidates: Sequence[Candidate], trials: Trials, folds: int = 5, seed: int = 0, report: Report = silent
) -> Comparison:
    """Cross-validate every candidate on the same folds; the same arguments give the same numbers.

    Each is fitted ``folds + 1`` times: once to all trials for the information criteria, once without each fold. One
    that cannot be fitted becomes a row with the reason.

    Args:
        candidates: with distinct names.
        trials: the data; set sizes with a single trial are left out, and the result says so.
        folds: how many.
        seed: of folds and fits.
        report: told the progress of every fit; may raise ``Interrupted``.

    Raises:
        CannotCompare: no candidates, names that are not distinct, or too few trials.
    """
    if not candidates or len({one.name for one in candidates}) < len(candidates):
        raise CannotCompare("a comparison needs models, each with a name of its own")
    usable, notes = _usable(trials)
    if len(usable) < 2 * folds:
        raise CannotCompare(f"{folds} folds need at least {2 * folds} trials, and there are {len(usable)}")
    fold = assign_folds(usable, folds, seed)
    runs = [_Run(candidate) for candidate in candidates]
    schedule = _Schedule(report, runs, folds)
    for run in runs:
        _fit_all(run, usable, seed, schedule)
    for run in runs:
        if run.problem is None:
            _hold_out(run, usable, fold, folds, seed, schedule)
    fitted = [run for run in runs if run.held_out is not None]
    columns = [run.held_out for run in fitted if run.held_out is not None]
    pointwise = torch.stack(columns, 1) if columns else torch.empty(len(usable), 0, dtype=torch.float64)
    found = _result(runs, fitted, usable, pointwise) | {"folds": folds, "notes": notes}
    report(Progress(1.0, "Compared", seconds_left=0.0))
    return Comparison(found, [run.candidate.name for run in fitted], pointwise, fold, usable)


def _usable(trials: Trials) -> tuple[Trials, list[str]]:
    """The trials of set sizes that occur often enough, and what was left out."""
    rare = [size for size in trials.set_sizes if int((trials.set_size == size).sum()) < FEWEST_TRIALS]
    notes = [
        f"Set size {size} has one trial, which cannot be held out and learnt from; it was left out." for size in rare
    ]
    return trials.select(~torch.isin(trials.set_size, torch.tensor(rare, dtype=torch.int64))), notes


class _Schedule:
    """Shares the progress bar among the fits: all trials first, then the folds by what their model has cost."""

    def __init__(self, report: Report, runs: Sequence[_Run], folds: int) -> None:
        self._report, self._runs, self._folds = report, runs, folds

    def whole(self, run: _Run) -> Report:
        """Where a fit to all trials reports to."""
        before = self._runs.index(run)

        def listen(progress: Progress) -> None:
            fraction = (before + progress.fraction) / len(self._runs) / (self._folds + 1)
            self._report(Progress(fraction, f"{run.candidate.label}: all trials"))

        return listen

    def fold(self, run: _Run, number: int) -> Report:
        """Where the fit without fold ``number`` (from 0) reports to."""
        alive = [one for one in self._runs if one.problem is None or one is run]
        total = sum(one.seconds for one in alive) or 1.0
        before = sum(one.seconds for one in alive[: alive.index(run)])
        words = f"{run.candidate.label}: fold {number + 1} of {self._folds}"

        def listen(progress: Progress) -> None:
            done = before + run.seconds * (number + progress.fraction) / self._folds
            fraction = (1 + self._folds * done / total) / (self._folds + 1)
            left = (total - done) * (self._folds - 1)  # a fold's fit has (folds - 1) / folds of the trials
            self._report(Progress(min(fraction, 1.0), words, seconds_left=left))

        return listen


def _fit_all(run: _Run, trials: Trials, seed: int, schedule: _Schedule) -> None:
    listen = schedule.whole(run)
    listen(Progress(0.0))
    started = time.monotonic()
    try:
        fitted = fit(run.candidate.config, trials, seed, listen)
        total = float(fitted.model.log_prob(trials).sum())
        if not math.isfinite(total):
            raise ArithmeticError("it gives some of the responses it was fitted to no probability at all")
        run.information = information(total, fitted.model.parameter_count, len(trials))
        run.converged = fitted.convergence.converged
    except (ValueError, ArithmeticError, torch.linalg.LinAlgError) as error:
        run.problem = _sentence(error)
    run.seconds = time.monotonic() - started


def _hold_out(run: _Run, trials: Trials, fold: Tensor, folds: int, seed: int, schedule: _Schedule) -> None:
    held_out = torch.empty(len(trials), dtype=torch.float64)
    started = time.monotonic()
    for number in range(folds):
        out, listen = fold == number, schedule.fold(run, number)
        listen(Progress(0.0))
        try:
            fitted = fit(run.candidate.config, trials.select(~out), seed, listen)
            held_out[out] = fitted.model.log_prob(trials.select(out))
        except (ValueError, ArithmeticError, torch.linalg.LinAlgError) as error:
            run.problem = f"Without fold {number + 1} of {folds}: {_sentence(error)}"
            return
        run.converged = run.converged and fitted.convergence.converged
    run.seconds += time.monotonic() - started
    impossible = int((~held_out.isfinite()).sum())
    if impossible:
        run.problem = f"It gives {impossible} of the held-out responses no probability at all."
    else:
        run.held_out = held_out


def _sentence(error: Exception) -> str:
    words = str(error).strip() or type(error).__name__
    return words[0].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _result(runs: Sequence[_Run], fitted: Sequence[_Run], trials: Trials, pointwise: Tensor) -> dict[str, Any]:
    order: list[int] = pointwise.mean(0).argsort(descending=True, stable=True).tolist()
    gaps = [difference(pointwise[:, place], pointwise[:, order[0]], trials.subject) for place in order]
    counts = wins(pointwise, trials.subject)
    rows = [
        _about(fitted[place])
        | _row(pointwise, place, order[0], trials, gap)
        | {"rank": rank, "wins": counts[place], "tied_with_best": place != order[0] and gap.tied}
        for rank, (place, gap) in enumerate(zip(order, gaps, strict=True), 1)
    ]
    unfitted = [run for run in runs if run.held_out is None]
    rows += [_about(run) for run in unfitted]
    labels = [fitted[place].candidate.label for place in order]
    return {
        "models": rows,
        "pairs": _pairs(fitted, pointwise, trials.subject),
        "trials": len(trials),
        "subjects": len(trials.subject.unique()),
        "dataset_hash": trials.hash,
        "best": fitted[order[0]].candidate.name if order else None,
        "verdict": verdict(labels, gaps, counts[order[0]] if order else 0, len(unfitted)),
    }


def _about(run: _Run) -> dict[str, Any]:
    options = run.candidate.config.to_json()
    return {
        "name": run.candidate.name,
        "label": run.candidate.label,
        "model": options.pop("model"),
        "options": options,
        "held_out": None,
        "difference": None,
        "per_subject": [],
        "wins": None,
        "rank": None,
        "tied_with_best": False,
        "information": run.information,
        "converged": run.converged,
        "seconds": round(run.seconds, 3),
        "problem": run.problem,
    }


def _row(pointwise: Tensor, place: int, best: int, trials: Trials, gap: Difference) -> dict[str, Any]:
    own = interval(pointwise[:, place])
    means = subject_means(pointwise[:, place], trials.subject)
    gaps = subject_means(pointwise[:, place] - pointwise[:, best], trials.subject)
    names = [trials.subject_names[code] for code in trials.subject.unique().tolist()]
    per_subject = [
        {"subject": name, "held_out": mean, "difference": apart}
        for name, mean, apart in zip(names, means.tolist(), gaps.tolist(), strict=True)
    ]
    return {
        "held_out": {"mean": own.mean, "se": own.se},
        "difference": gap.to_json(),
        "per_subject": per_subject,
    }


def _pairs(fitted: Sequence[_Run], pointwise: Tensor, subject: Tensor) -> list[dict[str, Any]]:
    """The difference of every model to every other, so that any of them may serve as the reference."""
    found = []
    for i, one in enumerate(fitted):
        for j, other in enumerate(fitted):
            if i != j:
                gap = difference(pointwise[:, i], pointwise[:, j], subject)
                names = {"model": one.candidate.name, "reference": other.candidate.name}
                found.append(names | gap.to_json() | {"tied": gap.tied})
    return found
