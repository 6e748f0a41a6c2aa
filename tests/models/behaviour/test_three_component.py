"""The three-component model against an independent maximum-likelihood fit and against its own simulations."""

import csv
import math
import time

import numpy as np
import pytest
import torch
from scipy import optimize, special

from models.behaviour.emissions import VonMises
from models.behaviour.expectation_maximisation import expectation_maximisation, trial_scores
from models.behaviour.fitting import FitConfig, fit
from models.behaviour.mixture import FixedMixture, SizeParameters
from models.behaviour.swap_shapes import Constant
from models.displays import Displays
from models.trials import Trials

CLASSIC = FitConfig(model="three_component")


def read_bays(folder):
    with (folder / "bays_2009.csv").open() as file:
        rows = list(csv.DictReader(file))

    def column(name):
        return [float(row[name]) if row[name] else math.nan for row in rows]

    report = torch.tensor([column(f"report_{i}") for i in range(1, 7)]).double().T
    probe = torch.tensor([column(f"probe_{i}") for i in range(1, 7)]).double().T
    size = torch.tensor([int(row["set_size"]) for row in rows])
    return Trials.build(Displays(report, probe, size), torch.tensor(column("response")).double())


def independent_fit(trials, size):
    """Nelder-Mead on the likelihood, written from the formula; best of several starts."""
    error = trials.error[:, :size].numpy()

    def cost(point):
        odds = np.exp([0.0, point[0] if size > 1 else -np.inf, point[1]])
        target, swap, guess = odds / odds.sum()
        kappa = np.exp(point[2])
        noise = np.exp(kappa * (np.cos(error) - 1)) / (2 * np.pi * special.i0e(kappa))
        swaps = swap * noise[:, 1:].mean(1) if size > 1 else 0
        return -np.log(target * noise[:, 0] + swaps + guess / (2 * np.pi)).sum()

    options = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000}
    runs = [
        optimize.minimize(cost, [swap, guess, kappa], method="Nelder-Mead", options=options)
        for swap, guess, kappa in ((-2, -2, 2), (-1, -3, 1), (-3, -1, 3))
    ]
    best = min(runs, key=lambda run: run.fun)
    odds = np.exp([0.0, best.x[0] if size > 1 else -np.inf, best.x[1]])
    return odds / odds.sum(), math.exp(best.x[2]), -best.fun


def test_agrees_with_an_independent_fit_of_published_data(shared_data):
    trials = read_bays(shared_data)
    model = fit(CLASSIC, trials).model
    assert model.set_sizes == [1, 2, 4, 6]
    for size in (1, 2, 4, 6):
        part = trials.of_set_size(size)
        (target, swap, guess), kappa, likelihood = independent_fit(part, size)
        mine = model.sizes[size]
        assert mine.target == pytest.approx(target, abs=0.01)
        assert mine.swap == pytest.approx(swap, abs=0.01)
        assert mine.uniform == pytest.approx(guess, abs=0.01)
        assert mine.concentration == pytest.approx(kappa, rel=0.03)
        assert float(model.log_prob(part).sum()) >= likelihood - 1e-3 * len(part) ** 0.5


def simulated(seed, count, swap=0.2, guess=0.1, kappa=8.0, size=4):
    target = 1 - swap - guess
    each = Constant(math.log(swap / (size - 1) / target))
    truth = FixedMixture({size: SizeParameters(VonMises(kappa), math.log(guess / target), each)})
    generator = torch.Generator().manual_seed(seed)
    report = (2 * torch.rand((count, size), generator=generator, dtype=torch.float64) - 1) * math.pi
    displays = Displays(report, torch.full_like(report, math.nan), torch.full((count,), size))
    return Trials.build(displays, truth.sample(displays, generator))


def test_recovers_and_its_standard_errors_cover():
    """60 estimates of 3 parameters in 20 simulations: about 95 % within two standard errors."""
    truth = np.array([0.2, 0.1, math.log(8.0)])
    scores = []
    for seed in range(20):
        run = expectation_maximisation(simulated(seed, 800), True, 5000, 1e-9)
        estimate = [run.estimate.swap, run.estimate.uniform, math.log(run.estimate.concentration)]
        scores.append((np.array(estimate) - truth) / run.estimate.covariance.diagonal().sqrt().numpy())
    assert (np.abs(scores) < 2).mean() > 0.87
    assert np.abs(scores).max() < 4.5


def test_likelihood_never_falls():
    run = expectation_maximisation(simulated(1, 300), True, 500, 1e-10)
    assert np.diff(run.curve).min() > -1e-10
    assert run.converged


def test_needs_no_probe_values_and_knows_set_size_one_has_no_swaps():
    fitted = fit(CLASSIC, simulated(2, 200, size=2)).model
    assert float(fitted.sizes[2].swap) > 0
    one = simulated(3, 200, size=2)
    single = Displays(one.report[:, :1], one.probe[:, :1], torch.ones(200, dtype=torch.int64))
    model = fit(CLASSIC, Trials.build(single, one.response)).model
    assert model.sizes[1].swap == 0
    assert model.weights(single).shape == (200, 2)


def test_without_guesses_there_are_none():
    model = fit(FitConfig(model="three_component", uniform=False), simulated(4, 300, guess=0.01)).model
    assert model.sizes[4].uniform == 0
    assert torch.equal(model.weights(simulated(4, 5).displays)[:, 0], torch.zeros(5).double())


