"""Jobs: what runs, waits or ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from sqlalchemy import select

from backend.schemas.base import Limit
from backend.site import Here, Site
from backend.store import jobs
from backend.store.tables import Job

LOG_TAIL = 20
LOG_BYTES = 256 * 1024
After = Annotated[int, Query(ge=-1, le=2**53, description="Only points after this place.")]
router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", summary="Jobs, the newest first")
def many(site: Here, limit: Limit = 200) -> list[dict[str, Any]]:
    """All unfinished ones, and finished ones up to the limit."""
    with site.store.session() as session:
        return [jobs.to_json(session, job) for job in jobs.recent(session, limit)]


@router.get("/{id}", summary="One job")
def one(site: Here, id: str) -> dict[str, Any]:
    """With the last lines of its log."""
    with site.store.session() as session:
        told = jobs.to_json(session, jobs.get(session, id))
    return told | {"log_tail": _tail(site.settings.job_log(id)).splitlines()[-LOG_TAIL:]}


def _tail(path: Path) -> str:
    """The end of a log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


@router.get("/{id}/log", summary="A job's log", response_class=PlainTextResponse)
def log(site: Here, id: str) -> PlainTextResponse:
    """Its last 256 kB, as text."""
    with site.store.session() as session:
        jobs.get(session, id)
    return PlainTextResponse(_tail(site.settings.job_log(id)))


@router.get("/{id}/curve", summary="A job's curve and latest picture")
def curve(site: Here, id: str, after: After = -1) -> dict[str, Any]:
    """Everything that was pushed so far, for a page that is opened late."""
    with site.store.session() as session:
        job = jobs.get(session, id)
        return {"points": jobs.points(session, id, after), "picture": job.picture}


def _told(site: Site, id: str, changed: list[str]) -> dict[str, Any]:
    """Announce and ring, then answer with the job."""
    site.queue.follow_up(site.store, changed)
    with site.store.session() as session:
        return jobs.to_json(session, jobs.get(session, id))


def _kept_back(site: Site, id: str) -> Iterator[str]:
    """The job and those that wait for it, directly or not, which its end may have taken along."""
    with site.store.session() as session:
        blocked = session.execute(select(Job.id, Job.blocked_by).where(Job.blocked_by.is_not(None))).all()
    todo = [id]
    while todo:
        above = todo.pop()
        yield above
        todo += [job_id for job_id, blocked_by in blocked if blocked_by == above]


@router.post("/{id}/cancel", summary="Stop a job for good")
def cancel(site: Here, id: str) -> dict[str, Any]:
    """At once when it does not run yet, else within two seconds; jobs that need it are cancelled with it."""
    with site.store.session() as session:
        jobs.cancel(session, jobs.get(session, id).id)
    return _told(site, id, list(_kept_back(site, id)))


@router.post("/{id}/pause", summary="Put a job aside")
def pause(site: Here, id: str) -> dict[str, Any]:
    """A running one saves a checkpoint first; 409 when it has ended."""
    with site.store.session() as session:
        jobs.pause(session, id)
    return _told(site, id, [id])


@router.post("/{id}/resume", summary="Let a paused job go on")
def resume(site: Here, id: str) -> dict[str, Any]:
    """From its checkpoint; 409 unless it is paused."""
    with site.store.session() as session:
        jobs.resume(session, id)
    return _told(site, id, [id])


@router.post("/{id}/retry", summary="Run a failed or cancelled job again")
def retry(site: Here, id: str) -> dict[str, Any]:
    """From its checkpoint if it left one; with the jobs that it kept back. 409 unless it failed or was cancelled."""
    with site.store.session() as session:
        changed = [job.id for job in jobs.retry(session, id)]
    return _told(site, id, changed)
