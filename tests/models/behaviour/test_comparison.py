"""Cross-validation: the folds, what wins on data from a known model, and models that cannot be fitted."""

import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
import torch

from models.behaviour import comparison
from models.behaviour.comparison import Candidate, CannotCompare, assign_folds, compare, strata
from models.behaviour.fitting import CannotFit, FitConfig, fit
from models.displays import Displays
from models.progress import Interrupted
from models.trials import Trials, concatenate

BNS = Candidate("bns", "BNS", FitConfig())
FLAT = Candidate("flat", "Three components", FitConfig(model="three_component"))


def awkward_trials(planted):
    """Three subjects, two conditions, two set sizes, in unequal numbers."""
    first, second = planted.trials(1, 211, set_size=2), planted.trials(2, 340, set_size=3)
    whole = concatenate([first, second])
    random = np.random.default_rng(0)
    subject = random.choice(["a", "b", "c"], len(whole), p=[0.6, 0.3, 0.1])
    condition = random.choice(["long", "short"], len(whole))
    return Trials.build(whole.displays, whole.response, list(subject), list(condition))


@pytest.fixture(scope="module")
def found(planted):
    return compare([FLAT, BNS], planted.trials(3, 3000), folds=5, seed=1)


def test_folds_are_disjoint_whole_and_stratified(planted):
    trials = awkward_trials(planted)
    fold = assign_folds(trials, 5, seed=3)
    assert sorted(fold.unique().tolist()) == [0, 1, 2, 3, 4]
    sizes = torch.bincount(fold)
    assert int(sizes.max() - sizes.min()) <= 1
    groups = strata(trials)
    assert len(groups.unique()) == 12
    for group in groups.unique():
        counts = torch.bincount(fold[groups == group], minlength=5)
        assert int(counts.max() - counts.min()) <= 1


def test_no_fold_holds_all_trials_of_a_set_size(planted):
    """Two trials of a set size, one of each subject, are held out one at a time."""
    whole = concatenate([planted.trials(1, 2, set_size=2), planted.trials(2, 60)])
    subject = ["a", "b"] * 31
    for seed in range(12):
        trials = Trials.build(whole.displays, whole.response, subject)
        fold = assign_folds(trials, 5, seed)
        assert fold[0] != fold[1]


def test_folds_depend_on_the_seed_only(planted):
    trials = awkward_trials(planted)
    assert torch.equal(assign_folds(trials, 5, 3), assign_folds(trials, 5, 3))
    assert not torch.equal(assign_folds(trials, 5, 3), assign_folds(trials, 5, 4))


def test_the_generating_model_wins(found):
    assert found.result["best"] == "bns"
    best, second = found.result["models"]
    assert (best["name"], best["rank"], best["tied_with_best"]) == ("bns", 1, False)
    assert (second["name"], second["tied_with_best"]) == ("flat", False)
    assert second["difference"]["high"] < 0
    told = second["information"]
    assert told["bic"] == pytest.approx(-2 * told["log_likelihood"] + told["parameters"] * math.log(3000))
    assert told["aic"] == pytest.approx(-2 * told["log_likelihood"] + 2 * told["parameters"])
    assert told["bic"] > best["information"]["bic"]
    assert "BNS predicts held-out responses best" in found.result["verdict"]
    assert "nothing follows for other people" in found.result["verdict"]
    json.dumps(found.result, allow_nan=False)


def test_held_out_is_what_a_fit_without_the_fold_says(planted, found):
    trials = planted.trials(3, 3000)
    out = found.fold == 2
    alone = fit(FLAT.config, trials.select(~out), seed=1).model.log_prob(trials.select(out))
    np.testing.assert_allclose(found.pointwise[out, found.names.index("flat")], alone)
    best, second = found.result["models"]
    gap = (found.pointwise[:, 0] - found.pointwise[:, 1]).numpy()
    assert second["difference"]["mean"] == pytest.approx(gap.mean())
    assert second["difference"]["se"] == pytest.approx(gap.std(ddof=1) / math.sqrt(3000))
    assert best["held_out"]["mean"] == pytest.approx(float(found.pointwise[:, 1].mean()))


