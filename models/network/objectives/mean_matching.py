"""Mean square distance to responses that contain swaps: the optimum is the mean response, one blob between the items.

The control of what a network learns that is fitted to the first moment of behaviour only. It runs freely; the distance
is taken at every step of recall.
"""

from __future__ import annotations

from torch import Tensor

from models.network.network import Generators, Network
from models.network.objectives.penalties import penalties
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: Generators) -> dict[str, Tensor]:
    """``"main"``: mean square distance in the plane to the conditional mean (exact target) or to drawn responses."""
    config = network.config
    if config.target == "exact":
        target = mean_response(batch, config.radius).repeat_interleave(config.samples_per_display, dim=-2)
    else:
        angle = batch.sample_angles(config.samples_per_display, generator)
        width = network.draw((len(batch) * config.samples_per_display, 2), generator)
        target = config.radius * (unit(angle).flatten(-3, -2) + config.response_noise * width)
    return distance_to(network, batch, target, generator)


def floor(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """What the conditional mean leaves, without the network's own noise."""
    if network.config.target == "exact":
        return batch.probability.new_zeros(batch.probability.shape[:-2])
    radius, spread = network.config.radius, network.config.response_noise
    mean = mean_response(batch, radius)
    return ((radius**2 - mean.square().sum(-1)) / 2).mean(-1) + (radius * spread) ** 2


def mean_response(batch: Batch, radius: float) -> Tensor:
    """``(..., B, 2)``: the mean of the response law in the plane."""
    return batch.probability @ batch.centres(radius)


def distance_to(network: Network, batch: Batch, target: Tensor, generator: Generators) -> dict[str, Tensor]:
    """Run freely and take the mean square distance of the plane to targets ``(..., B * samples, 2)`` over recall."""
    prepared, recalled = run_freely(network, batch, generator)
    error = (recalled[..., :2] - target).square().mean((0, -2, -1))
    return {"main": error, **penalties(network, prepared, recalled)}


def run_freely(network: Network, batch: Batch, generator: Generators) -> tuple[Tensor, Tensor]:
    """States of preparation ``(steps, ..., B, n)`` and of recall ``(T, ..., B * samples, n)`` without any forcing."""
    prepared = network.prepare(batch.shown, batch.delay, generator)
    state = prepared[-1].repeat_interleave(network.config.samples_per_display, dim=-2)
    return prepared, network.recall(state, network.recall_noise(state.shape[-2], generator))
