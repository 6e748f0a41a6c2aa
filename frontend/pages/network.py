"""Networks: train one, watch its responses form, and see first how faithful it became."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import responses, training
from frontend.parts.figure_card import figure_card, key
from frontend.parts.icon import icon
from frontend.parts.job_card import job_card
from frontend.parts.markup import data
from frontend.parts.network_form import OBJECTIVES, duration, network_form, setting_words
from frontend.parts.network_report import c2st_words, fidelity_report
from frontend.router import Page
from frontend.shell import watch
from frontend.wiring import callback, clientside, no_update

STATES = {
    "done": ("ready", "teal"),
    "ready": ("ready", "teal"),
    "running": ("training", "accent"),
    "training": ("training", "accent"),
    "paused": ("paused", "yellow"),
    "failed": ("failed", "red"),
    "cancelled": ("cancelled", "gray"),
}
SETTINGS = {
    "neurons": "neurons",
    "hidden": "hidden units",
    "steps": "training steps",
    "displays_per_batch": "displays a batch",
    "samples_per_display": "samples a display",
    "learning_rate": "peak learning rate",
    "target": "target",
    "schedule": "noise schedule",
    "recall_steps": "recall steps",
    "delay_steps": "delay",
    "alpha": "step size α",
}


def objective_words(network: dict[str, Any]) -> str:
    """The objective as people call it."""
    name = str((network.get("result") or {}).get("objective") or network.get("objective") or "diffusion")
    return OBJECTIVES[name][0] if name in OBJECTIVES else name.replace("_", "-")


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """One network where the address names it, else the form and the list of networks."""
    wanted = names.get("network_id") or query.get("network")
    if wanted:
        return await one_network(wanted)
    networks, fits = await asyncio.gather(api.current().get("/networks"), api.current().get("/fits"))
    cards = [network_card(network) for network in networks]
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


def network_card(network: dict[str, Any]) -> html.Article:
    """A network in the list: name, objective, state, and how faithful it is if that is known."""
    words, colour = STATES.get(str(network.get("state")), (str(network.get("state")), "gray"))
    fidelity = (network.get("result") or {}).get("fidelity")
    href = f"/network/{quote(str(network['id']))}"
    done = network.get("state") in ("done", "ready")
    return html.Article(
        [
            html.Div(
                [
                    dcc.Link(network.get("name") or network["id"], href=href, className="network-name"),
                    html.Div(
                        [objective_words(network), html.Span(f"seed {network.get('seed', '–')}"), c2st_words(fidelity)],
                        className="row small soft",
                    ),
                ],
                className="grow",
            ),
            dmc.Badge(words, color=colour, variant="light"),
            dmc.Anchor(
                dmc.Button("Explore", size="compact-sm", variant="light", leftSection=icon("explore", 14)),
                href=f"/explore/{quote(str(network['id']))}",
            )
            if done
            else None,
        ],
        className="card row",
    )


async def one_network(network_id: str) -> Component:
    """The page of a network in whatever state it is."""
    network, networks = await asyncio.gather(
        api.current().get(f"/networks/{network_id}"), api.current().get("/networks")
    )
    job_id = network.get("job_id")
    job, curve = await api.current().all(f"/jobs/{job_id}", f"/jobs/{job_id}/curve") if job_id else (None, None)
    if network.get("state") in ("done", "ready") and network.get("result"):
        same = await siblings(network, networks)
        body = fidelity_report(network, same) + finished(network)
    else:
        body = in_training(network, job, curve or {})
    watched = watch("network", str(network["id"]), {job["id"]: job["state"]} if job else None)
    return html.Div([_head(network), *body, watched], className="stack")


async def siblings(network: dict[str, Any], networks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Finished networks that learned from the same fit or law, this one first, with their results."""
    others = [
        one
        for one in networks
        if one["id"] != network["id"]
        and one.get("state") in ("done", "ready")
        and (one.get("fit_id"), one.get("law")) == (network.get("fit_id"), network.get("law"))
    ]
    full = await api.current().all(*(f"/networks/{one['id']}" for one in others[:8]))
    return [network] + [one for one in full if one and (one.get("result") or {}).get("fidelity")]


