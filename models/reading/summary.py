"""A data set at a glance: counts, and the numbers behind the pictures of its page. Angles in radians."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.circular import circular_sd
from models.reading.mapping import Mapping
from models.reading.swaps import separation
from models.reading.units import turn
from models.trials import Trials

# Whole degrees of 180 or 360 to the circle fall evenly into 45 bins; 48 would draw combs.
ERROR_BINS = 45
PREVIEW = 8
SHUFFLES = 20
MOST_VALUES = 1000


def summarise(trials: Trials, mapping: Mapping) -> dict[str, Any]:
    """``{"summary": ..., "pictures": ...}`` as plain data; angles in radians, densities per radian."""
    return {
        "summary": _summary(trials) | {"feature_degrees": mapping.feature_degrees},
        "pictures": {
            "errors": _errors(trials),
            "nontargets": _nontargets(trials),
            "subjects": _subjects(trials),
            "preview": _preview(trials),
        },
    }


def _summary(trials: Trials) -> dict[str, Any]:
    sizes = trials.set_size.numpy()
    probes = trials.probe.numpy()
    distinct = np.unique(np.round(probes[np.isfinite(probes)], 5))
    several = trials.displays.has_probe and bool((trials.set_size > 1).any())
    return {
        "trials": len(trials),
        "subjects": len(trials.subject.unique()),
        "set_sizes": trials.set_sizes,
        "trials_by_set_size": {str(size): int((sizes == size).sum()) for size in trials.set_sizes},
        "conditions": [name for name in trials.condition_names if name],
        "has_probe": several,
        "probe_values": min(len(distinct), MOST_VALUES),
        "minimum_separation": {
            "report": _closest(trials.displays.report_distance.numpy()),
            "probe": _closest(trials.displays.probe_distance.numpy()),
        },
    }


def _closest(distance: np.ndarray) -> float | None:
    others = distance[:, 1:]
    return round(separation(others), 6) if np.isfinite(others).any() else None


def _edges() -> np.ndarray:
    return np.linspace(-math.pi, math.pi, ERROR_BINS + 1)


def _density(angles: np.ndarray) -> list[float]:
    # Whole degrees lie on edges, where rounding must not put them on either side.
    counts, edges = np.histogram(angles + 1e-7, _edges())
    scale = max(1, counts.sum()) * (edges[1] - edges[0])
    return [round(float(value), 6) for value in counts / scale]


def _errors(trials: Trials) -> list[dict[str, Any]]:
    result = []
    for size in trials.set_sizes:
        error = trials.error[trials.set_size == size, 0]
        spread = float(circular_sd(error))
        result.append(
            {
                "set_size": size,
                "edges": _edges().tolist(),
                "density": _density(error.numpy()),
                "sd": spread if math.isfinite(spread) else None,
            }
        )
    return result


def _nontargets(trials: Trials) -> dict[str, Any] | None:
    """Response minus non-target, and the same with non-targets (as offsets from the target) of other trials."""
    if trials.displays.items < 2 or not bool((trials.set_size > 1).any()):
        return None
    error = trials.error[:, 0].numpy()
    offset = trials.displays.report_distance[:, 1:].numpy()
    sizes = trials.set_size.numpy()
    generator = np.random.default_rng(0)
    expected = np.zeros(ERROR_BINS)
    for _ in range(SHUFFLES):
        order = np.arange(len(sizes))
        for size in trials.set_sizes:
            group = np.flatnonzero(sizes == size)
            order[group] = generator.permutation(group)
        expected += np.array(_density(turn(error[:, None] - offset[order], 2 * math.pi)))
    return {
        "edges": _edges().tolist(),
        "density": _density(trials.error[:, 1:].numpy()),
        "expected": [round(float(value), 6) for value in expected / SHUFFLES],
    }


def _subjects(trials: Trials) -> list[dict[str, Any]]:
    counts = np.bincount(trials.subject.numpy(), minlength=len(trials.subject_names))
    named = zip(trials.subject_names, counts.tolist(), strict=True)
    return [{"subject": name, "trials": count} for name, count in named if count]


def _preview(trials: Trials) -> list[dict[str, Any]]:
    rows = []
    for place in range(min(PREVIEW, len(trials))):
        size = int(trials.set_size[place])
        probe = trials.probe[place, :size].tolist()
        rows.append(
            {
                "row": int(trials.row[place]),
                "subject": trials.subject_names[int(trials.subject[place])],
                "condition": trials.condition_names[int(trials.condition[place])],
                "set_size": size,
                "report": trials.report[place, :size].tolist(),
                "probe": [value if math.isfinite(value) else None for value in probe],
                "response": float(trials.response[place]),
            }
        )
    return rows
