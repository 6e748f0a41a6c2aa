"""The bound and the predictive likelihood against brute force."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.behaviour.bound import expected_curvature, expected_log_likelihood, prepare, swap_odds
from models.behaviour.emissions import FAMILIES, VonMises
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials

FAMILY = FAMILIES["von_mises"]


def log_kappa(value):
    return torch.tensor([math.log(value)], dtype=torch.float64)


def brute_force(trials, function, kappa, guess, points=401):
    """E log p and log E p per trial by a dense grid over f of the two non-targets (the whole Gaussian, +-8 sd)."""
    bound, predictive = [], []
    line = torch.linspace(-8, 8, points, dtype=torch.float64)
    node = torch.exp(-(line**2) / 2)
    weight = (node[:, None] * node[None, :]) / node.sum() ** 2
    for m in range(len(trials)):
        distance = trials.displays.probe_distance[m, 1:, None].abs()
        mean, covariance = function.mean_at(distance), function.covariance(distance)
        root = torch.linalg.cholesky(covariance + 1e-10 * torch.eye(2, dtype=torch.float64))
        first = mean[0] + root[0, 0] * line[:, None]
        second = mean[1] + root[1, 0] * line[:, None] + root[1, 1] * line[None, :]
        odds = torch.stack(
            [
                torch.full_like(second, math.exp(guess)),
                torch.ones_like(second),
                *(value.exp().expand_as(second) for value in (first, second)),
            ]
        )
        noise = VonMises(kappa).log_density(trials.error[m]).exp()
        density = torch.cat([torch.tensor([1 / (2 * math.pi)], dtype=torch.float64), noise])
        likelihood = (odds * density[:, None, None]).sum(0) / odds.sum(0)
        bound.append(float((weight * likelihood.log()).sum()))
        predictive.append(float((weight * likelihood).sum().log()))
    return np.array(bound), np.array(predictive)


def given_odds(data, odds, kappa, guess):
    """``(M, S)`` likelihood of every trial at given odds ``(M, S, n)``."""
    noise = VonMises(kappa).log_density(data.error).exp()
    top = guess / (2 * math.pi) + noise[:, :1] + (odds * noise[:, None, 1:]).sum(-1)
    return top / (1 + guess + odds.sum(-1))


def test_bound_and_predictive_agree_with_dense_integration(planted, make_function, scalar):
    trials = planted.trials(5, 12)
    function = make_function(width=0.5)
    expected, predictive = brute_force(trials, function, 9.0, -2.0)
    data = prepare(trials, 3)
    mine = expected_log_likelihood(data, function, FAMILY, log_kappa(9.0), scalar(-2.0))
    assert float(mine) == pytest.approx(expected.sum(), abs=2e-4)
    odds, weights = swap_odds(function, data.arrangements)
    density = given_odds(data, odds[data.arrangements.member], 9.0, math.exp(-2.0)) @ weights
    np.testing.assert_allclose(density.log(), predictive, atol=1e-4)
    assert (predictive >= expected).all()


def test_sobol_nodes_agree_with_many_draws(planted, make_function, scalar):
    trials = planted.trials(6, 40, set_size=5)
    function = make_function(width=0.3)
    data = prepare(trials, 5)
    mine = expected_log_likelihood(data, function, FAMILY, log_kappa(9.0), scalar(-2.0)) / 40
    mean, factor = function.blocks(data.arrangements.points, data.arrangements.index)
    draws = torch.randn(20_000, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    odds = (mean[:, None] + draws @ factor.transpose(1, 2)).exp()[data.arrangements.member]
    exact = given_odds(data, odds, 9.0, math.exp(-2.0)).log().mean()
    assert float(mine) == pytest.approx(float(exact), abs=2e-3)


@pytest.mark.parametrize("set_size", [2, 3, 5])
@pytest.mark.parametrize("axes", [("probe",), ("probe", "report"), ()])
def test_a_constant_function_is_the_three_component_likelihood(set_size, axes, planted, make_function, scalar):
    trials = planted.trials(7, 60, set_size=set_size)
    whole = make_function(points=3, axes=len(axes))
    size = len(whole.points)
    flat = replace(
        whole,
        log_amplitude=scalar(-40.0),
        constant=scalar(-1.7),
        mean=torch.zeros(size).double(),
        factor=1e-9 * torch.eye(size).double(),
    )
    mine = expected_log_likelihood(prepare(trials, set_size, axes), flat, FAMILY, log_kappa(6.0), scalar(-2.2))
    odds = torch.tensor([math.exp(-2.2), 1.0] + [math.exp(-1.7)] * (set_size - 1), dtype=torch.float64)
    noise = VonMises(6.0).log_density(trials.error).exp()
    uniform = torch.full_like(noise[:, :1], 1 / (2 * math.pi))
    expected = ((odds / odds.sum()) * torch.cat([uniform, noise], 1)).sum(1).log().sum()
    assert float(mine) == pytest.approx(float(expected), abs=1e-3)


def test_without_swaps_it_is_the_two_component_likelihood(planted, scalar):
    trials = planted.trials(7, 60)
    mine = expected_log_likelihood(prepare(trials, 3), None, FAMILY, log_kappa(6.0), scalar(-2.2))
    known = FixedMixture({3: SizeParameters(VonMises(6.0), -2.2, None)})
    assert float(mine) == pytest.approx(float(known.log_prob(trials).sum()), abs=1e-9)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("uniform", [True, False])
def test_every_law_of_noise_scores_as_the_known_mixture_does(name, uniform, planted, make_function, scalar):
    trials = planted.trials(8, 50)
    flat = replace(make_function(axes=0), mean=torch.zeros(0).double(), factor=torch.zeros(0, 0).double())
    family, guess = FAMILIES[name], scalar(-2.0) if uniform else None
    values = torch.tensor(family.start(9.0), dtype=torch.float64)
    mine = expected_log_likelihood(prepare(trials, 3, ()), flat, family, values, guess)
    odds = -2.0 if uniform else -math.inf
    known = FixedMixture({3: SizeParameters(family.emission(values.tolist()), odds, Constant(-2.0))})
    assert float(mine) == pytest.approx(float(known.log_prob(trials).sum()), abs=1e-8)


@pytest.mark.parametrize("axes", [("probe",), ("report",), ("probe", "report")])
@pytest.mark.parametrize("even", [True, False])
def test_curvature_is_that_of_differences(axes, even, planted, make_function, scalar):
    """Minus the Hessian by the whitened mean, against second differences of the expectation itself."""
    trials = planted.trials(9, 40, set_size=3)
    data = prepare(trials, 3, axes, not even)
    function = make_function(points=3, axes=len(axes), even=even)
    found = expected_curvature(data, function, FAMILY, log_kappa(8.0), scalar(-2.0))

    def value(mean):
        moved = replace(function, mean=mean)
        return expected_log_likelihood(data, moved, FAMILY, log_kappa(8.0), scalar(-2.0))

    expected = -torch.autograd.functional.hessian(value, function.mean)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def importance_samples(block, data, count):
    """Log weights of draws of the inducing values: prior times likelihood over a slightly wider posterior."""
    function, kappa = block.parts[0].function, float(block.noise[0, 0].exp())
    guess, size = block.uniform_log_odds[0].exp(), len(function.mean)
    proposal = torch.distributions.MultivariateNormal(function.mean, scale_tril=1.2 * function.factor)
    noise = torch.randn(count, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    drawn = function.mean + noise @ (1.2 * function.factor).T
    prior = torch.distributions.MultivariateNormal(torch.zeros(size).double(), torch.eye(size).double())
    weight = prior.log_prob(drawn) - proposal.log_prob(drawn)
    for k in range(count):
        known = replace(function, mean=drawn[k], factor=1e-9 * torch.eye(size, dtype=torch.float64))
        odds, nodes = swap_odds(known, data.arrangements)
        weight[k] += (given_odds(data, odds[data.arrangements.member], kappa, guess) @ nodes).log().sum()
    return weight


def test_bound_is_below_the_evidence(planted):
    """Importance sampling from the posterior itself, slightly widened, with the parameters held at their values."""
    trials = planted.trials(9, 50)
    block = fit(FitConfig(inducing=6), trials).model.blocks[0]
    data, function = prepare(trials, 3), block.parts[0].function
    bound = expected_log_likelihood(data, function, FAMILY, block.noise[0], block.uniform_log_odds[0])
    bound = float(bound - function.divergence())
    weight = importance_samples(block, data, 1500)
    effective = float(weight.softmax(0).square().sum().reciprocal())
    evidence = float(weight.logsumexp(0)) - math.log(len(weight))
    assert effective > 100
    assert bound <= evidence + 0.02
    assert evidence - bound < 1.0


@pytest.mark.parametrize("name", FAMILIES)
def test_no_noise_makes_the_bound_infinite(name, make_function, scalar):
    displays = Displays(
        torch.tensor([[0.0, 1.0, 2.0]]).double(), torch.tensor([[0.0, 1.0, 2.0]]).double(), torch.tensor([3])
    )
    family = FAMILIES[name]
    for response in (-3.0, 0.0, 0.5):
        trials = Trials.build(displays, torch.tensor([response]).double())
        for end in (0, 1):
            values = torch.tensor([limit[end] for limit in family.limits], dtype=torch.float64)
            for guess in (None, scalar(-2.0)):
                value = expected_log_likelihood(prepare(trials, 3), make_function(), family, values, guess)
                assert value.isfinite()
