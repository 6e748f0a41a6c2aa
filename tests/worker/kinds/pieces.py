"""Pieces of work for tests of side processes: functions of a module, as spawned processes need."""

from __future__ import annotations

import os
import signal
import sys
import time

from worker.kinds.side_processes import SideProcesses, Tell


def squared(piece: int, tell: Tell) -> tuple[int, int]:
    """A piece that works."""
    for part in range(4):
        tell(part / 4)
    return piece * piece, os.getpid()


def troubled(piece: str, tell: Tell) -> int:
    """A piece that does not end well, or not at all."""
    if piece == "raise":
        raise ValueError("no such angle")
    if piece == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return 0


def leave_behind() -> None:
    """Start side processes, tell their ids, and end as a killed job does: without a word."""
    processes = SideProcesses[str](troubled, 2)
    said = processes.do(["sleep", "sleep"], lambda piece, fraction: _tell_and_end(processes))
    next(said)


def _tell_and_end(processes: SideProcesses[str]) -> None:
    print(*processes.ids, flush=True)
    os._exit(9)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    leave_behind()
