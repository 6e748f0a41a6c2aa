"""Tables as files: stored once as parquet, written out in the form that is asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from fastapi.responses import FileResponse, Response, StreamingResponse

from backend.problems import Problem
from backend.rows import AnyRow
from backend.store.artifacts import Artifacts

Form = Literal["csv", "parquet", "npz"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "npz": "application/octet-stream",
    "json": "application/json",
    "safetensors": "application/octet-stream",
}


def not_there_yet(row: AnyRow, what: str) -> Problem:
    """The refusal to hand out what is not finished."""
    kind = type(row).__name__.lower()
    return Problem(409, f"There is no {what} yet", f"The {kind} “{row.name}” is {row.state}; wait until it is done.")


def file_name(row: AnyRow, suffix: str) -> str:
    """A name for a downloaded file, made from the resource's."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", row.name).strip("-").lower()[:60]
    return f"{plain or type(row).__name__.lower()}{suffix}"


def stored_file(artifacts: Artifacts, kind: str, row: AnyRow, name: str, what: str) -> FileResponse:
    """One file of an artifact, streamed; 409 when it is not made yet."""
    if not artifacts.exists(kind, row.id):
        raise not_there_yet(row, what)
    suffix = name[name.rindex(".") :]
    path = artifacts.path(kind, row.id, name)
    return FileResponse(path, media_type=MEDIA_TYPES[suffix[1:]], filename=file_name(row, suffix))


def trials_response(artifacts: Artifacts, kind: str, row: AnyRow, name: str, form: Form) -> Response:
    """A parquet file of an artifact as csv, parquet or npz."""
    stored = stored_file(artifacts, kind, row, name, "table")
    if form == "parquet":
        return stored
    headers = {"Content-Disposition": f'attachment; filename="{file_name(row, "." + form)}"'}
    if form == "csv":
        return StreamingResponse(_csv(Path(stored.path)), media_type=MEDIA_TYPES["csv"], headers=headers)
    return Response(_npz(Path(stored.path)), media_type=MEDIA_TYPES["npz"], headers=headers)


def _csv(path: Path) -> Iterator[bytes]:
    """Text of a parquet file, some thousand rows at a time."""
    import pyarrow.csv  # here: it takes a quarter of a second, which the start of the site should not
    import pyarrow.parquet

    for number, batch in enumerate(pyarrow.parquet.ParquetFile(path).iter_batches(4096)):
        out = io.BytesIO()
        pyarrow.csv.write_csv(batch, out, pyarrow.csv.WriteOptions(include_header=number == 0, quoting_style="needed"))
        yield out.getvalue()


def _npz(path: Path) -> bytes:
    import numpy  # as above
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    out = io.BytesIO()
    # Text becomes fixed-width unicode: an array of objects would need pickle.
    numpy.savez_compressed(
        out, **{name: values.astype(str) if values.dtype == object else values for name, values in columns.items()}
    )
    return out.getvalue()
