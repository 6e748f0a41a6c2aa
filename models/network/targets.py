"""What a network is to learn: a law of displays, a law of responses, and batches drawn from both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import torch
from torch import Tensor

from models.displays import Displays
from models.network.config import TrainConfig
from models.network.network import Generators
from models.network.task import Stimuli, stimuli
from models.network.task import UnusableDisplays as UnusableDisplays

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
    """Where the training comes from.

    Attributes:
        displays, law: of displays and of responses to them.
        kept_aside: displays to judge a network on; None are new ones of ``displays``.
        reference: what responses are shown beside, where ``law`` is no law but recorded responses; None is ``law``.
    """

    displays: DisplayLaw
    law: ResponseLaw
    kept_aside: DisplayLaw | None = None
    reference: ResponseLaw | None = None

    def aside(self) -> Source:
        """The source of displays that training never uses."""
        return Source(self.kept_aside or self.displays, self.law)


@dataclass(frozen=True)
class Batch:
    """Displays and the response law on them, tabulated; ``...`` is the axis of an ensemble's members or nothing.

    Attributes:
        shown: the displays and their cues.
        probability: ``(..., B, A)`` probability of each angle of the grid; ``plain`` is the same law without its swaps.
        angles: ``(A,)`` radians, evenly spaced over the circle.
        delay: steps of delay.
    """

    shown: Stimuli
    probability: Tensor
    plain: Tensor
    angles: Tensor
    delay: int = 0

    def __len__(self) -> int:
        return len(self.shown)

    @staticmethod
    def stacked(batches: Sequence[Batch]) -> Batch:
        """Batches of the members of an ensemble, with an axis of members in front."""
        names = [field.name for field in fields(Stimuli)]
        shown = Stimuli(*(torch.stack([getattr(batch.shown, name) for batch in batches]) for name in names))
        probability, plain = (torch.stack([getattr(b, name) for b in batches]) for name in ("probability", "plain"))
        return Batch(shown, probability, plain, batches[0].angles, batches[0].delay)

    def take(self, rows: Tensor, delay: int, swaps: float | Tensor, alone: bool | Tensor = False) -> Batch:
        """Some displays, with their delay.

        Args:
            rows: ``(..., B)`` which ones.
            delay: steps of delay.
            swaps: share of their full rate at which swaps are; one number or one a member.
            alone: whether the cued item is the only one on its display; one answer or one a member.
        """
        weight = swaps.to(self.plain) if isinstance(swaps, Tensor) else self.plain.new_tensor(swaps)
        probability = torch.lerp(_rows(self.plain, rows), _rows(self.probability, rows), weight[..., None, None])
        shown = self.shown.change(lambda value: _rows(value, rows))
        if alone is not False:
            device = self.plain.device
            lonely = alone.to(device) if isinstance(alone, Tensor) else torch.tensor(alone, device=device)
            cued = (torch.arange(shown.present.shape[-1], device=device) == 0).to(shown.present)
            present = torch.where(lonely[..., None, None], shown.present * cued, shown.present)
            shown = replace(shown, present=present)
        return Batch(shown, probability, _rows(self.plain, rows), self.angles, delay)

    def to(self, device: torch.device) -> Batch:
        """The same batch elsewhere."""
        return Batch.of([value.to(device) for value in self.tensors()], self.delay)

    def tensors(self) -> list[Tensor]:
        """All tensors of the batch; ``of`` makes a batch of them again."""
        return [*vars(self.shown).values(), self.probability, self.plain, self.angles]

    @staticmethod
    def of(tensors: Sequence[Tensor], delay: int = 0) -> Batch:
        """The batch that has these tensors."""
        *shown, probability, plain, angles = tensors
        return Batch(Stimuli(*shown), probability, plain, angles, delay)

    def with_swaps(self, power: float) -> Batch:
        """The same displays with the odds of swaps on each of them raised to a power: below 1, rare ones are frequent.

        Swaps are what the law has more of than the law without them, angle by angle.
        """
        if power == 1:
            return self
        swaps = (self.probability - self.plain).clamp(min=0)
        share = swaps.sum(-1, keepdim=True).clamp(1e-12, 1 - 1e-6)
        odds = (share / (1 - share)).pow(power)
        others = (self.probability - swaps) / (1 - share)
        return replace(self, probability=(others + swaps / share * odds) / (1 + odds))

    def sample_angles(self, samples: int, generator: Generators) -> Tensor:
        """Responses ``(..., B, samples)``, radians, by inversion of the tabulated law (linear between grid points)."""
        cumulative = self.probability.cumsum(-1)
        uniform = _uniform((len(self), samples), generator, self.angles.device) * cumulative[..., -1:]
        index = torch.searchsorted(cumulative, uniform).clamp_(max=len(self.angles) - 1)
        within = (cumulative.gather(-1, index) - uniform) / self.probability.gather(-1, index).clamp(min=1e-12)
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


def _rows(table: Tensor, rows: Tensor) -> Tensor:
    """Rows ``(..., B)`` of a table ``(..., P, ...)``: its first axis, or the one after the members."""
    if rows.ndim == 1:
        return table[rows]
    return table[torch.arange(len(table), device=rows.device)[:, None], rows]


def _uniform(shape: tuple[int, ...], generator: Generators, device: torch.device) -> Tensor:
    if isinstance(generator, torch.Generator):
        return torch.rand(shape, generator=generator, device=device)
    return torch.stack([torch.rand(shape, generator=one, device=device) for one in generator])


def tabulate(
    displays: Displays, law: ResponseLaw, config: TrainConfig, generator: torch.Generator | None = None
) -> Batch:
    """The law of responses on every display as a table over a grid of angles.

    The law without swaps is read off displays of the same set size whose items all have the cued report: whichever
    item is picked there, the response is the one to the cued item.

    Args:
        displays: M of them.
        law: of the responses.
        config: how many angles there are, and what the network is shown.
        generator: puts items into slots, where the network has some.

    Raises:
        UnusableDisplays: if the network cannot be shown a display, or responses are narrower than the grid.
    """
    shown = stimuli(displays, config, generator)
    points = grid(config.angles)
    gathered = torch.where(displays.present, displays.report[:, :1], displays.report)
    plain = Displays(gathered, displays.probe, displays.set_size)
    return Batch(
        shown=shown,
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
    """Displays of a source tabulated some thousands at a time, for every seed its own.

    The k-th pool of a seed depends on nothing but the seed and k.
    """

    def __init__(self, config: TrainConfig, source: Source, seeds: Sequence[int], device: torch.device) -> None:
        self._config, self._source, self._seeds, self._device = config, source, seeds, device
        self._uses = max(1, config.pool * config.pool_uses // config.displays_per_batch)
        self._number = -1
        self._batch: Batch | None = None

    def at(self, step: int) -> Batch:
        """The pool that belongs to a step of the training, with an axis of seeds in front."""
        number = step // self._uses
        if self._batch is None or number != self._number:
            self._batch = draw_all(self._source, self._config, self._config.pool, self._seeds, 1 + number)
            self._batch = self._batch.to(self._device)
            self._number = number
        return self._batch


def draw_all(source: Source, config: TrainConfig, count: int, seeds: Sequence[int], number: int) -> Batch:
    """``count`` tabulated displays for every seed."""
    return Batch.stacked([draw(source, config, count, seed, number) for seed in seeds])


def draw(source: Source, config: TrainConfig, count: int, seed: int, number: int) -> Batch:
    """``count`` tabulated displays; the same for the same seed and number."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % 2**63)
    return tabulate(source.displays.sample(count, generator), source.law, config, generator)
