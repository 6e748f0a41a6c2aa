"""Posterior predictive: component weights with intervals, and the law of responses relative to items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.behaviour.emissions import Emission
from models.behaviour.mixture import FixedMixture
from models.behaviour.model import BehaviourModel
from models.circular import wrap
from models.trials import Trials

BINS, ANGLES = 36, 181
MOST_DISPLAYS = 2000  # of a set size that the model is averaged over; evenly chosen where there are more
_FEWEST_HARMONICS, MOST_HARMONICS = 20, 200
_CHANCE_HARMONICS = 24  # as fine as the bins
_SMOOTHING = 0.0236  # rad, 1.35 degrees: sharper peaks would fall between the angles of the picture
_NEGLIGIBLE = 1e-5
_PARTS = ("uniform", "target", "swap")


@dataclass(frozen=True)
class SizePredictive:
    """What the model (row 0) and its D posterior draws predict for the displays of one set size.

    Attributes:
        part: the trials of that set size.
        weights: ``(1 + D, 3)`` mean probabilities of uniform, target and swap.
        moments: for "target" and "non-target" ``(1 + D, 2 K)``: mean cos and sin of ``k (response - reference)``.
    """

    size: int
    part: Trials
    weights: Tensor
    moments: dict[str, Tensor]


def predict(model: BehaviourModel, trials: Trials, draws: Sequence[BehaviourModel]) -> list[SizePredictive]:
    """Predictions for every set size in the data, averaged over its displays (and subjects)."""
    return [_predict(model, trials.of_set_size(size), size, draws) for size in trials.set_sizes]


def _predict(model: BehaviourModel, part: Trials, size: int, draws: Sequence[BehaviourModel]) -> SizePredictive:
    chosen = part
    if len(part) > MOST_DISPLAYS:
        even = torch.linspace(0, len(part) - 1, MOST_DISPLAYS).round().long()
        chosen = part.select(even)
    weights = torch.zeros(1 + len(draws), size + 1, dtype=torch.float64)
    moments: dict[str, Tensor] = {}
    for answering in zip(*[one.parts(chosen) for one in (model, *draws)], strict=True):
        rows, mixtures = answering[0][0], [mixture for _, mixture in answering]
        displays = chosen.displays.select(rows)
        table = torch.stack([mixture.weights(displays)[:, : size + 1] for mixture in mixtures])
        weights += table.sum(1)
        shrink = _harmonics([mixture.emissions[size] for mixture in mixtures])
        for reference in ("target", "non-target")[: min(size, 2)]:
            basis = _basis(displays.report[:, :size].double(), reference, shrink.shape[1])
            found = (table[:, :, 1:].flatten(1) @ basis.flatten(0, 1)) * shrink.repeat(1, 2)
            moments[reference] = _added(moments.get(reference), found)
    mean = weights / len(chosen)
    parts = torch.cat([mean[:, :2], mean[:, 2:].sum(1, keepdim=True)], 1)
    return SizePredictive(size, part, parts, {name: one / len(chosen) for name, one in moments.items()})


def _added(first: Tensor | None, second: Tensor) -> Tensor:
    """Sum of moments ``(D, 2 K)`` whose K may differ: those that are absent are 0."""
    if first is None:
        return second
    short, long = sorted((first, second), key=lambda one: one.shape[1])
    half, wide = short.shape[1] // 2, long.shape[1] // 2
    total = long.clone()
    total[:, :half] += short[:, :half]
    total[:, wide : wide + half] += short[:, half:]
    return total


def _harmonics(emissions: Sequence[Emission]) -> Tensor:
    """``(D, K)`` trigonometric moments of laws of noise, K as many as matter; sharp laws are smoothed a little."""
    table = torch.stack([emission.harmonics(MOST_HARMONICS) for emission in emissions])
    order = torch.arange(1, MOST_HARMONICS + 1, dtype=torch.float64)
    sharp = table[:, -1:].abs() > _NEGLIGIBLE
    table = torch.where(sharp, table * torch.exp(-0.5 * (order * _SMOOTHING) ** 2), table)
    held = (table.abs() > _NEGLIGIBLE).any(0).nonzero()
    needed = int(held[-1, 0]) + 1 if len(held) else 0
    return table[:, : max(needed, _FEWEST_HARMONICS)]


def weight_summary(sizes: Sequence[SizePredictive], truth: FixedMixture | None) -> list[dict[str, Any]]:
    """Mean component weights over the displays of every set size, with 95 % intervals over posterior draws."""
    entries = []
    for one in sizes:
        value, (low, high) = one.weights[0], interval(one.weights[1:])
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
    return [_histogram(one, reference) for one in sizes for reference in one.moments]


def _histogram(one: SizePredictive, relative_to: str) -> dict[str, Any]:
    error = one.part.error[:, :1] if relative_to == "target" else one.part.error[:, 1 : one.size]
    edges = torch.linspace(-math.pi, math.pi, BINS + 1, dtype=torch.float64)
    counts = torch.histogram(wrap(error).reshape(-1).contiguous(), edges)[0]
    observed = counts / counts.sum() / (2 * math.pi / BINS)
    angles = torch.linspace(-math.pi, math.pi, ANGLES, dtype=torch.float64)
    curves = _densities(one.moments[relative_to], angles)
    low, high = interval(curves[1:])
    chance = {} if relative_to == "target" else {"chance": _chance(one.part, one.size, angles).tolist()}
    return chance | {
        "set_size": one.size,
        "relative_to": relative_to,
        "edges": edges.tolist(),
        "observed": observed.tolist(),
        "angles": angles.tolist(),
        "model": curves[0].tolist(),
        "low": torch.minimum(low, curves[0]).tolist(),
        "high": torch.maximum(high, curves[0]).tolist(),
    }


def _chance(part: Trials, size: int, angles: Tensor) -> Tensor:
    """``(A,)`` density of response minus non-target at angles (radians) if errors had nothing to do with the display.

    Every error meets the non-targets of every trial: mean cosines and sines of the difference are products of means.
    """
    order = torch.arange(1, _CHANCE_HARMONICS + 1, dtype=torch.float64)
    error = torch.polar(torch.ones_like(order), part.error[:, :1].double() * order).mean(0)
    offset = part.displays.report_distance[:, 1:size].double().reshape(-1, 1)
    found = error * torch.polar(torch.ones_like(order), -offset * order).mean(0)
    return _densities(torch.cat([found.real, found.imag])[None], angles)[0]


def _basis(report: Tensor, relative_to: str, harmonics: int) -> Tensor:
    """``(M, N, 2 K)`` cos and sin of ``k (r_j - r_i)``, averaged over reference items i, for every source j."""
    order = torch.arange(1, harmonics + 1, dtype=torch.float64)
    cosine, sine = (report[..., None] * order).cos(), (report[..., None] * order).sin()
    items = slice(0, 1) if relative_to == "target" else slice(1, None)
    own_cosine, own_sine = cosine[:, items].mean(1, keepdim=True), sine[:, items].mean(1, keepdim=True)
    return torch.cat([cosine * own_cosine + sine * own_sine, sine * own_cosine - cosine * own_sine], 2)


def _densities(moments: Tensor, angles: Tensor) -> Tensor:
    """``(D, A)`` densities at angles ``(A,)`` (radians) from mean cosines and sines ``(D, 2 K)``."""
    count = moments.shape[1] // 2
    phase = torch.arange(1, count + 1, dtype=torch.float64)[:, None] * angles
    waves = torch.cat([phase.cos(), phase.sin()])
    return ((1 + 2 * moments @ waves) / (2 * math.pi)).clamp(min=0)
