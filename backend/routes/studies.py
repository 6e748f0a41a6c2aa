"""Studies: the whole chain from a dataset to an analysis, started at once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from backend.planning import plan_study
from backend.rows import common, find, newest
from backend.schemas.base import Limit
from backend.schemas.networks import StudyRequest
from backend.site import Here
from backend.store.tables import CANCELLED, DONE, FAILED, MADE, PAUSED, QUEUED, RUNNING, WAITING, Made, Study

router = APIRouter(prefix="/studies", tags=["studies"])


def study_json(session: Session, row: Study) -> dict[str, Any]:
    """The study; its state and its steps' are those of what the steps make."""
    steps = []
    for step in row.steps:
        kind, id = step["result"]["kind"], step["result"]["id"]
        made: Made | None = session.get(MADE[kind], id)  # type: ignore[assignment]
        state = "deleted" if made is None else made.state
        state = {"ready": DONE, "question": DONE, "reading": RUNNING, "refused": FAILED}.get(state, state)
        steps.append(step | {"state": state, "result": None if made is None else step["result"]})
    return common(row) | {
        "dataset_id": row.dataset_id,
        "steps": steps,
        "state": _state([one["state"] for one in steps]),
    }


def _state(steps: list[str]) -> str:
    """The state of the whole: what needs a person's eye comes first."""
    left = [state for state in steps if state not in (DONE, "deleted")]
    if not left:
        return DONE
    for state in (FAILED, CANCELLED, RUNNING, PAUSED):
        if state in left:
            return state
    return RUNNING if DONE in steps else QUEUED if QUEUED in left else WAITING


@router.post("", status_code=202, summary="Start a whole study")
def start(site: Here, wanted: StudyRequest) -> dict[str, Any]:
    """Dataset → fits → surrogate data → network → fidelity; without a dataset the example is made first."""
    with site.store.session() as session:
        study, started = plan_study(session, wanted)
        told = study_json(session, study)
    site.queue.follow_up(site.store, [job.id for job in started])
    site.queue.announce("study", {"id": told["id"], "state": told["state"]})
    return told


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
