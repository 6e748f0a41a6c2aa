"""Where dynamics stand still: minima of the speed of many states at once, by Levenberg and Marquardt's method.

For ``g(s) = F(s) - s`` and its Jacobian A, a step solves ``(A^T A + mu I) d = -A^T g``: Newton's step on F(s) = s where
that is well posed, and the shortest way down where it is not. On a line or a ring of fixed points, where Newton's
method would jump along the line, a state goes to the point of it that is nearest.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

FIRST, LEAST, MOST = 1e-3, 1e-9, 1e6  # of mu, relative to the mean diagonal of A^T A
DOWN, UP = 0.2, 5.0
STANDING = 1e-5  # a relative gain below this ends the search at a minimum that is not 0


class Dynamics(Protocol):
    """One step of M states under conditions of their own."""

    def at(self, rows: Tensor) -> Dynamics:
        """The same for some rows."""

    def step(self, state: Tensor) -> Tensor:
        """F of states ``(M, n)``."""

    def jacobian(self, state: Tensor) -> Tensor:
        """``(M, n, n)``."""


def slowest_nearby(dynamics: Dynamics, start: Tensor, tolerance: float, most: int) -> tuple[Tensor, Tensor]:
    """The minimum of ``|F(s) - s|`` that each state leads to.

    Args:
        dynamics: the step F.
        start: ``(M, n)`` float64.
        tolerance: a step shorter than this is none: the point is fixed.
        most: iterations.

    Returns:
        States ``(M, n)`` and their step ``|F(s) - s|`` ``(M,)``.
    """
    state = start.clone()
    moved = dynamics.step(state) - state
    length = moved.norm(dim=1)
    damping = torch.full_like(length, FIRST)
    normal, gradient = _equations(dynamics, state, moved)
    active = (length > tolerance).nonzero()[:, 0]
    for _ in range(most):
        if not len(active):
            break
        some, before = dynamics.at(active), length[active]
        trial = state[active] + _step(normal[active], gradient[active], damping[active])
        new = some.step(trial) - trial
        after = new.norm(dim=1)
        better = after < before
        kept = active[better]
        state[kept], moved[kept], length[kept] = trial[better], new[better], after[better]
        damping[active] = (damping[active] * torch.where(better, DOWN, UP)).clamp(min=LEAST)
        standing = better & (after > (1 - STANDING) * before)
        going = (length[active] > tolerance) & ~standing & (damping[active] <= MOST)
        moving = active[better & going]
        if len(moving):
            normal[moving], gradient[moving] = _equations(dynamics.at(moving), state[moving], moved[moving])
        active = active[going]
    return state, length


def _equations(dynamics: Dynamics, state: Tensor, moved: Tensor) -> tuple[Tensor, Tensor]:
    """``A^T A`` ``(M, n, n)`` and ``A^T g`` ``(M, n)``."""
    away = dynamics.jacobian(state)
    away.diagonal(dim1=-2, dim2=-1).sub_(1)
    return away.mT @ away, (away.mT @ moved[..., None])[..., 0]


def _step(normal: Tensor, gradient: Tensor, damping: Tensor) -> Tensor:
    """``(M, n)`` steps."""
    scale = normal.diagonal(dim1=-2, dim2=-1).mean(-1)
    damped = normal + torch.diag_embed((damping * scale)[:, None].expand_as(gradient))
    return -torch.cholesky_solve(gradient[..., None], torch.linalg.cholesky_ex(damped).L)[..., 0]
