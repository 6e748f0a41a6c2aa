"""The mechanism of networks: every analysis of every network, then what they have in common.

A network and an analysis are a piece of work of their own: pieces are kept as they are done, so that a job that was
stopped goes on with what is missing, and they run on two processes where there are two cores.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from backend.settings import Settings
from backend.store.store import Store, open_store
from backend.store.tables import Fit, Network
from models.analysis.mechanism import ANALYSES, TITLES, Member, arrays, report_on, rounded
from models.analysis.subject import NothingToAnalyse, Result, Subject
from models.progress import Progress
from worker.context import JobContext, Refused
from worker.kinds.groups import group_names
from worker.kinds.inputs import RESULT, encoded, laws_of, network_of, training_request
from worker.kinds.side_processes import SideProcesses, Tell

ARRAYS = "results.npz"
PROCESSES = 2
WORTH_PROCESSES = 4  # pieces; fewer are done before processes have started
_EARLY = 0.02  # of the work, before which the time left is not told
_LAST = 0.99  # of the progress, when only the verdict is left


@dataclass(frozen=True)
class Piece:
    """One analysis of one network; ``seed`` is of everything random in it."""

    network_id: str
    analysis: str
    seed: int


def mechanism(context: JobContext, ids: Sequence[str], seed_of: Callable[[str], int]) -> dict[str, bytes]:
    """Analyse the networks, going on from the pieces that are kept; the files of the result.

    Args:
        context: of the job.
        ids: of the networks.
        seed_of: seed of the analyses of a network.
    """
    store, options = context.store, context.request.get("options", {})
    names = analyses_of(options)
    pieces = [Piece(id, name, seed_of(id)) for id in ids for name in names]
    titles = {id: row.name for id, row in _rows(store, ids).items()}
    found = {piece: kept for piece in pieces if (kept := _kept(context.checkpoint_dir, piece)) is not None}
    progress = _Watch(context, titles, len(pieces), len(found))
    with closing(_measured(store, [one for one in pieces if one not in found], progress)) as results:
        for piece, plain in results:
            _keep(context.checkpoint_dir, piece, plain)
            found[piece] = plain
            progress.done(piece)
    context.report(Progress(_LAST, "Comparing the networks"))
    report = report_on(_members(store, ids, found))
    out, numbers = io.BytesIO(), dict[str, Any](arrays(report["groups"]))
    np.savez_compressed(out, **numbers)
    return {RESULT: encoded(rounded({"analysis": "mechanism", **report})), ARRAYS: out.getvalue()}


def analyses_of(options: dict[str, Any]) -> list[str]:
    """Names of the wanted analyses in the order of the report.

    Raises:
        Refused: when there is no such analysis.
    """
    wanted = options.get("analyses") or list(ANALYSES)
    unknown = sorted(set(wanted) - set(ANALYSES))
    if unknown:
        raise Refused("There is no such analysis", f"The report knows {', '.join(ANALYSES)}, not {', '.join(unknown)}.")
    return [name for name in ANALYSES if name in wanted]


def measured(subject: Subject, analysis: str, tell: Tell) -> dict[str, Any]:
    """One analysis of one network as plain data, or ``{"nothing": why}``."""
    try:
        return ANALYSES[analysis](subject, lambda progress: tell(progress.fraction)).to_json()
    except NothingToAnalyse as reason:
        return {"nothing": str(reason)}


def subject_of(store: Store, network_id: str, seed: int) -> Subject:
    """A stored network with the laws that it was trained on."""
    displays, law = laws_of(store, training_request(store, network_id))
    return Subject(network_of(store, network_id), displays, law, seed)


def _measured(
    store: Store, pieces: Sequence[Piece], watch: _Watch
) -> Generator[tuple[Piece, dict[str, Any]], None, None]:
    """What each piece gives, as it is done; processes end when the generator is closed."""
    count = min(PROCESSES, os.cpu_count() or 1)
    if count > 1 and len(pieces) >= WORTH_PROCESSES:
        with SideProcesses[Piece](partial(_apart, store.settings), count) as processes:
            yield from processes.do(pieces, watch.listen)
        return
    subjects = lru_cache(1)(partial(subject_of, store))
    for piece in pieces:
        yield piece, measured(subjects(piece.network_id, piece.seed), piece.analysis, partial(watch.listen, piece))


def _apart(settings: Settings, piece: Piece, tell: Tell) -> dict[str, Any]:
    """A piece in a process of its own."""
    return measured(_opened(settings, piece.network_id, piece.seed), piece.analysis, tell)


@lru_cache(2)
def _opened(settings: Settings, network_id: str, seed: int) -> Subject:
    return subject_of(open_store(settings), network_id, seed)


@dataclass
class _Watch:
    """Tells how far the work is, what is being done and how long it will take."""

    context: JobContext
    titles: dict[str, str]
    total: int
    finished: int
    doing: dict[Piece, float] = field(default_factory=dict)
    message: str = "Starting"

    def __post_init__(self) -> None:
        self._began, self._at_first = time.monotonic(), self.finished / max(self.total, 1)

    def listen(self, piece: Piece | None, fraction: float) -> None:
        """There may be news of a piece."""
        if piece is not None:
            self.doing[piece] = fraction
            self.message = f"{self.titles[piece.network_id]}: {TITLES[piece.analysis]}"
        self._tell()

    def done(self, piece: Piece) -> None:
        """A piece is done."""
        self.doing.pop(piece, None)
        self.finished += 1
        self.message = f"{self.titles[piece.network_id]}: {TITLES[piece.analysis]}"
        self._tell()

    def _tell(self) -> None:
        fraction = (self.finished + sum(self.doing.values())) / max(self.total, 1)
        gained, left = fraction - self._at_first, None
        if gained > _EARLY:
            left = (time.monotonic() - self._began) * (1 - fraction) / gained
        self.context.report(Progress(_LAST * fraction, self.message, seconds_left=left))


def _kept(folder: Path, piece: Piece) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / _file(piece)).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found


def _keep(folder: Path, piece: Piece, plain: dict[str, Any]) -> None:
    """Each piece is a file, put in place at once: a crash loses the pieces at work and nothing else."""
    fresh = folder / f"{_file(piece)}.new"
    fresh.write_bytes(encoded(plain))
    os.replace(fresh, folder / _file(piece))


def _file(piece: Piece) -> str:
    return f"{piece.network_id}.{piece.analysis}.json"


def _rows(store: Store, ids: Sequence[str]) -> dict[str, Network]:
    with store.session() as session:
        rows = {id: session.get(Network, id) for id in ids}
    if any(row is None for row in rows.values()):
        raise Refused("A network is not there (any more)", "It was deleted.")
    return {id: row for id, row in rows.items() if row is not None}


def _members(store: Store, ids: Sequence[str], found: dict[Piece, dict[str, Any]]) -> list[Member]:
    rows = _rows(store, ids)
    requests = [dict(rows[id].request) for id in ids]
    with store.session() as session:
        fits = [session.get(Fit, request["fit_id"]) for request in requests if request.get("fit_id")]
    groups = group_names(requests, {fit.id: fit.name for fit in fits if fit is not None})
    results: dict[str, dict[str, Result | str]] = {id: {} for id in ids}
    for piece, plain in found.items():
        results[piece.network_id][piece.analysis] = plain.get("nothing") or Result.from_json(plain)
    return [
        Member(id, rows[id].name, _seed(rows[id]), group, request["objective"], results[id])
        for id, group, request in zip(ids, groups, requests, strict=True)
    ]


def _seed(row: Network) -> int:
    return int(row.seed if row.seed is not None else row.request["seed"])
