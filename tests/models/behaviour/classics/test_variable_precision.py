"""Variable precision against integrals by scipy's gamma law, at its limits, on published data and on simulations."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, special, stats

from models.behaviour.classics.precision_grid import precision_grid
from models.behaviour.classics.tabulated import emission_of
from models.behaviour.classics.theory import Hint
from models.behaviour.classics.variable_precision import MOST_SHAPE, VariablePrecision, grid_weights
from models.behaviour.emissions import VonMises
from models.behaviour.fitting import FitConfig, fit

_KAPPAS = np.concatenate([[0], np.geomspace(1e-4, 1e6, 20_000)])
_INFORMATION = _KAPPAS * special.i1e(_KAPPAS) / special.i0e(_KAPPAS)


def independent_density(error, mean, scale, quantiles=1000):
    """Equally likely values of J by the gamma law's quantiles, kappa by looking J up in a long table."""
    levels = (np.arange(quantiles) + 0.5) / quantiles
    kappa = np.interp(stats.gamma.ppf(levels, mean / scale, scale=scale), _INFORMATION, _KAPPAS)
    gap = 1 - np.cos(np.asarray(error))[..., None]
    return (np.exp(-kappa * gap) / (2 * np.pi * special.i0e(kappa))).mean(-1)


@pytest.mark.parametrize("mean", [0.3, 3.0, 30.0, 100.0])
@pytest.mark.parametrize("shape", [0.05, 0.4, 2.0, 40.0])
def test_the_grid_is_the_integral_over_the_gamma_law(mean, shape):
    error = np.linspace(-np.pi, np.pi, 91)
    weights = grid_weights(*torch.tensor([[math.log(mean)], [math.log(shape)]]).double())
    mine = emission_of(precision_grid().density(weights)[:, 0]).log_density(torch.tensor(error)).exp()
    theirs = independent_density(error, mean, mean / shape, 20_000)
    np.testing.assert_allclose(mine, theirs, rtol=6e-3, atol=1e-6)


def test_constant_precision_is_von_mises():
    """At the largest shape J hardly varies, and kappa(J) is the concentration."""
    for kappa in (2.0, 10.0, 80.0):
        mean = kappa * special.i1e(kappa) / special.i0e(kappa)
        weights = grid_weights(*torch.tensor([[math.log(mean)], [math.log(MOST_SHAPE)]]).double())
        error = torch.linspace(-2.5 / math.sqrt(kappa), 2.5 / math.sqrt(kappa), 51).double()
        mine = emission_of(precision_grid().density(weights)[:, 0]).log_density(error)
        np.testing.assert_allclose(mine, VonMises(kappa).log_density(error), atol=0.012)


def test_agrees_with_an_independent_fit_of_published_data(published):
    trials = published("wilken_ma_2004_relative", 4)
    model = fit(FitConfig(model="variable_precision"), trials).model
    error, size = trials.error[:, 0].numpy(), trials.set_size.numpy()

    def cost(point):
        first, exponent, scale = np.exp(point[0]), point[1], np.exp(point[2])
        density = [independent_density(error[size == n], first * n**-exponent, scale, 150) for n in trials.set_sizes]
        return -np.log(np.concatenate(density)).sum()

    best = optimize.minimize(cost, [3.0, 1.0, 2.0], method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3})
    shown = {row.shown.name: row.shown.value for row in model.parameters() if row.set_size is None}
    assert math.log(shown["mean_precision"]) == pytest.approx(best.x[0], abs=0.03)
    assert shown["exponent"] == pytest.approx(best.x[1], abs=0.02)
    assert math.log(shown["precision_scale"]) == pytest.approx(best.x[2], abs=0.05)
    assert float(model.log_prob(trials).sum()) >= -best.fun - 0.5


def test_with_swaps_agrees_with_an_independent_fit_of_published_data(published):
    """Mean and scale of precision, shares of swaps and guesses of four items, by a search without slopes."""
    trials = published("bays_2009", 4).of_set_size(4)
    model = fit(FitConfig(model="variable_precision_swaps"), trials).model
    error = trials.error[:, :4].numpy()

    def cost(point):
        weights = special.softmax([0.0, point[2], point[3]])
        each = independent_density(error, np.exp(point[0]), np.exp(point[1]), 100)
        density = weights[0] * each[:, 0] + weights[1] * each[:, 1:].mean(1) + weights[2] / (2 * np.pi)
        return -np.log(density).sum()

    options = {"xatol": 1e-3, "fatol": 1e-3, "maxiter": 600}
    best = optimize.minimize(cost, [2.0, 1.0, -1.5, -1.5], method="Nelder-Mead", options=options)
    assert float(model.log_prob(trials).sum()) == pytest.approx(-best.fun, abs=0.5)
    shares = model.weights(trials.displays).mean(0)
    found = [float(shares[0]), float(shares[1]), float(shares[2:].sum())]
    assert found == pytest.approx(special.softmax([0.0, *best.x[2:]])[[2, 0, 1]], abs=0.02)


@pytest.mark.parametrize("name", ["variable_precision", "variable_precision_swaps"])
def test_recovers_what_was_planted(simulated, planted, name):
    theory, numbers = planted(name)
    model = fit(FitConfig(model=name), simulated(name, 6000)).model
    spread = model.draws.std(0)
    assert bool(((model.estimate - numbers).abs() < 3.5 * spread).all())
    precise = ("log_mean", "exponent") if name == "variable_precision_swaps" else ("log_mean", "exponent", "log_shape")
    assert all(float(theory.at(spread, one)) < 0.15 for one in precise)


def test_parameters_are_the_published_ones(planted):
    """Whatever the smallest set size, J1 is the mean for one item and tau the same for all."""
    theory = VariablePrecision([2, 4, 8])
    numbers = torch.tensor(theory.vector({("log_mean", None): 2.0, ("log_shape", None): 0.5, ("exponent", None): 1.5}))
    shown = {row.shown.name: row.shown.value for row in theory.shown(numbers) if row.set_size is None}
    assert shown["mean_precision"] == pytest.approx(math.exp(2.0) * 2**1.5)
    assert shown["precision_scale"] == pytest.approx(math.exp(1.5))
    error = np.linspace(-3, 3, 41)
    for size in (2, 4, 8):
        theirs = independent_density(error, shown["mean_precision"] * size**-1.5, shown["precision_scale"], 20_000)
        mine = theory.emission(numbers, size).log_density(torch.tensor(error)).exp()
        np.testing.assert_allclose(mine, theirs, rtol=4e-3)


def test_with_swaps_and_constant_precision_it_is_the_three_component_mixture(simulated):
    """Three-component data: the shape goes up until precision is as good as constant, and so does the fit."""
    trials = simulated("two_component", 1200, sizes=(2,))
    swaps, three = (
        fit(FitConfig(model=name), trials).model for name in ("variable_precision_swaps", "three_component")
    )
    assert float(swaps.log_prob(trials).sum()) >= float(three.log_prob(trials).sum()) - 0.2


def test_one_set_size_has_no_exponent(simulated):
    model = fit(FitConfig(model="variable_precision"), simulated("variable_precision", 400, sizes=(4,))).model
    assert model.parameter_count == 2
    assert [row.shown.name for row in model.parameters()] == ["mean_precision", "precision_scale", "sd"]


def test_starts_are_inside_their_limits():
    theory = VariablePrecision([1, 8])
    for hint in (Hint(1e5, -30.0, -30.0), Hint(0.0, 30.0, 30.0)):
        for one in theory.starts({1: hint, 8: hint}):
            assert all(low <= value <= high for value, (low, high) in zip(one.vector, theory.limits, strict=True))
