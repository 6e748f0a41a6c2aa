"""The example study's data are what the written-down truth says."""

import csv
import io
import json
import math

import numpy as np
import pytest
import torch

from models.behaviour.fitting import FitConfig, fit
from models.behaviour.truth import truth_model
from models.example import TRUTH, example_csv, example_trials


@pytest.fixture(scope="module")
def trials():
    return example_trials()


def test_design(trials):
    assert len(trials) == 12 * 4 * 180
    assert len(trials.subject_names) == 12
    assert trials.set_sizes == [1, 2, 4, 6]
    assert trials.displays.has_probe
    counts = torch.bincount(trials.subject * 10 + trials.set_size)
    assert set(counts[counts > 0].tolist()) == {180}
    steps = trials.probe[trials.displays.present] / (math.pi / 4)
    np.testing.assert_allclose(steps, steps.round(), atol=1e-9)
    distance = trials.displays.probe_distance[:, 1:].abs()
    assert float(distance[distance.isfinite()].min()) == pytest.approx(math.pi / 4)


def test_seed_decides(trials):
    assert example_trials().hash == trials.hash
    assert example_trials(2).hash != trials.hash


def test_truth_is_plain_and_swaps_fall_with_distance():
    model = truth_model(json.loads(json.dumps(TRUTH)))
    curve = model.sizes[6].swap
    assert (curve.log_odds.diff() <= 0).all()
    table = {**TRUTH, "swap_function": {"distance": curve.distance.tolist(), "log_odds": curve.log_odds.tolist()}}
    displays = example_trials(3).displays
    np.testing.assert_allclose(truth_model(table).weights(displays), model.weights(displays), atol=1e-12)


def test_responses_are_where_the_truth_puts_them(trials):
    expected = truth_model(TRUTH).weights(trials.displays)
    model = truth_model(TRUTH)
    shares = model.responsibilities(trials)
    for size in trials.set_sizes:
        here = trials.set_size == size
        np.testing.assert_allclose(shares[here].mean(0), expected[here].mean(0), atol=0.02)


def test_fit_finds_the_truth(trials):
    fitted = fit(FitConfig(), trials)
    assert fitted.convergence.converged
    for curve in fitted.model.swap_estimates():
        seen = [int((curve.grid[0] - place).abs().argmin()) for place in (math.pi / 4, math.pi / 2, 2.356, math.pi)]
        truth = truth_model(TRUTH).sizes[6].swap.value(curve.grid[0][seen])
        score = (truth - curve.mean[seen]) / ((curve.high - curve.mean)[seen] / 1.96)
        assert float(score.abs().max()) < 3
        assert float(curve.mean[seen[0]] - curve.mean[seen[-1]]) > 1


def test_csv_holds_the_same_trials(trials):
    rows = list(csv.DictReader(io.StringIO(example_csv().decode())))
    assert len(rows) == len(trials)
    response = torch.tensor([float(row["response"]) for row in rows]).double()
    np.testing.assert_allclose(torch.deg2rad(response), trials.response, atol=1e-5)
    assert rows[0]["subject"] == "S01"
    blank = next(row for row in rows if row["set_size"] == "2")
    assert blank["nontarget_3"] == ""
    assert blank["nontarget_2"] != ""
