"""Statements on how items are held: their planes, the axis of their roles, and what a cue between them does."""

from __future__ import annotations

from collections.abc import Sequence

from models.analysis.contrasts import Group
from models.analysis.statements import (
    NO,
    UNCLEAR,
    YES,
    Statement,
    Tested,
    claim,
    in_words,
    measured,
    tested,
    together,
)

ORTHOGONAL = 60.0
"""Degrees from which on planes count as near-orthogonal: less than a quarter of one's variance is seen in the other."""
ALIGNED = 30.0
"""Degrees up to which planes count as aligned: more than three quarters of one's variance is seen in the other."""
TOLD_APART = 1.0
"""d' from which on roles count as told apart: seven of ten trials fall on the right side."""
MIDDLE = 0.5
"""Of the way from one role to the other."""
SWITCH, BLEND = 2 / 3, 1 / 3
"""Of the way from what blending responses give to what switching ones do: nearer than a third to either end."""


def planes(group: Group, nulls: Sequence[Tested]) -> Statement | None:
    """Near-orthogonal before the cue and aligned after it, as in prefrontal cortex?"""
    before, after = (measured(group, f"planes.{when}", "degrees") for when in ("before", "after"))
    if before is None or after is None:
        return None
    supported = together(before.above(ORTHOGONAL), after.below(ALIGNED))
    parts = f"{before} before the cue, {after} at the end of recall"
    sentence = claim(
        supported,
        f"The memory planes of two items are near-orthogonal before the cue and aligned after it: {parts}.",
        f"The memory planes of two items are not near-orthogonal before the cue and aligned after it: {parts}.",
        f"Whether memory planes are near-orthogonal before the cue and aligned after it cannot be told: {parts}.",
    )
    cued, change = measured(group, "planes.cued", "degrees"), measured(group, "planes.change", "degrees")
    evidence = [
        f"At least {ORTHOGONAL:.0f}° before the cue in {before.count(lambda angle: angle > ORTHOGONAL)}, at most "
        f"{ALIGNED:.0f}° at the end of recall in {after.count(lambda angle: angle <= ALIGNED)}."
    ]
    if cued is not None and change is not None:
        evidence.append(f"Already {cued} when recall begins; the whole change is {change}.")
    floor = [measured(group, f"planes.floor_{when}", "degrees") for when in ("before", "after")]
    if floor[0] is not None and floor[1] is not None:
        evidence.append(f"A plane and itself, over halves of the trials: {floor[0]} before, {floor[1]} at the end.")
    for measure in ("planes.before", "planes.after"):
        test = tested(nulls, measure, group["name"])
        evidence += [in_words(test, "that with reports shuffled")] if test else []
    limits = (
        "Correct trials only, outside the behaviour plane. Planes may be aligned at the end because they hold what is "
        "reported; the angle when recall begins has no such part."
    )
    code = measured(group, "planes.input", "degrees", "nulls")
    if code is not None and code.above(ORTHOGONAL) != NO:
        limits += (
            f" In the network's input the items' planes are {code} apart already: near-orthogonal planes are given to "
            "it, and kept until the cue."
        )
    return Statement("planes", group["name"], sentence, supported, evidence, limits)


def role_axis(group: Group, nulls: Sequence[Tested]) -> Statement | None:
    """Does memory say which item is the target, beyond what it copies of the response?"""
    whole = measured(group, "role_axis.separation")
    beyond = measured(group, "role_axis.separation_beyond_response")
    if whole is None or beyond is None:
        return None
    place = measured(group, "role_axis.swap_place_beyond_response")
    crossing = YES if place is None else place.above(MIDDLE)
    supported = together(beyond.above(TOLD_APART), crossing)
    on_swaps = "" if place is None else f", swaps lie at {place} of the way to the exchanged roles"
    parts = f"d′ {beyond}{on_swaps}"
    sentence = claim(
        supported,
        f"At the end of recall memory says which item is the target, beyond what it copies of the response: {parts}.",
        "That memory says which item is the target, beyond what it copies of the response, and exchanges the roles on "
        f"swaps, is not found: {parts}.",
        f"Whether memory says which item is the target, beyond what it copies of the response, is open: {parts}.",
    )
    evidence = [f"With the copy of the response, roles are {whole} sd apart (d′)."]
    share = measured(group, "role_axis.response_share", "share")
    if share is not None:
        evidence.append(f"A copy of the response makes up {share} of the variance of memory at the end of recall.")
    common = measured(group, "role_axis.common_beyond_response", "share")
    if common is not None:
        evidence.append(f"The same for all reports and probes: {common} of the axes' squared length.")
    test = tested(nulls, "role_axis.separation", group["name"])
    evidence += [in_words(test, "that with roles shuffled")] if test else []
    limits = "The axis is known for one item with a fixed report at a time; it is linear, and only in correct trials."
    return Statement("role axis", group["name"], sentence, supported, evidence, limits)


def cue(group: Group) -> Statement | None:
    """Does a cue between two items select one of them, or blend them?"""
    index = measured(group, "cue_sweep.switch_index_mean")
    if index is None:
        return None
    supported = YES if index.above(SWITCH) == YES else NO if index.below(BLEND) == YES else UNCLEAR
    sentence = claim(
        supported,
        f"A cue between two items selects one of them (switch index {index}; 1 is a switch, 0 a blend).",
        "A cue between two items does not select one of them: responses move along between both (switch index "
        f"{index}; 1 is a switch, 0 a blend).",
        f"A cue between two items neither clearly selects one of them nor blends both (switch index {index}; 1 is a "
        "switch, 0 a blend).",
    )
    evidence = [f"Nearer to a switch than to a blend in {index.count(lambda value: value > MIDDLE)}."]
    gain = measured(group, "cue_sweep.bistable_gain_mean")
    ends = [
        measured(group, f"cue_sweep.bistable_gain_mean_if_{kind}", "", "nulls")
        for kind in ("bistable", "interpolating")
    ]
    if gain is not None and ends[0] is not None and ends[1] is not None:
        evidence.append(
            f"Two modes at the items predict a response better than one mode anywhere by {gain} nats; by {ends[0]} if "
            f"responses were bistable, by {ends[1]} if they interpolated (simulated)."
        )
    between = measured(group, "cue_sweep.between_mean", "share")
    if between is not None:
        evidence.append(f"In the middle between the items {between} of responses belong to neither.")
    limits = "The network was never trained on such cues: this is how it generalises."
    return Statement("cue", group["name"], sentence, supported, evidence, limits)
