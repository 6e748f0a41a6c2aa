"""Makes the bundle that ``backend.bundle`` imports: ``python -m worker.export_study STUDY FOLDER [--with-derived]``.

The settings (``SWAPSCOPE_DATA_DIR`` ...) say which running store the finished study is taken from. Networks and
analyses that were made from the study's parts later, and are no steps of it, come along when they are asked for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from backend.bundle import FORMAT, ROWS
from backend.planning import EXAMPLE_NAME
from backend.rows import AnyRow, descendants, parent
from backend.settings import Settings
from backend.store.artifacts import MANIFEST
from backend.store.store import Store, open_store
from backend.store.tables import DONE, MADE, Dataset, Study

LARGEST = 10 * 1024**2  # fifteen networks of 0.3 MB and what was found in them
Named = tuple[str, str]
"""Kind and id of a row."""
BROUGHT = ("network", "analysis")


def export(store: Store, study_id: str, folder: Path, more: Sequence[Named] = (), derived: bool = False) -> int:
    """Write the bundle of a study into ``folder``, which is replaced; its size in bytes.

    Args:
        store: that the study is in.
        study_id: of a finished study.
        folder: of the bundle.
        more: networks and analyses that come along; an analysis brings its networks.
        derived: whether all finished networks and analyses come along that were made from the study's parts.

    Raises:
        ValueError: when there is no such study, something is not finished or was made from what is not in the bundle,
            or the bundle would be larger than 10 MB.
    """
    rows = _rows(store, study_id, more, derived)
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


def _rows(store: Store, study_id: str, more: Sequence[Named], derived: bool) -> dict[str, list[dict[str, Any]]]:
    """All rows by kind; nothing of the jobs, which the store that imports them never ran."""
    with store.session() as session:
        study = session.get(Study, study_id)
        if study is None:
            raise ValueError(f"there is no study {study_id}")
        wanted = {(step["result"]["kind"], step["result"]["id"]): step["title"] for step in study.steps}
        found = {named: _finished(session, named, f"the step “{title}”") for named, title in wanted.items()}
        for named in more:
            _bring(session, named, found)
        for named in _derived(session, study) if derived else []:
            with suppress(ValueError):  # from something else too: it stays behind
                _bring(session, named, found)
        rows: dict[str, list[dict[str, Any]]] = {}
        for (kind, _), row in found.items():
            rows.setdefault(kind, []).append(_plain(row))
        steps = [step | {"job_id": None} for step in study.steps]
        rows["study"] = [_plain(study) | {"steps": steps, "state": DONE, "name": EXAMPLE_NAME}]
        for dataset in rows.get("dataset", []):  # not the name that whoever made the bundle gave to it
            dataset["name"] = EXAMPLE_NAME
    return rows


def _derived(session: Session, study: Study) -> list[Named]:
    """Finished networks and analyses that were made from the study's dataset, directly or not; the oldest first."""
    dataset = session.get(Dataset, study.dataset_id)
    made = [] if dataset is None else descendants(session, dataset)
    done = [row for row in made if row.state == DONE and parent(row)["kind"] in BROUGHT]
    return [(parent(row)["kind"], row.id) for row in sorted(done, key=lambda row: row.created_at)]


def _bring(session: Session, named: Named, found: dict[Named, AnyRow]) -> None:
    """Add a network or an analysis to what was found; an analysis with its networks.

    Raises:
        ValueError: when it is not finished, or was made from something else that is not there.
    """
    if named in found:
        return
    row = _finished(session, named, f"the {named[0]} {named[1]}")
    for above in row.parents:
        key = (above["kind"], above["id"])
        if named[0] == "analysis" and key[0] == "network":
            _bring(session, key, found)
        elif key not in found:
            raise ValueError(
                f"the {named[0]} “{row.name}” was made from the {key[0]} {key[1]}, which is not in the study"
            )
    found[named] = row


def _finished(session: Session, named: Named, title: str) -> AnyRow:
    row: Any = session.get(MADE[named[0]], named[1])
    if row is None or row.state not in (DONE, "ready"):
        raise ValueError(f"{title} is not finished")
    found: AnyRow = row
    return found


def _plain(row: object) -> dict[str, Any]:
    """A row as JSON, marked as an example."""
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return values | {"job_id": None, "example": True}


def main() -> int:
    """The command."""
    arguments = argparse.ArgumentParser(description="Make the bundle of a finished study.")
    arguments.add_argument("study")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--with-networks", nargs="+", default=[], metavar="ID", help="networks that come along")
    arguments.add_argument(
        "--with-analyses", nargs="+", default=[], metavar="ID", help="analyses that come along, with their networks"
    )
    arguments.add_argument(
        "--with-derived", action="store_true", help="all networks and analyses made from the study's parts come along"
    )
    given = arguments.parse_args()
    more = [("network", id) for id in given.with_networks] + [("analysis", id) for id in given.with_analyses]
    store = open_store(Settings())
    try:
        size = export(store, given.study, given.folder, more, given.with_derived)
    except ValueError as error:
        print(f"not exported: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()
    print(f"{given.folder}: {size / 1024**2:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
