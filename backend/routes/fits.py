"""Behavioural models fitted to datasets, and surrogate data drawn from them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from backend.planning import plan_fit, plan_surrogate
from backend.routes.downloads import MEDIA_TYPES, file_name, not_there_yet, stored_file, trials_response
from backend.rows import common, find, newest, remove
from backend.schemas.base import SEED_LIMIT, Limit
from backend.schemas.fits import Draw, FitRequest, SurrogateRequest
from backend.site import Here, Site
from backend.store import jobs
from backend.store.tables import DONE, Fit, Surrogate

router = APIRouter(tags=["fits"])
_LONGEST_DIRECT = 100_000


def fit_json(row: Fit) -> dict[str, Any]:
    """The fit without its result."""
    options = row.request.get("options", {})
    return common(row) | {"dataset_id": row.dataset_id, "model": row.model, "options": options}


@router.post("/fits", status_code=202, summary="Fit a behavioural model")
def start(site: Here, wanted: FitRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the fit."""
    with site.store.session() as session:
        _, job = plan_fit(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.get("/fits", summary="All fits, the newest first")
def many(site: Here, dataset_id: str | None = None, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without results."""
    with site.store.session() as session:
        return [fit_json(row) for row in newest(session, Fit, limit, dataset_id=dataset_id)]


@router.get("/fits/{id}", summary="One fit")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done."""
    with site.store.session() as session:
        row = find(session, Fit, id)
    done = row.state == DONE
    return fit_json(row) | {"result": site.store.artifacts.read_json("fit", id, "result.json") if done else None}


@router.delete("/fits/{id}", status_code=204, summary="Delete a fit and all that was made from it")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while a job still uses it."""
    remove(site.store, Fit, id)


@router.get("/fits/{id}/result.json", summary="The result of a fit as a file")
def result(site: Here, id: str) -> Response:
    """The same numbers as ``result`` of the fit."""
    with site.store.session() as session:
        row = find(session, Fit, id)
    return stored_file(site.store.artifacts, "fit", row, "result.json", "result")


@router.get("/fits/{id}/model.{form}", summary="The fitted model as a file")
def model(site: Here, id: str, form: Literal["json", "safetensors"]) -> Response:
    """``json`` says what it is, ``safetensors`` holds its tensors; ``models.behaviour.storage`` reads the two."""
    with site.store.session() as session:
        row = find(session, Fit, id)
    return stored_file(site.store.artifacts, "fit", row, f"model.{form}", "fitted model")


@router.get("/fits/{id}/surrogate", summary="Draw surrogate data and download them at once")
async def surrogate(
    site: Here,
    id: str,
    trials: Annotated[
        int | None, Query(ge=1, le=_LONGEST_DIRECT, description="None: as many as were recorded.")
    ] = None,
    seed: Annotated[int, Query(ge=0, le=SEED_LIMIT)] = 1,
    format: Literal["csv", "parquet", "npz"] = "csv",
    draw: Draw = "posterior",
) -> Response:
    """Responses to the dataset's own displays. For more than 100,000 trials use POST /api/surrogates."""
    row = await asyncio.to_thread(_finished, site, id)
    question = {
        "fit_id": id,
        "dataset_id": row.dataset_id,
        "trials": trials,
        "seed": seed,
        "form": format,
        "draw": draw,
    }
    answer = await site.warm.ask("surrogate", question)
    name = file_name(row, f"-surrogate-{seed}.{format}")
    return Response(
        answer.body,
        media_type=MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _finished(site: Site, id: str) -> Fit:
    with site.store.session() as session:
        row = find(session, Fit, id)
    if row.state != DONE:
        raise not_there_yet(row, "fitted model")
    return row


@router.post("/surrogates", status_code=202, summary="Draw surrogate data and keep them")
def draw(site: Here, wanted: SurrogateRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the surrogate data."""
    with site.store.session() as session:
        _, job = plan_surrogate(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.get("/surrogates", summary="All surrogate data, the newest first")
def surrogates(site: Here, fit_id: str | None = None, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without the data."""
    with site.store.session() as session:
        return [common(row) | {"fit_id": row.fit_id} for row in newest(session, Surrogate, limit, fit_id=fit_id)]


@router.get("/surrogates/{id}", summary="One set of surrogate data")
def one_surrogate(site: Here, id: str) -> dict[str, Any]:
    """``result`` counts the trials, by set size; the data are at ``data.csv`` and so on."""
    with site.store.session() as session:
        row = find(session, Surrogate, id)
    done = row.state == DONE
    found = site.store.artifacts.read_json("surrogate", id, "result.json") if done else None
    return common(row) | {"fit_id": row.fit_id, "result": found}


@router.get("/surrogates/{id}/data.{form}", summary="Surrogate data as a file")
def data(site: Here, id: str, form: Literal["csv", "parquet", "npz"]) -> Response:
    """Angles in radians of the full feature circle; item 1 is the cued one."""
    with site.store.session() as session:
        row = find(session, Surrogate, id)
    return trials_response(site.store.artifacts, "surrogate", row, "data.parquet", form)


@router.delete("/surrogates/{id}", status_code=204, summary="Delete surrogate data")
def delete_surrogate(site: Here, id: str) -> None:
    """Refused with 409 while a job still makes them."""
    remove(site.store, Surrogate, id)
