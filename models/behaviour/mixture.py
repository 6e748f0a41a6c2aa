"""A mixture whose parameters are all known: a posterior draw, a plug-in estimate or a written-down truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour import emissions
from models.behaviour.emissions import Emission
from models.behaviour.emissions.emission import Shown
from models.behaviour.model import (
    EXTREME,
    MixtureModel,
    Parameter,
    Stored,
    SwapEstimate,
    logits_to_weights,
    swap_probability,
)
from models.behaviour.swap_shapes import Shape, SwapCurve, shape_from_json
from models.displays import Displays


@dataclass(frozen=True)
class SizeParameters:
    """What one set size needs: noise, log-odds of guessing (minus infinity for none), swaps (None: there are none)."""

    emission: Emission
    uniform_log_odds: float
    swap: Shape | None


class FixedMixture(MixtureModel):
    """Uniform + cued item + non-targets, with known parameters for every set size."""

    name: str = "fixed"
    parameter_count: float = 0.0

    def __init__(self, sizes: Mapping[int, SizeParameters]) -> None:
        self.sizes = dict(sizes)
        self.emissions: Mapping[int, Emission] = {size: value.emission for size, value in self.sizes.items()}

    def weights(self, displays: Displays) -> Tensor:
        """``(M, N + 1)`` probabilities of uniform, cued item and non-targets.

        Raises:
            ValueError: for a set size that is not known, or displays without the feature that swaps depend on.
        """
        uniform = torch.full((len(displays),), -torch.inf, dtype=torch.float64)
        swaps = torch.full(displays.report.shape, -torch.inf, dtype=torch.float64)
        for size, rows in self.rows_by_size(displays):
            uniform[rows] = self.sizes[size].uniform_log_odds
            shape = self.sizes[size].swap
            if shape is not None and size > 1:
                swaps[rows] = shape.at(displays.select(rows))
        return logits_to_weights(uniform, swaps, displays.present)

    def draw(self, generator: Generator) -> FixedMixture:
        """Itself: nothing is uncertain."""
        return self

    def mean_function(self) -> FixedMixture:
        """Itself."""
        return self

    def parameters(self) -> list[Parameter]:
        """Noise sd and guesses, without intervals."""
        rows = []
        for size, value in self.sizes.items():
            sd = torch.rad2deg(torch.tensor(value.emission.sd)).item()
            rows.append(Parameter(Shown("sd", "Noise SD (degrees of the full circle)", sd, sd, sd), size))
        return rows

    def swap_estimates(self) -> list[SwapEstimate]:
        """The known curves, on their own points."""
        found = []
        for size, value in self.sizes.items():
            if isinstance(value.swap, SwapCurve):
                curve, guess = value.swap, float(torch.tensor(value.uniform_log_odds).exp())
                odds = curve.log_odds.clamp(-EXTREME, EXTREME)
                probability = swap_probability(odds, guess)
                entry = SwapEstimate((size,), (curve.feature,), (curve.distance,), odds, odds, odds, guess, probability)
                found.append(entry)
        return found

    def stored(self) -> Stored:
        """All of it as plain data."""
        plain = {
            str(size): {
                "emission": value.emission.to_json(),
                "uniform_log_odds": max(value.uniform_log_odds, -1e6),
                "swap": None if value.swap is None else value.swap.to_json(),
            }
            for size, value in self.sizes.items()
        }
        return {}, {"sizes": plain}

    @staticmethod
    def restored(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> FixedMixture:
        """From ``stored``."""
        return FixedMixture(
            {
                int(size): SizeParameters(
                    emissions.from_json(value["emission"]),
                    -torch.inf if value["uniform_log_odds"] <= -1e6 else value["uniform_log_odds"],
                    None if value["swap"] is None else shape_from_json(value["swap"]),
                )
                for size, value in plain["sizes"].items()
            }
        )
