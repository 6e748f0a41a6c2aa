"""Text tables: comma, semicolon, tab or blanks between the values, with or without a line of column names."""

from __future__ import annotations

import csv
import re

import numpy as np

from models.reading.cells import is_missing, number
from models.reading.table import RejectedRow, Table, Unreadable, check_size, make_table

BINARY = "This file is not a table of text"
# In order of preference when two split the lines equally well.
DELIMITERS = ("\t", ";", ",", " ")


def can_read(name: str, head: bytes) -> bool:
    """Anything without binary bytes may be a table of text; asked last of all formats."""
    return True


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The one table of a text file; ``header`` overrules the guess whether line 1 holds column names.

    Raises:
        Unreadable: if the file is binary, empty, or holds column names and nothing else.
    """
    lines = [line for line in _text(data).splitlines() if line.strip()]
    while lines and lines[0].lstrip()[:1] in ("#", "%"):
        lines.pop(0)
    if not lines:
        raise Unreadable("This file is empty", "It holds no line of text. Send a table with one row a trial.")
    delimiter = _delimiter(lines[:60])
    rows = _split(lines, delimiter)
    if header is None:
        header = _has_header(rows)
    names = rows.pop(0) if header else []
    if not rows:
        raise Unreadable("This file has column names but no rows", "Send a table with one row a trial.")
    if len(rows[0]) == 1 and len(names) < 2:
        raise Unreadable(
            "This file has only one column",
            "A table needs at least a response and a target on each row, separated by commas, semicolons, tabs or "
            "blanks.",
        )
    return [_table(names, rows, header)]


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    sample = data[:100_000]
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if 0 in sample or control > 0.01 * len(sample):
        raise Unreadable(
            BINARY,
            "It holds binary data of a kind Swapscope does not know. It reads csv, tsv and other text tables, "
            "parquet, xlsx, npz, npy, R .rda and .rds, and MATLAB .mat files.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == " ":
        return [re.split(r"\s+", line.strip()) if '"' not in line else _quoted(line) for line in lines]
    rows = [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]
    # Some programs end every line with the delimiter: an unnamed last column without a value.
    if all(len(row) > 1 and not row[-1].strip() for row in rows) and len({len(row) for row in rows}) == 1:
        rows = [row[:-1] for row in rows]
    return rows


def _quoted(line: str) -> list[str]:
    return next(csv.reader([re.sub(r"\s+", " ", line.strip())], delimiter=" "))


def _delimiter(lines: list[str]) -> str:
    best, best_score = ",", -1.0
    for candidate in DELIMITERS:
        try:
            rows = _split(lines, candidate)
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        width = max(set(widths), key=widths.count)
        if width < 2:
            continue
        cells = [cell for row in rows[1:] or rows for cell in row]
        clean = sum(is_missing(cell) or not re.search(r"[,;\t ]\S", cell) or _numeric(cell) for cell in cells)
        score = widths.count(width) / len(widths) + clean / len(cells)
        if score > best_score + 0.05:
            best, best_score = candidate, score
    return best


def _numeric(cell: str) -> bool:
    return bool(np.isfinite(number(cell)))


def _has_header(rows: list[list[str]]) -> bool:
    first = [cell for cell in rows[0] if not is_missing(cell)]
    if not first or any(_numeric(cell) for cell in first):
        # Names like "0" or "90" are possible but rare; a line with a number in it is data unless text rules there.
        text = sum(not _numeric(cell) for cell in first)
        below = rows[1 : 1 + 50]
        text_below = np.mean([sum(not _numeric(c) and not is_missing(c) for c in row) for row in below] or [text])
        return bool(text > 0.5 * len(first) and text > text_below + 0.3 * len(first))
    return True


def _table(names: list[str], rows: list[list[str]], header: bool) -> Table:
    width = len(names) if names else max({len(row) for row in rows}, key=[len(row) for row in rows].count)
    if names and all(len(row) == width + 1 for row in rows[:50]):
        names, width = ["row name", *names], width + 1  # as R writes a data frame
    check_size(len(rows), width)
    expected = f"{width} values, as in {'the line of column names' if names else 'most lines'}"
    broken = tuple(
        RejectedRow(place, "(whole row)", f"{len(row)} values", expected)
        for place, row in enumerate(rows, start=1)
        if len(row) != width
    )
    kept = [place for place, row in enumerate(rows, start=1) if len(row) == width]
    if not kept:
        raise Unreadable(
            "No row of this file fits its column names",
            f"There are {width} column names, but the first row has {len(rows[0])} values.",
        )
    cells = list(zip(*(rows[place - 1] for place in kept), strict=True))
    columns = names or [f"column {place}" for place in range(1, width + 1)]
    return make_table("", columns, cells, header, rows=np.array(kept, dtype=np.int64), broken=broken)
