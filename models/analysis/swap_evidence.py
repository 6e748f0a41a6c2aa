"""What swap trials look like under every hypothesis, as plain numbers: the core of the analysis, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.analysis.across import as_plain
from models.analysis.decision import decision, departure, looks_wrong
from models.analysis.error_types import (
    EXCHANGED,
    FLIPPED,
    LEAST_DISTANCE,
    NOMINAL,
    TYPES,
    Evidence,
    crossed,
    trial_types,
    weigh,
)
from models.analysis.generative import ActivityModel
from models.analysis.pairs import Pair

NAMES = ("misbinding", "misselection", "misinterpretation")


@dataclass(frozen=True)
class Timing:
    """Steps at which a trial turns.

    Attributes:
        cue, recall: first step of the cue and of recall.
        seconds: ``(T,)`` end of every step, from cue onset.
    """

    cue: int
    recall: int
    seconds: Tensor

    def moments(self, evidence: Evidence) -> tuple[int, int, int]:
        """The end of the delay, the last step before recall at which all errors differ, and the end of recall."""
        return self.cue - 1, evidence.latest_clear(range(self.cue, self.recall)), len(self.seconds) - 1


@dataclass(frozen=True)
class Sample:
    """M trials: activity ``(M, T, n)`` and the pair of items."""

    memory: Tensor
    pair: Pair


def judge(
    model: ActivityModel, swap: Sample | None, same: Sample, timing: Timing
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls, as ``swap_hypotheses.measure`` describes them.

    Args:
        model: of correct trials, none of which is among these.
        swap: swap trials; None if there are none, and then what is about them is None.
        same: correct trials; those of the same displays, row by row, if there are swap trials.
        timing: when the cue and recall begin.
    """
    right = weigh(model, same.memory, same.pair)
    wrong = None if swap is None else weigh(model, swap.memory, swap.pair)
    read = timing.moments(right)[1]
    measures: dict[str, Any] = {
        "told_apart": as_plain(right.told_apart.numpy()),
        "cue_read_at": float(timing.seconds[read]),
        "cue_told_apart": float(right.between[:, read].min()),
    }
    nulls = _mixtures(right, timing) | {"looks_wrong": [0.5] * len(timing.seconds)}
    measures |= _mixtures(wrong, timing) if wrong else _empty(_mixtures(right, timing))
    for name in NAMES:
        hypothesis = FLIPPED if name == "misinterpretation" else EXCHANGED
        there = _about(name, timing) & right.apart_enough(hypothesis)
        correct = masked(right.projection(hypothesis), there)
        measures[f"projection_{name}_correct"] = correct
        measures[f"projection_{name}_swap"] = masked(wrong.projection(hypothesis), there) if wrong else _none(correct)
        nulls[f"projection_{name}_swap"] = masked(wrong.null(hypothesis), there) if wrong else _none(correct)
    return measures | _departure(wrong, right, timing), nulls


def _departure(wrong: Evidence | None, right: Evidence, timing: Timing) -> dict[str, Any]:
    """When swap trials leave correct trials of the same displays."""
    if wrong is None:
        numbers = (
            "departs",
            "memory_turns",
            "memory_turns_low",
            "memory_turns_high",
            "looks_wrong_at_cue",
            "looks_wrong_at_recall",
        )
        return {"looks_wrong": [None] * len(timing.seconds)} | dict.fromkeys(numbers)
    share = looks_wrong(_score(wrong, timing), _score(right, timing))
    turn = decision((wrong.along[0], wrong.apart[0]), (right.along[0], right.apart[0]), timing.seconds)
    return {
        "looks_wrong": as_plain(share.numpy()),
        "looks_wrong_at_cue": float(share[timing.cue - 1]),
        "looks_wrong_at_recall": float(share[timing.recall - 1]),
        "departs": departure(share, wrong.apart.shape[2], timing.seconds),
        "memory_turns": turn.time,
        "memory_turns_low": turn.low,
        "memory_turns_high": turn.high,
    }


def _empty(found: dict[str, Any]) -> dict[str, Any]:
    return {name: _none(value) for name, value in found.items()}


def _none(value: Any) -> Any:  # noqa: ANN401 - plain nested lists
    """The same shape with None for every number."""
    return [_none(one) for one in value] if isinstance(value, list) else None


def masked(values: Tensor, there: Tensor) -> Any:  # noqa: ANN401 - plain nested lists
    """Plain numbers, None where there is nothing to be measured."""
    return as_plain(torch.where(there, values, torch.nan).numpy())


def _about(name: str, timing: Timing) -> Tensor:
    """``(T,)`` the steps that an error is about: misbinding before the cue, the others from it on."""
    before = torch.arange(len(timing.seconds)) < timing.cue
    return before if name == "misbinding" else ~before


def _mixtures(evidence: Evidence, timing: Timing) -> dict[str, Any]:
    """Weights of the hypotheses at each moment, and shares of the types of errors."""
    before = torch.arange(len(timing.seconds)) < timing.cue
    likelihood = evidence.likelihood.clone()
    likelihood[before, :, FLIPPED] = -torch.inf  # before the cue that is the nominal one
    weights, gain = crossed(likelihood)
    distinct = ~before & (evidence.told_apart >= LEAST_DISTANCE)
    shares, _ = crossed(trial_types(evidence.likelihood, timing.moments(evidence)))
    found = {f"share_{name}": float(share) for name, share in zip(TYPES, shares, strict=True)}
    return found | {
        "share_misselection": found["share_early_misselection"] + found["share_late_misselection"],
        "weight_none": as_plain(weights[:, NOMINAL].numpy()),
        "weight_misbinding": masked(weights[:, EXCHANGED], before),
        "weight_misselection": masked(weights[:, EXCHANGED], distinct),
        "weight_misinterpretation": masked(weights[:, FLIPPED], distinct),
        "weight_either": masked(weights[:, EXCHANGED] + weights[:, FLIPPED], ~before),
        "gain": as_plain(gain.numpy()),
    }


def _score(evidence: Evidence, timing: Timing) -> Tensor:
    """``(T, M)`` log-likelihood ratio of any error that there can be at a moment against none."""
    nominal, exchanged, flipped = evidence.likelihood.unbind(-1)
    after = (torch.arange(len(timing.seconds)) >= timing.cue)[:, None]
    return torch.where(after, torch.logaddexp(exchanged, flipped), exchanged) - nominal
