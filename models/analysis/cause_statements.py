"""Statements on what makes a network swap: what was changed in it, where it comes to rest, and what it was taught."""

from __future__ import annotations

from models.analysis.contrasts import Group
from models.analysis.statements import Statement, claim, measured, written

FAITHFUL = 0.05
"""Largest gap of swap probabilities up to which a network does as it was taught: what participants' curves are known
to."""


def causes(group: Group) -> list[Statement | None]:
    """What changes swaps when it is changed."""
    return [faithful(group)]


def dynamics(group: Group) -> list[Statement | None]:
    """Where the network comes to rest."""
    return []


def faithful(group: Group) -> Statement | None:
    """Does the behavioural model, fitted to the responses, find the swap function that was taught?"""
    gap = measured(group, "refit.largest_gap", "share")
    if gap is None:
        return None
    supported = gap.below(FAITHFUL)
    sentence = claim(
        supported,
        f"The behavioural model, fitted to the responses, finds the swap function that was taught, to within {gap}.",
        "The behavioural model, fitted to the responses, does not find the swap function that was taught: it is up to "
        f"{gap} away.",
        f"Whether the behavioural model finds the swap function that was taught is open: it is up to {gap} away.",
    )
    evidence = [f"At most {written(FAITHFUL, 'share')} away in {gap.count(lambda value: value <= FAITHFUL)}."]
    null = measured(group, "refit.largest_gap", "share", "nulls")
    if null is not None:
        evidence.append(f"Fitted to as many responses of the taught law itself: {null}.")
    limits = "What is compared is the probability that one non-target is reported rather than the item asked for."
    return Statement("behaviour", group["name"], sentence, supported, evidence, limits)
