"""Server-sent events from a real uvicorn: a snapshot first, then news, again after the broker was away."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from sse_starlette.sse import AppStatus

from backend.app import create_app
from backend.events import BACKLOG, Listener
from backend.queue import Queue
from backend.settings import Settings


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[uvicorn.Server]:
    """A server on a port that the system gives."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=5)
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign] # pytest's own stay in place
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield server
    server.should_exit = True
    await task
    AppStatus.should_exit = False  # one flag a process: left raised, every later site would end its streams at once


def address(server: uvicorn.Server) -> str:
    """Where a server's API is."""
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}/api"


class Stream:
    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        event = ""
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    return event, json.loads(line[5:])
        raise EOFError


async def test_news_reach_the_page(served: uvicorn.Server, settings: Settings) -> None:
    base = address(served)
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        study = (await client.post(f"{base}/studies", json={})).json()
        first = study["steps"][0]["job_id"]
        async with client.stream("GET", f"{base}/events") as all_of_them:
            stream = Stream(all_of_them)
            event, data = await stream.next()
            assert event == "snapshot"
            assert len(data["jobs"]) == 6
            bell = Queue(settings)
            bell.announce("point", {"job": first, "point": {"step": 1}})
            assert await stream.next() == ("point", {"job": first, "point": {"step": 1}})
            async with client.stream("GET", f"{base}/events", params={"job": first}) as of_one:
                own = Stream(of_one)
                assert [job["id"] for job in (await own.next())[1]["jobs"]] == [first]
                bell.announce("point", {"job": "other", "point": {}})
                await client.post(f"{base}/jobs/{first}/cancel")
                event, data = await own.next()
                assert (event, data["state"]) == ("job", "cancelled")
                assert (await own.next())[0] == "dataset"
            bell.redis.client_kill_filter(_type="pubsub")
            events = [(await stream.next())[0] for _ in range(8)]
            while events[-1] != "snapshot":
                events.append((await stream.next())[0])
        assert (await client.get(f"{base}/events", params={"job": "nobody"})).status_code == 404


async def test_an_open_stream_does_not_hold_up_the_end(served: uvicorn.Server) -> None:
    async with (
        httpx.AsyncClient(trust_env=False, timeout=10) as client,
        client.stream("GET", f"{address(served)}/events") as response,
    ):
        await Stream(response).next()
        loop = asyncio.get_running_loop()
        began = loop.time()
        served.handle_exit(15, None)  # as on SIGTERM, which must not go on to end the tests
        served._captured_signals.clear()
        while served.servers and any(server.is_serving() for server in served.servers):
            await asyncio.sleep(0.02)
        assert loop.time() - began < 2


async def test_a_slow_page_starts_again_from_a_snapshot() -> None:
    listener = Listener(None)
    for number in range(BACKLOG + 1):
        listener.tell("point", {"job": "a", "point": {"step": number}})
    assert await listener.next() is None
