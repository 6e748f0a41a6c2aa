"""Which component of a mixture made a response, with no more of a law than its weights and its density."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.circular import FULL_CIRCLE, wrap
from models.displays import Displays
from models.network.targets import ResponseLaw, grid

ANGLES = 720  # of the tabulated densities: half a degree, fine enough for noise of 0.05 rad
UNASKED = 0.01  # share given to components that the law itself may exclude, so that they can be found
ITERATIONS = 100


@dataclass(frozen=True)
class Attribution:
    """Component probabilities of every response, N items: column 0 uniform, 1 the cued item, 2.. the others.

    Attributes:
        target: ``(B, N + 1)`` weights of the law.
        share: ``(B, N + 1)`` the same for the responses: responsibilities, averaged over a display's responses.
    """

    target: Tensor
    share: Tensor


def attribute(law: ResponseLaw, displays: Displays, responses: Tensor, groups: Tensor) -> Attribution:
    """Responsibilities of the components for responses ``(B, S)``, with weights estimated from these responses.

    Responsibilities under the law's *own* weights lean towards the law wherever components overlap, and so hide part
    of a difference. So the weights are refitted first: within a set size, the log-odds of every group of components
    get a common shift, whose maximum-likelihood value is found by expectation-maximisation.

    Args:
        law: anything with ``weights`` and ``density``.
        displays: B displays.
        responses: ``(B, S)`` radians.
        groups: ``(B, N + 1)`` int64, components with the same number share a shift; negative for absent ones.
    """
    target = law.weights(displays).double()
    likelihood = component_likelihoods(law, displays, responses)
    share = torch.zeros_like(target)
    for size in displays.set_size.unique():
        rows = displays.set_size == size
        share[rows] = _refitted(target[rows], likelihood[rows], groups[rows])
    return Attribution(target, share)


def _refitted(target: Tensor, likelihood: Tensor, groups: Tensor) -> Tensor:
    """Mean responsibilities ``(B, N + 1)`` under weights that agree with them group by group."""
    there = groups >= 0
    start = torch.where(there, (1 - UNASKED) * target + UNASKED / there.sum(1, keepdim=True), 0.0)
    index = torch.where(there, groups, 0)
    shift = torch.ones(int(index.max()) + 1, dtype=torch.float64)
    share = start
    for _ in range(ITERATIONS):
        weights = start * shift[index]
        weights = weights / weights.sum(1, keepdim=True)
        joint = weights[:, None, :] * likelihood
        share = (joint / joint.sum(2, keepdim=True).clamp(min=1e-300)).mean(1)
        found, asked = _sums(share, index, there, len(shift)), _sums(weights, index, there, len(shift))
        change = torch.where(asked > 0, found / asked.clamp(min=1e-300), 1.0)
        shift = shift * change
        if float((change - 1).abs().max()) < 1e-4:
            break
    return share


def _sums(values: Tensor, index: Tensor, there: Tensor, count: int) -> Tensor:
    return torch.zeros(count, dtype=torch.float64).scatter_add(0, index[there], values[there])


def component_likelihoods(law: ResponseLaw, displays: Displays, responses: Tensor) -> Tensor:
    """``(B, S, N + 1)`` density of each response (per radian) under each component alone; 0 for absent items.

    The density of one item's component is read off displays whose items all have that item's report: whichever is
    picked there, the response is the one to it. What the uniform component adds there is taken off.
    """
    uniform = law.weights(displays)[:, :1].double()
    result = torch.zeros((*responses.shape, displays.items + 1), dtype=torch.float64)
    result[..., 0] = 1 / FULL_CIRCLE
    angles = grid(ANGLES)
    for item in range(displays.items):
        rows = displays.present[:, item]
        some = displays.select(rows)
        gathered = Displays(
            torch.where(some.present, some.report[:, item : item + 1], some.report), some.probe, some.set_size
        )
        total = law.density(gathered, angles).double()
        alone = (total - uniform[rows] / FULL_CIRCLE) / (1 - uniform[rows]).clamp(min=1e-9)
        result[rows, :, item + 1] = interpolated(alone.clamp(min=1e-12), responses[rows])
    return result


def interpolated(table: Tensor, angle: Tensor) -> Tensor:
    """Values ``(B, S)`` at angles ``(B, S)`` of a table ``(B, A)`` over ``grid(A)``, linear between its points."""
    count = table.shape[1]
    place = (wrap(angle.double()) + math.pi) * (count / FULL_CIRCLE)
    lower = place.floor().long().clamp(max=count - 1)
    part = place - lower
    return (1 - part) * table.gather(1, lower) + part * table.gather(1, (lower + 1) % count)
