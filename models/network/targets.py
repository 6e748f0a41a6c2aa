"""What a network is to learn: a law of displays, a law of responses, and batches drawn from both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from models.displays import Displays
from models.network.config import TrainConfig

_TABULATED_AT_A_TIME = 1024


class ResponseLaw(Protocol):
    """How responses are distributed; every fitted behavioural model is one."""

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` mixture weights: uniform, cued item, other items."""

    def density(self, displays: Displays, angles: Tensor) -> Tensor:
        """``(M, A)`` density of the response at each angle (radians)."""

    def sample(self, displays: Displays, generator: torch.Generator) -> Tensor:
        """``(M,)`` responses, radians."""


class DisplayLaw(Protocol):
    """How displays are distributed."""

    def sample(self, count: int, generator: torch.Generator) -> Displays:
        """``count`` displays."""


@dataclass(frozen=True)
class Source:
    """Where the training comes from."""

    displays: DisplayLaw
    law: ResponseLaw


class UnusableDisplays(ValueError):
    """The displays cannot be shown to a network; the message is for a person."""


@dataclass(frozen=True)
class Batch:
    """Displays and the response law on them, tabulated.

    Attributes:
        report, probe: ``(B, N)`` radians, 0 where no item is.
        present: ``(B, N)`` 1 where an item is, 0 elsewhere.
        cue: ``(B,)`` probe of the cued item.
        probability: ``(B, A)`` probability of each angle of the grid; ``plain`` is the same law without its swaps.
        angles: ``(A,)`` radians, evenly spaced over the circle.
        delay: steps of delay.
    """

    report: Tensor
    probe: Tensor
    present: Tensor
    cue: Tensor
    probability: Tensor
    plain: Tensor
    angles: Tensor
    delay: int = 0

    def __len__(self) -> int:
        return self.report.shape[0]

    def take(self, rows: Tensor, delay: int, swaps: float) -> Batch:
        """Some rows, with their delay and with the swaps at a share ``swaps`` of their full rate."""
        probability = torch.lerp(self.plain[rows], self.probability[rows], swaps)
        return Batch(
            self.report[rows],
            self.probe[rows],
            self.present[rows],
            self.cue[rows],
            probability,
            self.plain[rows],
            self.angles,
            delay,
        )

    def to(self, device: torch.device) -> Batch:
        """The same batch elsewhere."""
        tensors = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return Batch(**tensors, delay=self.delay)

    def sample_angles(self, samples: int, generator: torch.Generator) -> Tensor:
        """Responses ``(B, samples)``, radians, by inversion of the tabulated law (linear between grid points)."""
        cumulative = self.probability.cumsum(1)
        shape = (len(self), samples)
        uniform = torch.rand(shape, generator=generator, device=self.angles.device) * cumulative[:, -1:]
        index = torch.searchsorted(cumulative, uniform).clamp_(max=len(self.angles) - 1)
        within = (cumulative.gather(1, index) - uniform) / self.probability.gather(1, index).clamp(min=1e-12)
        return self.angles[index] + (0.5 - within) * (2 * math.pi / len(self.angles))

    def centres(self, radius: float) -> Tensor:
        """``(A, 2)``: the grid of angles as points of the plane."""
        return radius * unit(self.angles)


def unit(angle: Tensor) -> Tensor:
    """``(..., 2)`` unit vectors at angles (radians)."""
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


def grid(count: int) -> Tensor:
    """``count`` evenly spaced angles on [-pi, pi), float64."""
    return -math.pi + 2 * math.pi / count * torch.arange(count, dtype=torch.float64)


def network_input(displays: Displays) -> tuple[Tensor, Tensor, Tensor]:
    """Report, probe and presence ``(M, N)`` float32 with zeros where no item is.

    Raises:
        UnusableDisplays: if an item of a display with several has no probe value, so that no cue could select it.
    """
    if not displays.has_probe:
        raise UnusableDisplays("A network is cued by the probe feature, and some displays have items without one.")
    present = displays.present
    report = torch.where(present, displays.report, 0.0).float()
    probe = torch.where(present & displays.probe.isfinite(), displays.probe, 0.0).float()
    return report, probe, present.float()


def tabulate(displays: Displays, law: ResponseLaw, angles: int) -> Batch:
    """The law of responses on every display as a table over a grid of angles.

    The law without swaps is read off displays of the same set size whose items all have the cued report: whichever
    item is picked there, the response is the one to the cued item.

    Raises:
        UnusableDisplays: if an item has no probe value, or responses are narrower than the grid.
    """
    report, probe, present = network_input(displays)
    points = grid(angles)
    gathered = torch.where(displays.present, displays.report[:, :1], displays.report)
    plain = Displays(gathered, displays.probe, displays.set_size)
    return Batch(
        report=report,
        probe=probe,
        present=present,
        cue=probe[:, 0],
        probability=_table(law, displays, points),
        plain=_table(law, plain, points),
        angles=points.float(),
    )


def _table(law: ResponseLaw, displays: Displays, points: Tensor) -> Tensor:
    """Probabilities ``(M, A)`` float32, computed some displays at a time: a law may hold large tables of its own."""
    chunks = torch.arange(len(displays)).split(_TABULATED_AT_A_TIME)
    density = torch.cat([law.density(displays.select(rows), points).detach().clamp(min=0) for rows in chunks])
    total = density.sum(1, keepdim=True)
    if not bool((total > 0).all()):
        raise UnusableDisplays(
            f"Responses of this model are so precise that none falls on a grid of {len(points)} angles. "
            "Train with more angles."
        )
    return (density / total).float()


class Pool:
    """Displays of a source tabulated some thousands at a time; the k-th pool depends on nothing but the seed and k."""

    def __init__(self, config: TrainConfig, source: Source, seed: int, device: torch.device) -> None:
        self._config, self._source, self._seed, self._device = config, source, seed, device
        self._uses = max(1, config.pool * config.pool_uses // config.displays_per_batch)
        self._number = -1
        self._batch: Batch | None = None

    def at(self, step: int) -> Batch:
        """The pool that belongs to a step of the training."""
        number = step // self._uses
        if self._batch is None or number != self._number:
            self._batch = draw(self._source, self._config, self._config.pool, self._seed, 1 + number).to(self._device)
            self._number = number
        return self._batch


def draw(source: Source, config: TrainConfig, count: int, seed: int, number: int) -> Batch:
    """``count`` tabulated displays; the same for the same seed and number."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % 2**63)
    return tabulate(source.displays.sample(count, generator), source.law, config.angles)
