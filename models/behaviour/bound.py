"""The evidence lower bound of a mixture whose non-target log-odds are a Gaussian-process function of distance.

``sum_m E_q[log sum_j w_j(f) g_j(y_m) - log sum_j w_j(f)] - KL(q || p)``, a true lower bound on the evidence: the
expectation stands outside the logarithm, and is taken by quadrature over each display's own Gaussian.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.behaviour.emissions import Family
from models.behaviour.emissions.emission import LOG_FULL_CIRCLE
from models.behaviour.patterns import Arrangements, arrange
from models.behaviour.quadrature import normal_nodes
from models.behaviour.swap_function import SwapFunction
from models.trials import Trials

# weak priors (normal): they matter only where data are few
PRIORS: dict[str, tuple[float, float]] = {
    "log_amplitude": (math.log(2.0), 1.0),
    "log_sharpness": (0.0, 1.0),
    "constant": (-2.0, 2.0),
    "uniform_log_odds": (-1.0, 1.5),
}


@dataclass(frozen=True)
class SizeData:
    """The trials of one set size, ready for the bound.

    Attributes:
        size: items on a display.
        error: ``(M, size)`` errors to the cued item and to the non-targets in their arrangement's order, radians.
        arrangements: of the displays' distances.
    """

    size: int
    error: Tensor
    arrangements: Arrangements


def prepare(trials: Trials, size: int, axes: Sequence[str] = ("probe",), signed: bool = False) -> SizeData:
    """Make the trials of one set size ready; see ``patterns.arrange`` for the arguments."""
    part = trials.of_set_size(size)
    arrangements = arrange(part.displays, size, axes, signed)
    error = part.error[:, :size].double()
    error = torch.cat([error[:, :1], error[:, 1:].gather(1, arrangements.order)], 1)
    return SizeData(size, error, arrangements)


def swap_odds(function: SwapFunction, arrangements: Arrangements) -> tuple[Tensor, Tensor]:
    """Odds ``exp f`` of every non-target at every quadrature node ``(P, S, n)``, and the nodes' weights ``(S,)``."""
    if not function.inducing:
        shape = (len(arrangements.index), 1, arrangements.index.shape[1])
        return function.constant.exp().expand(shape), torch.ones(1, dtype=torch.float64)
    nodes, weights = normal_nodes(arrangements.index.shape[1])
    mean, factor = function.blocks(arrangements.points, arrangements.index)
    return (mean[:, None] + nodes @ factor.transpose(1, 2)).exp(), weights


def expected_log_likelihood(
    data: SizeData, function: SwapFunction | None, family: Family, noise: Tensor, uniform_log_odds: Tensor | None
) -> Tensor:
    """``sum_m E_q log p(y_m | f)`` in nats (scalar).

    Args:
        data: trials of one set size.
        function: the swap function; None where there are no swaps, and then there is no expectation.
        family: the law of the noise.
        noise: ``(P,)`` its parameters.
        uniform_log_odds: scalar, a guess against the target; None where nobody guesses.
    """
    density = family.log_density(data.error if function is not None else data.error[:, :1], noise)
    flat = -LOG_FULL_CIRCLE
    # the largest component is taken out so that no concentration underflows every component at once
    highest = density.detach().amax(1, keepdim=True)
    if uniform_log_odds is not None:
        highest = highest.clamp(min=flat)
        guess = uniform_log_odds.exp()
    else:
        guess = density.new_zeros(())
    scaled = (density - highest).exp()
    fixed = guess * (flat - highest).clamp(max=0).exp() + scaled[:, :1]
    if function is None:
        return (fixed.log() + highest).sum() - len(density) * torch.log1p(guess)
    odds, weights = swap_odds(function, data.arrangements)
    arrangements = data.arrangements
    own = odds if len(odds) == len(density) and _identity(arrangements.member) else odds[arrangements.member]
    swaps = (own @ scaled[:, 1:, None])[..., 0]
    numerator = ((fixed + swaps).log() @ weights).sum() + highest.sum()
    denominator = arrangements.count @ ((1 + guess + odds.sum(-1)).log() @ weights)
    return numerator - denominator


def log_normal(value: Tensor, mean: float | Tensor, sd: float | Tensor) -> Tensor:
    """Log density of independent normal priors, summed over the entries of ``value`` (scalar)."""
    sd = torch.as_tensor(sd, dtype=torch.float64)
    each = -0.5 * ((value - mean) / sd) ** 2 - sd.log() - 0.5 * LOG_FULL_CIRCLE
    return each.sum()


def log_prior(name: str, value: Tensor) -> Tensor:
    """Log density of the weak prior of a parameter (see ``PRIORS``), summed over its entries."""
    return log_normal(value, *PRIORS[name])


def _identity(member: Tensor) -> bool:
    return bool((member.diff() == 1).all()) and int(member[0]) == 0
