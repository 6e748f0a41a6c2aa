"""The stream of news."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse

from backend.site import Here, Site
from backend.store import jobs

router = APIRouter(tags=["events"])
_EXAMPLE = """event: snapshot
data: {"jobs":[{"id":"3f2a…","kind":"fit","state":"running","progress":0.4}]}

event: job
data: {"id":"3f2a…","kind":"fit","state":"running","progress":0.45}

event: point
data: {"job":"3f2a…","point":{"step":120,"bound":-0.91}}

event: fit
data: {"id":"77b0…","state":"done"}
"""


@router.get(
    "/events",
    summary="Server-sent events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}}},
)
async def events(
    site: Here, job: Annotated[str | None, Query(description="Only this job and what it makes.")] = None
) -> EventSourceResponse:
    """First ``snapshot`` ``{jobs}``, also after the broker was away; then ``job`` (the job's JSON), ``point``
    ``{job, point}``, ``picture`` ``{job, picture}`` and, when something changes state, ``dataset``, ``fit``,
    ``surrogate``, ``network``, ``analysis``, ``comparison``, ``recovery`` or ``study`` ``{id, state}``. A comment
    every 15 s keeps proxies patient.
    """
    result = await asyncio.to_thread(_result, site, job) if job is not None else None
    return EventSourceResponse(site.hub.stream(job, result), ping=15, headers={"X-Accel-Buffering": "no"})


def _result(site: Site, job_id: str) -> tuple[str, str] | None:
    with site.store.session() as session:
        job = jobs.get(session, job_id)
    return (job.result_kind, job.result_id) if job.result_kind and job.result_id else None
