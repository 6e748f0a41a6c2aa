"""What people see of a fit."""

import json
import math

import numpy as np
import pytest
import torch

from models.behaviour.fitting import FitConfig, fit
from models.behaviour.result import result
from models.displays import Displays
from models.example import TRUTH, example_trials
from models.trials import Trials


@pytest.fixture(scope="module")
def trials():
    return example_trials(2)


@pytest.fixture(scope="module", params=["bns", "shared", "three_component"])
def fitted(request, trials):
    configs = {
        "bns": FitConfig(),
        "shared": FitConfig(swap_function_shared=True),
        "three_component": FitConfig(model="three_component"),
    }
    return fit(configs[request.param], trials, seed=4)


@pytest.fixture(scope="module")
def shown(fitted, trials):
    return result(fitted, trials, TRUTH)


def test_result_is_plain_json_and_repeatable(fitted, trials, shown):
    assert json.loads(json.dumps(shown, allow_nan=False)) == result(fitted, trials, TRUTH)
    assert set(shown) == {
        "model",
        "label",
        "trials",
        "set_sizes",
        "dataset_hash",
        "log_likelihood_per_trial",
        "information",
        "convergence",
        "parameters",
        "swap_functions",
        "swap_surfaces",
        "weights",
        "predictive",
        "subjects",
        "nonparametric",
        "checks",
        "precision",
        "warnings",
    }
    assert shown["convergence"]["converged"]
    assert len(shown["convergence"]["curve"]) <= 301


def test_swap_functions_have_bands_and_truth(fitted, shown):
    sizes = [entry["set_size"] for entry in shown["swap_functions"]]
    assert sizes == ([None] if fitted.config.swap_function_shared else [2, 4, 6])
    for entry in shown["swap_functions"]:
        count = len(entry["distance"])
        assert entry["distance"][0] == 0
        assert entry["distance"][-1] == pytest.approx(math.pi)
        for scale in ("log_odds", "probability"):
            low, mean, high = (np.array(entry[scale][name]) for name in ("low", "mean", "high"))
            assert low.shape == mean.shape == high.shape == (count,)
            assert (low <= mean).all()
            assert (mean <= high).all()
            assert len(entry["truth"][scale]) == count
        assert (np.array(entry["probability"]["high"]) < 1).all()
        assert sum(entry["observed"]["counts"]) > 0
        assert entry["observed"]["low"] == pytest.approx(math.pi / 4, abs=1e-3)


def test_weights_surround_the_truth(shown):
    """Intervals of 95 %: 11 free weights a fit; two misses are still likely, four are not."""
    missed = 0
    for entry in shown["weights"]:
        assert entry["uniform"]["value"] + entry["target"]["value"] + entry["swap"]["value"] == pytest.approx(1)
        for part in ("uniform", "target", "swap"):
            assert entry[part]["low"] <= entry[part]["value"] <= entry[part]["high"]
            missed += not entry[part]["low"] <= entry["truth"][part] <= entry[part]["high"]
            assert entry[part]["value"] == pytest.approx(entry["truth"][part], abs=0.05)
    assert missed <= 3


def test_predictive_is_a_density_near_the_data(trials, shown):
    assert len(shown["predictive"]) == 7
    for entry in shown["predictive"]:
        model = np.array(entry["model"])
        assert np.mean(model[:-1]) * 2 * math.pi == pytest.approx(1, abs=1e-6)
        assert np.mean(entry["observed"]) * 2 * math.pi == pytest.approx(1, abs=1e-6)
        bins = model[:-1].reshape(36, 5).mean(1)
        assert np.abs(bins - entry["observed"]).max() < 0.13
        assert (np.array(entry["low"]) <= model).all()


def test_predictive_is_the_models_mean_density(fitted, trials):
    few = trials.of_set_size(4).select(torch.arange(30))
    entry = next(e for e in result(fitted, few)["predictive"] if e["relative_to"] == "non-target")
    angles = torch.tensor(entry["angles"]).double()
    total = torch.zeros_like(angles)
    for item in (1, 2, 3):
        for m in range(30):
            one = few.displays.select(torch.tensor([m]))
            total += fitted.model.density(one, angles + one.report[0, item])[0]
    np.testing.assert_allclose(entry["model"], total / 90, atol=1e-6)


def test_warnings_speak_of_few_trials_range_and_convergence(trials):
    few = trials.of_set_size(4).select(torch.arange(30))
    said = " ".join(result(fit(FitConfig(max_steps=2), few), few)["warnings"])
    assert "did not converge" in said
    assert "only 30 trials" in said
    assert "45° to 180°" in said


def test_result_without_probe_values(trials):
    part = trials.of_set_size(4).select(torch.arange(300))
    blind = Trials.build(Displays(part.report, torch.full_like(part.probe, math.nan), part.set_size), part.response)
    shown = result(fit(FitConfig(model="three_component"), blind), blind, TRUTH)
    json.dumps(shown, allow_nan=False)
    assert shown["swap_functions"][0]["observed"]["low"] is None
    assert shown["weights"][0]["truth"] is None


