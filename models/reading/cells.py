"""Single cells: what counts as missing, as a number, and how a value is shown to a person."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

# What a cell may hold: text, a number, nothing, whatever a format gives.
Cell = Any

MISSING_WORDS = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "nil", ".", "-", "--", "#n/a", "#null!", "<na>", "missing"}
)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


def is_missing(cell: Cell) -> bool:
    """Whether a cell says that there is no value: empty, NA, NaN, null, a single dot or dash."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell.strip().lower() in MISSING_WORDS
    return isinstance(cell, float | np.floating) and math.isnan(cell)


def number(cell: Cell) -> float:
    """A cell as a number, NaN if it is none; ``1,5`` is read as 1.5."""
    if isinstance(cell, str):
        text = cell.strip()
        if DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        if "_" in text:
            return math.nan
    else:
        text = cell
    try:
        value = float(text)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return value if math.isfinite(value) else math.nan


def as_numbers(cells: Sequence[Cell]) -> np.ndarray:
    """``(M,)`` float64 of many cells; NaN where a cell is missing or no number."""
    return np.fromiter((number(cell) for cell in cells), dtype=np.float64, count=len(cells))


def shown(cell: Cell) -> str:
    """A cell as a person would write it: whole numbers without a decimal point, missing as an empty string."""
    if is_missing(cell):
        return ""
    if isinstance(cell, bool | np.bool_):
        return str(int(cell))
    if isinstance(cell, float | np.floating):
        value = float(cell)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(cell).strip()
