"""The planes of the items of one display: where its probes stay, what is held varies, and where does that show?

What ``planes`` measures over many displays, for the one that a person looks at, with the condition means themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.analysis.plane_geometry import angle_of, harmonics, plane_of, shared, tuning_to
from models.circular import FULL_CIRCLE, distance, wrap
from models.displays import Displays
from models.network.network import Network
from models.network.recording import record
from models.network.targets import grid
from models.network.task import stimuli

TRIALS = 256  # with either item cued
HELD_TRIALS = 192  # from which only the end of the delay is wanted
RING = 12  # reports at which the condition mean is given
FEWEST = 80  # correct trials from which planes are found; below, all trials are taken
REACH = 1.35  # half the side of a drawn plane, in radii of its ring


@dataclass(frozen=True)
class DisplayPlanes:
    """Planes of two items over the T steps of a trial.

    Attributes:
        items: which items of the display they are; the first is the one that is cued.
        reports: ``(R,)`` radians.
        rings: ``(2, T, R, n)`` activity of the neurons when an item is cued and holds each report, the others averaged.
        corners: ``(2, T, 4, n)`` of a square around each ring in its plane.
        angle: ``(T,)`` degrees from 0 (one plane) to 90 (orthogonal), as in ``planes.measure``, between halves of the
            trials and outside the behaviour plane.
        floor: ``(T,)`` degrees between planes of one item from two halves: what cannot be told from 0.
        trials: of the item with fewer.
    """

    items: tuple[int, int]
    reports: Tensor
    rings: Tensor
    corners: Tensor
    angle: Tensor
    floor: Tensor
    trials: int


def neighbour(display: Displays) -> int:
    """The item of one display (cued item first) whose probe is nearest to the cued one's; 0 if it is alone."""
    if display.items == 1:
        return 0
    return 1 + int(distance(display.probe[0, 1:], display.probe[0, :1]).nan_to_num(torch.inf).argmin())


def varied(display: Displays, count: int, generator: torch.Generator) -> Displays:
    """``count`` displays with the probes of one: item 0 goes round the circle, the others' reports are random."""
    first = grid(count)[torch.randperm(count, generator=generator)].to(display.report)
    others = (torch.rand(count, display.items - 1, generator=generator, dtype=first.dtype) - 0.5) * FULL_CIRCLE
    report = torch.cat([first[:, None], others], 1)
    return Displays(report, display.probe.expand(count, -1), torch.full((count,), display.items))


def held(
    network: Network,
    display: Displays,
    order: Tensor,
    generator: torch.Generator,
    noise: float = 1.0,
    delay: int | None = None,
) -> tuple[Tensor, Tensor]:
    """What a network holds at the end of the delay with the probes of one display.

    Args:
        network: any trained network.
        display: one display, the cued item first.
        order: ``(N,)`` slot of each item.
        generator: source of reports and noise.
        noise: multiplier of all noise.
        delay: steps; None is the training's longest.

    Returns:
        Activity of the neurons ``(M, n)`` and the reports ``(M, N)`` that were shown.
    """
    config = network.config
    delay = config.delay_steps[1] if delay is None else delay
    shown = varied(display, HELD_TRIALS, generator)
    places = order.expand(HELD_TRIALS, -1)
    states = network.prepare(stimuli(shown, config, generator, places), delay, generator, noise)
    return states[config.stimulus_steps + delay - 1] @ network.frame, shown.report


def planes_of_display(
    network: Network,
    display: Displays,
    order: Tensor,
    generator: torch.Generator,
    noise: float = 1.0,
    delay: int | None = None,
) -> DisplayPlanes:
    """The planes of the cued item and of its nearest neighbour, each from trials in which it is the cued one.

    Arguments as those of ``held``; the display must have two items or more.

    Raises:
        UnusableDisplays: if the network cannot be shown the display.
    """
    other = neighbour(display)
    items = torch.arange(display.items)
    kinds = []
    for first in (0, other):
        places = torch.cat([items[[first]], items[items != first]])
        one = Displays(display.report[:, places], display.probe[:, places], display.set_size)
        kinds.append(_trials(network, one, order[places], generator, noise, delay))
    tunings = [[tuning_to(angles[half::2], states[half::2])[0] for half in (0, 1)] for angles, states in kinds]
    memory = network.frame[2:].T
    planes = [[plane_of(half @ memory) for half in halves] for halves in tunings]
    pairs = [(planes[0][i], planes[1][j]) for i in (0, 1) for j in (0, 1)]
    share = torch.stack([shared(*pair) for pair in pairs]).mean(0)
    same = torch.stack([shared(*halves) for halves in planes]).mean(0)
    means = torch.stack([states.mean(0) for _, states in kinds])
    tuning = torch.stack([(halves[0] + halves[1]) / 2 for halves in tunings])
    rings = harmonics(grid(RING)).to(tuning) @ tuning
    return DisplayPlanes(
        items=(0, other),
        reports=grid(RING),
        rings=means[:, :, None] + rings,
        corners=means[:, :, None] + _squares(rings, plane_of(tuning)),
        angle=angle_of(share),
        floor=angle_of(same),
        trials=min(len(angles) for angles, _ in kinds),
    )


def _trials(
    network: Network, display: Displays, order: Tensor, generator: torch.Generator, noise: float, delay: int | None
) -> tuple[Tensor, Tensor]:
    """Reports ``(M, N)`` and activity ``(M, T, n)`` of trials with item 0 cued; correct ones, if there are enough."""
    shown = varied(display, TRIALS, generator)
    recording = record(network, shown, 1, generator, noise, delay, order=order.expand(TRIALS, -1))
    right = nearest_item(wrap(recording.response[:, 0].double()), shown) == 0
    if int(right.sum()) < FEWEST:
        right = torch.ones_like(right)
    return shown.report[right], recording.states[:, 0][right]


def _squares(rings: Tensor, planes: Tensor) -> Tensor:
    """Corners ``(2, T, 4, n)`` around rings ``(2, T, R, n)`` of mean 0 in planes ``(2, T, n, 2)``."""
    inside = rings @ planes
    radius = inside.square().mean(-2).mul(2).sqrt() * REACH
    signs = torch.tensor([[-1.0, -1], [1, -1], [1, 1], [-1, 1]]).to(rings)
    return (signs * radius[..., None, :]) @ planes.mT
