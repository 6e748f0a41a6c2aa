"""Made-up numbers of one network for each analysis of a mechanism, with the keys and shapes of the real ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rng = np.random.Generator
TIME = [round(-0.5 + 0.15 * step, 2) for step in range(14)]
DISTANCES = [math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi]
REPORT = [-math.pi + 2 * math.pi * step / 12 for step in range(12)]
CUE = [-math.pi + 2 * math.pi * step / 24 for step in range(24)]
WHAT = ["undisturbed", "no noise in recall", "double noise in recall", "role: to the other item", "delay × 3"]


def plain(values: Any) -> Any:
    """Nested lists, None for what is missing."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 0:
        return None if np.isnan(array) else round(float(array), 4)
    return [plain(one) for one in array]


def rise(at: float, width: float = 0.12) -> Numbers:
    """From 0 to 1 in the course of time."""
    return 1 / (1 + np.exp(-(np.array(TIME) - at) / width))


def told(axes: dict[str, Any], measures: dict[str, Any], nulls: dict[str, Any]) -> dict[str, Any]:
    """An analysis' result."""
    return {"axes": axes, "measures": measures, "nulls": nulls}


def planes(quality: float, rng: Rng) -> dict[str, Any]:
    """Planes turn into one another after the cue, the more the better the network."""
    far = np.array([62.0, 70.0, 76.0, 80.0])[:, None] + 3 * rng.standard_normal()
    angle = far - (far - 14) * quality * rise(0.15)[None]
    overall, flat = angle.mean(0), np.full(len(TIME), 78.0)
    measures = {
        "angle": angle, "angle_all": overall, "before": overall[3], "after": overall[-1],
        "change": overall[-1] - overall[3], "floor_after": 7.0, "code_after": 0.9 * quality,
    }  # fmt: skip
    axes = {"time": TIME, "probe_distance": DISTANCES, "report": REPORT}
    return told(axes, measures, {"angle": flat, "before": 78.0, "after": 78.0, "change": 0.0})


def decoding(quality: float, rng: Rng) -> dict[str, Any]:
    """The cued report stays, the other one fades; the cue is seen for a while."""
    fades, noise = 1 - 0.6 * rise(0.8), 0.02 * rng.standard_normal()
    measures = {
        "cued_report": np.full(len(TIME), 0.95) + noise, "uncued_report": fades, "cued_report_on_swaps": fades,
        "uncued_report_on_swaps": 0.8 * fades, "cued_probe": rise(0.0) * fades, "cross_item": 1 - rise(0.0),
        "cued_index": 0.5 + 0.5 * rise(0.0) + noise, "cross_temporal": np.eye(len(TIME)) * quality,
    }  # fmt: skip
    zero = np.zeros(len(TIME))
    return told(
        {"time": TIME, "cross_time": TIME}, measures, dict.fromkeys(measures, zero) | {"cued_index": zero + 0.5}
    )


def swap_hypotheses(quality: float, rng: Rng) -> dict[str, Any]:
    """Late misselection; misbinding is known before the cue only, the others after it."""
    late, before = rise(0.9) * quality, np.array(TIME) <= 0
    measures: dict[str, Any] = {}
    for kind in ("misbinding", "misselection", "misinterpretation"):
        known = before if kind == "misbinding" else ~before
        measures[f"projection_{kind}_swap"] = np.where(known, 0 if kind == "misbinding" else late, np.nan)
        measures[f"projection_{kind}_correct"] = np.where(known, 0.0, np.nan)
        measures[f"weight_{kind}"] = np.where(known, 0.5 * late, np.nan)
        measures[f"share_{kind}"] = 0.96 if kind == "misselection" else 0.01
    measures |= {
        "share_early_misselection": 0.01, "share_late_misselection": 0.95, "share_none": 0.02,
        "decided": 0.9 + 0.03 * rng.standard_normal(), "swap_rate": 0.13 * quality,
        "looks_wrong": 0.5 + 0.5 * late, "commitment": late,
    }  # fmt: skip
    nulls = {name: np.zeros_like(value, dtype=float) for name, value in measures.items()}
    return told({"time": TIME}, measures, nulls | {"decided": 0.89, "share_none": 0.97})


