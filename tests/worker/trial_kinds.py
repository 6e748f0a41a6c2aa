"""Kinds of jobs that exist for the tests only; runners find them through ``SWAPSCOPE_EXTRA_KINDS``."""

from __future__ import annotations

import json
import os
import signal
import time

from models.progress import Interrupted, Progress
from worker.context import Died, JobContext, Refused


def count(context: JobContext) -> None:
    """Counts to ``steps``, one each ``seconds``; its checkpoint holds the count. Writes down when it worked."""
    saved = context.checkpoint_dir / "count.json"
    trace = context.store.settings.data_dir / f"trace-{context.id}.jsonl"
    done = json.loads(saved.read_text())["done"] if saved.exists() else 0
    steps = context.request["steps"]
    with trace.open("a") as file:
        for step in range(done, steps):
            file.write(
                json.dumps({"attempt": context.attempt, "pid": os.getpid(), "step": step, "at": time.time()}) + "\n"
            )
            file.flush()
            time.sleep(context.request.get("seconds", 0.05))
            fresh = saved.with_suffix(".new")
            fresh.write_text(json.dumps({"done": step + 1}))
            os.replace(fresh, saved)
            context.report(Progress((step + 1) / steps, f"step {step + 1}", {"step": step, "square": step**2}))
    context.log.info("counted to %d", steps)


def sleep(context: JobContext) -> None:
    """One uninterruptible operation of C: an integer power that takes minutes and holds the interpreter."""
    context.report(Progress(0.1, "deep"))
    if context.request.get("computing"):
        print(len(str(7 ** (10**8))))
    while True:
        time.sleep(60)


def stubborn(context: JobContext) -> None:
    """Pays no heed to being interrupted, and has a child of its own."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(300)
        os._exit(0)
    (context.store.settings.data_dir / "grandchild").write_text(str(child))
    while True:
        try:
            context.report(Progress(0.5, "stubborn"))
        except Interrupted:
            time.sleep(0.05)


def broken(context: JobContext) -> None:
    """Fails as a program does."""
    print("a print of a library")
    raise ZeroDivisionError("by design")


def refused(context: JobContext) -> None:
    """Fails as a file does."""
    raise Refused("The file has no responses", "A column of angles is needed.", [{"row": 3, "column": "x"}])


def dies(context: JobContext) -> None:
    """Is killed on its first ``times`` attempts, or a process that it started is."""
    if context.attempt <= context.request["times"]:
        if context.request.get("how") == "a process of it":
            raise Died("A process was killed.")
        os.kill(os.getpid(), signal.SIGKILL)


KINDS = {
    "count": count,
    "sleep": "trial_kinds:sleep",
    "stubborn": stubborn,
    "broken": broken,
    "refused": refused,
    "dies": dies,
}
