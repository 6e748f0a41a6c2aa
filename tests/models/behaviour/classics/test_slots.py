"""Slots and slots with averaging against mixtur's likelihoods and starts, at their limits, and on simulations."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, special

from models.behaviour.classics.slots import Slots, SlotsAveraging
from models.behaviour.emissions import VonMises, VonMisesMixture
from models.behaviour.fitting import FitConfig, fit


def von_mises(error, kappa):
    return np.exp(kappa * (np.cos(error) - 1)) / (2 * np.pi * special.i0e(kappa))


def slots_density(error, size, capacity, kappa):
    kept = np.minimum(capacity / size, 1)
    return kept * von_mises(error, kappa) + (1 - kept) / (2 * np.pi)


def averaging_density(error, size, capacity, kappa):
    whole = capacity // size
    more = (capacity % size) / size
    shared = more * von_mises(error, kappa * (whole + 1)) + (1 - more) * von_mises(error, kappa * whole)
    kept = capacity / size
    return np.where(size <= capacity, shared, kept * von_mises(error, kappa) + (1 - kept) / (2 * np.pi))


DENSITIES = {"slots": slots_density, "slots_averaging": averaging_density}


def independent_fit(density, error, size):
    """Nelder-Mead over (K, kappa) from mixtur's twelve starts; (K, kappa, log-likelihood)."""

    def cost(point):
        return 1e10 if min(point) <= 1e-3 else -np.log(density(error, size, *point)).sum()

    runs = [
        optimize.minimize(cost, [capacity, kappa], method="Nelder-Mead")
        for capacity in (1, 2, 3, 4)
        for kappa in (1, 10, 100)
    ]
    best = min(runs, key=lambda run: run.fun)
    return *best.x, -best.fun


@pytest.mark.parametrize("name", ["slots", "slots_averaging"])
@pytest.mark.parametrize("data", ["zhang_luck_2008_relative", "bays_2009"])
def test_agrees_with_an_independent_fit_of_published_data(published, name, data):
    trials = published(data, 3)
    model = fit(FitConfig(model=name), trials).model
    error, size = trials.error[:, 0].numpy(), trials.set_size.numpy()
    capacity, kappa, likelihood = independent_fit(DENSITIES[name], error, size)
    assert float(model.estimate[0]) == pytest.approx(capacity, abs=0.01)
    assert math.exp(float(model.estimate[1])) == pytest.approx(kappa, rel=0.01)
    assert float(model.log_prob(trials).sum()) >= likelihood - 0.01


@pytest.mark.parametrize("name", ["slots", "slots_averaging"])
def test_recovers_what_was_planted(simulated, planted, name):
    _, numbers = planted(name)
    model = fit(FitConfig(model=name), simulated(name, 6000)).model
    capacity = model.draws[:, 0]
    assert float(model.estimate[0]) == pytest.approx(float(numbers[0]), abs=3.5 * float(capacity.std()))
    assert float(model.estimate[1]) == pytest.approx(float(numbers[1]), abs=3.5 * float(model.draws[:, 1].std()))
    assert float(capacity.std()) < 0.1


def test_with_a_slot_for_every_item_nobody_guesses(displays):
    shown = displays(30)
    for theory in (Slots([1, 2, 4]), SlotsAveraging([1, 2, 4])):
        weights = theory.mixture(torch.tensor([4.0, 2.0]).double()).weights(shown)
        assert bool((weights[:, 0] == 0).all())
        assert bool((weights[:, 1] == 1).all())


def test_guess_rate_is_the_share_without_a_slot(displays):
    shown = displays(30)
    weights = Slots([1, 2, 4]).mixture(torch.tensor([3.0, 2.0]).double()).weights(shown)
    np.testing.assert_allclose(weights[:, 0], np.where(shown.set_size == 4, 0.25, 0), atol=1e-12)


def test_slots_of_one_item_are_averaged():
    mixture = SlotsAveraging([1, 2, 4]).mixture(torch.tensor([3.0, math.log(5.0)]).double())
    assert mixture.emissions[1].concentration == pytest.approx(15)
    assert isinstance(mixture.emissions[2], VonMisesMixture)
    assert mixture.emissions[2].concentrations == pytest.approx((5, 10))
    assert mixture.emissions[2].probabilities == pytest.approx((0.5, 0.5))
    assert isinstance(mixture.emissions[4], VonMises)


def test_with_one_set_size_capacity_is_the_guess_rate(simulated):
    """K / N kept items: the two-component model in other words."""
    trials = simulated("two_component", 1500, sizes=(4,))
    slots, two = (fit(FitConfig(model=name), trials).model for name in ("slots", "two_component"))
    np.testing.assert_allclose(slots.log_prob(trials), two.log_prob(trials), atol=2e-3)
