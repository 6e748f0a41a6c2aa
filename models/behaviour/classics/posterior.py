"""Draws of the parameters of a small model from their posterior: adaptive importance sampling.

The proposal starts as the normal approximation at the posterior's mode, is widened a little, and learns mean and
covariance from its own weighted draws (Cappé, Guillin, Marin & Robert 2004, J. Comput. Graph. Stat. 13:907). Unlike
the normal approximation alone it stays right where an estimate lies on the border of what is possible (no swaps, say).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

DRAWS = 200
_PROPOSALS, _ROUNDS, _ENOUGH = 400, 4, 80
_WIDER, _LEAST_INFORMATION, _MOST_INFORMATION = 1.15, 0.05, 1e8


def covariance_at(slope: Callable[[Tensor], Tensor], mode: Tensor, step: float) -> Tensor:
    """``(P, P)`` inverse of minus the second derivatives, from differences of the slope ``(P,)`` over ``step``.

    Directions that the posterior hardly bends in get a wide, finite variance.
    """
    moved = step * torch.eye(len(mode), dtype=torch.float64)
    second = torch.stack([(slope(mode + one) - slope(mode - one)) / (2 * step) for one in moved])
    value, vector = torch.linalg.eigh(-(second + second.T) / 2)
    return vector @ torch.diag(1 / value.clamp(_LEAST_INFORMATION, _MOST_INFORMATION)) @ vector.T


def posterior_draws(
    log_posterior: Callable[[Tensor], float],
    mode: Tensor,
    covariance: Tensor,
    limits: list[tuple[float, float]],
    generator: Generator,
) -> Tensor:
    """``(DRAWS, P)`` draws from a density known up to a constant.

    Args:
        log_posterior: log density at a vector ``(P,)`` inside the limits.
        mode, covariance: of the first proposal, ``(P,)`` and ``(P, P)``.
        limits: lowest and highest value of each number; the density is 0 outside.
        generator: of the draws.
    """
    low, high = torch.tensor(limits, dtype=torch.float64).T
    centre, points, log_weight = mode, torch.empty(0, len(mode)).double(), torch.empty(0).double()
    for _ in range(_ROUNDS):
        root = torch.linalg.cholesky(covariance) * _WIDER
        noise = torch.randn(_PROPOSALS, len(mode), generator=generator, dtype=torch.float64)
        proposed = centre + noise @ root.T
        inside = ((proposed >= low) & (proposed <= high)).all(1)
        score = torch.full((_PROPOSALS,), -torch.inf, dtype=torch.float64)
        score[inside] = torch.tensor([log_posterior(point) for point in proposed[inside]], dtype=torch.float64)
        proposal = -0.5 * (noise**2).sum(1) - root.diagonal().log().sum()
        # all rounds count, each draw weighted by the proposal that it came from
        points, log_weight = torch.cat([points, proposed]), torch.cat([log_weight, score - proposal])
        if not bool(log_weight.isfinite().any()):
            return mode.expand(DRAWS, -1).clone()
        if float(1 / (log_weight.softmax(0) ** 2).sum()) >= _ENOUGH:
            break
        centre, covariance = _learnt(points, log_weight)
    return points[_systematic(log_weight.softmax(0), generator)]


def _learnt(points: Tensor, log_weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance of weighted points; weights are flattened until enough points count."""
    power = 1.0
    weight = log_weight.softmax(0)
    while float(1 / (weight**2).sum()) < 3 * points.shape[1] + 10 and power > 0.01:
        power *= 0.7
        weight = (power * log_weight).softmax(0)
    mean = weight @ points
    from_mean = points - mean
    covariance = (weight[:, None] * from_mean).T @ from_mean
    return mean, covariance + 1e-10 * torch.eye(points.shape[1], dtype=torch.float64)


def _systematic(weight: Tensor, generator: Generator) -> Tensor:
    """``(DRAWS,)`` indices, each as often as its weight says up to one (Kitagawa 1996)."""
    place = (torch.arange(DRAWS) + torch.rand(1, generator=generator, dtype=torch.float64)) / DRAWS
    chosen = torch.searchsorted(weight.cumsum(0), place).clamp(max=len(weight) - 1)
    return chosen[torch.randperm(DRAWS, generator=generator)]
