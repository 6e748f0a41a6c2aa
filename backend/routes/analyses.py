"""Analyses of networks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from backend.planning import plan_analysis
from backend.problems import Problem
from backend.routes.analysis_table import table
from backend.routes.downloads import MEDIA_TYPES, file_name, not_there_yet, stored_file
from backend.rows import common, find, newest, remove
from backend.schemas.analyses import AnalysisName, AnalysisRequest
from backend.schemas.base import Id, Limit
from backend.site import Here, Site
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
def many(
    site: Here,
    analysis: Annotated[AnalysisName | None, Query(description="Only analyses of this name.")] = None,
    network_id: Annotated[Id | None, Query(description="Only analyses of this network, alone or among others.")] = None,
    limit: Limit = 200,
) -> list[dict[str, Any]]:
    """Without results."""
    with site.store.session() as session:
        rows = newest(session, Analysis, limit if network_id is None else None, analysis=analysis)
        if network_id is not None:
            rows = [row for row in rows if {"kind": "network", "id": network_id} in row.parents][:limit]
        return [_json(row) for row in rows]


@router.get("/{id}", summary="One analysis")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done.

    Of fidelity it is ``{"networks": {network_id: numbers}}``. Of a mechanism it is ``{"groups", "contrasts", "nulls",
    "verdict", "networks"}``: by group of networks that were trained alike, every analysis' measures as mean, 95 %
    interval and each network's own; the groups compared with each other and with their nulls; the verdict in words;
    by network, examples for pictures.
    """
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


@router.get("/{id}/results.npz", summary="All numbers of a mechanism as arrays")
def results_npz(site: Here, id: str) -> Response:
    """For numpy: ``group/analysis/measures/name`` is an array of the networks' values; nothing in it needs pickle."""
    return stored_file(site.store.artifacts, "analysis", _mechanism(site, id), "results.npz", "result")


@router.get("/{id}/results.csv", summary="All numbers of a mechanism as one long table")
def results_csv(site: Here, id: str) -> Response:
    """One row a number, with its group, analysis, measure, place in it, and network, or mean, low or high over them."""
    row = _mechanism(site, id)
    if not site.store.artifacts.exists("analysis", id):
        raise not_there_yet(row, "result")
    found = site.store.artifacts.read_json("analysis", id, "result.json")
    headers = {"Content-Disposition": f'attachment; filename="{file_name(row, ".csv")}"'}
    return StreamingResponse(table(found), media_type=MEDIA_TYPES["csv"], headers=headers)


def _mechanism(site: Site, id: str) -> Analysis:
    with site.store.session() as session:
        row = find(session, Analysis, id)
    if row.analysis != "mechanism":
        raise Problem(404, "This analysis has no such file", "Its result.json holds all of its numbers.")
    return row


@router.delete("/{id}", status_code=204, summary="Delete an analysis")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while its job runs."""
    remove(site.store, Analysis, id)
