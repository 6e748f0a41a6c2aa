"""Nodes and weights for expectations over a standard normal vector, the same at every call."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

GAUSS_HERMITE_NODES = {0: 1, 1: 15, 2: 9}
SOBOL_NODES = 64  # up to eight dimensions; eight a dimension beyond


@cache
def normal_nodes(dimensions: int) -> tuple[Tensor, Tensor]:
    """Nodes ``(S, dimensions)`` and weights ``(S,)`` that sum to 1.

    Gauss-Hermite products for up to two dimensions; beyond that a scrambled Sobol set with a fixed seed, made symmetric
    about 0 so that odd moments vanish, and whitened so that second moments are exact.
    """
    if dimensions <= 2:
        return _gauss_hermite(dimensions, GAUSS_HERMITE_NODES[dimensions])
    # whitening needs more nodes than dimensions
    count = max(SOBOL_NODES, 2 ** math.ceil(math.log2(8 * dimensions)))
    uniform = SobolEngine(dimensions, scramble=True, seed=1).draw(count // 2, dtype=torch.float64)
    half = math.sqrt(2) * torch.erfinv(2 * uniform.clamp(1e-9, 1 - 1e-9) - 1)
    nodes = torch.cat([half, -half])
    factor = torch.linalg.cholesky(nodes.T @ nodes / len(nodes))
    nodes = torch.linalg.solve_triangular(factor, nodes.T, upper=False).T
    return nodes.contiguous(), torch.full((len(nodes),), 1 / len(nodes), dtype=torch.float64)


def _gauss_hermite(dimensions: int, count: int) -> tuple[Tensor, Tensor]:
    if dimensions == 0:
        return torch.zeros(1, 0, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    position, weight = np.polynomial.hermite_e.hermegauss(count)
    weight = weight / weight.sum()
    axes = [torch.from_numpy(position)] * dimensions
    nodes = torch.cartesian_prod(*axes).reshape(-1, dimensions)
    weights = torch.cartesian_prod(*[torch.from_numpy(weight)] * dimensions).reshape(-1, dimensions).prod(1)
    return nodes, weights
