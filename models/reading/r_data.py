"""R data: .rds files of one object and .rda / .RData files of several, read without R (rdata)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import rdata

from models.reading.arrays import Value, tables_of
from models.reading.matlab_objects import plain_object
from models.reading.table import Table, Unreadable

ENDINGS = (".rda", ".rdata", ".rds")
PACKED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
# How R begins what it saved: several objects (RDX2, RDX3 in binary, RDA in text), or the bytes of one object.
SEVERAL = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")
LARGEST_UNPACKED = 1_000_000_000
DAMAGED = "This R data file is damaged"


def can_read(name: str, head: bytes) -> bool:
    """By the ending, or by the letters an uncompressed .rda file begins with."""
    return name.lower().endswith(ENDINGS) or head.startswith(SEVERAL)


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The data frames of a file, and lists or vectors of equal length; nothing in the file is executed.

    Raises:
        Unreadable: if the file is damaged, would unpack to more than 1,000 MB, or holds no table.
    """
    raw = _unpacked(data)
    extension = ".rda" if raw.startswith(SEVERAL) else ".rds"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about classes without a converter: their plain values come through
            content = rdata.conversion.convert(rdata.parser.parse_data(raw, extension=extension))
    except Exception as problem:  # broken bytes raise whatever the parser stumbles over
        raise Unreadable(DAMAGED, "It could not be opened; in R, save it again with saveRDS or save.") from problem
    variables = _variables(content if isinstance(content, dict) else {"": content})
    return tables_of(variables)


def _variables(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in content.items():
        opened = _plain(value)
        if key == "" and isinstance(opened, dict):
            found.update(opened)
        elif opened is not None:
            found[str(key)] = opened
    return found


def _plain(value: Value) -> Value:
    if isinstance(value, pd.DataFrame):
        # Row names of R are no data, and start at 1 where pandas counts from 0.
        return {str(name): _strings(plain_object(value[name])) for name in value}
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(value), np.nan, np.ma.getdata(value).astype(np.float64))
    return plain_object(value)


def _strings(cells: Value) -> Value:
    return [None if cell is pd.NA else cell for cell in cells] if isinstance(cells, list) else cells


def _unpacked(data: bytes) -> bytes:
    opener = next((unpack for magic, unpack in PACKED.items() if data.startswith(magic)), None)
    if opener is None:
        return data
    try:
        with opener(io.BytesIO(data)) as file:
            raw = file.read(LARGEST_UNPACKED + 1)
    except (OSError, EOFError, lzma.LZMAError) as problem:
        raise Unreadable(DAMAGED, "It cannot be unpacked; in R, save it again with saveRDS or save.") from problem
    if len(raw) > LARGEST_UNPACKED:
        raise Unreadable("This R data file is too large once unpacked", "It would fill more than 1,000 MB.")
    return bytes(raw)
