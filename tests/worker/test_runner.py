"""The child's own part: what it tells, where it finds kinds, and that it ends with its supervisor."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.settings import Settings
from backend.store.store import open_store
from models.progress import Interrupted, Progress
from worker.context import JobContext, Refused
from worker.runner import find_kind

HERE = Path(__file__).resolve().parent
TALK = """
import sys, time
from worker.runner import Line
line = Line()
print("a print of a library")
for step in range(50):
    line.send({"progress": {"progress": step / 50}, "point": {"step": step}, "picture": None})
line.send({"event": "fit", "data": {"x": float("nan")}})
line.send({"end": "done"})
"""


def test_progress_is_gathered_and_no_point_is_lost():
    said = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, check=True)
    messages = [json.loads(line) for line in said.stdout.splitlines()]
    points = [point["step"] for message in messages for point in message.get("points", [])]
    assert points == list(range(50))
    assert len(messages) < 10
    assert messages[-2:] == [{"event": "fit", "data": {"x": None}}, {"end": "done"}]
    assert messages[-3]["progress"] == {"progress": 49 / 50}
    assert "a print of a library" in said.stderr


@pytest.mark.parametrize("closing", [True, False])
def test_it_ends_with_its_supervisor(closing):
    code = "import worker.runner as r, threading, time\n"
    code += "threading.Thread(target=r.end_with_supervisor, args=(1.5,)).start(); time.sleep(30)"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    began = time.monotonic()
    while not closing and time.monotonic() - began < 2.0:  # a beat now and then keeps it alive
        try:
            child.stdin.write(b"\n")
            child.stdin.flush()
        except OSError:
            break
        time.sleep(0.1)
    if closing:
        child.stdin.close()
    assert child.wait(15) == 137


def test_kinds_are_found_by_function_and_by_name(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    settings = Settings(extra_kinds="trial_kinds")
    assert find_kind("count", settings).__name__ == "count"
    assert find_kind("sleep", settings).__name__ == "sleep"
    with pytest.raises(Refused, match="Unknown kind"):
        find_kind("nonsense", settings)


def test_reporting_interrupts_after_it_has_told(tmp_path):
    sent: list[dict] = []
    store = open_store(Settings(data_dir=tmp_path), migrating=True)
    context = JobContext(
        "j", {}, 1, None, [], store, tmp_path, logging.getLogger("job"), sent.append, interrupted=lambda: True
    )
    with pytest.raises(Interrupted):
        context.report(Progress(1.5, "last", {"step": 3}, {"a": 1}, 2.0))
    assert sent == [
        {
            "progress": {"progress": 1.0, "message": "last", "seconds_left": 2.0},
            "point": {"step": 3.0},
            "picture": {"a": 1},
        }
    ]
