"""Results of fits of every kind, with the shape of a real study's: one and two distances, subjects, classics."""

from __future__ import annotations

from typing import Any

import numpy as np
import study_numbers as numbers

from frontend.parts import model_catalogue

SIZES = numbers.SET_SIZES[1:]


def _bands(mean: np.ndarray, half: np.ndarray | float) -> dict[str, dict[str, Any]]:
    """Log-odds and the probability in a two-item display, each with its band."""
    parts = {"mean": mean, "low": mean - half, "high": mean + half}
    return {
        "log_odds": {name: np.round(values, 4).tolist() for name, values in parts.items()},
        "probability": {name: np.round(1 / (1 + np.exp(-values)), 4).tolist() for name, values in parts.items()},
    }


def surface(set_size: int | None, signed: bool = False, points: int = 31) -> dict[str, Any]:
    """A swap function of both distances: frequent at near probes, less so at near reports."""
    start = -np.pi if signed else 0.0
    axis = np.linspace(start, np.pi, points)
    bins = np.linspace(start, np.pi, 13)
    probe, report = axis[:, None], axis[None]
    shift = 0.3 if signed else 0.0
    mean = -3.2 + 0.2 * (set_size or 3) + 2.2 * np.exp(np.cos(probe - shift) * 2 - 2) - 0.8 * np.exp(-(report**2))
    counts = np.random.default_rng(set_size or 0).poisson(40, (12, 12))
    counts[:2] = 0
    return {
        "set_size": set_size,
        "probe": axis.tolist(),
        "report": axis.tolist(),
        **_bands(mean, 0.35),
        "observed": {
            "probe": {"low": 0.52, "high": 3.14},
            "report": {"low": 0.0, "high": 3.14},
            "probe_edges": bins.tolist(),
            "report_edges": bins.tolist(),
            "counts": counts.tolist(),
        },
        "truth": None,
    }


def subjects(count: int = 12) -> list[dict[str, Any]]:
    """Subjects around the population of `study_numbers`, with curves of their own."""
    generator = np.random.default_rng(4)
    found = []
    for number in range(1, count + 1):
        functions = []
        level, slope = generator.normal(0, 0.5), generator.normal(1, 0.3)
        for size in SIZES:
            distance = np.linspace(0, np.pi, 41)
            mean = -3.4 + 0.28 * size + level + 1.9 * slope * np.exp(-((distance / 0.95) ** 2))
            functions.append({"set_size": size, "feature": "probe", "distance": distance.tolist(), **_bands(mean, 0.5)})
        found.append(
            {
                "name": str(number),
                "trials": 480 - 7 * (number % 5),
                "log_likelihood_per_trial": round(-0.95 + 0.2 * level, 4),
                "swap_functions": functions,
                "weights": numbers.weights(False),
                "parameters": [
                    {"name": "concentration", "label": "Concentration κ", "set_size": size, "value": 8.0 + level,
                     "low": 6.5 + level, "high": 9.8 + level, "truth": None}
                    for size in numbers.SET_SIZES
                ],
            }
        )  # fmt: skip
    return found


def nonparametric(seed: int = 5) -> list[dict[str, Any]]:
    """The share of one non-target in four classes of probe distance, with intervals and the model's expectation."""
    generator = np.random.default_rng(seed)
    distance = np.pi / 4 * np.arange(1, 5)
    rows = []
    for size in SIZES:
        model = 0.02 + 0.012 * size * np.exp(-distance)
        value = model + generator.normal(0, 0.006, 4)
        rows.append(
            {
                "set_size": size,
                "feature": "probe",
                "distance": distance.tolist(),
                "edges": (np.pi / 4 * (np.arange(5) + 0.5)).tolist(),
                "value": value.tolist(),
                "low": (value - 0.014).tolist(),
                "high": (value + 0.014).tolist(),
                "model": model.tolist(),
            }
        )
    return rows


def checks() -> list[dict[str, Any]]:
    """Mean distance of responses from non-targets, by the non-targets' probe and report distance."""
    distance = np.linspace(0.4, 3.0, 8)

    def part(mean: np.ndarray, half: float) -> dict[str, list[float]]:
        return {"mean": mean.tolist(), "low": (mean - half).tolist(), "high": (mean + half).tolist()}

    rows: list[dict[str, Any]] = []
    for feature in ("probe", "report"):
        for size in SIZES:
            model = np.pi / 2 - 0.06 * size * np.exp(-distance)
            seen = model + 0.02 * np.sin(7 * distance)
            rows.append(
                {"set_size": size, "kind": "distance_to_nontarget", "feature": feature, "distance": distance.tolist(),
                 "observed": part(seen, 0.05), "model": part(model, 0.03)}
            )  # fmt: skip
    return rows


def precision() -> list[dict[str, Any]]:
    """Circular sd by set size (radians)."""
    values = {1: 0.31, 2: 0.52, 4: 0.84, 6: 1.13}
    return [
        {
            "set_size": size,
            "observed": {"value": sd, "low": sd - 0.04, "high": sd + 0.04},
            "model": {"value": sd * 0.98, "low": sd * 0.98 - 0.03, "high": sd * 0.98 + 0.03},
        }
        for size, sd in values.items()
    ]


def fit_result(model: str = "bns", options: dict[str, Any] | None = None, with_truth: bool = False) -> dict[str, Any]:
    """FitResult of a model under its options, with everything that the contract adds."""
    options = options or {}
    base = numbers.fit_result("bns" if model == "bns" else "three_component", with_truth)
    dimensions = options.get("dimensions", "probe")
    for function in base["swap_functions"]:
        function["feature"] = "report" if dimensions == "report" else "probe"
    result = base | {
        "model": model,
        "swap_surfaces": [],
        "label": model_catalogue.label_of(model, options),
        "subjects": None,
        "nonparametric": nonparametric(),
        "checks": checks(),
        "precision": precision(),
        "information": {"log_likelihood": -5263.2, "parameters": 11.4, "aic": 10549.2, "aicc": 10549.3, "bic": 10624.8},
    }
    if model == "bns" and dimensions == "both":
        signed = options.get("even") is False
        result |= {"swap_functions": [], "swap_surfaces": [surface(size, signed) for size in SIZES]}
    if options.get("subjects") in ("hierarchical", "separate"):
        result["subjects"] = subjects()
    if model not in ("bns", "three_component", "interference", "variable_precision_swaps"):
        result["swap_functions"] = []
    return result
