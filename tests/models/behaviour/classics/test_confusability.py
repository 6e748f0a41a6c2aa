"""Target confusability competition against a simulated competition, at its limits, and on simulations."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, stats

from models.behaviour.classics.confusability import OPTIONS, Confusability, half_densities, option_probabilities
from models.behaviour.classics.tabulated import emission_of
from models.behaviour.fitting import FitConfig, fit

TCC = FitConfig(model="confusability")


def probabilities(strength, reach):
    return option_probabilities(*torch.tensor([[strength], [reach]]).double())[0]


def density(strength, reach):
    return half_densities(*torch.tensor([[strength], [reach]]).double())[:, 0]


def competition(strength, reach, count, seed=0):
    """``(181,)`` share of competitions that an option at each distance won, both sides averaged."""
    generator = torch.Generator().manual_seed(seed)
    step = torch.arange(OPTIONS)
    distance = torch.minimum(step, OPTIONS - step) * (2 * math.pi / OPTIONS)
    familiarity = strength * torch.exp(-distance / reach)
    won = torch.zeros(OPTIONS)
    for _ in range(count // 10_000):
        noise = torch.randn(10_000, OPTIONS, generator=generator)
        won += torch.bincount((familiarity + noise).argmax(1), minlength=OPTIONS)
    return (won / count).double()


@pytest.mark.parametrize(("strength", "reach"), [(0.7, 0.5), (2.0, 0.3), (4.0, 1.0)])
def test_agrees_with_a_simulated_competition(strength, reach):
    """Chi-square of won competitions, rare options pooled."""
    count = 100_000
    half = probabilities(strength, reach)
    whole = torch.cat([half, half[1:-1].flip(0)])
    won, expected = competition(strength, reach, count).numpy() * count, whole.numpy() * count
    common = expected >= 20
    observed = np.append(won[common], won[~common].sum())
    wanted = np.append(expected[common], expected[~common].sum())
    observed, wanted = observed[wanted > 5], wanted[wanted > 5]
    score = ((observed - wanted) ** 2 / wanted).sum()
    assert stats.chi2.sf(score, len(wanted) - 1) > 1e-3


def test_probabilities_are_the_published_integral():
    """Each option by scipy's normal law on a fine grid of z, product over all the others."""
    strength, reach = 2.5, 0.4
    step = np.arange(OPTIONS)
    mean = strength * np.exp(-np.minimum(step, OPTIONS - step) * (2 * np.pi / OPTIONS) / reach)
    z = np.linspace(-2, 9, 1201)
    below = stats.norm.logcdf(z - mean[:, None])
    for option in (0, 3, 40, 180):
        others = below.sum(0) - below[option]
        theirs = np.trapezoid(np.exp(others) * stats.norm.pdf(z - mean[option]), z)
        assert float(probabilities(strength, reach)[option]) == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize(("strength", "reach"), [(0.02, 0.5), (1.0, 0.03), (3.0, 6.0), (25.0, 0.03), (25.0, 6.0)])
def test_probabilities_sum_to_one(strength, reach):
    half = probabilities(strength, reach)
    assert float(2 * half.sum() - half[0] - half[-1]) == pytest.approx(1, abs=0.03)  # of the quadrature, before scaling
    table = density(strength, reach)
    assert float((2 * table.sum() - table[0] - table[-1]) * math.pi / (len(table) - 1)) == pytest.approx(1)


def test_without_memory_everything_is_guessed():
    np.testing.assert_allclose(density(0.0, 0.5), 1 / (2 * np.pi), rtol=1e-9)


def test_stronger_memories_are_more_precise():
    spread = [emission_of(density(one, 0.5)).sd for one in (0.3, 1.0, 2.0, 4.0, 12.0)]
    assert spread == sorted(spread, reverse=True)


def test_recovers_what_was_planted(simulated, planted):
    _, numbers = planted("confusability")
    model = fit(TCC, simulated("confusability", 6000)).model
    spread = model.draws.std(0)
    assert bool(((model.estimate - numbers).abs() < 3.5 * spread).all())
    assert float(spread[:4].max()) < 0.15


def test_a_search_without_slopes_ends_no_higher_on_published_data(published):
    trials = published("zhang_luck_2008_relative", 8)
    model = fit(TCC, trials).model
    theory = model.theory
    assert isinstance(theory, Confusability)
    strengths = len(theory.set_sizes) + 1

    def cost(point):
        numbers = model.estimate.clone()
        numbers[:strengths] = torch.tensor(point)
        return -float(theory.mixture(numbers).log_prob(trials).sum())

    first = np.append(np.full(len(theory.set_sizes), 1.0), math.log(0.8))
    best = optimize.minimize(cost, first, method="Nelder-Mead", options={"maxfev": 300})
    assert -best.fun == pytest.approx(float(model.log_prob(trials).sum()), abs=1)
    assert -best.fun <= float(model.log_prob(trials).sum()) + 0.05
