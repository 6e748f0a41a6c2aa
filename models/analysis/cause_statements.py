"""Statements on what makes a network swap: what changes it, what its memory rests on, and what it learned from."""

from __future__ import annotations

from models.analysis.contrasts import Group, values_of
from models.analysis.statements import (
    Estimate,
    Statement,
    claim,
    estimate,
    measured,
    together,
    written,
)

MOST = 0.5
"""Share of the swaps that must be gone without noise for noise to be what makes them: most."""
RELIABLE = 0.5
"""Correlation of the neurons' effects in two halves of the trials from which on they are the neurons' own."""
NEAR_CHANCE = 1 / 3
"""Of the error by chance: what points lose of the items up to which memory rests on them, a third at most."""
FAITHFUL = 0.05
"""Largest gap of swap probabilities up to which a network does as its model: what participants' curves are known
to."""


def noise(group: Group) -> Statement | None:
    """Does noise in recall make the swaps?"""
    gone = measured(group, "interventions.removed_without_noise", "share")
    if gone is None:
        return None
    supported = gone.above(MOST)
    sentence = claim(
        supported,
        f"Noise in recall makes the swaps: without it {gone} of them are gone.",
        f"Noise in recall does not make most of the swaps: without it only {gone} of them are gone.",
        f"Whether noise in recall makes most of the swaps is open: without it {gone} of them are gone.",
    )
    rates = {
        what: measured(group, f"interventions.swaps[{what}]", "share", axis="what")
        for what in ("undisturbed", "no noise in the delay", "no noise in the cue", "no noise in recall")
    }
    told = [f"{what} {rate}" for what, rate in rates.items() if rate is not None]
    evidence = [f"Swaps, as a share of trials in which reports are well apart: {'; '.join(told)}."] if told else []
    guesses = measured(group, "interventions.guesses[no noise in recall]", "share", axis="what")
    if guesses is not None:
        evidence.append(f"Responses far from all items without noise in recall: {guesses} of trials.")
    limits = "The network was trained with this noise; without it its states may be such as it never met in training."
    return Statement("noise", group["name"], sentence, supported, evidence, limits)


def neurons(group: Group) -> Statement | None:
    """Do swaps depend on some neurons more than on others?"""
    reliability = measured(group, "interventions.reliability")
    taking, adding = _extreme(group, -1), _extreme(group, 0)
    if reliability is None or taking is None or adding is None:
        return None
    adds = abs(adding[2].mean) >= abs(taking[2].mean)
    strongest, null, gap = adding if adds else taking
    supported = together(reliability.above(RELIABLE), gap.above(0.0) if adds else gap.below(0.0))
    effect = f"silencing the one that matters most changes their share of trials by {strongest} ({null} by chance)"
    sentence = claim(
        supported,
        f"Swaps depend on some neurons more than on others: {effect}.",
        f"That swaps depend on some neurons more than on others is not found: {effect}.",
        f"Whether swaps depend on some neurons more than on others is open: {effect}.",
    )
    evidence = [f"Effects of single neurons in two halves of the trials correlate by {reliability}."]
    for words, (found, chance, _) in (("adds most swaps", adding), ("takes most swaps away", taking)):
        evidence.append(f"The neuron whose silence {words} changes them by {found} ({chance} by chance).")
    evidence += _silenced(group)
    limits = "A neuron has a number in one network only: which ones they are is listed network by network."
    return Statement("neurons", group["name"], sentence, supported, evidence, limits)


def _silenced(group: Group) -> list[str]:
    """Swaps with several neurons silenced together, as evidence."""
    evidence = []
    names = {"measures": "those that matter most", "nulls": "as many at random"}
    for count in (1, 8):
        rates = [
            (who, measured(group, f"interventions.silenced_swaps[{count}]", "share", kind, "silenced"))
            for kind, who in names.items()
        ]
        told = [f"{who} {rate}" for who, rate in rates if rate is not None]
        if len(told) == len(names):
            evidence.append(f"Swaps with {count} silenced, on other trials: {', '.join(told)}.")
    return evidence


def _extreme(group: Group, place: int) -> tuple[Estimate, Estimate, Estimate] | None:
    """A ranked neuron's effect on swaps, that by chance, and the first minus the second; None where not measured."""
    ours, theirs = (values_of(group, "interventions.ranked", kind) for kind in ("measures", "nulls"))
    if not ours or len(ours) != len(theirs):
        return None
    pairs = [(one[place], other[place]) for one, other in zip(ours, theirs, strict=True)]  # type: ignore[index]
    sides = [estimate(list(side), "share") for side in zip(*pairs, strict=True)]
    gap = estimate([one - other for one, other in pairs], "share")
    return None if sides[0] is None or sides[1] is None or gap is None else (sides[0], sides[1], gap)


def points(group: Group) -> Statement | None:
    """Does the memory of the delay rest on slow or fixed points?"""
    held, null = (
        measured(group, "fixed_points.held_error[delay]", "radians", kind, "epochs") for kind in ("measures", "nulls")
    )
    if held is None or null is None:
        return None
    lost = estimate([one / other for one, other in zip(held.each, null.each, strict=True)], "share")
    assert lost is not None
    supported = lost.below(NEAR_CHANCE)
    parts = f"from the points that it leads to, items are read with an error of {held} ({null} by chance)"
    sentence = claim(
        supported,
        f"The memory of the delay rests on points where the network stays: {parts}.",
        f"The memory of the delay does not rest on points where the network stays: {parts}. It is kept on the way.",
        f"Whether the memory of the delay rests on points where the network stays is open: {parts}.",
    )
    evidence = []
    start = measured(group, "fixed_points.start_error[delay]", "radians", axis="epochs")
    if start is not None:
        evidence.append(f"From the states at the end of the delay themselves: {start}.")
    fixed, slow = (
        measured(group, f"fixed_points.{kind}_share[delay]", "share", axis="epochs") for kind in ("fixed", "slow")
    )
    if fixed is not None and slow is not None:
        evidence.append(f"Of these states {fixed} lead to a fixed point, {slow} to one that is slow only.")
    after = {
        wait: measured(group, f"fixed_points.error_after[{wait}]", "radians", axis="waiting") for wait in (1.0, 4.0)
    }
    told = [f"{error} after {wait:.0f} s more" for wait, error in after.items() if error is not None]
    if told:
        evidence.append(f"When the delay goes on without noise, the error becomes {', '.join(told)}.")
    limits = "Points are looked for from states that the network visits, without noise; there may be others."
    return Statement("points", group["name"], sentence, supported, evidence, limits)


def faithful(group: Group) -> Statement | None:
    """Does the behavioural model that was trained on, fitted to the responses, find its swap function again?"""
    gap = measured(group, "refit.largest_gap", "share")
    if gap is None:
        return None
    supported = gap.below(FAITHFUL)
    sentence = claim(
        supported,
        f"The behavioural model, fitted to the responses, finds its own swap function again, to within {gap}.",
        "The behavioural model, fitted to the responses, does not find its own swap function again: it is up to "
        f"{gap} away.",
        f"Whether the behavioural model finds its own swap function in the responses is open: it is up to {gap} away.",
    )
    evidence = [f"At most {written(FAITHFUL, 'share')} away in {gap.count(lambda value: value <= FAITHFUL)}."]
    null = measured(group, "refit.largest_gap", "share", "nulls")
    if null is not None:
        evidence.append(f"Fitted to as many responses of its own: {null}.")
    limits = "What is compared is the probability that one non-target is reported rather than the item asked for."
    return Statement("behaviour", group["name"], sentence, supported, evidence, limits)
