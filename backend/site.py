"""What a running site consists of; the routes find it on their request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from backend.events import Hub
from backend.queue import Queue
from backend.settings import Settings
from backend.store import jobs
from backend.store.store import Store
from backend.store.tables import FINISHED, Job
from backend.warm import WarmWorker


@dataclass(frozen=True)
class Site:
    """Everything the routes need."""

    settings: Settings
    store: Store
    queue: Queue
    hub: Hub
    warm: WarmWorker

    async def job_ended(self, job_id: str, seconds: float) -> bool:
        """Wait for the end of a job for ``seconds`` at most, without blocking anybody; whether it has ended."""

        def ended() -> bool:
            with self.store.session() as session:
                return jobs.get(session, job_id).state in FINISHED

        return await self.hub.until_ended(job_id, ended, seconds)


def snapshot(store: Store, job_id: str | None) -> dict[str, Any]:
    """``{"jobs": [...]}`` of one job or of the recent ones, for the beginning of an event stream.

    Empty when the job was deleted meanwhile, which its page learns from it.
    """
    with store.session() as session:
        one = None if job_id is None else session.get(Job, job_id)
        found = jobs.recent(session) if job_id is None else [one] if one is not None else []
        return {"jobs": [jobs.to_json(session, job) for job in found]}


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site)]
"""The site, as a parameter of a route."""
