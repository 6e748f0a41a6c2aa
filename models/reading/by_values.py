"""Roles from values alone, for tables whose columns have no telling names, in whatever order they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations

import numpy as np

from models.reading.display_size import abundant
from models.reading.items_by_values import ALIKE, Angles, adjacent_positions, list_of_all, order, originals, others_like
from models.reading.table import Table
from models.reading.units import FEW, TAU, concentration, filled_period, report_units, turn

ROWS = 3000
AGREEMENT = 0.15
MOST_COLUMNS = 40  # beyond these, looking for columns that are differences of others would take long
SAME = 0.02  # radians up to which two angles are one


@dataclass(frozen=True)
class Found:
    """Columns by role. ``error`` is set instead of ``response`` and ``target`` where the file holds errors only."""

    response: str | None
    target: str | None
    error: str | None
    items: tuple[str, ...]
    include_target: bool
    probes: tuple[str, ...]
    subject: str | None
    reasons: dict[str, str] = field(default_factory=dict)


def find(table: Table) -> Found | None:
    """Roles by what columns do: a response follows a target, an error is their difference or lies around 0.

    None if no column answers another and none looks like an error.
    """
    some = np.unique(np.linspace(0, len(table.frame) - 1, min(ROWS, len(table.frame))).astype(int))
    numbers = {str(name): table.numbers(str(name))[some] for name in table.frame if table.frame[name].dtype.kind == "f"}
    angles = _angles(
        {name: np.where(np.isin(cells, abundant(cells)), np.nan, cells) for name, cells in numbers.items()}
    )
    triples = _differences(angles)
    pair, reasons = _pair(angles, triples)
    if pair is not None:
        return _with_items(table, numbers, angles, pair, triples, reasons)
    error = _error(angles)
    if error is None:
        return None
    items = [name for name in angles.numbers if name != error and angles.spread(name) < ALIKE]
    spread = f"resultant {angles.spread(error):.2f}"
    reasons["response"] = f"“{error}” lies around 0 on both its sides, as response minus target does ({spread})"
    return Found(None, None, error, tuple(items), False, (), _subject(table, {error, *items}, numbers, items), reasons)


def _angles(numbers: dict[str, np.ndarray]) -> Angles:
    names = [name for name, values in numbers.items() if _is_angle(values)][:MOST_COLUMNS]
    periods = {name: filled_period(numbers[name]) for name in names}
    filled = [period for period in periods.values() if period is not None]
    usual = max(set(filled), key=filled.count) if filled else None
    radians = {}
    for name in names:
        period = periods[name] or usual or report_units(numbers[name], None).period
        largest = float(np.nanmax(np.abs(numbers[name])))
        if periods[name] is None and 0.9 * period / 4 < largest <= 1.001 * period / 4:
            period = period / 2  # some of a half circle, such as the first of non-targets that are sorted by value
        with np.errstate(invalid="ignore"):
            radians[name] = turn(numbers[name], period)
    return Angles({name: numbers[name] for name in names}, radians)


def _is_angle(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    if len(known) < 10 or np.abs(known).max() > 361 or len(np.unique(known)) < 12:
        return False
    if np.mean(np.diff(known) == 0) > 0.8 or np.mean(np.isin(np.diff(known), (0, 1))) > 0.8:
        return False  # a label or a counter
    return bool(np.abs(known).max() > 24 or np.any(known != np.round(known)))


def _differences(angles: Angles) -> list[tuple[str, str, str]]:
    """Triples of columns ``(minuend, subtrahend, difference)`` of which one is the others' difference on every row."""
    found: list[tuple[str, str, str]] = []
    seen: set[frozenset[str]] = set()
    for first, second in permutations(angles.radians, 2):
        difference = angles.radians[first] - angles.radians[second]
        for name, values in angles.radians.items():
            members = frozenset((first, second, name))
            if len(members) < 3 or members in seen:
                continue
            known = np.flatnonzero(np.isfinite(difference) & np.isfinite(values))
            # A quick look at a few rows spares most of the work.
            quick = len(known) >= 30 and _equal(values[known[:30]], difference[known[:30]], 0.9)
            if quick and _equal(values[known], difference[known], 0.98):
                seen.add(members)
                found.append((first, second, name))
    return found


def _equal(values: np.ndarray, others: np.ndarray, share: float) -> bool:
    return bool((np.abs(turn(values - others, TAU)) < SAME).mean() > share)


