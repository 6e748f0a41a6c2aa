"""The evidence lower bound of a mixture whose non-target log-odds are a Gaussian-process function of distance.

``sum_m E_q[log sum_j w_j(f) g_j(y_m) - log sum_j w_j(f)] - KL(q || p)``, a true lower bound on the evidence: the
expectation stands outside the logarithm, and is taken by quadrature over each display's own Gaussian.
"""

from __future__ import annotations

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
    "log_amplitude": (-1.0, 1.5),
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
    terms = _terms(data, family, noise, uniform_log_odds, function is not None)
    if function is None:
        return (terms.fixed.log() + terms.highest).sum() - len(terms.fixed) * torch.log1p(terms.guess)
    odds, weights = swap_odds(function, data.arrangements)
    swaps = (_own(odds, data.arrangements) @ terms.swaps[..., None])[..., 0]
    numerator = ((terms.fixed + swaps).log() @ weights).sum() + terms.highest.sum()
    denominator = data.arrangements.count @ ((1 + terms.guess + odds.sum(-1)).log() @ weights)
    return numerator - denominator


@torch.no_grad()
def expected_curvature(
    data: SizeData, function: SwapFunction, family: Family, noise: Tensor, uniform_log_odds: Tensor | None
) -> Tensor:
    """``(R, R)`` minus the second derivatives of ``expected_log_likelihood`` by the whitened posterior mean.

    By ``log sum_j exp f_j``, whose second derivatives are ``diag(p) - p p'`` with p the softmax: what the prior weights
    of a display's components have, less what their posterior weights have, averaged over the quadrature nodes.
    """
    arrangements = data.arrangements
    terms = _terms(data, family, noise, uniform_log_odds, True)
    odds, weights = swap_odds(function, arrangements)
    joint = _own(odds, arrangements) * terms.swaps[:, None]
    posterior = joint / (terms.fixed + joint.sum(-1))[..., None]
    prior = odds / (1 + terms.guess + odds.sum(-1, keepdim=True))
    own = _softmax_curvature(prior, weights) * arrangements.count[:, None, None]
    own = own.index_add(0, arrangements.member, _softmax_curvature(posterior, weights), alpha=-1)
    features = function.features(arrangements.points).T[arrangements.index]
    return features.flatten(0, 1).T @ (own @ features).flatten(0, 1)


def _softmax_curvature(share: Tensor, weights: Tensor) -> Tensor:
    """``(P, n, n)`` mean of ``diag(p) - p p'`` over nodes, from shares ``(P, S, n)``."""
    weighted = share * weights[:, None]
    return torch.diag_embed(weighted.sum(1)) - weighted.transpose(1, 2) @ share


@dataclass(frozen=True)
class _Terms:
    """Densities of M trials over their ``exp(highest)``: of target and guess together, and of every non-target."""

    highest: Tensor
    fixed: Tensor
    swaps: Tensor
    guess: Tensor


def _terms(data: SizeData, family: Family, noise: Tensor, uniform_log_odds: Tensor | None, swaps: bool) -> _Terms:
    density = family.log_density(data.error if swaps else data.error[:, :1], noise)
    # the largest component is taken out so that no concentration underflows every component at once
    highest = density.detach().amax(1, keepdim=True)
    guess = density.new_zeros(())
    if uniform_log_odds is not None:
        highest = highest.clamp(min=-LOG_FULL_CIRCLE)
        guess = uniform_log_odds.exp()
    scaled = (density - highest).exp()
    fixed = guess * (-LOG_FULL_CIRCLE - highest).clamp(max=0).exp() + scaled[:, :1]
    return _Terms(highest, fixed, scaled[:, 1:], guess)


def _own(odds: Tensor, arrangements: Arrangements) -> Tensor:
    """``(M, S, n)`` the odds of each trial's arrangement."""
    whole = len(odds) == len(arrangements.member) and _identity(arrangements.member)
    return odds if whole else odds[arrangements.member]


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
