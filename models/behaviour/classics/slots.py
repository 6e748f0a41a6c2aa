"""Slots, and slots with averaging (Zhang & Luck 2008, Nature 453:233): K items are kept, the others guessed.

With K slots and N items, ``g = max(0, 1 - K / N)``. *Slots*: what is kept has one concentration kappa. *Slots with
averaging*: where N <= K the slots are dealt out evenly, every item gets ``floor(K / N)`` and with probability
``(K mod N) / N`` one more, and n slots of one item are averaged to concentration ``n kappa``. K and kappa are common to
all set sizes and K need not be whole, as in MemToolbox (SlotModel, SlotsPlusAveragingModel; Suchow et al. 2013, J. Vis.
13(10):9, which divides variances by n) and mixtur (which multiplies kappa, as here). Guesses are what the theory is
about, so there is no option to leave them out; nobody swaps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor

from models.behaviour.classics.responses import SizeResponses
from models.behaviour.classics.theory import LOG_KAPPA, Coordinate, Hint, Key, Start, Theory, row, sd_row
from models.behaviour.emissions import Emission, VonMises, VonMisesMixture
from models.behaviour.model import Parameter

FEWEST_SLOTS = 0.02
_SLOTS_AN_ITEM = 3  # beyond so many slots for every item, K and kappa can hardly be told apart


class Slots(Theory):
    """Capacity K and the concentration of what is kept."""

    name = "slots"
    curvature_step = 0.05  # the likelihood has a kink in K at every set size

    def describe(self) -> dict[Key, Coordinate]:
        """K and log kappa."""
        most = self.kinks()[-1]
        return {("capacity", None): Coordinate(FEWEST_SLOTS, most, (3.0, 5.0)), ("log_concentration", None): LOG_KAPPA}

    def kinks(self) -> list[float]:
        """Values of K between which the likelihood is smooth; above the largest set size nothing is guessed."""
        return [FEWEST_SLOTS, *(float(size) for size in self.set_sizes)]

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """One climb between each two kinks."""
        kappa = max(max(hint.concentration for hint in hints.values()), 0.1)
        found = []
        for left, right in pairwise(self.kinks()):
            each = math.log(kappa / max(left / self.set_sizes[0], 1.0))  # of one slot where several are averaged
            middle = self.vector({("capacity", None): (left + right) / 2, ("log_concentration", None): each})
            found.append(Start(middle, [(left, right), (LOG_KAPPA.low, LOG_KAPPA.high)]))
        return found

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """Von Mises density."""
        return data.von_mises(self.at(theta, "log_concentration").exp())

    def guess_odds(self, theta: Tensor, size: int) -> Tensor:
        """``(N - K) / K``, or 0 where all items find a slot."""
        capacity = self.at(theta, "capacity")
        return (size - capacity).clamp(min=0) / capacity

    def emission(self, theta: Tensor, size: int) -> Emission:
        """Von Mises noise, the same at every set size."""
        return VonMises(float(self.at(theta, "log_concentration").exp()))

    def shown(self, theta: Tensor) -> list[Parameter]:
        """Capacity, concentration of one slot, and the sd at every set size."""
        capacity, kappa = float(self.at(theta, "capacity")), float(self.at(theta, "log_concentration").exp())
        rows = [
            row("capacity", "Capacity K (slots)", capacity),
            row("slot_concentration", "Concentration κ of one slot", kappa),
        ]
        return rows + [sd_row(self.emission(theta, size), size) for size in self.set_sizes]


class SlotsAveraging(Slots):
    """Slots that share an item are averaged."""

    name = "slots_averaging"

    def kinks(self) -> list[float]:
        """K at which an item of some display gets one slot more."""
        most = _SLOTS_AN_ITEM * max(self.set_sizes)
        whole = {size * n for size in self.set_sizes for n in range(1, most // size + 1)}
        return [FEWEST_SLOTS, *(float(one) for one in sorted(whole))]

    def _shares(self, theta: Tensor, size: int) -> tuple[int, Tensor]:
        """Slots of the item with fewer, at least 1, and the probability of one more."""
        capacity = self.at(theta, "capacity")
        each = int(float(capacity.detach()) // size)
        return max(each, 1), (capacity / size - each if each else torch.zeros_like(capacity))

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """Von Mises densities of the two numbers of slots."""
        kappa = self.at(theta, "log_concentration").exp()
        slots, more = self._shares(theta, data.size)
        return (1 - more) * data.von_mises(slots * kappa) + more * data.von_mises((slots + 1) * kappa)

    def emission(self, theta: Tensor, size: int) -> Emission:
        """Von Mises noise of either concentration."""
        kappa = float(self.at(theta, "log_concentration").exp())
        slots, more = self._shares(theta, size)
        share = float(more)
        if share <= 0:
            return VonMises(slots * kappa)
        return VonMisesMixture((slots * kappa, (slots + 1) * kappa), (1 - share, share))
