"""Linear decoders of every moment: ridge regression in closed form, with or without knowing an item's identity.

A plain decoder is one for all trials. A decoder that *knows the identity* has weights that are linear in what
identifies an item (harmonics of its probe, or its slot): it asks "what was the report of the item at this probe?" and
so can read a memory that holds all items at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

COMPONENTS = 24  # principal axes of a step's activity that decoders with many gates see
PENALTY = 3.0  # ridge, in trials
SMALLEST = 1e-6  # of the largest variance, below which an axis carries only rounding


@dataclass(frozen=True)
class Decoders:
    """Decoders of T moments with the same O outputs.

    Attributes:
        centre: ``(T, n)`` mean activity of the training trials.
        axes: ``(T, n, k)`` their principal axes, scaled to unit variance.
        weights: ``(T, J, k + 1, O)``: weights of the axes and an offset, for each of the J gates.
    """

    centre: Tensor
    axes: Tensor
    weights: Tensor

    def read(self, memory: Tensor, gate: Tensor) -> Tensor:
        """``(M, T, O)`` outputs for activity ``(M, T, n)``, every moment by its own decoder; gates ``(M, J)``."""
        outputs = [self._at(step, memory[:, step, None], gate)[:, 0] for step in range(len(self.centre))]
        return torch.stack(outputs, 1)

    def read_across(self, memory: Tensor, gate: Tensor) -> Tensor:
        """``(T, M, T, O)`` outputs of every moment's decoder (first axis) for the activity of all moments."""
        return torch.stack([self._at(step, memory, gate) for step in range(len(self.centre))])

    def _at(self, step: int, memory: Tensor, gate: Tensor) -> Tensor:
        seen = (memory - self.centre[step]) @ self.axes[step]
        weights = torch.einsum("mj,jko->mko", gate, self.weights[step])
        return seen @ weights[:, :-1] + weights[:, -1:]


def fit(memory: Tensor, gate: Tensor, targets: Tensor) -> Decoders:
    """Least squares with a ridge penalty, every moment by itself.

    Args:
        memory: ``(M, T, n)`` float32 activity.
        gate: ``(M, J)`` float32; ones ``(M, 1)`` for plain decoders, which see all of the activity.
        targets: ``(M, O)`` float32.
    """
    centre = memory.mean(0)
    count = memory.shape[2] if gate.shape[1] == 1 else min(COMPONENTS, memory.shape[2])
    axes = _scaled_axes(memory.transpose(0, 1) - centre[:, None], count)
    weights = []
    for step in range(memory.shape[1]):
        seen = (memory[:, step] - centre[step]) @ axes[step]
        seen = torch.cat([seen, torch.ones_like(seen[:, :1])], 1)
        x = (gate[:, :, None] * seen[:, None]).flatten(1)
        gram = x.T @ x + PENALTY * torch.eye(x.shape[1])
        solution = torch.cholesky_solve(x.T @ targets, torch.linalg.cholesky(gram))
        weights.append(solution.reshape(gate.shape[1], seen.shape[1], -1))
    return Decoders(centre, axes, torch.stack(weights))


def _scaled_axes(deviation: Tensor, count: int) -> Tensor:
    """``(T, n, count)`` principal axes of deviations ``(T, M, n)``, each divided by the sd along it."""
    covariance = deviation.transpose(1, 2) @ deviation / deviation.shape[1]
    variance, axes = torch.linalg.eigh(covariance)
    variance, axes = variance.flip(1)[:, :count], axes.flip(2)[..., :count]
    usable = variance > SMALLEST * variance[:, :1]
    return axes * torch.where(usable, variance.clamp(min=1e-30).rsqrt(), 0.0)[:, None]
