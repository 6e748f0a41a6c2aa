"""What people see of a fit: plain, JSON-ready numbers for figures and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from models.behaviour import emissions
from models.behaviour.bns import BNS, Block
from models.behaviour.cautions import warnings
from models.behaviour.classic import ThreeComponentModel, ThreeComponents
from models.behaviour.fitting import BehaviourFit
from models.behaviour.mixture import FixedMixture
from models.behaviour.predictive import histograms, predict, weight_summary
from models.behaviour.quadrature import normal_nodes
from models.behaviour.truth import truth_model
from models.trials import Trials

DRAWS = 200
CURVE_POINTS = 300
_Z = 1.959964
_DISTANCES, _DISTANCE_BINS = 91, 31
_EXTREME = 30.0


@torch.no_grad()
def result(fit: BehaviourFit, trials: Trials, truth: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The numbers of every figure of a fit; intervals and bands are 95 %.

    Args:
        fit: of ``trials``.
        trials: the data that were fitted.
        truth: what simulated data were made from (``models.behaviour.truth``), to be shown beside the estimates.
    """
    known = None if truth is None else truth_model(truth)
    generator = torch.Generator().manual_seed(fit.seed)
    draws = [_known(fit.model.draw(generator)) for _ in range(DRAWS)]
    predicted = predict(fit.model, trials, draws)
    weights = weight_summary(predicted, known)
    convergence = fit.convergence
    return {
        "model": fit.config.model,
        "label": label(fit),
        "trials": len(trials),
        "set_sizes": trials.set_sizes,
        "dataset_hash": trials.hash,
        "log_likelihood_per_trial": float(fit.model.log_prob(trials).mean()),
        "convergence": {
            "converged": convergence.converged,
            "steps": convergence.steps,
            "seconds": round(convergence.seconds, 3),
            "reason": convergence.reason,
            "curve": [[step, value] for step, value in _thinned(convergence.curve)],
        },
        "parameters": _parameters(fit, known),
        "swap_functions": _swap_functions(fit, trials, known),
        "weights": weights,
        "predictive": histograms(predicted),
        "warnings": warnings(fit, trials, weights),
    }


def label(fit: BehaviourFit) -> str:
    """The fit's name in figures."""
    if fit.config.model == "three_component":
        return "Three-component mixture"
    return "BNS · probe distance" + (" · shared" if fit.config.swap_function_shared else "")


def _known(model: object) -> FixedMixture:
    if not isinstance(model, FixedMixture):
        raise TypeError("a posterior draw has known parameters")
    return model


