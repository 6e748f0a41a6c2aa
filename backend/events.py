"""News for open pages: one subscription to the broker, handed on to any number of server-sent event streams.

A stream begins with a snapshot, so that whoever connects, or connects again, needs nothing from before. When the
broker was away, or a page is too slow to keep up, it gets a new snapshot instead of what it missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import redis
import redis.asyncio

from backend.queue import CHANNEL

PATIENCE_SECONDS = 0.5
BACKLOG = 2000
log = logging.getLogger(__name__)

Snapshot = Callable[[str | None], dict[str, Any]]
News = tuple[str, dict[str, Any]]


class Listener:
    """One open page."""

    def __init__(self, job: str | None, result: tuple[str, str] | None = None) -> None:
        """Listen to everything, or to one job and to what it makes, ``result`` as (kind, id)."""
        self._job, self._result = job, result
        self._news: asyncio.Queue[News | None] = asyncio.Queue(BACKLOG)

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Queue news; one that is too slow starts again from a snapshot."""
        if not self._wanted(event, data):
            return
        if self._news.full():
            self.start_again()
        else:
            self._news.put_nowait((event, data))

    def start_again(self) -> None:
        """Forget what is queued; a snapshot comes next."""
        while not self._news.empty():
            self._news.get_nowait()
        self._news.put_nowait(None)

    def _wanted(self, event: str, data: dict[str, Any]) -> bool:
        if self._job is None:
            return True
        if event == "job":
            return data.get("id") == self._job
        if event in ("point", "picture"):
            return data.get("job") == self._job
        return (event, data.get("id")) == self._result

    async def next(self) -> News | None:
        """The next piece of news; None asks for a snapshot."""
        return await self._news.get()


class Hub:
    """Listens to the broker for as long as the site runs; connects again whenever it has to."""

    def __init__(self, broker: redis.asyncio.Redis, snapshot: Snapshot) -> None:
        """Read snapshots with ``snapshot`` (called in a thread) and news from ``broker``'s channel."""
        self._broker, self._snapshot = broker, snapshot
        self._listeners: set[Listener] = set()
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Hand news on, for ever."""
        while True:
            try:
                await self._listen()
            except (redis.RedisError, OSError) as error:
                if self.connected.is_set():
                    log.warning("news stop until the broker is back: %s", error)
                self.connected.clear()
                await asyncio.sleep(PATIENCE_SECONDS)

    async def _listen(self) -> None:
        async with self._broker.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            self.connected.set()
            for listener in self._listeners:
                listener.start_again()
            while True:
                message = await channel.get_message(timeout=5.0)
                if message is not None:
                    self._hand_on(message["data"])

    def _hand_on(self, data: bytes) -> None:
        try:
            news = json.loads(data)
            event, told = news["event"], news["data"]
        except (ValueError, KeyError, TypeError):
            log.warning("not news: %r", data[:200])
            return
        for listener in self._listeners:
            listener.tell(event, told)

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Any:  # noqa: ANN401 - a context manager
        """Add a listener for a while."""
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def stream(self, job: str | None, result: tuple[str, str] | None = None) -> AsyncIterator[dict[str, str]]:
        """Server-sent events: a snapshot, then what happens; see ``Listener`` for the arguments."""
        with self.listening(Listener(job, result)) as listener:
            listener.start_again()
            while True:
                news = await listener.next()
                if news is None:
                    news = ("snapshot", await asyncio.to_thread(self._snapshot, job))
                yield {"event": news[0], "data": json.dumps(news[1], separators=(",", ":"))}

    async def until_ended(self, job_id: str, ended: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``ended`` (called in a thread) says so, for ``seconds`` at most; news of the job only hurry it."""
        with self.listening(Listener(job_id)) as listener:
            deadline = asyncio.get_running_loop().time() + seconds
            while not await asyncio.to_thread(ended):
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.next(), min(left, PATIENCE_SECONDS))
        return True
