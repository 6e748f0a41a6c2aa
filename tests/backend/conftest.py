"""A site with a real broker, and a workshop: a thread that does jobs as the workers do, in this process."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import redis

from backend import bundle
from backend.app import create_app
from backend.queue import Queue
from backend.settings import Settings
from backend.store import claims, jobs
from backend.store.claims import Claim
from backend.store.jobs import QUEUES
from backend.store.store import Store, open_store
from models.progress import Interrupted
from processes import broker_command, broker_program
from worker.context import JobContext, Refused
from worker.runner import find_kind

HOME = "http://127.0.0.1:8200"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker's address."""
    folder = tmp_path_factory.mktemp("b")
    socket = folder / "b.sock"
    process = subprocess.Popen(broker_command(broker_program(), str(socket), str(folder)), stdout=subprocess.DEVNULL)
    address = f"unix://{socket}?db=0"
    for _ in range(200):
        with contextlib.suppress(redis.RedisError):
            if redis.Redis.from_url(address).ping():
                break
        time.sleep(0.02)
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def settings(tmp_path: Path, broker: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    redis.Redis.from_url(broker).flushall()
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "no-bundle")
    return Settings(data_dir=tmp_path / "data", broker=broker, max_upload_bytes=2 * 1024**2)


@contextlib.asynccontextmanager
async def running(settings: Settings, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a site that runs."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HOME, timeout=30, **options) as client:
            client.site = app.state.site  # type: ignore[attr-defined]
            yield client


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with running(settings) as client:
        yield client


class Workshop:
    """Claims and does jobs until it is left."""

    def __init__(self, settings: Settings) -> None:
        self.store: Store = open_store(settings, migrating=True)
        self.queue = Queue(settings)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Workshop:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.store.close()

    def _work(self) -> None:
        while not self._stop.is_set():
            if not self._one():
                time.sleep(0.02)

    def _one(self) -> bool:
        with self.store.session() as session:
            claim = claims.claim(session, QUEUES, "workshop", 600)
        if claim is not None:
            self.queue.follow_up(self.store, [claim.job_id])
            self._do(claim)
        return claim is not None

    def _do(self, claim: Claim) -> None:
        with self.store.session() as session:
            job = jobs.get(session, claim.job_id)
        folder = self.store.settings.checkpoint(job.id)
        folder.mkdir(parents=True, exist_ok=True)

        def send(message: dict[str, Any]) -> None:
            if "event" in message:
                self.queue.announce(message["event"], message["data"])
                return
            point = [message["point"]] if message["point"] else []
            with self.store.session() as session:
                claims.report(session, claim, message["progress"], point, message["picture"])

        context = JobContext(
            job.id, job.request, claim.attempt, job.result_id, job.needs, self.store, folder,
            logging.getLogger("workshop"), send, self._stop.is_set,
        )  # fmt: skip
        try:
            find_kind(claim.kind, self.store.settings)(context)
            end: Callable[..., Any] = lambda session: claims.finish(session, claim)  # noqa: E731
        except Refused as refusal:
            error = {"title": refusal.title, "detail": refusal.detail, "errors": refusal.errors}
            end = lambda session: claims.fail(session, claim, error)  # noqa: E731
        except Interrupted:
            return
        except Exception as broken:
            error = {"title": "The program made an error", "detail": repr(broken)}
            logging.getLogger("workshop").exception("broken")
            end = lambda session: claims.fail(session, claim, error)  # noqa: E731
        with self.store.session() as session:
            changed = end(session)
        self.queue.follow_up(self.store, changed or [])


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    with Workshop(settings) as workshop:
        yield workshop


def csv_of(trials: int = 240, seed: int = 1) -> bytes:
    """A small file with two items a display, eight places and some swaps; degrees."""
    random = np.random.default_rng(seed)
    lines = ["subject,set_size,response,target,target_location,nontarget_2,nontarget_location_2"]
    for trial in range(trials):
        target, other = random.uniform(-180, 180, 2)
        here, there = 45.0 * random.choice(8, 2, replace=False)
        size = 1 + trial % 2
        centre = other if size == 2 and random.random() < 0.15 else target
        response = (centre + np.degrees(random.vonmises(0, 10)) + 180) % 360 - 180
        rest = f"{other:.2f},{there:.0f}" if size == 2 else ","
        lines.append(f"{trial % 3 + 1},{size},{response:.2f},{target:.2f},{here:.0f},{rest}")
    return "\n".join(lines).encode()


async def upload(client: httpx.AsyncClient, data: bytes | None = None, name: str = "colours.csv") -> dict[str, Any]:
    answer = await client.post("/api/datasets", files={"file": (name, data or csv_of())})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def done(client: httpx.AsyncClient, job: dict[str, Any], seconds: float = 60.0) -> dict[str, Any]:
    """The job when it has ended well."""
    import asyncio

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = (await client.get(f"/api/jobs/{job['id']}")).json()
        if job["state"] in ("done", "failed", "cancelled"):
            assert job["state"] == "done", job["error"]
            return job
        await asyncio.sleep(0.05)
    pytest.fail(f"not done in {seconds} s: {job}")
