"""The task as the network lives it: epochs, and what is shown in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.displays import Displays
from models.network.config import TrainConfig

PREPARATION = ("stimulus", "delay", "cue", "gap")


class UnusableDisplays(ValueError):
    """The displays cannot be shown to a network; the message is for a person."""


@dataclass(frozen=True)
class Stimuli:
    """B displays and their cues as numbers that any encoding can turn into input; ``...`` is a members axis or none.

    Attributes:
        report, probe: ``(..., B, N)`` radians, 0 where no item is or its probe is unknown.
        present: ``(..., B, N)`` 1 where an item is, 0 elsewhere; item 0 is the cued one.
        cue: ``(..., B)`` probe angle of the cue, radians.
        slot: ``(..., B, N)`` int64, the place of every item in an encoding with slots; those of a display of k items
            are a permutation of 0 to k - 1.
    """

    report: Tensor
    probe: Tensor
    present: Tensor
    cue: Tensor
    slot: Tensor

    def __len__(self) -> int:
        return self.report.shape[-2]

    def change(self, one: Callable[[Tensor], Tensor]) -> Stimuli:
        """All tensors changed alike."""
        return Stimuli(*(one(value) for value in vars(self).values()))


@dataclass(frozen=True)
class Epoch:
    """One stretch of a trial: the network's updates ``start`` (included) to ``stop`` (not included)."""

    name: str
    start: int
    stop: int

    @property
    def steps(self) -> int:
        """How many updates the epoch lasts."""
        return self.stop - self.start


def epochs(config: TrainConfig, delay: int) -> list[Epoch]:
    """The five epochs of a trial with a delay of ``delay`` steps, in order and without gaps between them."""
    names = (*PREPARATION, "recall")
    steps = (config.stimulus_steps, delay, config.cue_steps, config.gap_steps, config.recall_steps)
    result, start = [], 0
    for name, count in zip(names, steps, strict=True):
        result.append(Epoch(name, start, start + count))
        start += count
    return result


def stimuli(
    displays: Displays, config: TrainConfig, generator: torch.Generator | None = None, order: Tensor | None = None
) -> Stimuli:
    """What a network of this configuration is shown of displays.

    Args:
        displays: M of them.
        config: whose encoding is asked what it needs.
        generator: puts items into slots at random, for encodings that have slots.
        order: ``(M, N)`` slots to use instead.

    Raises:
        UnusableDisplays: if an item of a display with several has no probe value where cues are probes, or if there are
            more items than slots.
    """
    slotted = config.encoding != "conjunctive"
    if config.encoding != "index" and not displays.has_probe:
        raise UnusableDisplays("A network is cued by the probe feature, and some displays have items without one.")
    largest = int(displays.set_size.max())
    if slotted and largest > config.slots:
        raise UnusableDisplays(
            f"This network has places for {config.slots} items, and a display has {largest}. Train one with more slots."
        )
    width = min(displays.items, config.slots) if slotted else displays.items
    present = displays.present[:, :width]
    report = torch.where(present, displays.report[:, :width], 0.0).float()
    probe = displays.probe[:, :width]
    probe = torch.where(present & probe.isfinite(), probe, 0.0).float()
    if order is not None:
        slot = order[:, :width]
    elif slotted and generator is not None:
        keys = torch.rand(present.shape, generator=generator, device=generator.device).cpu()
        slot = (keys + (~present).float()).argsort(1).argsort(1)
    else:
        slot = torch.arange(width).expand(len(displays), -1)
    return Stimuli(report, probe, present.float(), probe[:, 0], slot)
