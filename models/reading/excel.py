"""Excel workbooks (.xlsx): one table a sheet, values only, formulas never computed."""

from __future__ import annotations

import io
import zipfile
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from models.reading.cells import is_missing, number
from models.reading.table import Table, Unreadable, check_size, make_table

LARGEST_UNPACKED = 400_000_000
WIDEST = 2001


def can_read(name: str, head: bytes) -> bool:
    """A zip archive with the ending of an Excel workbook."""
    return head[:2] == b"PK" and name.lower().endswith((".xlsx", ".xlsm"))


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The sheets that hold a table with at least two columns and one row.

    Raises:
        Unreadable: if the workbook is damaged, would unpack to more than 400 MB, or has no table.
    """
    check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found = [_sheet(sheet.title, _rows(sheet), header) for sheet in book.worksheets]
    except (InvalidFileException, ParseError, KeyError, ValueError, OSError, zipfile.BadZipFile) as problem:
        raise Unreadable("This Excel file is damaged", "It could not be opened; save it again or as CSV.") from problem
    tables = [table for table in found if table is not None]
    if not tables:
        raise Unreadable("This workbook holds no table", "No sheet has column names and at least one row below them.")
    return tables


def check_archive(data: bytes) -> None:
    """Refuse a zip archive that is damaged or would unpack to more than 400 MB.

    Raises:
        Unreadable: in both cases.
    """
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile as problem:
        raise Unreadable("This file is damaged", "It is a zip archive that cannot be opened.") from problem
    if unpacked > LARGEST_UNPACKED:
        raise Unreadable(
            "This file is too large once unpacked",
            f"It would unpack to {unpacked / 1e6:,.0f} MB; the limit is {LARGEST_UNPACKED / 1e6:.0f} MB.",
        )


def _rows(sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()  # a sheet may claim a million empty columns
    rows: list[tuple[Any, ...]] = []
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        row = tuple(islice(row, WIDEST))
        cells += len(row)
        check_size(cells, 1)
        if any(not is_missing(cell) for cell in row):
            rows.append(row)
    return rows


def _sheet(title: str, rows: list[tuple[Any, ...]], header: bool | None) -> Table | None:
    if not rows:
        return None
    width = max(len(row) for row in rows)
    padded = [row + (None,) * (width - len(row)) for row in rows]
    if header is None:
        header = not any(number(cell) == number(cell) for cell in padded[0])
    names = [f"column {place}" for place in range(1, width + 1)]
    if header:
        names = ["" if cell is None else str(cell) for cell in padded[0]]
        padded = padded[1:]
    if width < 2 or not padded:
        return None
    return make_table(title, names, list(zip(*padded, strict=True)), header)
