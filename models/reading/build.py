"""A table and a mapping to Trials; rows that cannot be a trial are listed, never dropped silently."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from models.displays import Displays
from models.reading.cells import is_missing, shown
from models.reading.mapping import TAU, Mapping, MappingError, describe_period
from models.reading.table import RejectedRow, Table
from models.reading.units import turn
from models.trials import Trials


@dataclass(frozen=True)
class Reading:
    """What a table became: trials, the rows that did not become one in file order, and the table itself."""

    trials: Trials
    rejected: list[RejectedRow]
    table: Table


@dataclass
class _Rows:
    """Numbers of the mapped columns and the first thing wrong with each row."""

    table: Table
    wrong: dict[int, RejectedRow]

    def reject(self, places: np.ndarray, column: str, expected: str) -> None:
        for place in np.flatnonzero(places).tolist():
            if place not in self.wrong:
                row, value = int(self.table.rows[place]), self.table.label(column, place) or "nothing"
                file = self.table.files[place] if self.table.files else None
                self.wrong[place] = RejectedRow(row, column, value, expected, file)


def choose_table(tables: list[Table], mapping: Mapping) -> Table:
    """The table a mapping speaks of.

    Raises:
        MappingError: if there is none of that name.
    """
    for table in tables:
        if mapping.table is None or table.name == mapping.table:
            return table
    raise MappingError([f"This file has no table called “{mapping.table}”."])


def build(tables: list[Table], mapping: Mapping) -> Reading:
    """Trials of the mapped columns.

    Raises:
        MappingError: if the mapping does not fit the table, or no row becomes a trial.
    """
    if mapping.table is None and len(tables) > 1:
        tables = [table for table in tables if mapping.response in table.frame] or tables
    table = choose_table(tables, mapping)
    _check(table, mapping)
    rows = _Rows(table, {})
    response, target = _response_and_target(rows, mapping)
    items, probes, count = _items(rows, mapping, target, response)
    subjects, conditions = _labels(rows, mapping)
    good = np.array([place not in rows.wrong for place in range(len(table.frame))], dtype=bool)
    rejected = sorted([*table.broken, *rows.wrong.values()], key=lambda row: (row.file or "", row.row))
    if not good.any():
        first = rejected[0]
        raise MappingError(
            [
                f"No row of this file makes a trial with these columns. Row {first.row}, column “{first.column}”: "
                f"found {first.value}, expected {first.expected}."
            ]
        )
    width = int(count[good].max())
    trials = Trials.build(
        Displays(
            torch.from_numpy(items[good][:, :width].copy()),
            torch.from_numpy(probes[good][:, :width].copy()),
            torch.from_numpy(count[good]),
        ),
        torch.from_numpy(response[good]),
        [subjects[place] for place in np.flatnonzero(good)],
        [conditions[place] for place in np.flatnonzero(good)],
        torch.from_numpy(table.rows[good].astype(np.int64)),
    )
    # Wrapping an angle twice can change its last digit; a file that was downloaded must load with the same hash.
    return Reading(replace(trials, response=torch.from_numpy(response[good])), rejected, table)


def _check(table: Table, mapping: Mapping) -> None:
    problems = []
    if not mapping.response:
        problems.append("No column is chosen as the response.")
    for column in mapping.columns():
        if column not in table.frame:
            problems.append(f"The table has no column called “{column}”.")
    if mapping.response_is == "angle" and mapping.target is None and not mapping.cued:
        problems.append("No column is chosen as the target; a response that is an angle needs one.")
    if mapping.cued and not mapping.include_target:
        problems.append("A column that says which item was cued needs all items listed, the cued one among them.")
    if mapping.nontarget_probes and len(mapping.nontarget_probes) < len(mapping.nontargets) - 1:
        problems.append(
            f"There are {len(mapping.nontargets)} non-target columns but {len(mapping.nontarget_probes)} columns of "
            "their probe values; each needs its own."
        )
    if problems:
        raise MappingError(problems)


def _angle(rows: _Rows, column: str, period: float, turns: float = 1.0) -> np.ndarray:
    """A column in radians; cells that are missing, no number, or beyond a full turn reject their row."""
    values = rows.table.numbers(column)
    expected = f"an angle ({describe_period(period)})"
    rows.reject(~np.isfinite(values), column, expected)
    with np.errstate(invalid="ignore"):
        rows.reject(np.abs(values) > turns * period * 1.001, column, f"{expected}, within one full turn")
    return turn(values, period)


def _shifted(angle: np.ndarray, mapping: Mapping, role: str) -> np.ndarray:
    """Angles with the part of a turn added that the mapping asks for; without one they stay exactly as they are."""
    shift = mapping.shift(role)
    return turn(angle + shift, TAU) if shift else angle


def _response_and_target(rows: _Rows, mapping: Mapping) -> tuple[np.ndarray, np.ndarray]:
    response = _shifted(_angle(rows, mapping.response, mapping.period("response")), mapping, "response")
    target = np.zeros_like(response)
    if mapping.target is not None:
        target = _shifted(_angle(rows, mapping.target, mapping.period("target")), mapping, "target")
    if mapping.response_is == "error":
        response = turn(response + target, TAU)
    return response, target


def _items(
    rows: _Rows, mapping: Mapping, target: np.ndarray, response: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Report ``(M, N)``, probe ``(M, N)`` and set size ``(M,)``, the cued item first, items packed to the left."""
    raw, text = _columns(rows, mapping.nontargets)
    expected = f"an angle ({describe_period(mapping.period('nontargets'))})"
    for place, column in enumerate(mapping.nontargets):
        rows.reject(text[:, place], column, f"{expected} or an empty cell")
    wanted = _set_sizes(rows, mapping)
    extra = 0 if mapping.include_target else 1
    kept = _kept(rows, mapping, raw, None if wanted is None else wanted - extra)
    for place, column in enumerate(mapping.nontargets):
        far = kept[:, place] & (np.abs(np.nan_to_num(raw[:, place])) > 2.001 * mapping.period("nontargets"))
        rows.reject(far, column, f"{expected}, within one full turn")
    values = _shifted(turn(raw, mapping.period("nontargets")), mapping, "nontargets")
    values = _readable(values, target, response, mapping)
    probe, cue = _probes(rows, mapping, kept)
    if mapping.include_target:
        target, cue, kept = _without_cued(rows, mapping, values, probe, kept, target)
    order = np.argsort(~kept, axis=1, kind="stable")
    gone = ~np.take_along_axis(kept, order, axis=1)
    packed = np.where(gone, np.nan, np.take_along_axis(values, order, axis=1))
    packed_probe = np.where(gone, np.nan, np.take_along_axis(probe, order, axis=1))
    count = kept.sum(axis=1).astype(np.int64) + 1
    with_target = np.column_stack([target, packed])
    return with_target, np.column_stack([cue, packed_probe]), count


