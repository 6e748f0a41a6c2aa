"""Stationary covariance of swap functions on the circle, and its fold onto unsigned distances."""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST_SHARPNESS = 4.0
"""Smallest ``tau`` for which the C2-Wendland function is a covariance on the circle (Padonou & Roustant 2016)."""


def wendland(lag: Tensor, tau: Tensor) -> Tensor:
    """C2-Wendland correlation ``(1 + tau |h| / pi) (1 - |h| / pi)^tau`` at lags ``h`` in ``[-pi, pi]``; 1 at lag 0."""
    reach = lag.abs() / math.pi
    # the clamp keeps the gradient of the power finite where two points are opposite
    rest = (1 - reach).clamp(min=1e-12)
    return (1 + tau * reach) * torch.exp(tau * rest.log())


def folded_wendland(first: Tensor, second: Tensor, tau: Tensor) -> Tensor:
    """Covariance of an *even* function at unsigned distances in ``[0, pi]``: the mean over the sign of one argument.

    Shapes broadcast; the variance is 1 at distances 0 and pi and about 1/2 between.
    """
    # the way round from x to -y is x + y, or the rest of the circle
    across = math.pi - (first + second - math.pi).abs()
    return 0.5 * (wendland(first - second, tau) + wendland(across, tau))


def circular_wendland(first: Tensor, second: Tensor, tau: Tensor) -> Tensor:
    """Covariance of a function of *signed* distances in ``[-pi, pi]``; shapes broadcast; the variance is 1."""
    apart = (first - second).abs()
    return wendland(math.pi - (apart - math.pi).abs(), tau)
