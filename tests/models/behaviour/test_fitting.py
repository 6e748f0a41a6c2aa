"""Fits of BNS: recovery, calibration, determinism, and data that are awkward."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.fitting import CannotFit, FitConfig, fit
from models.displays import Displays
from models.progress import Interrupted
from models.trials import Trials, concatenate

BNS_FIT = FitConfig()


@pytest.fixture(scope="module")
def trials(planted_2000):
    return planted_2000


@pytest.fixture(scope="module")
def fitted(planted_fit):
    return planted_fit


def test_held_out_likelihood_is_near_the_truth(planted, fitted):
    fresh = planted.trials(1000, 10_000)
    assert fitted.convergence.converged
    lost = planted.model().log_prob(fresh).mean() - fitted.model.log_prob(fresh).mean()
    assert float(lost) < 0.005


def test_bands_cover_a_planted_swap_function(planted):
    """5,000 trials, several seeds: at least 90 % of the observed grid lies within the 95 % band."""
    covered, errors = [], []
    for seed in range(3):
        (curve,) = fit(BNS_FIT, planted.trials(100 + seed, 5000)).model.swap_estimates()
        seen = curve.grid[0] >= math.pi / 6
        truth = planted.log_odds(curve.grid[0])[seen]
        gap = truth - curve.mean[seen]
        covered.append(float(((truth > curve.low[seen]) & (truth < curve.high[seen])).double().mean()))
        errors.append(float(gap.square().mean().sqrt()))
    assert np.mean(covered) >= 0.90
    assert max(errors) < 0.5


def test_the_same_trials_give_the_same_fit(trials, fitted):
    again = fit(BNS_FIT, trials)
    assert torch.equal(again.model.log_prob(trials), fitted.model.log_prob(trials))
    assert again.convergence.curve == fitted.convergence.curve


def test_bound_rises_and_is_reported(planted):
    heard = []
    fit(BNS_FIT, planted.trials(3, 300), report=heard.append)
    points = [progress.point for progress in heard if progress.point]
    assert points
    assert {"step", "bound"} == set(points[0])
    assert heard[-1].fraction == 1
    assert all(0 <= progress.fraction <= 1 for progress in heard)


def test_interruption_passes_through(planted):
    def stop(progress):
        raise Interrupted

    with pytest.raises(Interrupted):
        fit(BNS_FIT, planted.trials(3, 300), report=stop)


def test_a_fit_that_did_not_converge_says_so(planted):
    short = fit(FitConfig(max_steps=3), planted.trials(3, 300))
    assert not short.convergence.converged
    assert "3 steps" in short.convergence.reason


def test_weights_and_densities_are_probabilities(trials, fitted):
    displays = trials.displays.select(torch.arange(40))
    weights = fitted.model.weights(displays)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)
    angles = torch.linspace(-math.pi, math.pi, 721, dtype=torch.float64)[:-1]
    np.testing.assert_allclose(fitted.model.density(displays, angles).sum(1) * 2 * math.pi / 720, 1, atol=1e-9)
    some = trials.select(torch.arange(40))
    np.testing.assert_allclose(
        fitted.model.density(displays, some.response).diagonal().log(), fitted.model.log_prob(some), atol=1e-9
    )
    np.testing.assert_allclose(fitted.model.responsibilities(some).sum(1), 1, atol=1e-12)


def test_order_of_non_targets_does_not_matter(trials, fitted):
    displays = trials.displays.select(torch.arange(40))
    swapped = Displays(displays.report[:, [0, 2, 1]], displays.probe[:, [0, 2, 1]], displays.set_size)
    np.testing.assert_allclose(
        fitted.model.weights(swapped)[:, [0, 1, 3, 2]], fitted.model.weights(displays), atol=1e-12
    )


def test_samples_follow_the_weights(trials, fitted):
    count = 20_000
    one = trials.displays.select(torch.zeros(count, dtype=torch.int64))
    response = fitted.model.sample(one, torch.Generator().manual_seed(0))
    edges = torch.linspace(-math.pi, math.pi, 41, dtype=torch.float64)
    centres = torch.linspace(-math.pi, math.pi, 4001, dtype=torch.float64)[:-1] + math.pi / 4000
    expected = fitted.model.density(one.select(torch.arange(1)), centres)[0].reshape(40, 100).mean(1) * 2 * math.pi / 40
    observed = torch.histogram(response, edges)[0] / count
    noise = (expected * (1 - expected) / count).sqrt()
    assert ((observed - expected).abs() < 4.5 * noise + 1e-4).all()


def several_sizes(planted, count):
    parts = [planted.trials(20 + size, count, set_size=size) for size in (2, 3)]
    single = planted.trials(30, count, set_size=2)
    first = Displays(single.report[:, :1], single.probe[:, :1], torch.ones(count, dtype=torch.int64))
    near = single.error[:, 0].abs() < 1
    return concatenate([Trials.build(first, single.response).select(near), *parts])


@pytest.mark.parametrize("shared", [False, True])
def test_set_sizes_share_or_not(planted, shared):
    trials = several_sizes(planted, 400)
    model = fit(FitConfig(swap_function_shared=shared), trials).model
    assert model.set_sizes == [1, 2, 3]
    assert len(model.blocks) == (2 if shared else 3)
    weights = model.weights(trials.displays)
    assert (weights[trials.set_size == 1][:, 2:] == 0).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)
    with pytest.raises(ValueError, match="set size 5"):
        model.weights(planted.trials(1, 3, set_size=5).displays)


def test_only_set_size_one(planted):
    trials = several_sizes(planted, 150).of_set_size(1)
    fitted = fit(BNS_FIT, trials)
    assert fitted.model.blocks[0].parts == ()
    assert fitted.model.swap_estimates() == []
    assert fitted.model.log_prob(trials).isfinite().all()
    assert fitted.model.draw(torch.Generator().manual_seed(0)).sizes[1].swap is None


def test_twenty_trials(planted):
    fitted = fit(BNS_FIT, planted.trials(1, 20))
    assert fitted.convergence.converged
    (curve,) = fitted.model.swap_estimates()
    assert curve.low.isfinite().all()
    assert float((curve.high - curve.mean).min()) > 1.96 * 0.3


def test_no_uniform_component(planted):
    trials = planted.trials(2, 300)
    model = fit(FitConfig(uniform=False), trials).model
    assert (model.weights(trials.displays)[:, 0] == 0).all()
    assert model.log_prob(trials).isfinite().all()


@pytest.mark.parametrize("width", [0.0, 1e-4])
def test_responses_that_copy_the_target(planted, width):
    trials = planted.trials(2, 100)
    copied = Trials.build(trials.displays, trials.report[:, 0] + width)
    for uniform in (True, False):
        model = fit(FitConfig(uniform=uniform), copied).model
        assert model.log_prob(copied).isfinite().all()
        assert model.log_prob(trials).isfinite().all()


def test_non_targets_at_the_cued_place(planted):
    trials = planted.trials(2, 200)
    together = Displays(trials.report, torch.zeros_like(trials.probe), trials.set_size)
    model = fit(BNS_FIT, Trials.build(together, trials.response)).model
    assert model.weights(together).isfinite().all()


def test_missing_probe_values_are_named(planted):
    trials = planted.trials(2, 60)
    probe = trials.probe.clone()
    probe[4:10, 1] = math.nan
    blind = Trials.build(Displays(trials.report, probe, trials.set_size), trials.response)
    with pytest.raises(CannotFit, match=r"6 of 60 trials .* three-component"):
        fit(BNS_FIT, blind)


def test_nothing_to_fit(planted):
    with pytest.raises(CannotFit, match="no trials"):
        fit(BNS_FIT, planted.trials(2, 10).select(torch.arange(0)))


def test_config_refuses_what_it_does_not_know():
    assert FitConfig.from_json(BNS_FIT.to_json()) == BNS_FIT
    with pytest.raises(ValueError, match="colour"):
        FitConfig.from_json({"colour": 1})
    with pytest.raises(ValueError, match="model must be one of"):
        FitConfig(model="fourth_component")
    with pytest.raises(ValueError, match="emission"):
        FitConfig(emission="cauchy")
