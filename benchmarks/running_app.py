"""The app with a network to look at, started for a benchmark on an empty folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SIXTY_SIX_STEPS = {
    "neurons": 48,
    "hidden": 160,
    "stimulus_steps": 5,
    "delay_steps": [15, 15],
    "cue_steps": 5,
    "recall_steps": 40,
    "steps": 60,
}
"""Time depends on the network's size only, so that it is hardly trained."""


@contextmanager
def running_app() -> Iterator[str]:
    """The app on a free port and an empty folder, with one trained network."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "swapscope"), "serve", "--port", str(port), "--data-dir", folder]
        with open(Path(folder) / "log", "w") as log:
            app = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"OMP_NUM_THREADS": "1"})
            try:
                _until(lambda: _ready(url), 120, "the app does not start")
                _train(url)
                yield url
            finally:
                app.send_signal(signal.SIGINT)
                app.wait(60)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health").status_code == 200
    except httpx.TransportError:
        return False


def _until(true: Callable[[], bool], seconds: float, complaint: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit(complaint)
        time.sleep(0.5)


def _train(url: str) -> None:
    """The example study, so that there are a model and recorded responses, and a network of 66 steps on its fit."""
    study = {"dataset_id": None, "budget": "quick", "seed": 1}
    made = httpx.post(f"{url}/api/studies", json=study, timeout=60).raise_for_status().json()
    fit = made["steps"][1]["result"]["id"]
    _until(lambda: httpx.get(f"{url}/api/studies/{made['id']}").json()["state"] == "done", 300, "the study is not done")
    body = {"fit_id": fit, "budget": "quick", "config": SIXTY_SIX_STEPS, "name": "66 steps", "seed": 1}
    job = httpx.post(f"{url}/api/networks", json=body, timeout=60).raise_for_status().json()
    _until(lambda: httpx.get(f"{url}/api/jobs/{job['id']}").json()["state"] == "done", 300, "no network was trained")