def _pair(angles: Angles, triples: list[tuple[str, str, str]]) -> tuple[tuple[str, str] | None, dict[str, str]]:
    """``(target, response)``: bound by a column of errors around zero, or the two columns that agree most."""
    for members in sorted(triples, key=lambda names: -max(map(angles.spread, names))):
        first, second = sorted(members, key=angles.spread)[:2]
        error = next(name for name in members if name not in (first, second))
        if angles.spread(error) > max(AGREEMENT, angles.spread(second) + 0.1) and angles.around_zero(error):
            wanted = angles.radians[first] - angles.radians[second] - angles.radians[error]
            response, target = (first, second) if np.nanmedian(np.abs(turn(wanted, TAU))) < SAME else (second, first)
            sentence = f"“{response}” minus “{target}” is the column “{error}” on every row"
            return (target, response), {"response": sentence, "target": sentence}
    best: tuple[tuple[str, str] | None, float] = (None, AGREEMENT)
    whole = [name for name, values in angles.numbers.items() if _always_there(values)]
    for first, second in combinations(whole, 2):
        agreement = _agreement(angles, first, second)
        if agreement > best[1]:
            best = ((first, second), agreement)
    return best[0], {"agreement": f"{best[1]:.2f}"} if best[0] else {}


def _always_there(values: np.ndarray) -> bool:
    """Whether nearly all rows have a value, and no placeholder fills a good part of them."""
    known = values[np.isfinite(values)]
    return bool(len(known) > 0.9 * len(values) and np.unique(known, return_counts=True)[1].max() < 0.2 * len(known))


def _agreement(angles: Angles, first: str, second: str) -> float:
    """How closely two columns follow each other; 0 for copies and for columns that are alike only in lying apart."""
    differences = [turn(angles.radians[first] - angles.radians[second], TAU)]
    spans = [float(np.nanmax(np.abs(angles.numbers[name]))) for name in (first, second)]
    if max(spans) < 3 * min(spans):
        period = report_units(angles.numbers[first], angles.numbers[second]).period
        differences.append(turn(angles.numbers[first] - angles.numbers[second], period))
    difference = max(differences, key=concentration)
    agreement = concentration(difference)
    alone = angles.spread(first) * angles.spread(second)
    copied = np.mean(np.abs(difference) < 1e-9) > 0.9
    return 0.0 if copied or agreement > 0.9999 or agreement < alone + 0.1 else agreement


def _error(angles: Angles) -> str | None:
    """The column most concentrated around zero of those that lie on both its sides."""
    likely = [
        name
        for name, values in angles.numbers.items()
        if angles.spread(name) > 0.3 and angles.around_zero(name) and np.isfinite(values).mean() > 0.9
    ]
    return max(likely, key=angles.spread) if likely else None


def _with_items(
    table: Table,
    numbers: dict[str, np.ndarray],
    angles: Angles,
    pair: tuple[str, str],
    triples: list[tuple[str, str, str]],
    reasons: dict[str, str],
) -> Found:
    target, listing = list_of_all(angles, pair, triples)
    items = listing or others_like(angles, pair, originals(angles, pair, triples))
    response = pair[0] if target == pair[1] else pair[1]
    if not listing:
        target, response = order(angles, pair, items, proven="response" in reasons)
    agreement = reasons.pop("agreement", None)
    if agreement is not None:
        reasons["response"] = f"“{response}” follows “{target}” closely (resultant {agreement})"
        reasons["target"] = f"“{target}” is what “{response}” answers"
    columns = [str(name) for name in table.frame.columns]
    items = sorted(items, key=columns.index)
    probes = adjacent_positions(columns, numbers, items if listing else [target, *items])
    if listing:
        reasons["nontargets"] = f"“{items[0]}” to “{items[-1]}” list all items; the target is one of them on every row"
    elif items:
        listed = ", ".join(f"“{name}”" for name in items)
        reasons["nontargets"] = f"{listed} spread and range as the target does"
    subject = _subject(table, {target, response, *items, *probes}, numbers, items)
    return Found(response, target, None, tuple(items), bool(listing), probes, subject, reasons)


def _subject(table: Table, taken: set[str], numbers: dict[str, np.ndarray], items: list[str]) -> str | None:
    """A column that stays the same over long runs of rows and is not the number of items."""
    shown = np.sum([np.isfinite(numbers[name]) for name in items], axis=0) if items else None
    for column in table.frame.columns:
        labels = table.frame[column].tolist()
        distinct = len(set(labels))
        if column in taken or not 1 < distinct <= len(labels) / 10 or len(labels) < FEW:
            continue
        values = numbers.get(str(column))
        if shown is not None and values is not None and len(np.unique(values - shown)) == 1:
            continue
        if sum(before != after for before, after in pairwise(labels)) < 3 * distinct:
            return str(column)
    return None
