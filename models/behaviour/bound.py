"""The evidence lower bound of a mixture whose non-target log-odds are a Gaussian-process function of probe distance.

``sum_m E_q[log sum_j w_j(f) g_j(y_m) - log sum_j w_j(f)] - KL(q || p)``, a true lower bound on the evidence: the
expectation stands outside the logarithm, and is taken by quadrature over each display's own Gaussian.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.behaviour import emissions
from models.behaviour.patterns import Arrangements, arrange
from models.behaviour.quadrature import normal_nodes
from models.behaviour.swap_function import SwapFunction
from models.trials import Trials

# weak priors (normal): they matter only where data are few
PRIORS: dict[str, tuple[float, float]] = {
    "log_amplitude": (math.log(2.0), 1.0),
    "log_sharpness": (0.0, 1.0),
    "constant": (-2.0, 2.0),
    "log_concentration": (math.log(8.0), 1.0),
    "uniform_log_odds": (-1.0, 1.5),
}


@dataclass(frozen=True)
class SizeData:
    """The trials of one set size, ready for the bound.

    Attributes:
        size: items on a display.
        gap: ``(M, size)`` ``1 - cos(error)`` to the cued item and to the non-targets in their arrangement's order.
        arrangements: of the displays' probe distances.
    """

    size: int
    gap: Tensor
    arrangements: Arrangements


def prepare(trials: Trials, size: int) -> SizeData:
    """Make the trials of one set size ready; they need probe values if ``size`` is more than 1."""
    part = trials.of_set_size(size)
    arrangements = arrange(part.displays, size)
    gap = 2 * torch.sin(part.error[:, :size] / 2) ** 2
    gap = torch.cat([gap[:, :1], gap[:, 1:].gather(1, arrangements.order)], 1)
    return SizeData(size, gap, arrangements)


def swap_odds(function: SwapFunction, arrangements: Arrangements) -> tuple[Tensor, Tensor]:
    """Odds ``exp f`` of every non-target at every quadrature node ``(P, S, n)``, and the nodes' weights ``(S,)``."""
    nodes, weights = normal_nodes(arrangements.index.shape[1])
    mean, factor = function.blocks(arrangements.distance, arrangements.index)
    return (mean[:, None] + nodes @ factor.transpose(1, 2)).exp(), weights


def expected_log_likelihood(
    data: SizeData, function: SwapFunction | None, log_concentration: Tensor, uniform_log_odds: Tensor | None
) -> Tensor:
    """``sum_m E_q log p(y_m | f)`` in nats (scalar); without non-targets there is no f and no expectation."""
    noise = emissions.log_density_of_gap(data.gap, log_concentration.exp())
    flat = -emissions.LOG_FULL_CIRCLE
    # the largest component is taken out so that no concentration underflows every component at once
    highest = noise.detach().amax(1, keepdim=True)
    if uniform_log_odds is not None:
        highest = highest.clamp(min=flat)
        guess = uniform_log_odds.exp()
    else:
        guess = noise.new_zeros(())
    scaled = (noise - highest).exp()
    fixed = guess * (flat - highest).clamp(max=0).exp() + scaled[:, :1]
    if function is None:
        return (fixed.log() + highest).sum() - len(noise) * torch.log1p(guess)
    odds, weights = swap_odds(function, data.arrangements)
    arrangements = data.arrangements
    own = odds if len(odds) == len(noise) and _identity(arrangements.member) else odds[arrangements.member]
    swaps = (own @ scaled[:, 1:, None])[..., 0]
    numerator = ((fixed + swaps).log() @ weights).sum() + highest.sum()
    denominator = arrangements.count @ ((1 + guess + odds.sum(-1)).log() @ weights)
    return numerator - denominator


def log_prior(name: str, value: Tensor) -> Tensor:
    """Log density of the weak prior of a parameter (see ``PRIORS``), summed over its entries."""
    mean, sd = PRIORS[name]
    return -0.5 * (((value - mean) / sd) ** 2).sum() - value.numel() * (math.log(sd) + 0.5 * emissions.LOG_FULL_CIRCLE)


def _identity(member: Tensor) -> bool:
    return bool((member.diff() == 1).all()) and int(member[0]) == 0
