"""The interference model against bmm's weights and an independent fit, and at its limits."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, special

from models.behaviour.classics.interference import Interference
from models.behaviour.config import CannotFit
from models.behaviour.emissions import VonMises
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials

INTERFERENCE = FitConfig(model="interference")


def bmm_weights(displays, c, a, s):
    """Softmax of bmm's ``theta``: 0 for the background, ``log(exp(c - exp(s) d) + exp(a))`` for the items.

    c by set size, or one for all.
    """
    c = np.array([c[size] if isinstance(c, dict) else c for size in displays.set_size.tolist()])[:, None]
    distance = displays.probe_distance.abs().nan_to_num().numpy()
    theta = np.log(np.exp(c - np.exp(s) * distance) + np.exp(a))
    theta = np.where(displays.present, theta, -np.inf)
    return special.softmax(np.concatenate([np.zeros((len(theta), 1)), theta], 1), axis=1)


@pytest.mark.parametrize(("c", "a", "s"), [(2.5, -0.5, 0.6), (4.0, 1.0, -1.0), (0.0, -8.0, 2.0)])
def test_weights_are_those_of_bmm(displays, c, a, s):
    shown = displays(60)
    mixture = Interference([1, 2, 4]).mixture(torch.tensor([a, s, c, c, c, 2.0, 2.0, 2.0]).double())
    np.testing.assert_allclose(mixture.weights(shown), bmm_weights(shown, c, a, s), atol=1e-5)


def independent_log_likelihood(trials, c, a, s, kappa):
    weights = bmm_weights(trials.displays, c, a, s)
    error = trials.error.nan_to_num().numpy()
    own = np.array([kappa[size] for size in trials.set_size.tolist()])[:, None]
    noise = np.exp(own * (np.cos(error) - 1)) / (2 * np.pi * special.i0e(own))
    return np.log((weights[:, 1:] * noise).sum(1) + weights[:, 0] / (2 * np.pi)).sum()


@pytest.mark.parametrize("name", ["oberauer_lin_2017_e2", "bays_2009"])
def test_agrees_with_an_independent_fit_of_published_data(published, name):
    """A search of a, s and a shift of all c from elsewhere, without slopes, ends no higher and at the same place."""
    trials = published(name, 2)
    model = fit(INTERFERENCE, trials).model
    kappa = {size: model.emissions[size].concentration for size in model.set_sizes}
    cued = {size: float(model.theory.at(model.estimate, "c", size)) for size in model.set_sizes}

    def cost(point):
        a, s, shift = point
        c = {size: value + shift for size, value in cued.items()}
        return -independent_log_likelihood(trials, c, a, s, kappa)

    found = np.append(model.estimate[:2], 0.0)
    assert float(model.log_prob(trials).sum()) == pytest.approx(-cost(found), abs=0.02)
    options = {"xatol": 1e-4, "fatol": 1e-4}
    limits = [(-8, 4), (-2, 4), (-2, 2)]
    best = optimize.minimize(cost, [-1.0, 1.0, 0.3], method="Nelder-Mead", bounds=limits, options=options)
    assert -best.fun <= float(model.log_prob(trials).sum()) + 0.02
    np.testing.assert_allclose(best.x, found, atol=0.02)


def test_finds_the_known_fall_of_swaps_with_distance(published):
    """Oberauer & Lin's own data: near neighbours of the cue are reported more often, beyond doubt."""
    trials = published("oberauer_lin_2017_e2")
    model = fit(INTERFERENCE, trials).model
    flat = model.estimate.clone()
    flat[1] = 5.0  # no fall: all neighbours alike, the nearest being 28 degrees away
    assert float((model.log_prob(trials) - model.theory.mixture(flat).log_prob(trials)).sum()) > 10
    gradient = next(row.shown for row in model.parameters() if row.shown.name == "gradient")
    assert gradient.high < 20
    curve = model.swap_estimates()[0]
    assert bool((curve.mean.diff() <= 1e-12).all())


def test_recovers_what_was_planted(simulated, planted):
    _, numbers = planted("interference")
    model = fit(INTERFERENCE, simulated("interference", 6000)).model
    spread = model.draws.std(0)
    assert bool(((model.estimate - numbers).abs() < 3.5 * spread).all())
    assert float(spread.max()) < 0.4


def test_an_infinitely_steep_gradient_is_a_three_component_mixture(displays):
    """The limit abc: all non-targets alike, as far as probe values differ."""
    shown = displays(120)
    far = (shown.probe_distance[:, 1:].abs().nan_to_num(nan=9) > 0.1).all(1)
    shown = shown.select(far)
    c, a = 2.0, -0.5
    mixture = Interference([1, 2, 4]).mixture(torch.tensor([a, 5.0, c, c, c, 2.0, 2.0, 2.0]).double())
    target = np.logaddexp(c, a)
    flat = SizeParameters(VonMises(math.exp(2.0)), -target, Constant(a - target))
    np.testing.assert_allclose(
        mixture.weights(shown), FixedMixture(dict.fromkeys((1, 2, 4), flat)).weights(shown), atol=1e-5
    )


def test_without_general_activation_log_odds_fall_in_a_straight_line():
    """The limit bsc: log-odds ``-e^s d``."""
    theory = Interference([3])
    curve = theory.shape(torch.tensor([-14.0, 0.2, 3.0, 2.0]).double(), 3)
    np.testing.assert_allclose(curve.log_odds, -math.exp(0.2) * curve.distance, atol=1e-4)


def test_needs_probe_values_and_second_items(displays):
    shown = displays(30)
    blind = Displays(shown.report, torch.full_like(shown.probe, math.nan), shown.set_size)
    with pytest.raises(CannotFit, match=r"interference model cannot be fitted.* fit a model that needs none"):
        fit(INTERFERENCE, Trials.build(blind, torch.zeros(30)))
    single = displays(30, (1,))
    with pytest.raises(CannotFit, match="fit the two-component mixture"):
        fit(INTERFERENCE, Trials.build(single, torch.zeros(30)))
