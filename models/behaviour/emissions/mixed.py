"""Noise whose precision is one of a few values: a finite mixture of von Mises laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor

from models.behaviour.emissions import von_mises
from models.behaviour.emissions.tabulated import sd_of_length


@dataclass(frozen=True)
class VonMisesMixture:
    """Concentrations kappa and their probabilities, which sum to 1."""

    concentrations: tuple[float, ...]
    probabilities: tuple[float, ...]
    law = "von_mises_mixture"

    @cached_property
    def _kappa(self) -> Tensor:
        return torch.tensor(self.concentrations, dtype=torch.float64)

    @cached_property
    def _probability(self) -> Tensor:
        return torch.tensor(self.probabilities, dtype=torch.float64)

    @property
    def sd(self) -> float:
        """Circular sd of the whole mixture, radians."""
        return sd_of_length(float(self.harmonics(1)[0]))

    def log_density(self, error: Tensor) -> Tensor:
        """Log density (nats per radian)."""
        each = von_mises.log_density(error.double()[..., None], self._kappa)
        return (each + self._probability.log()).logsumexp(-1)

    def harmonics(self, count: int) -> Tensor:
        """Moments, averaged over the concentrations."""
        each = torch.stack([von_mises.harmonics(kappa, count) for kappa in self.concentrations])
        return self._probability @ each

    def sample(self, count: int, generator: Generator) -> Tensor:
        """``(count,)`` errors."""
        if not count:
            return torch.zeros(0, dtype=torch.float64)
        which = torch.multinomial(self._probability, count, replacement=True, generator=generator)
        return von_mises.sample(self._kappa[which], generator)

    def to_json(self) -> dict[str, Any]:
        """Both lists."""
        return {
            "law": self.law,
            "concentrations": list(self.concentrations),
            "probabilities": list(self.probabilities),
        }

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> VonMisesMixture:
        """From ``to_json``."""
        return VonMisesMixture(tuple(plain["concentrations"]), tuple(plain["probabilities"]))
