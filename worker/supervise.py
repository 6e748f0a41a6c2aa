"""One attempt at one job: claim it, run it in a child process, relay what it tells, keep the lease, end it when asked.

The child has its own session, so that it can be killed with everything it started, and nothing of the science is
imported here: memory, also a GPU's, is free again when the child ends.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue as queues
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.queue import Queue
from backend.store import claims, jobs
from backend.store.claims import Claim
from backend.store.store import Store

RENEW_SECONDS = 0.4
RELAY_SECONDS = 0.1
CANCEL_GRACE = 1.0
PAUSE_GRACE = 30.0
SHUTDOWN_GRACE = 3.0
CANCEL, PAUSE, SHUTDOWN, LOST = "cancel", "pause", "shutdown", "lost"
THREADS = "1"
"""CPU threads of a job unless the environment says otherwise: its products are small, and a second thread that has to
wait for a busy core made a fit of one second last half a minute."""
_GRACE = {CANCEL: CANCEL_GRACE, PAUSE: PAUSE_GRACE, SHUTDOWN: SHUTDOWN_GRACE, LOST: 0.0}
log = logging.getLogger(__name__)


class Child:
    """The process that does the work, and what it said so far."""

    def __init__(self, job_id: str, log_file: Path, environment: Mapping[str, str]) -> None:
        """Start ``python -m worker.runner JOB``."""
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker.runner", job_id],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
                env={"OMP_NUM_THREADS": THREADS, **os.environ, **environment},
            )
        self._said: queues.SimpleQueue[dict[str, Any]] = queues.SimpleQueue()
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, out: IO[bytes]) -> None:
        for line in out:
            try:
                self._said.put(json.loads(line))
            except ValueError:
                log.warning("not a message: %r", line[:200])

    def heard(self) -> list[dict[str, Any]]:
        """All messages since the last call, in order."""
        messages = []
        while not self._said.empty():
            messages.append(self._said.get())
        return messages

    def beat(self) -> None:
        """Tell the child that its job is still its own."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # when it has ended the caller sees that by its exit code
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()

    def ended(self, wait: float) -> bool:
        """Whether the process has ended, after at most ``wait`` seconds."""
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill the child and all it started; harmless when they are gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Clear up what the child may have left behind, and take its last words."""
        self.kill()
        self._reader.join(timeout=2)
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()


class Attempt:
    """Watches one child from claim to end."""

    def __init__(self, store: Store, queue: Queue, claim: Claim, shutdown: threading.Event) -> None:
        """Nothing is started before ``run``."""
        self._store, self._queue, self._claim, self._shutdown = store, queue, claim, shutdown
        self._lease = store.settings.lease_seconds
        self._stopping: str | None = None
        self._kill_at = 0.0
        self._renewed = time.monotonic()
        self._end: dict[str, Any] | None = None

    def run(self) -> None:
        """Run the job to an end of any sort."""
        self._queue.follow_up(self._store, [self._claim.job_id])
        settings = self._store.settings
        child = Child(self._claim.job_id, settings.job_log(self._claim.job_id), settings.environment())
        try:
            child.beat()
            while not child.ended(RELAY_SECONDS):
                self._relay(child.heard())
                if time.monotonic() - self._renewed >= RENEW_SECONDS:
                    self._renew(child)
                self._stop_if_due(child)
        finally:
            child.close()
        self._relay(child.heard())
        self._settle(child.process.returncode)

    def _renew(self, child: Child) -> None:
        """Prolong the lease; a database that is away for longer than the lease means that the job is lost."""
        try:
            with self._store.session() as session:
                wishes = claims.renew(session, self._claim, self._lease)
        except SQLAlchemyError as error:
            log.warning("cannot renew the lease of %s: %s", self._claim.job_id, error)
            if time.monotonic() - self._renewed > self._lease:
                self._ask_to_stop(child, LOST)
            return
        self._renewed = time.monotonic()
        if wishes is None:
            self._ask_to_stop(child, LOST)
            return
        child.beat()
        if self._shutdown.is_set():
            self._ask_to_stop(child, SHUTDOWN)
        elif wishes.cancel:
            self._ask_to_stop(child, CANCEL)
        elif wishes.pause:
            self._ask_to_stop(child, PAUSE)

    def _ask_to_stop(self, child: Child, reason: str) -> None:
        """Ask once; a more urgent reason than the first one shortens the grace."""
        due = time.monotonic() + _GRACE[reason]
        if self._stopping is None:
            child.process.terminate()
            self._kill_at = due
        elif self._stopping == reason or due >= self._kill_at:
            return
        self._kill_at = min(self._kill_at, due)
        self._stopping = reason

    def _stop_if_due(self, child: Child) -> None:
        if self._stopping is not None and time.monotonic() >= self._kill_at:
            child.kill()

    def _relay(self, messages: list[dict[str, Any]]) -> None:
        """Store and publish what the child said, in order; its progress once, its points all."""
        points: list[dict[str, Any]] = []
        progress, picture = None, None
        for message in messages:
            if "end" in message:
                self._end = message
            elif "event" in message:
                self._queue.announce(message["event"], message["data"])
            elif "progress" in message:
                progress = message["progress"]
                points += message["points"]
                picture = message.get("picture", picture)
        if progress is None:
            return
        try:
            with self._store.session() as session:
                if not claims.report(session, self._claim, progress, points, picture):
                    return
                told = jobs.to_json(session, jobs.get(session, self._claim.job_id))
        except SQLAlchemyError as error:
            log.warning("cannot store the progress of %s: %s", self._claim.job_id, error)
            return
        self._queue.announce("job", told)
        for point in points:
            self._queue.announce("point", {"job": self._claim.job_id, "point": point})
        if picture is not None:
            self._queue.announce("picture", {"job": self._claim.job_id, "picture": picture})

    def _settle(self, code: int) -> None:
        """Write down how the attempt ended, then ring for what it released."""
        log.info("%s attempt %d: %s", self._claim.job_id, self._claim.attempt, self._end or f"code {code}")
        for wait in (0.0, 0.5, 2.0):
            time.sleep(wait)
            try:
                with self._store.session() as session:
                    changed = self._verdict(session, code)
            except SQLAlchemyError as error:
                log.warning("cannot store the end of %s: %s", self._claim.job_id, error)
            else:
                self._queue.follow_up(self._store, changed or [])
                return
        # the lease will run out, and the job goes on from its checkpoint

    def _verdict(self, session: Session, code: int) -> list[str] | None:
        """Store the end of the attempt; returns the changed jobs, None when the job was not ours any more."""
        end = (self._end or {}).get("end")
        if end == "done":
            return claims.finish(session, self._claim)
        if self._stopping == CANCEL:
            return claims.cancelled(session, self._claim)
        if end == "failed" and self._end is not None:
            return claims.fail(session, self._claim, self._end["error"])
        if self._stopping == PAUSE:
            return claims.paused(session, self._claim)
        if self._stopping in (SHUTDOWN, LOST) or end == "interrupted":
            return claims.release(session, self._claim)
        return claims.died(session, self._claim, self._store.settings.max_attempts, _cause_of_death(code))


def _cause_of_death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "The system killed it, most often because the memory was used up."
    if code < 0:
        return f"It was ended by signal {-code} ({signal.strsignal(-code)})."
    return f"It ended with exit code {code}."
