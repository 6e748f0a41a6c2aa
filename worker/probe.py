"""The warm side: answers Explore's questions at once from networks, fits and trials that it keeps in memory.

A question comes as a Celery message on the queue ``probe`` and is answered through a list of the broker; see
``backend.warm`` for both forms. One question at a time: the newest of a page makes its older ones void.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
import torch

from backend.settings import Settings
from backend.warm import DEVICES_KEY, LATEST, REMEMBER_SECONDS, REPLY, TASK
from models.network.targets import UnusableDisplays
from worker.app import app, opened
from worker.context import Refused
from worker.questions import estimate, landmarks, simulate, surrogate
from worker.questions.answer import Reply
from worker.shelf import Shelf

THREADS = 1
"""Threads of torch. 200 runs of the demo's network, states included: 18 ms at best with one thread, 101 ms with two, on
two cores that others use too; each step's products are too small to be shared out."""
log = logging.getLogger(__name__)

QUESTIONS: dict[str, Callable[[Shelf, dict[str, Any]], Reply]] = {
    "simulate": simulate.answer,
    "landmarks": landmarks.answer,
    "surrogate": surrogate.answer,
    "estimate": estimate.answer,
}
"""A new question is one file and one line here."""


@cache
def _shelf() -> Shelf:
    return Shelf(opened()[0])


@cache
def _broker() -> redis.Redis:
    return redis.Redis.from_url(Settings().broker, socket_timeout=10, socket_connect_timeout=2)


@app.task(name=TASK)
def answer(ticket: str, message: dict[str, Any]) -> None:
    """Answer one question, unless nobody waits for the answer any more."""
    arrived = time.time()
    if arrived > message["until"]:
        return
    view = message.get("view")
    if view is not None and _broker().get(LATEST.format(view)) not in (ticket.encode(), None):
        reply = Reply.refusal(409, "Replaced by a newer question", "The same page has asked again since.")
    else:
        reply = _reply(message["what"], message["question"])
    times = {"queue": _milliseconds(arrived - message["asked"]), "simulate": _milliseconds(time.time() - arrived)}
    key = REPLY.format(ticket)
    with _broker().pipeline(transaction=False) as line:
        line.rpush(key, json.dumps({**reply.head, **times}).encode() + b"\n" + reply.body)
        line.expire(key, REMEMBER_SECONDS)
        line.execute()


def _milliseconds(seconds: float) -> float:
    return round(1000 * max(seconds, 0.0), 1)


def _reply(what: str, question: dict[str, Any]) -> Reply:
    try:
        with torch.inference_mode(what != "estimate"):
            return QUESTIONS[what](_shelf(), question)
    except Refused as refusal:
        return Reply.refusal(422, refusal.title, refusal.detail)
    except UnusableDisplays as error:
        return Reply.refusal(422, "The network cannot be shown this display", str(error))
    except Exception:
        log.exception("a question of kind %s could not be answered", what)
        return Reply.refusal(500, "The program made an error", "The simulator's log has the details.")


def warm_up() -> None:
    """Everything that is slow the first time, done before the first question."""
    torch.set_num_threads(THREADS)
    assert math.isfinite(float(torch.randn(64, 64).matmul(torch.randn(64, 64)).sum()))
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""
    try:
        _broker().set(DEVICES_KEY, gpu)
    except redis.RedisError as error:
        log.warning("the broker is away: %s", error)
    log.info("the simulator is warm, process %d, %s", os.getpid(), gpu or "CPU")


warm_up()
