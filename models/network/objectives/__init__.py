"""Training objectives by name; another one is a file here and a line below.

An objective has ``loss(network, batch, generator)``, terms by name of which ``"main"`` is what learning curves show and
all of which are added up, and ``floor(network, batch, generator)``, the value of ``"main"`` at its optimum.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from models.network.network import Network
from models.network.objectives import diffusion, mean_matching, task_optimal
from models.network.targets import Batch


class Objective(Protocol):
    """What the modules of this package offer."""

    def loss(self, network: Network, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """Terms of the loss by name, scalars."""

    def floor(self, network: Network, batch: Batch, generator: torch.Generator) -> float:
        """What ``"main"`` is at its optimum."""


OBJECTIVES: dict[str, Objective] = {
    "diffusion": diffusion,
    "mean_matching": mean_matching,
    "task_optimal": task_optimal,
}