def fixed_points(quality: float, rng: Rng) -> dict[str, Any]:
    """Many points in the delay, few in recall."""
    measures = {
        "count": [46.0, 17.0, 6.0], "fixed_share": [0.35, 0.6, 0.7], "stable_share": [0.05, 0.3, 0.65],
        "lasting_directions": [8.8, 2.7, 1.0], "held_error": [0.7, 1.1, 0.35 + 0.02 * rng.standard_normal()],
        "ring": [0.5, 0.7, 0.6], "error_after": [0.05, 0.2, 0.9], "cued_answer": [0.0, 1.0, 0.8],
        "other_answer": [0.0, 0.05, 0.2 * quality],
    }  # fmt: skip
    axes = {"epochs": ["delay", "cue", "recall"], "waiting": [0.0, 1.0, 4.0], "recall": [0.3, 0.7, 1.3]}
    return told(axes, measures, {"held_error": [1.6, 1.5, 1.2], "error_after": [1.6, 1.6, 1.5]})


def cue_sweep(quality: float, rng: Rng) -> dict[str, Any]:
    """The response goes to the item whose probe is nearer."""
    cue = np.array(CUE)
    first = 0.9 * np.exp(-((cue + math.pi / 4) ** 2))
    measures = {
        "first": first, "second": first[::-1], "neither": 1 - np.maximum(first, first[::-1]),
        "mode": np.where(cue < 0, 0.0, 2.0), "switch_index": np.full(4, 0.6 * quality) + 0.02 * rng.standard_normal(),
        "switch_index_mean": 0.6 * quality, "bistable_gain_mean": 0.05, "between_mean": 0.27,
    }  # fmt: skip
    axes = {
        "cue": CUE,
        "separation": DISTANCES,
        "main_separation": math.pi / 2,
        "second_report": 2.0,
        "response": REPORT,
    }
    nulls = {"bistable_gain_mean_if_bistable": 0.2, "bistable_gain_mean_if_interpolating": -0.35}
    return told(axes, measures, nulls)


def role_axis(quality: float, rng: Rng) -> dict[str, Any]:
    """Swap trials end on the side of the other role."""
    aligned = np.cos(np.linspace(0, math.pi, 5)) * 0.9
    measures = {
        "separation": 4.5 * quality + 0.1 * rng.standard_normal(), "separation_beyond_response": 1.2,
        "swap_place": 0.9, "swap_place_beyond_response": -0.4, "swap_place_time": rise(0.8), "crossed": 0.9,
        "alignment": aligned, "alignment_beyond_response": 0.5 * aligned, "alignment_same": 0.9,
        "alignment_other": -0.8,
    }  # fmt: skip
    axes = {"report_difference": np.linspace(0, math.pi, 5).tolist(), "time": TIME}
    nulls = {"separation": 0.0, "swap_place": 0.5, "alignment_echo": aligned, "random": 0.0}
    return told(axes, measures, nulls)


