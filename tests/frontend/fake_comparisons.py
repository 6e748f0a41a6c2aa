"""Comparisons and recoveries of the fake API: numbers with the shape of real ones, and their addresses."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import Body, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse

MODELS = {
    "bns_probe": ("bns", "BNS · probe distance", 0.0),
    "interference": ("interference", "Interference", -0.0006),
    "bns_none": ("bns", "BNS · no distance", -0.0165),
    "three_component": ("three_component", "Three-component mixture", -0.0172),
    "variable_precision_swaps": ("variable_precision_swaps", "Variable precision + swaps", -0.0246),
    "two_component": ("two_component", "Two-component mixture", -0.0541),
}
SIZES = (1, 2, 4, 6)
CREATED = "2026-11-23T20:14:00Z"


def _interval(mean: float, se: float) -> dict[str, float]:
    return {"mean": mean, "se": se, "low": mean - 2 * se, "high": mean + 2 * se}


def _about(name: str, **more: Any) -> dict[str, Any]:
    model, label, _ = MODELS[name]
    return {"name": name, "label": label, "model": model, "options": {}, "problem": None, **more}


def comparison_result(subjects: int = 12) -> dict[str, Any]:
    """Six models, of which the second is tied with the first, and one that could not be fitted."""
    random = np.random.default_rng(3)
    level = -0.95 + 0.12 * random.standard_normal(subjects)
    held_out = {
        name: level + gap * (1 + 0.35 * random.standard_normal(subjects)) + 0.0015 * random.standard_normal(subjects)
        for name, (_, _, gap) in MODELS.items()
    }
    best = held_out["bns_probe"]
    pairs = [_pair(name, other, held_out) for name in MODELS for other in MODELS if name != other]
    rows = []
    for rank, (name, values) in enumerate(held_out.items(), 1):
        pair = next((one for one in pairs if (one["model"], one["reference"]) == (name, "bns_probe")), None)
        points = [
            {"subject": f"S{number + 1}", "held_out": float(value), "difference": float(value - reference)}
            for number, (value, reference) in enumerate(zip(values, best, strict=True))
        ]
        zero = {**_interval(0.0, 0.0), "subjects": _interval(0.0, 0.0) if subjects > 1 else None}
        criteria = {"log_likelihood": -5200.0, "parameters": 11.4, "aic": 10423.0, "aicc": 10424.0, "bic": 10498.0}
        rows.append(
            _about(
                name, held_out={"mean": float(values.mean()), "se": 0.013}, difference=pair or zero, per_subject=points,
                wins=[7, 5, 0, 0, 0, 0][rank - 1], rank=rank, tied_with_best=bool(pair and pair["tied"]),
                information=criteria | {"bic": 10498.0 + 40 * rank}, converged=rank != 5, seconds=3.2,
            )
        )  # fmt: skip
    rows.append(_lost())
    words = (
        "BNS · probe distance has the highest held-out log-likelihood, but these data do not tell it from "
        "Interference: the interval of the difference holds 0. 4 models predict worse. 1 model could not be fitted."
    )
    return {
        "models": rows, "pairs": pairs, "folds": 5, "trials": 5592, "subjects": subjects, "best": "bns_probe",
        "verdict": words, "notes": ["Set size 3 has one trial, which cannot be held out; it was left out."],
    }  # fmt: skip


def _pair(name: str, other: str, held_out: dict[str, np.ndarray]) -> dict[str, Any]:
    gap = held_out[name] - held_out[other]
    over_subjects = _interval(float(gap.mean()), float(gap.std() / np.sqrt(len(gap)))) if len(gap) > 1 else None
    over_trials = _interval(float(gap.mean()), 0.0016)
    tied = any(one["low"] <= 0 <= one["high"] for one in (over_trials, over_subjects) if one)
    return {"model": name, "reference": other, **over_trials, "subjects": over_subjects, "tied": tied}


def _lost() -> dict[str, Any]:
    """A model that could not be fitted."""
    return {
        "name": "bns_both", "label": "BNS · both distances", "model": "bns", "options": {}, "held_out": None,
        "difference": None, "per_subject": [], "wins": None, "rank": None, "tied_with_best": False, "information": None,
        "converged": False, "seconds": 0.0, "problem": "Every trial has its own probe values, of which 12 are missing.",
    }  # fmt: skip


def _entry(model: str, name: str, label: str, size: int | None, value: float, spread: float) -> dict[str, Any]:
    random = np.random.default_rng((size or 0) + len(name))
    planted = value + spread * random.standard_normal(10)
    found = planted + 0.4 * spread * random.standard_normal(10)
    points = [
        {"planted": float(p), "recovered": float(f), "low": float(f - spread), "high": float(f + spread)}
        for p, f in zip(planted, found, strict=True)
    ]
    about = {"model": model, "name": name, "label": label, "set_size": size}
    return about | {"points": points, "correlation": float(np.corrcoef(planted, found)[0, 1]), "coverage": 0.9}


def parameters_result() -> dict[str, Any]:
    """Recovery of the parameters of two models."""
    entries, curves = [], []
    for model in ("bns_probe", "three_component"):
        for size in SIZES:
            entries.append(_entry(model, "sd", "Noise SD (degrees of the full circle)", size, 14 + 4 * size, 1.6))
            entries.append(_entry(model, "target_weight", "Target weight", size, 1 - 0.07 * size, 0.02))
            entries.append(_entry(model, "uniform_weight", "Guess weight", size, 0.02 * size, 0.01))
            if size > 1:
                entries.append(_entry(model, "swap_weight", "Swap weight", size, 0.05 * size, 0.015))
    distance = np.linspace(0, np.pi, 61)
    for size in SIZES[1:]:
        planted = -4 + 2.6 * np.exp(-2 * distance)
        found = [planted + 0.35 * np.sin(distance * (1 + k / 3) + k) for k in range(5)]
        about = {"model": "bns_probe", "set_size": size, "feature": "probe", "distance": distance.tolist()}
        curves.append(
            about | {"planted": planted.tolist(), "recovered": [f.tolist() for f in found], "coverage": 0.93}
        )  # fmt: skip
    return _result("parameters", ["bns_probe", "three_component"], parameters=entries, curves=curves)


def models_result() -> dict[str, Any]:
    """Recovery of four models: the first two are hard to tell apart."""
    names = ["bns_probe", "interference", "three_component", "two_component"]
    first = [[9, 1, 0, 0], [2, 8, 0, 0], [1, 0, 9, 0], [0, 0, 1, 9]]
    tied = [[1, 6, 0, 0], [5, 2, 0, 0], [4, 3, 1, 0], [2, 1, 5, 1]]
    confusion = {"generators": names, "fitted": names, "first": first, "tied": tied, "first_by_bic": first[::-1]}
    return _result("models", names, confusion=confusion)


def _result(kind: str, names: list[str], **found: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"parameters": [], "curves": [], "confusion": None}
    about = {"kind": kind, "models": [_about(name) for name in names], "datasets": 10, "trials": 5592}
    return {**about, "displays": "The dataset's own 5,592 displays.", **nothing, **found}


def _made(number: str, name: str, **more: Any) -> dict[str, Any]:
    state = "done" if more.get("result") else "running"
    about = {"id": number, "name": name, "state": state, "job_id": f"j-{number}", "dataset_id": "d1", "seed": 1}
    return about | {"created": CREATED, **more}


def add_routes(app: FastAPI, state: Any) -> None:
    """Comparisons c1 (done), c2 (running) and c3 (of one subject), recoveries r1 (models) and r2 (parameters)."""
    state.comparisons = {
        "c1": _made("c1", "7 models on Colours", result=comparison_result()),
        "c2": _made("c2", "2 models on Colours", result=None),
        "c3": _made("c3", "One subject", result=comparison_result(subjects=1)),
    }
    state.recoveries = {
        "r1": _made("r1", "Model recovery on Colours", result=models_result(), kind="models"),
        "r2": _made("r2", "Parameter recovery on Colours", result=parameters_result(), kind="parameters"),
    }
    running = {"kind": "compare", "title": "Compare 2 models: Colours", "state": "running"}
    state.jobs["j-c2"] = state.jobs["j3"] | running | {
        "id": "j-c2", "result": {"kind": "comparison", "id": "c2"}, "message": "Interference: fold 3 of 5",
    }  # fmt: skip
    for plural, kind in (("comparisons", "compare"), ("recoveries", "recover")):
        _add(app, state, plural, kind)


def _add(app: FastAPI, state: Any, plural: str, kind: str) -> None:
    table: dict[str, Any] = getattr(state, plural)

    @app.get(f"/api/{plural}")
    async def many() -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "result"} for row in table.values()]

    @app.get(f"/api/{plural}/{{key}}")
    async def one(key: str) -> dict[str, Any]:
        if key not in table:
            raise HTTPException(404)
        return dict(table[key])

    @app.get(f"/api/{plural}/{{key}}/{{file}}")
    async def file(key: str, file: str) -> PlainTextResponse:
        return PlainTextResponse("row,subject\n1,S1\n")

    @app.post(f"/api/{plural}", status_code=202)
    async def start(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        state.asked.append(("POST", plural, body))
        made = next(iter(table))
        result = {"kind": {"compare": "comparison", "recover": "recovery"}[kind], "id": made}
        return dict(state.jobs["j3"]) | {"id": f"j-{kind}", "kind": kind, "result": result}
