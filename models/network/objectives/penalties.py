"""Terms that every objective adds to its own."""

from __future__ import annotations

from torch import Tensor

from models.network.network import Network


def penalties(network: Network, prepared: Tensor, recalled: Tensor) -> dict[str, Tensor]:
    """Plane activity at the onset of recall, where the chain starts from noise around 0, and activity in general.

    Args:
        network: whose weights of the terms are used.
        prepared: ``(steps, ..., B, n)`` states of preparation.
        recalled: ``(T, ..., M, n)`` states of recall.
    """
    config = network.config
    off_plane = recalled[..., 2:]
    return {
        "onset": config.onset_weight * prepared[-1, ..., :2].square().sum(-1).mean(-1),
        "activity": config.activity_weight
        * (prepared.square().mean((0, -2, -1)) + off_plane.square().mean((0, -2, -1))),
    }
