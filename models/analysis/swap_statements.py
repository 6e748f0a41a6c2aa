"""Statements on where swaps come from: stored wrong, selected wrong or read wrong, and when they are decided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.analysis.contrasts import Group, values_of
from models.analysis.statements import (
    NO,
    UNCLEAR,
    YES,
    Estimate,
    Statement,
    Tested,
    at_time,
    claim,
    estimate,
    in_words,
    measured,
    networks,
    tested,
    written,
)

LEAST_SWAPS = 0.01
"""Swaps beyond those that guesses make by chance, as a share of trials: with fewer there are some ten swaps among a
thousand trials, and nothing can be said about how they come about."""
CHANCE_SWAPS = 0.5
"""Swaps by chance for each guess far from all items: a quarter of the circle is within 45 degrees of a non-target, at
least a half is far from both of two items."""
MAIN = 0.5
"""Share of the swaps from which on a kind of error is what swaps are: most of them."""
RARE = 0.1
"""Share of the swaps below which a kind of error is absent: planted errors are told apart nine times in ten."""
TELLABLE = 2.0
"""Sd of the noise that the predictions of two kinds of error must be apart to be told from one another."""
SAME_TIME = 0.05
"""Seconds, one step of the published networks: times that differ by less are not told apart."""
STILL_THERE = 0.5
"""Mean cosine of a decoder's error from which on an item counts as held: half way from chance to perfect."""

KINDS = {
    "misbinding": ("stored wrong (misbinding)", "at the end of the delay", "what is stored stays intact"),
    "misselection": ("selected wrong (misselection)", "after the cue", ""),
    "misinterpretation": ("read wrong (misinterpretation of the cue)", "when recall begins", "the cue is read right"),
}


def swapping(group: Group) -> Statement | None:
    """Whether there are swaps at all; None where that was not measured."""
    rate, guesses = (measured(group, f"swap_hypotheses.{name}_rate", "share") for name in ("swap", "guess"))
    if rate is None or guesses is None:
        return None
    beyond = tuple(one - CHANCE_SWAPS * other for one, other in zip(rate.each, guesses.each, strict=True))
    found = estimate(list(beyond), "share")
    assert found is not None
    supported = found.above(LEAST_SWAPS)
    sentence = claim(
        supported,
        f"There are swaps: the wrong item is reported in {rate} of trials.",
        f"There are no swaps: the wrong item is reported in {rate} of trials, no more often than by guesses that land "
        "near an item. There is nothing to explain.",
        f"Whether there are swaps beyond chance is open: the wrong item is reported in {rate} of trials.",
    )
    evidence = [
        f"Beyond what guesses make by chance, {found} of trials are swaps; more than {written(LEAST_SWAPS, 'share')} "
        f"in {found.count(lambda value: value > LEAST_SWAPS)}.",
        f"Responses far from all items: {guesses} of trials.",
    ]
    limits = "A response counts for the item that it is nearest to, if that is within 45 degrees of the full circle."
    return Statement("swaps", group["name"], sentence, supported, evidence, limits)


def origins(group: Group) -> list[Statement]:
    """Whether swaps are stored wrong, selected wrong or read wrong."""
    found = [_origin(group, kind) for kind in KINDS]
    return [one for one in found if one is not None]


def _origin(group: Group, kind: str) -> Statement | None:
    share = measured(group, f"swap_hypotheses.share_{kind}", "share")
    if share is None:
        return None
    how, when, instead = KINDS[kind]
    supported = YES if share.above(MAIN) == YES else NO if share.below(RARE) == YES else UNCLEAR
    intact = f": {instead} in {share.count(lambda value: value < RARE)}" if instead else ""
    sentence = claim(
        supported,
        f"Swaps are {how}: {share} of them, {when}, in {share.count(lambda value: value > MAIN)}.",
        f"Swaps are not {how}{intact} ({share} of swaps look so {when}).",
        f"Some swaps may be {how}: {share} of them look so {when}; neither most nor next to none.",
    )
    evidence = [f"Share of swap trials: {share}, network by network {_listed(share)}."]
    null = measured(group, f"swap_hypotheses.share_{kind}", "share", "nulls")
    if null is not None:
        evidence.append(f"Correct trials of the same displays, judged in the same way: {null}.")
    if kind == "misselection":
        evidence += _early_or_late(group)
    limits = (
        "Swap trials are held against a model of correct trials in the activity outside the behaviour plane; an error "
        "that is none of the three is given to the one that it resembles most."
    )
    apart = measured(group, "swap_hypotheses.cue_told_apart")
    if kind != "misbinding" and apart is not None and apart.above(TELLABLE) != YES:
        limits += (
            f" Before recall a misread cue and a wrong selection predict almost the same activity ({apart} sd apart)."
        )
    return Statement(kind, group["name"], sentence, supported, evidence, limits)


