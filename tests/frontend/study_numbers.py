"""Numbers with the shape of a real study, for the fake API: 12 subjects, set sizes 1, 2, 4, 6, eight locations."""

from __future__ import annotations

from typing import Any

import numpy as np

TAU = 2 * np.pi
SET_SIZES = (1, 2, 4, 6)
KAPPA = {1: 14.0, 2: 9.0, 4: 5.5, 6: 4.0}
UNIFORM = {1: 0.02, 2: 0.03, 4: 0.05, 6: 0.08}
SWAP = {1: 0.0, 2: 0.05, 4: 0.17, 6: 0.29}


def _von_mises(angles: np.ndarray, kappa: float) -> np.ndarray:
    return np.exp(kappa * (np.cos(angles) - 1)) / (TAU * np.i0(kappa) * np.exp(-kappa))


def _mixture(angles: np.ndarray, size: int) -> np.ndarray:
    swap, uniform = SWAP[size], UNIFORM[size]
    return (1 - swap - uniform) * _von_mises(angles, KAPPA[size]) + (swap + uniform) / TAU


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 5) for value in values]


def pictures(seed: int = 0) -> dict[str, Any]:
    """The dataset's pictures: errors by set size, responses around non-targets, trials a subject, first rows."""
    generator = np.random.default_rng(seed)
    edges = np.linspace(-np.pi, np.pi, 37)
    middle = (edges[1:] + edges[:-1]) / 2
    noisy = {size: _mixture(middle, size) * generator.normal(1, 0.06, 36) for size in SET_SIZES}
    around = 1 / TAU + 0.075 * _von_mises(middle, 5)
    rows = [
        {
            "row": row + 1,
            "subject": 1,
            "set_size": SET_SIZES[row % 4],
            "response": round(float(angle), 3),
            "target": 0.52,
        }
        for row, angle in enumerate(generator.uniform(-np.pi, np.pi, 8))
    ]
    return {
        "errors": [
            {"set_size": size, "edges": _rounded(edges), "density": _rounded(noisy[size]), "sd": 0.3 + 0.09 * size}
            for size in SET_SIZES
        ],
        "nontargets": {
            "edges": _rounded(edges),
            "density": _rounded(around * generator.normal(1, 0.03, 36)),
            "expected": _rounded(np.full(36, 1 / TAU)),
        },
        "subjects": [{"subject": subject, "trials": 480 - 7 * (subject % 5)} for subject in range(1, 13)],
        "preview": rows,
    }


def _log_odds(distance: np.ndarray, size: int) -> np.ndarray:
    return -3.4 + 0.28 * size + 1.9 * np.exp(-((distance / 0.95) ** 2))


def swap_functions(with_truth: bool) -> list[dict[str, Any]]:
    """One swap function a set size above 1, with a band that widens where no distance was observed."""
    distance = np.linspace(0, np.pi, 61)
    functions = []
    for size in SET_SIZES[1:]:
        truth = _log_odds(distance, size)
        mean = truth + 0.12 * np.sin(3 * distance + size)
        half = 0.28 + 0.5 * np.exp(-((distance / 0.35) ** 2))
        bands = {"mean": mean, "low": mean - half, "high": mean + half}
        functions.append(
            {
                "set_size": size,
                "distance": _rounded(distance),
                "log_odds": {name: _rounded(values) for name, values in bands.items()},
                "probability": {name: _rounded(1 / (1 + np.exp(-values))) for name, values in bands.items()},
                "inducing": {"distance": _rounded(distance[6::9]), "mean": _rounded(mean[6::9])},
                "observed": {
                    "low": 0.78,
                    "high": 3.14,
                    "edges": _rounded(np.linspace(0, np.pi, 17)),
                    "counts": [0, 0, 0, 0, 820 * size, 0, 0, 0, 780 * size, 0, 0, 0, 640 * size, 0, 0, 310 * size],
                },
                "truth": {"log_odds": _rounded(truth), "probability": _rounded(1 / (1 + np.exp(-truth)))}
                if with_truth
                else None,
            }
        )
    return functions


def _interval(value: float, half: float) -> dict[str, float]:
    return {"value": round(value, 4), "low": round(max(value - half, 0), 4), "high": round(min(value + half, 1), 4)}


def weights(with_truth: bool) -> list[dict[str, Any]]:
    """Mixture weights by set size."""
    rows = []
    for size in SET_SIZES:
        uniform, swap = UNIFORM[size], SWAP[size]
        rows.append(
            {
                "set_size": size,
                "uniform": _interval(uniform + 0.004, 0.012),
                "swap": _interval(swap * 0.97, 0.02 if swap else 0.0),
                "target": _interval(1 - uniform - swap, 0.022),
                "truth": {"uniform": uniform, "swap": swap, "target": 1 - uniform - swap} if with_truth else None,
            }
        )
    return rows


