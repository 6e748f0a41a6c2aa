"""Mean square distance to responses that contain swaps: the optimum is the mean response, one blob between the items.

The control of what a network learns that is fitted to the first moment of behaviour only. It runs freely; the distance
is taken at every step of recall.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.network.network import Network
from models.network.objectives.penalties import penalties
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
    """``"main"``: mean square distance in the plane to the conditional mean (exact target) or to drawn responses."""
    config = network.config
    if config.target == "exact":
        target = mean_response(batch, config.radius)[:, None].expand(-1, config.samples_per_display, -1)
    else:
        angle = batch.sample_angles(config.samples_per_display, generator)
        noise = network.draw((*angle.shape, 2), generator)
        target = config.radius * (unit(angle) + config.response_noise * noise)
    return distance_to(network, batch, target.flatten(0, 1), generator)


def floor(network: Network, batch: Batch, generator: torch.Generator) -> float:
    """What the conditional mean leaves, without the network's own noise."""
    if network.config.target == "exact":
        return 0.0
    radius, spread = network.config.radius, network.config.response_noise
    mean = mean_response(batch, radius)
    return float(((radius**2 - mean.square().sum(-1)) / 2).mean() + (radius * spread) ** 2)


def mean_response(batch: Batch, radius: float) -> Tensor:
    """``(B, 2)``: the mean of the response law in the plane."""
    return batch.probability @ batch.centres(radius)


def distance_to(network: Network, batch: Batch, target: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """Run freely and take the mean square distance of the plane to targets ``(B * samples, 2)`` over recall."""
    config = network.config
    prepared = network.prepare(batch.report, batch.probe, batch.present, batch.cue, batch.delay, generator)
    state = prepared[-1].repeat_interleave(config.samples_per_display, dim=0)
    shocks = network.draw((config.recall_steps, state.shape[0], config.neurons), generator)
    recalled = network.recall(state, shocks.mul_(network.recall_sd()[:, None, :]))
    error = (recalled[..., :2] - target).square().mean()
    return {"main": error, **penalties(network, prepared, recalled)}
