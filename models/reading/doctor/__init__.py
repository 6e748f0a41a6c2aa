"""A doctor's report on a data set: what looks wrong or matters, what it would break, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.reading.doctor import absent_items, conventions_used, errors, opening, people, ranges, scales, swap_signs
from models.reading.doctor.case import Case, Finding
from models.reading.mapping import Mapping
from models.reading.several import GivenFile
from models.reading.table import RejectedRow, Table
from models.trials import Trials

__all__ = ["Case", "Finding", "examine"]

# A check looks at one thing and says nothing where there is nothing to say; a new one is one function and one entry.
CHECKS: tuple[Callable[[Case], list[Finding]], ...] = (
    opening.rejected_rows,
    opening.refused_files,
    errors.centred,
    errors.spread,
    scales.other_units,
    scales.written_differently,
    scales.extra_factor,
    scales.doubled,
    scales.half_circle_of_places,
    conventions_used.relative,
    conventions_used.reading_of_items,
    conventions_used.half_turn,
    absent_items.placeholders,
    ranges.narrow_items,
    ranges.narrow_responses,
    ranges.minimum_distance,
    swap_signs.swaps,
    swap_signs.probes,
    people.few_trials,
    opening.notes,
)
ORDER = {"error": 0, "warning": 1, "info": 2}
# What explains a finding makes it idle.
EXPLAINED = {
    "no_swaps": {"half_turn", "other_convention", "other_units", "unrelated"},
    "half_turn": {"response_half_turn", "unrelated"},
    "other_convention": {"response_half_turn", "unrelated"},
    "spread_flat": {"unrelated"},
}


def examine(
    trials: Trials,
    mapping: Mapping,
    table: Table,
    rejected: Sequence[RejectedRow] = (),
    files: Sequence[GivenFile] = (),
) -> list[Finding]:
    """Everything worth saying about trials and the columns they came from, the gravest first."""
    case = Case(trials, mapping, table, tuple(rejected), tuple(files))
    found = [finding for check in CHECKS for finding in check(case)]
    kinds = {finding.kind for finding in found}
    found = [finding for finding in found if not EXPLAINED.get(finding.kind, set()) & kinds]
    return sorted(found, key=lambda finding: ORDER[finding.severity])
