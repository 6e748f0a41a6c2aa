"""The denoising-diffusion process in the behaviour plane: schedules, forward chain, targets, the analytic oracle.

Forward, t = 1..T (t = 1 is the cleanest): ``x_t = A_t x_{t-1} + sqrt(beta_t) e_t`` with ``A_t = sqrt(1 - beta_t)``, so
``x_t ~ N(a_t x_0, b_t)`` with ``a_t = prod A_s`` and ``b_t = 1 - a_t^2``. Backward, one step of a leaky network
``x_{t-1} = (1 - alpha) x_t + alpha f + sigma_t xi`` is right when ``f = K_t = kappa_t x_t + lambda_t x_0``, with which
the noise-free part is the posterior mean ``c_t x_t + d_t x_0`` (Ho et al. 2020, eq. 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.network.config import TrainConfig

_LEAST_LOG_SHARE = -60.0  # of the likeliest Gaussian: 1e-26, nothing beside 1 in either precision


@dataclass(frozen=True)
class Schedule:
    """Coefficients of the chain; every tensor is ``(T,)`` and index ``t - 1`` belongs to t.

    Attributes:
        beta: variance added by a forward step.
        step: A_t.
        signal: a_t.
        variance: b_t.
        state, clean: c_t and d_t, the weights of x_t and x_0 in the posterior mean.
        reverse_sd: sd of the noise of a backward step.
    """

    beta: Tensor
    step: Tensor
    signal: Tensor
    variance: Tensor
    state: Tensor
    clean: Tensor
    reverse_sd: Tensor

    def __len__(self) -> int:
        return self.beta.shape[0]

    @property
    def snr(self) -> Tensor:
        """Signal-to-noise ratio ``a_t^2 / b_t``."""
        return self.signal.square() / self.variance

    def kappa(self, alpha: float) -> Tensor:
        """Weight of x_t in the drive K_t of a network that replaces a share ``alpha`` of its state at every step."""
        return (self.state - (1 - alpha)) / alpha

    def lambda_(self, alpha: float) -> Tensor:
        """Weight of x_0 in the drive K_t."""
        return self.clean / alpha

    def to(self, device: torch.device | str, dtype: torch.dtype) -> Schedule:
        """The same coefficients elsewhere."""
        return Schedule(*(value.to(device=device, dtype=dtype) for value in vars(self).values()))


def linear_schedule(steps: int, low: float = 0.01, high: float = 0.30) -> Schedule:
    """The published schedule: beta linear in t, lower-bound reverse variance ``b_{t-1} beta_t / b_t``."""
    beta = torch.linspace(low, high, steps, dtype=torch.float64)
    return _schedule(beta, lower_bound=True)


def log_snr_schedule(steps: int, high: float = 5.0, low: float = -5.0) -> Schedule:
    """Steps uniform in log signal-to-noise, ``high`` (t = 1) to ``low`` (T); reverse variance beta_t, 0 at t = 1.

    With the analytic oracle in the place of a network this one is unbiased, where the published schedule loses a tenth
    of the swaps and a third of the spread.
    """
    log_snr = torch.linspace(high, low, steps, dtype=torch.float64)
    squared = torch.sigmoid(log_snr)
    beta = 1 - squared / torch.cat([squared.new_ones(1), squared[:-1]])
    return _schedule(beta, lower_bound=False)


def schedule_of(config: TrainConfig) -> Schedule:
    """The schedule a configuration asks for, float64 on the CPU."""
    if config.schedule == "linear":
        return linear_schedule(config.recall_steps, config.beta_low, config.beta_high)
    return log_snr_schedule(config.recall_steps, config.log_snr_high, config.log_snr_low)


def _schedule(beta: Tensor, lower_bound: bool) -> Schedule:
    step = (1 - beta).sqrt()
    squared = (1 - beta).cumprod(0)
    before = torch.cat([squared.new_ones(1), squared[:-1]])
    variance = 1 - squared
    reverse = (1 - before) / variance * beta if lower_bound else beta.clone()
    reverse[0] = 0  # the last jump lands on the estimate of x_0 and adds nothing to it
    return Schedule(
        beta=beta,
        step=step,
        signal=squared.sqrt(),
        variance=variance,
        state=step * (1 - before) / variance,
        clean=beta * before.sqrt() / variance,
        reverse_sd=reverse.sqrt(),
    )


def forward_chain(start: Tensor, noise: Tensor, schedule: Schedule) -> Tensor:
    """One correlated path of the forward chain from every start.

    Args:
        start: x_0, ``(..., M, 2)``.
        noise: standard normal, ``(T, ..., M, 2)``.

    Returns:
        x_1..x_T, ``(T, ..., M, 2)``, by ``x_t = a_t (x_0 + sum_{s <= t} sqrt(beta_s) / a_s e_s)``.
    """
    scaled = noise * by_step(schedule.beta.sqrt() / schedule.signal, noise)
    return by_step(schedule.signal, noise) * (start + scaled.cumsum(0))


def by_step(values: Tensor, like: Tensor) -> Tensor:
    """Values ``(T,)`` of the steps, ready to be multiplied with ``(T, ...)``."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def responsibilities(x: Tensor, log_weight: Tensor, centre: Tensor, spread: float, schedule: Schedule) -> Tensor:
    """``(T, ..., B, S, K)``: probability of each Gaussian of a mixture given x_t, for all t at once.

    Args:
        x: ``(T, ..., B, S, 2)`` states of the chain.
        log_weight: ``(..., B, K)`` log weights of the centres, up to a constant for each display; -inf is allowed.
        centre: ``(..., B, K, 2)``, or ``(K, 2)`` for all displays, which then must all be equally far from the origin.
        spread: sd s of the Gaussians, in units of the plane.
    """
    share = _shares(x, log_weight, centre, spread, schedule)
    return share / share.sum(-1, keepdim=True)


