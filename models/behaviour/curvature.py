"""The covariance that the curvature of a bound at its top says its parameters have (Laplace's approximation)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_STEP = 1e-4

Vector = NDArray[np.float64]


def gradient_differences(
    cost: Callable[[Vector], tuple[float, Vector]], vector: Vector, coordinates: Sequence[int]
) -> Tensor:
    """``(len(coordinates), size)`` rows of the Hessian of a cost, by central differences of its gradient."""
    rows = np.empty((len(coordinates), len(vector)))
    for i, coordinate in enumerate(coordinates):
        step = np.zeros(len(vector))
        step[coordinate] = _STEP
        rise = cost(vector + step)[1] - cost(vector - step)[1]
        rows[i] = rise / (2 * _STEP)
    return torch.from_numpy(rows)


def root_of_inverse(curvature: Tensor, prior: Tensor) -> Tensor:
    """``(C, C)`` a root of the inverse of a curvature, no direction being less certain than under the prior.

    Data leave less uncertainty than the prior had, on average; where the curvature at one point says otherwise (along a
    flat direction, or of a posterior that is not normal) the prior's precision, which is part of it, stands in.
    """
    factor = torch.linalg.cholesky(prior)
    scaled = torch.linalg.solve_triangular(factor, (curvature + curvature.T) / 2, upper=False)
    scaled = torch.linalg.solve_triangular(factor, scaled.T, upper=False)
    value, direction = torch.linalg.eigh((scaled + scaled.T) / 2)
    root = torch.linalg.solve_triangular(factor.T, direction / value.clamp(min=1).sqrt(), upper=True)
    return root.contiguous()
