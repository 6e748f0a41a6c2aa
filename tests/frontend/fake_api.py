"""A stand-in for the API with the contract's shapes: it plays jobs over server-sent events and computes nothing.

By hand, in this folder: `uvicorn fake_api:with_pages --factory --port 8300`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

import fake_comparisons
import study_fits
import study_numbers as numbers
import study_records as records
from fastapi import Body, FastAPI, File, HTTPException, Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse
from sse_starlette import EventSourceResponse

from frontend.parts.model_catalogue import label_of


class State:
    """All that the fake API knows; `asked` is the list of requests that would have changed something."""

    def __init__(self) -> None:
        self.datasets = records.datasets()
        self.fits = records.fits()
        self.jobs = records.jobs()
        self.studies = records.studies()
        self.analyses: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.ids = itertools.count(100)
        self.tick = 0.4


def problem(status: int, title: str, detail: str, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """An answer of application/problem+json."""
    body = {"type": "about:blank", "title": title, "detail": detail, "status": status, "errors": errors or []}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _found(table: dict[str, Any], key: str) -> Any:
    if key not in table:
        raise HTTPException(404)
    return table[key]


def create_app() -> FastAPI:
    """The fake API; its State is `app.state.fake`."""
    app = FastAPI()
    state = app.state.fake = State()
    _datasets(app, state)
    _fits(app, state)
    _jobs(app, state)
    fake_comparisons.add_routes(app, state)

    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        return {"ok": True, "version": "0.1.0"}

    @app.get("/api/analyses")
    async def analyses() -> list[dict[str, Any]]:
        return [row | {"result": None} for row in state.analyses.values()]

    @app.get("/api/studies")
    async def studies() -> list[dict[str, Any]]:
        return state.studies

    @app.post("/api/studies", status_code=202)
    async def start_study(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        state.asked.append(("POST", "studies", body))
        return state.studies[1]

    @app.post("/api/studies/published", status_code=202)
    async def start_published(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        state.asked.append(("POST", "studies/published", body))
        return state.studies[1]

    @app.post("/api/studies/published/estimate")
    async def estimate_published(body: Annotated[dict[str, Any], Body()]) -> Any:
        networks = len(body["conditions"]) * body["count"]
        if networks > 32:
            return problem(422, "This request cannot be", f"{networks} networks are more than 32.")
        return {"seconds": 90.0 * networks, "networks": networks, "device": "cpu"}

    @app.get("/api/studies/{key}")
    async def study(key: str) -> dict[str, Any]:
        return _found({row["id"]: row for row in state.studies}, key)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "This does not exist (any more)", request.url.path)

    return app


def _datasets(app: FastAPI, state: State) -> None:
    @app.get("/api/datasets")
    async def datasets() -> list[dict[str, Any]]:
        return list(state.datasets.values())

    @app.get("/api/datasets/{key}")
    async def dataset(key: str) -> dict[str, Any]:
        return _found(state.datasets, key)

    @app.patch("/api/datasets/{key}")
    async def change(key: str, body: Annotated[dict[str, Any], Body()]) -> Any:
        row = _found(state.datasets, key)
        state.asked.append(("PATCH", key, body))
        if "mapping" in body and body["mapping"].get("response") is None:
            return problem(422, "No response column", "Choose the column that holds the participant's report.")
        row |= {name: body[name] for name in ("name", "mapping") if name in body}
        row |= {"state": "ready", "questions": []}
        return row

    @app.delete("/api/datasets/{key}", status_code=204)
    async def remove(key: str) -> None:
        state.asked.append(("DELETE", key, None))
        state.datasets.pop(key, None)

    @app.post("/api/datasets", status_code=201)
    async def upload(file: Annotated[list[UploadFile], File()]) -> Any:
        size = 0
        for one in file:
            while chunk := await one.read(1 << 20):
                size += len(chunk)
        names = [one.filename or "data" for one in file]
        if names[0].endswith(".png"):
            return problem(
                422, "This is a picture, not a table", "Swapscope reads csv, tsv, parquet, xlsx, npz and MATLAB .mat."
            )
        key = f"d{next(state.ids)}"
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        row = records.datasets()["d2"] | {"id": key, "name": names[0].rsplit(".", 1)[0] + more}
        fates = [{"name": name, "bytes": 1, "rows": 1, "accepted": True, "problem": None} for name in names]
        shown = names[0] if len(names) == 1 else f"{len(names)} files"
        state.datasets[key] = row | {
            "file": {"name": shown, "bytes": size, "sha256": "0", "format": "csv", "files": fates}
        }
        return state.datasets[key]

    @app.get("/api/datasets/{key}/trials.{form}")
    async def trials(key: str, form: str) -> PlainTextResponse:
        return PlainTextResponse("subject,response\n1,0.1\n")


def _fits(app: FastAPI, state: State) -> None:
    @app.get("/api/fits")
    async def fits() -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "result"} for row in state.fits.values()]

    @app.get("/api/fits/{key}")
    async def fit(key: str) -> dict[str, Any]:
        return _found(state.fits, key)

    @app.post("/api/fits", status_code=202)
    async def start(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        state.asked.append(("POST", "fits", body))
        number = next(state.ids)
        fit_id, job_id = f"f{number}", f"j{number}"
        state.fits[fit_id] = body | {
            "id": fit_id,
            "name": body.get("name") or label_of(body["model"], body["options"]),
            "state": "running",
            "job_id": job_id,
            "result": None,
        }
        job = records.jobs()["j3"] | {
            "id": job_id,
            "progress": 0.0,
            "result": {"kind": "fit", "id": fit_id},
            "request": body,
        }
        state.jobs[job_id] = job
        return job

    @app.get("/api/fits/{key}/surrogate")
    async def surrogate(key: str) -> Response:
        return Response("trial,response\n0,0.1\n", media_type="text/csv")

    @app.post("/api/surrogates", status_code=202)
    async def draw(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        state.asked.append(("POST", "surrogates", body))
        return records.jobs()["j5"] | {"kind": "surrogate", "title": "Draw surrogate responses"}


def _jobs(app: FastAPI, state: State) -> None:
    @app.get("/api/jobs")
    async def jobs() -> list[dict[str, Any]]:
        return list(state.jobs.values())

    @app.get("/api/jobs/{key}")
    async def job(key: str) -> dict[str, Any]:
        return _found(state.jobs, key)

    @app.get("/api/jobs/{key}/curve")
    async def curve(key: str) -> dict[str, Any]:
        row = _found(state.jobs, key)
        if row["kind"] == "train":
            points = [{"step": s, "loss": 0.31 + 0.6 * 0.5 ** (s / 400), "floor": 0.29} for s in range(0, 2150, 50)]
            return {"points": points, "picture": numbers.live_picture()}
        return {"points": [{"step": step, "bound": bound} for step, bound in numbers.bound_curve(68)], "picture": None}

    @app.get("/api/jobs/{key}/log")
    async def log(key: str) -> PlainTextResponse:
        return PlainTextResponse("20:14:02 step 1\n20:14:03 step 2\n")

    @app.post("/api/jobs/{key}/{action}")
    async def act(key: str, action: str) -> dict[str, Any]:
        row = _found(state.jobs, key)
        state.asked.append(("POST", f"jobs/{key}/{action}", None))
        row["state"] = {"cancel": "cancelled", "pause": "paused", "resume": "queued", "retry": "queued"}[action]
        return row

    @app.get("/api/events")
    async def events(request: Request) -> EventSourceResponse:
        return EventSourceResponse(_play(state, request))


async def _play(state: State, request: Request) -> AsyncIterator[dict[str, str]]:
    """A snapshot, then every running job a little further at every tick; a fit that ends gets its result."""
    yield {"event": "snapshot", "data": json.dumps({"jobs": list(state.jobs.values())})}
    step = 68
    while not await request.is_disconnected():
        await asyncio.sleep(state.tick)
        step += 4
        for job in [row for row in state.jobs.values() if row["state"] == "running"]:
            job["progress"] = min(1.0, job["progress"] + (0.05 if job["kind"] == "fit" else 0.004))
            job["seconds_left"] = round(20 * (1 - job["progress"]))
            job["message"] = f"step {step}"
            if job["kind"] == "fit":
                point = {"step": step, "bound": -0.94 - 0.9 * 2.7 ** (-step / 34)}
                yield {"event": "point", "data": json.dumps({"job": job["id"], "point": point})}
            ended = job["progress"] >= 1 and job["kind"] == "fit"
            if ended:
                job["state"] = "done"
                fit = state.fits.get(job["result"]["id"])
                if fit:
                    fit |= {"state": "done", "result": study_fits.fit_result(fit["model"], fit.get("options"))}
            yield {"event": "job", "data": json.dumps(job)}
            if ended:
                yield {"event": "fit", "data": json.dumps({"id": job["result"]["id"], "state": "done"})}


def with_pages() -> FastAPI:
    """The fake API with the pages on it; $SWAPSCOPE_API_URL says where it will listen."""
    from frontend.app import attach

    os.environ.setdefault("SWAPSCOPE_API_URL", "http://127.0.0.1:8300")
    app = create_app()
    attach(app)
    return app
