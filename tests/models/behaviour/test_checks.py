"""Predictive checks: a true model's bands hold the data, a wrong model's do not, standard errors are right."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from models.behaviour.checks import deviations, expected_phasor, predictive_checks, replicates, sd_error
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import Constant
from models.circular import circular_sd
from models.trials import concatenate


@pytest.fixture(scope="module")
def trials(planted):
    single = planted.trials(5, 300, set_size=1)
    return concatenate([single, planted.trials(6, 4000)])


@pytest.fixture(scope="module")
def truth(planted):
    return FixedMixture({**planted.model(1).sizes, **planted.model(3).sizes})


@pytest.fixture(scope="module")
def found(truth, trials):
    return predictive_checks(truth, trials, seed=1)


def inside(value, interval):
    return np.mean((np.array(value) >= interval["low"]) & (np.array(value) <= interval["high"]))


def test_what_is_shown_is_plain_and_complete(found):
    json.dumps(found, allow_nan=False)
    assert [entry["set_size"] for entry in found["precision"]] == [1, 3]
    assert [entry["set_size"] for entry in found["nonparametric"]] == [3]
    kinds = [(entry["set_size"], entry["kind"], entry.get("feature")) for entry in found["checks"]]
    assert kinds == [
        (3, "distance_to_nontarget", "probe"),
        (3, "distance_to_nontarget", "report"),
        (1, "error_sd", None),
        (3, "error_sd", None),
    ]
    curve = found["nonparametric"][0]
    assert len(curve["edges"]) == len(curve["distance"]) + 1 == len(curve["value"]) + 1
    assert curve["edges"][0] >= math.pi / 6 - 1e-3, "no bin where no item ever was"


def test_a_true_model_is_inside_its_bands(found):
    curve = found["nonparametric"][0]
    assert inside(curve["model"], curve) >= 0.7
    assert curve["value"][0] > 3 * abs(curve["value"][-1]), "near items are reported more often"
    for entry in found["checks"]:
        if entry["kind"] == "distance_to_nontarget":
            assert inside(entry["observed"]["mean"], entry["model"]) >= 0.7
    for entry in found["precision"]:
        assert entry["model"]["low"] <= entry["observed"]["value"] <= entry["model"]["high"]


def test_a_flat_model_misses_the_dependence_on_distance(trials, planted):
    parts = {size: planted.model(size).sizes[size] for size in (1, 3)}
    mean = float(planted.model(3).weights(trials.of_set_size(3).displays)[:, 2:4].mean())
    flat = SizeParameters(parts[3].emission, parts[3].uniform_log_odds, Constant(math.log(mean / 0.8)))
    found = predictive_checks(FixedMixture({1: parts[1], 3: flat}), trials)
    curve = found["nonparametric"][0]
    assert curve["model"][0] < curve["low"][0], "the nearest items are reported more often than it says"
    probe = found["checks"][0]
    assert probe["observed"]["mean"][0] < probe["model"]["low"][0]


@pytest.mark.parametrize("count", [1, 2, 4, 30])
def test_few_trials_give_numbers_all_the_same(planted, count):
    found = predictive_checks(planted.model(3), planted.trials(7, count), seed=0)
    json.dumps(found, allow_nan=False)
    assert len(found["precision"]) == 1


def test_expected_phasor_is_what_samples_average_to(truth, trials):
    one = trials.of_set_size(3).select(torch.zeros(50_000, dtype=torch.int64))
    response = truth.respond(one, torch.Generator().manual_seed(3))
    expected = expected_phasor(truth, one.select(torch.arange(1)))[0]
    assert abs(complex(torch.polar(torch.ones_like(response), response).mean() - expected)) < 0.01


def test_replicates_depend_on_the_seed_only(truth, trials):
    assert torch.equal(replicates(truth, trials, 1, 3), replicates(truth, trials, 1, 3))
    assert not torch.equal(replicates(truth, trials, 1, 3), replicates(truth, trials, 2, 3))


def test_standard_error_of_the_circular_sd_agrees_with_the_bootstrap(planted):
    error = planted.trials(8, 1500).error[:, 0]
    generator = torch.Generator().manual_seed(0)
    again = circular_sd(error[torch.randint(1500, (600, 1500), generator=generator)])
    assert sd_error(error) == pytest.approx(float(again.std()), rel=0.12)


def test_observed_interval_of_the_deviation_agrees_with_the_bootstrap(planted, truth):
    trials = planted.trials(9, 800)
    entry = deviations(trials, trials.response[None].repeat(2, 1))[0]["observed"]
    generator = torch.Generator().manual_seed(0)
    drawn = [trials.select(torch.randint(800, (800,), generator=generator)) for _ in range(200)]
    first = [deviations(one, one.response[None].repeat(2, 1))[0]["observed"]["mean"][0] for one in drawn]
    assert (entry["high"][0] - entry["low"][0]) / 3.92 == pytest.approx(np.std(first), rel=0.25)


def test_without_probe_values_there_is_no_curve_over_them(truth, trials):
    displays = trials.displays
    blank = type(displays)(displays.report, torch.full_like(displays.probe, math.nan), displays.set_size)
    bare = dataclasses.replace(trials, displays=blank)
    noise = truth.sizes[3].emission
    sizes = {1: SizeParameters(noise, -2.0, None), 3: SizeParameters(noise, -2.0, Constant(-3.0))}
    found = predictive_checks(FixedMixture(sizes), bare)
    assert found["nonparametric"] == []
    assert {entry.get("feature") for entry in found["checks"]} == {"report", None}