def _early_or_late(group: Group) -> list[str]:
    early, late = (measured(group, f"swap_hypotheses.share_{when}_misselection", "share") for when in ("early", "late"))
    if early is None or late is None:
        return []
    return [f"The wrong item is selected right after the cue in {early} of swaps, during recall in {late}."]


def decided(group: Group, nulls: Sequence[Tested]) -> Statement | None:
    """When swaps are decided, and whether the noise schedule alone would have it so."""
    time = measured(group, "swap_hypotheses.decided", "seconds")
    if time is None:
        return None
    schedule = measured(group, "swap_hypotheses.decided", "seconds", "nulls")
    supported = time.above(0.0)
    beside = _beside(group, schedule) if schedule else ""
    sentence = claim(
        supported,
        f"Swaps are decided after the cue, at {time} from its onset{beside}.",
        f"Swaps are not decided after the cue: half of whether a trial swaps is determined {time} from its onset.",
        f"Whether swaps are decided before or after the cue differs between networks ({time} from its onset).",
    )
    evidence = [f"Network by network: {_listed(time)}."]
    departs = measured(group, "swap_hypotheses.departs", "seconds")
    if departs is not None:
        evidence.append(f"Swap trials first look wrong more often than correct ones of the same displays at {departs}.")
    if schedule is not None:
        evidence.append(f"An ideal sampler with the same noise schedule decides at {schedule}.")
    early, ideal = (
        measured(group, "swap_hypotheses.determined_before_recall", "share", kind) for kind in ("measures", "nulls")
    )
    if early is not None and ideal is not None:
        evidence.append(
            f"When recall begins, {early} of whether a trial is a swap is determined; {ideal} in the ideal sampler."
        )
    committed = measured(group, "interventions.committed", "seconds")
    if committed is not None:
        evidence.append(f"A push that exchanges the roles turns most choices round until {committed}.")
    test = tested(nulls, "swap_hypotheses.decided", group["name"])
    evidence += [in_words(test, "that of the schedule")] if test else []
    limits = (
        "The time of the decision is that at which half of whether a trial swaps is determined: runs share all noise "
        "up to it and none after it. Noise that shrinks in the course of recall decides at a certain time whatever the "
        "network does: only a difference from that time says something about the network."
    )
    return Statement("decision", group["name"], sentence, supported, evidence, limits)


def _beside(group: Group, schedule: Estimate) -> str:
    """The time of the decision beside the schedule's, network by network."""
    ours, theirs = (values_of(group, "swap_hypotheses.decided", kind) for kind in ("measures", "nulls"))
    pairs = zip(ours, theirs, strict=True)
    gap = estimate([one - other for one, other in pairs if one is not None and other is not None], "seconds")
    if gap is None:
        return ""
    if gap.above(SAME_TIME) == YES:
        return f", {gap} later than the noise schedule alone would have it"
    if gap.below(-SAME_TIME) == YES:
        return f", {written(-gap.mean, 'seconds')} earlier than the noise schedule alone would have it"
    if gap.above(-SAME_TIME) == gap.below(SAME_TIME) == YES:
        return f", when the noise schedule alone would have it ({schedule})"
    return f", which cannot be told from the time that the noise schedule alone would have ({schedule})"


def contents(group: Group) -> Statement | None:
    """Whether the item that was asked for is in memory on trials in which another one will be reported."""
    before = at_time(group, "decoding.cued_report_on_swaps", 0.0)
    after = at_time(group, "decoding.cued_report_on_swaps", math.inf)
    usual = at_time(group, "decoding.cued_report", 0.0)
    other = at_time(group, "decoding.uncued_report", math.inf)
    if before is None or usual is None:
        return None
    supported = before.above(STILL_THERE)
    parts = f"a decoder reads it with {before} on swap trials, {usual} on correct ones (1 is perfect, 0 chance)"
    sentence = claim(
        supported,
        f"When the cue comes, the item that will not be reported is in memory like any other: {parts}.",
        f"When the cue comes, the item that will not be reported is hardly in memory any more: {parts}.",
        f"Whether the item that will not be reported is in memory when the cue comes cannot be told: {parts}.",
    )
    evidence = []
    if after is not None:
        evidence.append(f"At the end of recall it can be read with {after} on swap trials.")
    if other is not None:
        evidence.append(f"The item that was not asked for can be read with {other} at the end of correct trials.")
    limits = "What can be decoded need not be used by the network. Decoders are linear and see no behaviour plane."
    return Statement("contents", group["name"], sentence, supported, evidence, limits)


def _listed(one: Estimate) -> str:
    """The networks' own values."""
    return ", ".join(written(value, one.unit) for value in one.each) if len(one.each) > 1 else networks(1)
