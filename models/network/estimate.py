"""What a training will cost on this device, before it starts."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

import torch

from models.displays import Displays
from models.network.config import TrainConfig
from models.network.device import best_device
from models.network.side_by_side import group_sizes
from models.network.swap_laws import SwapLaw
from models.network.targets import Source
from models.network.training import train_ensemble
from models.progress import Progress

_BY_THE_CLOCK: dict[str, object] = {"curriculum": "scheduled", "without_swaps": 0.0, "ramp": 0.0, "patience": 0.0}


@dataclass(frozen=True)
class Cost:
    """Time of a training.

    Attributes:
        seconds_per_step: measured on a few steps.
        seconds: for the whole training.
        device: ``"cpu"`` or ``"cuda"``.
    """

    seconds_per_step: float
    seconds: float
    device: str


def estimate(config: TrainConfig, items: int = 4, steps: int = 12, device: str | None = None, members: int = 1) -> Cost:
    """Measure a few training steps on made-up displays of up to ``items`` items; takes about a second.

    ``members`` networks are trained together; the time is that of all, that is of their largest group.
    """
    if config.encoding != "conjunctive":
        items = min(items, config.slots)
    where = best_device() if device is None else torch.device(device)
    # One delay for all: on a GPU the first two steps of every delay are slower than those that follow.
    delay = sum(config.delay_steps) // 2
    short = config.changed(
        steps=steps,
        delay_steps=[delay, delay],
        pool=256,
        held_out=8,
        evaluations=1,
        picture_seconds=3600.0,
        **_BY_THE_CLOCK,
    )
    moments: list[float] = []
    source = Source(_AnyDisplays(items), SwapLaw(kind="smooth", emission="von_mises"))

    def note(progress: Progress) -> None:
        moments.append(time.monotonic())

    largest = group_sizes(config, members)[0] if where.type == "cpu" else members
    train_ensemble(short, source, range(largest), report=note, device=where)
    gaps = sorted(after - before for before, after in itertools.pairwise(moments[1:-1]))
    typical = gaps[len(gaps) // 2]
    return Cost(typical, typical * config.steps, where.type)


@dataclass(frozen=True)
class _AnyDisplays:
    """Displays of evenly spread set sizes and independent features, good enough to time a step."""

    items: int

    def sample(self, count: int, generator: torch.Generator) -> Displays:
        set_size = torch.arange(count) % self.items + 1
        absent = torch.arange(self.items) >= set_size[:, None]
        feature = torch.rand(2, count, self.items, generator=generator, dtype=torch.float64) * 6.28 - 3.14
        feature[:, absent] = torch.nan
        return Displays(feature[0], feature[1], set_size)
