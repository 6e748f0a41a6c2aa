"""Pieces of a job on processes of their own: all come back, and nothing outlives the job."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.worker.kinds.pieces import squared, troubled
from worker.kinds.side_processes import PieceFailed, SideProcesses


def alive(process_id: int) -> bool:
    """Whether a process runs; one that waits to be buried does not."""
    try:
        with open(f"/proc/{process_id}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(process_ids: list[int], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(map(alive, process_ids)):
            return True
        time.sleep(0.05)
    return False


def test_every_piece_comes_back_with_what_it_gave() -> None:
    heard: list[tuple[int | None, float]] = []
    with SideProcesses[int](squared, 2) as processes:
        found = dict(processes.do(range(7), lambda piece, fraction: heard.append((piece, fraction))))
        ids = processes.ids
    assert {piece: square for piece, (square, _) in found.items()} == {piece: piece**2 for piece in range(7)}
    assert {process for _, process in found.values()} <= set(ids)
    assert os.getpid() not in ids
    assert {fraction for piece, fraction in heard if piece is not None} == {0.25, 0.5, 0.75}
    assert gone(ids)


def test_a_piece_that_fails_ends_the_work() -> None:
    with SideProcesses[str](troubled, 2) as processes:
        with pytest.raises(PieceFailed, match="ValueError: no such angle"):
            list(processes.do(["sleep", "raise"], lambda piece, fraction: None))
        ids = processes.ids
    assert gone(ids)


def test_a_process_that_is_killed_is_noticed() -> None:
    with SideProcesses[str](troubled, 1) as processes, pytest.raises(PieceFailed, match="code -9"):
        list(processes.do(["die"], lambda piece, fraction: None))


def test_cancelling_kills_what_is_at_work() -> None:
    class Cancelled(Exception):
        pass

    def listen(piece: str | None, fraction: float) -> None:
        raise Cancelled

    began = time.monotonic()
    processes = SideProcesses[str](troubled, 2)
    ids = processes.ids
    with pytest.raises(Cancelled), processes:
        list(processes.do(["sleep", "sleep"], listen))
    assert gone(ids)
    assert time.monotonic() - began < 30


def test_a_job_that_is_killed_takes_its_processes_along() -> None:
    command = [sys.executable, "-m", "tests.worker.kinds.pieces"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 9, done.stderr
    ids = [int(word) for word in done.stdout.split()]
    assert len(ids) == 2
    assert gone(ids)
