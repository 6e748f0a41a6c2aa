"""How concentrated the decoded value is after s spikes: the law of the resultant of s von Mises draws.

Spikes are draws from vM(kappa) around the feature value, and their circular mean is decoded. Given the length R of
their resultant its direction is vM(kappa R) around the value (Mardia & Jupp 2000, 3.5.4), so the decoded error is a
mixture over concentrations kappa R. One more spike takes R to ``sqrt(R^2 + 1 + 2 R cos phi)``; for a uniform walk phi
is uniform, and under the von Mises law that step has relative probability ``I0(kappa R') / (I0(kappa) I0(kappa R))``.
So the law of R is a Markov chain of one variable, followed exactly but for its grid.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse, special
from torch import Tensor

from models.behaviour.classics.precision_grid import precision_grid

MOST_SPIKES = 128
LEAST_TUNING, MOST_TUNING, TUNINGS = 0.2, 60.0, 64
_POINTS_A_SPIKE, _ANGLES = 8, 48
_LEAST_MASS = 1e-12

Table = NDArray[np.float64]


@lru_cache(maxsize=1)
def resultant_table() -> Tensor:
    """``(TUNINGS, MOST_SPIKES + 1, 1 + G)`` probability of each concentration of the grid after s spikes.

    Tunings kappa are evenly spaced in log kappa from ``LEAST_TUNING`` to ``MOST_TUNING``. Takes about a second, once.
    """
    lengths = np.arange(MOST_SPIKES * _POINTS_A_SPIKE + 1) / _POINTS_A_SPIKE
    kappas = np.geomspace(LEAST_TUNING, MOST_TUNING, TUNINGS)
    return torch.from_numpy(np.stack([_after_spikes(float(kappa), lengths) for kappa in kappas]))


def concentration_weights(log_tuning: Tensor, log_gain: Tensor) -> Tensor:
    """``(1 + G,)`` probabilities of the grid's concentrations when spikes are Poisson.

    Args:
        log_tuning: log kappa of the tuning curves; between the table's tunings the weights are interpolated.
        log_gain: log of the mean number of spikes.
    """
    table = resultant_table()
    spikes = torch.arange(MOST_SPIKES + 1, dtype=torch.float64)
    probability = (spikes * log_gain - torch.lgamma(spikes + 1)).softmax(0)
    place = (log_tuning - math.log(LEAST_TUNING)) * ((TUNINGS - 1) / math.log(MOST_TUNING / LEAST_TUNING))
    left = min(max(int(place.detach()), 0), TUNINGS - 2)
    part = place - left
    return (1 - part) * (probability @ table[left]) + part * (probability @ table[left + 1])


def _after_spikes(kappa: float, lengths: Table) -> Table:
    """``(MOST_SPIKES + 1, 1 + G)`` for one tuning, by one step of the chain a spike."""
    step = _transition(kappa, lengths)
    onto_grid = _projection(kappa, lengths)
    law = np.zeros((MOST_SPIKES + 1, len(lengths)))
    law[0, 0] = 1.0
    for spikes in range(1, MOST_SPIKES + 1):
        law[spikes] = step @ law[spikes - 1]
    return np.asarray(law @ onto_grid)


def _transition(kappa: float, lengths: Table) -> sparse.csr_array:
    """Matrix that takes the law of R (a column) to that after one more spike; means of R are kept by the grid."""
    cosine = np.cos(math.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES)
    after = np.sqrt(np.maximum(lengths[:, None] ** 2 + 1 + 2 * lengths[:, None] * cosine, 0))
    log_weight = np.log(special.i0e(kappa * after)) + kappa * (after - lengths[:, None] - 1)
    weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    weight[weight < _LEAST_MASS] = 0
    place = np.minimum(after * _POINTS_A_SPIKE, len(lengths) - 1)
    low = np.minimum(place.astype(int), len(lengths) - 2)
    part = place - low
    before = np.broadcast_to(np.arange(len(lengths))[:, None], low.shape)
    values = np.concatenate([(weight * (1 - part)).ravel(), (weight * part).ravel()])
    rows, columns = np.concatenate([low.ravel(), low.ravel() + 1]), np.concatenate([before.ravel()] * 2)
    return sparse.coo_array((values, (rows, columns)), shape=(len(lengths),) * 2).tocsr()


def _projection(kappa: float, lengths: Table) -> sparse.csr_array:
    """``(lengths, 1 + G)`` matrix that shares out mass at R between the grid's concentrations next to kappa R."""
    grid = precision_grid().log_kappa.numpy()
    with np.errstate(divide="ignore"):
        place = (np.log(kappa * lengths) - grid[0]) / (grid[1] - grid[0])
    place = np.clip(place, -1, len(grid) - 1)  # -1 is concentration 0
    low = np.minimum(np.floor(place).astype(int), len(grid) - 2)
    part = place - low
    row = np.arange(len(lengths))
    values = np.concatenate([1 - part, part])
    columns = np.concatenate([low + 1, low + 2])
    return sparse.coo_array((values, (np.concatenate([row, row]), columns)), shape=(len(row), len(grid) + 1)).tocsr()
