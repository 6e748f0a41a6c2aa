"""Parquet files; a column of lists becomes numbered columns."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from models.reading.arrays import columns_of
from models.reading.table import Table, Unreadable, check_size, make_table


def can_read(name: str, head: bytes) -> bool:
    """By the four letters every parquet file begins with."""
    return head[:4] == b"PAR1"


def read(data: bytes, name: str, header: bool | None = None) -> list[Table]:
    """The table of a parquet file.

    Raises:
        Unreadable: if the file is damaged, empty or far too large.
    """
    try:
        source = pq.ParquetFile(io.BytesIO(data))
        check_size(source.metadata.num_rows, source.metadata.num_columns)
        content = source.read()
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise Unreadable("This parquet file is damaged", "It could not be opened; write it again.") from problem
    if content.num_rows == 0:
        raise Unreadable("This file has column names but no rows", "Send a table with one row a trial.")
    names: list[str] = []
    cells: list[object] = []
    for column in content.column_names:
        more_names, more_cells = columns_of(column, content[column].to_pylist())
        names += more_names
        cells += more_cells
    return [make_table("", names, cells)]
