"""Published claims and what became of them: networks as replicates, an interval, and one of three verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.analysis.across import spread

CONFIRMED, NOT_CONFIRMED, DIFFERS = "confirmed", "not confirmed", "differs"


@dataclass(frozen=True)
class Claim:
    """A published statement, in one number for each network.

    Attributes:
        topic: what it is about, a few words.
        published: the statement.
        measure: what the number is, with its unit.
        each: the number for every network (or for what else is a replicate); None where it could not be measured.
        low, high: what the number is if the statement is true; None is no limit.
        effect: standardised size of the effect, where the number is a contrast.
        p: of a permutation test of that contrast, two-sided.
        why: what is known about the reason where we differ.
    """

    topic: str
    published: str
    measure: str
    each: Sequence[float | None]
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    p: float | None = None
    why: str = ""

    @property
    def interval(self) -> tuple[float | None, float | None, float | None]:
        """Mean and 95 % t-interval over the networks; bounds are None with fewer than two."""
        found = spread(self.each)
        return found["mean"], found["low"], found["high"]

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

    def row(self) -> dict[str, Any]:
        """Plain data, with mean, interval and verdict."""
        mean, low, high = self.interval
        return {**asdict(self), "mean": mean, "lowest": low, "highest": high, "verdict": self.verdict}


def tell(claims: Sequence[Claim]) -> None:
    """Print the claims one by one, with their numbers."""
    for claim in claims:
        mean, low, high = (None if one is None else round(one, 4) for one in claim.interval)
        limits = " and ".join(
            f"{sign} {limit:g}" for sign, limit in ((">=", claim.low), ("<=", claim.high)) if limit is not None
        )
        effect = "" if claim.effect is None else f", effect {claim.effect:.1f}"
        chance = "" if claim.p is None else f", p {claim.p:.3f}"
        print(f"{claim.verdict.upper():14} {claim.topic}: {claim.published}")
        print(f"{'':14} {claim.measure}: {mean} [{low}, {high}], n = {len(claim.each)}{effect}{chance}; asked {limits}")
        if claim.why:
            print(f"{'':14} {claim.why}")


def markdown(claims: Sequence[Claim]) -> str:
    """The claims as rows of a table for a report."""
    lines = ["| claim | our measure | mean [95 % interval], networks | asked | verdict |", "|---|---|---|---|---|"]
    for claim in claims:
        mean, low, high = ("–" if one is None else f"{one:.3g}" for one in claim.interval)
        asked = " to ".join(f"{limit:g}" for limit in (claim.low, claim.high) if limit is not None)
        sign = "at least " if claim.high is None else "at most " if claim.low is None else ""
        effect = "" if claim.effect is None else f"; effect {claim.effect:.1f}"
        chance = "" if claim.p is None else f", p {claim.p:.3f}"
        numbers = f"{mean} [{low}, {high}], {len(claim.each)}{effect}{chance}"
        lines.append(f"| {claim.published} | {claim.measure} | {numbers} | {sign}{asked} | {claim.verdict} |")
    return "\n".join(lines)
