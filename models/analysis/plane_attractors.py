"""The answers that recall is drawn to: attractors of the behaviour plane while the memory stays what it is.

At every step of recall the network moves its place in the plane by what its memory and its time signal say. Held at one
step, with the memory of one run, this is a flow in two dimensions whose stable points are the answers that are still
open: one in the middle while nothing is decided, one for each item that may be reported later on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.analysis.frozen import Frozen
from models.analysis.newton import slowest_nearby
from models.circular import FULL_CIRCLE
from models.displays import Displays

DIRECTIONS = 12  # of the starts, at the radius of responses; one more is the origin
CLOSE = 0.1  # points closer than this share of the radius are one
FIXED = 1e-5  # a step shorter than this share of the radius is none
FAR = 3.0  # radii from the origin beyond which nothing is an answer
ITERATIONS = 50


@dataclass(frozen=True)
class InPlane:
    """A frozen step seen in the plane alone: M places ``(M, 2)`` beside memories ``(M, n - 2)`` that are held."""

    dynamics: Frozen
    memory: Tensor

    def at(self, rows: Tensor) -> InPlane:
        """The same for some rows."""
        return InPlane(self.dynamics.at(rows), self.memory[rows])

    def step(self, place: Tensor) -> Tensor:
        """Where each place moves."""
        return self.dynamics.step(torch.cat([place, self.memory], 1))[:, :2]

    def jacobian(self, place: Tensor) -> Tensor:
        """``(M, 2, 2)``."""
        twice = self.at(torch.arange(len(place)).repeat_interleave(2))
        with torch.enable_grad():
            copies = place.repeat_interleave(2, 0).requires_grad_(True)
            component = torch.eye(2, dtype=place.dtype).repeat(len(place), 1)
            (gradient,) = torch.autograd.grad(twice.step(copies), copies, component)
        return gradient.reshape(len(place), 2, 2)


@dataclass(frozen=True)
class Attractors:
    """Stable points of the plane of B displays at one step of recall.

    Attributes:
        display: ``(P,)`` int64, whose each of the P points is.
        place: ``(P, 2)``.
        item: ``(P,)`` int64, the item whose report its direction is; -1 if none, or if it lies within half a radius of
            the origin.
        displays: B.
    """

    display: Tensor
    place: Tensor
    item: Tensor
    displays: int

    @property
    def count(self) -> Tensor:
        """``(B,)`` points of each display."""
        return self.display.bincount(minlength=self.displays)

    def holds(self, cued: bool) -> Tensor:
        """``(B,)`` bool: whether the cued item, or any other one, is among the answers."""
        wanted = self.item == 0 if cued else self.item > 0
        return self.display[wanted].bincount(minlength=self.displays) > 0


def attractors(dynamics: Frozen, memory: Tensor, displays: Displays, radius: float) -> Attractors:
    """Stable points of the plane.

    Args:
        dynamics: one step of recall, held.
        memory: ``(B, n - 2)`` float64, of a run on each display at this step.
        displays: B.
        radius: at which responses lie.
    """
    count = len(memory)
    angle = torch.arange(DIRECTIONS, dtype=torch.float64) * (FULL_CIRCLE / DIRECTIONS)
    around = radius * torch.stack([angle.cos(), angle.sin()], 1)
    start = torch.cat([around, around.new_zeros(1, 2)]).repeat(count, 1)
    owner = torch.arange(count).repeat_interleave(DIRECTIONS + 1)
    plane = InPlane(dynamics, memory[owner])
    ends, length = slowest_nearby(plane, start, FIXED * radius / 10, ITERATIONS)
    there = (length < FIXED * radius) & (ends.norm(dim=1) < FAR * radius)
    growth = torch.linalg.eigvals(plane.jacobian(ends).nan_to_num()).abs().amax(1)
    rows = (there & (growth < 1)).nonzero()[:, 0]
    kept = [row for place, row in enumerate(rows.tolist()) if not _known(row, rows[:place], ends, owner, radius)]
    chosen = torch.tensor(kept, dtype=torch.int64)
    place, display = ends[chosen], owner[chosen]
    item = nearest_item(torch.atan2(place[:, 1], place[:, 0]), displays.select(display))
    return Attractors(display, place, torch.where(place.norm(dim=1) < radius / 2, -1, item), count)


def _known(row: int, before: Tensor, ends: Tensor, owner: Tensor, radius: float) -> bool:
    """Whether one of the points before is the same one."""
    same = before[owner[before] == owner[row]]
    return bool(((ends[same] - ends[row]).norm(dim=1) < CLOSE * radius).any())
