"""Asking for a mechanism: one network, an ensemble, or several objectives side by side, by what they learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Input, Output, State, ctx, html

from frontend import api, theme
from frontend.parts.icon import icon
from frontend.parts.markup import aria
from frontend.parts.network_form import OBJECTIVES
from frontend.parts.network_kin import is_ready, seed_of, source_key, source_words, training_key
from frontend.wiring import callback, go, no_update

MOST = 32  # networks of one request
ENOUGH = 5  # seeds, for a claim about an objective
Networks = Sequence[Mapping[str, Any]]


def ready(networks: Networks) -> list[Mapping[str, Any]]:
    """The networks that can be analysed."""
    return [one for one in networks if is_ready(one)]


def sources(networks: Networks) -> dict[str, list[list[Mapping[str, Any]]]]:
    """Ready networks by source (that of the newest first), in groups that differ in their seed alone."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for network in ready(networks):
        found.setdefault(source_key(network), {}).setdefault(training_key(network), []).append(network)
    order = list(theme.OBJECTIVES)

    def rank(group: list[Mapping[str, Any]]) -> tuple[int, int]:
        objective = str(group[0].get("objective") or "diffusion")
        return (order.index(objective) if objective in order else len(order), -len(group))

    return {
        key: sorted((sorted(group, key=seed_of) for group in groups.values()), key=rank)
        for key, groups in found.items()
    }


def usual_choice(networks: Networks, wanted: str | None = None) -> set[str]:
    """What is chosen at first: the ensemble of the network that was asked for, else all ensembles of one source.

    The source is the one with most networks in ensembles; where there is no ensemble, the newest network.
    """
    grouped = sources(networks)
    every = [group for groups in grouped.values() for group in groups]
    for group in every:
        if wanted in {str(one["id"]) for one in group}:
            return {str(one["id"]) for one in group}
    best: set[str] = set()
    for groups in grouped.values():
        together = {str(one["id"]) for group in groups if len(group) > 1 for one in group}
        best = together if len(together) > len(best) else best
    return best or {str(one["id"]) for one in ready(networks)[:1]}


def mechanism_form(networks: Networks, fits: Mapping[str, str], wanted: str | None = None) -> html.Section:
    """The networks that can be chosen, and the button."""
    chosen = usual_choice(networks, wanted)
    blocks = [
        html.Div(
            [
                html.Div(f"Learned from: {source_words(groups[0][0], fits)}", className="field-label"),
                *(_group(group, chosen, f"{number}-{at}") for at, group in enumerate(groups)),
            ],
            className="mechanism-source",
        )
        for number, groups in enumerate(sources(networks).values())
    ]
    return html.Section(
        [
            html.H2("Which networks?", className="card-title"),
            html.P(
                "Networks of several objectives are shown side by side. What holds for an objective is what holds "
                f"over its seeds: choose {ENOUGH} or more of each for a claim.",
                className="card-note",
            ),
            html.Div(blocks, className="stack"),
            html.Div(
                [
                    dmc.Button("Find the mechanism", id="mechanism-start", leftSection=icon("flask", 16)),
                    html.Span(id="mechanism-count", className="small soft", **aria(live="polite")),
                ],
                className="row",
            ),
        ],
        className="card stack",
        **aria(label="Choose networks"),
    )


def _group(group: Networks, chosen: set[str], key: str) -> html.Div:
    ids = [str(one["id"]) for one in group]
    objective = str(group[0].get("objective") or "diffusion")
    words = OBJECTIVES.get(objective, (objective,))[0]
    several = f"{len(group)} networks" if len(group) > 1 else "1 network"
    picked = [id for id in ids if id in chosen]
    colour = theme.OBJECTIVES.get(objective, (theme.UNIFORM,))[0]
    return html.Div(
        [
            dmc.Checkbox(
                id={"type": "mechanism-group", "group": key},
                checked=len(picked) == len(ids),
                indeterminate=0 < len(picked) < len(ids),
                label=html.Span(
                    [html.Span(className="swatch swatch-dot", style={"--swatch": colour}), html.Strong(words)],
                    className="key-entry",
                ),
                className="mechanism-objective",
            ),
            html.Span([several, _settings(group[0])], className="small soft mechanism-about"),
            html.Div(
                dmc.ChipGroup(
                    [
                        dmc.Chip(f"seed {one.get('seed', '–')}", value=str(one["id"]), size="xs", radius="sm")
                        for one in group
                    ],
                    id={"type": "mechanism-seeds", "group": key},
                    value=picked,
                    multiple=True,
                ),
                className="mechanism-chips",
            ),
        ],
        className="mechanism-group",
    )


def _settings(network: Mapping[str, Any]) -> str:
    config = network.get("config") or {}
    parts = [f"{config['neurons']} neurons"] if config.get("neurons") else []
    parts += [str(config[name]) for name in ("cell", "encoding") if config.get(name)]
    return "".join(f" · {part}" for part in parts)


@callback(
    Output({"type": "mechanism-seeds", "group": MATCH}, "value"),
    Output({"type": "mechanism-group", "group": MATCH}, "checked"),
    Output({"type": "mechanism-group", "group": MATCH}, "indeterminate"),
    Input({"type": "mechanism-group", "group": MATCH}, "checked"),
    Input({"type": "mechanism-seeds", "group": MATCH}, "value"),
    State({"type": "mechanism-seeds", "group": MATCH}, "children"),
    prevent_initial_call=True,
)
async def choose(checked: bool, chosen: list[str] | None, chips: list[dict[str, Any]]) -> tuple[list[str], bool, bool]:
    """The box of a group chooses all of its networks or none; it shows whether all, some or none are chosen."""
    ids = [chip["props"]["value"] for chip in chips]
    if (ctx.triggered_id or {}).get("type") == "mechanism-group":
        chosen = ids if checked else []
    picked = [id for id in ids if id in (chosen or [])]
    return picked, len(picked) == len(ids), 0 < len(picked) < len(ids)


@callback(
    Output("mechanism-count", "children"),
    Output("mechanism-start", "disabled"),
    Input({"type": "mechanism-seeds", "group": ALL}, "value"),
)
async def count(chosen: list[list[str] | None]) -> tuple[str, bool]:
    """How many networks are chosen, and whether a claim can rest on them."""
    numbers = [len(ids) for ids in chosen if ids]
    total = sum(numbers)
    if not total:
        return "Choose a network.", True
    if total > MOST:
        return f"{total} networks; at most {MOST} at a time.", True
    few = min(numbers) < ENOUGH
    networks = "1 network" if total == 1 else f"{total} networks"
    hint = f"; fewer than {ENOUGH} seeds of an objective show an example, not a rule" if few else ""
    return f"{networks} in {len(numbers)} group{'s' if len(numbers) > 1 else ''}{hint}.", False


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input("mechanism-start", "n_clicks"),
    State({"type": "mechanism-seeds", "group": ALL}, "value"),
    running=[(Output("mechanism-start", "loading"), True, False)],
    prevent_initial_call=True,
)
async def start(clicks: int | None, chosen: list[list[str] | None]) -> object:
    """Ask for the analysis and go to its page."""
    ids = [id for group in chosen for id in group or []]
    if not clicks or not ids:
        return no_update
    job = await api.current().post("/analyses", {"network_ids": ids, "analysis": "mechanism", "options": {}, "seed": 1})
    go(f"/mechanism/{job['result']['id']}")
    return f"mechanism-{job['id']}"
