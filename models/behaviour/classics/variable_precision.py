"""Variable precision (van den Berg, Shin, Chou, George & Ma 2012, PNAS 109:8780).

The Fisher information J of an item varies from trial to trial and item to item: ``J ~ Gamma(mean Jbar, scale tau)``,
``Jbar = J1 N^-alpha``, and the response is von Mises around the item with the kappa for which
``J = kappa I1(kappa) / I0(kappa)``. The integral over J is a sum over a fine grid of log kappa (spectrally accurate);
J below the grid counts as no information at all. J1, alpha and tau are common to all set sizes; with one set size there
is no alpha.

*With swaps* an item is mistaken for a non-target with probability b and guessed with probability g, both free at every
set size (the swaps' one is van den Berg, Awh & Ma 2014, Psychol. Rev. 121:124). The option ``uniform`` removes these
guesses. The model without swaps has none: every item is remembered, if badly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.behaviour.classics.free_odds import EqualSwaps, free_guesses, free_swaps
from models.behaviour.classics.precision_grid import information, precision_grid
from models.behaviour.classics.tabulated import Tabulated
from models.behaviour.classics.theory import Coordinate, Hint, Key, Start, row
from models.behaviour.model import Parameter

# the shape Jbar / tau of the gamma law: at most 400, a coefficient of variation of 5 %, which nobody could see
LEAST_SHAPE, MOST_SHAPE = 0.03, 400.0
LEAST_INFORMATION, MOST_INFORMATION = 1e-2, 5e3


def grid_weights(log_mean: Tensor, log_shape: Tensor) -> Tensor:
    """``(S, 1 + G)`` probabilities of the grid's concentrations where J is gamma with means and shapes ``(S,)``.

    The first one is the mass below the grid, ``(J / tau)^shape / Gamma(shape + 1)``. They sum to 1.
    """
    grid = precision_grid()
    log_mean, log_shape = log_mean[:, None], log_shape[:, None]
    shape = log_shape.exp()
    scaled = grid.log_information - (log_mean - log_shape)  # log J / tau
    log_mass = shape * scaled - scaled.exp() - torch.lgamma(shape) + grid.log_cell
    # half the first cell lies below the grid and is counted there
    half = log_mass[:, :1] - math.log(2)
    below = shape * scaled[:, :1] - torch.lgamma(shape + 1)
    return torch.cat([below, half, log_mass[:, 1:]], 1).softmax(1)


class VariablePrecision(Tabulated):
    """Mean precision, its fall with set size, and its variability."""

    name = "variable_precision"

    @property
    def smallest(self) -> int:
        """The set size whose mean precision and shape are fitted, which the data tell more of than of one item."""
        return self.set_sizes[0]

    def describe(self) -> dict[Key, Coordinate]:
        """Log mean and log shape of J at the smallest set size, and the exponent."""
        mean = Coordinate(math.log(LEAST_INFORMATION), math.log(MOST_INFORMATION), (2.0, 2.0))
        shape = Coordinate(math.log(LEAST_SHAPE), math.log(MOST_SHAPE), (0.5, 1.5))
        exponent: dict[Key, Coordinate] = {("exponent", None): Coordinate(-0.5, 5.0, (1.0, 1.0))}
        several = len(self.set_sizes) > 1
        return {("log_mean", None): mean, ("log_shape", None): shape} | (exponent if several else {})

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """From the three-component estimates, with more or less variable precision."""
        known = {size: information(max(hint.concentration, 0.2)) for size, hint in hints.items()}
        first, last = min(known), max(known)
        falls = math.log(known[first] / known[last]) / math.log(last / first) if last > first else 0.0
        found = []
        for shape, exponent in ((0.7, 1.0), (3.0, 1.0), (30.0, falls)):
            values: dict[Key, float] = {("log_mean", None): math.log(known[first]), ("exponent", None): exponent}
            values["log_shape", None] = math.log(shape)
            for size, hint in hints.items():
                values["swap", size] = hint.swap
                values["guess", size] = hint.guess if shape > 10 else -3.0
            found.append(Start(self.vector(values)))
        return found

    def tables(self, theta: Tensor, sizes: Sequence[int]) -> Tensor:
        """``(HALF_GRID, S)`` mixtures over J."""
        fall = torch.zeros(len(sizes), dtype=torch.float64)
        if len(self.set_sizes) > 1:
            times = torch.tensor([size / self.smallest for size in sizes], dtype=torch.float64)
            fall = self.at(theta, "exponent") * times.log()
        # tau is the same at all set sizes, so mean and shape fall together
        weights = grid_weights(self.at(theta, "log_mean") - fall, self.at(theta, "log_shape") - fall)
        return precision_grid().density(weights)

    def shown(self, theta: Tensor) -> list[Parameter]:
        """J1, alpha and tau as published (J1 and tau per squared radian), and the sd at every set size."""
        log_mean, log_shape = float(self.at(theta, "log_mean")), float(self.at(theta, "log_shape"))
        rows = []
        if len(self.set_sizes) > 1:
            exponent = float(self.at(theta, "exponent"))
            first = log_mean + exponent * math.log(self.smallest)
            rows += [
                row("mean_precision", "Mean precision of one item J̄₁ (1/rad²)", math.exp(first)),
                row("exponent", "Exponent α of its fall with set size", exponent),
            ]
        else:
            rows.append(row("mean_precision", "Mean precision J̄ (1/rad²)", math.exp(log_mean), self.smallest))
        rows.append(row("precision_scale", "Scale τ of precision (1/rad²)", math.exp(log_mean - log_shape)))
        return rows + self.sd_rows(theta)


class VariablePrecisionSwaps(EqualSwaps, VariablePrecision):
    """Variable precision with swaps and guesses at every set size."""

    name = "variable_precision_swaps"

    def describe(self) -> dict[Key, Coordinate]:
        """Those of variable precision, log-odds of swaps and, if there are any, of guesses."""
        guesses = free_guesses(self.set_sizes) if self.uniform else {}
        return super().describe() | free_swaps(self.set_sizes) | guesses

    def guess_odds(self, theta: Tensor, size: int) -> Tensor | None:
        """Odds of a guess against the target."""
        return self.at(theta, "guess", size).exp() if self.uniform else None
