"""What may happen to a job, each as one guarded statement, so that any number of processes may try at once.

waiting -> queued -> running -> done | failed | cancelled, with paused beside them. Every function takes a session of
an open transaction; ring the queue and announce changes after it is committed. The workers' side is in ``claims.py``.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from backend.store.tables import (
    CANCELLED,
    DONE,
    FAILED,
    FINISHED,
    MADE,
    PAUSED,
    QUEUED,
    RUNNING,
    WAITING,
    Job,
    JobNeed,
    JobPoint,
    now,
)
from backend.store.versions import versions

# ``read`` and ``surrogate`` take seconds: they have a worker slot of their own and never wait behind a training.
QUEUE_OF_KIND: Mapping[str, str] = {
    "read": "quick",
    "surrogate": "quick",
    "fit": "cpu",
    "compare": "cpu",
    "recover": "cpu",
    "train": "gpu",
    "analyse": "gpu",
}
QUEUES = ("cpu", "gpu", "quick")


class JobMissing(LookupError):
    """There is no job with this id."""


class NotNow(RuntimeError):
    """The job's state does not allow this; the message says why in a person's words."""


def create(
    session: Session,
    kind: str,
    request: Mapping[str, Any],
    *,
    title: str = "",
    needs: Iterable[str] = (),
    makes: tuple[str, str] | None = None,
    queue: str | None = None,
) -> Job:
    """Add a job: ``queued``, or ``waiting`` while a needed one is not done.

    Args:
        session: open transaction; create the row of what the job makes in the same one.
        kind: name in the registry of kinds.
        request: JSON that is enough to run the job again.
        title: a few words for people.
        needs: ids of jobs that must be done first.
        makes: kind and id of the row whose state follows this job, e.g. ``("fit", fit.id)``.
        queue: other queue than the kind's own.

    Raises:
        JobMissing: when a needed job does not exist.
    """
    wanted = list(dict.fromkeys(needs))
    states = {job_id: get(session, job_id).state for job_id in wanted}
    job = Job(kind=kind, request=dict(request), title=title or kind, versions=dict(versions()))
    job.queue = queue or QUEUE_OF_KIND.get(kind, "cpu")
    job.result_kind, job.result_id = makes or (None, None)
    job.state = QUEUED if all(state == DONE for state in states.values()) else WAITING
    job.needed = [JobNeed(needs_id=job_id, position=place) for place, job_id in enumerate(wanted)]
    session.add(job)
    session.flush()
    if job.state == WAITING:
        settle_waiting(session)
        session.refresh(job)
    mirror(session, [job.id])
    return job


def get(session: Session, job_id: str) -> Job:
    """The job as it is now.

    Raises:
        JobMissing: when there is none.
    """
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise JobMissing(f"there is no job {job_id}")
    return job


def recent(session: Session, limit: int = 200) -> Sequence[Job]:
    """All unfinished jobs and the latest finished ones, the newest first, ``limit`` at most."""
    unfinished_first = Job.state.in_(FINISHED)
    found = session.scalars(select(Job).order_by(unfinished_first, Job.created_at.desc()).limit(limit)).all()
    return sorted(found, key=lambda job: job.created_at, reverse=True)


def cancel(session: Session, job_id: str) -> Job:
    """Stop a job for good: at once when it is not running, else its worker is asked to (at most 2 s).

    A finished job stays as it is. Jobs that need it are cancelled with it.
    """
    idle = update(Job).where(Job.id == job_id, Job.state.in_((WAITING, QUEUED, PAUSED)))
    idle = idle.values(state=CANCELLED, finished_at=now(), seconds_left=None, message="")
    session.execute(idle, execution_options={"synchronize_session": False})
    running = update(Job).where(Job.id == job_id, Job.state == RUNNING).values(cancel_asked=True)
    session.execute(running, execution_options={"synchronize_session": False})
    mirror(session, [job_id])
    settle_waiting(session)
    return get(session, job_id)


def pause(session: Session, job_id: str) -> Job:
    """Put a job aside; a running one saves its checkpoint first.

    Raises:
        NotNow: when the job is finished.
    """
    if get(session, job_id).state in FINISHED:
        raise NotNow("This job has already ended; there is nothing to pause.")
    idle = update(Job).where(Job.id == job_id, Job.state.in_((WAITING, QUEUED))).values(state=PAUSED)
    session.execute(idle, execution_options={"synchronize_session": False})
    running = update(Job).where(Job.id == job_id, Job.state == RUNNING).values(pause_asked=True)
    session.execute(running, execution_options={"synchronize_session": False})
    mirror(session, [job_id])
    return get(session, job_id)


def resume(session: Session, job_id: str) -> Job:
    """Let a paused job go on from its checkpoint; also takes back a pause that has not taken effect yet.

    Raises:
        NotNow: when the job is neither paused nor about to be.
    """
    back = update(Job).where(Job.id == job_id, Job.state == PAUSED)
    back = back.values(state=WAITING, pause_asked=False, cancel_asked=False, rung_at=None)
    changed = session.execute(back, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    taken_back = update(Job).where(Job.id == job_id, Job.state == RUNNING, Job.pause_asked).values(pause_asked=False)
    changed += session.execute(taken_back, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    if not changed:
        raise NotNow(f"Only a paused job can be resumed; this one is {get(session, job_id).state}.")
    settle_waiting(session)
    mirror(session, [job_id])
    return get(session, job_id)


def retry(session: Session, job_id: str) -> list[Job]:
    """Queue a failed or cancelled job again, with the needed jobs that kept it back and those it kept back.

    It goes on from its checkpoint if it left one (see ``forget_checkpoint``). Returns all jobs that changed.

    Raises:
        NotNow: when the job has neither failed nor been cancelled.
    """
    if get(session, job_id).state not in (FAILED, CANCELLED):
        raise NotNow(f"Only a failed or cancelled job can be run again; this one is {get(session, job_id).state}.")
    again: list[str] = []
    todo = [job_id]
    while todo:
        job = get(session, todo.pop())
        if job.id in again or job.state not in (FAILED, CANCELLED):
            continue
        again.append(job.id)
        todo.extend(job.needs)
        todo.extend(session.scalars(select(Job.id).where(Job.blocked_by == job.id)))
    anew = update(Job).where(Job.id.in_(again), Job.state.in_((FAILED, CANCELLED)))
    anew = anew.values(
        state=WAITING, error=None, blocked_by=None, crashes=0, cancel_asked=False, pause_asked=False,
        finished_at=None, message="", rung_at=None,
    )  # fmt: skip
    session.execute(anew, execution_options={"synchronize_session": False})
    settle_waiting(session)
    mirror(session, again)
    return [get(session, id) for id in again]


def settle_waiting(session: Session) -> list[str]:
    """Queue the waiting jobs whose needs are all done; fail or cancel those whose need failed or was cancelled.

    Returns the ids of all jobs whose state changed. Running it twice, or in two processes, does no harm.
    """
    changed: list[str] = []
    while True:
        missing = select(JobNeed.job_id).join(Job, Job.id == JobNeed.needs_id).where(Job.state != DONE)
        free = update(Job).where(Job.state == WAITING, Job.id.not_in(missing)).values(state=QUEUED, rung_at=None)
        released = session.scalars(free.returning(Job.id), execution_options={"synchronize_session": False}).all()
        blocked = _spread_one_failure(session)
        changed += [*released, *blocked]
        if not blocked:
            break
    mirror(session, changed)
    return changed


def _spread_one_failure(session: Session) -> list[str]:
    """Fail or cancel the jobs that wait for one that failed or was cancelled; one generation of them."""
    waits, needed = JobNeed.job_id, JobNeed.needs_id
    waiting = select(Job.id).where(Job.state == WAITING)
    found = session.execute(
        select(waits, Job.id, Job.title, Job.state, Job.error)
        .join(Job, Job.id == needed)
        .where(Job.state.in_((FAILED, CANCELLED)), waits.in_(waiting))
        .order_by(waits, JobNeed.position)
    ).all()
    changed: list[str] = []
    for waiting_id, cause_id, title, state, error in found:
        if state == CANCELLED:
            told = {"title": "A step before this one was cancelled", "detail": f"“{title}” was cancelled."}
        else:
            why = (error or {}).get("title", "it stopped unexpectedly")
            told = {"title": "A step before this one failed", "detail": f"“{title}”: {why}"}
        end = update(Job).where(Job.id == waiting_id, Job.state == WAITING)
        end = end.values(state=state, error=told, blocked_by=cause_id, finished_at=now())
        changed += session.scalars(end.returning(Job.id), execution_options={"synchronize_session": False}).all()
    return changed


_DATASET_STATES = {WAITING: "reading", QUEUED: "reading", RUNNING: "reading", FAILED: "refused", CANCELLED: "refused"}


def mirror(session: Session, job_ids: Iterable[str]) -> None:
    """Give the rows that these jobs make the jobs' states and errors.

    A dataset speaks of ``reading`` and ``refused``; whether it ends ``ready`` or with a ``question`` its reader says.
    """
    ids = list(job_ids)
    if not ids:
        return
    told = select(Job.id, Job.result_kind, Job.result_id, Job.state, Job.error).where(Job.id.in_(ids))
    for job_id, kind, made_id, state, error in session.execute(told).all():
        if kind not in MADE or made_id is None:
            continue
        if kind == "dataset":
            state = _DATASET_STATES.get(state, "")
        if state:
            row = MADE[kind]
            # An ensemble's networks all follow the one job that trains them.
            follow = update(row).where(or_(row.id == made_id, row.job_id == job_id)).values(state=state, error=error)
            session.execute(follow, execution_options={"synchronize_session": False})


def made_state(session: Session, job: Job) -> dict[str, Any] | None:
    """``{"kind", "id", "state"}`` of what the job makes, None when it makes nothing."""
    if job.result_kind not in MADE or job.result_id is None:
        return None
    row = MADE[job.result_kind]
    state = session.scalar(select(row.state).where(row.id == job.result_id))
    return None if state is None else {"kind": job.result_kind, "id": job.result_id, "state": state}


def points(session: Session, job_id: str, after: int = -1) -> list[dict[str, Any]]:
    """The points of the job's curves in order, from the one after ``after`` on."""
    query = select(JobPoint.values).where(JobPoint.job_id == job_id, JobPoint.seq > after).order_by(JobPoint.seq)
    return list(session.scalars(query))


