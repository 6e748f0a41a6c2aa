"""Target confusability competition (Schurgin, Wixted & Brady 2020, Nat. Hum. Behav. 4:1156), with swaps.

Each of 360 options round the circle has a familiarity ``d' s(x) + noise``, x being its distance from the remembered
item and the noise standard normal and independent; the most familiar option is reported:
``P(c) = integral phi(z - d' s_c) prod_{c' != c} Phi(z - d' s_c') dz``. One memory strength d' explains precise errors
and seeming guesses alike (d' = 0 is guessing), so there are no guesses beside it.

Two things are assumptions here. Similarity s was measured by the authors for their colours and falls from 1 about
exponentially until it is flat; without such measurements it is taken as ``exp(-x / reach)``, the reach (radians) being
estimated, one for all set sizes. And the noise of neighbouring options is independent, as in the simple form of the
model; the published fits let it be correlated where people cannot tell options apart.

With probability b another item is remembered in place of the target, b free at every set size and shared equally by
the non-targets. Densities are linear between the options.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.behaviour.classics.free_odds import EqualSwaps, free_swaps
from models.behaviour.classics.responses import HALF_GRID
from models.behaviour.classics.tabulated import Tabulated
from models.behaviour.classics.theory import Coordinate, Hint, Key, Start, row
from models.behaviour.model import Parameter

OPTIONS = 360
_NODES, _LOWEST, _ABOVE = 64, -1.0, 7.0  # of z: the largest of 360 standard normal numbers is hardly ever below -1
LEAST_STRENGTH, MOST_STRENGTH = 0.02, 25.0
LEAST_REACH, MOST_REACH = 0.03, 6.0
_HALF = OPTIONS // 2 + 1


def option_probabilities(strength: Tensor, reach: Tensor) -> Tensor:
    """``(S, 181)`` probability of the option at each whole step from the item, 0 to half the circle; both sides alike.

    Args:
        strength: ``(S,)`` d', at least 0.
        reach: radians over which similarity falls to 1 / e.
    """
    distance = torch.arange(_HALF, dtype=torch.float64) * (2 * math.pi / OPTIONS)
    strength = strength[:, None]
    familiarity = strength * torch.exp(-distance / reach)
    span = strength + _ABOVE - _LOWEST
    z = _LOWEST + span * torch.linspace(0, 1, _NODES, dtype=torch.float64)
    above = z[:, None, :] - familiarity[:, :, None]
    below = torch.special.log_ndtr(above)
    several = torch.full((_HALF, 1), 2.0, dtype=torch.float64)
    several[0] = several[-1] = 1.0  # the item itself and its opposite occur once
    others = (several * below).sum(1, keepdim=True) - below
    return (others - 0.5 * above**2).exp().sum(2) * (span / (_NODES - 1)) / math.sqrt(2 * math.pi)


def half_densities(strength: Tensor, reach: Tensor) -> Tensor:
    """``(HALF_GRID, S)`` density per radian at ``2 pi j / GRID``, linear between the options, of unit integral."""
    options = option_probabilities(strength, reach).T
    place = torch.arange(HALF_GRID, dtype=torch.float64) * ((_HALF - 1) / (HALF_GRID - 1))
    left = place.floor().clamp(max=_HALF - 2)
    part = (place - left)[:, None]
    low = left.long()
    density = (1 - part) * options.index_select(0, low) + part * options.index_select(0, low + 1)
    whole = 2 * density.sum(0) - density[0] - density[-1]
    return density / (whole * (math.pi / (HALF_GRID - 1)))


class Confusability(EqualSwaps, Tabulated):
    """Memory strength at every set size, one reach of similarity, and swaps."""

    name = "confusability"

    def describe(self) -> dict[Key, Coordinate]:
        """Log d', log reach, log-odds of swaps."""
        strength = Coordinate(math.log(LEAST_STRENGTH), math.log(MOST_STRENGTH), (math.log(2.5), 1.0))
        reach = Coordinate(math.log(LEAST_REACH), math.log(MOST_REACH), (math.log(0.6), 1.0))
        strengths: dict[Key, Coordinate] = {("log_strength", size): strength for size in self.set_sizes}
        return strengths | {("log_reach", None): reach} | free_swaps(self.set_sizes)

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """Stronger memories where three-component estimates are better, with similarity reaching near or far."""
        found = []
        for reach in (0.25, 0.8):
            values: dict[Key, float] = {("log_reach", None): math.log(reach)}
            for size, hint in hints.items():
                remembered = 1 / (1 + math.exp(hint.guess) + math.exp(hint.swap))
                sharpness = math.log1p(max(hint.concentration, 0.0))
                values["log_strength", size] = math.log(0.3 + remembered * sharpness)
                values["swap", size] = hint.swap
            found.append(Start(self.vector(values)))
        return found

    def tables(self, theta: Tensor, sizes: Sequence[int]) -> Tensor:
        """``(HALF_GRID, S)`` densities of the errors around the remembered item."""
        strengths = torch.stack([self.at(theta, "log_strength", size) for size in sizes]).exp()
        return half_densities(strengths, self.at(theta, "log_reach").exp())

    def shown(self, theta: Tensor) -> list[Parameter]:
        """Memory strength and the sd that it means at every set size, and the reach of similarity."""
        reach = math.degrees(float(self.at(theta, "log_reach").exp()))
        rows = [row("reach", "Reach of similarity, to 1/e (degrees of the full circle)", reach)]
        for size in self.set_sizes:
            strength = float(self.at(theta, "log_strength", size).exp())
            rows.append(row("memory_strength", "Memory strength d′", strength, size))
        return rows + self.sd_rows(theta)
