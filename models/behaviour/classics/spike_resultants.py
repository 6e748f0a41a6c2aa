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
    """``(TUNINGS, MOST_SPIKES + 1, 1 + G)`` weight of each concentration of the grid after s spikes; rows sum to 1.

    Mass between two concentrations is given to the four next to it by cubic interpolation, so that densities are right
    to 1e-6 and smooth in kappa; a weight can therefore be a little below 0. Tunings are evenly spaced in log kappa from
    ``LEAST_TUNING`` to ``MOST_TUNING``. Takes about half a second, once.
    """
    lengths = np.arange(MOST_SPIKES * _POINTS_A_SPIKE + 1) / _POINTS_A_SPIKE
    kappas = np.geomspace(LEAST_TUNING, MOST_TUNING, TUNINGS)
    return torch.from_numpy(np.stack([_after_spikes(float(kappa), lengths) for kappa in kappas]))


def concentration_weights(log_tuning: Tensor, log_gain: Tensor) -> Tensor:
    """``(1 + G,)`` weights of the grid's concentrations when spikes are Poisson.

    Args:
        log_tuning: log kappa of the tuning curves; between the table's tunings a smooth cubic is followed.
        log_gain: log of the mean number of spikes.
    """
    table = resultant_table()
    spikes = torch.arange(MOST_SPIKES + 1, dtype=torch.float64)
    probability = (spikes * log_gain - torch.lgamma(spikes + 1)).softmax(0)
    place = (log_tuning - math.log(LEAST_TUNING)) * ((TUNINGS - 1) / math.log(MOST_TUNING / LEAST_TUNING))
    left = min(max(int(place.detach()), 0), TUNINGS - 2)
    t = place - left
    # Catmull & Rom (1974): slopes go on from one interval to the next
    shares = torch.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]) / 2
    near = torch.stack([probability @ table[min(max(left + k, 0), TUNINGS - 1)] for k in (-1, 0, 1, 2)])
    return shares @ near


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
    """``(lengths, 1 + G)`` matrix that shares out mass at R among the grid's concentrations around kappa R."""
    grid = precision_grid().log_kappa.numpy()
    with np.errstate(divide="ignore"):
        place = (np.log(kappa * lengths) - grid[0]) / (grid[1] - grid[0])
    flat = place < 0  # as good as no concentration at all
    place = np.clip(place, 0, len(grid) - 1)
    low = np.clip(np.floor(place).astype(int), 1, len(grid) - 3)
    t = place - low
    cubic = [
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    ]
    values = np.concatenate([np.where(flat, 0.0, weight) for weight in cubic] + [flat.astype(float)])
    columns = np.concatenate([low + k for k in range(4)] + [np.zeros(len(low), dtype=int)])
    rows = np.tile(np.arange(len(lengths)), 5)
    return sparse.coo_array((values, (rows, columns)), shape=(len(lengths), len(grid) + 1)).tocsr()
