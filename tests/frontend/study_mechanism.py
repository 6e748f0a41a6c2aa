"""A finished analysis of mechanism with the shape of a real one: three objectives, five seeds each, made-up numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import study_mechanism_analyses as made

SEEDS = (1, 2, 3, 4, 5)
GROUPS = {
    "Diffusion": ("diffusion", 1.0),
    "Task-optimal": ("task_optimal", 0.15),
    "Moment-matching": ("moment_matching", 0.6),
}
QUANTILE = 2.776  # of Student's t with 4 degrees of freedom


def spread(each: list[Any]) -> dict[str, Any]:
    """Mean and interval over networks; what is missing in one is missing in all."""
    values = np.array(each, dtype=float)
    mean, half = values.mean(0), QUANTILE * values.std(0, ddof=1) / math.sqrt(len(values))
    told = {"mean": mean, "low": mean - half, "high": mean + half, "each": values}
    return {name: made.plain(one) for name, one in told.items()}


def _analysis(name: str, quality: float, rng: np.random.Generator) -> dict[str, Any]:
    found = [made.ANALYSES[name](quality, rng) for _ in SEEDS]
    return {
        "axes": found[0]["axes"],
        "measures": {key: spread([one["measures"][key] for one in found]) for key in found[0]["measures"]},
        "nulls": {key: spread([one["nulls"][key] for one in found]) for key in found[0]["nulls"]},
        "seeds": len(SEEDS),
    }


def _group(name: str) -> dict[str, Any]:
    objective, quality = GROUPS[name]
    rng = np.random.default_rng(len(name))
    ids = [f"{objective}-{seed}" for seed in SEEDS]
    analyses = {one: _analysis(one, quality, rng) | {"networks": ids} for one in made.ANALYSES}
    if objective == "task_optimal":
        analyses["cue_sweep"] = {"nothing": "Its cue is the number of an item: there is nothing between two items."}
    return {"name": name, "objective": objective, "networks": ids, "seeds": list(SEEDS), "analyses": analyses}


def _network(name: str, seed: int) -> dict[str, Any]:
    details = {one: {"detail": make()} for one, make in made.DETAILS.items()}
    return {"name": f"{name}, seed {seed}", "seed": seed, "group": name, "analyses": details}


def result() -> dict[str, Any]:
    """The result of an analysis of mechanism."""
    tested = {
        "difference": -45.2, "low": -52.0, "high": -38.4, "effect": -5.1, "p": 0.0079, "p_t": 0.0001,
        "adjusted": 0.0006, "measure": "planes.change", "label": "change of the angle", "unit": "degrees",
    }  # fmt: skip
    return {
        "groups": [_group(name) for name in GROUPS],
        "contrasts": [tested | {"groups": ["Diffusion", "Task-optimal"]}],
        "nulls": [tested | {"group": "Diffusion", "null": 0.0}],
        "verdict": verdict(),
        "networks": {
            f"{objective}-{seed}": _network(name, seed) for name, (objective, _) in GROUPS.items() for seed in SEEDS
        },
    }


def verdict() -> dict[str, Any]:
    """Words like those of a real verdict."""
    headline = (
        "Diffusion, 5 networks: swaps are selected wrong; what is stored stays intact before the cue; memory planes of "
        "two items are near-orthogonal before the cue and aligned after it. Task-optimal networks do not swap."
    )
    return {
        "headline": headline,
        "group": "Diffusion",
        "statements": [
            {
                "topic": "planes",
                "group": "Diffusion",
                "sentence": "Diffusion: the memory planes of two items are aligned after the cue.",
                "evidence": ["At least 60° before the cue in 5 of 5 networks."],
                "limits": "Planes are found from correct trials only.",
                "supported": "yes",
            },
            _bare("misbinding", "Diffusion: swaps are not stored wrong (misbinding).", "no"),
            _bare("only planes", "Whether only diffusion networks turn their planes is open.", "unclear"),
        ],
    }


def _bare(topic: str, sentence: str, supported: str) -> dict[str, Any]:
    return {
        "topic": topic, "group": "Diffusion", "sentence": sentence, "evidence": [], "limits": "",
        "supported": supported,
    }  # fmt: skip
