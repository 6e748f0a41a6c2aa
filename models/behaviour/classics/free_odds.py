"""Guesses and swaps that a theory says nothing about: their odds are free at every set size."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from models.behaviour.classics.responses import SizeResponses
from models.behaviour.classics.theory import LOG_ODDS, Coordinate, Key, Theory
from models.behaviour.swap_shapes import Constant


def free_guesses(sizes: Sequence[int]) -> dict[Key, Coordinate]:
    """Log-odds of a guess against the target, called "guess"."""
    return {("guess", size): LOG_ODDS for size in sizes}


def free_swaps(sizes: Sequence[int]) -> dict[Key, Coordinate]:
    """Log-odds of all swaps together against the target, called "swap", where there is anything to swap."""
    return {("swap", size): LOG_ODDS for size in sizes if size > 1}


class EqualSwaps(Theory):
    """Swaps that all non-targets share equally; the subclass lists ``free_swaps`` among its numbers."""

    swaps = True

    def _each(self, theta: Tensor, size: int) -> Tensor:
        return self.at(theta, "swap", size).exp() / (size - 1)

    def swap_odds(self, theta: Tensor, data: SizeResponses) -> Tensor:
        """The same odds for every non-target."""
        return self._each(theta, data.size)

    def shape(self, theta: Tensor, size: int) -> Constant:
        """The same log-odds at every distance."""
        return Constant(float(self._each(theta, size).log()))