def test_the_same_seed_gives_the_same_numbers(planted):
    trials = planted.trials(4, 300)
    first, second = (compare([FLAT], trials, 5, seed=2) for _ in range(2))
    assert torch.equal(first.pointwise, second.pointwise)


def test_models_without_a_difference_are_tied(planted):
    """Data in which all items are alike: a flat swap function has nothing over one rate for all."""
    trials = planted.trials(5, 600)
    shuffled = Displays(trials.report, trials.probe[torch.randperm(600)], trials.set_size)
    found = compare([FLAT, BNS], dataclasses.replace(trials, displays=shuffled), folds=5)
    assert found.result["models"][1]["tied_with_best"]
    assert "do not tell it from" in found.result["verdict"]


def test_every_model_is_given_for_every_reference(found):
    (pair,) = [one for one in found.result["pairs"] if one["reference"] == "flat"]
    assert pair["model"] == "bns"
    second = found.result["models"][1]
    assert pair["mean"] == pytest.approx(-second["difference"]["mean"])
    assert pair["low"] == pytest.approx(-second["difference"]["high"])


def test_a_model_that_cannot_be_fitted_is_a_row_with_the_reason(planted):
    trials = planted.trials(6, 200)
    bare = Displays(trials.report, torch.full_like(trials.probe, math.nan), trials.set_size)
    found = compare([BNS, FLAT], dataclasses.replace(trials, displays=bare), folds=5)
    assert found.result["best"] == "flat"
    assert found.names == ["flat"]
    lost = found.result["models"][-1]
    assert lost["name"] == "bns"
    assert "probe" in lost["problem"]
    assert lost["held_out"] is None
    assert "nothing to compare it with" in found.result["verdict"]


def test_a_model_that_fails_in_a_fold_is_a_row_too(planted, monkeypatch):
    trials = planted.trials(6, 100)

    def refuse(config, part, seed, report):
        if config.model == "bns" and len(part) < 100:
            raise CannotFit("too few trials")
        return fit(config, part, seed, report)

    monkeypatch.setattr(comparison, "fit", refuse)
    found = compare([BNS, FLAT], trials, folds=5)
    assert found.result["models"][-1]["problem"] == "Without fold 1 of 5: Too few trials."


def test_each_model_is_fitted_once_more_than_there_are_folds(planted, monkeypatch):
    count = itertools.count()

    def counted(*arguments):
        next(count)
        return fit(*arguments)

    monkeypatch.setattr(comparison, "fit", counted)
    compare([FLAT, dataclasses.replace(FLAT, name="again")], planted.trials(7, 100), folds=5)
    assert next(count) == 12


def test_progress_rises_and_names_model_and_fold(planted):
    heard = []
    compare([BNS, FLAT], planted.trials(8, 150), folds=5, report=heard.append)
    fractions = [progress.fraction for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert any(progress.message == "Three components: fold 3 of 5" for progress in heard)


def test_it_stops_when_it_is_told_to(planted):
    def stop(progress):
        if "fold 2" in progress.message:
            raise Interrupted

    with pytest.raises(Interrupted):
        compare([FLAT], planted.trials(8, 150), folds=5, report=stop)


def test_a_set_size_with_one_trial_is_left_out_and_said_to_be(planted):
    trials = concatenate([planted.trials(9, 150), planted.trials(10, 1, set_size=2)])
    found = compare([FLAT], trials, folds=5)
    assert found.result["trials"] == 150
    assert "Set size 2 has one trial" in found.result["notes"][0]


@pytest.mark.parametrize("candidates", [[], [FLAT, FLAT]])
def test_what_is_no_comparison_is_refused(planted, candidates):
    with pytest.raises(CannotCompare):
        compare(candidates, planted.trials(9, 100))
    with pytest.raises(CannotCompare, match="at least 10 trials"):
        compare([FLAT], planted.trials(9, 8), folds=5)
