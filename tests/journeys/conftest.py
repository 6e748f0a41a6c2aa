"""The whole app, started as a person starts it, and a real browser in front of it."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.example import example_csv

playwright = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "artefacts"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
READY_SECONDS = 120.0
ROWS = 1200


@dataclass
class App:
    """The running app: its address, its launcher's process and a client of its API."""

    url: str
    process: subprocess.Popen[bytes]
    client: httpx.Client
    complaints: list[str] = field(default_factory=list)

    def get(self, path: str) -> Any:
        """JSON of a resource."""
        return self.client.get(f"/api{path}").raise_for_status().json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """JSON of the answer."""
        return self.client.post(f"/api{path}", json=body).raise_for_status().json()

    def job(self, job_id: str, *states: str, within: float = 90.0) -> dict[str, Any]:
        """Wait until a job is in one of the states."""
        return eventually(lambda: job if (job := self.get(f"/jobs/{job_id}"))["state"] in states else None, within)

    def dataset(self, dataset_id: str, within: float) -> dict[str, Any]:
        """A dataset once its file has been read."""
        path = f"/datasets/{dataset_id}"
        return eventually(lambda: found if (found := self.get(path))["state"] == "ready" else None, within)

    def reads_done(self, dataset_id: str, times: int, within: float) -> None:
        """Wait until a dataset's file has been read so often."""

        def enough() -> bool:
            jobs = [job for job in self.get("/jobs") if job["kind"] == "read" and job["state"] == "done"]
            return sum(job["request"]["dataset_id"] == dataset_id for job in jobs) >= times

        eventually(enough, within)

    def runner(self, job_id: str) -> int:
        """Process id of the child that runs a job, found below the launcher only."""
        return eventually(
            lambda: next((pid for pid in descendants(self.process.pid) if job_id in command_line(pid)), None), 20
        )

    def worker(self) -> int:
        """Process id of the jobs' worker itself, found below the launcher only."""
        return eventually(
            lambda: next((pid for pid in descendants(self.process.pid) if "-n jobs@" in command_line(pid)), None), 20
        )


def eventually(what: Callable[[], Any], within: float) -> Any:
    """The first true value of ``what()``; fails when there is none in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail(f"not within {within:g} s")


def command_line(pid: int) -> str:
    """What a process was started with; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that they started."""
    found, waiting = [], [pid]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                new = [int(child) for child in children.read_text().split()]
            except OSError:
                continue
            found += new
            waiting += new
    return found


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """``swapscope serve`` with a data folder of its own; stopped by its process id, as Ctrl-C does."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the journeys are not made")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("journey")
    command = [sys.executable, "-m", "launch", "serve", "--port", str(port), "--data-dir", str(folder / "data")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SWAPSCOPE_")}
    with (folder / "launcher.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    running = App(url, process, httpx.Client(base_url=url, timeout=60, trust_env=False))
    try:
        eventually(lambda: _ready(running), READY_SECONDS)
        yield running
    finally:
        running.client.close()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _ready(app: App) -> bool:
    if app.process.poll() is not None:
        pytest.fail("the app ended before it was ready")
    try:
        return bool(app.get("/health")["ok"])
    except (httpx.HTTPError, ValueError):
        return False


@pytest.fixture(scope="session")
def browser(app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        context = started.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"), executable_path=CHROMIUM, headless=True, args=ARGUMENTS,
            viewport={"width": 1440, "height": 900}, color_scheme="light",
        )  # fmt: skip
        yield context
        context.close()


@pytest.fixture
def page(app: App, browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    page.set_default_timeout(30_000)
    app.complaints.clear()
    page.on("pageerror", lambda error: app.complaints.append(str(error)))
    page.on("console", lambda said: app.complaints.append(said.text) if said.type == "error" else None)
    yield page
    page.close()


@pytest.fixture
def keep(page: Any) -> Callable[[str], None]:
    """Keeps a picture of the page under a name."""
    ARTEFACTS.mkdir(exist_ok=True)

    def picture(name: str) -> None:
        page.wait_for_timeout(600)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return picture


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as a lab might have it: degrees, its own column names, one row with a word for a response."""
    rows = list(csv.reader(io.StringIO(example_csv(seed=3).decode())))[: ROWS + 1]
    rows[5][rows[0].index("response")] = "missed"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path = tmp_path_factory.mktemp("files") / "my colours.csv"
    path.write_text(text.getvalue())
    return path
