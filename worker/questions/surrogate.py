"""Surrogate data for a download: drawn now, kept nowhere."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet

from worker.kinds.surrogate import draw
from worker.kinds.table_files import to_parquet
from worker.questions.answer import Reply
from worker.shelf import Shelf


def answer(shelf: Shelf, question: dict[str, Any]) -> Reply:
    """The table as csv, parquet or npz."""
    drawn = draw(shelf.model(question["fit_id"]), shelf.trials(question["dataset_id"]), question)
    stored = to_parquet(drawn)
    if question["form"] == "parquet":
        return Reply.of_bytes(stored)
    table, out = pyarrow.parquet.read_table(io.BytesIO(stored)), io.BytesIO()
    if question["form"] == "csv":
        pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(quoting_style="needed"))
    else:
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        np.savez_compressed(out, **{name: _plain(values) for name, values in columns.items()})  # type: ignore[arg-type]
    return Reply.of_bytes(out.getvalue())


def _plain(values: np.ndarray) -> np.ndarray:
    """Text as fixed-width unicode: an array of objects would need pickle."""
    return values.astype(str) if values.dtype == object else values
