"""Named arrays, cells and structs (MATLAB, NumPy) to tables: which arrays share a length, and so are columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.reading.table import Table, Unreadable, check_size, make_table

# A struct (dictionary), a struct array (list of them), a cell array (list), text, or an array.
Value = Any
PERSON = re.compile(r"(s|sub|subj|subject|p|pp|ppt|participant|obs|observer)_?\d+", re.IGNORECASE)
# The column that says from which struct, or element of a struct array, a row came.
PART, ELEMENT, PERSON_COLUMN = "part", "element", "subject"


def tables_of(variables: Mapping[str, Any]) -> list[Table]:
    """Tables from arrays by name; a struct is a dictionary, a struct array a list of them, a cell array a list.

    Structs with the same columns that lie side by side (blocks, subjects) become one table with a column that tells
    them apart.

    Raises:
        Unreadable: if no two values share a length, so that nothing can be a row.
    """
    tables = _collect(variables, "")
    if not tables:
        raise Unreadable(
            "This file holds no table",
            "No array in it has one value for each trial. Store vectors of equal length: response, target, and so on.",
        )
    return tables


def columns_of(name: str, values: Value) -> tuple[list[str], list[Any]]:
    """Column names and cells of values with one entry a row: scalars or lists (``name_1``, ``name_2``)."""
    if isinstance(values, np.ndarray) and values.ndim == 2:
        if values.shape[1] == 1:
            return [name], [values[:, 0]]
        return [f"{name}_{place + 1}" for place in range(values.shape[1])], list(values.T)
    cells = [_unwrapped(value) for value in values]
    widths = [len(cell) for cell in cells if isinstance(cell, list)]
    if not widths:
        return [name], [values if isinstance(values, np.ndarray) else cells]
    width = max(1, *widths)
    check_size(len(cells), width)
    listed = [cell if isinstance(cell, list) else [cell] for cell in cells]
    padded = [cell + [None] * (width - len(cell)) for cell in listed]
    return [f"{name}_{place + 1}" for place in range(width)], [list(column) for column in zip(*padded, strict=True)]


def _unwrapped(value: Value) -> Value:
    """A cell as a scalar or a flat list; a list of one is a list all the same, so that ragged items stay aligned."""
    if isinstance(value, np.ndarray):
        value = value.ravel().tolist() if value.size != 1 or value.ndim else value.item()
    return list(value) if isinstance(value, list | tuple) else value


def _collect(variables: Mapping[str, Any], name: str) -> list[Table]:
    own = _own(variables, name)
    nested: list[tuple[str, Table]] = []
    for key, value in variables.items():
        if isinstance(value, Mapping):
            nested += [(key, table) for table in _collect(value, key)]
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            table = _struct_array(value, key)
            nested += [(key, table)] if table is not None else []
    return ([own] if own is not None else []) + _merged(nested)


def _own(variables: Mapping[str, Any], name: str) -> Table | None:
    arrays = {key: _array(value) for key, value in variables.items() if _is_array(value)}
    lengths: Counter[int] = Counter()
    for array in arrays.values():
        lengths.update({size for size in array.shape if size > 1})
    if not lengths:
        return None
    rows = max(lengths, key=lambda size: (lengths[size], size))
    names: list[str] = []
    cells: list[Any] = []
    for key, array in arrays.items():
        if array.ndim == 2 and array.shape[0] != rows and array.shape[1] == rows:
            array = array.T
        if array.ndim > 2 or array.shape[0] != rows:
            continue
        more_names, more_cells = columns_of(key, array if array.dtype != object else list(array))
        names += more_names
        cells += more_cells
    for key, value in variables.items():
        label = _constant(value)
        if label is not None:
            names.append(key)
            cells.append([label] * rows)
    check_size(rows, len(cells))
    return make_table(name, names, cells) if len(names) > 1 or any("_" in column for column in names) else None


def _is_array(value: Value) -> bool:
    if isinstance(value, list):
        return len(value) > 1 and not any(isinstance(item, Mapping) for item in value)
    return isinstance(value, np.ndarray) and value.size > 1


def _array(value: Value) -> np.ndarray:
    if isinstance(value, list):
        array = np.empty(len(value), dtype=object)
        array[:] = value
        return array
    squeezed = value.squeeze() if value.ndim > 2 or 1 in value.shape else value
    return np.asarray(squeezed)


def _constant(value: Value) -> str | float | None:
    """A single label or number that holds for every row."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "fiubU":
        return str(value.ravel()[0]) if value.dtype.kind == "U" else float(value.ravel()[0])
    return None


def _struct_array(elements: list[Mapping[str, Any]], name: str) -> Table | None:
    """One element a trial if its fields are single values or short lists, else one element a block or person."""
    parts = [_collect(element, name) for element in elements]
    if any(parts) and max(len(part[0].frame) for part in parts if part) > 16:
        numbered = [(str(place), part[0]) for place, part in enumerate(parts, start=1) if part]
        return _stacked(numbered, name, ELEMENT)
    names: list[str] = []
    cells: list[Any] = []
    for field in elements[0]:
        values = [_scalar(element.get(field)) for element in elements]
        if any(isinstance(value, Mapping) for value in values):
            continue
        more_names, more_cells = columns_of(field, values)
        names += more_names
        cells += more_cells
    return make_table(name, names, cells) if len(names) > 1 and len(elements) > 1 else None


def _scalar(value: Value) -> Value:
    if isinstance(value, np.ndarray):
        return value.ravel()[0].item() if value.size == 1 else value.ravel().tolist()
    return value


def _merged(nested: list[tuple[str, Table]]) -> list[Table]:
    alike: dict[tuple[str, ...], list[tuple[str, Table]]] = {}
    for key, table in nested:
        stems = tuple(sorted({re.sub(r"_\d+$", "", column) for column in table.frame.columns}))
        alike.setdefault(stems, []).append((key, table))
    result = []
    for parts in alike.values():
        if len(parts) == 1:
            result.append(parts[0][1])
        else:
            people = all(PERSON.fullmatch(key) for key, _ in parts)
            result.append(_stacked(parts, parts[0][1].name, PERSON_COLUMN if people else PART))
    return result


def _stacked(parts: list[tuple[str, Table]], name: str, column: str) -> Table:
    frames = []
    for key, table in parts:
        frame = table.frame.copy()
        while column in frame:
            column = f"{column}_"
        frames.append(frame.assign(**{column: float(key) if key.isdigit() else key}))
    check_size(sum(len(frame) for frame in frames), frames[0].shape[1])
    joined = pd.concat(frames, ignore_index=True)
    for other in joined.columns:
        if joined[other].dtype.kind != "f":
            joined[other] = joined[other].map(lambda cell: "" if cell is None or cell != cell else str(cell))
    notes = [note for _, table in parts for note in table.notes]
    return Table(name, joined, notes=tuple(dict.fromkeys(notes)))
