"""Brings the finished example study that ships with Swapscope into a store that is still empty.

The bundle is a folder: ``study.json`` with the rows, and ``artifacts/<kind>/<id>/`` with their files.
``python -m worker.export_study`` makes one.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.store.artifacts import MANIFEST, Manifest
from backend.store.store import Store
from backend.store.tables import MADE, Job

FORMAT = 1
ROWS = "study.json"
FOLDER = Path(__file__).resolve().parents[1] / "example"
log = logging.getLogger(__name__)


def import_into_empty(store: Store, folder: Path) -> bool:
    """Import the bundle when there is one and the store has neither jobs nor results; whether it was imported.

    A bundle that is damaged or of another format is left alone, with a line in the log.
    """
    if not (folder / ROWS).is_file() or not _is_empty(store):
        return False
    try:
        listing = json.loads((folder / ROWS).read_bytes())
        if listing["format"] != FORMAT:
            raise ValueError(f"format {listing['format']}, not {FORMAT}")
        for kind, rows in listing["rows"].items():
            for row in rows:
                _import_files(store, folder, kind, row["id"])
        with store.session() as session:
            for kind, rows in listing["rows"].items():
                session.add_all(MADE[kind](**row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the finished example cannot be used: %s", error)
        return False
    return True


def _is_empty(store: Store) -> bool:
    with store.session() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Job, *MADE.values())]
    return not any(counts)


def _import_files(store: Store, folder: Path, kind: str, id: str) -> None:
    """Copy an artifact, with the inputs, configuration and seed of its manifest, checked against its hashes."""
    source = folder / "artifacts" / kind / id
    if not (source / MANIFEST).is_file():
        return
    stored: dict[str, Any] = json.loads((source / MANIFEST).read_bytes())
    manifest = Manifest(**stored)
    files = {name: (source / name).read_bytes() for name in manifest.files}
    written = store.artifacts.write(
        kind, id, files, inputs=manifest.inputs, config=manifest.config | {"made_with": manifest.versions},
        seed=manifest.seed,
    )  # fmt: skip
    if written.files != manifest.files:
        store.artifacts.delete(kind, id)
        raise ValueError(f"{kind} {id} is not what its manifest says")
