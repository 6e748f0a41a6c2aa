"""Swap functions as figures need them: curves and surfaces with bands, where there were data, and the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from models.behaviour.mixture import FixedMixture
from models.behaviour.model import EXTREME, BehaviourModel, SwapEstimate, swap_probability
from models.behaviour.swap_shapes import SwapCurve
from models.trials import Trials

_FLAT_POINTS, _BINS, _SURFACE_BINS = 91, 31, 25


def shown_curves(model: BehaviourModel, trials: Trials, truth: FixedMixture | None) -> list[dict[str, Any]]:
    """Every swap function of one distance (radians), as log-odds and as the probability in a two-item display."""
    return [_curve(one, trials, truth) for one in model.swap_estimates() if len(one.axes) == 1]


def shown_surfaces(model: BehaviourModel, trials: Trials, truth: FixedMixture | None) -> list[dict[str, Any]]:
    """Every swap function of both distances, probe first (radians)."""
    return [_surface(one, trials, truth) for one in model.swap_estimates() if len(one.axes) == 2]


def _size(estimate: SwapEstimate) -> int | None:
    return estimate.set_sizes[0] if len(estimate.set_sizes) == 1 else None


def _both_scales(estimate: SwapEstimate) -> dict[str, dict[str, Any]]:
    log_odds = {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}
    probability = {name: swap_probability(values, estimate.guess) for name, values in log_odds.items()}
    probability["mean"] = estimate.probability
    return {
        "log_odds": {name: values.clamp(-EXTREME, EXTREME).tolist() for name, values in log_odds.items()},
        "probability": {name: values.tolist() for name, values in probability.items()},
    }


def _curve(estimate: SwapEstimate, trials: Trials, truth: FixedMixture | None) -> dict[str, Any]:
    estimate = _drawable(estimate)
    feature, distance = estimate.axes[0], estimate.grid[0]
    signed = float(distance[0]) < 0
    inducing = estimate.inducing
    return {
        "set_size": _size(estimate),
        "feature": feature,
        "distance": distance.tolist(),
        **_both_scales(estimate),
        "inducing": {
            "distance": [] if inducing is None else inducing[0].tolist(),
            "mean": [] if inducing is None else inducing[1].tolist(),
        },
        "observed": _observed(_distances(estimate.set_sizes, trials, feature, signed), signed, _BINS),
        "truth": _true_curve(estimate, truth),
    }


def _drawable(estimate: SwapEstimate) -> SwapEstimate:
    """A constant, known at its two ends, on as many points as a curve."""
    ends = estimate.grid[0]
    if len(ends) > 2:
        return estimate
    grid = torch.linspace(float(ends[0]), float(ends[-1]), _FLAT_POINTS, dtype=torch.float64)
    mean, low, high, probability = (
        values[:1].expand(_FLAT_POINTS) for values in (estimate.mean, estimate.low, estimate.high, estimate.probability)
    )
    sizes, axes = estimate.set_sizes, estimate.axes
    return SwapEstimate(sizes, axes, (grid,), mean, low, high, estimate.guess, probability)


def _distances(sizes: Sequence[int], trials: Trials, feature: str, signed: bool) -> Tensor:
    """``(K,)`` distances of all non-targets of some set sizes that have a value."""
    displays = trials.displays.select(torch.isin(trials.set_size, torch.tensor(sizes)))
    table = displays.probe_distance if feature == "probe" else displays.report_distance
    found = table[:, 1:].reshape(-1)
    return found if signed else found.abs()


def _observed(distance: Tensor, signed: bool, bins: int) -> dict[str, Any]:
    """Distances in the data: range and histogram; no range where they are not known."""
    edges = torch.linspace(-math.pi if signed else 0.0, math.pi, bins + 1, dtype=torch.float64)
    distance = distance[distance.isfinite()].contiguous()
    if not len(distance):
        return {"low": None, "high": None, "edges": edges.tolist(), "counts": [0] * bins}
    counts = torch.histogram(distance.clamp(float(edges[0]), math.pi), edges)[0]
    return {
        "low": float(distance.min()),
        "high": float(distance.max()),
        "edges": edges.tolist(),
        "counts": [int(count) for count in counts],
    }


def _true_curve(estimate: SwapEstimate, truth: FixedMixture | None) -> dict[str, Any] | None:
    known = [truth.sizes[size] for size in estimate.set_sizes if size in truth.sizes] if truth is not None else []
    if not known or not isinstance(known[0].swap, SwapCurve) or known[0].swap.feature != estimate.axes[0]:
        return None
    distance = estimate.grid[0] if known[0].swap.signed else estimate.grid[0].abs()
    log_odds = known[0].swap.value(distance)
    guess = sum(math.exp(one.uniform_log_odds) for one in known) / len(known)
    return {"log_odds": log_odds.tolist(), "probability": swap_probability(log_odds, guess).tolist()}


def _surface(estimate: SwapEstimate, trials: Trials, truth: FixedMixture | None) -> dict[str, Any]:
    signed = float(estimate.grid[0][0]) < 0
    probe, report = (_distances(estimate.set_sizes, trials, axis, signed) for axis in estimate.axes)
    known = probe.isfinite() & report.isfinite()
    edges = torch.linspace(-math.pi if signed else 0.0, math.pi, _SURFACE_BINS + 1, dtype=torch.float64)
    pairs = torch.stack([probe[known], report[known]], 1).clamp(float(edges[0]), math.pi)
    counts = torch.histogramdd(pairs.contiguous(), [edges, edges]).hist
    return {
        "set_size": _size(estimate),
        "probe": estimate.grid[0].tolist(),
        "report": estimate.grid[1].tolist(),
        **_both_scales(estimate),
        "observed": {
            "probe": _range(probe[known]),
            "report": _range(report[known]),
            "probe_edges": edges.tolist(),
            "report_edges": edges.tolist(),
            "counts": counts.int().tolist(),
        },
        "truth": _true_surface(estimate, truth),
    }


def _range(distance: Tensor) -> dict[str, float | None]:
    if not len(distance):
        return {"low": None, "high": None}
    return {"low": float(distance.min()), "high": float(distance.max())}


def _true_surface(estimate: SwapEstimate, truth: FixedMixture | None) -> dict[str, Any] | None:
    """A known curve over one of the two distances, as a surface."""
    known = [truth.sizes[size] for size in estimate.set_sizes if size in truth.sizes] if truth is not None else []
    if not known or not isinstance(known[0].swap, SwapCurve):
        return None
    axis = estimate.axes.index(known[0].swap.feature)
    grid = estimate.grid[axis] if known[0].swap.signed else estimate.grid[axis].abs()
    values = known[0].swap.value(grid)
    surface = (values[:, None] if axis == 0 else values[None]).expand(estimate.mean.shape)
    guess = sum(math.exp(one.uniform_log_odds) for one in known) / len(known)
    return {"log_odds": surface.tolist(), "probability": swap_probability(surface, guess).tolist()}
