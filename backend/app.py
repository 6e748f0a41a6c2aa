"""The site's FastAPI application: the API, what it needs while it runs, and the guard in front of all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import redis.asyncio
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError

from backend import bundle, limits, problems, security
from backend.events import Hub
from backend.queue import Queue, Reaper, open_celery
from backend.routes import (
    analyses,
    comparisons,
    datasets,
    events,
    fits,
    health,
    jobs,
    landmarks,
    manifests,
    networks,
    recoveries,
    studies,
)
from backend.settings import Settings
from backend.site import Site, snapshot
from backend.store.store import open_store
from backend.store.versions import versions
from backend.warm import WarmWorker

SWEEP_SECONDS = 1.0
FORM_ALLOWANCE = 1 << 20  # of a multipart body, beside the file in it
log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; nothing is opened before it starts.

    Raises:
        Exposed: when the settings would let other machines in without a token.
    """
    settings = settings or Settings()
    security.check(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings) as site:
            app.state.site = site
            yield

    app = FastAPI(
        title="Swapscope",
        version=versions()["swapscope"] or "0",
        description="From behavioural data to a swap function, surrogate data, a trained network and its fidelity. "
        "Angles are radians of the full feature circle, on [-π, π). Errors are application/problem+json.",
        lifespan=lifespan,
    )
    problems.install(app)
    api = APIRouter(prefix="/api", responses=problems.RESPONSES)
    parts = (
        health,
        datasets,
        fits,
        comparisons,
        recoveries,
        networks,
        landmarks,
        analyses,
        studies,
        jobs,
        events,
        manifests,
    )
    for part in parts:
        api.include_router(part.router)
    api.add_api_route("/{path:path}", _nothing_here, methods=_METHODS, include_in_schema=False)
    app.include_router(api)
    app.add_middleware(limits.BodyLimit, limit=settings.max_upload_bytes + FORM_ALLOWANCE)
    app.add_middleware(security.Guard, settings=settings)
    return app


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def _nothing_here(path: str) -> None:
    raise problems.Problem(404, "There is nothing at this address", f"The API has no /api/{path[:200]}; see /docs.")


@contextlib.asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Site]:
    """Everything that lives as long as the site."""
    store = await asyncio.to_thread(open_store, settings, migrating=True)
    await asyncio.to_thread(store.artifacts.recover)
    await asyncio.to_thread(bundle.import_into_empty, store, bundle.FOLDER)
    queue = Queue(settings)
    broker = redis.asyncio.Redis.from_url(settings.broker, socket_connect_timeout=2, max_connections=200)
    hub = Hub(broker, lambda job_id: snapshot(store, job_id))
    site = Site(settings, store, queue, hub, WarmWorker(open_celery(settings), broker))
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(_sweep(Reaper(store, queue)))]
    try:
        yield site
    finally:
        await _stop(tasks)
        await broker.aclose()
        store.close()


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended: a client's own timeout can swallow a cancellation that comes with it."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.2)


async def _sweep(reaper: Reaper) -> None:
    """Look after jobs that nobody looks after, for ever."""
    while True:
        try:
            await asyncio.to_thread(reaper.sweep)
        except SQLAlchemyError as error:
            log.warning("cannot look after the jobs now: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)
