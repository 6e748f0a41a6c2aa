"""Networks as replicates: what is true of an objective is what holds over networks with different seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.analysis.subject import Result

LEVEL = 0.95
MOST_ARRANGEMENTS = 20_000  # beyond which a permutation test draws at random
_SAME = 1e-9  # relative: a spread that is rounding and no difference between networks

Numbers = NDArray[np.float64]


def over_seeds(results: Sequence[Result]) -> dict[str, Any]:
    """What networks of one configuration have in common.

    Returns:
        ``{"axes", "measures", "nulls", "seeds"}``; every measure is ``{"mean", "low", "high", "each"}``: mean and
        95 % t-interval over the networks, entry by entry, and the networks' own values. An entry that only some
        networks have is averaged over those, and is None where none has it; bounds are None with fewer than two.

    Raises:
        ValueError: if there is no network, or a measure differs in shape between networks.
    """
    if not results:
        raise ValueError("there must be at least one network")
    first = results[0]
    return {
        "axes": first.axes,
        "measures": {name: spread([one.measures[name] for one in results], name) for name in first.measures},
        "nulls": {name: spread([one.nulls[name] for one in results], name) for name in first.nulls},
        "seeds": len(results),
    }


def spread(each: Sequence[Any], name: str = "the measure") -> dict[str, Any]:
    """Mean and 95 % t-interval over the first axis of nested lists of equal shape; None is missing.

    Raises:
        ValueError: if shapes differ.
    """
    try:
        values = np.array([as_numbers(one) for one in each])
    except ValueError:
        raise ValueError(f"{name} has not the same shape in all networks") from None
    there = np.isfinite(values)
    count = there.sum(0)
    safe = np.where(there, values, 0.0)
    mean = np.divide(safe.sum(0), count, out=np.full(count.shape, math.nan), where=count > 0)
    squares = np.where(there, (values - mean) ** 2, 0.0).sum(0)
    deviation = np.sqrt(np.divide(squares, count - 1, out=np.full(count.shape, math.nan), where=count > 1))
    quantile = stats.t.ppf(0.5 + LEVEL / 2, np.maximum(count - 1, 1))
    half = quantile * deviation / np.sqrt(np.maximum(count, 1))
    return {
        "mean": as_plain(mean),
        "low": as_plain(mean - half),
        "high": as_plain(mean + half),
        "each": [as_plain(one) for one in values],
    }


def contrast(ours: Sequence[float | None], others: Sequence[float | None]) -> dict[str, float | None]:
    """Two groups of networks compared in one number each.

    Returns:
        ``difference`` of the means with ``low`` and ``high`` (95 %, Welch), ``effect`` (Hedges' g), ``p`` of the
        permutation test (two-sided, exact for small groups) and ``p_t`` of Welch's t-test, which unlike the former is
        not bounded from below by the number of networks; where no network differs from its group it is ``p``. None
        where a group has fewer than two numbers.
    """
    a, b = (as_numbers(list(one)) for one in (ours, others))
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if len(a) < 2 or len(b) < 2:
        return dict.fromkeys(("difference", "low", "high", "effect", "p", "p_t"))
    difference, p = float(a.mean() - b.mean()), _permuted(a, b)
    pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
    if pooled <= _SAME * max(1.0, abs(a).max(), abs(b).max()):
        return {"difference": difference, "low": difference, "high": difference, "effect": None, "p": p, "p_t": p}
    welch = stats.ttest_ind(a, b, equal_var=False)
    interval = welch.confidence_interval(LEVEL)
    return {
        "difference": difference,
        "low": float(interval[0]),
        "high": float(interval[1]),
        "effect": difference / pooled * (1 - 3 / (4 * (len(a) + len(b)) - 9)),
        "p": p,
        "p_t": float(welch.pvalue),
    }


def against_null(values: Sequence[float | None], nulls: Sequence[float | None]) -> dict[str, float | None]:
    """Networks against their own nulls, pair by pair.

    Returns:
        ``difference`` (mean), ``low`` and ``high`` (95 %, paired t), ``effect`` (mean over sd of the differences),
        ``p`` of the sign-flip test (two-sided, exact) and ``p_t`` of the paired t-test, which unlike the former can
        be small with five networks; where all differences are the same it is ``p``. None with fewer than two pairs.
    """
    gaps = as_numbers(list(values)) - as_numbers(list(nulls))
    gaps = gaps[np.isfinite(gaps)]
    if len(gaps) < 2:
        return dict.fromkeys(("difference", "low", "high", "effect", "p", "p_t"))
    mean, deviation, p = float(gaps.mean()), float(gaps.std(ddof=1)), _flipped(gaps)
    if deviation <= _SAME * max(1.0, abs(mean)):
        return {"difference": mean, "low": mean, "high": mean, "effect": None, "p": p, "p_t": p}
    error = deviation / math.sqrt(len(gaps))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(gaps) - 1)) * error
    return {
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "effect": mean / deviation,
        "p": p,
        "p_t": 2 * float(stats.t.sf(abs(mean) / error, len(gaps) - 1)),
    }


def as_numbers(plain: Any) -> Numbers:  # noqa: ANN401 - a number, None, or nested lists of both
    """An array with NaN for None.

    Raises:
        ValueError: if lists that should be of equal length are not.
    """
    return np.array(plain, dtype=np.float64)


def as_plain(values: Numbers | np.floating[Any] | float) -> Any:  # noqa: ANN401
    """The inverse of ``as_numbers``: nested lists, with None for what is not finite."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        return float(array) if np.isfinite(array) else None
    return [as_plain(one) for one in array]


def _permuted(a: Numbers, b: Numbers) -> float:
    """Two-sided p of the difference of means under all (or many random) ways to form the two groups."""
    pool, size = np.concatenate([a, b]), len(a)
    observed = abs(a.mean() - b.mean()) - 1e-12
    if math.comb(len(pool), size) <= MOST_ARRANGEMENTS:
        chosen = np.array(list(combinations(range(len(pool)), size)))
        sums = pool[chosen].sum(1)
        return float((abs(sums / size - (pool.sum() - sums) / len(b)) >= observed).mean())
    rng = np.random.default_rng(0)
    sums = np.array([rng.permutation(pool)[:size].sum() for _ in range(MOST_ARRANGEMENTS)])
    hits = int((abs(sums / size - (pool.sum() - sums) / len(b)) >= observed).sum())
    return (hits + 1) / (MOST_ARRANGEMENTS + 1)


def _flipped(gaps: Numbers) -> float:
    """Two-sided p of the mean under all (or many random) signs of the differences."""
    observed = abs(gaps.mean()) - 1e-12
    if 2 ** len(gaps) <= MOST_ARRANGEMENTS:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(gaps))))
        return float((abs((signs * gaps).mean(1)) >= observed).mean())
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (MOST_ARRANGEMENTS, len(gaps)))
    return (int((abs((signs * gaps).mean(1)) >= observed).sum()) + 1) / (MOST_ARRANGEMENTS + 1)
