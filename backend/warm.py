"""Asks the warm worker, which holds networks and fits in memory, and waits for its answer.

The question is a Celery message on the queue ``probe``. The answer comes through a list of the broker that nobody
else knows: one line of JSON (status, media type, times), then the body as bytes.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import redis
import redis.asyncio
from celery import Celery
from kombu.exceptions import KombuError

from backend.problems import Problem

TASK = "worker.probe.answer"
QUEUE = "probe"
REPLY = "probe:reply:{}"
LATEST = "probe:latest:{}"
DEVICES_KEY = "swapscope:devices"
"""Where the warm worker writes the name of its GPU, empty without one."""
REMEMBER_SECONDS = 120
_AWAY = Problem(
    503,
    "The simulator is not ready",
    "The process that runs networks for this page is still starting or was restarted. Try again in a few seconds.",
)


@dataclass(frozen=True)
class Answer:
    """What the warm worker said; ``meta`` holds its times in milliseconds."""

    media_type: str
    body: bytes
    meta: dict[str, Any] = field(default_factory=dict)


class WarmWorker:
    """The way there and back."""

    def __init__(self, celery: Celery, broker: redis.asyncio.Redis) -> None:
        """Nothing is connected before the first question."""
        self._celery, self._broker = celery, broker

    async def ask(self, what: str, question: dict[str, Any], seconds: float = 20.0, view: str | None = None) -> Answer:
        """Ask ``what``; a newer question of the same ``view`` makes this one void.

        Raises:
            Problem: 503 when nobody answers in time, else what the worker refused.
        """
        ticket, asked = uuid.uuid4().hex, time.time()
        try:
            if view is not None:
                await self._broker.set(LATEST.format(view), ticket, ex=REMEMBER_SECONDS)
            message = {"what": what, "question": question, "view": view, "asked": asked, "until": asked + seconds}
            await asyncio.to_thread(self._send, ticket, message, seconds)
            reply = await self._broker.blpop([REPLY.format(ticket)], timeout=seconds)
        except (redis.RedisError, KombuError, OSError) as error:
            raise _AWAY from error
        if reply is None:
            raise _AWAY
        found = reply[1]
        assert isinstance(found, bytes)  # the connection decodes nothing
        head, _, body = found.partition(b"\n")
        meta = json.loads(head)
        if meta["status"] >= 400:
            raise Problem(meta["status"], meta["title"], meta["detail"])
        return Answer(meta["type"], body, meta)

    def _send(self, ticket: str, message: dict[str, Any], seconds: float) -> None:
        self._celery.send_task(
            TASK, args=[ticket, message], queue=QUEUE, expires=seconds, ignore_result=True, retry=False
        )
