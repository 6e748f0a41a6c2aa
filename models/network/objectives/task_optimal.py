"""Mean square distance to the cued report, without any swaps: the classic task-trained network."""

from __future__ import annotations

from torch import Tensor

from models.network.network import Generators, Network
from models.network.objectives.mean_matching import distance_to
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: Generators) -> dict[str, Tensor]:
    """``"main"``: mean square distance in the plane to the cued report at every step of recall."""
    target = network.config.radius * unit(batch.shown.report[..., 0])
    return distance_to(network, batch, target.repeat_interleave(network.config.samples_per_display, dim=-2), generator)


def floor(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """0: what remains is the network's own noise."""
    return batch.probability.new_zeros(batch.probability.shape[:-2])
