"""Training objectives by name; another one is a file here and a line below.

An objective has ``loss(network, batch, generator)``, terms by name of which ``"main"`` is what learning curves show and
all of which are added up, and ``floor(network, batch, generator)``, the value of ``"main"`` at its optimum. Both are
scalars for a network and ``(K,)`` for an ensemble of K.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from models.network.network import Generators, Network
from models.network.objectives import diffusion, mean_matching, moment_matching, task_optimal
from models.network.targets import Batch


class Objective(Protocol):
    """What the modules of this package offer."""

    def loss(self, network: Network, batch: Batch, generator: Generators) -> dict[str, Tensor]:
        """Terms of the loss by name."""

    def floor(self, network: Network, batch: Batch, generator: Generators) -> Tensor:
        """What ``"main"`` is at its optimum."""


OBJECTIVES: dict[str, Objective] = {
    "diffusion": diffusion,
    "mean_matching": mean_matching,
    "moment_matching": moment_matching,
    "task_optimal": task_optimal,
}
