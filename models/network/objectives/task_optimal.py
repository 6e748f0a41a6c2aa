"""Mean square distance to the cued report, without any swaps: the classic task-trained network."""

from __future__ import annotations

import torch
from torch import Tensor

from models.network.network import Network
from models.network.objectives.mean_matching import distance_to
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
    """``"main"``: mean square distance in the plane to the cued report at every step of recall."""
    target = network.config.radius * unit(batch.report[:, 0])
    return distance_to(network, batch, target.repeat_interleave(network.config.samples_per_display, dim=0), generator)


def floor(network: Network, batch: Batch, generator: torch.Generator) -> float:
    """0: what remains is the network's own noise."""
    return 0.0
