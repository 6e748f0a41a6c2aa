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
WEIGHTS = ("none", *NAMES, "either")
SHARES = (*TYPES, "misselection")


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


def judge(model: ActivityModel, swap: Sample, same: Sample, timing: Timing) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls of swap trials beside correct trials of the same displays, row by row; neither was fitted to.

    See ``swap_hypotheses.measure`` for what they are.
    """
    wrong, right = (weigh(model, one.memory, one.pair) for one in (swap, same))
    measures: dict[str, Any] = {}
    nulls: dict[str, Any] = {}
    for name in NAMES:
        hypothesis = FLIPPED if name == "misinterpretation" else EXCHANGED
        there = _about(name, timing) & wrong.apart_enough(hypothesis)
        measures[f"projection_{name}_swap"] = masked(wrong.projection(hypothesis), there)
        measures[f"projection_{name}_correct"] = masked(right.projection(hypothesis), there)
        nulls[f"projection_{name}_swap"] = masked(wrong.null(hypothesis), there)
    for found, evidence in ((measures, wrong), (nulls, right)):
        found |= _weights(evidence, timing) | _shares(evidence, timing)
    share = looks_wrong(_score(wrong, timing), _score(right, timing))
    nulls["looks_wrong"] = [0.5] * len(share)
    decided = decision((wrong.along[0], wrong.apart[0]), (right.along[0], right.apart[0]), timing.seconds)
    measures |= {
        "cue_read_at": float(timing.seconds[timing.moments(wrong)[1]]),
        "cue_told_apart": float(wrong.between[:, timing.moments(wrong)[1]].min()),
        "told_apart": as_plain(wrong.told_apart.numpy()),
        "looks_wrong": as_plain(share.numpy()),
        "departs": departure(share, len(swap.memory), timing.seconds),
        "decided": decided.time,
        "decided_low": decided.low,
        "decided_high": decided.high,
    }
    return measures, nulls


def nothing(steps: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measures and nulls, of the same shapes, of a network that does not swap."""
    none: list[None] = [None] * steps
    measures: dict[str, Any] = {f"projection_{name}_{on}": none for name in NAMES for on in ("swap", "correct")}
    measures |= {f"weight_{name}": none for name in WEIGHTS} | {"gain": none}
    measures |= {f"share_{name}": None for name in SHARES}
    nulls = {name: value for name, value in measures.items() if not name.endswith("_correct")}
    nulls["looks_wrong"] = [0.5] * steps
    measures |= {
        "told_apart": none,
        "looks_wrong": none,
        **dict.fromkeys(("departs", "decided", "decided_low", "decided_high")),
    }
    return measures, nulls


def masked(values: Tensor, there: Tensor) -> Any:  # noqa: ANN401 - plain nested lists
    """Plain numbers, None where there is nothing to be measured."""
    return as_plain(torch.where(there, values, torch.nan).numpy())


def _about(name: str, timing: Timing) -> Tensor:
    """``(T,)`` the steps that an error is about: misbinding before the cue, the others from it on."""
    before = torch.arange(len(timing.seconds)) < timing.cue
    return before if name == "misbinding" else ~before


def _weights(evidence: Evidence, timing: Timing) -> dict[str, Any]:
    """Weights of the hypotheses of each moment: without the flipped one before the cue, where it is the nominal one."""
    before = torch.arange(len(timing.seconds)) < timing.cue
    likelihood = evidence.likelihood.clone()
    likelihood[before, :, FLIPPED] = -torch.inf
    weights, gain = crossed(likelihood)
    after_and_distinct = ~before & (evidence.told_apart >= LEAST_DISTANCE)
    return {
        "weight_none": as_plain(weights[:, NOMINAL].numpy()),
        "weight_misbinding": masked(weights[:, EXCHANGED], before),
        "weight_misselection": masked(weights[:, EXCHANGED], after_and_distinct),
        "weight_misinterpretation": masked(weights[:, FLIPPED], after_and_distinct),
        "weight_either": masked(weights[:, EXCHANGED] + weights[:, FLIPPED], ~before),
        "gain": as_plain(gain.numpy()),
    }


def _shares(evidence: Evidence, timing: Timing) -> dict[str, float]:
    weights, _ = crossed(trial_types(evidence.likelihood, timing.moments(evidence)))
    shares = {f"share_{name}": float(weight) for name, weight in zip(TYPES, weights, strict=True)}
    shares["share_misselection"] = shares["share_early_misselection"] + shares["share_late_misselection"]
    return shares


def _score(evidence: Evidence, timing: Timing) -> Tensor:
    """``(T, M)`` log-likelihood ratio of any error that there can be at a moment against none."""
    nominal, exchanged, flipped = evidence.likelihood.unbind(-1)
    after = (torch.arange(len(timing.seconds)) >= timing.cue)[:, None]
    return torch.where(after, torch.logaddexp(exchanged, flipped), exchanged) - nominal
