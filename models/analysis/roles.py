"""Axes from "distractor" to "target": found, aligned and used on trials with known roles. Tensors in, tensors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.analysis.plane_geometry import harmonics, tuning_to

ECHO_HARMONICS = 5  # in which the copy of a response may be anything
LEAST_AGREEMENT = 0.1  # cosine of the halves of an axis, below which it is noise


@dataclass(frozen=True)
class RoleTrials:
    """M trials with one pair of probes, in which the first item has one of Z reports and either role.

    Attributes:
        value: ``(M,)`` int64, which of the Z reports the first item has.
        target: ``(M,)`` bool, whether the first item is the cued one.
        right: ``(M,)`` bool, whether the cued item was reported.
        swap: ``(M,)`` bool, whether the other one of the pair was.
        states: ``(M, T, m)`` activity.
    """

    value: Tensor
    target: Tensor
    right: Tensor
    swap: Tensor
    states: Tensor

    def select(self, index: Tensor) -> RoleTrials:
        """Some of the trials; halves are counted anew."""
        return RoleTrials(*(value[index] for value in vars(self).values()))

    @property
    def half(self) -> Tensor:
        """``(M,)`` 0 or 1, every second trial."""
        return torch.arange(len(self.value)) % 2


def cell_means(trials: RoleTrials, values: int, half: int) -> Tensor:
    """``(2, Z, T, m)`` mean states of one half's right trials by role (distractor, target) and report; NaN of none."""
    kept = trials.right & (trials.half == half)
    cell = trials.target * values + trials.value
    member = torch.nn.functional.one_hot(cell[kept], 2 * values).to(trials.states)
    mean = member.T @ trials.states[kept].flatten(1) / member.sum(0)[:, None]
    return mean.reshape(2, values, *trials.states.shape[1:])


def places(trials: RoleTrials, means: Tensor) -> Tensor:
    """``(M, T)`` place of trials on the axis of their report: 0 at the mean of their own role, 1 at that of the other.

    Args:
        trials: M of them.
        means: ``(2, Z, T, m)`` of ``cell_means``; what they say of trials that they are from is no test.
    """
    place = torch.empty(trials.states.shape[:2])
    for value in range(means.shape[1]):
        for role in (0, 1):
            rows = ((trials.value == value) & (trials.target == bool(role))).nonzero()[:, 0]
            own, way = means[role, value], means[1 - role, value] - means[role, value]
            along = way / way.square().sum(-1, keepdim=True).clamp(min=1e-12)
            place[rows] = torch.einsum("mtd,td->mt", trials.states[rows], along) - (own * along).sum(-1)
    return place


@dataclass(frozen=True)
class Crossed:
    """What each half of some trials says about the other.

    Attributes:
        axes: ``(2, Z, T, m)`` from distractor to target at each report of the first item, from either half. The sign is
            that of the roles; there is none to be chosen.
        place: ``(M, T)`` of every trial, on the axis of the half that it does not belong to.
        trials: M of them.
    """

    axes: Tensor
    place: Tensor
    trials: RoleTrials

    @property
    def separation(self) -> Tensor:
        """``(T,)`` d' of the two roles in right trials."""
        target, distractor = (self.place[self.trials.right & (self.trials.target == role)] for role in (True, False))
        return d_prime(1 - distractor, target)


def crossed(halves: Sequence[RoleTrials], values: int) -> Crossed:
    """Axes from the first half of the first trials, and from the second half of the second; used on the other halves.

    Args:
        halves: the same trials twice, or with what has been taken away from them fitted on either half.
        values: reports Z.
    """
    means = [cell_means(trials, values, half) for half, trials in enumerate(halves)]
    place = torch.empty(halves[0].states.shape[:2])
    for half, trials in enumerate(halves):
        others = trials.half != half
        place[others] = places(trials.select(others), means[half])
    return Crossed(torch.stack([one[1] - one[0] for one in means]), place, halves[0])


def d_prime(one: Tensor, other: Tensor) -> Tensor:
    """``(T,)`` distance of the means of ``(M, T)`` values in units of their sd; NaN with fewer than two of either."""
    spread = ((one.var(0) + other.var(0)) / 2).sqrt()
    return (one.mean(0) - other.mean(0)) / spread.clamp(min=1e-12)


def echo(trials: RoleTrials, response: Tensor, reports: Tensor, half: int) -> Tensor:
    """``(M, T, m)`` the part of the activity that is a copy of the response, up to the mean.

    Fitted together with what either item contributes whatever its role. Without that, taking away the copy would itself
    bring roles into activity that knows none, such as that before the cue.

    Args:
        trials: M of them.
        response: ``(M,)`` radians.
        reports: ``(M, 2)`` radians, of the first item and of the other one of the pair.
        half: whose right trials the copy is fitted on. An axis that is found in this half as well is independent of the
            fit's error, as residuals are of coefficients, so that the other half is a fair test of it.
    """
    fitted = trials.right & (trials.half == half)
    angles = torch.cat([reports, response[:, None]], dim=1)[fitted]
    copy = tuning_to(angles, trials.states[fitted], ECHO_HARMONICS)[2]
    return torch.einsum("mh,thd->mtd", harmonics(response, ECHO_HARMONICS).to(copy), copy)


def without(trials: RoleTrials, part: Tensor) -> RoleTrials:
    """The same trials with a part of their activity taken away."""
    return replace(trials, states=trials.states - part)


def alignment(axes: Tensor, across: bool) -> Tensor:
    """Cosines of axes of different displays, by how far the first items' reports are apart.

    Axes that are compared never share a trial. All pairs count, in both orders.

    Args:
        axes: ``(P, 2, Z, T, m)`` of P pairs of probes.
        across: compare axes of different pairs of probes, or of the same one.

    Returns:
        ``(K, pairs, T)`` signed cosines, K = Z // 2 + 1 differences of 0 to half a circle; pairs are padded with NaN.
    """
    unit = torch.nn.functional.normalize(axes, dim=-1)
    cosine = torch.einsum("pztm,qwtm->pqzwt", unit[:, 0], unit[:, 1])
    same = torch.eye(len(axes), dtype=torch.bool)
    cosine = cosine[~same if across else same]
    count = axes.shape[2]
    step = (torch.arange(count)[:, None] - torch.arange(count)).abs()
    step = torch.minimum(step, count - step)
    found = [cosine[:, step == k].flatten(0, 1) for k in range(count // 2 + 1)]
    longest = max(len(one) for one in found)
    return torch.stack([torch.nn.functional.pad(one, (0, 0, 0, longest - len(one)), value=torch.nan) for one in found])


def common_share(axes: Tensor) -> Tensor:
    """``(T,)`` share of the squared length of axes ``(P, 2, Z, T, m)`` that their mean over reports and probes has.

    From halves that share no trial; NaN where the halves of an axis hardly agree: there is nothing to be shared.
    """
    first, second = axes.unbind(1)
    agreed = (first * second).sum(-1).nanmean((0, 1))
    length = (first.square().sum(-1) * second.square().sum(-1)).sqrt().nanmean((0, 1))
    together = (first.nanmean((0, 1)) * second.nanmean((0, 1))).sum(-1)
    return torch.where(agreed > LEAST_AGREEMENT * length, together / agreed, torch.nan)