def clear_points(session: Session, job_id: str) -> None:
    """Forget the job's curves, for a run from the beginning."""
    session.execute(delete(JobPoint).where(JobPoint.job_id == job_id))


def forget_checkpoint(folder: Path) -> None:
    """Let a job begin anew: ``folder`` is ``settings.checkpoint(job_id)``."""
    shutil.rmtree(folder, ignore_errors=True)


def position(session: Session, job: Job) -> int | None:
    """Place in its queue, 1 for the next; None unless the job is queued."""
    if job.state != QUEUED:
        return None
    ahead = select(func.count()).where(Job.queue == job.queue, Job.state == QUEUED, Job.created_at < job.created_at)
    return int(session.scalar(ahead) or 0) + 1


def behind(session: Session, gone: Iterable[Job], limit: int = 50) -> list[Job]:
    """The queued jobs, up to a limit, whose place changes when some jobs leave their queues."""
    queues = {job.queue for job in gone}
    found = select(Job).where(Job.state == QUEUED, Job.queue.in_(queues)).order_by(Job.created_at).limit(limit)
    return list(session.scalars(found)) if queues else []


def _iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_json(session: Session, job: Job) -> dict[str, Any]:
    """The job as the API and its events show it; times in ISO 8601, UTC."""
    result = {"kind": job.result_kind, "id": job.result_id} if job.result_kind else None
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "stopping": job.state == RUNNING and (job.cancel_asked or job.pause_asked),
        "progress": job.progress,
        "message": job.message,
        "seconds_left": job.seconds_left,
        "position": position(session, job),
        "attempt": job.attempt,
        "created": _iso(job.created_at),
        "started": _iso(job.started_at),
        "finished": _iso(job.finished_at),
        "elapsed": None if job.started_at is None else max(0.0, (job.finished_at or time.time()) - job.started_at),
        "result": result,
        "error": job.error,
        "request": job.request,
        "needs": job.needs,
    }
