"""The interference measurement model of Oberauer & Lin (2017, Psychol. Rev. 124:21), in full.

Every item is active in proportion to ``e^(c - e^s d) + e^a``, d being its probe distance from the cued item (radians of
the full circle; 0 for the cued one itself), and the background in proportion to 1; what is active is reported with von
Mises noise, the background as a guess. So the log-odds of a non-target are ``ln(e^(c - e^s d) + e^a) - ln(e^c + e^a)``.
The weights are those of the R package bmm, ``imm(version = "full")`` (Frischkorn & Popov 2025, Behav. Res. Methods),
whose limits are *bsc* (no activation without the cue, a -> minus infinity) and *abc* (no activation by a neighbour's
cue, s -> infinity), which is a three-component mixture.

a and s, what neighbours do to each other, are common to all set sizes: that more items interfere more without any of
them changing is what the model says about set size. What the cue activates (c) and its precision (kappa) are free at
each. A common c would make guesses rarer with more items, where people make more of them; on the data of Oberauer &
Lin's first experiment it costs over 300 nats. The background is the unit in which activation is counted, so guesses
cannot be left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from models.behaviour.classics.responses import SizeResponses
from models.behaviour.classics.theory import LOG_KAPPA, Coordinate, Hint, Key, Start, Theory, row, sd_row
from models.behaviour.config import CannotFit
from models.behaviour.emissions import VonMises
from models.behaviour.model import Parameter
from models.behaviour.swap_shapes import MissingProbe, SwapCurve, check_probe
from models.trials import Trials

_CURVE_POINTS = 1441  # an eighth of a degree
_CUED, _GENERAL = Coordinate(-6.0, 14.0, (3.0, 3.0)), Coordinate(-14.0, 12.0, (0.0, 3.0))
_GRADIENT = Coordinate(-5.0, 5.0, (0.5, 1.5))


class Interference(Theory):
    """Activation of all items alike, the gradient, and at every set size activation by the cue and kappa."""

    name = "interference"
    swaps = True
    probed = True

    def describe(self) -> dict[Key, Coordinate]:
        """a, s, and by set size c and log kappa."""
        common: dict[Key, Coordinate] = {("a", None): _GENERAL, ("s", None): _GRADIENT}
        cued: dict[Key, Coordinate] = {("c", size): _CUED for size in self.set_sizes}
        return common | cued | {("log_concentration", size): LOG_KAPPA for size in self.set_sizes}

    def check(self, trials: Trials) -> None:
        """Raise ``CannotFit`` without probe values, or where no display has a second item."""
        if trials.set_sizes == [1]:
            raise CannotFit(
                "the interference model is about displays with several items, and here every display has one; "
                "fit the two-component mixture"
            )
        try:
            check_probe(trials.displays)
        except MissingProbe as error:
            raise CannotFit(f"the interference model cannot be fitted: {error}") from error

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """From the three-component estimates, with swaps to near neighbours only, or to all alike, or in between."""
        several = {size: hint for size, hint in hints.items() if size > 1}
        guess = sum(hint.guess for hint in several.values()) / len(several)
        swap = sum(hint.swap - math.log(size - 1) for size, hint in several.items()) / len(several)
        found = []
        for general, gradient in ((swap - 2.0, 0.5), (swap, 1.5), (swap + 0.5, 3.0)):
            values: dict[Key, float] = {("a", None): min(-guess, 8.0) + general, ("s", None): gradient}
            for size, hint in hints.items():
                values["c", size] = min(-hint.guess, 8.0)
                values["log_concentration", size] = math.log(max(hint.concentration, 0.1))
            found.append(Start(self.vector(values)))
        return found

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """Von Mises density."""
        return data.von_mises(self.at(theta, "log_concentration", data.size).exp())

    def guess_odds(self, theta: Tensor, size: int) -> Tensor:
        """Background against target: ``1 / (e^c + e^a)``."""
        return torch.exp(-self._target(theta, size))

    def swap_odds(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """``(M, C - 1)`` non-target against target, by probe distance."""
        assert data.distance is not None  # ``probed`` asks for it
        return self._log_odds(theta, data.size, data.distance).exp()

    def _target(self, theta: Tensor, size: int) -> Tensor:
        return torch.logaddexp(self.at(theta, "c", size), self.at(theta, "a"))

    def _log_odds(self, theta: Tensor, size: int, distance: Tensor) -> Tensor:
        by_cue = self.at(theta, "c", size) - self.at(theta, "s").exp() * distance
        return torch.logaddexp(by_cue, self.at(theta, "a")) - self._target(theta, size)

    def emission(self, theta: Tensor, size: int) -> VonMises:
        """Von Mises noise."""
        return VonMises(float(self.at(theta, "log_concentration", size).exp()))

    def shape(self, theta: Tensor, size: int) -> SwapCurve:
        """The log-odds over probe distance."""
        distance = torch.linspace(0, math.pi, _CURVE_POINTS, dtype=torch.float64)
        return SwapCurve(distance, self._log_odds(theta, size, distance))

    def shown(self, theta: Tensor) -> list[Parameter]:
        """a, the gradient, and c and the noise at every set size."""
        rows = [
            row("general_activation", "Activation of every item a (log, background = 0)", float(self.at(theta, "a"))),
            row("gradient", "Fall with probe distance eˢ (per radian)", float(self.at(theta, "s").exp())),
        ]
        for size in self.set_sizes:
            law, cued = self.emission(theta, size), float(self.at(theta, "c", size))
            rows.append(row("cue_activation", "Activation by the cue c (log, background = 0)", cued, size))
            rows += [row("concentration", "Concentration κ", law.concentration, size), sd_row(law, size)]
        return rows
