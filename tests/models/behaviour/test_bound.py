"""The bound and the predictive likelihood against brute force."""

import math

import numpy as np
import pytest
import torch

from models.behaviour import emissions
from models.behaviour.bns_fit import BlockBound, Start
from models.behaviour.bound import expected_log_likelihood, prepare, swap_odds
from models.behaviour.fitting import FitConfig, fit
from models.displays import Displays
from models.trials import Trials


def brute_force(trials, function, kappa, guess, scalar, points=401):
    """E log p and log E p per trial by a dense grid over f of the two non-targets (the whole Gaussian, +-8 sd)."""
    bound, predictive = [], []
    line = torch.linspace(-8, 8, points, dtype=torch.float64)
    node = torch.exp(-(line**2) / 2)
    weight = (node[:, None] * node[None, :]) / node.sum() ** 2
    for m in range(len(trials)):
        distance = trials.displays.probe_distance[m, 1:].abs()
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
        noise = emissions.log_density(trials.error[m], scalar(kappa)).exp()
        density = torch.cat([torch.tensor([1 / (2 * math.pi)], dtype=torch.float64), noise])
        likelihood = (odds * density[:, None, None]).sum(0) / odds.sum(0)
        bound.append(float((weight * likelihood.log()).sum()))
        predictive.append(float((weight * likelihood).sum().log()))
    return np.array(bound), np.array(predictive)


def test_bound_and_predictive_agree_with_dense_integration(planted, make_function, scalar):
    trials = planted.trials(5, 12)
    function = make_function(width=0.5)
    expected, predictive = brute_force(trials, function, 9.0, -2.0, scalar)
    data = prepare(trials, 3)
    mine = expected_log_likelihood(data, function, scalar(math.log(9.0)), scalar(-2.0))
    assert float(mine) == pytest.approx(expected.sum(), abs=2e-4)
    odds, weights = swap_odds(function, data.arrangements)
    total = 1 + math.exp(-2.0) + odds.sum(-1)
    noise = emissions.log_density_of_gap(data.gap, scalar(9.0)).exp()
    parts = math.exp(-2.0) / (2 * math.pi) + noise[:, :1] + (odds * noise[:, None, 1:]).sum(-1)
    np.testing.assert_allclose(((parts / total) @ weights).log(), predictive, atol=1e-4)
    assert (predictive >= expected).all()


def test_sobol_nodes_agree_with_many_draws(planted, make_function, scalar):
    trials = planted.trials(6, 40, set_size=5)
    function = make_function(width=0.3)
    data = prepare(trials, 5)
    mine = expected_log_likelihood(data, function, scalar(math.log(9.0)), scalar(-2.0)) / 40
    mean, factor = function.blocks(data.arrangements.distance, data.arrangements.index)
    draws = torch.randn(20_000, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    odds = (mean[:, None] + draws @ factor.transpose(1, 2)).exp()
    noise = emissions.log_density_of_gap(data.gap, scalar(9.0)).exp()
    top = math.exp(-2.0) / (2 * math.pi) + noise[:, :1] + (odds * noise[:, None, 1:]).sum(-1)
    exact = (top.log() - (1 + math.exp(-2.0) + odds.sum(-1)).log()).mean()
    assert float(mine) == pytest.approx(float(exact), abs=2e-3)


@pytest.mark.parametrize("set_size", [2, 3, 5])
def test_a_constant_function_is_the_three_component_likelihood(set_size, planted, make_function, scalar):
    trials = planted.trials(7, 60, set_size=set_size)
    narrow = make_function(width=1e-9)
    flat = type(narrow)(
        narrow.inducing, scalar(-40.0), narrow.log_sharpness, scalar(-1.7), 0 * narrow.mean, narrow.factor
    )
    mine = expected_log_likelihood(prepare(trials, set_size), flat, scalar(math.log(6.0)), scalar(-2.2))
    odds = torch.tensor([math.exp(-2.2), 1.0] + [math.exp(-1.7)] * (set_size - 1), dtype=torch.float64)
    noise = emissions.log_density(trials.error, scalar(6.0)).exp()
    uniform = torch.full_like(noise[:, :1], 1 / (2 * math.pi))
    expected = ((odds / odds.sum()) * torch.cat([uniform, noise], 1)).sum(1).log().sum()
    assert float(mine) == pytest.approx(float(expected), abs=1e-3)


@pytest.mark.parametrize("uniform", [True, False])
def test_gradient_is_that_of_finite_differences(uniform, planted):
    trials = planted.trials(8, 50)
    bound = BlockBound([prepare(trials, 3)], uniform, inducing=5)
    vector = bound.start([Start(8.0, -2.0, -2.0)])
    vector = vector + 0.1 * np.random.default_rng(0).standard_normal(len(vector))
    _, gradient = bound.cost(vector)
    for i in range(len(vector)):
        step = np.zeros_like(vector)
        step[i] = 1e-5
        slope = (bound.cost(vector + step)[0] - bound.cost(vector - step)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, abs=1e-7)


def test_bound_is_below_the_evidence(planted):
    """Importance sampling from the posterior itself, slightly widened, with the parameters held at their values."""
    trials = planted.trials(9, 50)
    block = fit(FitConfig(inducing=6), trials).model.blocks[0]
    function, kappa = block.function, block.log_concentration[0]
    guess = block.uniform_log_odds[0]
    data = prepare(trials, 3)
    bound = float(expected_log_likelihood(data, function, kappa, guess) - function.divergence())
    generator = torch.Generator().manual_seed(0)
    size, count = len(function.mean), 1500
    proposal = torch.distributions.MultivariateNormal(function.mean, scale_tril=1.2 * function.factor)
    noise = torch.randn(count, size, generator=generator, dtype=torch.float64)
    drawn = function.mean + noise @ (1.2 * function.factor).T
    prior = torch.distributions.MultivariateNormal(torch.zeros(size).double(), torch.eye(size).double())
    weight = prior.log_prob(drawn) - proposal.log_prob(drawn)
    for k in range(count):
        known = type(function)(
            function.inducing,
            function.log_amplitude,
            function.log_sharpness,
            function.constant,
            drawn[k],
            1e-9 * torch.eye(size, dtype=torch.float64),
        )
        odds, nodes = swap_odds(known, data.arrangements)
        density = emissions.log_density_of_gap(data.gap, kappa.exp()).exp()
        top = guess.exp() / (2 * math.pi) + density[:, :1] + (odds * density[:, None, 1:]).sum(-1)
        weight[k] += ((top / (1 + guess.exp() + odds.sum(-1))) @ nodes).log().sum()
    effective = float(weight.softmax(0).square().sum().reciprocal())
    evidence = float(weight.logsumexp(0)) - math.log(count)
    assert effective > 100
    assert bound <= evidence + 0.02
    assert evidence - bound < 1.0


def test_no_concentration_makes_the_bound_infinite(make_function, scalar):
    displays = Displays(
        torch.tensor([[0.0, 1.0, 2.0]]).double(), torch.tensor([[0.0, 1.0, 2.0]]).double(), torch.tensor([3])
    )
    trials = Trials.build(displays, torch.tensor([-3.0]).double())
    for guess in (None, scalar(-2.0)):
        value = expected_log_likelihood(prepare(trials, 3), make_function(), scalar(18.0), guess)
        assert value.isfinite()
