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
        judged = [(other, feature.judge(other)) for other in others]
        there = [Other(other, one.supported) for other, one in judged if one is not None]
        if ours is not None and ours.supported == YES and there:
            found.append(_only(feature, focus, there, contrasts))
    return found


@dataclass(frozen=True)
class Other:
    """Another group, and whether it has the feature."""

    group: Group
    has: str


def _only(feature: Feature, focus: Group, others: Sequence[Other], contrasts: Sequence[Tested]) -> Statement:
    ours, measure = focus["name"], feature.measures[0]
    tests = {one.group["name"]: _between(contrasts, measure, ours, one.group["name"]) for one in others}
    told: dict[str, list[str]] = {YES: [], NO: [], UNCLEAR: []}
    for one in others:
        name = one.group["name"]
        told[one.has if one.has != NO or _significant(tests[name]) else UNCLEAR].append(name)
    supported = NO if told[YES] else UNCLEAR if told[UNCLEAR] else YES
    parts = [f"{ours} networks {feature.words}"]
    parts += [f"{_listed(told[NO])} networks do not"] if told[NO] else []
    parts += [f"{_listed(told[YES])} networks do as well"] if told[YES] else []
    parts += [f"whether {_listed(told[UNCLEAR])} networks do is open"] if told[UNCLEAR] else []
    evidence = [_beside([focus, *(one.group for one in others)], number) for number in _numbers(feature)]
    evidence += [_difference(test, other) for other, test in tests.items() if test is not None]
    limits = "Groups differ in nothing but what they were trained for only if their settings and budgets agree."
    return Statement(feature.topic, ours, f"{'; '.join(parts)}.", supported, evidence, limits)


def _numbers(feature: Feature) -> list[Number]:
    return [number for number in NUMBERS if number.measure in feature.measures]


def _significant(test: Tested | None) -> bool:
    return test is not None and test["adjusted"] is not None and test["adjusted"] < SIGNIFICANT


def _difference(test: Tested, other: str) -> str:
    """A contrast as evidence: difference, interval, effect size and corrected p."""
    sign = 1 if test["groups"][1] == other else -1
    low, high = sorted((sign * test["low"], sign * test["high"]))
    gap = Estimate((sign * test["difference"],), sign * test["difference"], low, high, test["unit"])
    effect = "" if test["effect"] is None else f", Hedges’ g {sign * test['effect']:.1f}"
    words = f"Difference in {test['label']} from {other}: {gap}{effect}, {probability(test['adjusted'])}"
    return f"{words} after correction."


def _between(contrasts: Sequence[Tested], measure: str, one: str, other: str) -> Tested | None:
    """The contrast of two groups; None where there is none, or there are too few networks."""
    for test in contrasts:
        if test["measure"] == measure and set(test["groups"]) == {one, other} and test["difference"] is not None:
            return test
    return None


def _beside(groups: Sequence[Group], number: Number) -> str:
    """A number of every group."""
    parts = [(group["name"], measured(group, number.measure, number.unit)) for group in groups]
    told = ", ".join(f"{value if value is not None else 'not measured'} ({name})" for name, value in parts)
    return f"{number.label[:1].upper()}{number.label[1:]}: {told}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
