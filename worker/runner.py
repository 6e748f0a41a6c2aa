"""The child process of one attempt: ``python -m worker.runner JOB``; started by ``worker.supervise`` only.

To the supervisor it speaks JSON lines on what was its standard output; prints of libraries go to the job's log. From
the supervisor it gets a line on standard input at each renewal of the lease: when these stop (the supervisor died, or
hangs, or has lost the job) it ends at once, so that no two attempts ever work at the same time.
"""

from __future__ import annotations

import importlib
import json
import logging
import math
import os
import select
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from typing import Any

from backend.settings import Settings
from backend.store import jobs
from backend.store.store import Store, open_store
from models.progress import Interrupted
from worker.context import Died, JobContext, Kind, Refused

KILLED = 137
NICENESS = 10
LINE_SECONDS = 0.05  # progress, points and pictures go out in lines at least this far apart


class Line:
    """The line to the supervisor; gathers reports that follow each other faster than anybody can see."""

    def __init__(self) -> None:
        """Take standard output for itself and point file descriptor 1 at the log."""
        sys.stdout.flush()
        self._out = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._held: dict[str, Any] = {"points": []}
        self._sent = 0.0

    def send(self, message: Mapping[str, Any]) -> None:
        """Pass a message on; progress may be held back for a moment, other messages flush it."""
        with self._lock:
            if "progress" not in message:
                self._flush()
                self._write(message)
                return
            self._held["progress"] = message["progress"]
            if message.get("point"):
                self._held["points"].append(message["point"])
            if message.get("picture") is not None:
                self._held["picture"] = message["picture"]
            if time.monotonic() - self._sent >= LINE_SECONDS:
                self._flush()

    def _flush(self) -> None:
        if "progress" in self._held:
            self._write(self._held)
            self._held = {"points": []}
            self._sent = time.monotonic()

    def _write(self, message: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(_finite(message), allow_nan=False) + "\n")


def _finite(value: object) -> object:
    """The same data with None for NaN and infinities, which JSON does not know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def end_with_supervisor(patience: float) -> None:
    """End the process when standard input closes or stays silent for ``patience`` seconds. Returns never."""
    while True:
        readable, _, _ = select.select([0], [], [], patience)
        if not readable or not os.read(0, 4096):
            os._exit(KILLED)


def find_kind(name: str, settings: Settings) -> Kind:
    """The function that does jobs of this kind; it may be registered as ``"module:function"``, imported when needed.

    Raises:
        Refused: when there is no such kind.
    """
    modules = ["worker.kinds", *filter(None, settings.extra_kinds.split(","))]
    for module in modules:
        found = getattr(importlib.import_module(module), "KINDS", {}).get(name)
        if isinstance(found, str):
            where, _, function = found.partition(":")
            found = getattr(importlib.import_module(where), function)
        if found is not None:
            kind: Kind = found
            return kind
    raise Refused("Unknown kind of job", f"This version of Swapscope cannot do “{name}”.")


def _open_context(store: Store, job_id: str, line: Line, stop: threading.Event) -> tuple[str, JobContext]:
    with store.session() as session:
        job = jobs.get(session, job_id)
        kind, queue = job.kind, job.queue
    if queue != "quick":
        os.nice(NICENESS)  # pages, quick jobs and Explore stay lively beside a long job
    folder = store.settings.checkpoint(job_id)
    folder.mkdir(parents=True, exist_ok=True)
    context = JobContext(
        job_id, job.request, job.attempt, job.result_id, job.needs, store, folder,
        logging.getLogger(f"swapscope.{kind}"), line.send, stop.is_set,
    )  # fmt: skip
    return kind, context


def work(job_id: str, line: Line, stop: threading.Event) -> None:
    """Do the job and tell how it ended; every exception becomes a message in a person's words."""
    try:
        store = open_store(Settings())
        kind, context = _open_context(store, job_id, line, stop)
        context.log.info("attempt %d of %s %s", context.attempt, kind, job_id)
        find_kind(kind, store.settings)(context)
        shutil.rmtree(context.checkpoint_dir, ignore_errors=True)
        line.send({"end": "done"})
    except Interrupted:
        line.send({"end": "interrupted"})
    except Refused as refusal:
        error = {"title": refusal.title, "detail": refusal.detail, "errors": refusal.errors}
        line.send({"end": "failed", "error": error})
    except Died:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(KILLED)  # without a last word, so that the supervisor counts a death and starts another attempt
    except MemoryError:
        traceback.print_exc()
        line.send({"end": "failed", "error": {"title": "Not enough memory", "detail": "Try fewer trials or neurons."}})
    except Exception as error:
        traceback.print_exc()
        detail = f"{type(error).__name__}: {error}. The job's log has the details."
        line.send({"end": "failed", "error": {"title": "The program made an error", "detail": detail}})


def main() -> None:
    """Run one attempt."""
    line, stop = Line(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    patience = Settings().lease_seconds * 0.8
    threading.Thread(target=end_with_supervisor, args=(patience,), daemon=True).start()
    work(sys.argv[1], line, stop)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(0)  # libraries' threads and exit handlers must not keep a finished job alive


if __name__ == "__main__":
    main()
