"""Makes the bundle that ``backend.bundle`` imports: ``python -m worker.export_study STUDY FOLDER``.

The settings (``SWAPSCOPE_DATA_DIR`` ...) say which running store the finished study is taken from.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from backend.bundle import FORMAT, ROWS
from backend.planning import EXAMPLE_NAME
from backend.settings import Settings
from backend.store.artifacts import MANIFEST
from backend.store.store import Store, open_store
from backend.store.tables import DONE, MADE, Study

LARGEST = 3 * 1024**2


def export(store: Store, study_id: str, folder: Path) -> int:
    """Write the bundle of a study into ``folder``, which is replaced; its size in bytes.

    Raises:
        ValueError: when there is no such study, it is not finished, or the bundle would be larger than 3 MB.
    """
    rows = _rows(store, study_id)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "artifacts", ignore_errors=True)
    size = 0
    for kind, made in rows.items():
        for row in made:
            if store.artifacts.exists(kind, row["id"]):
                target = folder / "artifacts" / kind / row["id"]
                target.mkdir(parents=True)
                files = store.artifacts.read_all(kind, row["id"])
                files[MANIFEST] = (store.artifacts.folder(kind, row["id"]) / MANIFEST).read_bytes()
                for name, data in files.items():
                    (target / name).write_bytes(data)
                    size += len(data)
    listing = json.dumps({"format": FORMAT, "rows": rows}, indent=1).encode()
    (folder / ROWS).write_bytes(listing)
    size += len(listing)
    if size > LARGEST:
        raise ValueError(f"the bundle has {size / 1024**2:.1f} MB, more than the {LARGEST / 1024**2:.0f} MB allowed")
    return size


def _rows(store: Store, study_id: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of the study by kind; nothing of its jobs, which the store that imports it never ran."""
    with store.session() as session:
        study = session.get(Study, study_id)
        if study is None:
            raise ValueError(f"there is no study {study_id}")
        rows: dict[str, list[dict[str, Any]]] = {}
        for step in study.steps:
            kind, id = step["result"]["kind"], step["result"]["id"]
            made: Any = session.get(MADE[kind], id)
            if made is None or made.state not in (DONE, "ready"):
                raise ValueError(f"the step “{step['title']}” is not finished")
            rows.setdefault(kind, []).append(_plain(made))
        steps = [step | {"job_id": None} for step in study.steps]
        rows["study"] = [_plain(study) | {"steps": steps, "state": DONE, "name": EXAMPLE_NAME}]
        for dataset in rows.get("dataset", []):  # not the name that whoever made the bundle gave to it
            dataset["name"] = EXAMPLE_NAME
    return rows


def _plain(row: object) -> dict[str, Any]:
    """A row as JSON, marked as an example."""
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return values | {"job_id": None, "example": True}


def main() -> int:
    """The command."""
    arguments = argparse.ArgumentParser(description="Make the bundle of a finished study.")
    arguments.add_argument("study")
    arguments.add_argument("folder", type=Path)
    given = arguments.parse_args()
    store = open_store(Settings())
    try:
        size = export(store, given.study, given.folder)
    except ValueError as error:
        print(f"not exported: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()
    print(f"{given.folder}: {size / 1024**2:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
