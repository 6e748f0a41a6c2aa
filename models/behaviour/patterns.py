"""Displays seen by a swap function: the distinct arrangements of distances, and who has which.

With items at discrete locations thousands of trials share a few dozen arrangements, and all of them a handful of
distances; everything that depends on f alone is then computed once an arrangement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.behaviour.swap_shapes import distances
from models.displays import Displays

_SAME = 1e-3  # rad: locations written with three decimals are the same location
_ROUND = 1e-6
MOST_DISCRETE = 16


@dataclass(frozen=True)
class Arrangements:
    """P arrangements of n non-targets that M displays of one set size have.

    Attributes:
        points: ``(U, D)`` distinct distances from the target along D axes, radians.
        index: ``(P, n)`` which point each non-target of an arrangement has, in ascending order.
        member: ``(M,)`` the arrangement of each display.
        order: ``(M, n)`` which non-target of the display (0 is its item 1) is the arrangement's first, second, ...
        count: ``(P,)`` float64, displays with each arrangement.
    """

    points: Tensor
    index: Tensor
    member: Tensor
    order: Tensor
    count: Tensor


def arrange(displays: Displays, size: int, axes: Sequence[str], signed: bool = False) -> Arrangements:
    """Arrangements of displays that all have ``size`` items.

    Args:
        displays: ``(M, N)``.
        size: items on each of them.
        axes: of "probe" and "report": what the swap function sees; none means that all displays are alike.
        signed: whether the direction round the circle matters.

    Raises:
        MissingProbe: where a probe value is wanted and absent.
    """
    if not axes or size == 1:
        return indifferent(len(displays), size, len(axes))
    columns = [snap(distances(displays, axis, signed)[:, 1:size].reshape(-1)) for axis in axes]
    if len(axes) == 1:
        flat, code = torch.unique(columns[0], return_inverse=True)
        points = flat[:, None]
    else:
        points, code = torch.unique(torch.stack(columns, 1), dim=0, return_inverse=True)
    code, order = code.reshape(len(displays), size - 1).sort(dim=1, stable=True)
    index, member = torch.unique(code, dim=0, return_inverse=True)
    if len(index) > len(code) // 2:  # hardly two displays are alike
        index, member = code, torch.arange(len(code))
    count = torch.bincount(member, minlength=len(index)).double()
    return Arrangements(points, index, member, order, count)


def indifferent(count: int, size: int, axes: int = 0) -> Arrangements:
    """The single arrangement of ``count`` displays whose distances do not matter."""
    return Arrangements(
        torch.zeros(1, axes, dtype=torch.float64),
        torch.zeros(1, size - 1, dtype=torch.int64),
        torch.zeros(count, dtype=torch.int64),
        torch.arange(size - 1).expand(count, -1),
        torch.tensor([float(count)], dtype=torch.float64),
    )


def snap(distance: Tensor) -> Tensor:
    """Distances ``(K,)`` with near-equal values made equal, where they form at most 16 tight groups; else rounded."""
    if not len(distance):
        return distance
    value, where = (distance / _ROUND).round().mul(_ROUND).unique(return_inverse=True)
    group = torch.cat([torch.zeros(1, dtype=torch.int64), (value.diff() > _SAME).cumsum(0)])
    groups = int(group[-1]) + 1
    if groups > MOST_DISCRETE:
        return value[where]
    total = torch.zeros(groups, dtype=torch.float64).index_add(0, group, value)
    centre = total / torch.bincount(group, minlength=groups)
    if bool(((value - centre[group]).abs() > _SAME).any()):
        return value[where]
    if float(centre[0] + 2 * math.pi - centre[-1]) < _SAME:  # opposite the target, come to from either side
        centre[-1] = centre[0]
    return centre[group][where]


def is_discrete(distance: Tensor, most: int = MOST_DISCRETE) -> bool:
    """Whether distinct distances ``(U,)`` are few enough to be inducing points themselves."""
    return 0 < len(distance) <= most


def inducing_points(distance: Tensor, count: int, most: int = MOST_DISCRETE) -> Tensor:
    """Where to place inducing points along an axis for distinct distances ``(U,)``, radians.

    On the distances themselves if at most ``most``, else on ``count`` cell centres between the smallest and the
    largest; for signed distances on as many on either side of 0.
    """
    if is_discrete(distance, most):
        return distance.clone()
    size = distance.abs()
    edges = torch.linspace(float(size.min()), float(size.max()), count + 1, dtype=torch.float64)
    centres = (edges[1:] + edges[:-1]) / 2
    return torch.cat([-centres.flip(0), centres]) if float(distance.min()) < 0 else centres
