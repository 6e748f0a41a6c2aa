"""Responses of a network to two items under a cue that goes round the circle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.analysis.separations import probe_distances, usual_displays
from models.analysis.subject import NothingToAnalyse, Subject
from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.recording import record

CUES = 48  # 7.5 degrees: items at a whole multiple of 15 degrees are on the grid
DISPLAYS, RUNS = 8, 16
SEPARATIONS = 4
STEP = math.pi / 12  # 15 degrees, to which probe separations are rounded
BINS = 72  # of responses, 5 degrees
SMOOTHING = (0.25, 0.5, 0.25)  # of the bins in which the mode is looked for


@dataclass(frozen=True)
class Sweep:
    """Responses to two items under a moving cue, seen from the first item; D displays, C cues, S runs.

    Attributes:
        cue: ``(C,)`` radians from the midpoint of the two probes; the first item is at ``-separation / 2``.
        separation: of the probes, radians; ``apart``: of the reports.
        angle: ``(D, C, S)`` responses, radians: 0 at the first item's report, ``apart`` at the second's.
        item: ``(D, C, S)`` int64, the item that each response is nearest to; -1 if it is far from all.
    """

    cue: Tensor
    separation: float
    apart: float
    angle: Tensor
    item: Tensor

    def share(self, item: int) -> Tensor:
        """``(C,)`` share of the responses that go to an item; -1 is none."""
        return (self.item == item).double().mean((0, 2))

    @property
    def others(self) -> Tensor:
        """``(C,)`` share of the responses that go to a third item."""
        return (self.item > 1).double().mean((0, 2))

    def at(self, place: float) -> int:
        """The number of the cue at a place (radians from the midpoint)."""
        return int(wrap(self.cue - place).abs().argmin())

    @property
    def histogram(self) -> Tensor:
        """``(C, BINS)`` share of the responses in every bin of the circle, which starts at -pi."""
        index = ((self.angle + math.pi) * (BINS / FULL_CIRCLE)).long().clamp(max=BINS - 1)
        counts = torch.nn.functional.one_hot(index, BINS).double().sum((0, 2))
        return counts / counts.sum(1, keepdim=True)

    @property
    def mode(self) -> Tensor:
        """``(C,)`` radians: centre of the bin where most responses are, after smoothing round the circle."""
        shares = self.histogram
        left, here, right = SMOOTHING
        smooth = left * shares.roll(1, 1) + here * shares + right * shares.roll(-1, 1)
        return response_bins()[smooth.argmax(1)]


def response_bins() -> Tensor:
    """``(BINS,)`` centres of the bins of responses, radians."""
    return (torch.arange(BINS, dtype=torch.float64) + 0.5) * (FULL_CIRCLE / BINS) - math.pi


def separations(subject: Subject, size: int) -> list[float]:
    """Probe separations (radians) to sweep between, from the smallest to the largest of the network's displays.

    Raises:
        NothingToAnalyse: if items have no probes.
    """
    known = probe_distances(subject, size)
    if not len(known):
        raise NothingToAnalyse("This network's displays have no probe feature that a cue could move along.")
    chosen = known[torch.linspace(0, len(known) - 1, min(SEPARATIONS, len(known))).round().long()]
    return ((chosen / STEP).round().clamp(min=1).unique() * STEP).tolist()


def sweep(subject: Subject, separation: float, size: int, number: int) -> Sweep:
    """Move the cue round displays of two items (and more, if ``size`` is larger) at a probe separation."""
    shown, turn, apart = two_items(subject, separation, size)
    cue = (torch.arange(CUES, dtype=torch.float64) - CUES // 2) * (FULL_CIRCLE / CUES)
    midpoint = shown.probe[:, 0] + turn * separation / 2
    cues = wrap(midpoint[:, None] + turn[:, None] * cue)
    rows = torch.arange(DISPLAYS).repeat_interleave(CUES)
    order = torch.stack([torch.arange(size).roll(place) for place in range(DISPLAYS)])
    every = shown.select(rows)
    recording = record(
        subject.network, every, RUNS, subject.generator(number), cue=cues.flatten(), states=False, order=order[rows]
    )
    response = recording.response.cpu().double()
    items = [nearest_item(response[:, run], every) for run in range(RUNS)]
    angle = wrap((response - every.report[:, :1]) * turn[rows, None])
    grid = (DISPLAYS, CUES, RUNS)
    return Sweep(cue, separation, apart, angle.reshape(grid), torch.stack(items, 1).reshape(grid))


def two_items(subject: Subject, separation: float, size: int) -> tuple[Displays, Tensor, float]:
    """Displays whose first two items are as far apart as wanted, in many places of both circles.

    The first probe, and further items, are where the network's displays have them. Reports are spread evenly: 120
    degrees apart, or less with more than three items.

    Returns:
        ``DISPLAYS`` displays; ``(DISPLAYS,)`` 1 or -1, the sense in which the second item comes after the first, the
        same for both features; and how far apart their reports are, radians.
    """
    usual = usual_displays(subject, size)
    wrong = (usual.probe_distance[:, 1].abs() - separation).abs()
    chosen = usual.select(wrong.sort(stable=True).indices[:DISPLAYS])
    turn = torch.where(chosen.probe_distance[:, 1] < 0, -1.0, 1.0).double()
    probe = chosen.probe[:, :size].clone()
    probe[:, 1] = wrap(probe[:, 0] + turn * separation)
    apart = FULL_CIRCLE / max(3, size)
    first = torch.arange(DISPLAYS, dtype=torch.float64) * (FULL_CIRCLE / DISPLAYS)
    steps = torch.arange(size, dtype=torch.float64) * apart
    report = wrap(first[:, None] + turn[:, None] * steps)
    return Displays(report, probe, torch.full((DISPLAYS,), size)), turn, apart
