"""The broker's two uses: to ring for a worker, and to tell everybody what changed. It holds nothing that is needed.

A ring says only "there is something in this queue"; the worker then claims the oldest jobs from the table. So a ring
that gets lost or arrives twice does no harm, and `Reaper` rings again when a queue of the broker is empty while the
table's is not.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import KombuError
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.settings import Settings
from backend.store import claims, jobs, studies
from backend.store.store import Store
from backend.store.tables import QUEUED, Job, now

RUN_NEXT = "worker.run_next"
CHANNEL = "swapscope:events"
WORKER_KEY = "swapscope:worker:{queue}:{host}:{pid}"
ALIVE_SECONDS = 6
RING_AGAIN_SECONDS = 2.0
_LOST = (redis.RedisError, KombuError, OSError)
log = logging.getLogger(__name__)

CELERY_OPTIONS: Mapping[str, Any] = {
    "task_serializer": "json",
    "result_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_default_queue": "cpu",
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {"visibility_timeout": 7 * 86400},
}


def open_celery(settings: Settings, name: str = "backend") -> Celery:
    """A Celery application on the settings' broker: JSON only, no results."""
    app = Celery(name, broker=settings.celery_broker)
    app.conf.update(CELERY_OPTIONS)
    return app


class Queue:
    """The way from anybody to the workers and to the listening pages. A broker that is away is logged, not raised."""

    def __init__(self, settings: Settings) -> None:
        """Open lazily: nothing is connected before the first use."""
        self.redis: redis.Redis = redis.Redis.from_url(settings.broker, socket_timeout=5, socket_connect_timeout=2)
        self._celery = open_celery(settings)

    def ring(self, queue: str) -> bool:
        """Tell one worker of ``queue`` that there is a job; False when the broker is away (the reaper rings again)."""
        try:
            self._celery.send_task(RUN_NEXT, args=[queue], queue=queue, ignore_result=True, retry=False)
        except _LOST as error:
            log.warning("the broker is away: %s", error)
            return False
        return True

    def announce(self, event: str, data: Mapping[str, Any]) -> None:
        """Publish ``{"event", "data"}`` on the channel that the sites listen to."""
        try:
            self.redis.publish(CHANNEL, json.dumps({"event": event, "data": data}))
        except _LOST as error:
            log.warning("the broker is away: %s", error)

    def follow_up(self, store: Store, job_ids: Iterable[str]) -> None:
        """After a committed change: ring for those of the jobs that are queued, and announce all that changed.

        That is the jobs, what they make, the studies they belong to, and those whose place in the queue is another now.
        """
        with store.session() as session:
            found = [job for job_id in dict.fromkeys(job_ids) if (job := session.get(Job, job_id)) is not None]
            moved = jobs.behind(session, [job for job in found if job.state != QUEUED])
            told = [jobs.to_json(session, job) for job in [*found, *moved]]
            made = [jobs.made_state(session, job) for job in found]
            of_studies = studies.of_jobs(session, {job.id for job in found})
            fresh = [job for job in found if job.state == QUEUED]
            self._mark_rung(session, [job.id for job in fresh])
        for data in told:
            self.announce("job", data)
        for thing in made:
            if thing is not None:
                self.announce(thing.pop("kind"), thing)
        for study in of_studies:
            self.announce("study", study)
        for job in fresh:  # last: a worker that is faster than us would announce "running" before our "queued"
            self.ring(job.queue)

    @staticmethod
    def _mark_rung(session: Session, job_ids: list[str]) -> None:
        if job_ids:
            rung = update(Job).where(Job.id.in_(job_ids)).values(rung_at=now())
            session.execute(rung, execution_options={"synchronize_session": False})

    def ring_forgotten(self, store: Store) -> None:
        """Ring again for queued jobs whose broker queue is empty: the ring was lost, with the broker or its data."""
        overdue = or_(Job.rung_at.is_(None), Job.rung_at < now() - RING_AGAIN_SECONDS)
        with store.session() as session:
            rows = session.execute(select(Job.id, Job.queue).where(Job.state == QUEUED, overdue)).all()
        by_queue: dict[str, list[str]] = {}
        for job_id, queue in rows:
            by_queue.setdefault(queue, []).append(job_id)
        for queue, ids in by_queue.items():
            if self.length(queue) == 0:
                with store.session() as session:
                    self._mark_rung(session, ids)
                for _ in ids:
                    self.ring(queue)

    def length(self, queue: str) -> int | None:
        """How many rings wait in the broker, None when it is away."""
        try:
            return int(self.redis.llen(queue))
        except _LOST:
            return None

    def ready(self) -> bool:
        """Whether the broker answers."""
        try:
            return bool(self.redis.ping())
        except _LOST:
            return False

    def workers(self, queue: str, host: str = "*") -> int:
        """How many workers of ``queue`` gave a sign of life in the last seconds (0 when the broker is away)."""
        try:
            return sum(1 for _ in self.redis.scan_iter(WORKER_KEY.format(queue=queue, host=host, pid="*"), count=200))
        except _LOST:
            return 0

    def say_alive(self, queues: Iterable[str]) -> None:
        """Called by a worker every other second: it is there and serves ``queues``."""
        for queue in queues:
            key = WORKER_KEY.format(queue=queue, host=socket.gethostname(), pid=os.getpid())
            try:
                self.redis.set(key, b"1", ex=ALIVE_SECONDS)
            except _LOST:
                return


class Reaper:
    """Looks after jobs that nobody looks after: call ``sweep`` every second, from as many processes as there are."""

    def __init__(self, store: Store, queue: Queue) -> None:
        """Nothing happens before the first ``sweep``."""
        self._store, self._queue = store, queue
        self._last = time.time()
        self._asleep_until = 0.0

    def sweep(self) -> list[str]:
        """Requeue jobs with a lost lease, settle waiting ones, ring for forgotten ones; returns changed jobs' ids.

        When the machine was asleep all leases are over at once although all is well, so that the workers get the
        time of one lease to renew them.
        """
        lease, at = self._store.settings.lease_seconds, time.time()
        if at - self._last > lease:
            self._asleep_until = at + lease
        self._last = at
        if at < self._asleep_until:
            return []
        with self._store.session() as session:
            changed = claims.reap(session, self._store.settings.max_attempts)
        if changed:
            self._queue.follow_up(self._store, changed)
        self._queue.ring_forgotten(self._store)
        return changed


def main() -> int:
    """``python -m backend.queue QUEUE``: exit code 0 when a worker on this machine serves QUEUE (health checks)."""
    queue = Queue(Settings())
    return 0 if queue.workers(sys.argv[1], socket.gethostname()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
