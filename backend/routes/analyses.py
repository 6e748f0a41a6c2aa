"""Analyses of networks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from backend.planning import plan_analysis
from backend.routes.downloads import stored_file
from backend.rows import common, find, newest, remove
from backend.schemas.base import Limit
from backend.schemas.networks import AnalysisRequest
from backend.site import Here
from backend.store import jobs
from backend.store.tables import DONE, Analysis

router = APIRouter(prefix="/analyses", tags=["analyses"])


def _json(row: Analysis) -> dict[str, Any]:
    networks = [above["id"] for above in row.parents if above["kind"] == "network"]
    return common(row) | {"analysis": row.analysis, "network_ids": networks, "options": row.request.get("options", {})}


@router.post("", status_code=202, summary="Analyse networks")
def start(site: Here, wanted: AnalysisRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the analysis."""
    with site.store.session() as session:
        _, job = plan_analysis(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.get("", summary="All analyses, the newest first")
def many(site: Here, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without results."""
    with site.store.session() as session:
        return [_json(row) for row in newest(session, Analysis, limit)]


@router.get("/{id}", summary="One analysis")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done, then ``{"networks": {network_id: numbers}}``."""
    with site.store.session() as session:
        row = find(session, Analysis, id)
    done = row.state == DONE
    return _json(row) | {"result": site.store.artifacts.read_json("analysis", id, "result.json") if done else None}


@router.get("/{id}/result.json", summary="The result of an analysis as a file")
def result(site: Here, id: str) -> Response:
    """The same numbers as ``result`` of the analysis."""
    with site.store.session() as session:
        row = find(session, Analysis, id)
    return stored_file(site.store.artifacts, "analysis", row, "result.json", "result")


@router.delete("/{id}", status_code=204, summary="Delete an analysis")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while its job runs."""
    remove(site.store, Analysis, id)
