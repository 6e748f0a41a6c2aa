"""The neural population model against simulated spikes, against the random walk's own integral, and on simulations."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, special

from models.behaviour.classics.neural_population import NeuralPopulation
from models.behaviour.classics.precision_grid import precision_grid
from models.behaviour.classics.spike_resultants import (
    LEAST_TUNING,
    MOST_SPIKES,
    MOST_TUNING,
    TUNINGS,
    concentration_weights,
    resultant_table,
)
from models.behaviour.classics.tabulated import emission_of
from models.behaviour.emissions import VonMises, von_mises
from models.behaviour.fitting import FitConfig, fit

NEURAL = FitConfig(model="neural_population")


def decoded(kappa, gain):
    """The law of the decoded error."""
    weights = concentration_weights(*torch.tensor([math.log(kappa), math.log(gain)]).double())
    return emission_of(precision_grid().density(weights[None])[:, 0])


def spikes_decoded(kappa, gain, count, seed=0):
    """Poisson spikes whose preferred values are von Mises around 0; decoded is their circular mean."""
    generator = torch.Generator().manual_seed(seed)
    number = torch.poisson(torch.full((count,), float(gain)), generator=generator).long()
    trial = torch.arange(count).repeat_interleave(number)
    preferred = von_mises.sample(torch.full((len(trial),), float(kappa)).double(), generator)
    cosine = torch.zeros(count).double().index_add_(0, trial, preferred.cos())
    sine = torch.zeros(count).double().index_add_(0, trial, preferred.sin())
    anywhere = (2 * torch.rand(count, generator=generator).double() - 1) * math.pi
    return torch.where(number > 0, torch.atan2(sine, cosine), anywhere)


@pytest.mark.parametrize(("kappa", "gain"), [(0.5, 5), (2, 3), (3, 20), (20, 2), (50, 8), (1, 60)])
def test_agrees_with_simulated_spikes(kappa, gain):
    error = spikes_decoded(kappa, gain, min(30_000, 300_000 // gain))
    law = decoded(kappa, gain).harmonics(16)
    for order in (1, 2, 4, 8, 16):
        wave = (order * error).cos()
        assert abs(float(wave.mean() - law[order - 1])) < 4 * float(wave.std()) / math.sqrt(len(error)) + 1e-4


def tuning_at(place):
    return LEAST_TUNING * (MOST_TUNING / LEAST_TUNING) ** (place / (TUNINGS - 1))


@pytest.mark.parametrize("place", [10, 30, 45])
def test_one_spike_is_the_tuning_curve(place):
    law = emission_of(precision_grid().density(resultant_table()[place, 1:2])[:, 0])
    error = torch.linspace(-math.pi, math.pi, 181).double()
    theirs = VonMises(tuning_at(place)).log_density(error).exp()
    np.testing.assert_allclose(law.log_density(error).exp(), theirs, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("spikes", [4, 6])
def test_the_walk_is_kluyver_s_integral(spikes):
    """E cos of the decoded error from ``psi(R) = R integral J0(R t) J0(t)^s t dt`` (Kluyver 1905)."""
    place = 25
    kappa = tuning_at(place)
    step = np.linspace(0, 200, 50_001)
    walk = special.j0(step) ** spikes * step

    def density(length):
        return length * integrate.simpson(special.j0(length * step) * walk, x=step)

    length = np.linspace(0, spikes, 161)
    weight = np.array([density(one) for one in length]) * special.i0(kappa * length) / special.i0(kappa) ** spikes
    assert integrate.simpson(weight, x=length) == pytest.approx(1, abs=5e-3)
    ratio = special.i1e(kappa * length) / special.i0e(kappa * length)
    mine = float(precision_grid().length @ resultant_table()[place, spikes])
    assert mine == pytest.approx(integrate.simpson(weight * ratio, x=length), abs=2e-3)


def test_without_spikes_everything_is_guessed():
    np.testing.assert_allclose(
        decoded(3.0, 1e-6).log_density(torch.linspace(-3, 3, 9).double()).exp(), 1 / (2 * np.pi), rtol=1e-4
    )


def test_with_many_spikes_noise_is_von_mises_by_their_information():
    """Many spikes: the sum of their Fisher informations, nearly constant."""
    law = decoded(2.0, 80.0)
    information = 80 * 2.0 * special.i1e(2.0) / special.i0e(2.0)
    assert law.sd == pytest.approx(VonMises(information).sd, rel=0.02)


def test_spikes_are_shared_by_the_items():
    """Twice the items with twice the gain leave each item as it was."""
    first = NeuralPopulation([2]).emission(torch.tensor([math.log(3.0), 0.7, -2.0]).double(), 2)
    later = NeuralPopulation([1, 4]).emission(torch.tensor([math.log(12.0), 0.7, -2.0]).double(), 4)
    np.testing.assert_allclose(first.harmonics(20), later.harmonics(20), atol=1e-9)


def test_weights_sum_to_one_and_densities_are_positive():
    table = resultant_table()
    assert table.shape[:2] == (TUNINGS, MOST_SPIKES + 1)
    for place in (0, 20, 50):
        assert float((precision_grid().table @ table[place, 2:40].T).min()) > -1e-9
    np.testing.assert_allclose(table.sum(2), 1, atol=1e-6)


def test_recovers_what_was_planted(simulated, planted):
    _, numbers = planted("neural_population")
    model = fit(NEURAL, simulated("neural_population", 6000)).model
    spread = model.draws.std(0)
    assert bool(((model.estimate - numbers).abs() < 3.5 * spread).all())
    assert float(spread[:2].max()) < 0.15


def test_a_search_without_slopes_ends_no_higher_on_published_data(published):
    trials = published("wilken_ma_2004_relative", 4)
    model = fit(NEURAL, trials).model
    theory = model.theory

    def cost(point):
        numbers = model.estimate.clone()
        numbers[:2] = torch.tensor(np.clip(point, *np.array(theory.limits[:2]).T))
        return -float(theory.mixture(numbers).log_prob(trials).sum())

    best = optimize.minimize(cost, [2.5, 1.5], method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3})
    assert -best.fun <= float(model.log_prob(trials).sum()) + 0.05
    np.testing.assert_allclose(best.x, model.estimate[:2], atol=0.02)