def predictive(seed: int = 0) -> list[dict[str, Any]]:
    """Posterior predictive and data, around the target and around the non-targets."""
    generator = np.random.default_rng(seed)
    edges = np.linspace(-np.pi, np.pi, 37)
    middle = (edges[1:] + edges[:-1]) / 2
    angles = np.linspace(-np.pi, np.pi, 121)
    rows = []
    for size in SET_SIZES:
        for relative in ("target", "non-target") if size > 1 else ("target",):
            swap = SWAP[size] / max(size - 1, 1)

            def density(at: np.ndarray, relative: str = relative, size: int = size, swap: float = swap) -> np.ndarray:
                if relative == "target":
                    return _mixture(at, size)
                return (1 - swap) / TAU + swap * _von_mises(at, KAPPA[size])

            model = density(angles)
            rows.append(
                {
                    "set_size": size,
                    "relative_to": relative,
                    "edges": _rounded(edges),
                    "observed": _rounded(density(middle) * generator.normal(1, 0.07, 36)),
                    "angles": _rounded(angles),
                    "model": _rounded(model),
                    "low": _rounded(model * 0.93),
                    "high": _rounded(model * 1.07),
                }
            )
    return rows


def bound_curve(steps: int = 220) -> list[list[float]]:
    """The bound rising to its end."""
    return [[step, round(-0.94 - 0.9 * float(np.exp(-step / 34)), 4)] for step in range(0, steps + 1, 4)]


def fit_result(model: str, with_truth: bool = True) -> dict[str, Any]:
    """FitResult of a model."""
    bns = model == "bns"
    parameters = [
        {
            "name": "concentration",
            "label": "Concentration κ",
            "set_size": size,
            "value": k,
            "low": k * 0.93,
            "high": k * 1.07,
        }
        for size, k in KAPPA.items()
    ]
    if bns:
        parameters += [
            {
                "name": "lengthscale",
                "label": "Length scale ℓ",
                "set_size": None,
                "value": 0.92,
                "low": 0.7,
                "high": 1.2,
            },
            {"name": "scale", "label": "Output scale s", "set_size": None, "value": 1.31, "low": 0.9, "high": 1.8},
        ]
    functions = swap_functions(with_truth)
    if not bns:
        for function in functions:
            for view in ("log_odds", "probability"):
                for name in ("mean", "low", "high"):
                    function[view][name] = [function[view][name][30]] * len(function["distance"])
            function["inducing"] = {"distance": [], "mean": []}
    return {
        "model": model,
        "label": "BNS · probe distance" if bns else "Three-component mixture",
        "trials": 5592,
        "set_sizes": list(SET_SIZES),
        "dataset_hash": "3f2a9c",
        "log_likelihood_per_trial": -0.9412 if bns else -0.9587,
        "convergence": {
            "converged": True,
            "steps": 220,
            "seconds": 4.1,
            "reason": "bound improved by less than 1e-4 nats a trial over 50 steps",
            "curve": bound_curve(),
        },
        "parameters": parameters,
        "swap_functions": functions,
        "weights": weights(with_truth),
        "predictive": predictive(),
        "warnings": [],
    }


def live_picture(step: int = 1200, seed: int = 3) -> dict[str, Any]:
    """LivePicture of six displays."""
    generator = np.random.default_rng(seed)
    angles = np.linspace(-np.pi, np.pi, 73)
    displays = []
    for size in (1, 2, 2, 4, 4, 6):
        report = generator.uniform(-np.pi, np.pi, size)
        probe = -np.pi + TAU * generator.choice(8, size, replace=False) / 8
        share = np.array([1 - SWAP[size] - UNIFORM[size]] + [SWAP[size] / max(size - 1, 1)] * (size - 1))
        density = (
            sum(w * _von_mises(angles - r, KAPPA[size]) for w, r in zip(share, report, strict=True))
            + UNIFORM[size] / TAU
        )
        item = generator.choice(size, 120, p=share / share.sum())
        responses = (generator.vonmises(report[item], KAPPA[size]) + np.pi) % TAU - np.pi
        displays.append(
            {
                "report": _rounded(report),
                "probe": _rounded(probe),
                "set_size": size,
                "angles": _rounded(angles),
                "target": _rounded(density),
                "responses": _rounded(responses),
            }
        )
    return {"displays": displays, "step": step}
