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
    filled = np.isfinite(raw)
    most = raw.shape[1] + extra
    # A column with a telling name may hold typing errors; one without must fit on every row.
    bad_allowed, agree = (0.1, 0.9) if error is None else (0.0, AGREE)
    doubtful: Sizes | None = None
    for column in candidates:
        values = table.numbers(column)
        whole = np.isfinite(values) & (values == np.round(values)) & (values >= 1)
        if not whole.any() or np.mean(~whole[np.isfinite(values)]) > bad_allowed:
            continue
        good = whole & (values <= most)
        if error is None and values[whole].max() <= LARGEST_SET:
            doubtful = Sizes(
                column, (), f"“{column}”, by its name; on many rows it is not the number of items with a value"
            )
        if not good.any() or np.mean(good[whole]) < 1 - bad_allowed:
            continue
        if error is not None and not _explains(values, filled, extra, error):
            continue
        missing = _placeholders(raw[good], values[good] - extra)
        counted = (filled & ~np.isin(raw, missing)).sum(axis=1) + extra
        if np.mean((counted == values)[good]) > agree:
            reason = f"“{column}” equals the number of items with a value"
        elif np.mean((counted >= values)[good]) > agree:
            reason = f"“{column}”; cells beyond it hold values that look real, and only the first items count"
        else:
            continue
        if missing:
            reason += f"; {missing[0]:g} stands for “no item”"
        return Sizes(column, missing, reason)
    if doubtful is not None:
        return doubtful
    missing = abundant(raw)
    note = f"; {missing[0]:g} stands for “no item”" if missing else ""
    return Sizes(None, missing, f"the number of items with a value on each row is counted{note}")


def _explains(values: np.ndarray, filled: np.ndarray, extra: int, error: np.ndarray) -> bool:
    """Whether a column of any name behaves as a set size: equals the filled cells, or errors grow with it."""
    if len(np.unique(values[np.isfinite(values)])) < 2:
        return False
    count = filled.sum(axis=1) + extra
    if np.ptp(count) > 0:
        return bool(np.mean(values == count) > 0.99)
    both = np.isfinite(values) & np.isfinite(error)
    if values[both].max() != filled.shape[1] + extra or both.sum() < 50:
        return False
    return bool(np.corrcoef(values[both], np.abs(error[both]))[0, 1] > 0.15)


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
