"""Whether all parts are there, and what is running."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from backend.security import KNOWN
from backend.site import Here, Site
from backend.store.jobs import QUEUES
from backend.store.tables import QUEUED, RUNNING, Job
from backend.store.versions import versions
from backend.warm import DEVICES_KEY, QUEUE

router = APIRouter(tags=["health"])


@router.get("/health", summary="Whether everything is ready")
async def health(site: Here, request: Request, response: Response) -> dict[str, Any]:
    """200 when database, broker, job workers and the simulator answer, else 503; ``missing`` names what does not.

    Somebody who is not signed in learns only whether all is well.
    """
    told = await asyncio.to_thread(_health, site)
    response.status_code = 200 if told["ok"] else 503
    response.headers["Cache-Control"] = "no-store"
    return told if request.scope.get(KNOWN, True) else {"ok": told["ok"], "ready": told["ok"]}


def _health(site: Site) -> dict[str, Any]:
    broker = site.queue.ready()
    workers = {queue: site.queue.workers(queue) for queue in (*QUEUES, QUEUE)} if broker else {}
    queues = _queues(site)
    parts = {"database": queues is not None, "broker": broker}
    parts |= {f"worker:{queue}": workers.get(queue, 0) > 0 for queue in (*QUEUES, QUEUE)}
    missing = [name for name, there in parts.items() if not there]
    return {
        "ok": not missing,
        "ready": not missing,
        "version": versions()["swapscope"],
        "parts": parts,
        "missing": missing,
        "workers": workers,
        "queues": queues or {},
        "devices": {"cpu": os.cpu_count(), "gpu": _gpu(site) if broker else None},
        "versions": versions(),
        "max_upload_bytes": site.settings.max_upload_bytes,
    }


def _queues(site: Site) -> dict[str, dict[str, int]] | None:
    """How many jobs of each queue wait and run; None when the database is away."""
    query = select(Job.queue, Job.state, func.count()).where(Job.state.in_((QUEUED, RUNNING)))
    try:
        with site.store.session() as session:
            rows = session.execute(query.group_by(Job.queue, Job.state)).all()
    except SQLAlchemyError:
        return None
    found = {queue: {QUEUED: 0, RUNNING: 0} for queue in QUEUES}
    for queue, state, count in rows:
        found.setdefault(queue, {QUEUED: 0, RUNNING: 0})[state] = count
    return found


def _gpu(site: Site) -> str | None:
    """The GPU's name as the warm worker told it."""
    try:
        name = site.queue.redis.get(DEVICES_KEY)
    except Exception:  # the broker went away since the ping
        return None
    return name.decode() if isinstance(name, bytes) and name else None
