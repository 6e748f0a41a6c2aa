"""Slow and fixed points: where the dynamics of an epoch stand (almost) still, how stable, and what they hold.

After Sussillo & Barak (2013): minima of the speed of the noise-free dynamics under constant input, started from states
that the network visits. The *speed* of a state is ``|F(s) - s|`` per step, in units of the *size* of the cloud of
states (their rms distance from their mean) per second; q of that paper is ``|F(s) - s|^2 / (2 alpha^2)``. A point is
*fixed* where a step is shorter than ``FIXED`` sizes, *slow* where it moves less than ``SLOW`` sizes a second; faster
minima are no points. Points of the same input that are closer than ``SAME`` sizes are one, the slowest of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.activity import nearest_item
from models.analysis.frozen import Frozen, in_delay, in_recall, moment_of, precise, recalled, under_cue
from models.analysis.newton import slowest_nearby
from models.displays import Displays
from models.network.network import Network
from models.network.recording import record
from models.network.task import Stimuli, stimuli

EPOCHS = ("delay", "cue", "recall")
FIXED = 1e-6  # sizes per step
SLOW = 0.1  # sizes per second
SAME = 0.01  # sizes
GROWING = 1e-3  # an eigenvalue of one step whose modulus exceeds 1 by less grows too slowly to matter
ITERATIONS = 200
QUICK = 20  # iterations where a person waits: points are the same but for the last digits of slow ones


@dataclass(frozen=True)
class SlowPoints:
    """P different points of the dynamics of one epoch, found from M states.

    Attributes:
        epoch: delay, cue or recall.
        states: ``(P, n)`` float64 in frame coordinates; the first two are the place in the behaviour plane.
        speed: ``(P,)`` sizes per second.
        fixed: ``(P,)`` bool; the others are slow only.
        eigenvalues: ``(P, n)`` complex, of the Jacobian of one step, by falling modulus. They tell the stability of a
            fixed point; at a slow one, how neighbouring states part or meet while it drifts.
        reached: ``(M,)`` int64, the point that each start led to; -1 where that is not slow.
        moved: ``(M,)`` how far that is from the start, in sizes.
        size: of the cloud, in units of activity.
    """

    epoch: str
    states: Tensor
    speed: Tensor
    fixed: Tensor
    eigenvalues: Tensor
    reached: Tensor
    moved: Tensor
    size: float

    def __len__(self) -> int:
        return len(self.states)

    @property
    def unstable(self) -> Tensor:
        """``(P,)`` int64: directions in which states part from the point."""
        return (self.eigenvalues.abs() > 1 + GROWING).sum(1)

    @property
    def stable(self) -> Tensor:
        """``(P,)`` bool: there is no such direction."""
        return self.unstable == 0

    def lasting(self, steps: float) -> Tensor:
        """``(P,)`` int64: directions in which more than 1/e of a displacement is left after so many steps."""
        return (self.eigenvalues.abs() > math.exp(-1 / steps)).sum(1)


def find(
    epoch: str,
    dynamics: Frozen,
    start: Tensor,
    size: float,
    step_seconds: float,
    group: Tensor | None = None,
    iterations: int = ITERATIONS,
) -> SlowPoints:
    """The points that states lead to.

    Args:
        epoch: its name.
        dynamics: noise-free, for the M states.
        start: ``(M, n)`` float64, frame coordinates.
        size: of the cloud of states.
        step_seconds: what one step stands for.
        group: ``(M,)`` int64, the same for states with the same input; None if it is the same for all.
        iterations: of the search, at most.
    """
    group = torch.zeros(len(start), dtype=torch.int64) if group is None else group
    ends, length = slowest_nearby(dynamics, start, FIXED * size / 10, iterations)
    speed = length / (size * step_seconds)
    chosen, reached = distinct(ends, speed, group, SAME * size)
    states = ends[chosen]
    values = torch.linalg.eigvals(dynamics.at(chosen).jacobian(states)) if len(chosen) else states.to(torch.complex128)
    order = values.abs().argsort(1, descending=True)
    return SlowPoints(
        epoch, states, speed[chosen], length[chosen] < FIXED * size, values.gather(1, order), reached,
        (ends - start).norm(dim=1) / size, size,
    )  # fmt: skip


def distinct(states: Tensor, speed: Tensor, group: Tensor, tolerance: float) -> tuple[Tensor, Tensor]:
    """Which of M states are different points, and which of these each of the M is.

    The slowest state is a point, and so is every next slowest one that is not close to a point of its group already.
    Points are not chained: a ring of them stays a ring.

    Returns:
        Rows ``(P,)`` of the points, and ``(M,)`` numbers of points, -1 for states that are too fast.
    """
    chosen: list[int] = []
    reached = torch.full((len(states),), -1)
    for row in speed.argsort().tolist():
        if speed[row] >= SLOW:
            break
        same = [number for number, point in enumerate(chosen) if group[point] == group[row]]
        if same:
            gap, nearest = (states[[chosen[number] for number in same]] - states[row]).norm(dim=1).min(0)
            if gap < tolerance:
                reached[row] = same[int(nearest)]
                continue
        reached[row] = len(chosen)
        chosen.append(row)
    return torch.tensor(chosen, dtype=torch.int64), reached


def cloud_size(states: Tensor) -> float:
    """Rms distance of states ``(M, n)`` from their mean."""
    return float((states - states.mean(0)).square().sum(1).mean().sqrt())


@dataclass(frozen=True)
class Landmarks:
    """The points of one epoch of one display, to be drawn.

    Attributes:
        epoch: delay, cue or recall.
        step: the network's update after which the states were taken that the search began in.
        states: ``(P, n)`` float32, activity of the neurons, for any projection.
        speed: ``(P,)`` in sizes of the cloud of all states of these runs per second.
        fixed, stable: ``(P,)`` bool.
        starts: ``(P,)`` int64, how many of the runs led here.
        answer: ``(P,)`` radians, what the network would answer if it went on from here without noise.
        item: ``(P,)`` int64, the item that this answer is; -1 if none.
    """

    epoch: str
    step: int
    states: Tensor
    speed: Tensor
    fixed: Tensor
    stable: Tensor
    starts: Tensor
    answer: Tensor
    item: Tensor


@torch.no_grad()  # not inference mode: some cells' Jacobians are found by back-propagation
def slow_points(
    network: Network,
    display: Displays,
    generator: torch.Generator,
    runs: int = 8,
    delay: int | None = None,
    cue: Tensor | None = None,
    order: Tensor | None = None,
    epochs: Sequence[str] = EPOCHS,
) -> list[Landmarks]:
    """Slow and fixed points of the delay, the cue and late recall of one display, in about 0.1 s.

    The search begins where ``runs`` noisy runs are at the end of delay and cue, and at three quarters of recall.
    Eigenvalues and answers belong to the display: the cue input is its own, and delay points are read out with its cue.

    Args:
        network: any trained network.
        display: one.
        generator: source of the noise of the runs.
        runs: starts of the search.
        delay, cue, order: as in ``record``.
        epochs: which to search.
    """
    recording = record(network, display, runs, generator, delay=delay, cue=cue, order=order)
    exact, shown = precise(network), stimuli(display, network.config, order=order)
    if cue is not None:
        shown = Stimuli(shown.report, shown.probe, shown.present, cue.to(shown.cue), shown.slot)
    states = recording.states[0].double() @ exact.frame.T
    size = cloud_size(states.flatten(0, 1))
    dynamics = {"delay": in_delay(exact), "cue": under_cue(exact, shown), "recall": in_recall(exact)}
    seconds = network.config.step_seconds
    landmarks = []
    for epoch in recording.epochs:
        if epoch.name not in epochs or not epoch.steps:
            continue
        found = find(epoch.name, dynamics[epoch.name], states[:, moment_of(epoch)], size, seconds, iterations=QUICK)
        answer = recalled(exact, shown, found.states, epoch.name)
        shared = display.select(torch.zeros(len(found), dtype=torch.int64))
        landmarks.append(
            Landmarks(
                epoch=epoch.name,
                step=moment_of(epoch),
                states=(found.states @ exact.frame).float(),
                speed=found.speed,
                fixed=found.fixed,
                stable=found.stable,
                starts=found.reached[found.reached >= 0].bincount(minlength=len(found)),
                answer=answer,
                item=nearest_item(answer, shared),
            )
        )
    return landmarks
