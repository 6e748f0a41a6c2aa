"""When it is time, in a training, for a point of the curve, a look at held-out displays, a picture, a checkpoint."""

from __future__ import annotations

import time

from models.network.checkpoint import Position
from models.network.config import TrainConfig

_POINTS = 300  # points of a learning curve
_REPORT_SECONDS = 0.5


class Pace:
    """Counts steps for what must be the same in every run, and the wall clock for what is only shown or saved."""

    def __init__(self, position: Position, config: TrainConfig) -> None:
        self._position, self._config = position, config
        self._started = self._saved = self._reported = time.monotonic()
        self._pictured = self._started - config.picture_seconds
        self._spent, self._first = position.seconds, position.step

    def _every(self, count: int) -> bool:
        done, steps = self._position.step, self._config.steps
        return done % max(1, steps // count) == 0 or done == steps

    def tick(self) -> None:
        """A step is done: note the time spent."""
        self._position.seconds = self._spent + time.monotonic() - self._started

    @property
    def is_point(self) -> bool:
        """Whether the curve gets a point now."""
        return self._every(_POINTS)

    @property
    def is_evaluation(self) -> bool:
        """Whether held-out displays are looked at now."""
        return self._every(self._config.evaluations)

    @property
    def is_picture(self) -> bool:
        """Whether to draw a picture now; asks once."""
        due = time.monotonic() - self._pictured >= self._config.picture_seconds
        if due or self._position.step == self._config.steps:
            self._pictured = time.monotonic()
            return True
        return False

    @property
    def is_checkpoint(self) -> bool:
        """Whether to save a checkpoint now; asks once."""
        due = time.monotonic() - self._saved >= self._config.checkpoint_seconds
        if due and self._position.step < self._config.steps:
            self._saved = time.monotonic()
            return True
        return False

    @property
    def is_report(self) -> bool:
        """Whether it is time for a sign of life; asks once."""
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            return True
        return False

    @property
    def seconds_left(self) -> float:
        """Estimate from the steps of this run."""
        done = self._position.step
        each = (time.monotonic() - self._started) / max(1, done - self._first)
        return each * (self._config.steps - done)