def _thinned(curve: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most ``CURVE_POINTS`` points of a curve, its last one among them."""
    stride = max(1, math.ceil(len(curve) / CURVE_POINTS))
    return list(reversed(list(reversed(curve))[::stride]))


def _parameter(
    name: str, text: str, set_size: int | None, value: float, low: float, high: float, truth: float | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "label": text,
        "set_size": set_size,
        "value": _finite(value),
        "low": _finite(low),
        "high": _finite(high),
        "truth": None if truth is None else _finite(truth),
    }


def _finite(value: float) -> float:
    return min(max(value, -1e9), 1e9)


def _noise(size: int, log_kappa: float, sd: float, truth: FixedMixture | None) -> list[dict[str, Any]]:
    """Concentration and the circular sd that it means."""
    kappa, low, high = (math.exp(log_kappa + step * sd) for step in (0.0, -_Z, _Z))
    true = truth.sizes[size].concentration if truth is not None and size in truth.sizes else None
    spread, narrow, wide = (math.degrees(emissions.sd_of(one)) for one in (kappa, high, low))
    true_spread = None if true is None else math.degrees(emissions.sd_of(true))
    return [
        _parameter("concentration", "Concentration κ", size, kappa, low, high, true),
        _parameter("sd", "Noise SD (degrees of the full circle)", size, spread, narrow, wide, true_spread),
    ]


def _parameters(fit: BehaviourFit, truth: FixedMixture | None) -> list[dict[str, Any]]:
    model = fit.model
    if isinstance(model, ThreeComponentModel):
        entries = []
        for size, value in model.sizes.items():
            sd = math.sqrt(max(float(value.covariance[2, 2]), 0.0))
            entries += _noise(size, math.log(max(value.concentration, 1e-9)), sd, truth)
        return entries
    if isinstance(model, BNS):
        return [entry for block in model.blocks for entry in _block_parameters(block, truth)]
    raise TypeError(f"no parameters known for a {type(model).__name__}")


def _block_parameters(block: Block, truth: FixedMixture | None) -> list[dict[str, Any]]:
    sd = block.covariance.diagonal().sqrt().tolist()
    first, count = block.function_parameters, len(block.sizes)
    entries: list[dict[str, Any]] = []
    for k, size in enumerate(block.sizes):
        entries += _noise(size, float(block.log_concentration[k]), sd[first + k], truth)
        if block.uniform_log_odds is not None:
            value, width = float(block.uniform_log_odds[k]), _Z * sd[first + count + k]
            true = truth.sizes[size].uniform_log_odds if truth is not None and size in truth.sizes else None
            text = "Log-odds of a guess against the target"
            entries.append(_parameter("uniform_log_odds", text, size, value, value - width, value + width, true))
    if block.function is not None:
        own = block.sizes[0] if len(block.sizes) == 1 else None
        entries += _kernel_parameters(block, own, sd[first - 3 : first])
    return entries


def _kernel_parameters(block: Block, size: int | None, sd: Sequence[float]) -> list[dict[str, Any]]:
    function = block.function
    if function is None:
        return []
    amplitude, sharpness = float(function.log_amplitude), float(function.log_sharpness)
    constant = float(function.constant)
    logs = [math.exp(amplitude + step * sd[0]) for step in (0, -_Z, _Z)]
    taus = [4 + math.exp(sharpness + step * sd[1]) for step in (0, -_Z, _Z)]
    level = [constant + step * sd[2] for step in (0, -_Z, _Z)]
    return [
        _parameter("amplitude", "Variance of the swap function's prior", size, *logs),
        _parameter("tau", "Sharpness τ of the swap function's kernel", size, *taus),
        _parameter("constant", "Level of the swap function's prior (log-odds)", size, *level),
    ]


def _swap_functions(fit: BehaviourFit, trials: Trials, truth: FixedMixture | None) -> list[dict[str, Any]]:
    model = fit.model
    distance = torch.linspace(0, math.pi, _DISTANCES, dtype=torch.float64)
    if isinstance(model, ThreeComponentModel):
        return [_flat(size, model.sizes[size], distance, trials, truth) for size in model.set_sizes if size > 1]
    if isinstance(model, BNS):
        return [_curved(block, distance, trials, truth) for block in model.blocks if block.function is not None]
    raise TypeError(f"no swap function known for a {type(model).__name__}")


def _curved(block: Block, distance: Tensor, trials: Trials, truth: FixedMixture | None) -> dict[str, Any]:
    function = block.function
    if function is None:
        raise ValueError("a set size of 1 has no swap function")
    stride = (len(block.grid) - 1) // (_DISTANCES - 1)
    mean, sd = block.function_on_grid[0][::stride], block.sd_on_grid[::stride]
    count = torch.tensor([float((trials.set_size == size).sum()) for size in block.sizes])
    guess = 0.0
    if block.uniform_log_odds is not None:
        guess = float((block.uniform_log_odds.exp() * count).sum() / count.sum())
    nodes, node_weights = normal_nodes(1)
    drawn = (mean[:, None] + sd[:, None] * nodes[:, 0]).exp()
    probability = {
        "mean": (drawn / (1 + guess + drawn)) @ node_weights,
        "low": _probability(mean - _Z * sd, guess),
        "high": _probability(mean + _Z * sd, guess),
    }
    log_odds = {"mean": mean, "low": mean - _Z * sd, "high": mean + _Z * sd}
    inducing = {"distance": function.inducing.tolist(), "mean": function.mean_at(function.inducing).tolist()}
    size = block.sizes[0] if len(block.sizes) == 1 else None
    return _entry(size, block.sizes, distance, log_odds, probability, inducing, trials, truth)


def _flat(
    size: int, value: ThreeComponents, distance: Tensor, trials: Trials, truth: FixedMixture | None
) -> dict[str, Any]:
    """The constant swap log-odds of the three-component model, with a band by the delta method."""
    target, swap = max(value.target, 1e-9), max(value.swap, 1e-9)
    mean = torch.full_like(distance, math.log(swap / (size - 1) / target))
    slope = torch.tensor([1 / swap + 1 / target, 1 / target, 0.0], dtype=torch.float64)
    sd = math.sqrt(max(float(slope @ value.covariance @ slope), 0.0))
    low, high = (mean + step * sd for step in (-_Z, _Z))
    guess = value.uniform / target
    log_odds = {"mean": mean, "low": low, "high": high}
    probability = {name: _probability(curve, guess) for name, curve in log_odds.items()}
    return _entry(size, (size,), distance, log_odds, probability, {"distance": [], "mean": []}, trials, truth)


def _entry(
    size: int | None,
    sizes: tuple[int, ...],
    distance: Tensor,
    log_odds: Mapping[str, Tensor],
    probability: Mapping[str, Tensor],
    inducing: dict[str, Any],
    trials: Trials,
    truth: FixedMixture | None,
) -> dict[str, Any]:
    return {
        "set_size": size,
        "distance": distance.tolist(),
        "log_odds": {name: curve.clamp(-_EXTREME, _EXTREME).tolist() for name, curve in log_odds.items()},
        "probability": {name: curve.tolist() for name, curve in probability.items()},
        "inducing": inducing,
        "observed": _observed(sizes, trials),
        "truth": _true_curve(sizes, distance, truth),
    }


def _probability(log_odds: Tensor, guess: float) -> Tensor:
    """Probability of reporting the non-target of a two-item display, from its log-odds and the odds of a guess."""
    odds = log_odds.clamp(-_EXTREME, _EXTREME).exp()
    return odds / (1 + guess + odds)


def _observed(sizes: tuple[int, ...], trials: Trials) -> dict[str, Any]:
    """Unsigned probe distances in the data: range and histogram; no range where probe values are missing."""
    chosen = torch.isin(trials.set_size, torch.tensor(sizes))
    distance = trials.displays.select(chosen).probe_distance[:, 1:].abs()
    distance = distance[distance.isfinite()].contiguous()
    edges = torch.linspace(0, math.pi, _DISTANCE_BINS + 1, dtype=torch.float64)
    if not len(distance):
        return {"low": None, "high": None, "edges": edges.tolist(), "counts": [0] * _DISTANCE_BINS}
    counts = torch.histogram(distance.clamp(0, math.pi), edges)[0]
    return {
        "low": float(distance.min()),
        "high": float(distance.max()),
        "edges": edges.tolist(),
        "counts": [int(count) for count in counts],
    }


def _true_curve(sizes: tuple[int, ...], distance: Tensor, truth: FixedMixture | None) -> dict[str, Any] | None:
    known = [truth.sizes[size] for size in sizes if size in truth.sizes] if truth is not None else []
    if not known or known[0].swap is None:
        return None
    log_odds = known[0].swap.at(distance)
    guess = sum(math.exp(one.uniform_log_odds) for one in known) / len(known)
    return {"log_odds": log_odds.tolist(), "probability": _probability(log_odds, guess).tolist()}
