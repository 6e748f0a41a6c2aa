"""Denoising in the behaviour plane: the network learns the whole distribution of responses.

The plane part of the state is overwritten before every recall step with a path of the forward chain that starts at a
response, and the noise-free part of the step is to be the posterior mean ``c_t x_t + d_t x_0``. With the target
``"exact"`` x_0 is replaced by its expectation given x_t and the display, which has the same optimum and no noise.

The chain's paths never leave the way to a response, and a network that has seen nothing else does not come back once
its own errors took it elsewhere (between two items, say). With exact targets the posterior mean is known wherever the
plane is, so a share of the samples runs freely and is corrected at the states that it visits itself (Ross, Gordon &
Bagnell 2011, "DAgger"). For the same reason the chain may start from swaps more often than they are made: of a rate of
5 % a network learns hardly half in some thousand steps unless it is shown more of them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.network.diffusion import Schedule, by_step, forward_chain, posterior_mean
from models.network.network import Generators, Network
from models.network.objectives.penalties import penalties
from models.network.targets import Batch, unit


def loss(network: Network, batch: Batch, generator: Generators) -> dict[str, Tensor]:
    """``"main"``: weighted mean square of the denoising error, in units of the estimated response (plane units)."""
    config, schedule = network.config, network.schedule
    start, chain = _path(network, batch, schedule, generator)
    forced = _as_rows(chain[..., config.own_samples :, :])

    prepared = network.prepare(batch.shown, batch.delay, generator)
    state = torch.cat([prepared[-1]] * config.samples_per_display, dim=-2)
    shocks = network.recall_noise(state.shape[-2], generator)
    recalled = network.recall(state, shocks, forced.flip(0))
    mean = _by_display((recalled[..., :2] - shocks[..., :2]).flip(0), len(batch))
    path = _by_display(_visited(state, recalled, forced), len(batch))
    clean = expected_response(network, batch, path, schedule) if config.target == "exact" else start.expand_as(path)
    target = by_step(schedule.state, path) * path + by_step(schedule.clean, path) * clean
    error = (mean - target).square().mean((-3, -2, -1))
    return {"main": _weighed(network, schedule, error), **penalties(network, prepared, recalled)}


def _visited(state: Tensor, recalled: Tensor, forced: Tensor) -> Tensor:
    """Plane states ``(T, ..., M, 2)`` from which the steps were made, t = 1 first; ``forced`` in its rows."""
    rows = forced.shape[-2]
    own = torch.cat([state[None, ..., rows:, :2], recalled[:-1, ..., rows:, :2]]).detach().flip(0)
    return torch.cat([forced, own], dim=-2)


def _as_rows(paths: Tensor) -> Tensor:
    """``(T, ..., S B, 2)`` rows, one sample of all displays after the other, of paths ``(T, ..., B, S, 2)``."""
    return paths.transpose(-3, -2).flatten(-3, -2)


def _by_display(rows: Tensor, displays: int) -> Tensor:
    """The inverse of ``_as_rows``."""
    return rows.unflatten(-2, (-1, displays)).transpose(-3, -2)


def floor(network: Network, batch: Batch, generator: Generators) -> Tensor:
    """0 for exact targets; for sampled ones what the exact posterior mean leaves, by simulation."""
    if network.config.target == "exact":
        return batch.probability.new_zeros(batch.probability.shape[:-2])
    schedule = network.schedule
    start, path = _path(network, batch, schedule, generator)
    error = by_step(schedule.clean, path) * (expected_response(network, batch, path, schedule) - start)
    return _weighed(network, schedule, error.square().mean((-3, -2, -1)))


def _weighed(network: Network, schedule: Schedule, error: Tensor) -> Tensor:
    """``(...)``: the weighted sum over steps of errors ``(T, ...)``."""
    return (by_step(step_weights(network, schedule), error) * error).sum(0)


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
    """``E[x_0 | x_t, display]`` for a path ``(T, ..., B, S, 2)``, by quadrature over the tabulated law."""
    config = network.config
    log_weight = batch.probability.clamp(min=1e-30).log()
    return posterior_mean(
        path, log_weight, batch.centres(config.radius), config.response_noise * config.radius, schedule
    )


def _path(network: Network, batch: Batch, schedule: Schedule, generator: Generators) -> tuple[Tensor, Tensor]:
    """Responses ``(..., B, S, 2)`` in the plane and a path ``(T, ..., B, S, 2)`` of the forward chain from each."""
    config = network.config
    shape = (len(batch), config.samples_per_display)
    drawn = batch.with_swaps(config.swap_power) if config.target == "exact" else batch
    angle = drawn.sample_angles(config.samples_per_display, generator)
    width = network.draw((len(batch) * config.samples_per_display, 2), generator).unflatten(-2, shape)
    start = config.radius * (unit(angle) + config.response_noise * width)
    noise = network.draw((len(schedule), len(batch) * config.samples_per_display, 2), generator)
    return start, forward_chain(start.flatten(-3, -2), noise, schedule).unflatten(-2, shape)