def interventions(quality: float, rng: Rng) -> dict[str, Any]:
    """Swaps need noise in recall; a push along the role axis makes them."""
    swaps = np.array([0.07, 0.0, 0.2, 0.87 * quality, 0.12])
    ranked = np.sort(0.02 * rng.standard_normal(8))[::-1]
    measures = {
        "swaps": swaps, "guesses": 0.5 * swaps, "sd": 0.3 + swaps / 4, "role_push": [0.9, 0.3, 0.08, 0.01, 0.0],
        "swap_curve": swaps[:, None] * np.array([2.0, 1.0, 0.7, 0.6])[None], "reversed_by_role": [0.9, 0.4, 0.0],
        "reversed_by_foreign": [0.2, 0.1, 0.0], "reversed_by_cue": [0.1, 0.2, 0.0], "committed": 0.6, "ranked": ranked,
        "silenced_swaps": [0.1, 0.2], "reliability": 0.9,
    }  # fmt: skip
    axes = {"what": WHAT, "distance": DISTANCES, "push": [-1.0, -0.5, 0.0, 0.5, 1.0], "seconds": [0.3, 0.7, 1.3],
            "silenced": [1, 4]}  # fmt: skip
    nulls = {"swaps": np.full(5, 0.075), "guesses": np.full(5, 0.05), "sd": np.full(5, 0.31),
             "role_push": np.full(5, 0.08), "reversed_by_role": [0.03, 0.01, 0.0], "ranked": 0.3 * ranked,
             "silenced_swaps": [0.09, 0.11]}  # fmt: skip
    return told(axes, measures, nulls)


def refit(quality: float, rng: Rng) -> dict[str, Any]:
    """The swap function that comes back from a network's responses."""
    target = np.array([0.28, 0.14, 0.07, 0.04])
    curve, again = target * quality + 0.01 * rng.random(4), target + 0.006 * rng.standard_normal(4)
    measures = {
        "swap_function": curve, "target": target, "largest_gap": np.abs(curve - target).max(),
        "mean_gap": (curve - target).mean(), "sd": 0.4, "guesses": 0.03,
    }  # fmt: skip
    nulls = {"swap_function": again, "largest_gap": np.abs(again - target).max(), "sd": 0.4, "guesses": 0.03}
    return told({"distance": DISTANCES}, measures, nulls)


ANALYSES: dict[str, Callable[[float, Rng], dict[str, Any]]] = {
    "planes": planes, "decoding": decoding, "swap_hypotheses": swap_hypotheses, "fixed_points": fixed_points,
    "cue_sweep": cue_sweep, "role_axis": role_axis, "interventions": interventions, "refit": refit,
}  # fmt: skip


def rings() -> dict[str, Any]:
    """Two rings in planes at right angles before the cue, in one plane after it."""
    angle = np.array(REPORT)
    flat = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    upright = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1)
    before = {"first": plain(flat), "second": plain(upright), "explained": [0.4, 0.3, 0.2]}
    after = {"first": plain(flat), "second": plain(0.9 * flat), "explained": [0.5, 0.4, 0.05]}
    return {
        "examples": [
            {"probes": [0.0, distance], "distance": distance, "before": before, "after": after}
            for distance in (DISTANCES[0], DISTANCES[-1])
        ]
    }


def points() -> dict[str, Any]:
    """Three states, two of which come to a stable point and one to none."""
    epoch = {
        "points": [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], "starts": [[0.1, 1.0, 0.0], [0.2, 0.9, 0.0], [2.0, 2.0, 0.0]],
        "speed": [1e-7, 1e-3], "fixed": [True, False], "stable": [True, False], "reached": [0, 0, -1],
        "held": [0.5, None], "report": [0.5, 0.4, -2.0],
    }  # fmt: skip
    return dict.fromkeys(("delay", "cue", "recall"), epoch) | {"size": 1.0, "explained": 0.8}


DETAILS: dict[str, Callable[[], dict[str, Any]]] = {
    "planes": rings,
    "fixed_points": points,
    "cue_sweep": lambda: {"histogram": plain(np.full((len(CUE), len(REPORT)), 1 / len(REPORT)))},
    "role_axis": lambda: {
        "example": {
            "points": [[2.0, 0.1, 0.0], [-2.0, 0.2, 0.0], [-1.9, 0.0, 0.0]], "target": [True, False, True],
            "swap": [False, False, True], "other_report": [1.0, 2.0, 1.5], "value": 0.0,
        }
    },
}  # fmt: skip
