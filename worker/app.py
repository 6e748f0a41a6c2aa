"""The Celery application: ``celery -A worker.app worker -Q QUEUES``.

Queues: ``cpu`` (fits), ``gpu`` (training, analyses of networks), ``quick`` (jobs of seconds, which must not wait
behind long ones) and ``probe`` (Explore's simulations, answered by a warm process). A message on the first three is
only a ring: what to run is read from the job table.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
import threading
import time
from functools import cache
from typing import Any

from celery import signals

from backend.queue import RUN_NEXT, Queue, open_celery
from backend.settings import Settings
from backend.store import claims
from backend.store.store import Store, open_store
from worker.supervise import Attempt

PROBE = "probe"
SAY_ALIVE_SECONDS = 2.0
DEAF_SECONDS = 20.0
log = logging.getLogger(__name__)

settings = Settings()
app = open_celery(settings, "worker")
shutdown = threading.Event()
_busy: set[str] = set()


@cache
def opened() -> tuple[Store, Queue]:
    """The process's store and queue, opened at the first use."""
    return open_store(settings), Queue(settings)


@app.task(name=RUN_NEXT)
def run_next(queue: str) -> None:
    """Answer a ring from ``queue``: run what is queued for this worker, the oldest first, until there is no more."""
    store, bell = opened()
    owner = f"{socket.gethostname()}:{os.getpid()}"
    queues = sorted(app.amqp.queues.consume_from) or [queue]
    while not shutdown.is_set():
        with store.session() as session:
            claim = claims.claim(session, queues, owner, settings.lease_seconds)
        if claim is None:
            return
        Attempt(store, bell, claim, shutdown).run()


def watch(queues: list[str]) -> None:
    """Say every other second that this worker is alive; end it when it has gone deaf. Returns never.

    Deaf means: it has nothing to do, rings wait in the broker, and it does not take them (a known illness of
    consumers after a lost connection). Whoever supervises the process starts it again.
    """
    _, bell = opened()
    heard = time.monotonic()
    while not shutdown.is_set():
        bell.say_alive(queues)
        if _busy or not any(bell.length(queue) for queue in queues):
            heard = time.monotonic()
        if time.monotonic() - heard > DEAF_SECONDS:
            log.error("rings wait but do not arrive; ending this worker so that it is started again")
            os._exit(1)
        time.sleep(SAY_ALIVE_SECONDS)


@signals.celeryd_after_setup.connect(weak=False)
def _warm_up(instance: Any, **_: object) -> None:  # noqa: ANN401 - Celery's worker has no types
    """The worker that serves Explore loads the science before it takes the first request."""
    if PROBE in instance.app.amqp.queues.consume_from:
        importlib.import_module("worker.probe")


@signals.worker_ready.connect(weak=False)
def _ready(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's worker has no types
    queues = list(sender.app.amqp.queues.consume_from)
    threading.Thread(target=watch, args=(queues,), name="watch", daemon=True).start()


@signals.worker_shutting_down.connect(weak=False)
def _shutting_down(**_: object) -> None:
    shutdown.set()


@signals.task_prerun.connect(weak=False)
def _begin(task_id: str, **_: object) -> None:
    _busy.add(task_id)


@signals.task_postrun.connect(weak=False)
def _finish(task_id: str, **_: object) -> None:
    _busy.discard(task_id)
