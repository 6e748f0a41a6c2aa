"""Paired differences against scipy, ties, and sentences that claim no more than the intervals allow."""

import numpy as np
import pytest
import torch
from scipy import stats

from models.behaviour.paired import difference, verdict, wins


def pair(subjects, gap, trials=200, seed=0, between=0.0):
    """Log-likelihoods of two models: they differ by ``gap`` on average, by ``between`` among subjects."""
    random = np.random.default_rng(seed)
    subject = np.repeat(np.arange(subjects), trials)
    own = gap + between * random.standard_normal(subjects)
    base = random.standard_normal(subjects * trials)
    model = base + own[subject] + 0.5 * random.standard_normal(subjects * trials)
    return torch.from_numpy(model), torch.from_numpy(base), torch.from_numpy(subject)


def test_intervals_are_those_of_paired_t_tests():
    model, base, subject = pair(12, 0.05, between=0.1)
    found = difference(model, base, subject)
    low, high = stats.ttest_rel(model.numpy(), base.numpy()).confidence_interval(0.95)
    np.testing.assert_allclose([found.trials.low, found.trials.high], [low, high])
    means = [float((model - base)[subject == code].mean()) for code in range(12)]
    low, high = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    np.testing.assert_allclose([found.subjects.low, found.subjects.high], [low, high])
    assert found.subjects.se == pytest.approx(np.std(means, ddof=1) / np.sqrt(12))
    assert found.trials.se == pytest.approx(float((model - base).numpy().std(ddof=1)) / np.sqrt(len(model)))


def test_the_order_of_trials_and_the_codes_of_subjects_do_not_matter():
    model, base, subject = pair(6, 0.1)
    order = torch.randperm(len(model), generator=torch.Generator().manual_seed(0))
    again = difference(model[order], base[order], 7 * subject[order] + 3)
    np.testing.assert_allclose(again.subjects.mean, difference(model, base, subject).subjects.mean)


def test_a_difference_that_subjects_do_not_share_is_a_tie():
    model, base, subject = pair(8, 0.1, trials=2000, between=1.0, seed=3)
    found = difference(model, base, subject)
    assert not found.trials.holds_zero
    assert found.subjects.holds_zero
    assert found.tied
    few = subject < 3
    assert not difference(model[few], base[few], subject[few]).tied, "three subjects are judged over trials"


def test_one_subject_has_no_interval_over_subjects():
    model, base, subject = pair(1, 0.3)
    found = difference(model, base, subject)
    assert found.subjects is None
    assert found.to_json()["subjects"] is None
    assert not found.tied


def test_a_model_is_tied_with_its_double():
    model, _, subject = pair(6, 0.1)
    found = difference(model, model.clone(), subject)
    assert (found.trials.mean, found.trials.se, found.tied) == (0, 0, True)


def test_wins_are_counted_by_subject():
    table = torch.tensor([[0.0, -1.0], [0.0, -3.0], [-5.0, -1.0], [-2.0, -2.0]], dtype=torch.float64)
    assert wins(table, torch.tensor([0, 0, 1, 2])) == [2, 2], "an even subject counts for both"
    assert wins(table[:, :0], torch.tensor([0, 0, 1, 2])) == []


def told(subjects, gap, **more):
    model, base, subject = pair(subjects, gap, **more)
    zero, gap = difference(base, base, subject), difference(base - (model - base), base, subject)
    return verdict(["BNS", "Mixture"], [zero, gap], subjects, 0)


def test_a_clear_win_is_said_with_its_interval():
    words = told(10, 0.2)
    assert "BNS predicts held-out responses best" in words
    assert "over subjects" in words
    assert "best for 10 of 10 subjects" in words


def test_a_tie_is_said_to_be_one():
    words = told(10, 0.0)
    assert "do not tell it from Mixture" in words
    assert "predicts held-out responses best" not in words


def test_several_ties_are_listed():
    model, base, subject = pair(10, 0.0)
    zero, gap = difference(base, base, subject), difference(model, base, subject)
    words = verdict(["A", "B", "C", "D"], [zero, gap, gap, gap], 4, 0)
    assert "do not tell it from B, C and D: the intervals of the differences hold 0." in words


def test_few_subjects_are_not_all_people():
    assert "nothing follows for other people" in told(1, 0.3)
    assert "too few to speak of other people" in told(3, 0.3)
    assert "people" not in told(10, 0.3)


def test_models_that_could_not_be_fitted_are_mentioned():
    model, base, subject = pair(10, 0.2)
    zero = difference(base, base, subject)
    assert "nothing to compare it with" in verdict(["BNS"], [zero], 10, 2)
    assert "None of the models" in verdict([], [], 0, 3)
    assert "2 models could not be fitted" in verdict(["A", "B"], [zero, difference(base - model, base, subject)], 5, 2)