def _columns(rows: _Rows, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """``(M, K)`` numbers, and where a cell holds text instead of a number."""
    length = len(rows.table.frame)
    numbers = np.full((length, len(columns)), np.nan)
    text = np.zeros((length, len(columns)), dtype=bool)
    for place, column in enumerate(columns):
        numbers[:, place] = rows.table.numbers(column)
        if rows.table.frame[column].dtype.kind != "f":
            filled = np.array([not is_missing(cell) for cell in rows.table.frame[column]], dtype=bool)
            text[:, place] = filled & ~np.isfinite(numbers[:, place])
    return numbers, text


def _set_sizes(rows: _Rows, mapping: Mapping) -> np.ndarray | None:
    if mapping.set_size is None:
        return None
    sizes = rows.table.numbers(mapping.set_size)
    with np.errstate(invalid="ignore"):
        rows.reject(
            ~((sizes >= 1) & (sizes == np.round(sizes))), mapping.set_size, "a whole number of items, 1 or more"
        )
        most = len(mapping.nontargets) + (0 if mapping.include_target else 1)
        rows.reject(sizes > most, mapping.set_size, f"at most {most}, as many items as there are columns for")
    return np.nan_to_num(sizes, nan=1.0, posinf=1.0, neginf=1.0)


def _kept(rows: _Rows, mapping: Mapping, raw: np.ndarray, wanted: np.ndarray | None) -> np.ndarray:
    """``(M, K)`` bool: which cells are items of the display, by placeholders and by the set size.

    Where more cells are filled than the set size says, the first ones count: files that fill every column on every
    row list the items shown first. A real angle that equals a placeholder counts where the set size needs it.
    """
    finite = np.isfinite(raw)
    kept = finite & ~np.isin(raw, mapping.missing)
    if wanted is None:
        return kept
    columns = np.arange(raw.shape[1])[None, :]
    first = columns < wanted[:, None]
    for candidate in (kept, finite):
        unclear = kept.sum(axis=1) != wanted
        fits = (candidate & first).sum(axis=1) == wanted
        kept = np.where((unclear & fits)[:, None], first, kept)
    found = kept.sum(axis=1)
    column = str(mapping.set_size)
    for have in np.unique(found[found != wanted]).tolist():
        items = int(have) + (0 if mapping.include_target else 1)
        rows.reject((found == have) & (found != wanted), column, f"{items}, the number of items with a value")
    return kept


def _readable(values: np.ndarray, target: np.ndarray, response: np.ndarray, mapping: Mapping) -> np.ndarray:
    if mapping.nontargets_are == "minus_target":
        return turn(target[:, None] + values, TAU)
    if mapping.nontargets_are == "response_minus":
        return turn(response[:, None] - values, TAU)
    return values


def _probes(rows: _Rows, mapping: Mapping, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probe values of the item columns ``(M, K)`` and of the target ``(M,)``, NaN where unknown."""
    probe = np.full(kept.shape, np.nan)
    cue = np.full(len(kept), np.nan)
    period = mapping.period("probe")
    if mapping.target_probe is not None:
        cue = turn(rows.table.numbers(mapping.target_probe), period)
    elif mapping.nontarget_probes_are == "minus_target" and mapping.nontarget_probes:
        cue = np.zeros(len(kept))
    raw, text = _columns(rows, mapping.nontarget_probes)
    for place in range(min(raw.shape[1], kept.shape[1])):
        rows.reject(text[:, place] & kept[:, place], mapping.nontarget_probes[place], "a probe value or an empty cell")
        probe[:, place] = turn(raw[:, place], period)
    if mapping.nontarget_probes_are == "minus_target":
        probe = turn(probe + np.nan_to_num(cue)[:, None], TAU)
    return probe, cue


def _without_cued(
    rows: _Rows, mapping: Mapping, values: np.ndarray, probe: np.ndarray, kept: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Target, its probe, and the items left when the cued one is taken out of the columns that hold all of them."""
    length = np.arange(len(values))
    if mapping.cued is not None:
        places = rows.table.numbers(mapping.cued)
        valid = np.isfinite(places) & (places >= 1) & (places <= values.shape[1]) & (places == np.round(places))
        place = np.where(valid, np.nan_to_num(places, nan=1.0), 1).astype(int) - 1
        place = np.clip(place, 0, values.shape[1] - 1)
        rows.reject(
            ~(valid & kept[length, place]), mapping.cued, "the number of an item that was shown, counted from 1"
        )
    else:
        distance = np.where(kept, np.abs(turn(values - target[:, None], TAU)), np.inf)
        place = distance.argmin(axis=1)
        rows.reject(distance[length, place] > 1e-3, str(mapping.target), "the value of one of the items shown")
    if mapping.target is None:
        target = values[length, place]
    rest = kept.copy()
    rest[length, place] = False
    return target, probe[length, place], rest


def _labels(rows: _Rows, mapping: Mapping) -> tuple[list[str], list[str]]:
    frame = rows.table.frame
    subjects = ["1"] * len(frame)
    if mapping.subject is not None:
        subjects = [shown(cell) for cell in frame[mapping.subject]]
        rows.reject(np.array([not label for label in subjects]), mapping.subject, "a name or number of the subject")
    parts = [_condition(rows.table, column) for column in mapping.condition]
    conditions = ["_".join(filter(None, cells)) for cells in zip(*parts, strict=True)] if parts else [""] * len(frame)
    return subjects, conditions


def _condition(table: Table, column: str) -> list[str]:
    """Labels; a number alone says nothing, so it keeps its column's name, unless that is just "condition"."""
    labels = [shown(cell) for cell in table.frame[column]]
    if table.frame[column].dtype.kind == "f" and column.lower() not in ("condition", "cond"):
        return [f"{column} {label}" if label else "" for label in labels]
    return labels
