"""Neural population model of Bays (2014, J. Neurosci. 34:3632) in its sampling form (Schneegans, Taylor & Bays 2020,
PNAS 117:20959), with swaps.

Neurons with von Mises tuning of concentration kappa fire Poisson spikes; their sum of gains is normalised, so that with
N items on the display each has ``xi / N`` spikes on average; the reported value is the most likely one given the spikes
of the item, which is their circular mean. Where there are no spikes any value is as good: what look like guesses, and
the long tails, come from few spikes. So there are no guesses beside them. kappa and xi are common to all set sizes.

With probability b another item is reported, b free at every set size and shared equally by the non-targets (as in Bays
2014, where swaps are added to the same errors).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.behaviour.classics.free_odds import EqualSwaps, free_swaps
from models.behaviour.classics.precision_grid import information, precision_grid
from models.behaviour.classics.spike_resultants import LEAST_TUNING, MOST_TUNING, concentration_weights
from models.behaviour.classics.tabulated import Tabulated
from models.behaviour.classics.theory import Coordinate, Hint, Key, Start, row
from models.behaviour.emissions import von_mises
from models.behaviour.model import Parameter

LEAST_GAIN, MOST_GAIN = 0.02, 90.0  # spikes an item; the tables end at 128


class NeuralPopulation(EqualSwaps, Tabulated):
    """Gain, tuning and swaps."""

    name = "neural_population"

    def describe(self) -> dict[Key, Coordinate]:
        """Log spikes an item at the smallest set size, log kappa of the tuning, log-odds of swaps."""
        gain = Coordinate(math.log(LEAST_GAIN), math.log(MOST_GAIN), (2.0, 2.0))
        tuning = Coordinate(math.log(LEAST_TUNING), math.log(MOST_TUNING), (1.0, 1.5))
        common: dict[Key, Coordinate] = {("log_gain", None): gain, ("log_tuning", None): tuning}
        return common | free_swaps(self.set_sizes)

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """Broad to narrow tuning, with as many spikes as the three-component precision needs."""
        first = hints[self.set_sizes[0]]
        found = []
        for tuning in (0.8, 3.0, 10.0):
            values: dict[Key, float] = {("log_tuning", None): math.log(tuning)}
            values["log_gain", None] = math.log(max(first.concentration / information(tuning), 0.5))
            for size, hint in hints.items():
                values["swap", size] = hint.swap
            found.append(Start(self.vector(values)))
        return found

    def weights(self, theta: Tensor, size: int) -> Tensor:
        """``(1 + G,)`` probabilities of the grid's concentrations at one set size."""
        gain = self.at(theta, "log_gain") - math.log(size / self.set_sizes[0])
        return concentration_weights(self.at(theta, "log_tuning"), gain)

    def tables(self, theta: Tensor, sizes: Sequence[int]) -> Tensor:
        """``(HALF_GRID, S)`` laws of the decoded value."""
        return precision_grid().density(torch.stack([self.weights(theta, size) for size in sizes]))

    def shown(self, theta: Tensor) -> list[Parameter]:
        """Spikes of a display, tuning with its width, and the sd at every set size."""
        gain = float(self.at(theta, "log_gain").exp()) * self.set_sizes[0]
        tuning = float(self.at(theta, "log_tuning").exp())
        width = math.degrees(von_mises.sd_of(tuning))
        rows = [
            row("gain", "Spikes a display ξ (mean, shared by its items)", gain),
            row("tuning", "Tuning concentration κ", tuning),
            row("tuning_width", "Tuning width (SD, degrees of the full circle)", width),
        ]
        return rows + self.sd_rows(theta)
