"""Controlled displays: probes that stay where they are while reports vary, and either item is cued."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.analysis.subject import Subject
from models.circular import FULL_CIRCLE, distance, wrap
from models.display_laws import separated_angles, smallest_separation
from models.displays import Displays

LOOKED_AT = 4096  # displays of the law, from which probes are taken
MOST_PLACES = 12  # different probe distances up to which they count as few fixed ones
BINS = 5  # of probe distance, where it is a continuum


@dataclass(frozen=True)
class ProbeSets:
    """P arrangements of the probes of K items as they occur in a network's displays.

    Attributes:
        probe: ``(P, K)`` radians; items 0 and 1 are the pair that is compared.
        group: ``(P,)`` int64, which of ``distances`` the pair is apart.
        distances: the D probe distances of pairs, radians: the fixed ones, or the middles of even bins of a continuum;
            ``[None]`` where the network never sees probes.
        separation: smallest distance of two reports in the network's displays, radians.
    """

    probe: Tensor
    group: Tensor
    distances: list[float | None]
    separation: float

    def __len__(self) -> int:
        return len(self.probe)

    def displays(self, number: int, report: Tensor) -> Displays:
        """Displays with the probes of one arrangement and reports ``(M, K)``."""
        count, items = report.shape
        return Displays(report, self.probe[number].expand(count, items), torch.full((count,), items))

    def reports(self, first: Tensor, generator: torch.Generator, apart: float = 0.0) -> Tensor:
        """``(M, K)`` reports: item 0 has the angles ``first`` ``(M,)``, the others any that the separation allows.

        Args:
            first: radians.
            generator: of the others.
            apart: smallest distance, where the network's displays have a smaller one; at most half of an even spacing.
        """
        items = self.probe.shape[1]
        separation = max(self.separation, min(apart, FULL_CIRCLE / (2 * items)))
        drawn = separated_angles(len(first), items, separation, generator)
        return wrap(drawn - drawn[:, :1] + first[:, None])


def probe_sets(subject: Subject, each: int) -> ProbeSets:
    """Up to ``each`` arrangements for every probe distance that the network's displays have.

    They depend on the law of displays alone, not on the subject's seed, so that all networks of one configuration are
    looked at in the same displays.

    Raises:
        NothingToAnalyse: if the network has only ever seen one item at a time.
    """
    fixed = replace(subject, seed=0)
    size = fixed.pair_size()
    shown = fixed.draw(LOOKED_AT, size)
    separation = smallest_separation(shown.report)
    seen = subject.network.config.encoding != "index" and shown.has_probe
    if not seen:
        return ProbeSets(shown.probe[:each], torch.zeros(each, dtype=torch.int64), [None], separation)
    group, distances = _grouped(distance(shown.probe[:, 0], shown.probe[:, 1]))
    rows = torch.cat([_different(shown.probe, (group == one).nonzero()[:, 0], each) for one in range(len(distances))])
    return ProbeSets(shown.probe[rows], group[rows], list(distances), separation)


def _grouped(apart: Tensor) -> tuple[Tensor, list[float]]:
    """Group ``(M,)`` of each distance (radians), and the D distances that groups stand for."""
    whole = torch.rad2deg(apart).round()
    values, group = whole.unique(return_inverse=True)
    if len(values) <= MOST_PLACES:
        return group, [float(apart[group == one].mean()) for one in range(len(values))]
    low, high = float(apart.min()), float(apart.max())
    group = ((apart - low) / (high - low) * BINS).long().clamp(max=BINS - 1)
    step = (high - low) / BINS
    return group, [low + (one + 0.5) * step for one in range(BINS)]


def _different(probe: Tensor, rows: Tensor, count: int) -> Tensor:
    """The first ``count`` of some rows whose probes differ by a degree or more."""
    seen: dict[tuple[float, ...], int] = {}
    for row in rows.tolist():
        key = tuple(round(math.degrees(value)) % 360 for value in probe[row].tolist())
        if key not in seen:
            seen[key] = row
        if len(seen) == count:
            break
    return torch.tensor(list(seen.values()), dtype=torch.int64)


def swapped(values: Tensor, other: int = 1) -> Tensor:
    """Columns 0 and ``other`` of ``(M, K)`` exchanged: what was about one of the two items is about the other."""
    order = torch.arange(values.shape[1])
    order[0], order[other] = other, 0
    return values[:, order]


def either_cued(shown: Displays, other: int = 1) -> tuple[Displays, Displays]:
    """The same displays with item 0 cued, and with the other item cued (which then is item 0, as in all displays)."""
    return shown, Displays(swapped(shown.report, other), swapped(shown.probe, other), shown.set_size)


def slots_of(shown: Displays, other: int = 1, order: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Slots of the items for ``either_cued``: every item keeps its slot, whichever is cued; None numbers them."""
    slots = torch.arange(shown.items).expand(len(shown), -1) if order is None else order
    return slots, swapped(slots, other)
