"""The two-component mixture against mixtur's way of fitting it, and against its own simulations."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, special

from models.behaviour.expectation_maximisation import expectation_maximisation
from models.behaviour.fitting import FitConfig, fit
from models.displays import Displays
from models.trials import Trials

TWO = FitConfig(model="two_component")


def independent_fit(error):
    """Nelder-Mead over kappa and guess rate from mixtur's nine starts; (kappa, guess rate, log-likelihood)."""

    def cost(point):
        kappa, guess = point
        if kappa < 0 or not 0 <= guess <= 1:
            return 1e10
        noise = np.exp(kappa * (np.cos(error) - 1)) / (2 * np.pi * special.i0e(kappa))
        return -np.log((1 - guess) * noise + guess / (2 * np.pi)).sum()

    runs = [
        optimize.minimize(cost, [kappa, guess], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8})
        for kappa in (1, 10, 100)
        for guess in (0.01, 0.1, 0.4)
    ]
    best = min(runs, key=lambda run: run.fun)
    return *best.x, -best.fun


@pytest.mark.parametrize("name", ["zhang_luck_2008_relative", "wilken_ma_2004_relative"])
def test_agrees_with_an_independent_fit_of_published_data(published, name):
    trials = published(name)
    model = fit(TWO, trials).model
    shown = {(row.shown.name, row.set_size): row.shown for row in model.parameters()}
    for size in trials.set_sizes:
        part = trials.of_set_size(size)
        kappa, guess, likelihood = independent_fit(part.error[:, 0].numpy())
        assert shown["concentration", size].value == pytest.approx(kappa, rel=0.01)
        assert shown["guess_rate", size].value == pytest.approx(guess, abs=0.003)
        assert shown["guess_rate", size].low <= guess <= shown["guess_rate", size].high
        assert float(model.log_prob(part).sum()) >= likelihood - 0.01


def test_recovers_what_was_planted(simulated, planted):
    _, numbers = planted("two_component")
    model = fit(TWO, simulated("two_component", 6000)).model
    spread = model.draws.std(0)
    assert bool(((model.estimate - numbers).abs() < 3.5 * spread).all())
    assert float(spread.max()) < 0.25


def test_intervals_are_as_wide_as_the_inverse_information(simulated):
    """With plenty of data the posterior is the normal law of the likelihood's curvature."""
    trials = simulated("two_component", 3000, sizes=(1,))
    draws = fit(TWO, trials).model.draws
    run = expectation_maximisation(trials, True, 5000, 1e-12)
    rate = draws[:, 1].sigmoid()
    assert float(draws[:, 0].std()) == pytest.approx(math.sqrt(float(run.estimate.covariance[2, 2])), rel=0.2)
    assert float(rate.std()) == pytest.approx(math.sqrt(float(run.estimate.covariance[1, 1])), rel=0.2)


def test_non_targets_are_not_looked_at(simulated):
    trials = simulated("two_component", 300)
    errors = Displays(torch.zeros(300, 1).double(), torch.zeros(300, 1).double(), torch.ones(300).long())
    alone = Trials.build(errors, trials.error[:, 0])
    moved = trials.displays.report.clone()
    moved[:, 1:] = -moved[:, 1:]
    other = Trials.build(Displays(moved, trials.probe, trials.set_size), trials.response)
    assert torch.equal(fit(TWO, trials).model.estimate, fit(TWO, other).model.estimate)
    assert fit(TWO, alone).model.set_sizes == [1]


def test_without_guesses_it_is_a_von_mises_law(simulated):
    trials = simulated("two_component", 300, sizes=(2,))
    model = fit(FitConfig(model="two_component", uniform=False), trials).model
    length = float(trials.error[:, 0].cos().mean())
    kappa = optimize.brentq(lambda kappa: special.i1e(kappa) / special.i0e(kappa) - length, 1e-3, 1e3)
    assert model.emissions[2].concentration == pytest.approx(kappa, rel=1e-3)
    assert model.parameter_count == 1
