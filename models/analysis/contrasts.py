"""The few numbers that groups of networks are compared in, with each other and with their nulls; named beforehand.

A report holds thousands of numbers; testing all would find differences by chance, or none after correction. These are
the ones that the verdict rests on, and p is corrected over all tests of a report (Holm, 1979, Scandinavian Journal of
Statistics 6:65).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from models.analysis.across import against_null, contrast

Group = Mapping[str, Any]
Values = list[float | None]


@dataclass(frozen=True)
class Number:
    """One number of a network.

    Attributes:
        measure: ``analysis.measure``, or ``analysis.measure[entry]`` with an entry's name on ``axis``.
        label: what it is, as part of a sentence.
        unit: of the number; empty for shares and scores.
        null: its null, named like ``measure`` among the analysis' nulls (or measures); empty where it has none.
        axis: name of the axis that an entry is named on.
    """

    measure: str
    label: str
    unit: str = ""
    null: str = ""
    axis: str = ""


NUMBERS = (
    Number("swap_hypotheses.swap_rate", "swaps", "share"),
    Number("swap_hypotheses.decided", "time of the decision", "seconds", "swap_hypotheses.decided"),
    Number("swap_hypotheses.share_misbinding", "swaps stored wrong", "share", "swap_hypotheses.share_misbinding"),
    Number("swap_hypotheses.share_misselection", "swaps selected wrong", "share", "swap_hypotheses.share_misselection"),
    Number(
        "swap_hypotheses.share_misinterpretation", "swaps read wrong", "share",
        "swap_hypotheses.share_misinterpretation",
    ),
    Number("planes.before", "angle between the memory planes before the cue", "degrees", "planes.before"),
    Number("planes.cued", "angle between the memory planes when recall begins", "degrees", "planes.cued"),
    Number("planes.after", "angle between the memory planes at the end of recall", "degrees", "planes.after"),
    Number("planes.change", "change of the angle between the memory planes", "degrees", "planes.change"),
    Number("role_axis.separation", "separation of target and distractor (d′)", "", "role_axis.separation"),
    Number("role_axis.separation_beyond_response", "the same beyond a copy of the response (d′)"),
    Number("cue_sweep.switch_index_mean", "switch index of cues between the items"),
    Number("interventions.removed_without_noise", "swaps that are gone without noise in recall", "share"),
    Number("interventions.committed", "time from which on the roles cannot be exchanged", "seconds"),
    Number("refit.largest_gap", "largest gap of the refitted swap function", "share", "refit.largest_gap"),
)  # fmt: skip


def values_of(group: Group, measure: str, kind: str = "measures", axis: str = "") -> Values:
    """A number of every network of a group, in the order of its analysis' ``networks``; empty where there is none.

    Args:
        group: of a report.
        measure: as in ``Number``.
        kind: ``measures`` or ``nulls``.
        axis: as in ``Number``.
    """
    name, _, entry = measure.removesuffix("]").partition("[")
    analysis, _, name = name.partition(".")
    both = group["analyses"].get(analysis, {})
    found = both.get(kind, {}).get(name)
    if found is None:
        return []
    if not entry:
        each: Values = found["each"]
        return each
    names = [str(name) for name in both["axes"][axis]]
    return [one[names.index(entry)] for one in found["each"]] if entry in names else []


def contrasts(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Every two groups compared in every number that both have.

    Returns:
        ``{"measure", "label", "unit", "groups": [first, second], **across.contrast, "adjusted"}``, the first minus the
        second; ``adjusted`` is ``p_t`` after correction over all of the list, None where there are too few networks.
    """
    found = []
    for number in NUMBERS:
        for one, other in combinations(groups, 2):
            ours, theirs = (values_of(group, number.measure, axis=number.axis) for group in (one, other))
            if ours and theirs:
                found.append(_named(number, contrast(ours, theirs)) | {"groups": [one["name"], other["name"]]})
    return _adjusted(found)


def nulls(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Every number that has a null against it, group by group.

    Returns:
        ``{"measure", "label", "unit", "group", "null", **across.against_null, "adjusted"}``; ``null`` is its mean.
    """
    found = []
    for number in NUMBERS:
        for group in groups:
            ours = values_of(group, number.measure, axis=number.axis)
            theirs = null_of(group, number)
            if ours and theirs:
                there = [value for value in theirs if value is not None]
                mean = sum(there) / len(there) if there else None
                found.append(_named(number, against_null(ours, theirs)) | {"group": group["name"], "null": mean})
    return _adjusted(found)


def null_of(group: Group, number: Number) -> Values:
    """The null of a number in every network of a group; empty where there is none."""
    if not number.null:
        return []
    among_nulls = values_of(group, number.null, "nulls", number.axis)
    return among_nulls or ([] if number.null == number.measure else values_of(group, number.null, axis=number.axis))


def holm(p: Sequence[float | None]) -> list[float | None]:
    """p after Holm's correction over all that are there; None stays None."""
    there = sorted((value, place) for place, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    highest = 0.0
    for rank, (value, place) in enumerate(there):
        highest = max(highest, min(1.0, (len(there) - rank) * value))
        adjusted[place] = highest
    return adjusted


def _named(number: Number, tested: Mapping[str, float | None]) -> dict[str, Any]:
    return {"measure": number.measure, "label": number.label, "unit": number.unit, **tested}


def _adjusted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    adjusted = holm([one["p_t"] for one in found])
    return [one | {"adjusted": value} for one, value in zip(found, adjusted, strict=True)]
