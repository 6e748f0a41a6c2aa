"""The signature of swaps: do large errors land on the non-targets of their own trial more than on anybody's?"""

from __future__ import annotations

import math

import numpy as np

LARGE_ERROR = math.radians(60)
SHUFFLES = 200
FEW = 20


def signature(error: np.ndarray, offset: np.ndarray, set_size: np.ndarray, seed: int = 0) -> float | None:
    """z of the mean of ``cos(response - non-target)`` over trials with a large error against shuffled non-targets.

    Args:
        error: ``(M,)`` response minus target, radians.
        offset: ``(M, K)`` non-target minus target, radians, NaN where there is no item.
        set_size: ``(M,)``; non-targets are exchanged between trials of the same set size only, as offsets from the
            target, so that a minimum separation between items holds in the shuffled trials too.

    Returns:
        z, positive when responses cluster on their own trial's non-targets; None with fewer than 20 such trials.
    """
    large = (np.abs(error) > LARGE_ERROR) & np.isfinite(offset).any(axis=1)
    if int(large.sum()) < FEW:
        return None
    error, offset, size = error[large], offset[large], set_size[large]
    cosine, sine = np.nansum(np.cos(offset), axis=1), np.nansum(np.sin(offset), axis=1)
    observed = float(np.cos(error) @ cosine + np.sin(error) @ sine)
    generator = np.random.default_rng(seed)
    groups = [np.flatnonzero(size == value) for value in np.unique(size)]
    shuffled = np.empty(SHUFFLES)
    for turn in range(SHUFFLES):
        order = np.arange(len(error))
        for group in groups:
            order[group] = generator.permutation(group)
        shuffled[turn] = np.cos(error) @ cosine[order] + np.sin(error) @ sine[order]
    spread = float(shuffled.std())
    return (observed - float(shuffled.mean())) / spread if spread > 1e-9 else None


def separation(offset: np.ndarray) -> float:
    """The distance (radians) that all but 2 in 1,000 non-targets keep from the target; 0 without non-targets."""
    distance = np.abs(offset[np.isfinite(offset)])
    return float(np.quantile(distance, 0.002)) if len(distance) else 0.0
