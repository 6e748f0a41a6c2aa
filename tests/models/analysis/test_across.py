"""Networks as replicates: intervals and tests agree with independent computations; too little gives nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from models.analysis.across import against_null, as_numbers, as_plain, contrast, over_seeds, spread
from models.analysis.subject import Result

OURS, OTHERS = [0.31, 0.28, 0.35, 0.30, 0.33], [0.10, 0.21, 0.14, 0.09, 0.32]


def difference_of_means(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    return np.asarray(a.mean(axis) - b.mean(axis))


def test_the_interval_is_the_t_interval_entry_by_entry() -> None:
    each = np.random.default_rng(1).normal(size=(5, 2, 3))
    found = spread(each.tolist())
    low, high = stats.t.interval(0.95, 4, each.mean(0), stats.sem(each, 0))
    assert np.allclose(found["mean"], each.mean(0))
    assert np.allclose(found["low"], low)
    assert np.allclose(found["high"], high)
    assert np.allclose(found["each"], each)


def test_what_some_networks_lack_is_averaged_over_the_others() -> None:
    found = spread([[1.0, None, None], [3.0, 5.0, None], [2.0, 7.0, None]])
    assert found["mean"] == [2.0, 6.0, None]
    low, high = stats.t.interval(0.95, 1, 6.0, stats.sem([5.0, 7.0]))
    assert (found["low"][1], found["high"][1]) == (pytest.approx(low), pytest.approx(high))
    assert found["high"][2] is None
    alone = spread([4.0])
    assert (alone["mean"], alone["low"], alone["high"]) == (4.0, None, None)


def test_networks_must_agree_in_shape() -> None:
    results = [Result({"time": [0.0]}, {"angle": value}, {"angle": [0.0]}) for value in ([1.0], [1.0, 2.0])]
    with pytest.raises(ValueError, match="angle has not the same shape"):
        over_seeds(results)
    with pytest.raises(ValueError, match="at least one"):
        over_seeds([])
    both = over_seeds([results[0], results[0]])
    assert (both["axes"], both["seeds"], both["measures"]["angle"]["mean"]) == ({"time": [0.0]}, 2, [1.0])


def test_a_contrast_agrees_with_scipy() -> None:
    found = contrast(OURS, OTHERS)
    exact = stats.permutation_test((np.array(OURS), np.array(OTHERS)), difference_of_means, n_resamples=np.inf)
    welch = stats.ttest_ind(OURS, OTHERS, equal_var=False)
    interval = welch.confidence_interval(0.95)
    pooled = math.sqrt((np.var(OURS, ddof=1) + np.var(OTHERS, ddof=1)) / 2)
    assert found["p"] == pytest.approx(exact.pvalue)
    assert found["p_t"] == pytest.approx(welch.pvalue)
    assert (found["low"], found["high"]) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert found["difference"] == pytest.approx(np.mean(OURS) - np.mean(OTHERS))
    assert found["effect"] == pytest.approx(found["difference"] / pooled * (1 - 3 / 31))


def test_a_null_is_compared_pair_by_pair() -> None:
    found = against_null(OURS, OTHERS)
    gaps = np.array(OURS) - np.array(OTHERS)
    exact = stats.permutation_test((gaps,), np.mean, permutation_type="samples", n_resamples=np.inf)
    paired = stats.ttest_rel(OURS, OTHERS)
    assert found["p"] == pytest.approx(exact.pvalue)
    assert found["p_t"] == pytest.approx(paired.pvalue)
    assert found["low"] == pytest.approx(paired.confidence_interval(0.95).low)
    assert found["effect"] == pytest.approx(gaps.mean() / gaps.std(ddof=1))


def test_large_groups_are_permuted_at_random() -> None:
    random = np.random.default_rng(3)
    one, other = random.normal(0.5, 1, 30).tolist(), random.normal(0, 1, 30).tolist()
    assert contrast(one, other)["p"] == pytest.approx(stats.ttest_ind(one, other).pvalue, abs=0.02)
    assert against_null(one, other)["p"] == pytest.approx(stats.ttest_rel(one, other).pvalue, abs=0.02)


def test_too_little_gives_nothing() -> None:
    assert set(contrast([1.0, None], [1.0, 2.0]).values()) == {None}
    assert set(against_null([1.0, 2.0], [None, 1.0]).values()) == {None}


def test_networks_that_do_not_differ_have_no_effect_size() -> None:
    found = contrast([0.1 + 0.2] * 3, [0.1] * 3)  # 0.1 + 0.2 is not quite 0.3: rounding is no spread
    assert (found["effect"], found["p"], found["p_t"]) == (None, pytest.approx(0.1), pytest.approx(0.1))
    assert found["low"] == found["high"] == pytest.approx(0.2)
    assert against_null([0.5, 0.5], [0.2, 0.2])["effect"] is None


def test_plain_numbers_there_and_back() -> None:
    plain = [[1.0, None], [2.5, 3.0]]
    assert as_plain(as_numbers(plain)) == plain
    assert as_plain(np.float64(math.inf)) is None
