"""Planes in which an angle is held, and how two planes lie to each other in a space of many dimensions."""

from __future__ import annotations

import math

import torch
from torch import Tensor

HARMONICS = 3


def harmonics(angle: Tensor, orders: int = HARMONICS) -> Tensor:
    """``(..., 2 H)``: cos a, sin a, cos 2a, sin 2a, ... of angles (radians)."""
    order = torch.arange(1, orders + 1, dtype=angle.dtype)
    waves = angle[..., None] * order
    return torch.stack([waves.cos(), waves.sin()], dim=-1).flatten(-2)


def tuning_to(angles: Tensor, states: Tensor, orders: int = HARMONICS) -> Tensor:
    """What each angle contributes to a state: ``state = mean + sum_k f_k(angle_k)``, ``f_k`` in harmonics.

    All angles are fitted at once, by least squares, so that the part of one is not mistaken for that of another where
    the two are not independent: items whose reports are kept apart never have the same one. The mean over trials
    belongs to no angle, so that every ``f_k`` has mean 0 over the circle, dimension by dimension.

    Args:
        angles: ``(M, K)`` radians.
        states: ``(M, ..., m)``.
        orders: harmonics H.

    Returns:
        ``(K, ..., 2 H, m)`` coefficients; ``harmonics(theta) @ coefficients`` is the condition mean at theta.

    Raises:
        ValueError: if there are no more trials than coefficients.
    """
    count, items = angles.shape
    design = torch.cat([torch.ones(count, 1, dtype=torch.float64), harmonics(angles.double(), orders).flatten(1)], 1)
    if count <= design.shape[1]:
        raise ValueError(f"{count} trials are too few for {design.shape[1]} coefficients")
    flat = states.reshape(count, -1)
    weights = torch.linalg.pinv(design).to(flat) @ flat
    parts = weights[1:].reshape(items, 2 * orders, *states.shape[1:])
    return parts.movedim(1, -2)


def plane_of(tuning: Tensor) -> Tensor:
    """``(..., m, 2)`` orthonormal basis of the plane that holds most of the variance of condition means.

    With angles spread evenly over the circle harmonics are orthogonal and of equal variance, so that it is spanned by
    the first two right singular vectors of the coefficients ``(..., 2 H, m)``.
    """
    return torch.linalg.svd(tuning, full_matrices=False).Vh[..., :2, :].mT


def shared(one: Tensor, other: Tensor) -> Tensor:
    """``(...)`` share of the variance of one plane that lies in the other, 0 to 1; planes are ``(..., m, 2)``.

    ``(cos^2 a_1 + cos^2 a_2) / 2`` of the two principal angles: for activity that is spread evenly in one plane, the
    part that a readout of the other would see. For two random planes in m dimensions its mean is ``2 / m``.
    """
    return (one.mT @ other).square().sum((-2, -1)) / 2


def angle_of(share: Tensor | float) -> Tensor:
    """Degrees, 0 (one plane) to 90 (orthogonal planes), of a share: ``arccos(sqrt(share))``."""
    return torch.rad2deg(torch.as_tensor(share).clamp(0, 1).sqrt().acos())


def corrected_angle(between: Tensor, within: Tensor) -> Tensor:
    """Degrees between planes that were found in noise, the noise taken out: of ``between / within``.

    Noise tilts either plane out of where it lies, and takes the same factor from what two planes share as from what one
    plane shares with itself. NaN where a plane shares less than half with itself: it has not been found.

    Args:
        between: share of two planes, each from one half of the trials.
        within: share of a plane from one half with the same plane from the other half.
    """
    return torch.where(within >= 0.5, angle_of(between / within.clamp(min=0.5)), torch.nan)


def principal_angles(one: Tensor, other: Tensor) -> Tensor:
    """``(..., 2)`` the two principal angles of planes ``(..., m, 2)``, degrees, the smaller first."""
    cosine = torch.linalg.svdvals(one.mT @ other).clamp(max=1)
    return torch.rad2deg(cosine.acos())


def random_angle(dimensions: int) -> float:
    """Degrees between random planes in m dimensions: ``arccos(sqrt(2 / m))``, of the mean of ``shared``."""
    return math.degrees(math.acos(math.sqrt(2 / dimensions)))


def same_code(one: Tensor, other: Tensor) -> Tensor:
    """``(...)`` correlation, -1 to 1, of the condition means of two tunings ``(..., 2 H, m)``, angle by angle.

    1 if the same angle gives the same activity in both, up to a gain; 0 also where planes are the same but phases are
    not.
    """
    power = one.square().sum((-2, -1)) * other.square().sum((-2, -1))
    return (one * other).sum((-2, -1)) / power.sqrt().clamp(min=1e-12)
