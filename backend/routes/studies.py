"""Studies: the whole chain from a dataset to an analysis, started at once."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from backend.planning import plan_study
from backend.published import plan_published
from backend.rows import common, find, newest
from backend.schemas.base import Limit
from backend.schemas.networks import StudyRequest
from backend.schemas.published import ANALYSIS_SECONDS, PublishedStudyRequest
from backend.site import Here
from backend.store import studies
from backend.store.tables import DONE, UNFINISHED, Dataset, Study

router = APIRouter(prefix="/studies", tags=["studies"])


def study_json(session: Session, row: Study) -> dict[str, Any]:
    """The study; its state and its steps' are those of what the steps make.

    ``example`` is true when the finished study of the example can be looked at, shipped or run here; ``dataset_id`` is
    empty where the study rests on none.
    """
    steps = studies.steps(session, row)
    state = studies.state([step["state"] for step in steps])
    dataset = session.get(Dataset, row.dataset_id)
    made_here = state == DONE and dataset is not None and dataset.example
    return common(row) | {
        "dataset_id": row.dataset_id, "steps": steps, "state": state, "example": row.example or made_here,
    }  # fmt: skip


@router.post("", status_code=202, summary="Start a whole study")
def start(site: Here, wanted: StudyRequest) -> dict[str, Any]:
    """Dataset → fits → surrogate data → network → fidelity; without a dataset the example is made first.

    While the example's study with the same budget and seed is at work, it is the answer: another would be the same.
    """
    with site.store.session() as session:
        same = _same_example(session, wanted) if wanted.dataset_id is None else None
        if same is not None:
            return same
        study, started = plan_study(session, wanted)
        told = study_json(session, study)
    site.queue.follow_up(site.store, [job.id for job in started])
    site.queue.announce("study", {"id": told["id"], "state": told["state"]})
    return told


@router.post("/published", status_code=202, summary="Start the published comparison")
def start_published(site: Here, wanted: PublishedStudyRequest) -> dict[str, Any]:
    """An ensemble of networks for every condition, one after the other, then the mechanism of all of them.

    It needs no data: displays of two items, and laws of swaps that are written down.
    """
    with site.store.session() as session:
        study, started = plan_published(session, wanted)
        told = study_json(session, study)
    site.queue.follow_up(site.store, [job.id for job in started])
    site.queue.announce("study", {"id": told["id"], "state": told["state"]})
    return told


@router.post("/published/estimate", summary="How long the published comparison will take")
async def estimate_published(site: Here, wanted: PublishedStudyRequest) -> dict[str, Any]:
    """``{seconds, networks, device}``: one training measured on a few steps, and a known time for each analysis."""
    answer = await site.warm.ask("estimate", wanted.one_training().stored(), seconds=60.0)
    cost: dict[str, Any] = json.loads(answer.body)
    networks = len(wanted.conditions) * wanted.count
    seconds = len(wanted.conditions) * cost["seconds"] + networks * ANALYSIS_SECONDS
    return {"seconds": seconds, "networks": networks, "device": cost["device"]}


def _same_example(session: Session, wanted: StudyRequest) -> dict[str, Any] | None:
    """The unfinished study of the example that the request would only do again."""
    for row in newest(session, Study, 20):
        asked = row.request.get("dataset_id", ""), row.request.get("budget"), row.request.get("seed")
        if asked == (None, wanted.budget, wanted.seed):
            told = study_json(session, row)
            if told["state"] in UNFINISHED:
                return told
    return None


@router.get("", summary="All studies, the newest first")
def many(site: Here, limit: Limit = 200) -> list[dict[str, Any]]:
    """With their steps."""
    with site.store.session() as session:
        return [study_json(session, row) for row in newest(session, Study, limit)]


@router.get("/{id}", summary="One study")
def one(site: Here, id: str) -> dict[str, Any]:
    """Each step names its job and what it makes."""
    with site.store.session() as session:
        return study_json(session, find(session, Study, id))


@router.delete("/{id}", status_code=204, summary="Forget a study")
def delete(site: Here, id: str) -> None:
    """Only the study's own entry: its dataset, fits and networks stay."""
    with site.store.session() as session:
        session.delete(find(session, Study, id))
