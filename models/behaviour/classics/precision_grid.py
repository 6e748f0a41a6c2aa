"""Noise whose concentration varies from trial to trial: mixtures of von Mises laws over a grid of concentrations.

Variable precision and neural populations are both such mixtures; only the weights of the grid's points are theirs.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from scipy import special
from torch import Tensor

from models.behaviour.classics.responses import HALF_GRID
from models.behaviour.emissions import von_mises
from models.behaviour.emissions.tabulated import GRID

LEAST_KAPPA, MOST_KAPPA = 3e-3, 1.2e4  # flat to 0.3 %; an sd of half a degree, six points of the tables
SPACING = 0.06  # of log kappa


class PrecisionGrid:
    """Concentrations from 0 to ``MOST_KAPPA`` and what a mixture over them needs.

    Attributes:
        log_kappa: ``(G,)`` even, ``SPACING`` apart; the grid's point 0 is concentration 0 and comes before them.
        log_information: ``(G,)`` log of the Fisher information ``J = kappa I1(kappa) / I0(kappa)``.
        log_cell: ``(G,)`` log width in ``log J`` of the cell around each point.
        table: ``(HALF_GRID, 1 + G)`` densities at ``2 pi j / GRID``.
        length: ``(1 + G,)`` mean resultants ``I1 / I0``.
    """

    def __init__(self) -> None:
        count = math.ceil(math.log(MOST_KAPPA / LEAST_KAPPA) / SPACING) + 1
        self.log_kappa = math.log(LEAST_KAPPA) + SPACING * torch.arange(count, dtype=torch.float64)
        kappa = self.log_kappa.exp()
        ratio = torch.from_numpy(np.asarray(special.i1e(kappa.numpy()) / special.i0e(kappa.numpy())))
        self.log_information = (kappa * ratio).log()
        # d log J / d log kappa = 1 + kappa A' / A with A' = 1 - A / kappa - A^2
        slope = 1 + kappa * (1 - ratio / kappa - ratio**2) / ratio
        self.log_cell = (slope * SPACING).log()
        self.length = torch.cat([torch.zeros(1, dtype=torch.float64), ratio])
        angle = torch.arange(HALF_GRID, dtype=torch.float64) * (2 * math.pi / GRID)
        concentrations = torch.cat([torch.zeros(1, dtype=torch.float64), kappa])
        self.table = von_mises.log_density(angle[:, None], concentrations).exp()

    def density(self, weights: Tensor) -> Tensor:
        """``(HALF_GRID, S)`` densities of mixtures with weights ``(S, 1 + G)``; differentiable in them."""
        return self.table @ weights.T


@lru_cache(maxsize=1)
def precision_grid() -> PrecisionGrid:
    """The grid, made once."""
    return PrecisionGrid()


def information(concentration: float) -> float:
    """Fisher information ``J = kappa I1(kappa) / I0(kappa)`` of a von Mises law about its mean."""
    return concentration * float(special.i1e(concentration) / special.i0e(concentration))
