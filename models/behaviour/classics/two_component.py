"""The two-component mixture of Zhang & Luck (2008, Nature 453:233): the target with von Mises noise, or a guess.

``p(y) = (1 - g) vM(e; kappa) + g / (2 pi)``, g and kappa free at every set size. Nobody swaps: non-targets are not
looked at, so data that hold nothing but errors can be fitted. Without the option ``uniform`` it is a von Mises law.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from models.behaviour.classics.free_odds import free_guesses
from models.behaviour.classics.responses import SizeResponses
from models.behaviour.classics.theory import LOG_KAPPA, Coordinate, Hint, Key, Start, Theory, row, sd_row
from models.behaviour.emissions import VonMises
from models.behaviour.model import Parameter


class TwoComponent(Theory):
    """Guess rate and concentration at every set size."""

    name = "two_component"

    def describe(self) -> dict[Key, Coordinate]:
        """Log kappa, and log-odds of a guess if there are any."""
        noise: dict[Key, Coordinate] = {("log_concentration", size): LOG_KAPPA for size in self.set_sizes}
        return noise | (free_guesses(self.set_sizes) if self.uniform else {})

    def starts(self, hints: Mapping[int, Hint]) -> list[Start]:
        """From the three-component estimates, with their swaps taken for guesses, and from sharper and blunter ones."""
        found = []
        for factor, guess in ((1.0, None), (4.0, -1.0), (0.3, -3.0)):
            values: dict[Key, float] = {}
            for size, hint in hints.items():
                values["log_concentration", size] = float(np.log(max(hint.concentration * factor, 0.05)))
                lost = float(np.log(np.exp(hint.guess) + np.exp(hint.swap)))
                values["guess", size] = lost if guess is None else guess
            found.append(Start(self.vector(values)))
        return found

    def noise(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """Von Mises density."""
        return data.von_mises(self.at(theta, "log_concentration", data.size).exp())

    def guess_odds(self, theta: Tensor, size: int) -> Tensor | None:
        """``g / (1 - g)``."""
        return self.at(theta, "guess", size).exp() if self.uniform else None

    def emission(self, theta: Tensor, size: int) -> VonMises:
        """Von Mises noise."""
        return VonMises(float(self.at(theta, "log_concentration", size).exp()))

    def shown(self, theta: Tensor) -> list[Parameter]:
        """Concentration, the sd that it means, and the guess rate."""
        rows = []
        for size in self.set_sizes:
            law = self.emission(theta, size)
            rows += [row("concentration", "Concentration κ", law.concentration, size), sd_row(law, size)]
            guess = self.guess_odds(theta, size)
            if guess is not None:
                rows.append(row("guess_rate", "Guess rate", float(guess / (1 + guess)), size))
        return rows
