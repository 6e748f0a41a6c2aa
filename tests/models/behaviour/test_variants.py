"""Variants of BNS find what was planted for them, and reduce to the simple ones at their limits."""

import math

import numpy as np
import pytest
import torch

from models.behaviour.emissions import VonMises
from models.behaviour.emissions.wrapped_cauchy import WrappedCauchy
from models.behaviour.emissions.wrapped_normal import WrappedNormal
from models.behaviour.emissions.wrapped_stable import WrappedStable
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import Constant, SwapSurface
from models.displays import Displays
from models.trials import Trials, concatenate

COUNT = 5000
LAWS = {
    "wrapped_normal": WrappedNormal(0.35),
    "wrapped_cauchy": WrappedCauchy(0.2),
    "wrapped_stable": WrappedStable(1.2, 0.2),
}


def torus_model():
    """Swaps to items that are near in both features."""
    axis = torch.linspace(0, math.pi, 181, dtype=torch.float64)
    near = torch.exp(3 * (axis.cos() - 1))[:, None] * torch.exp(1.5 * (axis.cos() - 1))[None]
    return FixedMixture({3: SizeParameters(VonMises(10.0), -2.0, SwapSurface(axis, axis, -3.2 + 4.5 * near))})


@pytest.fixture(scope="module")
def flat():
    return FixedMixture({3: SizeParameters(VonMises(10.0), -2.0, Constant(-2.0))})


def single_item(count, seed=3, kappa=8.0):
    generator = torch.Generator().manual_seed(seed)
    report = (2 * torch.rand((count, 1), generator=generator, dtype=torch.float64) - 1) * math.pi
    displays = Displays(report, report.clone(), torch.ones(count, dtype=torch.int64))
    truth = FixedMixture({1: SizeParameters(VonMises(kappa), -2.5, None)})
    return Trials.build(displays, truth.sample(displays, generator))


def score(model, trials):
    return float(model.log_prob(trials).mean())


def judged(model, truth, fresh):
    """Rms error and coverage of the 95 % band where there were data, and held-out nats a trial lost to the truth."""
    (shown,) = model.swap_estimates()
    grid = [axis.abs() >= math.pi / 6 for axis in shown.grid]
    if len(grid) == 1:
        seen, known = grid[0], truth.sizes[3].swap.value(shown.grid[0])
    else:
        seen = grid[0][:, None] & grid[1][None]
        known = truth.sizes[3].swap.value(*torch.meshgrid(*shown.grid, indexing="ij"))
    gap = (shown.mean - known)[seen]
    inside = ((known > shown.low) & (known < shown.high))[seen]
    lost = float((truth.log_prob(fresh) - model.log_prob(fresh)).mean())
    return float(gap.square().mean().sqrt()), float(inside.double().mean()), lost


@pytest.mark.parametrize("case", ["probe", "report", "signed"])
def test_a_planted_curve_is_found(case, planted):
    if case == "signed":
        truth, config = planted.lopsided(), FitConfig(even=False)
    else:
        truth, config = planted.model(feature=case), FitConfig(dimensions=case)
    fitted = fit(config, planted.trials(41, COUNT, model=truth))
    rms, covered, lost = judged(fitted.model, truth, planted.trials(42, 10_000, model=truth))
    assert fitted.convergence.converged
    assert rms < 0.4
    assert covered > 0.85
    assert lost < 0.004


def test_a_planted_surface_is_found(planted):
    truth = torus_model()
    fitted = fit(FitConfig(dimensions="both", inducing=6), planted.trials(43, COUNT, model=truth))
    rms, covered, lost = judged(fitted.model, truth, planted.trials(44, 10_000, model=truth))
    assert rms < 0.6
    assert covered > 0.85
    assert lost < 0.006


def test_a_lopsided_function_is_not_taken_for_an_even_one(planted):
    truth = planted.lopsided()
    trials, fresh = planted.trials(45, 2000, model=truth), planted.trials(46, 10_000, model=truth)
    signed, even = (fit(FitConfig(even=even), trials).model for even in (False, True))
    assert score(signed, fresh) > score(even, fresh) + 0.01


def test_a_signed_function_of_even_data_is_even_within_its_band(planted, planted_2000, planted_fit):
    model = fit(FitConfig(even=False), planted_2000).model
    (shown,) = model.swap_estimates()
    sd = (shown.high - shown.mean) / 1.96
    seen = shown.grid[0].abs() >= math.pi / 6
    gap = (shown.mean - shown.mean.flip(0)) / (sd.square() + sd.flip(0).square()).sqrt()
    assert float(gap[seen].abs().max()) < 3.5
    fresh = planted.trials(1000, 10_000)
    assert score(model, fresh) == pytest.approx(score(planted_fit.model, fresh), abs=0.004)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_swaps_depend_on_predicts_best(seed, planted):
    trials, fresh = planted.trials(seed, 1000), planted.trials(50 + seed, 10_000)
    scores = {name: score(fit(FitConfig(dimensions=name), trials).model, fresh) for name in ("probe", "report", "none")}
    assert scores["probe"] > scores["report"] + 0.005
    assert scores["probe"] > scores["none"] + 0.005


