"""A table as a file holds it, before anybody has said what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models.reading.cells import as_numbers, is_missing, shown

# A file whose table is larger than this is no behavioural data set, or was made to fill the memory.
LARGEST_CELLS = 40_000_000


class Unreadable(Exception):
    """The file cannot be opened as a table; ``title`` and ``detail`` are sentences for the person who sent it."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(f"{title}. {detail}")
        self.title = title
        self.detail = detail


@dataclass(frozen=True)
class RejectedRow:
    """One row that did not become a trial: which (first data row is 1), in which column, and what was expected.

    ``file`` is the file's name without its ending, where there are several.
    """

    row: int
    column: str
    value: str
    expected: str
    file: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as the API shows it."""
        place = {"row": self.row, "column": self.column, "value": self.value, "expected": self.expected}
        return place | ({"file": self.file} if self.file is not None else {})


@dataclass(frozen=True)
class Table:
    """Columns of equal length with unique names.

    Attributes:
        name: what the file calls the table (a variable, a sheet), or ``""``.
        frame: numeric columns are float64 (NaN is missing), all others hold strings (``""`` is missing).
        header: whether the first line was taken for column names; None where the format always names its columns.
        rows: ``(M,)`` row numbers of the frame's rows in the file, first data row is 1.
        broken: rows that did not fit the table's shape.
        notes: sentences about what was done to open it.
        source_columns: the columns of the file itself, where rows of one trial were put side by side since.
        files: the file of each row of ``frame``, where a table was put together from several files; else empty.
    """

    name: str
    frame: pd.DataFrame
    header: bool | None = None
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    broken: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()
    source_columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.frame):
            object.__setattr__(self, "rows", np.arange(1, len(self.frame) + 1))

    def numbers(self, column: str) -> np.ndarray:
        """``(M,)`` float64 values of a column; NaN where a cell is missing or no number."""
        values = self.frame[column]
        if values.dtype.kind == "f":
            return values.to_numpy(dtype=np.float64)
        return as_numbers(values.tolist())

    def label(self, column: str, place: int) -> str:
        """One cell as a person would write it."""
        return shown(self.frame[column].iloc[place])

    def to_json(self) -> dict[str, Any]:
        """Name, size and facts of every column."""
        return {
            "name": self.name,
            "rows": len(self.frame) + len(self.broken),
            "source_columns": list(self.source_columns),
            "columns": [self._facts(column) for column in self.frame.columns],
        }

    def _facts(self, column: str) -> dict[str, Any]:
        values = self.frame[column]
        numeric = values.dtype.kind == "f"
        present = values[values.notna()] if numeric else values[~values.map(is_missing)]
        return {
            "name": column,
            "kind": "number" if numeric else "text",
            "low": float(present.min()) if numeric and len(present) else None,
            "high": float(present.max()) if numeric and len(present) else None,
            "missing": len(values) - len(present),
            "distinct": int(present.nunique()),
            "sample": [shown(value) for value in present.iloc[:5]],
        }


def make_table(
    name: str,
    columns: list[str],
    cells: list[Any],
    header: bool | None = None,
    rows: np.ndarray | None = None,
    broken: tuple[RejectedRow, ...] = (),
) -> Table:
    """A table from one sequence of cells a column; repeated and empty names are made unique, and a note says so.

    Raises:
        Unreadable: if the table is far larger than behavioural data can be.
    """
    length = len(cells[0]) if cells else 0
    check_size(length, len(cells))
    unique: dict[str, Any] = {}
    renamed: list[str] = []
    for place, (wanted, values) in enumerate(zip(columns, cells, strict=True), start=1):
        column = str(wanted).strip() or f"column {place}"
        count = 2
        if column in unique:
            renamed.append(column)
        while column in unique:
            column = f"{str(wanted).strip()} ({count})"
            count += 1
        unique[column] = _column(values)
    notes: list[str] = []
    if renamed:
        names = ", ".join(f"“{column}”" for column in dict.fromkeys(renamed))
        notes.append(f"More than one column is called {names}; the later ones were renamed, as in “{renamed[0]} (2)”.")
    rows = np.arange(1, length + 1) if rows is None else rows
    return Table(name, pd.DataFrame(unique), header, rows, broken, tuple(notes))


def check_size(rows: int, columns: int) -> None:
    """Refuse a table that could not be behavioural data, before it fills the memory.

    Raises:
        Unreadable: if it has more than 40 million cells or 2,000 columns.
    """
    if rows * columns > LARGEST_CELLS or columns > 2000:
        raise Unreadable(
            "The table in this file is too large",
            f"It has {rows:,} rows and {columns:,} columns. Send one row a trial, with only the columns of the task.",
        )


def _column(values: Sequence[Any] | np.ndarray) -> pd.Series:
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return pd.Series(values.astype(np.float64))
    cells = list(values)
    plain = _plain_numbers(cells)
    if plain is not None:
        return pd.Series(plain)
    numbers = as_numbers(cells)
    missing = np.fromiter((is_missing(cell) for cell in cells), dtype=bool, count=len(cells))
    # A label such as 007 is a name, not the number seven.
    named = any(isinstance(cell, str) and len(cell) > 1 and cell[0] == "0" and cell.isdigit() for cell in cells)
    if not named and bool((np.isfinite(numbers) | missing).all()):
        return pd.Series(numbers)
    return pd.Series(["" if gap else shown(cell) for cell, gap in zip(cells, missing, strict=True)], dtype=object)


def _plain_numbers(cells: list[Any]) -> np.ndarray | None:
    """The quick way for a column of nothing but plain numbers and empty cells; None if it holds anything else."""
    if not all(isinstance(cell, str) for cell in cells):
        return None
    joined = "".join(cells)
    if any(letter in joined for letter in "_fF,") or any(
        cell[:1] == "0" and cell.isdigit() for cell in set(cells) - {"0"}
    ):
        return None
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
    except ValueError:
        return None
