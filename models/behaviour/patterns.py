"""Displays seen by a swap function: the distinct arrangements of unsigned probe distances, and who has which.

With items at discrete locations thousands of trials share a few dozen arrangements, and all of them a handful of
distances; everything that depends on f alone is then computed once an arrangement.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.displays import Displays

_SAME = 1e-3  # rad: locations written with three decimals are the same location
_ROUND = 1e-6
MOST_DISCRETE = 16


@dataclass(frozen=True)
class Arrangements:
    """P arrangements of n non-targets that M displays of one set size have.

    Attributes:
        distance: ``(U,)`` distinct unsigned distances, radians, ascending.
        index: ``(P, n)`` which distance each non-target of an arrangement has, nearest first.
        member: ``(M,)`` the arrangement of each display.
        order: ``(M, n)`` which non-target of the display (0 is its item 1) is the arrangement's first, second, ...
        count: ``(P,)`` float64, displays with each arrangement.
    """

    distance: Tensor
    index: Tensor
    member: Tensor
    order: Tensor
    count: Tensor


def arrange(displays: Displays, size: int) -> Arrangements:
    """Arrangements of displays that all have ``size`` items and a probe value for each of them."""
    distance = displays.probe_distance[:, 1:size].double().abs()
    flat = snap(distance.reshape(-1))
    unique, code = torch.unique(flat, return_inverse=True)
    code, order = code.reshape(distance.shape).sort(dim=1, stable=True)
    if size == 1:
        index, member = code[:1], torch.zeros(len(code), dtype=torch.int64)
    elif is_discrete(unique):
        index, member = torch.unique(code, dim=0, return_inverse=True)
    else:  # hardly two displays are alike
        index, member = code, torch.arange(len(code))
    count = torch.bincount(member, minlength=len(index)).double()
    return Arrangements(unique, index, member, order, count)


def indifferent(count: int, size: int) -> Arrangements:
    """The single arrangement of ``count`` displays whose probe distances do not matter, or are not known."""
    return Arrangements(
        torch.zeros(1, dtype=torch.float64),
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
    return centre[group][where]


def is_discrete(distance: Tensor) -> bool:
    """Whether distinct distances ``(U,)`` are few enough to be inducing points themselves."""
    return 0 < len(distance) <= MOST_DISCRETE


def inducing_points(distance: Tensor, count: int) -> Tensor:
    """Where to place inducing points for distinct distances ``(U,)``: on them if few, else ``count`` cell centres."""
    if is_discrete(distance):
        return distance.clone()
    low, high = float(distance.min()), float(distance.max())
    edges = torch.linspace(low, high, count + 1, dtype=torch.float64)
    return (edges[1:] + edges[:-1]) / 2
