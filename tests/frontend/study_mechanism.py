"""A finished analysis of mechanism with the shape of a real one: three objectives, five seeds each, made-up numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEEDS = (1, 2, 3, 4, 5)
TIME = [round(-0.5 + 0.05 * step, 3) for step in range(1, 40)]
DISTANCES = [math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi]
REPORT = [-math.pi + 2 * math.pi * step / 12 for step in range(12)]
GROUPS = {
    "Diffusion": ("diffusion", 1.0),
    "Task-optimal": ("task_optimal", 0.15),
    "Moment-matching": ("moment_matching", 0.6),
}
WHAT = [
    "undisturbed",
    "no noise in the delay",
    "no noise in recall",
    "cue flipped",
    "longer delay",
    "best neuron silenced",
]
QUANTILE = 2.776  # of Student's t with 4 degrees of freedom
Numbers = NDArray[np.float64]


def spread(each: list[Any]) -> dict[str, Any]:
    """Mean and interval over networks; None is missing."""
    values = np.array(each, dtype=float)
    mean, half = np.nanmean(values, 0), QUANTILE * np.nanstd(values, 0, ddof=1) / math.sqrt(len(values))
    return {name: plain(one) for name, one in (("mean", mean), ("low", mean - half), ("high", mean + half))} | {
        "each": plain(values)
    }


def plain(values: Any) -> Any:
    array = np.asarray(values, dtype=float)
    if array.ndim == 0:
        return None if np.isnan(array) else round(float(array), 4)
    return [plain(one) for one in array]


def _rise(at: float, width: float = 0.12) -> Numbers:
    return 1 / (1 + np.exp(-(np.array(TIME) - at) / width))


def _over_seeds(axes: dict[str, Any], seeds: list[dict[str, Any]], nulls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "axes": axes,
        "measures": {name: spread([one[name] for one in seeds]) for name in seeds[0]},
        "nulls": {name: spread([one[name] for one in nulls]) for name in nulls[0]},
        "seeds": len(seeds),
    }


def planes(quality: float, rng: np.random.Generator) -> dict[str, Any]:
    """Planes turn into one another after the cue, the more the better the network."""
    seeds, nulls = [], []
    for _ in SEEDS:
        shift = 4 * rng.standard_normal()
        far = np.array([62.0, 70.0, 76.0, 80.0])[:, None] + shift
        angle = far - (far - 14) * quality * _rise(0.15)[None] + rng.standard_normal((4, len(TIME)))
        overall = angle.mean(0)
        seeds.append(
            {"angle": angle, "angle_all": overall, "before": overall[8], "after": overall[-1],
             "change": overall[-1] - overall[8], "change_by_cue": overall[16] - overall[8],
             "reliability": np.full(len(TIME), 9.0), "variance_share": 0.35 + 0.2 * _rise(0.2),
             "code_before": 0.1, "code_after": 0.9 * quality, "floor_before": 9.0, "floor_after": 7.0}
        )  # fmt: skip
        flat = np.full(len(TIME), 78 + 2 * rng.standard_normal())
        nulls.append({"angle": flat, "before": flat[0], "after": flat[0], "change": 0.0, "change_by_cue": 0.0})
    return _over_seeds({"time": TIME, "probe_distance": DISTANCES, "report": REPORT}, seeds, nulls)


def _examples() -> dict[str, Any]:
    angle = np.array(REPORT)
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    tilted = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1) + [0.2, 0.1, 0.1]
    before = {"first": plain(circle), "second": plain(tilted), "explained": [0.4, 0.3, 0.2]}
    after = {"first": plain(circle), "second": plain(0.9 * circle + 0.1), "explained": [0.5, 0.4, 0.05]}
    return {
        "examples": [
            {"probes": [0.0, distance], "distance": distance, "before": before, "after": after}
            for distance in (DISTANCES[0], DISTANCES[-1])
        ]
    }


def refit(quality: float, rng: np.random.Generator) -> dict[str, Any]:
    """The swap function that comes back from a network's responses."""
    target = np.array([0.28, 0.14, 0.07, 0.04])
    seeds, nulls = [], []
    for _ in SEEDS:
        curve = target * quality + 0.01 * rng.random(4)
        seeds.append({"swap_function": curve, "target": target, "largest_gap": np.abs(curve - target).max(),
                      "mean_gap": (curve - target).mean(), "sd": 0.4, "guesses": 0.03})  # fmt: skip
        again = target + 0.006 * rng.standard_normal(4)
        nulls.append({"swap_function": again, "largest_gap": np.abs(again - target).max(), "sd": 0.4, "guesses": 0.03})
    return _over_seeds({"distance": DISTANCES}, seeds, nulls)


MADE = {"planes": planes, "refit": refit}
DETAIL = {"planes": _examples()}


def _group(name: str) -> dict[str, Any]:
    objective, quality = GROUPS[name]
    rng = np.random.default_rng(len(name))
    analyses: dict[str, Any] = {one: make(quality, rng) for one, make in MADE.items()}
    ids = [f"{objective}-{seed}" for seed in SEEDS]
    return {
        "name": name, "objective": objective, "networks": ids, "seeds": list(SEEDS),
        "analyses": {one: told | {"networks": ids} for one, told in analyses.items()},
    }  # fmt: skip


def result() -> dict[str, Any]:
    """The result of an analysis of mechanism."""
    groups = [_group(name) for name in GROUPS]
    tested = {"difference": -45.2, "low": -52.0, "high": -38.4, "effect": -5.1, "p": 0.0079, "p_t": 0.0001,
              "adjusted": 0.0006}  # fmt: skip
    named = {"measure": "planes.change", "label": "change of that angle", "unit": "degrees"}
    return {
        "groups": groups,
        "contrasts": [named | tested | {"groups": ["Diffusion", "Task-optimal"]}],
        "nulls": [named | tested | {"group": "Diffusion", "null": 0.0}],
        "verdict": verdict(),
        "networks": {
            f"{objective}-{seed}": {"name": f"{name}, seed {seed}", "seed": seed, "group": name,
                                    "analyses": {one: {"detail": detail} for one, detail in DETAIL.items()}}
            for name, (objective, _) in GROUPS.items()
            for seed in SEEDS
        },
    }  # fmt: skip


def verdict() -> dict[str, Any]:
    """Words like those of a real verdict."""
    return {
        "headline": "Swaps are decided after the cue: contents stay intact, and the wrong item is selected.",
        "statements": [
            {"topic": "planes", "sentence": "The cue turns the planes of two items into one in diffusion networks, not "
             "in task-optimal ones.", "evidence": ["Diffusion: from 72° to 14°, 5 of 5 seeds.", "Null: 78° to 78°."],
             "limits": "Planes are found from correct trials only.", "supported": "yes"},
            {"topic": "swap_hypotheses", "sentence": "Whether the cue is misread cannot be told.", "evidence": [],
             "limits": "Too few swaps in task-optimal networks.", "supported": "unclear"},
        ],
    }  # fmt: skip
