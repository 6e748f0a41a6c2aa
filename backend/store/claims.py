"""The workers' side of a job: claim, stay alive, report, end. All are fenced by the attempt's number.

A worker whose lease ran out finds, at its next statement, that its attempt no longer holds the job, and stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from backend.store.jobs import mirror, settle_waiting
from backend.store.tables import CANCELLED, DONE, FAILED, PAUSED, QUEUED, RUNNING, Job, JobPoint, JsonObject, now

_IN_DATABASE = {"synchronize_session": False}


@dataclass(frozen=True)
class Claim:
    """The right of one attempt to run one job."""

    job_id: str
    attempt: int
    kind: str


@dataclass(frozen=True)
class Wishes:
    """What people asked of a running job since it was claimed."""

    cancel: bool
    pause: bool


def claim_statement(queues: Sequence[str], owner: str, lease_seconds: float) -> ReturningUpdate[str, int, str]:
    """Take the oldest queued job of ``queues``; of two workers that try at once only one gets it."""
    oldest = (
        select(Job.id)
        .where(Job.state == QUEUED, Job.queue.in_(queues))
        .order_by(Job.created_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = update(Job).where(Job.id == oldest, Job.state == QUEUED)
    taken = taken.values(
        state=RUNNING,
        attempt=Job.attempt + 1,
        owner=owner,
        lease_until=now() + lease_seconds,
        heartbeat_at=now(),
        started_at=func.coalesce(Job.started_at, now()),
        cancel_asked=False,
        pause_asked=False,
    )
    return taken.returning(Job.id, Job.attempt, Job.kind)


def claim(session: Session, queues: Sequence[str], owner: str, lease_seconds: float) -> Claim | None:
    """Claim the oldest job of some queues for ``owner``, or None when there is none."""
    statement = claim_statement(queues, owner, lease_seconds)
    row = session.execute(statement, execution_options=_IN_DATABASE).first()
    if row is None:
        return None
    mirror(session, [row[0]])
    return Claim(*row)


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(Job.id == claim.job_id, Job.attempt == claim.attempt, Job.state == RUNNING)


def renew(session: Session, claim: Claim, lease_seconds: float) -> Wishes | None:
    """Prolong the lease; returns what people want, or None when the job is no longer this attempt's."""
    statement = update(Job).where(_held(claim)).values(lease_until=now() + lease_seconds, heartbeat_at=now())
    row = session.execute(
        statement.returning(Job.cancel_asked, Job.pause_asked), execution_options=_IN_DATABASE
    ).first()
    return None if row is None else Wishes(*row)


def report(
    session: Session,
    claim: Claim,
    progress: Mapping[str, Any] | None,
    points: Iterable[JsonObject] = (),
    picture: JsonObject | None = None,
) -> bool:
    """Store the latest progress, new points of the curves and the latest picture; False when fenced off.

    Args:
        session: open transaction.
        claim: this attempt.
        progress: ``{"progress", "message", "seconds_left"}`` or None when nothing new.
        points: new points in order; a point whose ``step`` is not beyond the stored ones' replaces those, as a
            resumed job repeats the steps since its checkpoint.
        picture: the newest live picture.
    """
    values: dict[str, Any] = dict(progress or {})
    if picture is not None:
        values["picture"] = picture
    statement = update(Job).where(_held(claim)).values(heartbeat_at=now(), **values)
    if session.execute(statement.returning(Job.id), execution_options=_IN_DATABASE).first() is None:
        return False
    _append_points(session, claim.job_id, list(points))
    return True


def _append_points(session: Session, job_id: str, fresh: list[JsonObject]) -> None:
    if not fresh:
        return
    steps = [point["step"] for point in fresh if point.get("step") is not None]
    if steps:
        session.execute(delete(JobPoint).where(JobPoint.job_id == job_id, JobPoint.step >= min(steps)))
    last = session.scalar(select(func.max(JobPoint.seq)).where(JobPoint.job_id == job_id))
    start = 0 if last is None else last + 1
    rows = [
        {"job_id": job_id, "seq": start + place, "step": point.get("step"), "values": point}
        for place, point in enumerate(fresh)
    ]
    session.execute(insert(JobPoint), rows)


