"""Manners of the whole API: problems, unknown ids, health, jobs, documentation, a quick start without torch."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

ONE = {"display": {"report": [1.0], "probe": [0.0]}}
NOBODY = "0" * 32


@pytest.mark.parametrize("kind", ["datasets", "fits", "surrogates", "networks", "analyses", "studies", "jobs"])
async def test_unknown_ids_are_problems(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.get(f"/api/{kind}/{NOBODY}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() >= {"type", "title", "detail", "status"}


async def test_unknown_addresses_are_problems(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/api/nope"), ("POST", "/api/nope/x"), ("GET", "/api/fits/a/b/c")):
        answer = await client.request(method, path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/api/fits", {"dataset_id": NOBODY, "model": "bns", "optoins": {}}, "optoins: there is no such setting"),
        ("/api/fits", {"model": "bns"}, "dataset_id: is needed"),
        ("/api/fits", {"dataset_id": NOBODY, "options": {"max_steps": 0}}, "greater than or equal to 1"),
        ("/api/networks", {"seed": 1}, "give either fit_id"),
        ("/api/networks", {"law": {"kind": "smooth"}, "config": {"alpha": 2}}, "config.alpha"),
        (f"/api/networks/{NOBODY}/simulate", {"display": {"report": [1], "probe": [1, 2]}}, "every item needs both"),
        (f"/api/networks/{NOBODY}/simulate", ONE | {"interventions": {"silenced": [3, 3]}}, "in the list twice"),
        (f"/api/networks/{NOBODY}/simulate", ONE | {"interventions": {"silenced": [-1]}}, "greater than or equal to 0"),
        (f"/api/networks/{NOBODY}/simulate", ONE | {"interventions": {"noise": {"sleep": 0}}}, "noise.sleep"),
        (
            f"/api/networks/{NOBODY}/simulate",
            ONE | {"interventions": {"flip_cue": {"to": 1, "step": 0, "steps": 4}}},
            "the cue cannot flip to item 1: there are 1, counted from 0",
        ),
        (
            f"/api/networks/{NOBODY}/simulate",
            ONE | {"interventions": {"push": {"axis": "up", "size": 1, "epoch": "delay"}}},
            "'role', 'plane_x', 'plane_y' or 'memory'",
        ),
    ],
)
async def test_wrong_requests_say_what_is_wrong(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], says: str
) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert answer.json()["errors"][0].keys() == {"row", "column", "value", "expected"}


async def test_a_body_that_is_no_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/fits", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "not JSON" in answer.json()["detail"]


async def test_an_error_of_ours_is_a_problem_too(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    monkeypatch.setattr("backend.store.jobs.recent", lambda *_: 1 / 0)
    answer = await client.get("/api/jobs")
    assert answer.status_code == 500
    assert answer.json()["title"] == "The program made an error"
    assert "division" not in answer.text


async def test_health_names_what_is_missing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health")
    told = answer.json()
    assert answer.status_code == 503
    assert told["parts"]["database"]
    assert told["parts"]["broker"]
    assert set(told["missing"]) == {"worker:cpu", "worker:gpu", "worker:quick", "worker:probe"}
    site = client.site  # type: ignore[attr-defined]
    site.queue.say_alive(["cpu", "gpu", "quick", "probe"])
    answer = await client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["ready"]
    assert answer.json()["queues"]["gpu"] == {"queued": 0, "running": 0}
    assert answer.json()["versions"]["torch"]


async def test_jobs_can_be_steered(client: httpx.AsyncClient) -> None:
    study = (await client.post("/api/studies", json={})).json()
    job = f"/api/jobs/{study['steps'][0]['job_id']}"
    assert (await client.post(f"{job}/retry")).status_code == 409
    assert (await client.post(f"{job}/pause")).json()["state"] == "paused"
    assert (await client.post(f"{job}/resume")).json()["state"] == "queued"
    assert (await client.post(f"{job}/resume")).status_code == 409
    assert (await client.post(f"{job}/cancel")).json()["state"] == "cancelled"
    assert (await client.post(f"{job}/pause")).status_code == 409
    assert (await client.post(f"{job}/retry")).json()["state"] == "queued"
    assert (await client.get(f"{job}/curve")).json() == {"points": [], "picture": None}
    assert (await client.get(f"{job}/log")).text == ""
    states = {step["state"] for step in (await client.get(f"/api/studies/{study['id']}")).json()["steps"]}
    assert states == {"running", "waiting"}, "retrying frees what was cancelled with it"


async def test_nothing_unfinished_is_handed_out(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    study = (await client.post("/api/studies", json={})).json()
    made = {step["result"]["kind"]: step["result"]["id"] for step in study["steps"]}
    for path in (
        f"networks/{made['network']}/weights.safetensors",
        f"surrogates/{made['surrogate']}/data.csv",
        f"fits/{made['fit']}/manifest",
        f"fits/{made['fit']}/surrogate",
        f"fits/{made['fit']}/model.safetensors",
    ):
        answer = await client.get(f"/api/{path}")
        assert answer.status_code == 409, path
    display = {"display": {"report": [0.0], "probe": [0.0]}}
    assert (await client.post(f"/api/networks/{made['network']}/simulate", json=display)).status_code == 409


async def test_every_call_is_documented(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    schemas = described["components"]["schemas"]
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            assert call["summary"], (method, path)
            assert call.get("description"), (method, path)
            content = call.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                body = content["schema"]
                for one in body.get("oneOf") or body.get("anyOf") or [body]:
                    assert schemas[one["$ref"].rsplit("/", 1)[1]]["examples"], path


def test_a_start_without_torch() -> None:
    code = (
        "import sys; import backend.app; backend.app.create_app(); "
        "print([name for name in ('torch', 'models', 'worker', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    environment = os.environ | {"SWAPSCOPE_DATA_DIR": "/nowhere"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.strip() == "[]"
