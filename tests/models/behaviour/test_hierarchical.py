"""Subjects around a population: pooled where they are alike, apart where they are not, and better between."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.bns_fit import bound_of, start
from models.behaviour.emissions import VonMises
from models.behaviour.fitting import CannotFit, FitConfig, fit
from models.behaviour.hierarchical import _subject_data
from models.behaviour.hierarchical_bound import HierarchicalBound, Population
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import SwapCurve
from models.trials import Trials, concatenate

GRID = torch.linspace(0, math.pi, 721, dtype=torch.float64)
TOGETHER, APART, AROUND = (FitConfig(subjects=name, inducing=5) for name in ("pooled", "separate", "hierarchical"))


@pytest.fixture(scope="module")
def truths(planted):
    """Models of subjects, from the shift of each one's swap log-odds and its concentration."""

    def make(shifts, kappas, set_size=3):
        curves = [SwapCurve(GRID, planted.log_odds(GRID) + shift) for shift in shifts]
        return [
            FixedMixture({set_size: SizeParameters(VonMises(kappa), -2.0, curve)})
            for curve, kappa in zip(curves, kappas, strict=True)
        ]

    return make


@pytest.fixture(scope="module")
def answers(planted):
    """``count`` trials of each subject, named P1, P2, ..."""

    def make(models, count, seed):
        parts = []
        for s, model in enumerate(models):
            part = planted.trials(seed + s, count, model.set_sizes[0], model)
            parts.append(Trials.build(part.displays, part.response, [f"P{s + 1}"] * count))
        return concatenate(parts)

    return make


def score(fitted, trials):
    return float(fitted.model.log_prob(trials).mean())


@pytest.fixture(scope="module")
def alike(truths, answers):
    models = truths([0.0] * 5, [10.0] * 5)
    return answers(models, 200, 100), answers(models, 1000, 900)


@pytest.fixture(scope="module")
def alike_fit(alike):
    return fit(AROUND, alike[0])


def test_subjects_that_are_alike_are_pooled(alike, alike_fit):
    trials, fresh = alike
    pooled = fit(TOGETHER, trials)
    assert alike_fit.convergence.converged
    assert score(alike_fit, fresh) == pytest.approx(score(pooled, fresh), abs=0.004)
    (shown,) = pooled.model.swap_estimates()
    sd = (shown.high - shown.mean) / 1.96
    seen = shown.grid[0] >= math.pi / 6
    (middle,) = alike_fit.model.swap_estimates()
    assert float(((middle.mean - shown.mean) / sd)[seen].abs().max()) < 1
    for model in alike_fit.model.models.values():
        (own,) = model.swap_estimates()
        assert float((own.mean - middle.mean)[seen].abs().mean()) < 0.35
        assert model.emissions[3].concentration == pytest.approx(pooled.model.emissions[3].concentration, rel=0.12)


def test_subjects_that_differ_are_fitted_as_if_alone(truths, answers):
    models = truths([-0.5, 0.5, 2.0], [4.0, 10.0, 25.0])
    trials, fresh = answers(models, 600, 200), answers(models, 1500, 700)
    alone, around = fit(APART, trials), fit(AROUND, trials)
    assert score(around, fresh) == pytest.approx(score(alone, fresh), abs=0.003)
    for name in trials.subjects:
        mine, theirs = around.model.models[name], alone.model.models[name]
        assert mine.emissions[3].concentration == pytest.approx(theirs.emissions[3].concentration, rel=0.04)
        (own,), (other,) = mine.swap_estimates(), theirs.swap_estimates()
        seen = own.grid[0] >= math.pi / 6
        sd = (other.high - other.mean) / 1.96
        assert float(((own.mean - other.mean) / sd)[seen].abs().max()) < 2


@pytest.fixture(scope="module")
def few(truths, answers):
    """Eight subjects of 80 trials each, around one population, and 1,000 more of each."""
    random = np.random.default_rng(1)
    models = truths(random.normal(0, 1.0, 8), np.exp(random.normal(2.3, 0.4, 8)))
    return answers(models, 80, 300), answers(models, 1000, 800), models


@pytest.fixture(scope="module")
def few_fit(few):
    return fit(AROUND, few[0])


def test_shrinkage_beats_separate_and_pooled_fits_where_trials_are_few(few, few_fit):
    trials, fresh, _ = few
    separate, pooled = (score(fit(config, trials), fresh) for config in (APART, TOGETHER))
    assert score(few_fit, fresh) > separate + 0.003
    assert score(few_fit, fresh) > pooled + 0.003


