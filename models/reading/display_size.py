"""How many items a display had: the set-size column, the filled cells, and what stands in the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.reading.table import Table

PLACEHOLDERS = (0.0, -1.0, 360.0, 999.0, -999.0, -99.0, 9999.0, -9999.0)
AGREE = 0.98
LARGEST_SET = 24


@dataclass(frozen=True)
class Sizes:
    """The set-size column (or None: filled cells are counted), the placeholders, and why."""

    column: str | None
    missing: tuple[float, ...]
    reason: str


def sizes(table: Table, raw: np.ndarray, extra: int, candidates: list[str], error: np.ndarray | None) -> Sizes:
    """Find the set size.

    Args:
        table: where candidates are looked up.
        raw: ``(M, K)`` values of the item columns as in the file, NaN where empty.
        extra: 1 if the target is not among the item columns, else 0.
        candidates: columns that may hold the set size, the likeliest first.
        error: ``(M,)`` radians, to find a column with which errors grow; None to trust the candidates' order.
    """
    found = _named(table, raw, extra, candidates) if error is None else _unnamed(table, raw, extra, candidates, error)
    if found is not None:
        return found
    missing = abundant(raw)
    note = f"; {missing[0]:g} stands for “no item”" if missing else ""
    return Sizes(None, missing, f"the number of items with a value on each row is counted{note}")


def _named(table: Table, raw: np.ndarray, extra: int, candidates: list[str]) -> Sizes | None:
    """The first column that fits; as its name tells, typing errors and odd rows are allowed, and it may not fit."""
    doubtful: Sizes | None = None
    for column in candidates:
        values = table.numbers(column)
        whole = np.isfinite(values) & (values == np.round(values)) & (values >= 1)
        if not whole.any() or np.mean(~whole[np.isfinite(values)]) > 0.1:
            continue
        good = whole & (values <= raw.shape[1] + extra)
        if good.any() and np.mean(good[whole]) >= 0.9:
            found = _fitting(column, raw, values, good, extra, 0.9)
            if found is not None:
                return found
        if values[whole].max() <= LARGEST_SET:
            doubtful = Sizes(
                column, (), f"“{column}”, by its name; on many rows it is not the number of items with a value"
            )
    return doubtful


def _unnamed(table: Table, raw: np.ndarray, extra: int, candidates: list[str], error: np.ndarray) -> Sizes | None:
    """Of columns of any name one that equals the number of items on every row, or with which errors grow most."""
    best: tuple[tuple[bool, float], Sizes | None] = ((False, 0.0), None)
    counts = [np.isfinite(raw).sum(axis=1) + extra]
    counts.append((np.isfinite(raw) & ~np.isin(raw, abundant(raw))).sum(axis=1) + extra)
    for column in candidates:
        values = table.numbers(column)
        whole = np.isfinite(values) & (values == np.round(values)) & (values >= 1)
        if not whole.all() or len(np.unique(values)) < 2 or values.max() > raw.shape[1] + extra:
            continue
        equal = any(np.ptp(count) > 0 and np.mean(values == count) > 0.99 for count in counts)
        known = np.isfinite(error)
        growth = float(np.corrcoef(values[known], np.abs(error[known]))[0, 1]) if known.sum() >= 50 else 0.0
        full = values.max() == raw.shape[1] + extra and np.ptp(counts[0]) == 0
        if not equal and not (full and growth > 0.15):
            continue
        found = _fitting(column, raw, values, whole, extra, AGREE)
        if found is not None and (equal, growth) > best[0]:
            best = ((equal, growth), found)
    return best[1]


def _fitting(
    column: str, raw: np.ndarray, values: np.ndarray, good: np.ndarray, extra: int, agree: float
) -> Sizes | None:
    """A column whose values are the number of items, or the number of the first ones where more cells are filled."""
    missing = _placeholders(raw[good], values[good] - extra)
    counted = (np.isfinite(raw) & ~np.isin(raw, missing)).sum(axis=1) + extra
    if np.mean((counted == values)[good]) > agree:
        reason = f"“{column}” equals the number of items with a value"
    elif np.mean((counted >= values)[good]) > agree:
        reason = f"“{column}”; cells beyond it hold values that look real, and only the first items count"
    else:
        return None
    if missing:
        reason += f"; {missing[0]:g} stands for “no item”"
    return Sizes(column, missing, reason)


def _placeholders(raw: np.ndarray, wanted: np.ndarray) -> tuple[float, ...]:
    """The value that fills the cells of items that were not shown, if the cells hold one value again and again."""
    filled = np.isfinite(raw)
    if np.mean(filled.sum(axis=1) == wanted) > AGREE:
        return ()
    for value in PLACEHOLDERS:
        if np.mean((filled & (raw != value)).sum(axis=1) == wanted) > AGREE:
            return (value,)
    beyond = raw[filled & (np.arange(raw.shape[1])[None, :] >= wanted[:, None])]
    if not len(beyond):
        return ()
    values, counts = np.unique(beyond, return_counts=True)
    most = int(counts.argmax())
    return (float(values[most]),) if counts[most] > max(0.2 * len(beyond), 5) else ()


def abundant(raw: np.ndarray) -> tuple[float, ...]:
    """A usual placeholder that fills far more cells than any angle would, where no set size is there to tell."""
    values = raw[np.isfinite(raw)]
    if len(values) < 20:
        return ()
    distinct = len(np.unique(values))
    shares = {value: float(np.mean(values == value)) for value in PLACEHOLDERS}
    value = max(shares, key=lambda key: shares[key])
    return (value,) if shares[value] > max(0.05, 8 / distinct) else ()