def test_responses_that_copy_the_target_stay_finite():
    trials = simulated(5, 50)
    copied = Trials.build(trials.displays, trials.report[:, 0])
    model = fit(CLASSIC, copied).model
    assert model.log_prob(copied).isfinite().all()
    assert model.log_prob(trials).isfinite().all()


@pytest.mark.parametrize("swap", [0.0, 0.2])
def test_intervals_stay_sensible_where_no_swaps_were_found(swap):
    """80 trials of eight items: swaps and guesses are hard to tell apart, the share of the target is not."""
    trials = simulated(8, 80, swap=max(swap, 1e-9), guess=0.3, kappa=10.0, size=8)
    model = fit(CLASSIC, trials).model
    assert model.sizes[8].covariance.diagonal().max() < 4
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([model.draw(generator).weights(trials.displays)[0] for _ in range(200)])
    assert bool((drawn >= 0).all())
    assert float(drawn[:, 1].std()) < 0.1
    assert float(drawn[:, 1].mean()) == pytest.approx(model.sizes[8].target, abs=0.08)


def test_scores_are_the_slopes_of_the_log_density():
    trials = simulated(9, 12)

    def log_density(swap, guess, log_kappa):
        target = 1 - swap - guess
        odds = Constant(math.log(swap / 3 / target))
        emission = VonMises(math.exp(log_kappa))
        return FixedMixture({4: SizeParameters(emission, math.log(guess / target), odds)}).log_prob(trials)

    at, step = np.array([0.2, 0.1, math.log(8.0)]), 1e-6
    slopes = [(log_density(*(at + move)) - log_density(*(at - move))) / (2 * step) for move in step * np.eye(3)]
    mine = trial_scores(trials.error.cos(), 0.2, 0.1, 8.0)
    np.testing.assert_allclose(mine, torch.stack(slopes, 1), rtol=1e-5, atol=1e-7)


def grid_posterior(trials, size):
    """Means and sds of (swap, uniform, log kappa) by summing over a grid, written from the formula."""
    share = (np.arange(60) + 0.5) / 60
    axes = (share if size > 1 else np.zeros(1), share, np.linspace(-3, 9, 121))
    swap, guess, log_kappa = np.meshgrid(*axes, indexing="ij")
    kappa = np.exp(log_kappa)
    log_posterior = -0.5 * ((log_kappa - math.log(8)) / 2) ** 2
    for error in trials.error[:, :size].numpy():
        noise = [np.exp(kappa * (math.cos(e) - 1)) / (2 * np.pi * special.i0e(kappa)) for e in error]
        density = (1 - swap - guess) * noise[0] + guess / (2 * np.pi)
        if size > 1:
            density = density + swap * sum(noise[1:]) / (size - 1)
        log_posterior += np.log(np.where(swap + guess < 1, density, 1e-300))
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()
    points = np.stack([swap, guess, log_kappa], -1)
    mean = (weight[..., None] * points).sum((0, 1, 2))
    return mean, np.sqrt((weight[..., None] * (points - mean) ** 2).sum((0, 1, 2)))


def without_guesses(seed, count=25, kappa=10.0):
    generator = torch.Generator().manual_seed(seed)
    report = (2 * torch.rand((count, 1), generator=generator, dtype=torch.float64) - 1) * math.pi
    displays = Displays(report, torch.full_like(report, math.nan), torch.ones(count, dtype=torch.int64))
    return Trials.build(displays, report[:, 0] + VonMises(kappa).sample(count, generator))


@pytest.mark.parametrize("seed", range(4))
def test_few_trials_without_guesses_draw_few_guesses(seed):
    """The estimate is on the border, at no guesses; the posterior mean is near 1 in 25."""
    trials = without_guesses(seed)
    draws = fit(CLASSIC, trials).model.draws[1].numpy()
    mean, sd = grid_posterior(trials, 1)
    assert mean[1] < 0.12
    assert draws[:, 1].mean() == pytest.approx(mean[1], abs=0.3 * sd[1])
    assert draws[:, 2].mean() == pytest.approx(mean[2], abs=0.3 * sd[2])
    assert (draws[:, 0] == 0).all()


@pytest.mark.parametrize(("swap", "guess"), [(0.2, 0.1), (1e-9, 0.3), (0.2, 1e-9)])
def test_draws_have_the_mean_and_sd_of_the_posterior(swap, guess):
    trials = simulated(8, 40, swap=swap, guess=guess, size=3)
    draws = fit(CLASSIC, trials).model.draws[3].numpy()
    mean, sd = grid_posterior(trials, 3)
    np.testing.assert_array_less(np.abs(draws.mean(0) - mean) / sd, 0.35)
    np.testing.assert_allclose(draws.std(0), sd, rtol=0.25)
    assert (draws[:, 0] + draws[:, 1] <= 1).all()


def test_bands_are_those_of_the_draws():
    model = fit(CLASSIC, simulated(7, 300)).model
    swap, guess, _ = model.draws[4].T
    expected = np.quantile(np.log(swap / 3 / (1 - swap - guess)), [0.025, 0.975])
    (estimate,) = model.swap_estimates()
    assert [float(estimate.low[0]), float(estimate.high[0])] == pytest.approx(list(expected))
    assert float(estimate.low[0]) < float(estimate.mean[0]) < float(estimate.high[0])
    for row in model.parameters():
        assert row.shown.low < row.shown.value < row.shown.high


def test_draws_are_made_when_asked_for_and_soon():
    model = fit(CLASSIC, simulated(6, 2000, size=6)).model
    assert "draws" not in vars(model)
    before = time.process_time()
    assert model.draws[6].shape == (200, 3)
    assert time.process_time() - before < 0.5
