"""Mechanisms for the fake API: one that is finished, one that is being found, and the networks they are about.

By hand, in this folder: `uvicorn fake_mechanism:with_pages --factory --port 8500`.
"""

from __future__ import annotations

import copy
import os
from typing import Annotated, Any

import fake_api
import fake_simulation
import study_mechanism
import study_records as records
from fastapi import Body, FastAPI
from fastapi.responses import PlainTextResponse, Response

CONFIG = {
    "neurons": 48,
    "cell": "rate",
    "encoding": "conjunctive",
    "cue_steps": 4,
    "gap_steps": 1,
    "step_seconds": 0.05,
}


def networks() -> dict[str, dict[str, Any]]:
    """Five seeds of each objective of the study, all of one fit."""
    rows = {}
    for name, (objective, _) in study_mechanism.GROUPS.items():
        for seed in study_mechanism.SEEDS:
            id = f"{objective}-{seed}"
            rows[id] = fake_simulation._network(
                id, f"{name}, seed {seed}", "done", objective=objective, seed=seed, config=CONFIG
            )
    return rows


def analysis(id: str, state: str = "done", **changes: Any) -> dict[str, Any]:
    """A mechanism as the API tells it."""
    row = {
        "id": id, "name": "Mechanism of three objectives", "analysis": "mechanism", "state": state,
        "job_id": f"job-{id}", "created": records.CREATED, "seed": 1, "network_ids": list(networks()), "options": {},
        "result": study_mechanism.result() if state == "done" else None,
    }  # fmt: skip
    return row | changes


def job(id: str, state: str = "running") -> dict[str, Any]:
    """The job of a mechanism."""
    return records.jobs()["j3"] | {
        "id": f"job-{id}", "kind": "analyse", "title": "Mechanism of three objectives", "state": state,
        "progress": 0.42, "message": "decoding of Diffusion, seed 3", "seconds_left": 140,
        "result": {"kind": "analysis", "id": id},
    }  # fmt: skip


def mount(app: FastAPI) -> FastAPI:
    """Add networks and mechanisms to a fake API; `app.state.analyses` are the records."""
    fake_simulation.mount(app)
    app.state.networks.update(networks())
    fake = app.state.fake
    rows = app.state.analyses = fake.analyses = {
        "m1": analysis("m1"),
        "m2": analysis("m2", "running"),
        "a1": analysis("a1", analysis="fidelity", name="Fidelity of Diffusion", result={"networks": {}}),
    }
    fake.jobs |= {"job-m2": job("m2")}

    @app.get("/api/analyses/{key}")
    async def one(key: str) -> dict[str, Any]:
        return copy.deepcopy(fake_api._found(rows, key))

    @app.post("/api/analyses", status_code=202)
    async def start(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        fake.asked.append(("POST", "analyses", body))
        return job("m2")

    @app.get("/api/analyses/{key}/results.csv")
    async def table(key: str) -> PlainTextResponse:
        return PlainTextResponse("group,network\n")

    @app.get("/api/analyses/{key}/results.npz")
    async def arrays(key: str) -> Response:
        return Response(b"PK", media_type="application/octet-stream")

    return app


def with_pages() -> FastAPI:
    """The fake API with mechanisms and the pages on it; $SWAPSCOPE_API_URL says where it will listen."""
    from frontend.app import attach

    os.environ.setdefault("SWAPSCOPE_API_URL", "http://127.0.0.1:8500")
    app = mount(fake_api.create_app())
    attach(app)
    return app
