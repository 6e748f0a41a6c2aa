"""Networks that differ in their seed alone: their spread, and what any of them failed at."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import training
from frontend.parts.figure_card import figure_card, key
from frontend.parts.network_kin import definition, other_seeds, seed_of

MOST = 32  # networks that are fetched; each answer holds a whole training's curve
MEASURES: tuple[tuple[str, tuple[str, str], float, str], ...] = (
    ("two-sample test", ("c2st", "network"), 1.0, ".3f"),
    ("largest error of the swap curve, percentage points", ("swap_curve", "largest_error"), 100.0, ".1f"),
    ("energy distance ratio", ("energy", "ratio"), 1.0, ".2f"),
)


def trouble(network: dict[str, Any]) -> Component | None:
    """What the training failed to teach, where it did."""
    problem = ((network.get("result") or {}).get("training") or {}).get("problem")
    return dmc.Alert(problem, title="This network did not learn its task", color="yellow") if problem else None


async def members_of(network: dict[str, Any], networks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The finished networks that differ from this one in their seed alone, itself among them, in the order of seeds.

    Those of its own ensemble count though the list may be too long to have them.
    """
    listed = [str(one["id"]) for one in other_seeds(network, networks)]
    together = [str(id) for id in (network.get("ensemble") or {}).get("members") or []]
    ids = list(dict.fromkeys([*together, *listed]))[:MOST]
    found = await api.current().all(*(f"/networks/{quote(id)}" for id in ids))
    return sorted((one for one in found if one and one.get("result")), key=seed_of)


def spread(values: list[float], form: str) -> tuple[str, str]:
    """Mean, and lowest to highest."""
    return f"{fmean(values):{form}}", f"{min(values):{form}} to {max(values):{form}}"


def ensemble_report(network: dict[str, Any], members: list[dict[str, Any]]) -> list[Component | None]:
    """Curves of all members and their fidelity; nothing for a network without others."""
    if len(members) < 2:
        return []
    curves = [(_seed(one), (one["result"].get("training") or {}).get("curve") or []) for one in members]
    entries = ((theme.SIMULATED, "this network", "line"), (theme.UNIFORM, "the others", "line"))
    loss = figure_card(
        "network-ensemble",
        "Losses of all seeds",
        training.losses(curves, this=_seed(network)),
        height=280,
        legend=key(*entries),
    )
    return [
        html.H2(f"Ensemble of {len(members)} networks", className="section"),
        html.Div([loss, fidelity_table(network, members)], className="halves"),
    ]


def fidelity_table(network: dict[str, Any], members: list[dict[str, Any]]) -> html.Section:
    """Fidelity over the members: mean and range of each measure, then each network."""
    compared = [one for one in members if one["result"].get("fidelity")]
    newest = max((definition(one) for one in compared), default=0)
    known = [one for one in compared if definition(one) == newest]
    rows = []
    for words, (part, name), factor, form in MEASURES if known else ():
        mean, extent = spread([factor * one["result"]["fidelity"][part][name] for one in known], form)
        rows.append(html.Tr([html.Td(words), html.Td(mean, className="number"), html.Td(extent, className="number")]))
    head = html.Thead(html.Tr([html.Th("Measure"), html.Th("mean"), html.Th("lowest to highest")]))
    links: list[Any] = []
    for one in members:
        mark = " (did not learn)" if (one["result"].get("training") or {}).get("problem") else ""
        here = one["id"] == network["id"]
        words = _seed(one) + mark
        links.append(html.Strong(words) if here else dcc.Link(words, href=f"/network/{quote(str(one['id']))}"))
    note = f"Of the {len(known)} of {len(members)} networks that have been compared with the model."
    if len(known) == len(members):
        note = f"Of all {len(members)} networks."
    if len(known) < len(compared):
        note += " Those compared by an earlier version of the measure are left out."
    if not known:
        note = "None of these networks has been compared with the behavioural model yet."
    return html.Section(
        [
            html.H3("Fidelity, mean and range", className="card-title"),
            html.P(note, className="card-note"),
            html.Table([head, html.Tbody(rows)], className="plain-table") if rows else None,
            html.Div(links, className="seed-links small"),
        ],
        className="card",
    )


def _seed(network: dict[str, Any]) -> str:
    return f"seed {network.get('seed', '–')}"
