"""Posterior predictive numbers against the models' own weights and densities."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.emissions import VonMises
from models.behaviour.emissions.wrapped_cauchy import WrappedCauchy
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.predictive import histograms, predict, weight_summary
from models.behaviour.subjects import SubjectModels
from models.behaviour.swap_shapes import Constant
from models.trials import Trials, concatenate

LAWS = {"von Mises": VonMises(8.0), "blunt": VonMises(0.4), "heavy tails": WrappedCauchy(0.3)}


def mixture(emission, swap=-1.5, guess=-2.0):
    return FixedMixture({size: SizeParameters(emission, guess, Constant(swap)) for size in (2, 3)})


@pytest.fixture(scope="module")
def trials(planted):
    parts = [planted.trials(80 + size, 60, set_size=size) for size in (2, 3)]
    names = [["P", "Q"] * 30] * 2
    return concatenate(
        [Trials.build(part.displays, part.response, name) for part, name in zip(parts, names, strict=True)]
    )


def mean_density(model, part, item, angles):
    """Of responses relative to an item, over displays, by asking for one display at a time."""
    rows = []
    for m in range(len(part)):
        one = part.select(torch.tensor([m]))
        (own,) = [own for _, own in model.parts(one)]
        rows.append(own.density(one.displays, angles + one.report[0, item])[0])
    return torch.stack(rows).mean(0)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_curves_are_the_mean_density_relative_to_target_and_non_targets(law, trials):
    model = mixture(law)
    entries = {(one["set_size"], one["relative_to"]): one for one in histograms(predict(model, trials, [model] * 3))}
    assert set(entries) == {(size, to) for size in (2, 3) for to in ("target", "non-target")}
    for (size, relative_to), entry in entries.items():
        part = trials.of_set_size(size)
        items = [0] if relative_to == "target" else range(1, size)
        angles = torch.tensor(entry["angles"], dtype=torch.float64)
        expected = torch.stack([mean_density(model, part, item, angles) for item in items]).mean(0)
        np.testing.assert_allclose(entry["model"], expected, atol=2e-5)
        np.testing.assert_allclose(entry["low"], entry["high"], atol=1e-12)  # the draws are all alike


def test_subjects_are_predicted_by_their_own_law(trials):
    precise, vague = mixture(VonMises(40.0), -3.0), mixture(WrappedCauchy(0.5), -0.5)
    crowd = SubjectModels({"P": precise, "Q": vague}, {"P": 60, "Q": 60})
    entry = histograms(predict(crowd, trials, [crowd] * 2))[0]
    angles = torch.tensor(entry["angles"], dtype=torch.float64)
    np.testing.assert_allclose(entry["model"], mean_density(crowd, trials.of_set_size(2), 0, angles), atol=2e-5)


@pytest.mark.parametrize("kappa", [5e3, 1e7])
def test_very_sharp_noise_stays_a_density(kappa, trials):
    for entry in histograms(predict(mixture(VonMises(kappa)), trials, [mixture(VonMises(kappa))] * 2)):
        curve = np.array(entry["model"])
        assert curve.min() >= 0
        assert curve[:-1].mean() * 2 * math.pi == pytest.approx(1, abs=1e-3)


def test_observed_bars_are_the_data(trials):
    for entry in histograms(predict(mixture(VonMises(8.0)), trials, [mixture(VonMises(8.0))] * 2)):
        part = trials.of_set_size(entry["set_size"])
        error = part.error[:, 0] if entry["relative_to"] == "target" else part.error[:, 1 : entry["set_size"]]
        counts = np.histogram(error.reshape(-1).numpy(), entry["edges"])[0]
        np.testing.assert_allclose(entry["observed"], counts / counts.sum() / (2 * math.pi / 36), atol=1e-9)


def test_weights_are_means_over_displays_and_their_intervals_quantiles_of_draws(trials):
    swaps = torch.linspace(-3, 0, 41).tolist()
    draws = [mixture(VonMises(8.0), swap) for swap in swaps]
    entries = weight_summary(predict(mixture(VonMises(8.0), -1.5), trials, draws), mixture(VonMises(8.0), -2.0))
    for entry in entries:
        size = entry["set_size"]
        odds = (size - 1) * np.exp([-1.5, -2.0])
        shares = odds / (1 + math.exp(-2.0) + odds)
        assert entry["swap"]["value"] == pytest.approx(shares[0])
        assert entry["truth"]["swap"] == pytest.approx(shares[1])
        drawn = (size - 1) * np.exp(swaps)
        low, high = np.quantile(drawn / (1 + math.exp(-2.0) + drawn), [0.025, 0.975])
        assert entry["swap"]["low"] == pytest.approx(low, rel=1e-6)
        assert entry["swap"]["high"] == pytest.approx(high, rel=1e-6)
        assert sum(entry[part]["value"] for part in ("uniform", "target", "swap")) == pytest.approx(1)
