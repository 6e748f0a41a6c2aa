"""The chance level of deviations from non-targets, against every error paired with every non-target."""

import math

import torch

from models.behaviour.fitting import FitConfig, fit
from models.behaviour.predictive import histograms, predict
from models.circular import wrap


def test_chance_is_what_unrelated_errors_would_give(planted):
    trials = planted.trials(3, 400)
    model = fit(FitConfig("three_component"), trials).model
    draws = [model.draw(torch.Generator().manual_seed(k)) for k in range(3)]
    row = next(one for one in histograms(predict(model, trials, draws)) if one["relative_to"] == "non-target")
    offsets = trials.displays.report_distance[:, 1:].reshape(-1)
    pairs = wrap(trials.error[:, :1] - offsets[None]).reshape(-1)
    counts = torch.histogram(pairs, 36, range=(-math.pi, math.pi)).hist
    expected = counts / counts.sum() / (2 * math.pi / 36)
    found = torch.tensor(row["chance"], dtype=torch.float64)[:-1].reshape(36, 5)
    # the angles of a bin are its left edge and four within: their mean is that of the bin, less half a step
    assert (found.mean(1) - expected).abs().max() < 0.012
    assert math.isclose(float(found.sum()) * 2 * math.pi / 180, 1.0, abs_tol=1e-9)
