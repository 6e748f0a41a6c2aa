"""Networks: train one, watch its responses form, and see first how faithful it became."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import responses
from frontend.parts.ensemble_report import ensemble_report, members_of, trouble
from frontend.parts.icon import icon
from frontend.parts.network_form import network_form
from frontend.parts.network_list import network_list, state_badge
from frontend.parts.network_report import comparing, fidelity_report
from frontend.parts.network_training import finished, in_training
from frontend.parts.objectives_report import objective_words, same_source
from frontend.router import Page
from frontend.shell import watch
from frontend.wiring import callback, clientside, no_update


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """One network where the address names it, else the form and the list of networks."""
    wanted = names.get("network_id") or query.get("network")
    if wanted:
        return await one_network(wanted)
    networks, fits = await asyncio.gather(api.current().get("/networks"), api.current().get("/fits"))
    cards = network_list(networks, fits)
    listed = html.Div(cards, className="stack") if cards else _no_network()
    return html.Div(
        [
            html.H1("Networks", className="title"),
            html.Div(
                [network_form(fits, query.get("fit")), html.Div(listed, className="grow")], className="network-columns"
            ),
        ],
        className="stack",
    )


def _no_network() -> html.Div:
    return html.Div(
        [
            html.H2("No network yet", className="card-title"),
            html.P("The first one appears here while it learns.", className="soft"),
        ],
        className="card",
    )


async def one_network(network_id: str) -> Component:
    """The page of a network in whatever state it is."""
    network, networks = await asyncio.gather(
        api.current().get(f"/networks/{network_id}"), api.current().get("/networks")
    )
    job_id = network.get("job_id")
    job, curve = await api.current().all(f"/jobs/{job_id}", f"/jobs/{job_id}/curve") if job_id else (None, None)
    if network.get("state") in ("done", "ready") and network.get("result"):
        judged = bool(network["result"].get("fidelity"))
        beside, members, comparison = await asyncio.gather(
            same_source(network, networks), members_of(network, networks), _nothing() if judged else comparing(network)
        )
        told = [trouble(network), *fidelity_report(network, beside, comparison), *ensemble_report(network, members)]
        body = told + finished(network)
    else:
        body = in_training(network, job, curve or {})
    watched = watch("network", str(network["id"]), {job["id"]: job["state"]} if job else None)
    return html.Div([_head(network), *body, watched], className="stack")


async def _nothing() -> None:
    return None


def _head(network: dict[str, Any]) -> html.Div:
    done = network.get("state") in ("done", "ready")
    href = quote(str(network["id"]))
    source = network.get("fit_id")
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [dcc.Link("Networks", href="/network"), " / ", objective_words(network)], className="crumb"
                    ),
                    html.Div(
                        [
                            html.H1(network.get("name") or network["id"], className="title"),
                            state_badge(network),
                        ],
                        className="row",
                    ),
                ]
            ),
            html.Div(
                [
                    dmc.Anchor(dmc.Button("Its fit", variant="default"), href=f"/behaviour?fit={source}")
                    if source
                    else None,
                    html.A(
                        dmc.Button("Card", variant="default", leftSection=icon("download", 15)),
                        href=f"/api/networks/{href}/card.json",
                        download="",
                        title="Task, configuration, training, hash of the data and fidelity, to go with the weights",
                    ),
                    html.A(
                        dmc.Button("Weights", variant="default", leftSection=icon("download", 15)),
                        href=f"/api/networks/{href}/weights.safetensors",
                        download="",
                    ),
                    dmc.Anchor(
                        dmc.Button("Mechanism", variant="default", leftSection=icon("flask", 15)),
                        href=f"/mechanism?network={href}",
                    ),
                    dmc.Anchor(dmc.Button("Explore", leftSection=icon("explore", 15)), href=f"/explore/{href}"),
                ],
                className="row",
            )
            if done
            else None,
        ],
        className="page-head",
    )


@callback(
    Output("network-forming", "figure"),
    Input("picture", "data"),
    State("network-job", "data"),
    prevent_initial_call=True,
)
async def draw_picture(news: dict[str, Any] | None, job_id: str | None) -> object:
    """The newest responses of the network that this page watches."""
    if not news or news.get("job") != job_id:
        return no_update
    return theme.dress(await asyncio.to_thread(responses.forming, news["picture"]))


clientside("networkStage", Output("network-stage", "children"), Input("points", "data"), State("network-job", "data"))

PAGES = (
    Page("/network", "Networks", render, nav="Network", icon="network", order=40),
    Page("/network/{network_id}", "Network", render, icon="network", order=41),
)
