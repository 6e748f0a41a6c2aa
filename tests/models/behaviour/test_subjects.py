"""One model a subject behind the common interface: whose law answers what."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.behaviour.emissions import VonMises
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.subjects import SubjectModels
from models.behaviour.surrogate import surrogate
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials, concatenate


def known(kappa, guess, swap, sizes=(2, 3)):
    return FixedMixture({size: SizeParameters(VonMises(kappa), guess, Constant(swap)) for size in sizes})


@pytest.fixture(scope="module")
def crowd():
    """Three subjects; C was never shown set size 3."""
    models = {"A": known(20.0, -4.0, -4.0), "B": known(3.0, -1.0, -1.0), "C": known(9.0, -2.0, -3.0, sizes=(2,))}
    return SubjectModels(models, {"A": 100, "B": 300, "C": 400})


@pytest.fixture(scope="module")
def displays(planted):
    two = planted.displays(1, 30, 2)
    blank = torch.full((30, 1), math.nan, dtype=torch.float64)
    three = planted.displays(2, 40, 3)
    return Displays(
        torch.cat([torch.cat([two.report, blank], 1), three.report]),
        torch.cat([torch.cat([two.probe, blank], 1), three.probe]),
        torch.cat([two.set_size, three.set_size]),
    )


def as_trials(displays, names, seed=0):
    generator = torch.Generator().manual_seed(seed)
    response = (2 * torch.rand(len(displays), generator=generator, dtype=torch.float64) - 1) * math.pi
    return Trials.build(displays, response, names)


def test_averages_are_over_the_subjects_that_know_a_set_size(crowd, displays):
    assert crowd.set_sizes == [2, 3]
    angles = torch.linspace(-3, 3, 7, dtype=torch.float64)
    for size, shares in ((2, {"A": 1 / 8, "B": 3 / 8, "C": 4 / 8}), (3, {"A": 1 / 4, "B": 3 / 4})):
        part = displays.select(displays.set_size == size)
        weights = sum(share * crowd.models[name].weights(part) for name, share in shares.items())
        density = sum(share * crowd.models[name].density(part, angles) for name, share in shares.items())
        np.testing.assert_allclose(crowd.weights(part), weights, atol=1e-12)
        np.testing.assert_allclose(crowd.density(part, angles), density, atol=1e-12)
    np.testing.assert_allclose(crowd.weights(displays).sum(1), 1, atol=1e-12)


def test_samples_follow_the_average(crowd, displays):
    one = displays.select(torch.full((20_000,), 40))
    response = crowd.sample(one, torch.Generator().manual_seed(0))
    error = (response - one.report[0, 0]).cos()
    angles = torch.linspace(-math.pi, math.pi, 2001, dtype=torch.float64)[:-1]
    density = crowd.density(one.select(torch.arange(1)), angles)[0]
    expected = float((density * (angles - one.report[0, 0]).cos()).sum() * 2 * math.pi / 2000)
    assert float(error.mean()) == pytest.approx(expected, abs=4 * float(error.std()) / math.sqrt(20_000))


def test_trials_are_scored_by_their_own_subject(crowd, displays):
    part = displays.select(displays.set_size == 2)
    trials = as_trials(part, [name for _ in range(10) for name in ("A", "B", "C")])
    for name in trials.subjects:
        rows = (trials.subject == trials.subject_names.index(name)).nonzero()[:, 0]
        own = crowd.models[name]
        assert torch.equal(crowd.log_prob(trials)[rows], own.log_prob(trials.select(rows)))
        assert torch.equal(crowd.responsibilities(trials)[rows], own.responsibilities(trials.select(rows)))


def test_each_subject_answers_by_its_own_law(crowd, displays):
    """A is precise, B is not."""
    part = displays.select(torch.full((4000,), 40))
    trials = as_trials(part, ["A", "B"] * 2000)
    answered = Trials.build(part, crowd.respond(trials, torch.Generator().manual_seed(1)), ["A", "B"] * 2000)
    for name in ("A", "B"):
        mine = answered.of_subject(name)
        angles = torch.linspace(-math.pi, math.pi, 2001, dtype=torch.float64)[:-1]
        density = crowd.models[name].density(part.select(torch.arange(1)), angles)[0]
        expected = float((density * (angles - part.report[0, 0]).cos()).sum() * 2 * math.pi / 2000)
        wave = mine.error[:, 0].cos()
        assert float(wave.mean()) == pytest.approx(expected, abs=4 * float(wave.std()) / math.sqrt(2000))
    assert torch.equal(surrogate(crowd, trials, 3), surrogate(crowd, trials, 3))


def test_strangers_and_unknown_set_sizes_are_named(crowd, displays, planted):
    part = displays.select(displays.set_size == 3)
    with pytest.raises(ValueError, match="none of them is “Z”"):
        crowd.log_prob(as_trials(part, ["Z"] * 40))
    with pytest.raises(ValueError, match="set size 3"):
        crowd.log_prob(as_trials(part, ["C"] * 40))
    with pytest.raises(ValueError, match="set sizes 2, 3 and knows nothing about set size 5"):
        crowd.weights(planted.displays(1, 3, 5))


def test_parts_cover_every_trial_once(crowd, displays):
    trials = as_trials(displays.select(displays.set_size == 2), ["B", "A", "C"] * 10)
    rows = torch.cat([rows for rows, _ in crowd.parts(trials)])
    assert sorted(rows.tolist()) == list(range(30))


@pytest.fixture(scope="module")
def uneven(planted):
    """P and Q saw set sizes 2 and 3, R only 3."""
    parts = []
    for seed, (name, sizes) in enumerate({"P": (2, 3), "Q": (2, 3), "R": (3,)}.items()):
        for size in sizes:
            part = planted.trials(70 + 10 * seed + size, 150, set_size=size)
            parts.append(Trials.build(part.displays, part.response, [name] * 150))
    return concatenate(parts)


@pytest.mark.parametrize(
    "config", [FitConfig(inducing=4), FitConfig(model="three_component")], ids=lambda one: one.model
)
def test_separate_fits_are_the_fits_of_each_subject_alone(config, uneven):
    separate = fit(replace(config, subjects="separate"), uneven).model
    assert separate.models["R"].set_sizes == [3]
    for name in uneven.subjects:
        own = uneven.of_subject(name)
        assert torch.equal(separate.log_prob(own), fit(config, own).model.log_prob(own))
    assert separate.parameter_count == pytest.approx(sum(one.parameter_count for one in separate.models.values()))


@pytest.mark.parametrize("subjects", ["separate", "hierarchical"])
def test_set_sizes_that_some_lack_are_answered_all_the_same(subjects, uneven):
    fitted = fit(FitConfig(subjects=subjects, inducing=4), uneven)
    model = fitted.model
    assert model.set_sizes == [2, 3]
    assert model.log_prob(uneven).isfinite().all()
    np.testing.assert_allclose(model.weights(uneven.displays).sum(1), 1, atol=1e-12)
    assert {one.set_sizes for one in model.swap_estimates()} == {(2,), (3,)}
    drawn = model.draw(torch.Generator().manual_seed(0))
    assert drawn.respond(uneven, torch.Generator().manual_seed(0)).isfinite().all()
    assert model.mean_function().log_prob(uneven).isfinite().all()


def test_tables_show_the_mean_over_subjects_and_its_interval(uneven):
    model = fit(FitConfig(model="three_component", subjects="separate"), uneven).model
    rows = {(row.shown.name, row.set_size): row.shown for row in model.parameters()}
    kappas = [one.sizes[2].concentration for name, one in model.models.items() if name != "R"]
    shown = rows["concentration", 2]
    assert shown.value == pytest.approx(np.mean(kappas))
    assert shown.high - shown.value == pytest.approx(1.96 * np.std(kappas, ddof=1) / math.sqrt(2), rel=1e-3)
    (two, three) = model.swap_estimates()
    single = [one.swap_estimates()[-1].mean for one in model.models.values()]
    np.testing.assert_allclose(three.mean, torch.stack(single).mean(0))
    assert bool((two.low < two.mean).all())
