"""Trials as a parquet file and back, exactly: the one form in which they are stored and handed out.

Columns: subject, condition, set_size, response, report_1 ... report_N, probe_1 ... probe_N, row; angles in radians of
the full feature circle, item 1 is the cued one, empty where there is no item. Names keep their order in the metadata.
"""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor

from models.displays import Displays
from models.trials import Trials

_NAMES = b"swapscope"


def to_parquet(trials: Trials) -> bytes:
    """The file of some trials; the same trials give the same bytes."""
    columns: dict[str, pa.Array] = {
        "subject": pa.array([trials.subject_names[code] for code in trials.subject.tolist()], pa.string()),
        "condition": pa.array([trials.condition_names[code] for code in trials.condition.tolist()], pa.string()),
        "set_size": pa.array(trials.set_size.numpy(), pa.int64()),
        "response": _angles(trials.response),
    }
    for name, table in (("report", trials.report), ("probe", trials.probe)):
        columns |= {f"{name}_{item + 1}": _angles(table[:, item]) for item in range(table.shape[1])}
    columns["row"] = pa.array(trials.row.numpy(), pa.int64())
    names = {"subjects": trials.subject_names, "conditions": trials.condition_names, "angles": "radians, full circle"}
    table = pa.table(columns).replace_schema_metadata({_NAMES: json.dumps(names).encode()})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=9)
    return out.getvalue()


def _angles(values: Tensor) -> pa.Array:
    return pa.array(values.numpy().astype(np.float64), pa.float64(), from_pandas=True)


def from_parquet(data: bytes) -> Trials:
    """The trials of a file that ``to_parquet`` wrote; their hash is the same."""
    table = pq.read_table(io.BytesIO(data))
    names = json.loads(table.schema.metadata[_NAMES])
    items = sum(name.startswith("report_") for name in table.column_names)

    def block(name: str) -> Tensor:
        columns = [table.column(f"{name}_{item + 1}").to_numpy() for item in range(items)]
        return torch.from_numpy(np.stack(columns, 1).astype(np.float64))

    def whole(name: str) -> Tensor:
        return torch.from_numpy(table.column(name).to_numpy().astype(np.int64))

    def codes(column: str, known: list[str]) -> Tensor:
        lookup = {name: code for code, name in enumerate(known)}
        return torch.tensor([lookup[name] for name in table.column(column).to_pylist()], dtype=torch.int64)

    response = torch.from_numpy(table.column("response").to_numpy().astype(np.float64))
    return Trials(
        Displays(block("report"), block("probe"), whole("set_size")),
        response,
        codes("subject", names["subjects"]),
        tuple(names["subjects"]),
        codes("condition", names["conditions"]),
        tuple(names["conditions"]),
        whole("row"),
    )
