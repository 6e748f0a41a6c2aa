"""NumPy arrays: .npz archives and single .npy arrays, never unpickled."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from models.reading.arrays import tables_of
from models.reading.excel import check_archive
from models.reading.table import Table, Unreadable


def can_read(name: str, head: bytes) -> bool:
    """An .npy array by its first bytes, an .npz archive by its ending."""
    return head[:6] == b"\x93NUMPY" or (head[:2] == b"PK" and name.lower().endswith(".npz"))


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The tables that the arrays form.

    Raises:
        Unreadable: if the file is damaged, holds Python objects, or no array that could be a column.
    """
    if data[:2] == b"PK":
        check_archive(data)
    try:
        content = np.load(io.BytesIO(data), allow_pickle=False)
        arrays = {key: content[key] for key in content.files} if hasattr(content, "files") else {"": content}
    except ValueError as problem:
        if "pickle" in str(problem).lower():
            raise Unreadable(
                "This file holds Python objects",
                "Opening them could run code, so Swapscope does not. Save plain arrays of numbers or text instead.",
            ) from problem
        raise Unreadable("This NumPy file is damaged", "It could not be opened; save it again.") from problem
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, SyntaxError) as problem:
        raise Unreadable("This NumPy file is damaged", "It could not be opened; save it again.") from problem
    plain: dict[str, Any] = {}
    for key, array in arrays.items():
        if array.dtype.names:
            plain.update({field: array[field] for field in array.dtype.names})
        elif key == "" and array.ndim == 2:
            plain.update({f"column {place + 1}": array[:, place] for place in range(min(array.shape[1], 2001))})
        else:
            plain[key] = array
    return tables_of(plain)
