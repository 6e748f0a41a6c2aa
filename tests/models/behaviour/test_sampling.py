"""Sampling from a model and scoring with it agree, and no score is infinite for anything a file can hold."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.emissions import FAMILIES
from models.behaviour.fitting import FitConfig, fit
from models.displays import Displays
from models.trials import Trials

ANGLES = torch.arange(720, dtype=torch.float64) * (2 * math.pi / 720) - math.pi
CONFIGS = {
    **{name: FitConfig(emission=name, inducing=4) for name in FAMILIES},
    "no guesses": FitConfig(uniform=False, inducing=4),
    "report, signed": FitConfig(dimensions="report", even=False, inducing=4),
    "both": FitConfig(dimensions="both", inducing=3),
    "none": FitConfig(dimensions="none"),
    "three_component": FitConfig(model="three_component"),
    "separate": FitConfig(subjects="separate", inducing=4),
    "hierarchical": FitConfig(subjects="hierarchical", inducing=4),
}


@pytest.fixture(scope="module")
def trials(planted):
    """300 trials of two subjects."""
    part = planted.trials(12, 300)
    return Trials.build(part.displays, part.response, ["P", "Q"] * 150)


@pytest.fixture(scope="module", params=CONFIGS)
def model(request, trials):
    return fit(CONFIGS[request.param], trials).model


def entropy(model, displays):
    """``(M,)`` by quadrature over the response circle, nats."""
    density = model.density(displays, ANGLES)
    return -(density * density.log()).sum(1) * (2 * math.pi / 720)


@pytest.mark.parametrize("form", ["fitted", "drawn", "mean"])
def test_mean_log_score_of_own_samples_is_minus_the_entropy(form, model, trials):
    generator = torch.Generator().manual_seed(3)
    asked = {"fitted": lambda: model, "drawn": lambda: model.draw(generator), "mean": model.mean_function}[form]()
    many = trials.select(torch.arange(300).repeat(15))
    answered = Trials.build(many.displays, asked.respond(many, generator), [("P", "Q")[s] for s in many.subject])
    score = asked.log_prob(answered)
    expected = torch.zeros(300, dtype=torch.float64)
    for rows, own in asked.parts(trials):
        expected[rows] = -entropy(own, trials.displays.select(rows))
    gap = score - expected.repeat(15)
    assert float(gap.mean()) == pytest.approx(0, abs=4 * float(gap.std()) / math.sqrt(len(gap)))


def test_density_weights_and_scores_are_those_of_one_law(model, trials):
    some = trials.select(torch.arange(30))
    displays = some.displays
    np.testing.assert_allclose(model.density(displays, ANGLES).mean(1) * 2 * math.pi, 1, atol=1e-4)
    np.testing.assert_allclose(model.weights(displays).sum(1), 1, atol=1e-12)
    for rows, own in model.parts(some):
        part = some.select(rows)
        density = own.density(part.displays, part.response).diagonal()
        np.testing.assert_allclose(density.log(), own.log_prob(part), atol=1e-9)
        shares = own.responsibilities(part)
        np.testing.assert_allclose(shares.sum(1), 1, atol=1e-12)
        guess = own.weights(part.displays)[:, 0] / (2 * math.pi) / density
        np.testing.assert_allclose(shares[:, 0], guess, atol=1e-9)


def test_responses_anywhere_have_finite_scores(model, trials):
    """Exactly on an item, exactly opposite, identical items, items at the cued place."""
    report = torch.tensor([[0.0, 0.0, 0.0], [0.0, -math.pi, 1.0], [1.0, 2.0, 2.0], [-math.pi, 0.0, 1.0]]).double()
    probe = torch.tensor([[0.0, 0.0, 0.0], [0.0, -math.pi, 0.0], [1.0, 1.0, 1.0], [-math.pi, 0.0, 1.0]]).double()
    displays = Displays(report, probe, torch.full((4,), 3))
    for response in (0.0, -math.pi, math.nextafter(math.pi, 0), 1.0, 2.0):
        odd = Trials.build(displays, torch.full((4,), response).double(), ["P", "Q", "Q", "P"])
        assert model.log_prob(odd).isfinite().all()
        np.testing.assert_allclose(model.responsibilities(odd).sum(1), 1, atol=1e-12)


def uniform_displays(count, items, seed=0):
    generator = torch.Generator().manual_seed(seed)
    features = (2 * torch.rand((2, count, items), generator=generator, dtype=torch.float64) - 1) * math.pi
    return Displays(features[0], features[1], torch.full((count,), items))


def awkward(case):
    displays = uniform_displays(40, 3)
    if case == "one trial":
        return Trials.build(displays.select(torch.arange(1)), torch.zeros(1).double())
    if case == "all responses equal":
        return Trials.build(displays, torch.full((40,), 0.7).double())
    if case == "identical items":
        same = Displays(displays.report[:, :1].expand(-1, 3), displays.probe[:, :1].expand(-1, 3), displays.set_size)
        return Trials.build(same, displays.report[:, 0])
    if case == "always opposite":
        return Trials.build(displays, displays.report[:, 0] + math.pi)
    if case == "always a non-target":
        return Trials.build(displays, displays.report[:, 1])
    many = uniform_displays(30, 40)
    return Trials.build(many, many.report[:, 0] + 0.1)


@pytest.mark.parametrize("name", ["von_mises", "wrapped_stable", "report, signed", "both", "none", "three_component"])
@pytest.mark.parametrize(
    "case",
    [
        "one trial",
        "all responses equal",
        "identical items",
        "always opposite",
        "always a non-target",
        "forty items",
    ],
)
def test_awkward_data_are_fitted_with_finite_numbers(case, name):
    trials = awkward(case)
    model = fit(CONFIGS[name], trials).model
    assert model.log_prob(trials).isfinite().all()
    assert model.draw(torch.Generator().manual_seed(0)).log_prob(trials).isfinite().all()
    assert all(math.isfinite(end) for row in model.parameters() for end in (row.shown.low, row.shown.high))
    assert math.isfinite(model.parameter_count)
    for shown in model.swap_estimates():
        assert shown.mean.isfinite().all()
        assert bool((shown.low <= shown.high).all())
