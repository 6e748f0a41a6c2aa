"""How long work in ``models`` speaks to whoever started it: a terminal, a worker, a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Progress:
    """One sign of life from long work.

    Attributes:
        fraction: done so far, 0 to 1.
        message: what is being done, in a few words a person can read.
        point: new values for live curves by name, e.g. ``{"step": 120, "bound": -0.91}``; ``step`` is the abscissa.
        picture: plain data for a live picture (only when there is a new one), JSON-ready.
        seconds_left: estimate, or None while unknown.
    """

    fraction: float
    message: str = ""
    point: Mapping[str, float] = field(default_factory=dict)
    picture: Mapping[str, Any] | None = None
    seconds_left: float | None = None


class Interrupted(Exception):
    """Raised out of ``report(progress)`` when the work must stop now: cancelled, paused, or the machine shuts down.

    Work that can be continued saves its checkpoint and lets this pass on.
    """


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """A ``Report`` that listens to nothing."""