def _end(session: Session, claim: Claim, statement: Update) -> list[str] | None:
    """Run a fenced statement that ends the attempt; returns the jobs whose state changed with it, None if fenced."""
    ended = statement.values(owner=None, lease_until=None, seconds_left=None)
    if session.execute(ended.returning(Job.id), execution_options=_IN_DATABASE).first() is None:
        return None
    mirror(session, [claim.job_id])
    return [claim.job_id, *settle_waiting(session)]


def finish(session: Session, claim: Claim) -> list[str] | None:
    """The work is done. Returns the ids of all jobs whose state changed (needing ones too); None when fenced off."""
    done = update(Job).where(_held(claim)).values(state=DONE, progress=1.0, error=None, finished_at=now())
    return _end(session, claim, done)


def fail(session: Session, claim: Claim, error: JsonObject) -> list[str] | None:
    """The work failed with ``{"title", "detail"}`` in a person's words. Returns as ``finish`` does."""
    return _end(session, claim, update(Job).where(_held(claim)).values(state=FAILED, error=error, finished_at=now()))


def cancelled(session: Session, claim: Claim) -> list[str] | None:
    """The work was stopped because a person wanted that. Returns as ``finish`` does."""
    stopped = update(Job).where(_held(claim)).values(state=CANCELLED, cancel_asked=False, finished_at=now(), message="")
    return _end(session, claim, stopped)


def paused(session: Session, claim: Claim) -> list[str] | None:
    """The work was put aside, or is queued again if the pause was taken back meanwhile. Returns as ``finish`` does."""
    state = case((Job.pause_asked, PAUSED), else_=QUEUED)
    return _end(session, claim, update(Job).where(_held(claim)).values(state=state, pause_asked=False, rung_at=None))


def release(session: Session, claim: Claim) -> list[str] | None:
    """The worker shuts down: whoever is there next goes on with the job. Returns as ``finish`` does."""
    return _end(session, claim, update(Job).where(_held(claim)).values(state=QUEUED, rung_at=None))


def died(session: Session, claim: Claim, max_attempts: int, why: str) -> list[str] | None:
    """The attempt ended without a word: killed, out of memory, a broken machine. Returns as ``finish`` does."""
    return _bury(session, _held(claim), max_attempts, why) or None


def reap(session: Session, max_attempts: int) -> list[str]:
    """Give jobs whose lease ran out to another worker, and settle what waits; returns the ids of changed jobs."""
    lost = and_(Job.state == RUNNING, or_(Job.lease_until.is_(None), Job.lease_until < now()))
    why = "The program that ran it was killed or its machine went away."
    changed = _bury(session, lost, max_attempts, why)
    return [*changed, *(id for id in settle_waiting(session) if id not in changed)]


def _bury(session: Session, dead: ColumnElement[bool], max_attempts: int, why: str) -> list[str]:
    """End dead attempts: what people asked for comes first, then failure after too many deaths, else another try."""
    error = {
        "title": f"The work stopped unexpectedly {max_attempts} times" if max_attempts > 1 else "The work was killed",
        "detail": f"{why} The job's log may say more. Run again, it goes on from what it had saved.",
    }
    fates: list[tuple[ColumnElement[bool], dict[str, Any]]] = [
        (Job.cancel_asked.is_(True), {"state": CANCELLED, "finished_at": now()}),
        (Job.pause_asked.is_(True), {"state": PAUSED}),
        (Job.crashes + 1 >= max_attempts, {"state": FAILED, "finished_at": now(), "error": error}),
        (Job.id.is_not(None), {"state": QUEUED, "rung_at": None}),
    ]
    changed: list[str] = []
    for which, fate in fates:
        statement = update(Job).where(dead, which).values(
            **fate, crashes=Job.crashes + 1, owner=None, lease_until=None, seconds_left=None,
            cancel_asked=False, pause_asked=False,
        )  # fmt: skip
        changed += session.scalars(statement.returning(Job.id), execution_options=_IN_DATABASE).all()
    mirror(session, changed)
    return [*changed, *settle_waiting(session)] if changed else []