def test_bands_of_subjects_cover_their_own_functions(few, few_fit):
    """Eight subjects are few to learn from how much they differ: the outermost is drawn in too far."""
    covered = []
    for own, truth in zip(few_fit.model.models.values(), few[2], strict=True):
        (shown,) = own.swap_estimates()
        seen = shown.grid[0] >= math.pi / 6
        known = truth.sizes[3].swap.value(shown.grid[0])
        covered.append(((known > shown.low) & (known < shown.high))[seen])
    assert float(torch.cat(covered).double().mean()) > 0.7


def test_draws_of_subjects_share_the_populations_function(alike_fit):
    """Two subjects' functions of one draw differ less than those of two draws."""
    generator = torch.Generator().manual_seed(0)
    drawn = [alike_fit.model.draw(generator).models for _ in range(60)]
    curves = {name: torch.stack([one[name].sizes[3].swap.value(GRID[200:]) for one in drawn]) for name in ("P1", "P2")}
    together = (curves["P1"] - curves["P2"]).var(0)
    apart = (curves["P1"] - curves["P2"].roll(1, 0)).var(0)
    assert float((together / apart).mean()) < 0.75
    first, second = curves["P1"] - curves["P1"].mean(0), curves["P2"] - curves["P2"].mean(0)
    assert float((first * second).mean()) > 0


def test_a_subject_never_seen_is_answered_by_the_population(alike_fit, planted):
    trials = planted.trials(5, 40)
    stranger = Trials.build(trials.displays, trials.response, ["somebody"] * 40)
    expected = alike_fit.model.population.log_prob(stranger)
    assert torch.equal(alike_fit.model.log_prob(stranger), expected)


def test_every_number_of_the_population_has_an_interval(alike_fit):
    rows = alike_fit.model.parameters()
    shown = {row.shown.name for row in rows}
    assert shown == {"concentration", "sd", "uniform_log_odds", "amplitude", "tau_probe", "constant"}
    assert all(row.shown.low < row.shown.value < row.shown.high for row in rows)


def test_one_subject_has_no_population(planted):
    with pytest.raises(CannotFit, match="at least two subjects"):
        fit(AROUND, planted.trials(1, 50))


@pytest.mark.parametrize(
    "options",
    [
        {"dimensions": "none"},
        {"dimensions": "report", "even": False, "uniform": False},
        {"dimensions": "both", "noise": "linked", "swap_function_shared": True, "emission": "wrapped_stable"},
    ],
    ids=lambda one: one["dimensions"],
)
def test_slopes_are_those_of_differences(options, truths, answers):
    config = FitConfig(subjects="hierarchical", inducing=2, **options)
    trials = concatenate([answers(truths([0.0, 1.0], [8.0, 12.0], size), 20, size) for size in (2, 3)])
    sizes = trials.set_sizes if config.noise == "linked" else [3]
    pooled = bound_of(config, trials, sizes)
    bound = HierarchicalBound(pooled, _subject_data(config, trials, sizes))
    vector, population = bound.start(pooled.start([start(trials, size, config.uniform) for size in sizes]))
    vector = vector + 0.1 * np.random.default_rng(0).standard_normal(len(vector))
    _, gradient = bound.cost(vector, population)
    for i in range(0, len(vector), max(1, len(vector) // 30)):
        step = np.zeros_like(vector)
        step[i] = 1e-5
        slope = (bound.cost(vector + step, population)[0] - bound.cost(vector - step, population)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, abs=1e-7)


def test_without_deviations_it_is_the_pooled_bound(alike):
    """Subjects at the population's numbers, deviations gone: the same expectation, and divergences on top."""
    trials = alike[0]
    pooled = bound_of(TOGETHER, trials, [3])
    first = pooled.start([start(trials, 3, True)])
    bound = HierarchicalBound(pooled, _subject_data(AROUND, trials, [3]))
    vector, population = bound.start(first)
    parts = bound.split(torch.from_numpy(vector))
    functions = bound.functions(parts)
    alone = [one.deviating(torch.zeros(()), torch.zeros(()).double(), one.mean, one.factor) for one in functions]
    total = sum(float(bound.log_likelihood(parts["subjects"][s], alone, s)) for s in range(5))
    whole = pooled.split(torch.from_numpy(first))
    expected = float(pooled.value(torch.from_numpy(first)) - pooled.log_priors(whole, pooled.noise(whole["noise"])))
    assert total == pytest.approx(expected + float(functions[0].divergence()), abs=1e-6)
    assert isinstance(population, Population)
