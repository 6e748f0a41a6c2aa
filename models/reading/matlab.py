"""MATLAB .mat files of versions 4 to 7 (scipy); version 7.3 is HDF5 and is read by ``matlab_hdf5``."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.io
from scipy.io.matlab import MatlabOpaque

from models.reading import matlab_hdf5, matlab_objects
from models.reading.arrays import Value, tables_of
from models.reading.table import Table, Unreadable

DAMAGED = "This MATLAB file is damaged"
COMPRESSED = 15
LARGEST_UNPACKED = 1_000_000_000


def can_read(name: str, head: bytes) -> bool:
    """By the first words of the file, or by its ending (version 4 has no words)."""
    return head[:6] == b"MATLAB" or name.lower().endswith(".mat")


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The tables that a file's variables form.

    Raises:
        Unreadable: if the file is damaged, holds only objects that cannot be decoded, or nothing with rows.
    """
    if matlab_hdf5.is_hdf5(data):
        variables, opaque = matlab_hdf5.variables_of(data)
    else:
        variables, opaque = _variables_of(data)
    opened = matlab_objects.objects_of(data, opaque) if opaque else {}
    closed = [name for name in opaque if name not in opened]
    variables |= opened
    if closed and not any(not isinstance(value, str) for value in variables.values()):
        raise opaque_refusal(closed)
    try:
        tables = tables_of(variables)
    except Unreadable:
        if closed:
            raise opaque_refusal(closed) from None
        raise
    notes = _notes(opened, closed)
    return [replace(table, notes=(*table.notes, *notes)) for table in tables]


def _notes(opened: dict[str, Any], closed: list[str]) -> tuple[str, ...]:
    """What to say of the objects in a file: most programs but MATLAB cannot open them."""
    found = [f"“{name}” is a MATLAB table or another object, which was decoded." for name in opened]
    return (*found, *(f"“{name}” is a MATLAB object that could not be decoded; it is not used." for name in closed))


def opaque_refusal(names: list[str]) -> Unreadable:
    """What to say of an object that could not be decoded; MathWorks does not publish their layout."""
    first = names[0] or "T"
    return Unreadable(
        f"The variable “{first}” is a MATLAB table or object that could not be opened",
        "It is damaged or of an unknown kind. In MATLAB, save it as text with "
        f"writetable({first}, 'file.csv'), or save its columns as plain vectors with "
        f"s = table2struct({first}, 'ToScalar', true); save('file.mat', '-struct', 's').",
    )


def _variables_of(data: bytes) -> tuple[dict[str, Any], list[str]]:
    _check_unpacked(data)
    try:
        content = scipy.io.loadmat(io.BytesIO(data))  # type: ignore[arg-type]  # it takes open files, too
    except Exception as problem:  # scipy raises a dozen kinds for broken bytes, none of them documented
        raise Unreadable(DAMAGED, "It could not be opened; save it again in MATLAB.") from problem
    variables: dict[str, Any] = {}
    opaque: list[str] = []
    for key, value in content.items():
        if isinstance(value, MatlabOpaque):
            opaque.append(_opaque_name(key, value))
        elif not str(key).startswith("__"):
            variables[str(key)] = plain(value)
    return variables, opaque


def _opaque_name(key: object, value: MatlabOpaque) -> str:
    """scipy files an opaque variable under the key None and keeps its name in the field s0."""
    if key not in (None, "None"):
        return str(key)
    held = value.ravel()[0]["s0"] if value.dtype.names and "s0" in value.dtype.names else b""
    return held.decode("latin-1") if isinstance(held, bytes) else str(held)


def plain(value: Value) -> Value:
    """What scipy gives for a variable, as dictionaries, lists, strings and numeric arrays."""
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.names:
        elements = [{field: plain(element[field]) for field in value.dtype.names} for element in value.ravel()]
        return elements[0] if len(elements) == 1 else elements
    if value.dtype == object:
        if value.ndim == 2 and min(value.shape) > 1:
            return _cell_matrix(value)
        return [plain(element) for element in value.ravel()]
    if value.dtype.kind == "U":
        words = [str(word).strip() for word in value.ravel()]
        return words[0] if len(words) == 1 else words
    return value


def _cell_matrix(cells: np.ndarray) -> Value:
    """A cell array with rows and columns: each row of it is one list."""
    return [[_single(plain(cell)) for cell in row] for row in cells]


def _single(value: Value) -> Value:
    return value.ravel()[0].item() if isinstance(value, np.ndarray) and value.size == 1 else value


def _check_unpacked(data: bytes) -> None:
    """Refuse a file whose compressed variables would fill the memory, before scipy unpacks them."""
    if data[:6] != b"MATLAB" or len(data) < 128:
        return
    order = "<" if data[126:128] == b"IM" else ">"
    place, total = 128, 0
    while place + 8 <= len(data):
        kind, size = struct.unpack(f"{order}II", data[place : place + 8])
        if kind == COMPRESSED:
            total += _unpacked(data[place + 8 : place + 8 + size], LARGEST_UNPACKED - total)
        if total >= LARGEST_UNPACKED:
            raise Unreadable("This MATLAB file is too large once unpacked", "It would fill more than 1,000 MB.")
        place += 8 + size


def _unpacked(packed: bytes, limit: int) -> int:
    engine = zlib.decompressobj()
    total = 0
    try:
        while packed and total < limit:
            total += len(engine.decompress(packed, 1 << 22))
            packed = engine.unconsumed_tail
    except zlib.error as problem:
        raise Unreadable(DAMAGED, "A compressed variable in it cannot be unpacked; save it again.") from problem
    return total
