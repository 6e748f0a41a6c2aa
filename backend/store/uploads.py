"""Uploaded files on the disk: one as it came, several in one uncompressed archive, so that they stay together."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

CHUNK = 1 << 20


class TooLarge(Exception):
    """The files have more bytes than are allowed."""


class Empty(Exception):
    """A single file has no bytes at all."""


def keep(sources: Sequence[tuple[str, IO[bytes]]], kept: Path, limit: int) -> dict[str, Any]:
    """Copy uploads, each ``(name, stream)``, to ``kept``, a piece at a time.

    Returns:
        ``{"bytes", "sha256", "files": [{"name", "bytes", "sha256"}]}``; the hash is that of all bytes in a row.

    Raises:
        TooLarge: beyond ``limit`` bytes in all.
        Empty: if a single file was given and is empty. Of several, an empty one is refused by the reading, by name.
    """
    whole = hashlib.sha256()
    files: list[dict[str, Any]] = []
    left = limit

    def pieces(name: str, source: IO[bytes]) -> Iterator[bytes]:
        nonlocal left
        own, size = hashlib.sha256(), 0
        while chunk := source.read(CHUNK):
            size += len(chunk)
            left -= len(chunk)
            if left < 0:
                raise TooLarge
            own.update(chunk)
            whole.update(chunk)
            yield chunk
        files.append({"name": name, "bytes": size, "sha256": own.hexdigest()})

    with kept.open("xb") as out:
        if len(sources) == 1:
            for chunk in pieces(*sources[0]):
                out.write(chunk)
            if not files[0]["bytes"]:
                raise Empty
        else:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                for place, (name, source) in enumerate(sources):
                    with archive.open(_entry(place), "w", force_zip64=True) as entry:
                        for chunk in pieces(name, source):
                            entry.write(chunk)
    return {"bytes": sum(file["bytes"] for file in files), "sha256": whole.hexdigest(), "files": files}


def open_kept(kept: Path, file: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """``(name, content)`` of each upload; ``file`` is what the dataset's row says of it.

    Raises:
        FileNotFoundError: when it was deleted.
    """
    files = file.get("files") or []
    if len(files) < 2:
        return [(file["name"], kept.read_bytes())]
    with zipfile.ZipFile(kept) as archive:
        return [(one["name"], archive.read(_entry(place))) for place, one in enumerate(files)]


def _entry(place: int) -> str:
    """Entries are named by us; what a browser called a file is for showing only."""
    return f"{place:06d}"
