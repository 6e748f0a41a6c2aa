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
    sums = _sums(error, offset, set_size, seed)
    if sums is None:
        return None
    observed, shuffled = sums[0].real, sums[1].real
    spread = float(shuffled.std())
    return (observed - float(shuffled.mean())) / spread if spread > 1e-9 else None


def shifted_by(error: np.ndarray, offset: np.ndarray, set_size: np.ndarray, seed: int = 0) -> float:
    """Where large errors land, seen from the non-targets of their own trial: mean direction (radians) of the excess
    over shuffled non-targets, arguments as for ``signature``; 0 for swaps, pi for non-targets half a turn off.
    """
    sums = _sums(error, offset, set_size, seed)
    return 0.0 if sums is None else float(np.angle(sums[0] - sums[1].mean()))


def _sums(error: np.ndarray, offset: np.ndarray, set_size: np.ndarray, seed: int) -> tuple[complex, np.ndarray] | None:
    """Sum of ``exp(i (response - non-target))`` over large errors, and ``(SHUFFLES,)`` of it for shuffled displays."""
    large = (np.abs(error) > LARGE_ERROR) & np.isfinite(offset).any(axis=1)
    if int(large.sum()) < FEW:
        return None
    response, size = np.exp(1j * error[large]), set_size[large]
    items = np.nansum(np.exp(-1j * offset[large]), axis=1)
    generator = np.random.default_rng(seed)
    groups = [np.flatnonzero(size == value) for value in np.unique(size)]
    shuffled = np.empty(SHUFFLES, dtype=np.complex128)
    for turn in range(SHUFFLES):
        order = np.arange(len(response))
        for group in groups:
            order[group] = generator.permutation(group)
        shuffled[turn] = response @ items[order]
    return complex(response @ items), shuffled


def separation(offset: np.ndarray) -> float:
    """The distance (radians) that all but 2 in 1,000 non-targets keep from the target; 0 without non-targets."""
    distance = np.abs(offset[np.isfinite(offset)])
    return float(np.quantile(distance, 0.002)) if len(distance) else 0.0


def opposite_separation(offset: np.ndarray) -> float:
    """The distance (radians) that all but 2 in 1,000 non-targets keep from the point opposite to the target."""
    return separation(np.pi - np.abs(offset))
