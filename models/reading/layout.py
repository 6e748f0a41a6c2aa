"""Whether a table has one row a trial or one row an item, told by which columns stay the same over a trial's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.reading.names import hint
from models.reading.table import Table

LARGEST = 24  # items on one display
FEWEST = 10  # trials below which a coincidence is as likely
ALMOST = 0.98


@dataclass(frozen=True)
class Layout:
    """Columns that are alike on all rows of a trial and differ between trials, the items' number, and why."""

    trial: tuple[str, ...]
    item: str | None
    reason: str


def codes(values: pd.Series) -> np.ndarray:
    """``(M,)`` int64: equal cells have equal codes; missing cells are equal to each other."""
    return pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)


def group_of(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """``(M,)`` int64 number of the trial that each row belongs to, counted in the order of the file."""
    if not columns:
        return np.arange(len(frame))
    return np.asarray(frame.groupby(list(columns), sort=False, dropna=False).ngroup(), dtype=np.int64)


def find(table: Table) -> Layout | None:
    """The layout of a table with one row an item; None for one row a trial.

    A column numbers trials when it stays the same for 2 to 24 rows in a row, while a column of angles (the response)
    stays the same on exactly these rows, or is filled on one of them, and another column of angles changes.
    """
    frame = table.frame
    if len(frame) < 2 * FEWEST:
        return None
    angles = [str(name) for name in frame if _angle_like(frame[name])]
    counters = {str(name) for name in frame if _counts(frame[name])}
    ranked = sorted(frame.columns, key=lambda name: (hint(str(name)).role != "trial", str(name) not in counters))
    for column in ranked:
        run = _runs(codes(frame[column]))
        if not _plausible(run) or (str(column) in angles and str(column) not in counters):
            continue
        steady = [name for name in angles if name != column and _steady(frame[name], run)]
        moving = [name for name in angles if name != column and _moving(frame[name], run)]
        if not steady or not moving:
            continue
        keys = _keys(frame, str(column), run)
        if keys is None:
            continue
        item = _item_number(frame, run, taken={*keys, *steady, *moving})
        reason = (
            f"one row an item: “{steady[0]}” stays the same on all rows of a trial (“{column}”), “{moving[0]}” changes"
        )
        return Layout(keys, item, reason)
    return None


def _runs(code: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.diff(code) != 0)]).astype(np.int64)


def _plausible(run: np.ndarray) -> bool:
    lengths = np.bincount(run)
    return bool(len(lengths) >= FEWEST and lengths.max() <= LARGEST and np.mean(lengths >= 2) > 0.4)


def _angle_like(values: pd.Series) -> bool:
    if values.dtype.kind != "f":
        return False
    known = values.dropna().to_numpy()
    return bool(len(known) >= FEWEST and np.abs(known).max() <= 361 and len(np.unique(known)) >= 12)


def _counts(values: pd.Series) -> bool:
    """Whether a column counts: it stays the same or grows by one, but for a few fresh starts."""
    if values.dtype.kind != "f" or values.isna().any():
        return False
    steps = np.diff(values.to_numpy())
    return bool(np.mean((steps == 0) | (steps == 1)) > 0.95)


def _steady(values: pd.Series, run: np.ndarray) -> bool:
    """One value a trial, on all its rows or on one; different from trial to trial."""
    known = values.notna().to_numpy()
    code, at = codes(values)[known], run[known]
    first = np.concatenate([[True], np.diff(at) != 0])
    same = np.diff(code, prepend=code[:1]) == 0
    per_trial = len(np.unique(at)) / (run[-1] + 1)
    changes = np.mean(np.diff(code[first]) != 0) if first.sum() > 1 else 0.0
    return bool(np.mean(same | first) > ALMOST and per_trial > 0.9 and changes > 0.7)


def _moving(values: pd.Series, run: np.ndarray) -> bool:
    known = values.notna().to_numpy()
    if known.mean() < 0.9:
        return False
    within = np.diff(run) == 0
    return bool(np.mean(np.diff(values.to_numpy())[within] != 0) > 0.9)


def _keys(frame: pd.DataFrame, column: str, run: np.ndarray) -> tuple[str, ...] | None:
    """The trial column, with those (subject, block) that tell equal numbers apart; None if none do."""
    keys, wanted = [column], int(run[-1]) + 1
    labels = [
        str(name)
        for name in frame
        if name != column and frame[name].nunique() <= wanted / 4 and _constant(codes(frame[name]), run)
    ]
    labels.sort(key=lambda name: hint(name).role != "subject")
    count = int(group_of(frame, keys).max()) + 1
    for name in labels:
        if count == wanted:
            break
        more = int(group_of(frame, [name, *keys]).max()) + 1
        if more > count:
            keys, count = [name, *keys], more
    return tuple(keys) if count == wanted else None


def _constant(code: np.ndarray, run: np.ndarray) -> bool:
    return bool(np.all((np.diff(code) == 0) | (np.diff(run) != 0)))


def _item_number(frame: pd.DataFrame, run: np.ndarray, taken: set[str]) -> str | None:
    """The column that counts the items of each trial from 0 or 1, in any order."""
    length = np.bincount(run)[run]
    for name in frame:
        values = frame[name]
        if name in taken or values.dtype.kind != "f" or values.isna().any():
            continue
        number = values.to_numpy()
        for start in (1, 0):
            if np.all((number >= start) & (number < length + start) & (number == np.round(number))):
                pairs = run * (LARGEST + 2) + number.astype(np.int64)
                if len(np.unique(pairs)) == len(pairs):
                    return str(name)
    return None