def _head(network: dict[str, Any]) -> html.Div:
    words, colour = STATES.get(str(network.get("state")), (str(network.get("state")), "gray"))
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
                            dmc.Badge(words, color=colour, variant="light"),
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
                        dmc.Button("Weights", variant="default", leftSection=icon("download", 15)),
                        href=f"/api/networks/{href}/weights.safetensors",
                        download="",
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


def in_training(network: dict[str, Any], job: dict[str, Any] | None, curve: dict[str, Any]) -> list[Component | None]:
    """The job, its loss against the floor, and the responses as they form; moved by the server's events."""
    points = curve.get("points") or []
    picture = curve.get("picture") or (network.get("result") or {}).get("picture")
    known = training.stages(points)
    job_id = (job or {}).get("id") or ""
    loss_card = figure_card(
        "network-loss",
        "Loss against its floor",
        training.loss(points),
        height=280,
        note=floor_words(points),
        legend=loss_key(points),
    )
    return [
        job_card(job) if job else None,
        html.Div(
            [
                html.Span("Stage", className="soft small"),
                html.Strong(known[-1][0] if known else "starting", id="network-stage"),
            ],
            className="row",
        ),
        forming_card(picture),
        html.Div(loss_card, **data(live=job_id, fields="loss,floor")),
        dcc.Store(id="network-job", data=job_id),
    ]


def loss_key(points: list[dict[str, Any]]) -> html.Div:
    """The curves that are drawn; a floor of 0 is not."""
    has_floor = any((point.get("floor") or 0) > 0 for point in points)
    entries = [(theme.SIMULATED, "loss", "line")] + [(theme.UNIFORM, "floor", "dash")] * has_floor
    return key(*entries)


def floor_words(points: list[dict[str, Any]]) -> str:
    """What the floor is; a log scale cannot show one of 0."""
    floors = [point["floor"] for point in points if point.get("floor") is not None]
    if floors and floors[-1] <= 0:
        return "With exact targets the floor is 0: the lower, the better."
    return "The floor is what a perfect network would still lose: there, nothing is left to learn."


def forming_card(picture: dict[str, Any] | None, title: str = "Responses, as they form") -> html.Section:
    """The response distributions of a few displays that training never sees."""
    rows = -(-len((picture or {}).get("displays", [])) // 3) or 2
    return figure_card(
        "network-forming",
        title,
        responses.forming(picture),
        height=60 + 150 * rows,
        panels=3,
        note="Displays that training never uses. Triangles are the items' reports; degrees, full circle 360°.",
        legend=key(
            (theme.SIMULATED, "network", "bar"),
            (theme.MODEL, "what it should be", "line"),
            (theme.CUED, "cued item", "dot"),
            (theme.NON_TARGET, "other items", "dot"),
        ),
    )


def finished(network: dict[str, Any]) -> list[Component | None]:
    """Training and settings of a finished network, under its fidelity."""
    result = network["result"]
    told = result.get("training") or {}
    seconds = told.get("seconds")
    note = f"{told.get('steps', 0):,} steps in {duration(seconds).removeprefix('about ')}" if seconds else None
    config = result.get("config") or {}
    settings = [(words, config[name]) for name, words in SETTINGS.items() if name in config]
    settings = [("parameters", f"{result['parameters']:,}")] * ("parameters" in result) + settings
    settings.append(("seed", result.get("seed", network.get("seed"))))
    rows = [html.Div([html.Dt(words), html.Dd(setting_words(value), className="number")]) for words, value in settings]
    return [
        html.H2("Training", className="section"),
        forming_card(result.get("picture"), "Responses on displays it was never trained on"),
        html.Div(
            [
                figure_card(
                    "network-loss",
                    "Loss against its floor",
                    training.loss(told.get("curve") or [], told.get("stages") or []),
                    height=280,
                    note=note,
                    legend=loss_key(told.get("curve") or []),
                ),
                html.Section(
                    [html.H3("Settings", className="card-title"), html.Dl(rows, className="settings")], className="card"
                ),
            ],
            className="columns",
        ),
    ]


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
