"""A mixture whose parameters are all known: a posterior draw, a plug-in estimate or a written-down truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.behaviour.model import MixtureModel, logits_to_weights, mean_weights
from models.displays import Displays
from models.trials import Trials


@dataclass(frozen=True)
class SwapCurve:
    """Log-odds of a non-target against the target, by unsigned probe distance, linear between its points.

    A curve of one point is constant, and then displays need no probe values.

    Attributes:
        distance: ``(G,)`` radians, ascending in ``[0, pi]``.
        log_odds: ``(G,)``.
    """

    distance: Tensor
    log_odds: Tensor

    @staticmethod
    def constant(log_odds: float) -> SwapCurve:
        """The same log-odds at every distance."""
        return SwapCurve(torch.zeros(1, dtype=torch.float64), torch.tensor([log_odds], dtype=torch.float64))

    def at(self, distance: Tensor) -> Tensor:
        """Log-odds at unsigned distances of any shape; the curve's ends go on as constants."""
        if len(self.distance) == 1:
            return self.log_odds[0].expand(distance.shape)
        upper = torch.searchsorted(self.distance, distance.contiguous()).clamp(1, len(self.distance) - 1)
        start, stop = self.distance[upper - 1], self.distance[upper]
        part = ((distance - start) / (stop - start)).clamp(0, 1)
        return (1 - part) * self.log_odds[upper - 1] + part * self.log_odds[upper]


@dataclass(frozen=True)
class SizeParameters:
    """What one set size needs: kappa, log-odds of guessing (minus infinity for none) and the swap curve (none at 1)."""

    concentration: float
    uniform_log_odds: float
    swap: SwapCurve | None


class FixedMixture(MixtureModel):
    """Uniform + cued item + non-targets, with known parameters for every set size."""

    name: str = "fixed"

    def __init__(self, sizes: Mapping[int, SizeParameters]) -> None:
        self.sizes = dict(sizes)
        self.concentrations: Mapping[int, float] = {
            size: parameters.concentration for size, parameters in self.sizes.items()
        }

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets."""
        self.check_set_sizes(displays)
        uniform = torch.full((len(displays),), -torch.inf, dtype=torch.float64)
        swaps = torch.full(displays.report.shape, -torch.inf, dtype=torch.float64)
        distance = displays.probe_distance.double().abs()
        for size, parameters in self.sizes.items():
            where = displays.set_size == size
            uniform[where] = parameters.uniform_log_odds
            if parameters.swap is not None:
                swaps[where] = parameters.swap.at(distance[where])
        return logits_to_weights(uniform, swaps, displays.present)

    def draw(self, generator: torch.Generator) -> FixedMixture:
        """Itself: nothing is uncertain."""
        return self

    def mean_function(self) -> FixedMixture:
        """Itself."""
        return self

    def describe(self, trials: Trials | None = None) -> dict[str, Any]:
        """Parameters by set size."""
        return {
            "model": self.name,
            "sizes": {
                str(size): {
                    "concentration": parameters.concentration,
                    "uniform_log_odds": max(parameters.uniform_log_odds, -30.0),
                    "swap": None
                    if parameters.swap is None
                    else {
                        "distance": parameters.swap.distance.tolist(),
                        "log_odds": parameters.swap.log_odds.clamp(-30, 30).tolist(),
                    },
                }
                for size, parameters in self.sizes.items()
            },
            **mean_weights(self, trials),
        }
