"""Rows of the tables as JSON, found by id, and deleted together with what was made from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.problems import Problem, missing
from backend.store import jobs
from backend.store.store import Store
from backend.store.tables import (
    MADE,
    UNFINISHED,
    Analysis,
    Comparison,
    Dataset,
    Fit,
    Job,
    Made,
    Network,
    Recovery,
    Study,
    Surrogate,
)

Row = TypeVar("Row", Dataset, Fit, Surrogate, Network, Analysis, Comparison, Recovery, Study)
AnyRow = Dataset | Fit | Surrogate | Network | Analysis | Comparison | Recovery | Study
PLURAL = {
    "dataset": "datasets", "fit": "fits", "surrogate": "surrogates", "network": "networks", "analysis": "analyses",
    "comparison": "comparisons", "recovery": "recoveries", "study": "studies",
}  # fmt: skip


def iso(seconds: float) -> str:
    """A time as people and programs read it: ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find(session: Session, table: type[Row], id: str) -> Row:
    """The row with this id.

    Raises:
        Problem: 404 when there is none.
    """
    row = session.get(table, id)
    if row is None:
        raise missing(table.__name__.lower(), id)
    return row


def newest(session: Session, table: type[Row], limit: int | None, **equal: object) -> list[Row]:
    """Rows, the newest first (no limit: all), of which the named columns equal the given values (None: any)."""
    query = select(table).order_by(table.created_at.desc()).limit(limit)
    for name, value in equal.items():
        if value is not None:
            query = query.where(getattr(table, name) == value)
    return list(session.scalars(query))


def common(row: AnyRow) -> dict[str, Any]:
    """What all resources show."""
    return {
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "job_id": row.job_id,
        "created": iso(row.created_at),
        "seed": row.seed,
        "dataset_hash": row.dataset_hash,
        "example": row.example,
        "parents": row.parents,
        "request": row.request,
        "error": row.error,
        "versions": row.versions,
    }


def parent(row: AnyRow) -> dict[str, str]:
    """How ``row`` is named among the parents of what is made from it."""
    return {"kind": type(row).__name__.lower(), "id": row.id}


def descendants(session: Session, row: AnyRow) -> list[AnyRow]:
    """Everything that was made from ``row``, directly or not; a study counts as made from its dataset."""
    everything: list[AnyRow] = []
    for table in MADE.values():
        everything += session.scalars(select(table)).all()  # type: ignore[arg-type]
    found: dict[tuple[str, str], AnyRow] = {}
    todo = [parent(row)]
    while todo:
        above = todo.pop()
        for one in everything:
            below = parent(one)
            key = (below["kind"], below["id"])
            if key not in found and above in one.parents:
                found[key] = one
                todo.append(below)
    return list(found.values())


def busy(session: Session, rows: Iterable[Made]) -> list[Job]:
    """The unfinished jobs of some rows, also those that read a dataset again."""
    rows = list(rows)
    ids = {row.job_id for row in rows if row.job_id}
    datasets = {row.id for row in rows if isinstance(row, Dataset)}
    unfinished = session.scalars(select(Job).where(Job.state.in_(UNFINISHED)))
    return [job for job in unfinished if job.id in ids or _reads_one_of(job, datasets)]


def _reads_one_of(job: Job, datasets: Collection[str]) -> bool:
    return job.kind == "read" and job.request.get("dataset_id") in datasets


def refuse_if_busy(session: Session, rows: Iterable[Made], wish: str) -> None:
    """Raise ``Problem`` 409 when an unfinished job belongs to one of the rows; ``wish`` is what was wanted."""
    at_work = busy(session, rows)
    if at_work:
        titles = ", ".join(f"“{job.title}”" for job in at_work[:3])
        raise Problem(409, f"A job still needs it, so it cannot be {wish}", f"Cancel or await first: {titles}.")


def _forget(session: Session, row: AnyRow) -> list[tuple[str, str, str | None]]:
    """Delete a row, its descendants and their jobs; the kinds, ids and jobs of what is gone."""
    doomed: list[AnyRow] = [row, *descendants(session, row)]
    refuse_if_busy(session, doomed, "deleted")
    gone = [(parent(one)["kind"], one.id, one.job_id) for one in doomed]
    for one in doomed:
        session.delete(one)
    session.flush()
    # The job of an ensemble stays as long as one of its networks does.
    shared = set(session.scalars(select(Network.job_id)))
    gone = [(kind, id, job_id if job_id not in shared else None) for kind, id, job_id in gone]
    session.execute(delete(Job).where(Job.id.in_([job_id for _, _, job_id in gone if job_id])))
    return gone


def remove(store: Store, table: type[Row], id: str) -> None:
    """Delete a row and all that was made from it, with their files and jobs.

    Raises:
        Problem: 404 when there is none; 409 while a job is at work on any of it.
    """
    gone: list[tuple[str, str, str | None]] = []
    with store.session() as session:
        gone += _forget(session, find(session, table, id))
    for kind, made_id, job_id in gone:
        store.artifacts.delete(kind, made_id)
        if kind == "dataset":
            (store.settings.uploads_dir / made_id).unlink(missing_ok=True)
        if job_id:
            jobs.forget_checkpoint(store.settings.checkpoint(job_id))
            store.settings.job_log(job_id).unlink(missing_ok=True)
