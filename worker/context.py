"""What a kind of job gets to work with, and the two ways it may end early."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.store.store import Store
from models.progress import Interrupted, Progress


class Died(Exception):
    """A process of the attempt was killed from outside: the attempt ends as if it had been killed itself."""


class Refused(Exception):
    """The job cannot be done, for a reason a person can understand and mend.

    Attributes:
        title: the reason in a few words.
        detail: a sentence or two: what was found, what is needed.
        errors: places, ``[{"row", "column", "value", "expected"}]``.
    """

    def __init__(self, title: str, detail: str = "", errors: list[dict[str, Any]] | None = None) -> None:
        """See the class."""
        super().__init__(title)
        self.title, self.detail, self.errors = title, detail, errors or []


@dataclass
class JobContext:
    """One attempt at one job.

    Attributes:
        id: the job's.
        request: its request, as JSON gave it.
        attempt: 1 at the first.
        result_id: id of the row and artifact that it makes, None when it makes none.
        needs: ids of the jobs it needed.
        store: database, artifacts and settings.
        checkpoint_dir: an existing folder that outlives interruptions; it is removed when the job is done.
        log: writes into the job's own log.
        send: passes one message to the supervisor.
        interrupted: whether the work should stop now, for loops that have nothing to report.
    """

    id: str
    request: Mapping[str, Any]
    attempt: int
    result_id: str | None
    needs: list[str]
    store: Store
    checkpoint_dir: Path
    log: logging.Logger
    send: Callable[[dict[str, Any]], None]
    interrupted: Callable[[], bool] = field(default=lambda: False)

    def report(self, progress: Progress) -> None:
        """Tell how far the work is; hand this to ``models`` as its ``report``.

        Raises:
            Interrupted: when the work must stop now. Save a checkpoint and let it pass on.
        """
        self.send(
            {
                "progress": {
                    "progress": min(1.0, max(0.0, float(progress.fraction))),
                    "message": progress.message,
                    "seconds_left": progress.seconds_left,
                },
                "point": {name: float(value) for name, value in progress.point.items()},
                "picture": progress.picture,
            }
        )
        if self.interrupted():
            raise Interrupted

    def announce(self, kind: str, id: str, state: str) -> None:
        """Tell all open pages that a dataset, fit, ... changed, after the change is committed."""
        self.send({"event": kind, "data": {"id": id, "state": state}})


Kind = Callable[[JobContext], None]