def test_a_flat_truth_is_no_worse_for_the_flexible_model(planted, flat):
    trials, fresh = planted.trials(1, 2000, model=flat), planted.trials(51, 10_000, model=flat)
    probe, none = (fit(FitConfig(dimensions=name), trials).model for name in ("probe", "none"))
    gap = probe.log_prob(fresh) - none.log_prob(fresh)
    assert abs(float(gap.mean())) < max(2 * float(gap.std()) / 100, 0.001)
    (shown,) = probe.swap_estimates()
    assert bool(((shown.low < -2.0) & (shown.high > -2.0)).double().mean() > 0.85)


def test_without_a_distance_it_is_the_three_component_model(planted, flat):
    trials = planted.trials(2, 2000, model=flat)
    none = fit(FitConfig(dimensions="none"), trials).model
    classic = fit(FitConfig(model="three_component"), trials).model
    assert score(none.mean_function(), trials) == pytest.approx(score(classic, trials), abs=1e-3)
    np.testing.assert_allclose(none.weights(trials.displays), classic.weights(trials.displays), atol=0.01)
    (mine,), (theirs,) = none.swap_estimates(), classic.swap_estimates()
    assert float(mine.mean[0]) == pytest.approx(float(theirs.mean[0]), abs=0.05)
    assert float((mine.high - mine.low)[0]) == pytest.approx(float((theirs.high - theirs.low)[0]), rel=0.1)


@pytest.mark.parametrize("dimensions", ["probe", "none"])
def test_one_item_makes_it_the_two_component_model(dimensions):
    trials = single_item(1500)
    mine = fit(FitConfig(dimensions=dimensions), trials).model
    classic = fit(FitConfig(model="three_component"), trials).model
    assert score(mine, trials) == pytest.approx(score(classic, trials), abs=1e-4)
    assert mine.emissions[1].concentration == pytest.approx(classic.emissions[1].concentration, rel=0.02)


@pytest.mark.parametrize("option", [{"noise": "shared"}, {"swap_function_shared": True}])
def test_with_one_set_size_sharing_is_the_same_fit(option, planted_2000, planted_fit):
    again = fit(FitConfig(**option), planted_2000).model
    assert torch.equal(again.log_prob(planted_2000), planted_fit.model.log_prob(planted_2000))


@pytest.fixture(scope="module")
def two_sizes(planted):
    """Noise that grows with set size, one swap function."""
    sizes = {**planted.model(2, 14.0).sizes, **planted.model(4, 8.0).sizes}
    return concatenate([planted.trials(4 + n, 1200, n, FixedMixture({n: value})) for n, value in sizes.items()])


@pytest.fixture(scope="module")
def apart(two_sizes):
    return fit(FitConfig(), two_sizes).model


def test_noise_linked_over_two_set_sizes_is_noise_for_each(two_sizes, apart):
    """Two numbers, two concentrations: only the weak priors differ."""
    linked = fit(FitConfig(noise="linked"), two_sizes).model
    for size in (2, 4):
        assert linked.emissions[size].concentration == pytest.approx(apart.emissions[size].concentration, rel=0.02)
    assert score(linked, two_sizes) == pytest.approx(score(apart, two_sizes), abs=2e-4)
    widths = [
        {
            row.set_size: row.shown.high - row.shown.low
            for row in model.parameters()
            if row.shown.name == "concentration"
        }
        for model in (linked, apart)
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.05)


def test_shared_noise_lies_between_that_of_the_set_sizes(two_sizes, apart):
    shared = fit(FitConfig(noise="shared"), two_sizes).model
    kappa = shared.emissions[2].concentration
    assert kappa == shared.emissions[4].concentration
    assert apart.emissions[4].concentration < kappa < apart.emissions[2].concentration
    assert score(shared, two_sizes) < score(apart, two_sizes)


def test_a_shared_function_is_known_better_than_each(two_sizes, apart, planted):
    (shared,) = fit(FitConfig(swap_function_shared=True), two_sizes).model.swap_estimates()
    assert shared.set_sizes == (2, 4)
    seen = shared.grid[0] >= math.pi / 6
    width = float((shared.high - shared.low)[seen].mean())
    for one in apart.swap_estimates():
        assert width < float((one.high - one.low)[seen].mean())
        # they are estimates of one function
        sd = ((one.high - one.low) + (shared.high - shared.low)) / (2 * 1.96)
        assert float(((one.mean - shared.mean) / sd)[seen].abs().max()) < 3
    gap = shared.mean - planted.log_odds(shared.grid[0])
    assert float(gap[seen].square().mean().sqrt()) < 0.4


@pytest.mark.parametrize("emission", LAWS)
def test_the_law_of_noise_that_made_the_data_fits_best(emission, planted, planted_2000):
    law = LAWS[emission]
    truth = FixedMixture({3: SizeParameters(law, -3.0, planted.model().sizes[3].swap)})
    trials, fresh = planted.trials(60, 1500, model=truth), planted.trials(61, 10_000, model=truth)
    mine = fit(FitConfig(emission=emission), trials).model
    assert score(truth, fresh) - score(mine, fresh) < 0.005
    assert mine.emissions[3].sd == pytest.approx(law.sd, rel=0.12)
    if emission != "wrapped_normal":  # which a von Mises law can hardly be told from
        assert score(mine, fresh) > score(fit(FitConfig(), trials).model, fresh) + 0.005
