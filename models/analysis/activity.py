"""Activity of a freely running network trial by trial: what was shown, what was answered, and what it was: a swap?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import distance
from models.displays import Displays
from models.network.network import Network
from models.network.recording import record
from models.network.task import Epoch

CORRECT, SWAP, GUESS = 0, 1, 2
OUTCOMES = ("correct", "swap", "guess")
FAR = math.pi / 4
"""A response further than this from every item belongs to none (radians)."""
ROWS = 4096  # trials that run at a time: bounds the memory


@dataclass(frozen=True)
class Activity:
    """M trials, one run of the network each.

    Attributes:
        displays: M rows, item 0 cued.
        response: ``(M,)`` float64 radians on [-pi, pi).
        reported: ``(M,)`` int64, the item that the response is nearest to; -1 if it is far from all.
        plane: ``(M, T, 2)`` float32, place in the behaviour plane after every step.
        memory: ``(M, T, n - 2)`` float32, the activity outside the behaviour plane: coordinates in the orthogonal
            complement of the plane, in which a response that is already given cannot be read again.
        epochs: what happened when, in steps.
        seconds: ``(T,)`` float64, end of every step in seconds from cue onset.
    """

    displays: Displays
    response: Tensor
    reported: Tensor
    plane: Tensor
    memory: Tensor
    epochs: list[Epoch]
    seconds: Tensor

    @property
    def outcome(self) -> Tensor:
        """``(M,)`` int64: ``CORRECT``, ``SWAP`` or ``GUESS``, by the item that the response is nearest to."""
        swap_or_guess = torch.where(self.reported < 0, GUESS, SWAP)
        return torch.where(self.reported == 0, CORRECT, swap_or_guess)

    def select(self, index: Tensor) -> Activity:
        """Some of the trials, by integer index or boolean mask."""
        return Activity(
            self.displays.select(index), self.response[index], self.reported[index], self.plane[index],
            self.memory[index], self.epochs, self.seconds,
        )  # fmt: skip

    def steps(self, name: str) -> slice:
        """The steps of an epoch: stimulus, delay, cue, gap or recall."""
        return next(slice(epoch.start, epoch.stop) for epoch in self.epochs if epoch.name == name)


def observe(
    network: Network,
    displays: Displays,
    generator: torch.Generator,
    runs: int = 1,
    noise: float = 1.0,
    delay: int | None = None,
    cue: Tensor | None = None,
    order: Tensor | None = None,
) -> Activity:
    """Run a network on displays, ``runs`` times each; the trials of a display follow one another.

    Args:
        network: any trained network.
        displays: B displays.
        generator: source of the noise, on the network's device.
        runs: of each display; there are ``B * runs`` trials.
        noise: multiplier of all noise.
        delay: steps of delay; None is the longest of the training.
        cue: ``(B,)`` probe angle to cue with, radians; None cues item 0.
        order: ``(B, N)`` slots of the items, in networks that have slots; None draws them.
    """
    index = torch.arange(len(displays)).repeat_interleave(runs)
    parts = []
    for rows in index.split(ROWS):
        cued, slots = (None if value is None else value[rows] for value in (cue, order))
        parts.append(_some(network, displays.select(rows), generator, noise, delay, cued, slots))
    return joined(parts)


def joined(parts: Sequence[Activity]) -> Activity:
    """Trials of several activities with the same epochs, one after another; displays must be of the same width."""
    shown = [part.displays for part in parts]
    displays = Displays(
        torch.cat([one.report for one in shown]),
        torch.cat([one.probe for one in shown]),
        torch.cat([one.set_size for one in shown]),
    )
    response, reported, plane, memory = (
        torch.cat([getattr(part, name) for part in parts]) for name in ("response", "reported", "plane", "memory")
    )
    return Activity(displays, response, reported, plane, memory, parts[0].epochs, parts[0].seconds)


def nearest_item(response: Tensor, displays: Displays) -> Tensor:
    """``(M,)`` the item that each response ``(M,)`` is nearest to, -1 if it is further than ``FAR`` from all."""
    gaps = distance(response[:, None], displays.report).nan_to_num(math.inf)
    gap, item = gaps.min(1)
    return torch.where(gap <= FAR, item, -1)


def _some(
    network: Network,
    displays: Displays,
    generator: torch.Generator,
    noise: float,
    delay: int | None,
    cue: Tensor | None,
    order: Tensor | None,
) -> Activity:
    recording = record(network, displays, 1, generator, noise, delay, cue, states=True, order=order)
    response = recording.response[:, 0].cpu().double()
    memory = recording.states[:, 0] @ network.frame[2:].T
    cue_onset = next(epoch.start for epoch in recording.epochs if epoch.name == "cue")
    steps = recording.plane.shape[2]
    seconds = (torch.arange(1, steps + 1, dtype=torch.float64) - cue_onset) * network.config.step_seconds
    return Activity(
        displays, response, nearest_item(response, displays), recording.plane[:, 0].cpu(), memory.cpu(),
        recording.epochs, seconds,
    )  # fmt: skip
