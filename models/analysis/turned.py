"""Runs on displays that are turned round the report circle: where searches for fixed points begin."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.frozen import moment_of, precise
from models.analysis.separations import usual_displays
from models.analysis.subject import NothingToAnalyse, Subject
from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.network import Network
from models.network.recording import record
from models.network.task import Epoch, Stimuli, stimuli

BASES, TURNS = 6, 16  # displays, and how often each is turned
HARMONICS = 2
COLLAPSED = 1e-12  # a smaller share of all variance is rounding


@dataclass(frozen=True)
class Turned:
    """M = ``BASES`` x ``TURNS`` runs, one each; the turns of a display follow one another.

    Attributes:
        network: float64.
        displays: M displays, item 0 cued; ``order`` ``(M, N)`` their slots.
        states: ``(M, T, n)`` float64 in frame coordinates after every step.
        epochs: what happened when, in steps.
    """

    network: Network
    displays: Displays
    order: Tensor
    states: Tensor
    epochs: list[Epoch]

    @property
    def step_seconds(self) -> float:
        """What one step stands for."""
        return self.network.config.step_seconds

    def at(self, epoch: str) -> Tensor:
        """``(M, n)`` states in an epoch, after the step ``moment_of`` it."""
        return self.states[:, moment_of(next(one for one in self.epochs if one.name == epoch))]

    def shown(self, cued: int = 0) -> Stimuli:
        """What the network is shown when an item is cued."""
        items = self.displays.items
        first = torch.tensor([cued, *[item for item in range(items) if item != cued]])
        displays = Displays(self.displays.report[:, first], self.displays.probe[:, first], self.displays.set_size)
        return stimuli(displays, self.network.config, order=self.order[:, first])


def turned_runs(subject: Subject) -> Turned:
    """One noisy run on each turn of each display of ``subject.pair_size()`` items, or one item if never more."""
    try:
        size = subject.pair_size()
    except NothingToAnalyse:
        size = 1
    base = usual_displays(subject, size).select(torch.arange(BASES))
    turn = torch.arange(TURNS, dtype=torch.float64) * (FULL_CIRCLE / TURNS)
    turned = wrap(base.report[:, None, :size] + turn[:, None]).flatten(0, 1)
    shown = Displays(turned, base.probe[:, :size].repeat_interleave(TURNS, 0), torch.full((BASES * TURNS,), size))
    order = torch.stack([torch.arange(size).roll(place) for place in range(BASES)]).repeat_interleave(TURNS, 0)
    recording = record(subject.network, shown, 1, subject.generator(), order=order)
    exact = precise(subject.network).cpu()
    states = recording.states[:, 0].cpu().double() @ exact.frame.T
    return Turned(exact, shown, order, states, recording.epochs)


def own_share(reached: Tensor) -> float | None:
    """How far the turns of a display lead to points of their own: 0 if all lead to one, 1 if each leads to another.

    Args:
        reached: ``(BASES TURNS,)`` number of the point that each run leads to, -1 if none. Displays of which fewer than
            two lead anywhere do not count; None if no display counts.
    """
    shares = []
    for led in reached.unflatten(0, (-1, TURNS)):
        known = led[led >= 0]
        if len(known) > 1:
            shares.append((len(known.unique()) - 1) / (len(known) - 1))
    return sum(shares) / len(shares) if shares else None


def ring_share(states: Tensor, there: Tensor) -> float | None:
    """How much of states' variance is a closed curve, as displays are turned round the report circle.

    Args:
        states: ``(BASES TURNS, n)``.
        there: ``(BASES TURNS,)`` which of them count.

    Returns:
        Share of the variance within displays that the first two harmonics of the turn explain, adjusted for their
        number: about 0 for noise, 1 for rings and other smooth closed curves. None where too few states count, or
        all of them are one.
    """
    angle = torch.arange(TURNS, dtype=states.dtype) * (FULL_CIRCLE / TURNS)
    waves = [wave(number * angle) for number in range(1, HARMONICS + 1) for wave in (torch.cos, torch.sin)]
    design = torch.stack([torch.ones_like(angle), *waves], 1)
    left = total = 0.0
    freedom_left = freedom = 0
    for base, counts in zip(states.unflatten(0, (-1, TURNS)), there.unflatten(0, (-1, TURNS)), strict=True):
        rows, known = design[counts], base[counts]
        if len(rows) < 2 * design.shape[1]:
            continue
        fitted = rows @ torch.linalg.lstsq(rows, known, driver="gelsd").solution
        left += float((known - fitted).square().sum())
        total += float((known - known.mean(0)).square().sum())
        freedom_left += len(rows) - design.shape[1]
        freedom += len(rows) - 1
    if total <= COLLAPSED * float(states.square().sum()):
        return None
    return 1 - (left / freedom_left) / (total / freedom)
