"""Results and weights: one folder each, ``<kind>/<id>/``, with a manifest, put in place all at once.

Names come from code, ids from the database: no path that a person wrote ever reaches the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from backend.store.versions import versions

MANIFEST = "manifest.json"
_LOCK = ".lock"
_REPLACING_SECONDS = 1.0  # far more than two renames take, even on a busy disk
KINDS = frozenset({"dataset", "fit", "surrogate", "network", "analysis", "comparison", "recovery", "study"})
_ID = re.compile(r"[0-9a-z][0-9a-z-]{3,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")


class ArtifactMissing(LookupError):
    """There is no such artifact, or no such file in it."""


class ArtifactDamaged(RuntimeError):
    """A file of the artifact is not what its manifest says."""


@dataclass(frozen=True)
class Manifest:
    """What an artifact is, what it was made from and with, and the sha256 and size of each of its files.

    ``inputs`` is a list of ``{"kind", "id", "hash"}``.
    """

    kind: str
    id: str
    created: float
    inputs: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    versions: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """sha256 over the names and hashes of the files: the content, whatever the time and place."""
        listing = sorted((name, entry["sha256"]) for name, entry in self.files.items())
        return hashlib.sha256(json.dumps(listing).encode()).hexdigest()


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Artifacts:
    """The folder of all artifacts."""

    def __init__(self, root: Path) -> None:
        """Use ``root``, which is created when something is first written."""
        self.root = root
        self._work = root / ".unfinished"

    def folder(self, kind: str, id: str) -> Path:
        """The folder of one artifact.

        Raises:
            ValueError: when the kind is unknown or the id is not made of lower-case letters, digits and hyphens.
        """
        if kind not in KINDS or not _ID.fullmatch(id):
            raise ValueError(f"no artifact can be called {kind!r} {id!r}")
        return self.root / kind / id

    def write(
        self,
        kind: str,
        id: str,
        files: Mapping[str, bytes],
        *,
        inputs: Iterable[Mapping[str, Any]] = (),
        config: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> Manifest:
        """Write all files and the manifest, then put the folder in place in one step; replaces an earlier one.

        Raises:
            ValueError: for a kind, id or file name that is not allowed.
        """
        place = self.folder(kind, id)
        entries: dict[str, dict[str, Any]] = {}
        for name, data in files.items():
            if not _NAME.fullmatch(name) or name == MANIFEST:
                raise ValueError(f"no file of an artifact can be called {name!r}")
            entries[name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        manifest = Manifest(
            kind, id, time.time(), [dict(item) for item in inputs], dict(config or {}), seed, dict(versions()), entries
        )
        with self._changing():
            fresh = self._work / f"new.{kind}.{id}.{uuid.uuid4().hex}"
            fresh.mkdir()
            for name, data in files.items():
                _write_synced(fresh / name, data)
            _write_synced(fresh / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
            _sync_folder(fresh)
            self._put_in_place(fresh, place)
        return manifest

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Any number of processes may change artifacts at once, but none while one recovers."""
        self._work.mkdir(parents=True, exist_ok=True)
        with (self._work / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def _put_in_place(self, fresh: Path, place: Path) -> None:
        """Move ``fresh`` to ``place``; an earlier artifact steps aside first and is kept until the move is done."""
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = self._work / f"old.{place.parent.name}.{place.name}.{uuid.uuid4().hex}"
        try:
            os.replace(place, aside)
        except FileNotFoundError:
            os.replace(fresh, place)
        else:
            os.replace(fresh, place)
            shutil.rmtree(aside, ignore_errors=True)
        _sync_folder(place.parent)

    def recover(self) -> bool:
        """After a crash: put back what had stepped aside for a successor that never came, delete half-written ones.

        The site calls it when it starts. False when a worker is just writing: then there is no hurry, the next start
        does it.
        """
        self._work.mkdir(parents=True, exist_ok=True)
        with (self._work / _LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            for entry in self._work.glob("*.*.*.*"):
                self._recover_one(entry)
        return True

    def _recover_one(self, entry: Path) -> None:
        age, kind, id, _ = entry.name.split(".", 3)
        place = self.folder(kind, id)
        if age == "old" and not place.exists():
            os.replace(entry, place)
        else:
            shutil.rmtree(entry, ignore_errors=True)

    def exists(self, kind: str, id: str) -> bool:
        """Whether the artifact is there, complete."""
        try:
            self.manifest(kind, id)
        except ArtifactMissing:
            return False
        return True

    def manifest(self, kind: str, id: str) -> Manifest:
        """The artifact's manifest.

        Raises:
            ArtifactMissing: when there is no such artifact.
        """
        path, until, replaced = self.folder(kind, id) / MANIFEST, time.monotonic() + _REPLACING_SECONDS, True
        while True:
            try:
                return Manifest(**json.loads(path.read_bytes()))
            except FileNotFoundError:
                if not replaced or time.monotonic() > until:
                    raise ArtifactMissing(f"there is no {kind} {id}") from None
            replaced = self._is_being_replaced(kind, id)  # if not any more, look once more: it is there now or never
            time.sleep(0.001)

    def _is_being_replaced(self, kind: str, id: str) -> bool:
        """Whether the artifact has stepped aside for its successor, which takes its place any moment."""
        return any(self._work.glob(f"old.{kind}.{id}.*"))

    def path(self, kind: str, id: str, name: str) -> Path:
        """Path of one file, for streaming it out.

        Raises:
            ArtifactMissing: when the manifest does not list the file.
        """
        if name != MANIFEST and name not in self.manifest(kind, id).files:
            raise ArtifactMissing(f"the {kind} {id} has no {name}")
        return self.folder(kind, id) / name

    def read(self, kind: str, id: str, name: str) -> bytes:
        """One file's bytes, checked against the manifest.

        Raises:
            ArtifactMissing: when it is not there.
            ArtifactDamaged: when its sha256 is not the manifest's.
        """
        while True:
            manifest = self.manifest(kind, id)
            entry = manifest.files.get(name)
            if entry is None:
                raise ArtifactMissing(f"the {kind} {id} has no {name}")
            try:
                data = (self.folder(kind, id) / name).read_bytes()
            except FileNotFoundError:
                data = None
            if data is not None and hashlib.sha256(data).hexdigest() == entry["sha256"]:
                return data
            if self.manifest(kind, id) == manifest:  # else it was replaced meanwhile, which is no damage
                raise ArtifactDamaged(f"{name} of the {kind} {id} was changed or damaged on the disk")

    def read_all(self, kind: str, id: str) -> dict[str, bytes]:
        """All files by name, each checked; raises as ``read`` does."""
        return {name: self.read(kind, id, name) for name in self.manifest(kind, id).files}

    def read_json(self, kind: str, id: str, name: str) -> Any:  # noqa: ANN401 - whatever JSON was written
        """One file as JSON; raises as ``read`` does."""
        return json.loads(self.read(kind, id, name))

    def verify(self, kind: str, id: str) -> list[str]:
        """Names of the files that are missing or are not what the manifest says; empty when all is well."""
        wrong = []
        for name in self.manifest(kind, id).files:
            try:
                self.read(kind, id, name)
            except ArtifactDamaged:
                wrong.append(name)
        return wrong

    def list(self, kind: str) -> list[Manifest]:
        """Manifests of all artifacts of a kind, the newest first."""
        folder = self.folder(kind, "any-").parent
        if not folder.is_dir():
            return []
        found = [self.manifest(kind, entry.name) for entry in folder.iterdir() if (entry / MANIFEST).is_file()]
        return sorted(found, key=lambda manifest: manifest.created, reverse=True)

    def delete(self, kind: str, id: str) -> None:
        """Remove the artifact; it is gone at once even if a reader still has a file open. Missing is fine."""
        with self._changing():
            aside = self._work / f"gone.{kind}.{id}.{uuid.uuid4().hex}"
            try:
                os.replace(self.folder(kind, id), aside)
            except FileNotFoundError:
                return
            shutil.rmtree(aside, ignore_errors=True)