def posterior_mean(x: Tensor, log_weight: Tensor, centre: Tensor, spread: float, schedule: Schedule) -> Tensor:
    """Exact ``E[x_0 | x_t]`` for x_0 from a mixture of round Gaussians, for all t at once; see ``responsibilities``.

    With the items of a display as centres this is the closed form of the parametric swap laws; with a grid of angles as
    centres and a tabulated density as weights it is quadrature over any response law.
    """
    signal, total = schedule.signal, schedule.signal.square() * spread**2 + schedule.variance
    share = _shares(x, log_weight, centre, spread, schedule)
    sums = torch.matmul(share, torch.cat([centre, torch.ones_like(centre[..., :1])], dim=-1))
    mean = sums[..., :2] / sums[..., 2:]
    shrink = by_step(signal * spread**2 / total, x)
    return mean + shrink * (x - by_step(signal, x) * mean)


def _shares(x: Tensor, log_weight: Tensor, centre: Tensor, spread: float, schedule: Schedule) -> Tensor:
    """Responsibilities before they are made to add up to 1: the largest of the K is 1."""
    signal, total = schedule.signal, schedule.signal.square() * spread**2 + schedule.variance
    gain = by_step(signal / total, x)
    same = centre.ndim == 2
    scores = torch.matmul(x * gain, centre.T if same else centre.transpose(-1, -2))
    if not same:
        scores = scores - by_step(signal.square() / (2 * total), x) * centre.square().sum(-1)[..., None, :]
    scores.add_(log_weight[..., None, :])
    # Without the limit most would be numbers too small to be normal, with which a CPU takes five times as long.
    return scores.sub_(scores.amax(-1, keepdim=True)).clamp_(min=_LEAST_LOG_SHARE).exp_()


def oracle_sample(
    log_weight: Tensor, centre: Tensor, spread: float, schedule: Schedule, start: Tensor, generator: torch.Generator
) -> Tensor:
    """Responses ``(B, S, 2)`` of the backward chain with the exact posterior mean in the place of a network.

    Args:
        log_weight, centre, spread: the target, as in ``responsibilities``.
        start: x_T, ``(B, S, 2)``.
    """
    return oracle_path(log_weight, centre, spread, schedule, start, generator)[-1]


def oracle_path(
    log_weight: Tensor, centre: Tensor, spread: float, schedule: Schedule, start: Tensor, generator: torch.Generator
) -> Tensor:
    """All states x_T, ..., x_0 of ``oracle_sample``: ``(T + 1, B, S, 2)`` in the order they happen."""
    path = [start]
    for t in range(len(schedule), 0, -1):
        x = path[-1]
        here = Schedule(*(value[t - 1 : t] for value in vars(schedule).values()))
        clean = posterior_mean(x[None], log_weight, centre, spread, here)[0]
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        path.append(here.state * x + here.clean * clean + here.reverse_sd * noise)
    return torch.stack(path)
