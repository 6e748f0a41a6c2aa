"""How faithful a network is: the numbers first, then beside other networks, then where it differs."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import fidelity as figures
from frontend.parts.figure_card import figure_card, key
from frontend.parts.job_card import job_card
from frontend.parts.objectives_report import Beside, beside_others
from frontend.shell import watch
from frontend.wiring import callback, no_update

BOTH = ((theme.SIMULATED, "network", "line"), (theme.MODEL, "behavioural model", "line"))


def verdict(fidelity: dict[str, Any]) -> str:
    """One sentence on the two-sample test, no stronger than the number."""
    test = fidelity["c2st"]
    excess = test["network"] - test["floor"]
    if excess <= 2 * (test.get("sd") or 0.01):
        return "A classifier cannot tell its responses from the behavioural model's."
    if excess < 0.06:
        return "A classifier hardly tells its responses from the behavioural model's."
    if excess < 0.15:
        return "A classifier tells its responses from the behavioural model's, but is often wrong."
    return "A classifier tells its responses from the behavioural model's with ease."


def _tile(value: str, words: str, beside: str) -> html.Div:
    return html.Div(
        [
            html.Div(value, className="tile-value number"),
            html.Div(words, className="tile-words"),
            html.Div(beside, className="soft small"),
        ],
        className="card tile",
    )


async def comparing(network: dict[str, Any]) -> dict[str, Any] | None:
    """The newest job that compares a network with its behavioural model, unless it is done."""
    made = await api.current().get("/analyses", analysis="fidelity", network_id=network["id"])
    asked = [one["job_id"] for one in made if one["job_id"]]
    if not asked:
        return None
    (job,) = await api.current().all(f"/jobs/{asked[0]}")
    return job if job and job["state"] != "done" else None


def fidelity_report(
    network: dict[str, Any], beside: Beside, job: dict[str, Any] | None = None
) -> list[Component | None]:
    """Everything about fidelity.

    Args:
        network: whose page it is.
        beside: networks of the same source, with this one first.
        job: that works it out, where it is not known yet.
    """
    fidelity = network["result"].get("fidelity")
    if not fidelity:
        return [job_card(job) if job else _not_known(network), _watched(job)]
    test, curve, energy = fidelity["c2st"], fidelity["swap_curve"], fidelity["energy"]
    tiles = [
        _tile(
            f"{test['network']:.3f}",
            "two-sample test",
            f"model against itself {test['floor']:.3f} ± {test.get('sd') or 0:.3f}",
        ),
        _tile(
            f"{100 * curve['largest_error']:.1f} %",
            "largest error of the swap curve",
            "percentage points of swap probability",
        ),
        _tile(f"{energy['ratio']:.2f}", "energy distance ratio", f"model against itself {energy['floor']:.2f}"),
    ]
    count, drawn = fidelity["displays"], fidelity["responses"]
    checked = f"Checked on {count:,} displays that were never used in training, {drawn:,} responses."
    return [
        html.Div([html.P([html.Strong(verdict(fidelity)), " ", html.Span(checked, className="soft")])]),
        html.Div(tiles, className="tiles"),
        *beside_others(network, beside),
        figure_card(
            "network-by-size",
            "By set size",
            figures.by_set_size(fidelity["by_set_size"]),
            legend=key(*BOTH),
        ),
        figure_card(
            "network-errors",
            "Errors",
            figures.errors(fidelity["errors"]),
            legend=key((theme.SIMULATED, "network", "bar"), (theme.MODEL, "behavioural model", "line")),
        ),
    ]


def _not_known(network: dict[str, Any]) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Strong("How faithful is it? "),
                    html.Span(
                        "Its responses have not been compared with the behavioural model's yet.", className="soft"
                    ),
                ],
                className="grow",
            ),
            dmc.Button("Compare them", id="network-analyse", variant="light"),
            dcc.Store(id="network-analyse-of", data=(network.get("ensemble") or {}).get("members") or [network["id"]]),
        ],
        className="card row",
    )


def _watched(job: dict[str, Any] | None) -> html.Div:
    return watch("analysis", "*", {job["id"]: job["state"]} if job else None)


@callback(
    Output("wake", "data", allow_duplicate=True),
    Output("refresh", "data", allow_duplicate=True),
    Input("network-analyse", "n_clicks"),
    State("network-analyse-of", "data"),
    running=[(Output("network-analyse", "loading"), True, False)],
    prevent_initial_call=True,
)
async def analyse(clicks: int | None, network_ids: list[str]) -> object:
    """Ask for the fidelity of the network on this page, and of all that were trained with it."""
    if not clicks:
        return no_update
    body = {"network_ids": network_ids, "analysis": "fidelity", "options": {}, "seed": 1}
    job = await api.current().post("/analyses", body)
    stamp = f"analyse-{job['id']}"
    return stamp, stamp
