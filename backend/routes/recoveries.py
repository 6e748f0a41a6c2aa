"""Recoveries: whether planted parameters, or the planted model, come back on a dataset's displays."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from backend.planning import plan_recovery
from backend.routes.downloads import stored_file
from backend.rows import common, find, newest, remove
from backend.schemas.base import Limit
from backend.schemas.comparisons import RecoveryRequest
from backend.site import Here
from backend.store import jobs
from backend.store.tables import DONE, Recovery

router = APIRouter(prefix="/recoveries", tags=["recoveries"])


def _json(row: Recovery) -> dict[str, Any]:
    """The recovery without its result."""
    asked = {name: row.request.get(name) for name in ("models", "datasets", "trials")}
    return common(row) | {"dataset_id": row.dataset_id, "kind": row.kind} | asked


@router.post("", status_code=202, summary="Simulate, fit again and compare")
def start(site: Here, wanted: RecoveryRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the recovery."""
    with site.store.session() as session:
        _, job = plan_recovery(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.get("", summary="All recoveries, the newest first")
def many(site: Here, dataset_id: str | None = None, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without results."""
    with site.store.session() as session:
        return [_json(row) for row in newest(session, Recovery, limit, dataset_id=dataset_id)]


@router.get("/{id}", summary="One recovery")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done. Of parameters: planted and recovered values, intervals and curves; of
    models: how often each came first on data from each.
    """
    with site.store.session() as session:
        row = find(session, Recovery, id)
    done = row.state == DONE
    return _json(row) | {"result": site.store.artifacts.read_json("recovery", id, "result.json") if done else None}


@router.get("/{id}/result.json", summary="The result of a recovery as a file")
def result(site: Here, id: str) -> Response:
    """The same numbers as ``result`` of the recovery."""
    with site.store.session() as session:
        row = find(session, Recovery, id)
    return stored_file(site.store.artifacts, "recovery", row, "result.json", "result")


@router.delete("/{id}", status_code=204, summary="Delete a recovery")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while its job runs."""
    remove(site.store, Recovery, id)
