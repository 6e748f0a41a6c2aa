"""The live curve of a fit whose parts (set sizes, subjects) are fitted one after another."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable

from models.behaviour.emissions.emission import LOG_FULL_CIRCLE
from models.progress import Progress, Report

_EXPECTED_STEPS = 120
_SECONDS_BETWEEN_REPORTS = 0.05


class FitCurve:
    """Bound (or log-likelihood) of the whole, in nats per trial: parts to come count with what they start from."""

    def __init__(self, report: Report, trials: int) -> None:
        self._report, self._trials = report, trials
        self._settled, self._done = 0.0, 0
        self._pending: dict[Hashable, float] = {}
        self._last, self._started = -math.inf, time.monotonic()
        self.steps = 0
        self.points: list[tuple[int, float]] = []

    def expect(self, part: Hashable, total: float) -> None:
        """A part that will be fitted, and the bound (nats, summed over its trials) that it starts from."""
        self._pending[part] = total

    def expect_guessing(self, part: Hashable, trials: int) -> None:
        """A part that will be fitted and whose start is not known: until then it counts as nothing but guesses."""
        self.expect(part, -LOG_FULL_CIRCLE * trials)

    def add(self, part: Hashable, trials: int, step: int, per_trial: float, message: str) -> None:
        """One iteration of a part; what ``report`` raises ends the fit."""
        self.steps += 1
        self._pending[part] = per_trial * trials
        bound = (self._settled + sum(self._pending.values())) / self._trials
        self.points.append((self.steps, bound))
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_REPORTS:
            return
        self._last = now
        through = 1 - math.exp(-2 * step / _EXPECTED_STEPS)
        fraction = min((self._done + through * trials) / self._trials, 0.99)
        left = (now - self._started) * (1 - fraction) / fraction if fraction > 0.05 else None
        self._report(Progress(fraction, message, {"step": self.steps, "bound": bound}, seconds_left=left))

    def listener(self, part: Hashable, trials: int, message: str) -> Callable[[int, float], None]:
        """What an optimiser of one part is told to call with (iteration, bound per trial)."""

        def listen(step: int, value: float) -> None:
            self.add(part, trials, step, value, message)

        return listen

    def finish(self, part: Hashable, trials: int) -> None:
        """A part is fitted."""
        self._settled += self._pending.pop(part)
        self._done += trials

    def inner(self) -> FitCurve:
        """A curve that only passes on signs of life: for fits within a fit, whose bounds mean nothing to the whole."""

        def alive(progress: Progress) -> None:
            now = time.monotonic()
            if now - self._last >= _SECONDS_BETWEEN_REPORTS:
                self._last = now
                self._report(Progress(min(self._done / self._trials, 0.99), progress.message))

        return FitCurve(alive, self._trials)
