"""Published claims and what became of them: networks as replicates, an interval, and one of three verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.analysis.across import contrast, spread

CONFIRMED, NOT_CONFIRMED, DIFFERS = "confirmed", "not confirmed", "differs"
Interval = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Claim:
    """A published statement, in one number with an interval.

    Attributes:
        published: the statement.
        measure: what the number is, with its unit.
        interval: mean and bounds of its 95 % interval over networks; None where it could not be measured.
        networks: how many it rests on.
        low, high: what the number is if the statement is true; None is no limit.
        effect: standardised size, where the number is a difference between two kinds of networks.
        p: of its permutation test, two-sided.
        control: whether this is no published statement but one of ours, that says what a published one rests on.
    """

    published: str
    measure: str
    interval: Interval
    networks: int
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    p: float | None = None
    control: bool = False

    @property
    def verdict(self) -> str:
        """Confirmed if the whole interval agrees with the statement, differs if none of it does, else not confirmed.

        A share that is 0 in all networks has an interval without width; so a statement of a zero is confirmed by them.
        """
        _, lowest, highest = self.interval
        if lowest is None or highest is None:
            return NOT_CONFIRMED
        low = -float("inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if low <= lowest and highest <= high:
            return CONFIRMED
        return DIFFERS if highest < low or lowest > high else NOT_CONFIRMED

    @property
    def asked(self) -> str:
        """The limits in words."""
        if self.low is not None and self.high is not None:
            return f"{self.low:.3g} to {self.high:.3g}"
        return f"at most {self.high:.3g}" if self.low is None else f"at least {self.low:.3g}"

    @property
    def found(self) -> str:
        """The number with its interval in words."""
        mean, low, high = ("–" if one is None else f"{one:.3g}" for one in self.interval)
        effect = "" if self.effect is None else f"; effect {self.effect:.1f}"
        chance = "" if self.p is None else f", p {self.p:.3f}"
        return f"{mean} [{low}, {high}]{effect}{chance}"

    def row(self) -> dict[str, Any]:
        """Plain data, with the verdict."""
        return {**asdict(self), "verdict": self.verdict}


def claim(
    published: str,
    measure: str,
    each: Sequence[float | None],
    low: float | None = None,
    high: float | None = None,
    control: bool = False,
) -> Claim:
    """A statement about one kind of networks, from one number for each; None where it could not be measured."""
    found = spread(each)
    interval = (found["mean"], found["low"], found["high"])
    return Claim(published, measure, interval, sum(one is not None for one in each), low, high, control=control)


def compared(
    published: str,
    measure: str,
    ours: Sequence[float | None],
    others: Sequence[float | None],
    low: float | None = None,
    high: float | None = None,
    control: bool = False,
) -> Claim:
    """A statement about a difference, ours minus others, with Welch's interval, Hedges' g and a permutation test."""
    found = contrast(ours, others)
    interval = (found["difference"], found["low"], found["high"])
    count = sum(one is not None for one in (*ours, *others))
    return Claim(published, measure, interval, count, low, high, found["effect"], found["p"], control)


def tell(claims: Sequence[Claim]) -> None:
    """Print the claims one by one, with their numbers."""
    for one in claims:
        print(f"{one.verdict.upper():14} {one.published}{' (ours)' if one.control else ''}")
        print(f"{'':14} {one.measure}: {one.found}, n = {one.networks}; asked: {one.asked}", flush=True)


def markdown(claims: Sequence[Claim]) -> str:
    """The claims as a table for a report."""
    lines = ["| claim | measure | mean [95 % interval] | networks | asked | verdict |", "|---|---|---|---|---|---|"]
    for one in claims:
        name = f"*ours:* {one.published}" if one.control else one.published
        lines.append(f"| {name} | {one.measure} | {one.found} | {one.networks} | {one.asked} | {one.verdict} |")
    return "\n".join(lines)
