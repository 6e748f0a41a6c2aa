"""Posterior predictive: component weights with intervals, and the law of responses relative to items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from models.behaviour import emissions
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import BehaviourModel
from models.circular import wrap
from models.trials import Trials

BINS, ANGLES = 36, 181
_MOST_HARMONICS = 400
_PARTS = ("uniform", "target", "swap")


def weight_summary(
    model: BehaviourModel, trials: Trials, draws: Sequence[FixedMixture], truth: FixedMixture | None
) -> list[dict[str, Any]]:
    """Mean component weights over the displays of every set size, with 95 % intervals over posterior draws."""
    entries = []
    for size in trials.set_sizes:
        displays = trials.of_set_size(size).displays
        value = _parts(model.weights(displays))
        drawn = torch.stack([_parts(one.weights(displays)) for one in draws])
        low, high = interval(drawn)
        known = truth is not None and size in truth.sizes and (size == 1 or displays.has_probe)
        true = _parts(truth.weights(displays)).tolist() if truth is not None and known else None
        entry: dict[str, Any] = {"set_size": size}
        for k, part in enumerate(_PARTS):
            # the estimate is not a quantile; an interval that just misses it is opened to it
            bounds = (min(float(low[k]), float(value[k])), max(float(high[k]), float(value[k])))
            entry[part] = {"value": float(value[k]), "low": bounds[0], "high": bounds[1]}
        entry["truth"] = None if true is None else dict(zip(_PARTS, true, strict=True))
        entries.append(entry)
    return entries


def _parts(weights: Tensor) -> Tensor:
    """``(3,)`` uniform, target and all swaps together, averaged over displays, from weights ``(M, N + 1)``."""
    mean = weights.mean(0)
    return torch.stack([mean[0], mean[1], mean[2:].sum()])


def interval(drawn: Tensor) -> tuple[Tensor, Tensor]:
    """2.5 % and 97.5 % quantiles over dimension 0."""
    levels = torch.tensor([0.025, 0.975], dtype=drawn.dtype)
    low, high = torch.quantile(drawn, levels, dim=0)
    return low, high


def histograms(model: BehaviourModel, trials: Trials, draws: Sequence[FixedMixture]) -> list[dict[str, Any]]:
    """Responses relative to the target and to the non-targets, by set size: data per bin and the model's density."""
    entries = []
    for size in trials.set_sizes:
        part = trials.of_set_size(size)
        entries.append(_histogram(model, part, draws, size, "target"))
        if size > 1:
            entries.append(_histogram(model, part, draws, size, "non-target"))
    return entries


def _histogram(
    model: BehaviourModel, part: Trials, draws: Sequence[FixedMixture], size: int, relative_to: str
) -> dict[str, Any]:
    error = part.error[:, :1] if relative_to == "target" else part.error[:, 1:size]
    edges = torch.linspace(-math.pi, math.pi, BINS + 1, dtype=torch.float64)
    counts = torch.histogram(wrap(error).reshape(-1).contiguous(), edges)[0]
    observed = counts / counts.sum() / (2 * math.pi / BINS)
    angles = torch.linspace(-math.pi, math.pi, ANGLES, dtype=torch.float64)
    kappas = [float(one.concentrations[size]) for one in (model, *draws)]
    basis = _basis(part.report[:, :size], relative_to, _harmonics_needed(max(kappas)))
    weights = torch.stack([one.weights(part.displays)[:, : size + 1] for one in (model, *draws)])
    curves = _densities(weights, kappas, basis, angles)
    low, high = interval(curves[1:])
    return {
        "set_size": size,
        "relative_to": relative_to,
        "edges": edges.tolist(),
        "observed": observed.tolist(),
        "angles": angles.tolist(),
        "model": curves[0].tolist(),
        "low": torch.minimum(low, curves[0]).tolist(),
        "high": torch.maximum(high, curves[0]).tolist(),
    }


def _harmonics_needed(concentration: float) -> int:
    """Enough trigonometric moments for a von Mises density: they fall like ``exp(-k^2 / (2 kappa))``."""
    return min(max(20, math.ceil(math.sqrt(2 * 23 * concentration))), _MOST_HARMONICS)


def _basis(report: Tensor, relative_to: str, harmonics: int) -> Tensor:
    """``(M, N, 2 K)`` cos and sin of ``k (r_j - r_i)``, averaged over reference items i, for every source j."""
    order = torch.arange(1, harmonics + 1, dtype=torch.float64)
    cosine, sine = (report[..., None] * order).cos(), (report[..., None] * order).sin()
    items = slice(0, 1) if relative_to == "target" else slice(1, None)
    own_cosine, own_sine = cosine[:, items].mean(1, keepdim=True), sine[:, items].mean(1, keepdim=True)
    return torch.cat([cosine * own_cosine + sine * own_sine, sine * own_cosine - cosine * own_sine], 2)


def _densities(weights: Tensor, kappas: Sequence[float], basis: Tensor, angles: Tensor) -> Tensor:
    """``(D, A)`` densities of response minus reference item, for weights ``(D, M, N + 1)``, averaged over displays."""
    count = basis.shape[2] // 2
    moments = weights[:, :, 1:].flatten(1) @ basis.flatten(0, 1) / len(basis)
    shrink = torch.stack([emissions.harmonics(kappa, count) for kappa in kappas])
    phase = torch.arange(1, count + 1, dtype=torch.float64)[:, None] * angles
    waves = torch.cat([phase.cos(), phase.sin()])
    return ((1 + 2 * (moments * shrink.repeat(1, 2)) @ waves) / (2 * math.pi)).clamp(min=0)
