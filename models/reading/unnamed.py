"""Roles from values alone, for tables whose columns have no telling names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from models.reading.swaps import signature
from models.reading.table import Table
from models.reading.units import concentration, report_units, turn

ROWS = 3000
AGREEMENT = 0.15


@dataclass(frozen=True)
class Found:
    """Columns by role, in the order of the file."""

    response: str
    target: str
    nontargets: tuple[str, ...]
    probes: tuple[str, ...]
    subject: str | None
    concentration: float


def find(table: Table) -> Found | None:
    """The two columns of angles that agree most are target and response; other columns of the same range are items.

    None if no two columns agree, so that nobody's response answers anything in the table.
    """
    columns = list(table.frame.columns)
    some = np.unique(np.linspace(0, len(table.frame) - 1, min(ROWS, len(table.frame))).astype(int))
    numbers = {column: table.numbers(column)[some] for column in columns if table.frame[column].dtype.kind == "f"}
    angles = [column for column, values in numbers.items() if _is_angle(values)]
    pair, agreement, period = _best_pair(numbers, angles)
    if pair is None or agreement < AGREEMENT:
        return None
    span = max(np.nanmax(np.abs(numbers[column])) for column in pair)
    alike = [
        column
        for column in angles
        if column not in pair and 0.8 * span < np.nanmax(np.abs(numbers[column])) <= 1.01 * span
    ]
    positions = {column for column, values in numbers.items() if _is_position(values)}
    target, response = _order(numbers, pair, alike, period)
    following = {column: columns[columns.index(column) + 1] for column in [target, *alike] if column != columns[-1]}
    if following.get(target) in positions:
        alike = [column for column in alike if following.get(column) in positions]
        probes = tuple(following[column] for column in [target, *alike])
    else:
        probes = ()
    return Found(
        response, target, tuple(alike), probes, _subject(table, {response, target, *alike, *probes}), agreement
    )


def _is_angle(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    if len(known) < 10 or np.abs(known).max() > 361 or len(np.unique(known)) < 12:
        return False
    if np.mean(np.diff(known) == 0) > 0.8 or np.mean(np.diff(known) == 1) > 0.8:
        return False  # a label or a counter
    return bool(np.abs(known).max() > 24 or np.any(known != np.round(known)))


def _is_position(values: np.ndarray) -> bool:
    known = np.unique(values[np.isfinite(values)])
    return bool(3 <= len(known) <= 64 and (known.max() <= 24 or np.any(known != np.round(known))) and known.min() > -7)


def _best_pair(numbers: dict[str, np.ndarray], angles: list[str]) -> tuple[tuple[str, str] | None, float, float]:
    best: tuple[tuple[str, str] | None, float, float] = (None, 0.0, 360.0)
    for first, second in combinations(angles, 2):
        period = report_units(numbers[first], numbers[second]).period
        difference = turn(numbers[first] - numbers[second], period)
        agreement = concentration(difference)
        # Two copies of one column agree fully; that is no answer to anything.
        if best[1] < agreement < 0.9999 and np.mean(np.abs(difference) < 1e-9) < 0.9:
            best = ((first, second), agreement, period)
    return best


def _order(numbers: dict[str, np.ndarray], pair: tuple[str, str], others: list[str], period: float) -> tuple[str, str]:
    """Target first: responses are drawn to the other items, targets are not; without others, targets come first."""
    if not others:
        return pair
    scores = []
    for target, response in (pair, pair[::-1]):
        error = turn(numbers[response] - numbers[target], period)
        offset = turn(np.column_stack([numbers[other] - numbers[target] for other in others]), period)
        scores.append(signature(error, offset, np.ones(len(error))) or 0.0)
    return pair if scores[0] >= scores[1] else pair[::-1]


def _subject(table: Table, taken: set[str]) -> str | None:
    for column in table.frame.columns:
        labels = table.frame[column].tolist()
        changes = sum(before != after for before, after in pairwise(labels))
        distinct = len(set(labels))
        if column not in taken and 1 < distinct <= len(labels) / 10 and changes < 3 * distinct:
            return str(column)
    return None
