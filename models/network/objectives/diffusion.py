"""Denoising in the behaviour plane, teacher-forced: the network learns the whole distribution of responses.

The plane part of the state is overwritten before every recall step with a path of the forward chain that starts at a
response, and the noise-free part of the step is to be the posterior mean ``c_t x_t + d_t x_0``. With the target
``"exact"`` x_0 is replaced by its expectation given x_t and the display, which has the same optimum and no noise.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.network.diffusion import Schedule, forward_chain, posterior_mean
from models.network.network import Network
from models.network.objectives.penalties import penalties
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
    """``"main"``: weighted mean square of the denoising error, in units of the estimated response (plane units)."""
    config = network.config
    schedule = network.schedule
    start, path = _path(network, batch, schedule, generator)
    clean = expected_response(network, batch, path, schedule) if config.target == "exact" else start.expand_as(path)
    target = (_by_step(schedule.state) * path + _by_step(schedule.clean) * clean).flatten(1, 2)

    prepared = network.prepare(batch.report, batch.probe, batch.present, batch.cue, batch.delay, generator)
    state = prepared[-1].repeat_interleave(config.samples_per_display, dim=0)
    shocks = network.draw((len(schedule), state.shape[0], config.neurons), generator).mul_(
        network.recall_sd()[:, None, :]
    )
    recalled = network.recall(state, shocks, path.flatten(1, 2).flip(0))
    mean = (recalled[..., :2] - shocks[..., :2]).flip(0)
    by_step = (mean - target).square().mean((1, 2))
    return {"main": (step_weights(network, schedule) * by_step).sum(), **penalties(network, prepared, recalled)}


def floor(network: Network, batch: Batch, generator: torch.Generator) -> float:
    """0 for exact targets; for sampled ones what the exact posterior mean leaves, by simulation."""
    if network.config.target == "exact":
        return 0.0
    schedule = network.schedule
    start, path = _path(network, batch, schedule, generator)
    error = _by_step(schedule.clean) * (expected_response(network, batch, path, schedule) - start)
    return float((step_weights(network, schedule) * error.square().mean((1, 2, 3))).sum())


def step_weights(network: Network, schedule: Schedule) -> Tensor:
    """``(T,)`` weights of the squared error of each step's mean.

    ``"uniform"``: the published loss, the error of the drive, alike for all steps. ``"snr"``: the error of the implied
    estimate of x_0 weighed by ``min(snr, cap)`` (Hang et al. 2023, "min-SNR"), scaled to add up to 1.
    """
    config = network.config
    if config.weighting == "uniform":
        return torch.full_like(schedule.beta, 1 / (config.alpha**2 * len(schedule)))
    emphasis = schedule.snr.clamp(max=config.snr_cap)
    return emphasis / emphasis.sum() / schedule.clean.square()


def expected_response(network: Network, batch: Batch, path: Tensor, schedule: Schedule) -> Tensor:
    """``E[x_0 | x_t, display]`` for a path ``(T, B, S, 2)``, by quadrature over the tabulated law."""
    config = network.config
    log_weight = batch.probability.clamp(min=1e-30).log()
    return posterior_mean(
        path, log_weight, batch.centres(config.radius), config.response_noise * config.radius, schedule
    )


def _path(network: Network, batch: Batch, schedule: Schedule, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    config = network.config
    shape = (len(batch), config.samples_per_display)
    angle = batch.sample_angles(config.samples_per_display, generator)
    start = config.radius * (unit(angle) + config.response_noise * network.draw((*shape, 2), generator))
    noise = network.draw((len(schedule), len(batch) * config.samples_per_display, 2), generator)
    path = forward_chain(start.flatten(0, 1), noise, schedule)
    return start, path.unflatten(1, shape)


def _by_step(values: Tensor) -> Tensor:
    return values[:, None, None, None]
