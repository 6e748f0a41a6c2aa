"""Recovery: planted parameters come back, models are told apart where they can be, and displays stay the user's."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from models.behaviour.comparison import Candidate, CannotCompare
from models.behaviour.fitting import FitConfig
from models.behaviour.model_recovery import recover_models
from models.behaviour.parameter_recovery import recover_parameters
from models.behaviour.recovery import displays_like, interleaved, simulated
from models.displays import Displays
from models.progress import Interrupted
from models.trials import Trials, concatenate

BNS = Candidate("bns", "BNS", FitConfig())
FLAT = Candidate("flat", "Three components", FitConfig(model="three_component"))


@pytest.fixture(scope="module")
def found(planted):
    return recover_parameters([FLAT, BNS], planted.trials(1, 1200), datasets=6, seed=2)


@pytest.fixture(scope="module")
def told_apart(planted):
    return recover_models([FLAT, BNS], planted.trials(1, 2000), datasets=3, seed=2)


def test_planted_parameters_come_back(found):
    table = {(entry["model"], entry["name"], entry["set_size"]): entry for entry in found["parameters"]}
    swap = table[("flat", "swap_weight", 3)]
    assert len(swap["points"]) == 6
    for point in swap["points"]:
        assert point["low"] <= point["recovered"] <= point["high"]
        assert point["recovered"] == pytest.approx(point["planted"], abs=0.05)
    covered = [entry["coverage"] for entry in found["parameters"]]
    assert np.mean(covered) > 0.8
    json.dumps(found, allow_nan=False)


def test_what_is_planted_varies_and_is_followed(found):
    table = {(entry["model"], entry["name"]): entry for entry in found["parameters"]}
    target = table[("flat", "target_weight")]
    planted = {point["planted"] for point in target["points"]}
    assert len(planted) == 4, "three data sets plant the estimate, three something near it"
    assert target["correlation"] > 0.5


def test_what_only_describes_a_prior_is_not_asked_for(found):
    names = {entry["name"] for entry in found["parameters"] if entry["model"] == "bns"}
    assert {"concentration", "swap_weight", "uniform_log_odds"} <= names
    assert not names & {"amplitude", "tau_probe", "constant"}


def test_what_a_model_holds_fixed_is_not_asked_for(planted):
    silent = Candidate("silent", "No guesses", FitConfig(model="three_component", uniform=False))
    found = recover_parameters([silent], planted.trials(8, 200), datasets=1)
    assert {entry["name"] for entry in found["parameters"]} >= {"target_weight", "swap_weight"}
    assert "uniform_weight" not in {entry["name"] for entry in found["parameters"]}


def test_swap_functions_come_back(found):
    (curve,) = [one for one in found["curves"] if one["model"] == "bns"]
    assert (curve["set_size"], curve["feature"]) == (3, "probe")
    planted, recovered = np.array(curve["planted"]), np.array(curve["recovered"])
    assert recovered.shape == (3, len(curve["distance"]))
    seen = np.array(curve["distance"]) > math.pi / 6
    assert np.sqrt(np.mean((recovered.mean(0) - planted)[seen] ** 2)) < 0.6
    assert curve["coverage"] > 0.8
    assert "1,200 displays" in found["displays"]


def test_the_generating_model_comes_first(told_apart):
    confusion = told_apart["confusion"]
    assert confusion["generators"] == confusion["fitted"] == ["flat", "bns"]
    first, tied = np.array(confusion["first"]), np.array(confusion["tied"])
    assert first.sum(1).tolist() == [3, 3]
    assert first[1].tolist() == [0, 3]
    assert tied[1, 0] == 0, "a rate that depends on distance is told from one that does not"
    assert (first + tied)[0, 0] == 3, "BNS can be flat: the simpler model is first or tied"
    by_bic = np.array(confusion["first_by_bic"])
    assert by_bic.sum(1).tolist() == [3, 3]
    assert by_bic[0].tolist() == [3, 0]
    json.dumps(told_apart, allow_nan=False)


def test_the_same_seed_gives_the_same_numbers(planted):
    trials = planted.trials(4, 200)
    first, second = (recover_parameters([FLAT], trials, 2, seed=5) for _ in range(2))
    assert first == second
    assert first != recover_parameters([FLAT], trials, 2, seed=6)


def mixed(planted):
    whole = concatenate([planted.trials(1, 300, set_size=2), planted.trials(2, 100)])
    subject = ["a" if trial % 4 == 3 else "b" for trial in range(400)]
    return Trials.build(whole.displays, whole.response, subject)


def test_a_beginning_of_the_interleaved_order_holds_all_in_proportion(planted):
    trials = mixed(planted)
    order = interleaved(trials, torch.Generator().manual_seed(0))
    assert sorted(order.tolist()) == list(range(400))
    some = trials.select(order[:80])
    assert int((some.set_size == 3).sum()) == pytest.approx(20, abs=2)
    assert int((some.subject == 1).sum()) == pytest.approx(20, abs=2)


def test_displays_are_the_datasets_own(planted):
    trials = mixed(planted)
    generator = torch.Generator().manual_seed(0)
    assert displays_like(trials, None, generator) is trials
    assert len(displays_like(trials, 90, generator)) == 90
    assert len(displays_like(trials, 900, generator)) == 900
    again = simulated(planted.model(3), trials.of_set_size(3), generator)
    assert torch.equal(again.report, trials.of_set_size(3).report)
    assert not torch.equal(again.response, trials.of_set_size(3).response)


def test_a_model_that_cannot_be_fitted_is_told(planted):
    trials = planted.trials(6, 150)
    bare = dataclasses.replace(
        trials, displays=Displays(trials.report, torch.full_like(trials.probe, math.nan), trials.set_size)
    )
    for found in (recover_parameters([BNS, FLAT], bare, 1), recover_models([BNS, FLAT], bare, 1)):
        assert "probe" in found["models"][0]["problem"]
        assert found["models"][1]["problem"] is None
    assert found["confusion"]["first"] == [[1]]


@pytest.mark.parametrize("recover", [recover_parameters, recover_models])
def test_progress_rises_and_it_stops_when_told_to(planted, recover):
    heard = []
    recover([FLAT], planted.trials(7, 120), 2, count=80, report=heard.append)
    fractions = [progress.fraction for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1

    def stop(progress):
        raise Interrupted

    with pytest.raises(Interrupted):
        recover([FLAT], planted.trials(7, 120), 2, report=stop)
    with pytest.raises(CannotCompare):
        recover([], planted.trials(7, 120), 2)
