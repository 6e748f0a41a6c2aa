"""Checkpoints of a job: a few files that belong together, replaced all at once."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

_CURRENT = "current"
_NAME = re.compile(r"[0-9a-f]{32}")


def save(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``; a crash at any moment leaves the previous checkpoint or this one."""
    name = uuid.uuid4().hex
    fresh = folder / name
    fresh.mkdir()
    for file, data in files.items():
        _write_synced(fresh / file, data)
    pointer = folder / f"{name}.new"
    _write_synced(pointer, name.encode())
    os.replace(pointer, folder / _CURRENT)
    for other in folder.iterdir():
        if other.name not in (name, _CURRENT):
            shutil.rmtree(other, ignore_errors=True) if other.is_dir() else other.unlink()


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def load(folder: Path) -> dict[str, bytes] | None:
    """The files of the latest checkpoint, None when there is none."""
    try:
        name = (folder / _CURRENT).read_text().strip()
        if not _NAME.fullmatch(name):
            return None
        return {file.name: file.read_bytes() for file in (folder / name).iterdir()}
    except (FileNotFoundError, UnicodeDecodeError):
        return None
