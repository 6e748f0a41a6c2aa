"""Comparisons of behavioural models by cross-validation."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from backend.planning import plan_comparison
from backend.routes.downloads import stored_file
from backend.rows import common, find, newest, remove
from backend.schemas.base import Limit
from backend.schemas.comparisons import ComparisonRequest
from backend.site import Here
from backend.store import jobs
from backend.store.tables import DONE, Comparison

router = APIRouter(prefix="/comparisons", tags=["comparisons"])


def _json(row: Comparison) -> dict[str, Any]:
    """The comparison without its result."""
    asked = {name: row.request.get(name) for name in ("models", "folds")}
    return common(row) | {"dataset_id": row.dataset_id} | asked


@router.post("", status_code=202, summary="Compare behavioural models")
def start(site: Here, wanted: ComparisonRequest) -> dict[str, Any]:
    """Answers with the job; its ``result`` names the comparison."""
    with site.store.session() as session:
        _, job = plan_comparison(session, wanted)
        told = jobs.to_json(session, job)
    site.queue.follow_up(site.store, [job.id])
    return told


@router.get("", summary="All comparisons, the newest first")
def many(site: Here, dataset_id: str | None = None, limit: Limit = 200) -> list[dict[str, Any]]:
    """Without results."""
    with site.store.session() as session:
        return [_json(row) for row in newest(session, Comparison, limit, dataset_id=dataset_id)]


@router.get("/{id}", summary="One comparison")
def one(site: Here, id: str) -> dict[str, Any]:
    """``result`` is null until it is done: held-out log-likelihoods in nats per trial, differences to the best model
    over trials and over subjects with 95 % intervals, information criteria, and a verdict in words.
    """
    with site.store.session() as session:
        row = find(session, Comparison, id)
    done = row.state == DONE
    return _json(row) | {"result": site.store.artifacts.read_json("comparison", id, "result.json") if done else None}


@router.get("/{id}/result.json", summary="The result of a comparison as a file")
def result(site: Here, id: str) -> Response:
    """The same numbers as ``result`` of the comparison."""
    return _file(site, id, "result.json")


@router.get("/{id}/pointwise.csv", summary="Held-out log-likelihood of every trial")
def pointwise(site: Here, id: str) -> Response:
    """One row a trial, one column a model; nats per radian of the full feature circle."""
    return _file(site, id, "pointwise.csv")


def _file(site: Here, id: str, name: str) -> Response:
    with site.store.session() as session:
        row = find(session, Comparison, id)
    return stored_file(site.store.artifacts, "comparison", row, name, "result")


@router.delete("/{id}", status_code=204, summary="Delete a comparison")
def delete(site: Here, id: str) -> None:
    """Refused with 409 while its job runs."""
    remove(site.store, Comparison, id)
