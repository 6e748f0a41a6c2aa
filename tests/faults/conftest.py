"""A whole yard to break things in: a real broker, real workers, the table of jobs, and the reaper in a thread."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.queue import CHANNEL, Queue, Reaper
from backend.settings import Settings
from backend.store import jobs
from backend.store.store import open_store
from backend.store.tables import FINISHED, Job
from processes import Process, broker_command, broker_program, worker_command

TRIAL_KINDS = Path(__file__).resolve().parents[1] / "worker"
ROOT = Path(__file__).resolve().parents[2]


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(what: Callable[[], Any], within: float = 30.0) -> Any:
    """The first true value of ``what()``; fails when there is none in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.03)
    pytest.fail(f"not within {within} s: {what}")


class Yard:
    def __init__(self, folder: Path) -> None:
        (folder / "broker").mkdir(parents=True)
        self.socket = f"{folder}/broker/b.sock"
        self.settings = Settings(
            data_dir=folder, broker=f"unix://{self.socket}?db=0", lease_seconds=2.0, extra_kinds="trial_kinds"
        )
        self.store = open_store(self.settings, migrating=True)
        self.queue = Queue(self.settings)
        self.environment = self.settings.environment() | {"PYTHONPATH": f"{ROOT}:{TRIAL_KINDS}"}
        self.processes: dict[str, Process] = {}
        self._stop = threading.Event()
        self._reaper = threading.Thread(target=self._reap)

    def _reap(self) -> None:
        reaper = Reaper(self.store, self.queue)
        while not self._stop.wait(0.25):
            reaper.sweep()

    def __enter__(self) -> Yard:
        self.start_broker()
        self.start_worker("jobs", "cpu,gpu")
        self._reaper.start()
        eventually(lambda: self.queue.workers("cpu"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._reaper.join()
        for process in reversed(self.processes.values()):
            process.ask_to_stop()
            process.wait(5)
        self.store.close()

    def _start(self, name: str, command: list[str]) -> Process:
        process = Process(name, command, self.environment, self.settings.logs_dir)
        process.start()
        self.processes[name] = process
        return process

    def start_broker(self) -> None:
        folder = str(self.settings.data_dir / "broker")
        self._start("broker", broker_command(broker_program(), self.socket, folder))
        eventually(self.queue.ready)

    def start_worker(self, name: str, queues: str) -> Process:
        return self._start(name, worker_command(name, queues, "threads"))

    def kill(self, name: str) -> None:
        process = self.processes[name].popen
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait()

    def add(self, kind: str, request: Mapping[str, Any] | None = None, **more: Any) -> str:
        with self.store.session() as session:
            job_id = jobs.create(session, kind, request or {}, **more).id
        self.queue.follow_up(self.store, [job_id])
        return job_id

    def ask(self, what: Callable[..., Any], job_id: str) -> None:
        with self.store.session() as session:
            changed = what(session, job_id)
        self.queue.follow_up(self.store, [job.id for job in changed] if isinstance(changed, list) else [job_id])

    def job(self, job_id: str) -> Job:
        with self.store.session() as session:
            return jobs.get(session, job_id)

    def until(self, job_id: str, *states: str, within: float = 30.0) -> Job:
        wanted = states or FINISHED
        return eventually(lambda: job if (job := self.job(job_id)).state in wanted else None, within)

    def until_message(self, job_id: str, start: str = "step", within: float = 30.0) -> Job:
        return eventually(lambda: job if (job := self.job(job_id)).message.startswith(start) else None, within)

    def until_attempt(self, job_id: str, attempt: int, within: float = 30.0) -> Job:
        return eventually(lambda: job if (job := self.job(job_id)).attempt >= attempt else None, within)

    def trace(self, job_id: str) -> list[dict[str, Any]]:
        path = self.settings.data_dir / f"trace-{job_id}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def runner(self, job_id: str) -> int:
        found = subprocess.run(["pgrep", "-f", f"worker.runner {job_id}"], capture_output=True, text=True, check=False)
        pids = [int(pid) for pid in found.stdout.split() if alive(int(pid))]
        return pids[0] if pids else 0

    @contextlib.contextmanager
    def listening(self) -> Iterator[list[dict[str, Any]]]:
        listener = self.queue.redis.pubsub(ignore_subscribe_messages=True)
        listener.subscribe(CHANNEL)
        listener.get_message(timeout=1)
        heard: list[dict[str, Any]] = []
        yield heard
        while (message := listener.get_message(timeout=0.3)) is not None:
            heard.append(json.loads(message["data"]))
        listener.close()


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with Yard(tmp_path_factory.mktemp("y")) as made:
        yield made
