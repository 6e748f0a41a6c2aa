"""What every classic model must do: densities that are densities, samples that score well, nothing infinite."""

import functools
import math

import numpy as np
import pytest
import torch

from models.behaviour.classics import THEORIES
from models.behaviour.classics.responses import SizeResponses
from models.behaviour.config import MODELS, WITH_OPTIONAL_GUESSES, FitConfig
from models.behaviour.fitting import FITTERS, fit
from models.behaviour.result import LABELS, label, result
from models.behaviour.storage import READERS, dump, load
from models.displays import Displays
from models.trials import Trials

NAMES = sorted(THEORIES)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_every_model_is_registered_everywhere():
    assert set(MODELS) == set(FITTERS) == set(LABELS)
    assert set(MODELS) < set(READERS)
    assert set(THEORIES) | {"bns", "three_component"} == set(MODELS)


def test_densities_integrate_to_one(name, planted, displays):
    theory, numbers = planted(name)
    shown = displays(15)
    angles = torch.linspace(-math.pi, math.pi, 2**14 + 1)[:-1].double()  # the densities of TCC have kinks
    density = theory.mixture(numbers).density(shown, angles)
    assert bool((density > 0).all())
    np.testing.assert_allclose(density.mean(1) * 2 * math.pi, 1, atol=1e-5)


def test_samples_score_their_entropy(name, planted, displays):
    """The mean log density of a model's own samples is minus its entropy, here by quadrature over the circle."""
    theory, numbers = planted(name)
    mixture = theory.mixture(numbers)
    shown = displays(30)
    angles = torch.linspace(-math.pi, math.pi, 2049)[:-1].double()
    density = mixture.density(shown, angles)
    entropy = -(density * density.log()).mean(1) * 2 * math.pi
    many = shown.select(torch.arange(30).repeat(400))
    score = mixture.log_prob(Trials.build(many, mixture.sample(many, torch.Generator().manual_seed(3))))
    gap = score.view(400, 30) + entropy
    assert abs(float(gap.mean())) < 4 * float(gap.std()) / math.sqrt(gap.numel())


def test_the_fitted_likelihood_is_the_model_s(name, planted, displays, simulated):
    theory, numbers = planted(name)
    trials = simulated(name, 300)
    mine = theory.mixture(numbers).log_prob(trials)
    for size in theory.set_sizes:
        data = SizeResponses.of(trials, size, theory.swaps, theory.probed)
        np.testing.assert_allclose(theory.log_density(numbers, data), mine[trials.set_size == size], atol=2e-4)


def test_slopes_are_the_differences(name, planted, simulated):
    theory, numbers = planted(name)
    data = SizeResponses.of(simulated(name, 300), 4, theory.swaps, theory.probed)

    def total(theta):
        return theory.log_density(theta, data).sum()

    theta = numbers.clone().requires_grad_()
    (slope,) = torch.autograd.grad(total(theta), theta)
    steps = 1e-6 * torch.eye(len(numbers), dtype=torch.float64)
    differences = torch.stack([(total(numbers + step) - total(numbers - step)) / 2e-6 for step in steps])
    np.testing.assert_allclose(slope, differences, rtol=1e-4, atol=1e-4)


def test_priors_are_logistic_laws_of_log_odds_and_normal_laws_of_the_rest(name, planted):
    theory, numbers = planted(name)
    theta = numbers.clone().requires_grad_()
    (slope,) = torch.autograd.grad(theory.log_prior(theta), theta)
    for value, mine, one in zip(numbers.tolist(), slope.tolist(), theory.coordinates.values(), strict=True):
        if one.prior is None:
            assert mine == pytest.approx(-math.tanh(value / 2))
        else:
            assert mine == pytest.approx((one.prior[0] - value) / one.prior[1] ** 2)


@pytest.fixture(scope="module")
def fits(simulated):
    """``fits(name)``: 240 trials and a fit of them."""

    @functools.cache
    def make(name):
        trials = simulated(name, 240)
        return trials, fit(FitConfig(model=name), trials)

    return make


