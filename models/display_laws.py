"""Laws of displays: where new displays come from, for training, for held-out tests and for surrogate data.

A network that saw only the 1,800 displays of a dataset could learn them by heart, and a test on the same displays would
not notice. So a law makes as many displays as are asked for, all new, with the statistics that matter.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from models.circular import FULL_CIRCLE, distance, wrap
from models.displays import Displays

LARGEST_SEPARATION = 0.999  # of an even spacing: at 1 all items would have one arrangement only


class ImpossibleLaw(ValueError):
    """No display can obey the law; the message is for a person."""


class DisplayLaw(ABC):
    """Where new displays come from."""

    @abstractmethod
    def draw(self, count: int, generator: torch.Generator) -> Displays:
        """``count`` independent displays, all of the same width: the largest set size of the law."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """JSON-ready data that ``from_dict`` reads."""

    def sample(self, count: int, generator: torch.Generator) -> Displays:
        """``draw``, by the name that networks and behavioural models share."""
        return self.draw(count, generator)


@dataclass(frozen=True)
class ResampledDisplays(DisplayLaw):
    """Displays like those of a dataset.

    A display of the dataset is picked at random: its set size and its probe values stay together exactly as they were
    shown, so that their mix, fixed locations and separations are those of the dataset. Its report values are drawn
    anew, uniform on the circle but no closer than any two were in the dataset at this set size.

    Attributes:
        displays: the dataset's.
        fresh_reports: False keeps the reports too: the dataset's own displays in random order, with repetition.
    """

    displays: Displays
    fresh_reports: bool = True

    def __post_init__(self) -> None:
        if not len(self.displays):
            raise ImpossibleLaw("There are no displays to draw from.")

    def draw(self, count: int, generator: torch.Generator) -> Displays:
        """``count`` displays in the mix of the dataset."""
        picked = self.displays.select(torch.randint(len(self.displays), (count,), generator=generator))
        if not self.fresh_reports:
            return picked
        report = picked.report.clone()
        for size, separation in self.report_separation.items():
            rows = (picked.set_size == size).nonzero()[:, 0]
            report[rows, :size] = separated_angles(len(rows), size, separation, generator).to(report)
        return Displays(report, picked.probe, picked.set_size)

    @cached_property
    def report_separation(self) -> dict[int, float]:
        """Smallest distance of two reports (radians) by set size; 0 for a set size of 1."""
        sizes = [int(size) for size in self.displays.set_size.unique()]
        return {
            size: smallest_separation(self.displays.report[self.displays.set_size == size, :size]) for size in sizes
        }

    def describe(self) -> dict[str, Any]:
        """Plain data; ``from_dict`` needs the dataset beside it."""
        sizes, counts = self.displays.set_size.unique(return_counts=True)
        return {
            "kind": "resampled",
            "fresh_reports": self.fresh_reports,
            "displays": len(self.displays),
            "set_sizes": sizes.tolist(),
            "weights": (counts / counts.sum()).tolist(),
            "report_separation": {str(size): value for size, value in self.report_separation.items()},
        }


@dataclass(frozen=True)
class UniformDisplays(DisplayLaw):
    """Random displays: each feature uniform over all arrangements that keep a smallest distance.

    With two items this is the published sequential scheme, ``a2 = a1 + border + U (2 pi - 2 border)``; with more it is
    uniform over admissible arrangements, which the sequential scheme is not.

    Attributes:
        set_sizes: numbers of items.
        weights: how often each set size occurs, any positive scale; None is equally often.
        report_separation, probe_separation: smallest distances in radians; ``"published"`` is
            ``published_separation`` of each set size.
        probe_places: number of evenly spaced places of the probe feature (items never share one); None is a continuum.
    """

    set_sizes: tuple[int, ...] = (1, 2, 4)
    weights: tuple[float, ...] | None = None
    report_separation: float | str = 0.0
    probe_separation: float | str = 0.0
    probe_places: int | None = None

    def __post_init__(self) -> None:
        if not self.set_sizes or min(self.set_sizes) < 1:
            raise ImpossibleLaw("A law of displays needs at least one set size, and set sizes start at 1.")
        weights = self.weights
        if weights is not None and (len(weights) != len(self.set_sizes) or min(weights) < 0 or sum(weights) <= 0):
            raise ImpossibleLaw("There must be one weight, not negative, for each set size, and not all may be 0.")
        for name in ("report_separation", "probe_separation"):
            if isinstance(value := getattr(self, name), str) and value != "published":
                raise ImpossibleLaw(f"{name} must be a number of radians or 'published', not {value!r}.")
        for size in self.set_sizes:
            _check_room(size, self._separation("report", size), "reports")
            if self.probe_places is None:
                _check_room(size, self._separation("probe", size), "probes")
            elif size * self._steps(size) > self.probe_places:
                raise ImpossibleLaw(f"{self.probe_places} probe places cannot hold {size} items this far apart.")

    def draw(self, count: int, generator: torch.Generator) -> Displays:
        """``count`` displays; set sizes are drawn independently."""
        weights = torch.tensor(self.weights or [1.0] * len(self.set_sizes), dtype=torch.float64)
        chosen = torch.multinomial(weights, count, replacement=True, generator=generator)
        set_size = torch.tensor(self.set_sizes)[chosen]
        table = torch.full((2, count, max(self.set_sizes)), math.nan, dtype=torch.float64)
        for size in sorted(set(self.set_sizes)):
            rows = (set_size == size).nonzero()[:, 0]
            table[0, rows, :size] = separated_angles(len(rows), size, self._separation("report", size), generator)
            table[1, rows, :size] = self._probes(len(rows), size, generator)
        return Displays(table[0], table[1], set_size)

    def _probes(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        if self.probe_places is None:
            return separated_angles(count, size, self._separation("probe", size), generator)
        return separated_places(count, size, self.probe_places, self._steps(size), generator)

    def _separation(self, feature: str, size: int) -> float:
        wanted: float | str = getattr(self, f"{feature}_separation")
        return published_separation(size) if isinstance(wanted, str) else float(wanted)

    def _steps(self, size: int) -> int:
        """Places from one item to the next that the probe separation asks for, at least 1."""
        assert self.probe_places is not None
        return max(1, math.ceil(self._separation("probe", size) * self.probe_places / FULL_CIRCLE - 1e-9))

    def describe(self) -> dict[str, Any]:
        """Plain data, readable by ``from_dict``."""
        return {
            "kind": "uniform",
            "set_sizes": list(self.set_sizes),
            "weights": None if self.weights is None else list(self.weights),
            "report_separation": self.report_separation,
            "probe_separation": self.probe_separation,
            "probe_places": self.probe_places,
        }


def from_dict(data: Mapping[str, Any], dataset: Displays | None = None) -> DisplayLaw:
    """A law from plain data; ``kind`` is ``"uniform"`` when absent, and ``"resampled"`` needs the dataset's displays.

    Raises:
        ImpossibleLaw: if no display can obey it, or the data are not a law.
    """
    kind = data.get("kind", "uniform")
    if kind == "resampled":
        if dataset is None:
            raise ImpossibleLaw("Displays like a dataset's need the dataset.")
        return ResampledDisplays(dataset, bool(data.get("fresh_reports", True)))
    settings = {name: value for name, value in data.items() if name != "kind"}
    unknown = sorted(set(settings) - set(UniformDisplays.__dataclass_fields__))
    if kind != "uniform" or unknown:
        raise ImpossibleLaw(f"There is no law of displays {kind!r} with {', '.join(unknown) or 'these settings'}.")
    for name in ("set_sizes", "weights"):
        if isinstance(settings.get(name), Sequence):
            settings[name] = tuple(settings[name])
    return UniformDisplays(**settings)


def published_separation(items: int) -> float:
    """The smallest distance of items of the published task, ``pi / (2 N + 0.1)`` radians."""
    return math.pi / (2 * items + 0.1)


def smallest_separation(angles: Tensor) -> float:
    """The smallest distance (radians) of two angles of the same row of ``(M, N)``; 0 for one angle or no row."""
    count = angles.shape[1]
    if count < 2 or not len(angles):
        return 0.0
    pairs = torch.combinations(torch.arange(count))
    smallest = float(distance(angles[:, pairs[:, 0]], angles[:, pairs[:, 1]]).min())
    return min(smallest, LARGEST_SEPARATION * FULL_CIRCLE / count)


def separated_angles(count: int, items: int, separation: float, generator: torch.Generator) -> Tensor:
    """``(count, items)`` angles, uniform over all arrangements in which any two are ``separation`` radians apart.

    The gap method: going round the circle from the first item, every gap is the separation plus a share of the room
    that is left, and shares between ordered uniform points are uniform over all ways to divide it.
    """
    first = FULL_CIRCLE * torch.rand((count, 1), generator=generator, dtype=torch.float64)
    if items == 1:
        return wrap(first)
    room = FULL_CIRCLE - items * separation
    within = room * torch.rand((count, items - 1), generator=generator, dtype=torch.float64).sort(dim=1).values
    later = first + within + separation * torch.arange(1, items)
    return wrap(torch.cat([first, _shuffled(later, generator)], dim=1))


def separated_places(count: int, items: int, places: int, steps: int, generator: torch.Generator) -> Tensor:
    """``(count, items)`` angles on ``places`` evenly spaced ones, at least ``steps`` places apart, uniformly.

    The gap method with whole places: which ``items - 1`` of the free places and bars are bars.
    """
    first = torch.randint(places, (count, 1), generator=generator).double()
    if items == 1:
        return wrap(first * (FULL_CIRCLE / places))
    free = places - items * steps
    bars = torch.rand((count, free + items - 1), generator=generator).argsort(dim=1)[:, : items - 1].sort(dim=1).values
    within = bars - torch.arange(items - 1)
    later = first + within + steps * torch.arange(1, items)
    return wrap(torch.cat([first, _shuffled(later, generator)], dim=1) * (FULL_CIRCLE / places))


def _shuffled(values: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.rand(values.shape, generator=generator).argsort(dim=1)
    return values.gather(1, order)


def _check_room(items: int, separation: float, feature: str) -> None:
    if separation < 0:
        raise ImpossibleLaw("A smallest distance cannot be negative.")
    if items > 1 and items * separation > LARGEST_SEPARATION * FULL_CIRCLE + 1e-9:
        degrees = math.degrees(separation)
        raise ImpossibleLaw(f"{items} {feature} at least {degrees:.0f}° apart do not fit on the circle.")
