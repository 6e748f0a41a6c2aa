"""Mean and covariance of the responses to each display, as the response law has them: limited behavioural signatures.

The network runs freely and is judged at the end of recall. What a display's responses have beyond two moments (two
clusters at the items, say, instead of one elongated cloud between them) is not asked for. The plain squared distance of
sample moments would favour too small a spread, as their own sampling noise grows with it; so the samples of a display
are halved, and the product of the two halves' errors estimates the squared error without bias.

Such a product says nothing of a single response far out: whether it is to come nearer or to go farther follows from the
sign of the other half's error. So what lies beyond anything that a law's moments need is drawn back by a term of its
own; without it some networks blew up after thousands of steps.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.network.network import Generators, Network
from models.network.objectives.mean_matching import mean_response, run_freely
from models.network.objectives.penalties import penalties
from models.network.targets import Batch, unit

FAR = 3.0
"""Radii from the origin (at least as many units of the plane's noise) beyond which a response is drawn back.

A law's own responses lie at one radius.
"""


def loss(network: Network, batch: Batch, generator: Generators) -> dict[str, Tensor]:
    """``"main"``: squared error of the mean (plane units squared) plus that of the covariance over the radius squared.

    It may come out below 0 by chance: it is an estimate, unbiased, of something that is not. ``"far"``: how far the
    plane's activity lies beyond ``FAR``, over recall.
    """
    config = network.config
    prepared, recalled = run_freely(network, batch, generator)
    plane = recalled[..., :2]
    unit_length = max(config.radius, 1.0)
    beyond = (torch.linalg.vector_norm(plane, dim=-1) / unit_length - FAR).clamp(min=0)
    limit = 2 * FAR * unit_length
    end = plane[-1].clamp(-limit, limit).unflatten(-2, (len(batch), config.samples_per_display))
    mean, covariance = response_moments(batch, config.radius, config.response_noise)
    main = moment_error(end, mean, covariance, config.radius).mean(-1)
    return {"main": main, "far": beyond.mean((0, -1)), **penalties(network, prepared, recalled)}


def floor(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """0: the law's own moments can be had exactly."""
    return batch.probability.new_zeros(batch.probability.shape[:-2])


def response_moments(batch: Batch, radius: float, spread: float) -> tuple[Tensor, Tensor]:
    """Mean ``(..., B, 2)`` and covariance ``(..., B, 2, 2)`` of the response law in the plane.

    Both follow from the first two trigonometric moments of the tabulated density; the response noise that gives the
    ring its width is added, as it is in what the other objectives aim at.
    """
    mean = mean_response(batch, radius)
    points = radius * unit(batch.angles)
    second = (batch.probability[..., None] * points).mT @ points
    round_noise = (radius * spread) ** 2 * torch.eye(2, device=mean.device, dtype=mean.dtype)
    return mean, second - mean[..., :, None] * mean[..., None, :] + round_noise


def moment_error(responses: Tensor, mean: Tensor, covariance: Tensor, radius: float) -> Tensor:
    """``(..., B)``: unbiased squared errors of the two moments of responses ``(..., B, S, 2)``, S even, at least 4.

    One way to halve the samples leaves out most pairs of them; so this is the mean over S / 2 ways, neighbours around a
    circle each time.
    """
    half = responses.shape[-2] // 2
    around = torch.cat([responses, responses[..., :half, :]], -2)
    ways = torch.stack([around[..., k : k + half, :] for k in range(2 * half)])
    centre = ways.mean(-2)
    centred = ways - centre[..., None, :]
    mean_off = centre - mean
    covariance_off = centred.mT @ centred / (half - 1) - covariance
    mean_error = (mean_off[:half] * mean_off[half:]).sum(-1)
    return (mean_error + (covariance_off[:half] * covariance_off[half:]).sum((-2, -1)) / radius**2).mean(0)
