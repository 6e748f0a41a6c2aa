"""What a verdict is made of: numbers over networks with their intervals, and statements that rest on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.analysis.across import spread
from models.analysis.contrasts import Group, Values, values_of

YES, NO, UNCLEAR = "yes", "no", "unclear"
MINUS = "\N{MINUS SIGN}"
Tested = Mapping[str, Any]
"""A contrast or a comparison with a null, as in a report."""


@dataclass(frozen=True)
class Estimate:
    """One number over the networks of a group.

    Attributes:
        each: of the networks that have it, at least one.
        mean: of them.
        low, high: 95 % t-interval; None with one network.
        unit: ``share``, ``degrees``, ``radians`` (told in degrees), ``seconds`` or empty.
    """

    each: tuple[float, ...]
    mean: float
    low: float | None
    high: float | None
    unit: str = ""

    def above(self, level: float) -> str:
        """Whether it is above a level: the interval, or the only network there is, lies above, below, or on both."""
        low, high = (self.mean if bound is None else bound for bound in (self.low, self.high))
        return YES if low > level else NO if high <= level else UNCLEAR

    def below(self, level: float) -> str:
        """The opposite of ``above``."""
        return {YES: NO, NO: YES, UNCLEAR: UNCLEAR}[self.above(level)]

    def count(self, holds: Callable[[float], bool]) -> str:
        """In how many networks something holds: “4 of 5 networks”, of one “the network” or “no network”."""
        held = sum(map(holds, self.each))
        if len(self.each) == 1:
            return "the network" if held else "no network"
        return f"{held} of {networks(len(self.each))}"

    def __str__(self) -> str:
        """Mean and interval: “81° [77, 85]”."""
        scale, digits, _ = _FORMS[self.unit]
        bounds = [_digits(bound * scale, digits) for bound in (self.low, self.high) if bound is not None]
        return f"{written(self.mean, self.unit)} [{', '.join(bounds)}]" if bounds else written(self.mean, self.unit)


_FORMS: Mapping[str, tuple[float, int, str]] = {
    "share": (100, 1, " %"),
    "degrees": (1, 0, "°"),
    "radians": (math.degrees(1), 0, "°"),
    "seconds": (1, 2, " s"),
    "": (1, 2, ""),
}
"""By unit: factor, decimals and sign."""


def written(value: float, unit: str = "") -> str:
    """A number with its unit: “13.6 %”, “81°”, “0.89 s”."""
    scale, digits, sign = _FORMS[unit]
    return _digits(value * scale, digits) + sign


def _digits(value: float, digits: int) -> str:
    rounded = round(value, digits) + 0.0  # no minus before a zero
    return f"{rounded:.{digits}f}".replace("-", MINUS)


def networks(count: int) -> str:
    """“1 network”, “5 networks”."""
    return "1 network" if count == 1 else f"{count} networks"


def estimate(values: Values, unit: str = "") -> Estimate | None:
    """A number over networks; None where no network has it."""
    there = tuple(value for value in values if value is not None)
    if not there:
        return None
    found = spread(there)
    return Estimate(there, found["mean"], found["low"], found["high"], unit)


def measured(group: Group, measure: str, unit: str = "", kind: str = "measures", axis: str = "") -> Estimate | None:
    """A number of a group, named as in ``contrasts.values_of``; None where there is none."""
    return estimate(values_of(group, measure, kind, axis), unit)


def at_time(group: Group, measure: str, seconds: float, unit: str = "", kind: str = "measures") -> Estimate | None:
    """A number of a group at the last step that ends by ``seconds`` from cue onset (infinity: the end of recall)."""
    both = group["analyses"].get(measure.partition(".")[0], {})
    before = [step for step, time in enumerate(both.get("axes", {}).get("time", ())) if time <= seconds + 1e-9]
    curves = values_of(group, measure, kind)
    if not before or not curves:
        return None
    return estimate([curve[before[-1]] for curve in curves], unit)  # type: ignore[index]


@dataclass(frozen=True)
class Statement:
    """One statement of a verdict.

    Attributes:
        topic: what it is about, in a word or two.
        group: of networks that it is about.
        sentence: the claim with what was found.
        supported: whether the claim is supported: ``yes``, ``no`` or ``unclear``.
        evidence: sentences with numbers.
        limits: what it does not show.
    """

    topic: str
    group: str
    sentence: str
    supported: str
    evidence: Sequence[str] = ()
    limits: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "topic": self.topic,
            "group": self.group,
            "sentence": self.sentence,
            "evidence": list(self.evidence),
            "limits": self.limits,
            "supported": self.supported,
        }


def claim(supported: str, yes: str, no: str, unclear: str) -> str:
    """The sentence that belongs to what was found."""
    return {YES: yes, NO: no, UNCLEAR: unclear}[supported]


def together(*supported: str) -> str:
    """A claim of several parts: supported if all are, not if one is not."""
    return NO if NO in supported else UNCLEAR if UNCLEAR in supported else YES


def tested(found: Sequence[Tested], measure: str, group: str) -> Tested | None:
    """The comparison of a group's number with its null; None where there is none or there are too few networks."""
    return next(
        (one for one in found if one["measure"] == measure and one["group"] == group and one["p_t"] is not None), None
    )


def in_words(test: Tested, than: str) -> str:
    """A comparison as evidence: difference, interval, effect size and corrected p."""
    unit = test["unit"]
    gap = Estimate((test["difference"],), test["difference"], test["low"], test["high"], unit)
    effect = "" if test["effect"] is None else f", {_digits(test['effect'], 1)} sd"
    return f"{_capital(test['label'])} minus {than}: {gap}{effect}, {probability(test['adjusted'])} after correction."


def probability(p: float | None) -> str:
    """“p = 0.012”."""
    if p is None or not math.isfinite(p):
        return "p unknown"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
