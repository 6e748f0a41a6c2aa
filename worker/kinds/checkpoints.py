"""Checkpoints of a job: a few files that belong together, replaced all at once."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

_CURRENT = "current"


def save(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``; a crash at any moment leaves the previous checkpoint or this one."""
    name = uuid.uuid4().hex
    fresh = folder / name
    fresh.mkdir()
    for file, data in files.items():
        with (fresh / file).open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    pointer = folder / f"{name}.new"
    pointer.write_text(name)
    os.replace(pointer, folder / _CURRENT)
    for other in folder.iterdir():
        if other.name not in (name, _CURRENT):
            shutil.rmtree(other) if other.is_dir() else other.unlink()


def load(folder: Path) -> dict[str, bytes] | None:
    """The files of the latest checkpoint, None when there is none."""
    try:
        name = (folder / _CURRENT).read_text().strip()
        return {file.name: file.read_bytes() for file in (folder / name).iterdir()}
    except FileNotFoundError:
        return None