def said_of(config, trials):
    shown = result(fit(config, trials), trials)
    json.dumps(shown, allow_nan=False)
    for entry in shown["predictive"]:
        assert np.mean(entry["model"][:-1]) * 2 * math.pi == pytest.approx(1, abs=1e-3)
    return " ".join(shown["warnings"])


@pytest.mark.parametrize("config", [FitConfig(), FitConfig(model="three_component")], ids=lambda one: one.model)
def test_responses_that_cannot_be_memory_are_named(config, trials):
    part = trials.of_set_size(4).select(torch.arange(200))
    items = torch.arange(200) % 4
    copies = part.report.gather(1, items[:, None])[:, 0]
    assert "copies" in said_of(config, Trials.build(part.displays, copies))
    assert "nearly the same" in said_of(config, Trials.build(part.displays, torch.full((200,), 0.7).double()))


def test_few_trials_cost_each_model_its_own(trials):
    part = trials.of_set_size(4).select(torch.arange(1))
    assert "only 1 trial; its estimates lean on the priors" in said_of(FitConfig(), part)
    assert "prior" not in said_of(FitConfig(model="three_component"), part)


def test_distances_are_said_once_for_all_set_sizes(trials):
    said = said_of(FitConfig(), trials)
    assert said.count("Non-targets were") == 1
    assert "set sizes 2, 4, 6" in said


def test_weights_are_the_mean_over_the_displays_that_were_shown(fitted, trials):
    part = trials.of_set_size(2)
    near = part.displays.probe_distance[:, 1].abs() < 1
    uneven = part.select(torch.cat([near.nonzero()[:, 0], (~near).nonzero()[:40, 0]]))
    mean = fitted.model.weights(uneven.displays).mean(0)
    (entry,) = result(fitted, uneven)["weights"]
    assert entry["uniform"]["value"] == pytest.approx(float(mean[0]), abs=1e-9)
    assert entry["target"]["value"] == pytest.approx(float(mean[1]), abs=1e-9)
    assert entry["swap"]["value"] == pytest.approx(float(mean[2]), abs=1e-9)


def test_probabilities_are_those_of_a_display_of_two_items(fitted, trials, shown):
    """Weights of two-item displays at the distances shown, by the model itself; guesses count in both."""
    entry = shown["swap_functions"][0]
    place = [30, 60, 90]
    distance = torch.tensor(entry["distance"], dtype=torch.float64)[place]
    probe = torch.stack([torch.zeros(3, dtype=torch.float64), distance], 1)
    displays = Displays(torch.zeros_like(probe), probe, torch.full((3,), 2))
    if fitted.config.swap_function_shared:  # the guesses of all set sizes, averaged, are of none of them
        expected = fitted.model.weights(displays)
        ratio = np.array(entry["probability"]["mean"])[place] / expected[:, 2].numpy()
        assert (np.abs(np.log(ratio)) < 0.1).all()
    else:
        expected = fitted.model.weights(displays)[:, 2]
        np.testing.assert_allclose(np.array(entry["probability"]["mean"])[place], expected, rtol=0.03)
    truth, odds = entry["truth"]["probability"][60], math.exp(entry["truth"]["log_odds"][60])
    assert truth < odds / (1 + odds)


def test_flat_log_odds_are_of_one_non_target_and_its_band_that_of_the_draws(trials):
    fitted = fit(FitConfig(model="three_component"), trials.of_set_size(4))
    entry = result(fitted, trials.of_set_size(4))["swap_functions"][0]
    found = fitted.model.sizes[4]
    assert entry["log_odds"]["mean"][0] == pytest.approx(math.log(found.swap / 3 / found.target))
    generator = torch.Generator().manual_seed(0)
    drawn = [fitted.model.draw(generator).sizes[4].swap.log_odds for _ in range(600)]
    half = (entry["log_odds"]["high"][0] - entry["log_odds"]["low"][0]) / 2
    assert 1.96 * np.std(drawn) == pytest.approx(half, rel=0.15)


def test_the_noise_is_given_in_degrees_of_its_circular_sd(shown):
    by_name = {(one["name"], one["set_size"]): one for one in shown["parameters"]}
    angle = torch.linspace(-math.pi, math.pi, 7201, dtype=torch.float64)[:-1]
    kappa = by_name["concentration", 4]["value"]
    wave = torch.exp(kappa * (angle.cos() - 1))
    length = float((wave * angle.cos()).sum() / wave.sum())
    sd = by_name["sd", 4]
    assert sd["value"] == pytest.approx(math.degrees(math.sqrt(-2 * math.log(length))), rel=1e-6)
    assert sd["low"] < sd["value"] < sd["high"]
