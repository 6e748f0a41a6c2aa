"""What the numbers of a report say in plain words, by rules that are written down, with what they rest on.

The verdict is about one group of networks: those trained on behaviour, if there are any that swap. Each claim is judged
by its interval over networks, never by one network of several; the thresholds stand with their reasons beside the
claims. The other groups answer whether only that group is so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.analysis import cause_statements, memory_statements, swap_statements
from models.analysis.comparison_statements import comparisons
from models.analysis.contrasts import Group
from models.analysis.statements import NO, UNCLEAR, YES, Statement, Tested, networks

ON_BEHAVIOUR = "diffusion"
"""The objective that has a network make the errors that were recorded."""
ENOUGH = 5  # networks of a group, from which on an interval over them says something about their training


def verdict(groups: Sequence[Group], contrasts: Sequence[Tested], nulls: Sequence[Tested]) -> dict[str, Any]:
    """The verdict on a report.

    Args:
        groups: of the report.
        contrasts: of the report.
        nulls: of the report.

    Returns:
        ``{"headline", "group", "statements"}``; a statement is ``{"topic", "group", "sentence", "evidence", "limits",
        "supported"}``, where ``supported`` says whether what the topic is about is supported: ``yes``, ``no`` or
        ``unclear``, and ``evidence`` is a list of sentences.
    """
    focus = about(groups)
    statements = on(focus, nulls)
    others = [group for group in groups if group is not focus]
    compared = comparisons(focus, others, contrasts)
    first = headline(focus, {one.topic: one for one in statements}, compared, bool(others))
    if others:
        statements = [replace(one, sentence=f"{focus['name']}: {_small(one.sentence)}") for one in statements]
    return {
        "headline": first,
        "group": focus["name"],
        "statements": [one.to_json() for one in [*statements, *compared]],
    }


def about(groups: Sequence[Group]) -> Group:
    """The group that the verdict is about: trained on behaviour and swapping, else swapping, else the first."""

    def rank(group: Group) -> tuple[bool, bool, int]:
        found = swap_statements.swapping(group)
        swaps = found is not None and found.supported == YES
        return swaps, group["objective"] == ON_BEHAVIOUR, len(group["networks"])

    return max(groups, key=rank)


def on(group: Group, nulls: Sequence[Tested]) -> list[Statement]:
    """All statements on one group that its numbers allow; without swaps none on how they come about."""
    swaps = swap_statements.swapping(group)
    found: list[Statement | None] = [_replicates(group), swaps]
    if swaps is None or swaps.supported != NO:
        found += swap_statements.origins(group)
        found += [swap_statements.decided(group, nulls), swap_statements.contents(group)]
        found += [cause_statements.noise(group), cause_statements.neurons(group)]
    found += [memory_statements.planes(group, nulls), memory_statements.role_axis(group, nulls)]
    found += [memory_statements.cue(group), cause_statements.points(group), cause_statements.faithful(group)]
    return [one for one in found if one is not None]


def _replicates(group: Group) -> Statement | None:
    count = len(group["networks"])
    if count >= ENOUGH:
        return None
    few = "One network shows nothing about its objective" if count == 1 else f"There are only {networks(count)}"
    sentence = f"{few}: what is said here is about {'this network' if count == 1 else 'these'} alone."
    limits = f"Train at least {ENOUGH} networks that differ in their seed, and analyse them together."
    return Statement("replicates", group["name"], sentence, UNCLEAR, [], limits)


def headline(focus: Group, found: Mapping[str, Statement], compared: Sequence[Statement], several: bool) -> str:
    """One or two sentences to read from afar."""
    count = len(focus["networks"])
    whose = f"{focus['name']}, {networks(count)}: " if several or count > 1 else "In this network: "
    swaps = found.get("swaps")
    if swaps is not None and swaps.supported == NO:
        return f"{whose}there are no swaps, so that there is nothing to explain."
    parts = [*_origin(found), *_planes(found)]
    if not parts:
        return f"{whose}too little was measured for a verdict."
    more = [one.sentence for one in compared if one.topic == "only swaps"]
    more += ["One network shows nothing about its objective."] if count == 1 else []
    return " ".join([f"{whose}{'; '.join(parts)}.", *more])


def _origin(found: Mapping[str, Statement]) -> list[str]:
    """How swaps come about and when, as parts of a sentence."""
    words = {"misbinding": "stored", "misselection": "selected", "misinterpretation": "read"}
    known = {kind: found[kind].supported for kind in words if kind in found}
    if not known:
        return []
    wrong = [word for kind, word in words.items() if known.get(kind) == YES]
    parts = [f"swaps are {' and '.join(wrong)} wrong" if wrong else "how swaps come about cannot be told"]
    when = found.get("decision")
    if when is not None and when.supported == YES:
        parts.append(_small(when.sentence).rstrip(".").replace("swaps are", "they are", 1))
    if known.get("misbinding") == NO:
        parts.append("what is stored stays intact before the cue")
    return parts


def _planes(found: Mapping[str, Statement]) -> list[str]:
    planes = found.get("planes")
    if planes is None or planes.supported != YES:
        return []
    return ["memory planes of two items are near-orthogonal before the cue and aligned after it"]


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
