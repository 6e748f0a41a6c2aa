"""MATLAB tables, timetables, strings and categoricals, which are objects in a hidden part of the file (mat-io)."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.reading.arrays import Value

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it sets an option of pandas that is the default by now, and is warned for that
    import matio

DEEPEST = 6


def objects_of(data: bytes, names: list[str]) -> dict[str, Any]:
    """The named variables as plain values, a table as a dictionary of its columns; what cannot be opened is left out.

    The layout of these objects is not published by MathWorks; mat-io decodes it for all versions of the format.
    """
    # mat-io takes nothing but a path.
    with tempfile.TemporaryDirectory(prefix="swapscope-") as folder:
        path = Path(folder) / "upload.mat"
        path.write_bytes(data)
        try:
            content = matio.load_from_mat(str(path), variable_names=list(names))
        except Exception:  # broken objects raise whatever the decoder stumbles over; the caller says what is missing
            return {}
    opened = {name: plain_object(content[name]) for name in names if name in content}
    return {name: value for name, value in opened.items() if value is not None}


def plain_object(value: Value, depth: int = 0) -> Value:
    """A decoded object as arrays, lists, strings and dictionaries; None for a kind that holds no data."""
    if depth > DEEPEST:
        return None
    if isinstance(value, pd.DataFrame):
        frame = value if isinstance(value.index, pd.RangeIndex) else value.reset_index()
        return {str(name): _column(frame[name]) for name in frame}
    if isinstance(value, pd.Series | pd.Categorical):
        return _column(pd.Series(value))
    if isinstance(value, dict):
        inner = {str(key): plain_object(one, depth + 1) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one is not None}
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "UTO":
            return [plain_object(one, depth + 1) for one in value.ravel()]
        return value
    return value if isinstance(value, str | int | float | list) else None


def _column(values: pd.Series) -> Value:
    if values.dtype.kind in "fiub":
        return values.to_numpy(dtype=np.float64)
    if values.dtype.kind in "mM":
        return [str(cell) for cell in values]
    return [cell.ravel().tolist() if isinstance(cell, np.ndarray) else cell for cell in values]
