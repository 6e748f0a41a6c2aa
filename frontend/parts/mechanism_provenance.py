"""What a mechanism was made from: data, configuration, seeds and code, so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from frontend import api
from frontend.parts.markup import Child, aria, when
from frontend.parts.network_kin import source_words


async def provenance_card(analysis: Mapping[str, Any], networks: Sequence[Mapping[str, Any]]) -> html.Section:
    """Facts about the analysis and its networks; what differs between networks is left to their cards."""
    datasets = list(dict.fromkeys(str(one["dataset_id"]) for one in networks if one.get("dataset_id")))
    health, fits, *known = await api.current().all("/health", "/fits", *(f"/datasets/{id}" for id in datasets))
    names = {str(fit["id"]): str(fit["name"]) for fit in fits or []}
    rows: list[tuple[str, Child]] = [
        ("Analysis", [analysis["id"], f", seed {analysis.get('seed', 1)}, made {when(analysis.get('created'))}"]),
        ("Code", f"Swapscope {(health or {}).get('version', '')}".strip()),
        *(("Data", _dataset(dataset)) for dataset in known if dataset),
        *(("Learned from", words) for words in dict.fromkeys(source_words(one, names) for one in networks)),
        *(("Configuration", _config(one)) for one in _one_of_each(networks)),
    ]
    facts = html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in rows], className="settings")
    return html.Section(
        [html.H2("Made from", className="card-title"), facts], className="card", **aria(label="Made from")
    )


def _dataset(dataset: Mapping[str, Any]) -> list[Child]:
    digest = (dataset.get("file") or {}).get("sha256") or dataset.get("hash") or ""
    return [dataset["name"], html.Span(f" sha256 {digest}", className="mono faint") if digest else None]


def _one_of_each(networks: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Any]]]:
    """One network of every configuration, with the seeds of all that share it."""
    found: dict[str, tuple[Mapping[str, Any], list[Any]]] = {}
    for one in networks:
        alike = json.dumps([one.get("objective"), one.get("config")], sort_keys=True, default=str)
        found.setdefault(alike, (one, []))[1].append(one.get("seed"))
    return list(found.values())


def _config(told: tuple[Mapping[str, Any], list[Any]]) -> list[Child]:
    network, seeds = told
    config = network.get("config") or {}
    words = str(network.get("objective") or config.get("objective") or "diffusion").replace("_", "-")
    settings = ", ".join(f"{name} {value}" for name, value in config.items() if not isinstance(value, Mapping))
    return [
        html.Strong(words),
        f", seeds {', '.join(str(seed) for seed in sorted(seeds, key=str))}",
        html.Details([html.Summary("settings"), html.Span(settings, className="mono small")]) if settings else None,
    ]
