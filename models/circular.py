"""Angles on the feature circle.

Inside Swapscope every angle is in radians on ``[-pi, pi)`` of the *full* feature circle: an orientation, whose own
period is 180 degrees, is doubled on the way in (``to_radians``) and halved on the way out (``from_radians``).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

FULL_CIRCLE = 2 * math.pi


def wrap(angle: Tensor) -> Tensor:
    """Bring angles (radians, any shape) to ``[-pi, pi)``; NaN stays NaN."""
    wrapped = torch.remainder(angle + math.pi, FULL_CIRCLE) - math.pi
    # Rounding in remainder() can return exactly +pi for values a hair under an odd multiple of pi.
    return torch.where(wrapped >= math.pi, wrapped - FULL_CIRCLE, wrapped)


def to_radians(values: Tensor, period: float) -> Tensor:
    """Feature values to radians of the full circle.

    ``period`` is how many units of ``values`` make one full turn of the *feature*: 360 for degrees of colour, 180 for
    degrees of orientation (which doubles them), ``2 * pi`` for radians, 8 for eight equally spaced positions.

    Raises:
        ValueError: if the period is not a positive number.
    """
    if not (math.isfinite(period) and period > 0):
        raise ValueError(f"a period must be a positive number, got {period}")
    return wrap(values * (FULL_CIRCLE / period))


def from_radians(angle: Tensor, period: float) -> Tensor:
    """Radians on the full circle back to feature values on ``[-period/2, period/2)``; the inverse of ``to_radians``."""
    if not (math.isfinite(period) and period > 0):
        raise ValueError(f"a period must be a positive number, got {period}")
    return wrap(angle) * (period / FULL_CIRCLE)


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Unsigned distance along the circle between angles (radians), in ``[0, pi]``; broadcasts."""
    return wrap(a - b).abs()


def resultant(angle: Tensor, weight: Tensor | None = None, dim: int = -1) -> tuple[Tensor, Tensor]:
    """Length in [0, 1] and direction (radians) of the mean of ``exp(i angle)`` along ``dim``, optionally weighted."""
    weight = torch.ones_like(angle) if weight is None else weight
    total = weight.sum(dim)
    cosine = (weight * angle.cos()).sum(dim) / total
    sine = (weight * angle.sin()).sum(dim) / total
    return torch.hypot(cosine, sine), torch.atan2(sine, cosine)


def circular_mean(angle: Tensor, weight: Tensor | None = None, dim: int = -1) -> Tensor:
    """Mean direction (radians); agrees with ``scipy.stats.circmean`` up to a full turn."""
    return resultant(angle, weight, dim)[1]


def circular_sd(angle: Tensor, weight: Tensor | None = None, dim: int = -1) -> Tensor:
    """Circular sd ``sqrt(-2 ln R)`` in radians (Mardia & Jupp 2000, eq. 2.3.14), as ``scipy.stats.circstd``."""
    length, _ = resultant(angle, weight, dim)
    return (-2 * length.clamp(max=1.0).log()).clamp(min=0).sqrt()


def circular_kurtosis(angle: Tensor, weight: Tensor | None = None, dim: int = -1) -> Tensor:
    """Circular kurtosis ``(R2 cos(m2 - 2 m1) - R1^4) / (1 - R1)^2``, 0 for a wrapped normal.

    Source: Mardia & Jupp (2000), eq. 3.4.9.
    """
    first, direction = resultant(angle, weight, dim)
    second, direction_2 = resultant(2 * angle, weight, dim)
    return (second * torch.cos(direction_2 - 2 * direction) - first**4) / (1 - first) ** 2
