"""MATLAB .mat files of version 7.3, which are HDF5: arrays are stored transposed, cells and structs as references."""

from __future__ import annotations

import io
from typing import Any

import h5py
import numpy as np

from models.reading.arrays import Value
from models.reading.table import Unreadable, check_size

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST = 12


def is_hdf5(data: bytes) -> bool:
    """Whether the HDF5 signature stands at the start or after MATLAB's 512 bytes of words."""
    return data[:8] == SIGNATURE or data[512:520] == SIGNATURE


def variables_of(data: bytes) -> tuple[dict[str, Any], list[str]]:
    """The variables as dictionaries, lists, strings and arrays in MATLAB's order of axes, and the opaque ones' names.

    Raises:
        Unreadable: if the file is damaged or too large.
    """
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            opaque = [name for name, item in file.items() if not name.startswith("#") and _is_opaque(item)]
            wanted = {name: item for name, item in file.items() if not name.startswith("#") and name not in opaque}
            return {name: _plain(item, file, 0) for name, item in wanted.items()}, opaque
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as problem:
        raise Unreadable("This MATLAB file is damaged", "It could not be opened; save it again in MATLAB.") from problem


def _is_opaque(item: Value) -> bool:
    kind = item.attrs.get("MATLAB_class", b"")
    return "MATLAB_object_decode" in item.attrs or kind in (b"table", b"timetable", b"string", b"dataset")


def _plain(item: Value, file: h5py.File, depth: int) -> Value:
    if depth > DEEPEST:
        raise ValueError("structs nested too deeply")
    if isinstance(item, h5py.Group):
        return _struct({name: _field(item[name], file, depth) for name in item})
    check_size(item.size, 1)
    if item.attrs.get("MATLAB_empty", 0):
        return np.zeros((0, 0))
    if item.dtype == h5py.ref_dtype:
        cells = [_plain(file[reference], file, depth + 1) for reference in item[()].T.ravel()]
        rows, columns = (item.shape[-1], item.shape[0]) if item.ndim == 2 else (1, item.size)
        if rows > 1 and columns > 1:
            return [cells[row * columns : (row + 1) * columns] for row in range(rows)]
        return cells
    values = np.asarray(item[()]).T
    if item.attrs.get("MATLAB_class") == b"char":
        return _text(values)
    return values if values.dtype.kind in "fiub" else np.zeros((0, 0))


def _field(item: Value, file: h5py.File, depth: int) -> Value:
    """A struct's field; a dataset of references without a class is one field of a struct array."""
    value = _plain(item, file, depth + 1)
    of_array = isinstance(item, h5py.Dataset) and item.dtype == h5py.ref_dtype and "MATLAB_class" not in item.attrs
    return _Elements(value) if of_array else value


class _Elements(list[Value]):
    """The values of one field over the elements of a struct array."""


def _struct(fields: dict[str, Any]) -> Value:
    if fields and all(isinstance(value, _Elements) for value in fields.values()):
        return [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)]
    return fields


def _text(codes: np.ndarray) -> Value:
    lines = ["".join(chr(int(code)) for code in np.atleast_1d(row)).strip() for row in np.atleast_2d(codes)]
    return lines[0] if len(lines) == 1 else lines
