"""Posterior predictive: component weights with intervals, and the law of responses relative to items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.behaviour import emissions
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import BehaviourModel
from models.behaviour.patterns import arrange, indifferent
from models.circular import wrap
from models.trials import Trials

BINS, ANGLES = 36, 181
_SHARPEST = 1800.0  # sd of 1.35 degrees: sharper peaks would fall between the angles of the picture
_PARTS = ("uniform", "target", "swap")


@dataclass(frozen=True)
class SizePredictive:
    """Component weights of one set size's displays, by arrangement of probe distances, for the model and its draws.

    Attributes:
        size: items on a display.
        part: the M trials of that set size.
        report: ``(M, size)`` report values, non-targets in their arrangement's order.
        member: ``(M,)`` the arrangement of each trial.
        share: ``(P,)`` the share of the trials that have each arrangement.
        weights: ``(1 + D, P, size + 1)`` the model's own weights, then those of D posterior draws.
        concentrations: the ``1 + D`` kappas, none sharper than a picture can show.
    """

    size: int
    part: Trials
    report: Tensor
    member: Tensor
    share: Tensor
    weights: Tensor
    concentrations: list[float]


def predict(model: BehaviourModel, trials: Trials, draws: Sequence[FixedMixture]) -> list[SizePredictive]:
    """Weights of every set size in the data, once an arrangement rather than once a trial."""
    return [_predict(model, trials.of_set_size(size), size, draws) for size in trials.set_sizes]


def _predict(model: BehaviourModel, part: Trials, size: int, draws: Sequence[FixedMixture]) -> SizePredictive:
    curves = [one.sizes[size].swap for one in draws]
    flat = all(curve is None or len(curve.distance) == 1 for curve in curves)
    arrangements = indifferent(len(part), size) if flat else arrange(part.displays, size)
    count, member = len(arrangements.count), arrangements.member
    first = torch.empty(count, dtype=torch.int64).index_copy_(0, member, torch.arange(len(part)))
    own = model.weights(part.displays.select(first))[:, : size + 1]
    own = torch.cat([own[:, :2], own[:, 2:].gather(1, arrangements.order[first])], 1)
    logits = torch.zeros(len(draws), count, size + 1, dtype=torch.float64)
    for k, (one, curve) in enumerate(zip(draws, curves, strict=True)):
        logits[k, :, 0] = one.sizes[size].uniform_log_odds
        if curve is not None:
            logits[k, :, 2:] = curve.at(arrangements.distance)[arrangements.index]
    weights = torch.cat([own[None], logits.softmax(2)])
    report = torch.cat([part.report[:, :1], part.report[:, 1:size].gather(1, arrangements.order)], 1)
    kappas = [min(float(one.concentrations[size]), _SHARPEST) for one in (model, *draws)]
    share = arrangements.count / len(part)
    return SizePredictive(size, part, report, member, share, weights, kappas)


def weight_summary(sizes: Sequence[SizePredictive], truth: FixedMixture | None) -> list[dict[str, Any]]:
    """Mean component weights over the displays of every set size, with 95 % intervals over posterior draws."""
    entries = []
    for one in sizes:
        mean = (one.weights * one.share[:, None]).sum(1)
        parts = torch.cat([mean[:, :2], mean[:, 2:].sum(1, keepdim=True)], 1)
        value, (low, high) = parts[0], interval(parts[1:])
        entry: dict[str, Any] = {"set_size": one.size}
        for k, name in enumerate(_PARTS):
            # the estimate is not a quantile; an interval that just misses it is opened to it
            bounds = (min(float(low[k]), float(value[k])), max(float(high[k]), float(value[k])))
            entry[name] = {"value": float(value[k]), "low": bounds[0], "high": bounds[1]}
        entry["truth"] = _true_weights(one, truth)
        entries.append(entry)
    return entries


def _true_weights(one: SizePredictive, truth: FixedMixture | None) -> dict[str, float] | None:
    displays = one.part.displays
    if truth is None or one.size not in truth.sizes or not (one.size == 1 or displays.has_probe):
        return None
    mean = truth.weights(displays).mean(0)
    return {"uniform": float(mean[0]), "target": float(mean[1]), "swap": float(mean[2:].sum())}


def interval(drawn: Tensor) -> tuple[Tensor, Tensor]:
    """2.5 % and 97.5 % quantiles over dimension 0."""
    levels = torch.tensor([0.025, 0.975], dtype=drawn.dtype)
    low, high = torch.quantile(drawn, levels, dim=0)
    return low, high


def histograms(sizes: Sequence[SizePredictive]) -> list[dict[str, Any]]:
    """Responses relative to the target and to the non-targets, by set size: data per bin and the model's density."""
    entries = []
    for one in sizes:
        entries.append(_histogram(one, "target"))
        if one.size > 1:
            entries.append(_histogram(one, "non-target"))
    return entries


def _histogram(one: SizePredictive, relative_to: str) -> dict[str, Any]:
    error = one.part.error[:, :1] if relative_to == "target" else one.part.error[:, 1 : one.size]
    edges = torch.linspace(-math.pi, math.pi, BINS + 1, dtype=torch.float64)
    counts = torch.histogram(wrap(error).reshape(-1).contiguous(), edges)[0]
    observed = counts / counts.sum() / (2 * math.pi / BINS)
    angles = torch.linspace(-math.pi, math.pi, ANGLES, dtype=torch.float64)
    basis = _basis(one.report, relative_to, _harmonics_needed(max(one.concentrations)))
    total = torch.zeros(len(one.share), *basis.shape[1:], dtype=torch.float64).index_add_(0, one.member, basis)
    curves = _densities(one.weights, one.concentrations, total / len(basis), angles)
    low, high = interval(curves[1:])
    return {
        "set_size": one.size,
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
    return max(20, math.ceil(math.sqrt(2 * 23 * concentration)))


def _basis(report: Tensor, relative_to: str, harmonics: int) -> Tensor:
    """``(M, N, 2 K)`` cos and sin of ``k (r_j - r_i)``, averaged over reference items i, for every source j."""
    order = torch.arange(1, harmonics + 1, dtype=torch.float64)
    cosine, sine = (report[..., None] * order).cos(), (report[..., None] * order).sin()
    items = slice(0, 1) if relative_to == "target" else slice(1, None)
    own_cosine, own_sine = cosine[:, items].mean(1, keepdim=True), sine[:, items].mean(1, keepdim=True)
    return torch.cat([cosine * own_cosine + sine * own_sine, sine * own_cosine - cosine * own_sine], 2)


def _densities(weights: Tensor, kappas: Sequence[float], basis: Tensor, angles: Tensor) -> Tensor:
    """``(D, A)`` mean densities of response minus reference item.

    Args:
        weights: ``(D, P, N + 1)`` by arrangement.
        kappas: ``D`` concentrations.
        basis: ``(P, N, 2 K)`` summed over each arrangement's trials, divided by the number of all trials.
        angles: ``(A,)`` radians.
    """
    count = basis.shape[2] // 2
    moments = weights[:, :, 1:].flatten(1) @ basis.flatten(0, 1)
    shrink = torch.stack([emissions.harmonics(kappa, count) for kappa in kappas])
    phase = torch.arange(1, count + 1, dtype=torch.float64)[:, None] * angles
    waves = torch.cat([phase.cos(), phase.sin()])
    return ((1 + 2 * (moments * shrink.repeat(1, 2)) @ waves) / (2 * math.pi)).clamp(min=0)
