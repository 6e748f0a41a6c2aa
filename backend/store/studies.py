"""The state of a study: that of what its steps make."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.store.tables import CANCELLED, DONE, FAILED, MADE, PAUSED, QUEUED, RUNNING, WAITING, Made, Study

DELETED = "deleted"
_OF_DATASETS = {"ready": DONE, "question": DONE, "reading": RUNNING, "refused": FAILED}


def steps(session: Session, study: Study) -> list[dict[str, Any]]:
    """The steps with their states; ``result`` is None where it was deleted."""
    found = []
    for step in study.steps:
        made: Made | None = session.get(MADE[step["result"]["kind"]], step["result"]["id"])  # type: ignore[assignment]
        state = DELETED if made is None else _OF_DATASETS.get(made.state, made.state)
        found.append(step | {"state": state, "result": None if made is None else step["result"]})
    return found


def state(states: Collection[str]) -> str:
    """The state of the whole from its steps': what needs a person's eye comes first."""
    left = [one for one in states if one not in (DONE, DELETED)]
    if not left:
        return DONE
    for one in (FAILED, CANCELLED, RUNNING, PAUSED):
        if one in left:
            return one
    return RUNNING if DONE in states else QUEUED if QUEUED in left else WAITING


def of_jobs(session: Session, job_ids: Collection[str]) -> list[dict[str, Any]]:
    """``{"id", "state"}`` of the studies that some jobs belong to."""
    found = []
    for study in session.scalars(select(Study)):
        if any(step["job_id"] in job_ids for step in study.steps):
            found.append({"id": study.id, "state": state([step["state"] for step in steps(session, study)])})
    return found
