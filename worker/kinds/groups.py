"""Which networks are replicates of one another: those whose trainings differ in nothing but the seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

OBJECTIVES = {
    "diffusion": "Diffusion",
    "mean_matching": "Mean matching",
    "moment_matching": "Moment matching",
    "task_optimal": "Task-optimal",
}
NO_MATTER = ("threads", "checkpoint_seconds", "picture_seconds", "objective")
"""Settings of a training that change nothing about the network, or are told apart already."""
MOST_SAID = 3  # differences that a name tells
MINUS = "\N{MINUS SIGN}"


def group_names(requests: Sequence[Mapping[str, Any]], fit_names: Mapping[str, str]) -> list[str]:
    """The name of each network's group, alike for replicates only.

    Args:
        requests: of the trainings.
        fit_names: names of fitted models by id, for groups that differ in what they were trained on.

    Returns:
        The objective's name; where groups share their objective, with what they differ in.
    """
    trained_on = [_settings(request, fit_names) for request in requests]
    keys = [json.dumps(one, sort_keys=True) for one in trained_on]
    names: dict[str, str] = {}
    for objective in dict.fromkeys(one["objective"] for one in trained_on):
        alike = {key: one for key, one in zip(keys, trained_on, strict=True) if one["objective"] == objective}
        names |= _told_apart(OBJECTIVES.get(objective, objective), alike)
    return [names[key] for key in keys]


def _settings(request: Mapping[str, Any], fit_names: Mapping[str, str]) -> dict[str, Any]:
    """Everything that two replicates share, flat, by the name that a person would give it."""
    fit = request.get("fit_id")
    config = {name: value for name, value in request.get("config", {}).items() if name not in NO_MATTER}
    return {
        "objective": request["objective"],
        "fit": fit and fit_names.get(fit, fit),
        "fit id": fit,
        **_law(request.get("law")),
        **_flat("displays", request.get("displays")),
        "responses": request.get("responses", "model"),
        **_flat("", config),
    }


def _law(law: Mapping[str, Any] | None) -> dict[str, Any]:
    """A written-down law in words, and its settings without those of other kinds of laws."""
    if law is None:
        return {}
    words, kind = f"{law['kind']} swaps", law["kind"]
    if kind == "smooth":
        words += f", offset {law.get('offset', 0.0):g}"
    if kind == "flat":
        words += f", {100 * (1 - law.get('correct', 0.7)):.0f} %"
    told = {"kind", "correct", "offset"} | ({"width"} if kind != "smooth" else set())
    settings = {name: value for name, value in law.items() if name not in told}
    return {"swaps": "no swaps" if kind == "none" else words.replace("-", MINUS), **_flat("", settings)}


def _flat(name: str, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    plain = {f"{name} {key}".strip().replace("_", " "): value for key, value in (settings or {}).items()}
    return {key.removesuffix(" kind"): value for key, value in plain.items()}


def _told_apart(objective: str, groups: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Names of the groups of one objective, by key."""
    if len(groups) == 1:
        return dict.fromkeys(groups, objective)
    settings = list(groups.values())
    every = list(dict.fromkeys(name for one in settings for name in one))
    differing = [name for name in every if any(one.get(name) != settings[0].get(name) for one in settings)]
    names: dict[str, str] = {}
    for key, one in groups.items():
        said = [_said(name, one[name]) for name in differing if one.get(name) is not None and name != "fit id"]
        name = f"{objective} ({', '.join(said[:MOST_SAID])})" if said else objective
        count = sum(other.startswith(name) for other in names.values())
        names[key] = f"{name} {count + 1}" if count else name
    return names


def _said(name: str, value: object) -> str:
    return str(value) if name in ("fit", "swaps") else f"{name} {value}".replace("-", MINUS)
