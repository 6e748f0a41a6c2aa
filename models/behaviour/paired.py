"""Paired differences of log-likelihood: how much better one model predicts the same trials, and how surely.

Two intervals are given. The one over trials takes trials as independent and speaks about these subjects; folds share
most of their training trials, so it is a little too narrow (Bengio & Grandvalet 2004, JMLR 5:1089). The one over
subjects takes each subject's mean difference as one observation and speaks about people like them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from scipy import stats
from torch import Tensor

FEWEST_SUBJECTS = 5
"""With fewer, an interval over subjects is too wide to tell anything: ties are then judged over trials alone."""


@dataclass(frozen=True)
class Interval:
    """A mean, its standard error and its 95 % t interval, nats per trial."""

    mean: float
    se: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether no difference at all is among what the interval allows."""
        return self.low <= 0 <= self.high

    def to_json(self) -> dict[str, float]:
        """Plain data."""
        return {"mean": self.mean, "se": self.se, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Difference:
    """Log-likelihood of a model minus that of a reference, over trials and (with two or more) over subjects."""

    trials: Interval
    subjects: Interval | None
    subject_count: int

    @property
    def tied(self) -> bool:
        """Whether the data do not tell the two apart: an interval that counts holds 0."""
        if self.subjects is not None and self.subject_count >= FEWEST_SUBJECTS and self.subjects.holds_zero:
            return True
        return self.trials.holds_zero

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``subjects`` is null where there is one subject."""
        return self.trials.to_json() | {"subjects": None if self.subjects is None else self.subjects.to_json()}


def interval(values: Tensor) -> Interval:
    """Mean of ``(K,)`` values with its standard error and t interval; all of no width where there is one value."""
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, 0.0, mean, mean)
    error = float(values.std()) / math.sqrt(len(values))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return Interval(mean, error, mean - reach, mean + reach)


def subject_means(values: Tensor, subject: Tensor) -> Tensor:
    """``(S,)`` mean over each subject's trials, in the order of the subjects' codes that occur."""
    _, index = subject.unique(return_inverse=True)
    return torch.bincount(index, values) / torch.bincount(index)


def difference(model: Tensor, reference: Tensor, subject: Tensor) -> Difference:
    """The paired difference of two models' log-likelihoods ``(M,)`` of the same trials, nats.

    Args:
        model, reference: log-likelihood of every trial.
        subject: ``(M,)`` int64 codes.
    """
    gap = model - reference
    means = subject_means(gap, subject)
    return Difference(interval(gap), interval(means) if len(means) > 1 else None, len(means))


def wins(pointwise: Tensor, subject: Tensor) -> list[int]:
    """For how many subjects each model has the highest mean; ``pointwise`` is ``(M, models)``. Equal ones all count."""
    if not pointwise.shape[1]:
        return []
    means = torch.stack([subject_means(column, subject) for column in pointwise.T], 1)
    return (means >= means.max(1, keepdim=True).values).sum(0).tolist()


def verdict(labels: Sequence[str], differences: Sequence[Difference], best_wins: int, unfitted: int) -> str:
    """What the comparison shows, in a sentence or two that claim no more than the intervals allow.

    Args:
        labels: of the models that could be fitted, the best first.
        differences: of each of them to the best.
        best_wins: for how many subjects the best model is the best.
        unfitted: how many models could not be fitted.
    """
    missing = f" {_models(unfitted)} could not be fitted." if unfitted else ""
    if not labels:
        return "None of the models could be fitted to these data."
    if len(labels) == 1:
        return f"Only {labels[0]} could be fitted, so there is nothing to compare it with."
    subjects = differences[0].subject_count
    tied = [label for label, one in zip(labels[1:], differences[1:], strict=True) if one.tied]
    if tied:
        worse = len(labels) - 1 - len(tied)
        rest = f" {_models(worse)} predict{'s' if worse == 1 else ''} worse." if worse else ""
        holds = "interval of the difference holds" if len(tied) == 1 else "intervals of the differences hold"
        told = (
            f"{labels[0]} has the highest held-out log-likelihood, but these data do not tell it from {_listed(tied)}: "
            f"the {holds} 0.{rest}"
        )
    else:
        told = _win(labels, differences[1], best_wins)
    return told + _reach(subjects) + missing


def _win(labels: Sequence[str], second: Difference, best_wins: int) -> str:
    over_people = second.subjects is not None and second.subject_count >= FEWEST_SUBJECTS
    gap = second.subjects if over_people and second.subjects is not None else second.trials
    counted = f"; it predicts best for {best_wins} of {second.subject_count} subjects" if over_people else ""
    return (
        f"{labels[0]} predicts held-out responses best, {-gap.mean:.4f} nats a trial ahead of {labels[1]} "
        f"(95 % interval over {'subjects' if over_people else 'trials'} {-gap.high:.4f} to {-gap.low:.4f}){counted}."
    )


def _reach(subjects: int) -> str:
    if subjects == 1:
        return " All trials are one subject's: nothing follows for other people."
    if subjects < FEWEST_SUBJECTS:
        return f" With {subjects} subjects this is about them: too few to speak of other people."
    return ""


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count} models"


def _listed(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
