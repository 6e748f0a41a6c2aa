"""The tables: jobs and their curves, and the things jobs make. Times are seconds since 1970 (UTC)."""

from __future__ import annotations

import time
import uuid
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import TypeEngine

JsonObject = dict[str, Any]

WAITING, QUEUED, RUNNING, PAUSED = "waiting", "queued", "running", "paused"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
FINISHED = (DONE, FAILED, CANCELLED)
UNFINISHED = (WAITING, QUEUED, RUNNING, PAUSED)


def new_id() -> str:
    """A fresh id: 32 hexadecimal digits, safe as a folder's name."""
    return uuid.uuid4().hex


class now(ColumnElement[float]):  # noqa: N801 - it reads as an SQL function
    """The database's own clock, in seconds since 1970: leases of workers on several machines need one clock."""

    inherit_cache = True
    type: TypeEngine[float] = Float()


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: SQLCompiler, **kwargs: object) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _now_postgres(element: now, compiler: SQLCompiler, **kwargs: object) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


class Table(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {JsonObject: JSON(none_as_null=True), list[Any]: JSON(none_as_null=True), float: Float(53)}  # noqa: RUF012


class Job(Table):
    """One piece of long work. This row, not the queue, is the truth about it.

    ``attempt`` rises by one at each claim and fences off earlier attempts; ``crashes`` counts those that ended
    unexpectedly; ``blocked_by`` names the needed job that failed or was cancelled and took this one with it.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_by_queue", "state", "queue", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(300), default="")
    queue: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    request: Mapped[JsonObject]
    attempt: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[float | None]
    heartbeat_at: Mapped[float | None]
    rung_at: Mapped[float | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    pause_asked: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    seconds_left: Mapped[float | None]
    picture: Mapped[JsonObject | None]
    error: Mapped[JsonObject | None]
    blocked_by: Mapped[str | None] = mapped_column(String(32))
    result_kind: Mapped[str | None] = mapped_column(String(16))
    result_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[float] = mapped_column(default=time.time)
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    versions: Mapped[JsonObject] = mapped_column(default=dict)

    needed: Mapped[list[JobNeed]] = relationship(
        lazy="selectin", foreign_keys="JobNeed.job_id", order_by="JobNeed.position", cascade="all, delete-orphan"
    )

    @property
    def needs(self) -> list[str]:
        """Ids of the jobs that must be done before this one starts."""
        return [need.needs_id for need in self.needed]


class JobNeed(Table):
    """That one job needs another to be done first."""

    __tablename__ = "job_needs"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    needs_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class JobPoint(Table):
    """One point of a job's live curves; ``step`` is its abscissa, so that a resumed job can rewind the curve."""

    __tablename__ = "job_points"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[float | None]
    values: Mapped[JsonObject]


class Made:
    """What all things made by jobs have in common; their big data lies in ``artifacts/<kind>/<id>/``.

    ``parents`` lists what it was made from, ``[{"kind": .., "id": ..}]``; ``state`` follows the job's.
    """

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    job_id: Mapped[str | None] = mapped_column(String(32), index=True)
    parents: Mapped[list[Any]] = mapped_column(default=list)
    request: Mapped[JsonObject] = mapped_column(default=dict)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    dataset_hash: Mapped[str | None] = mapped_column(String(64))
    example: Mapped[bool] = mapped_column(default=False)
    error: Mapped[JsonObject | None]
    created_at: Mapped[float] = mapped_column(default=time.time, index=True)
    versions: Mapped[JsonObject] = mapped_column(default=dict)


class Dataset(Made, Table):
    """A behavioural file and how it is read. ``state`` is reading, ready, question or refused.

    ``file`` describes what was given: name, bytes, sha256, format; ``mapping`` says what the columns mean.
    """

    __tablename__ = "datasets"

    file: Mapped[JsonObject] = mapped_column(default=dict)
    mapping: Mapped[JsonObject | None]


class Fit(Made, Table):
    """A behavioural model fitted to a dataset."""

    __tablename__ = "fits"

    dataset_id: Mapped[str] = mapped_column(String(32), index=True)
    model: Mapped[str] = mapped_column(String(64))


class Surrogate(Made, Table):
    """Responses drawn from a fitted model."""

    __tablename__ = "surrogates"

    fit_id: Mapped[str] = mapped_column(String(32), index=True)


class Network(Made, Table):
    """A network trained on a fitted model or on a law."""

    __tablename__ = "networks"

    fit_id: Mapped[str | None] = mapped_column(String(32), index=True)
    objective: Mapped[str] = mapped_column(String(64))


class Analysis(Made, Table):
    """What was found out about one or more networks (``parents`` names them)."""

    __tablename__ = "analyses"

    analysis: Mapped[str] = mapped_column(String(64))


class Comparison(Made, Table):
    """Behavioural models compared by how well each predicts held-out trials of a dataset."""

    __tablename__ = "comparisons"

    dataset_id: Mapped[str] = mapped_column(String(32), index=True)


class Recovery(Made, Table):
    """Whether planted parameters, or the planted model, come back on a dataset's displays; ``kind`` says which."""

    __tablename__ = "recoveries"

    dataset_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))


class Study(Made, Table):
    """A chain of jobs from a dataset to an analysis; ``steps`` is ``[{title, kind, job_id, result: {kind, id}}]``."""

    __tablename__ = "studies"

    dataset_id: Mapped[str] = mapped_column(String(32), index=True)
    steps: Mapped[list[Any]] = mapped_column(default=list)


MADE: dict[
    str,
    type[Dataset]
    | type[Fit]
    | type[Surrogate]
    | type[Network]
    | type[Analysis]
    | type[Comparison]
    | type[Recovery]
    | type[Study],
] = {
    "dataset": Dataset,
    "fit": Fit,
    "surrogate": Surrogate,
    "network": Network,
    "analysis": Analysis,
    "comparison": Comparison,
    "recovery": Recovery,
    "study": Study,
}