def test_survives_storage(name, fits):
    trials, done = fits(name)
    again = load(dump(done))
    assert again.name == name
    assert torch.equal(again.log_prob(trials), done.model.log_prob(trials))
    assert again.parameters() == done.model.parameters()
    drawn = [model.draw(torch.Generator().manual_seed(1)).log_prob(trials) for model in (again, done.model)]
    assert torch.equal(*drawn)


def test_the_same_trials_give_the_same_fit(name, fits):
    trials, done = fits(name)
    again = fit(FitConfig(model=name), trials).model
    assert torch.equal(again.estimate, done.model.estimate)
    if name == "two_component":
        assert torch.equal(again.draws, done.model.draws)


def test_results_are_plain_and_finite(name, fits):
    trials, done = fits(name)
    shown = result(done, trials)
    swaps = THEORIES[name].swaps
    assert [one["set_size"] for one in shown["swap_functions"]] == ([2, 4] if swaps else [])
    for row in shown["parameters"]:
        assert row["low"] <= row["value"] <= row["high"]
        assert all(math.isfinite(row[end]) for end in ("low", "value", "high"))
    for entry in shown["weights"]:
        whole = sum(entry[part]["value"] for part in ("uniform", "target", "swap"))
        assert whole == pytest.approx(1)
        if entry["set_size"] == 1 or not swaps:
            assert entry["swap"]["value"] == entry["swap"]["high"] == 0


def strange_trials():
    """All that a file may hold: identical items, errors of exactly 0 and pi, everything the same."""
    report = torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.5, 2.0, -1.0, 0.5], [-math.pi, 0.0, 1.0, 2.0]]).double()
    shown = Displays(report, report.flip(1), torch.full((3,), 4))
    opposite = Trials.build(shown, torch.tensor([0.5, 0.5 - math.pi, 0.0]).double())
    copies = Trials.build(shown, report[:, 0])
    one = opposite.select(torch.tensor([1]))
    constant = Trials.build(shown, torch.full((3,), 1.0).double())
    return {"opposite": opposite, "copies": copies, "one trial": one, "one response": constant}


@pytest.mark.parametrize("case", ["opposite", "copies", "one trial", "one response"])
def test_strange_trials_stay_finite(name, case):
    trials = strange_trials()[case]
    model = fit(FitConfig(model=name, max_steps=60), trials).model
    for other in strange_trials().values():
        assert bool(model.log_prob(other).isfinite().all())
    assert all(math.isfinite(row.shown.value) for row in model.theory.shown(model.estimate))


def test_one_trial_has_an_uncertainty(name):
    trials = strange_trials()["one trial"]
    model = fit(FitConfig(model=name), trials).model
    drawn = model.draw(torch.Generator().manual_seed(0))
    assert bool(drawn.log_prob(trials).isfinite().all())
    for row in model.parameters():
        assert math.isfinite(row.shown.low)
        assert math.isfinite(row.shown.high)


def test_options_that_do_not_apply_change_nothing(name, fits):
    trials, usual = fits(name)
    other = FitConfig(
        model=name, dimensions="both", even=False, noise="linked", emission="wrapped_cauchy", uniform=False
    )
    changed = fit(other, trials).model
    if name in WITH_OPTIONAL_GUESSES:
        assert bool((changed.weights(trials.displays)[:, 0] == 0).all())
        assert label(other).endswith("no guesses")
    else:
        assert torch.equal(usual.model.estimate, changed.estimate)
        assert label(other) == label(FitConfig(model=name))


@pytest.mark.parametrize("name", ["two_component", "interference", "neural_population"])
def test_subjects_are_fitted_apart(name, simulated):
    one, two = simulated(name, 150), simulated(name, 150, seed=5)
    both = Trials.build(
        Displays(
            *(torch.cat([getattr(part, field) for part in (one, two)]) for field in ("report", "probe", "set_size"))
        ),
        torch.cat([one.response, two.response]),
        ["a"] * len(one) + ["b"] * len(two),
    )
    model = fit(FitConfig(model=name, subjects="separate"), both).model
    alone = fit(FitConfig(model=name), one).model
    np.testing.assert_allclose(model.log_prob(both)[: len(one)], alone.log_prob(one), atol=1e-9)


def test_hierarchical_subjects_are_refused(name):
    with pytest.raises(ValueError, match="only BNS has a hierarchical fit"):
        FitConfig(model=name, subjects="hierarchical")
