"""Statements on whether only one group of networks is so: trained on behaviour, and not in another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.analysis import memory_statements, swap_statements
from models.analysis.contrasts import NUMBERS, Group, Number
from models.analysis.statements import (
    NO,
    UNCLEAR,
    YES,
    Estimate,
    Statement,
    Tested,
    claim,
    measured,
    probability,
)

SIGNIFICANT = 0.05
"""Of p after correction over all comparisons of the report."""


@dataclass(frozen=True)
class Feature:
    """What networks of a group may or may not have.

    Attributes:
        topic: of the statement.
        words: what the networks do, after their name.
        judge: the statement on one group.
        measures: the numbers that it shows in, of ``contrasts.NUMBERS``; the first is the one that is tested.
    """

    topic: str
    words: str
    judge: Callable[[Group], Statement | None]
    measures: Sequence[str]


FEATURES = (
    Feature("only swaps", "swap", swap_statements.swapping, ["swap_hypotheses.swap_rate"]),
    Feature(
        "only planes",
        "have memory planes that are near-orthogonal before the cue and aligned after it",
        lambda group: memory_statements.planes(group, ()),
        ["planes.change", "planes.before", "planes.after"],
    ),
    Feature(
        "only role axis",
        "tell target from distractor at the end of recall beyond a copy of the response",
        lambda group: memory_statements.role_axis(group, ()),
        ["role_axis.separation_beyond_response"],
    ),
)


def comparisons(focus: Group, others: Sequence[Group], contrasts: Sequence[Tested]) -> list[Statement]:
    """Whether only the networks of one group have a feature, for every feature that they have."""
    found = []
    for feature in FEATURES:
        ours = feature.judge(focus)
        if ours is None or ours.supported != YES:
            continue
        for other in others:
            theirs = feature.judge(other)
            if theirs is not None:
                found.append(_only(feature, focus, other, theirs.supported, contrasts))
    return found


def _only(feature: Feature, focus: Group, other: Group, theirs: str, contrasts: Sequence[Tested]) -> Statement:
    test = _between(contrasts, feature.measures[0], focus["name"], other["name"])
    adjusted = None if test is None else test["adjusted"]
    differ = adjusted is not None and adjusted < SIGNIFICANT
    supported = NO if theirs == YES else YES if theirs == NO and differ else UNCLEAR
    ours, them = focus["name"], other["name"]
    sentence = claim(
        supported,
        f"{ours} networks {feature.words}; {them} networks do not.",
        f"{them} networks {feature.words} as well: that does not set {ours} networks apart.",
        f"{ours} networks {feature.words}; whether {them} networks do is open.",
    )
    evidence = [_beside(focus, other, number) for number in NUMBERS if number.measure in feature.measures]
    if test is not None and test["difference"] is not None:
        gap = Estimate((test["difference"],), test["difference"], test["low"], test["high"], test["unit"])
        effect = "" if test["effect"] is None else f", Hedges’ g {test['effect']:.1f}"
        evidence.append(f"Difference in {test['label']}: {gap}{effect}, {probability(adjusted)} after correction.")
    limits = "Networks differ in what they were trained for and in nothing else only if their settings agree."
    return Statement(feature.topic, ours, sentence, supported, evidence, limits)


def _between(contrasts: Sequence[Tested], measure: str, one: str, other: str) -> Tested | None:
    for test in contrasts:
        if test["measure"] == measure and set(test["groups"]) == {one, other}:
            return test
    return None


def _beside(focus: Group, other: Group, number: Number) -> str:
    parts = [(group["name"], measured(group, number.measure, number.unit)) for group in (focus, other)]
    told = ", ".join(f"{value if value is not None else 'not measured'} ({name})" for name, value in parts)
    return f"{number.label[:1].upper()}{number.label[1:]}: {told}."
