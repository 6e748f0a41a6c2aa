"""The warm worker, as a process of its own behind a real broker: simulations, surrogates, estimates."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from backend.queue import Queue
from backend.schemas.published import ANALYSIS_SECONDS
from backend.settings import Settings
from processes import worker_command
from tests.backend.conftest import done, upload

DISPLAY = {"report": [0.3, -2.1], "probe": [0.0, 0.785], "cued": 1, "cue": None}
SMALL = {"steps": 30, "held_out": 8, "pool": 64, "displays_per_batch": 8, "evaluations": 1}


@pytest.fixture
def warm(settings: Settings) -> Iterator[None]:
    settings.make_folders()
    log = settings.logs_dir / "probe.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *worker_command("probe", "probe", "solo")],
            env=os.environ | settings.environment(),
            stdout=out,
            stderr=out,
        )
    try:
        until = time.monotonic() + 40
        while not Queue(settings).workers("probe"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()


def numbers(array: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])


async def ask(client: httpx.AsyncClient, network: str, **changes: Any) -> httpx.Response:
    return await client.post(f"/api/networks/{network}/simulate", json={"display": DISPLAY} | changes)


async def test_explore(client: httpx.AsyncClient, workshop: Any, warm: None) -> None:
    dataset = await upload(client)
    fit = await client.post("/api/fits", json={"dataset_id": dataset["id"], "model": "bns"})
    fit_id = (await done(client, fit.json()))["result"]["id"]
    job = await client.post("/api/networks", json={"fit_id": fit_id, "budget": "demo", "config": SMALL})
    network = (await done(client, job.json()))["result"]["id"]

    found = await _simulation(client, network)
    assert (await ask(client, network)).json()["responses"] == found["responses"], "the same seed, the same runs"
    plane = (await ask(client, network, axes="plane", noise=0.0, runs=3)).json()
    assert plane["trajectories"]["axes"][0]["label"] == "Behaviour plane, x"
    off = (await ask(client, network, display=DISPLAY | {"cue": 2.0})).json()
    assert off["model"] is None
    assert off["notes"]
    crowd = {"report": [0.0, 1.0, 2.0], "probe": [0.0, 1.0, 2.0]}
    assert (await ask(client, network, display=crowd)).json()["model"] is None, "a set size the fit has not seen"
    noiseless = {"noise": {"stimulus": 0, "delay": 0, "cue": 0, "gap": 0, "recall": 0}}
    changed = (await ask(client, network, interventions=noiseless)).json()
    assert changed["baseline"]["responses"] == found["responses"]
    assert np.ptp(numbers(changed["responses"])) < 1e-3
    stranger = await ask(client, network, interventions={"silenced": [48]})
    assert stranger.status_code == 422
    assert "numbered 0 to 47" in stranger.json()["detail"]
    marks = (await client.post(f"/api/networks/{network}/landmarks", json={"display": DISPLAY, "axes": "items"})).json()
    assert marks["planes"]["items"] == [1, 0]
    assert numbers(marks["planes"]["angle"]).shape == (found["trajectories"]["steps"],)
    assert isinstance(marks["points"], list)
    packed = np.load(io.BytesIO((await ask(client, network, format="npz", runs=7)).content))
    assert packed["states"].shape[0] == 7

    times = []
    for seed in range(15):
        began = time.perf_counter()
        assert (await ask(client, network, seed=seed)).status_code == 200
        times.append(1000 * (time.perf_counter() - began))
    print(f"simulate, 200 runs: median {np.median(times):.0f} ms", found["timing_ms"])
    assert np.median(times) < 300

    answers = await asyncio.gather(*(ask(client, network, seed=seed, view="a-page") for seed in range(6)))
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 409}, codes

    drawn = await client.get(f"/api/fits/{fit_id}/surrogate", params={"trials": 20, "seed": 4, "format": "csv"})
    again = await client.get(f"/api/fits/{fit_id}/surrogate", params={"trials": 20, "seed": 4, "format": "parquet"})
    assert np.allclose(pd.read_csv(io.BytesIO(drawn.content))["response"], _table(again)["response"])
    cost = (await client.post("/api/networks/estimate", json={"budget": "quick", "law": {"kind": "smooth"}})).json()
    assert 0 < cost["seconds"] < 1000
    body = {"conditions": ["no_swap", "task_optimal"], "count": 3}
    whole = (await client.post("/api/studies/published/estimate", json=body)).json()
    assert whole["networks"] == 6
    assert whole["seconds"] > 6 * ANALYSIS_SECONDS
    wrong = await client.post("/api/networks/estimate", json={"budget": "quick", "config": {"hidden": 8}})
    assert wrong.status_code == 422
    assert "hidden" in wrong.json()["detail"]


def _table(answer: httpx.Response) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(answer.content))


async def _simulation(client: httpx.AsyncClient, network: str) -> dict[str, Any]:
    answer = await ask(client, network)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    responses, nearest = numbers(found["responses"]), numbers(found["nearest"])
    assert len(responses) == len(nearest) == 200
    cued = np.abs(np.angle(np.exp(1j * (responses - DISPLAY["report"][1])))) < 0.1  # type: ignore[index]
    assert (nearest[cued] == 1).all(), "items are numbered as in the question"
    path = found["trajectories"]
    x = numbers(path["x"]).reshape(path["runs"], path["steps"] + 1)
    assert np.isnan(x[:, -1]).all()
    assert np.isfinite(x[:, :-1]).all()
    assert found["epochs"][-1]["stop"] == path["steps"]
    density = numbers(found["model"]["density"])
    assert abs(density.sum() * 2 * np.pi / len(density) - 1) < 0.01
    assert abs(sum(found["model"]["weights"]) - 1) < 1e-6
    angles = numbers(found["model"]["angles"])
    assert abs(np.angle(np.exp(1j * (angles[density.argmax()] - DISPLAY["report"][1])))) < 0.2  # type: ignore[index]
    gaps = np.abs(np.angle(np.exp(1j * (angles[:, None] - np.array(DISPLAY["report"])))))
    other = (gaps.argmin(1) != 1) & (gaps.min(1) <= np.pi / 4)
    assert abs(found["summary"]["swap_model"] - density[other].sum() / density.sum()) < 0.02, "counted as the network's"
    assert found["recorded"]["trials"] > 10
    assert found["timing_ms"].keys() == {"queue", "simulate", "total"}
    return found


async def test_without_a_warm_worker_the_answer_says_so(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    warm = client.site.warm  # type: ignore[attr-defined]
    whole = type(warm).ask
    monkeypatch.setattr(type(warm), "ask", lambda self, what, question, **_: whole(self, what, question, seconds=0.2))
    answer = await client.post("/api/networks/estimate", json={})
    assert answer.status_code == 503
    assert answer.json()["title"] == "The simulator is not ready"
