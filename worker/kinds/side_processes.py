"""Independent pieces of one job on a few processes, which leave nothing behind however the job ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Piece = TypeVar("Piece")
Tell = Callable[[float], None]
Work = Callable[[Any, Tell], Any]
GONE = 137
LISTEN_SECONDS = 0.2
REPORT_STEP = 0.02  # of a piece, so that a chatty piece does not fill the line


class PieceFailed(RuntimeError):
    """A piece raised an exception, which was logged where it happened, or its process was killed."""


class SideProcesses(Generic[Piece]):
    """Processes that do pieces of work, each one piece at a time; a context manager that kills them at its end."""

    def __init__(self, work: Work, count: int) -> None:
        """Start ``count`` processes for ``work(piece, tell)``, a function of a module; ``tell`` takes a fraction."""
        context = multiprocessing.get_context("spawn")  # forking a process with threads and torch can hang
        self._lines: dict[Connection, Any] = {}
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(work, there), daemon=True)
            process.start()
            there.close()
            self._lines[here] = process

    @property
    def ids(self) -> list[int]:
        """The processes' ids."""
        return [process.pid for process in self._lines.values()]

    def __enter__(self) -> SideProcesses[Piece]:
        return self

    def __exit__(self, *_: object) -> None:
        for line, process in self._lines.items():
            process.kill()
            process.join()
            line.close()

    def do(self, pieces: Sequence[Piece], listen: Callable[[Piece | None, float], None]) -> Iterator[tuple[Piece, Any]]:
        """What each piece gives, as soon as it is done.

        Args:
            pieces: sent one by one, in this order.
            listen: gets a piece that is being done and its fraction, or None and 0 when there is no news; what it
                raises ends the work.

        Raises:
            PieceFailed: when a piece raised, or its process died.
        """
        waiting, doing = deque(pieces), dict[Connection, Piece]()
        for line in self._lines:
            _hand_out(line, waiting, doing)
        while doing:
            ready = set(wait(list(doing), LISTEN_SECONDS))
            if not ready:
                listen(None, 0.0)
            for line in [one for one in doing if one in ready]:
                piece = doing[line]
                kind, said = self._heard(line)
                if kind == "failed":
                    raise PieceFailed(said)
                if kind == "part":
                    listen(piece, said)
                    continue
                del doing[line]
                yield piece, said
                _hand_out(line, waiting, doing)

    def _heard(self, line: Connection) -> tuple[str, Any]:
        try:
            kind, said = line.recv()
        except (EOFError, OSError):
            process = self._lines[line]
            process.join()
            raise PieceFailed(f"its process ended with code {process.exitcode}") from None
        return kind, said


def _hand_out(line: Connection, waiting: deque[Piece], doing: dict[Connection, Piece]) -> None:
    if waiting:
        doing[line] = waiting.popleft()
        line.send(doing[line])


def _serve(work: Work, line: Connection) -> None:
    """Do what comes down the line until it closes."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, BrokenPipeError):
        while True:
            piece = line.recv()
            line.send(_done(work, piece, line))


def _done(work: Work, piece: object, line: Connection) -> tuple[str, Any]:
    told = 0.0

    def tell(fraction: float) -> None:
        nonlocal told
        if fraction >= told + REPORT_STEP:
            told = fraction
            line.send(("part", fraction))

    try:
        return "done", work(piece, tell)
    except Exception as error:
        traceback.print_exc()
        return "failed", f"{type(error).__name__}: {error}"


def _end_with_parent() -> None:
    """A job that is killed takes its side processes along, in the middle of a piece too."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(GONE)
