"""One network, live: set a display, cue an item, and see its responses and its states at once.

The page's frame is made here; everything that moves is drawn in the browser by `assets/explore*.js`, which asks
`POST /api/networks/{id}/simulate` by itself: a drag does not wait for a round through Dash.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.figures import responses, state_space
from frontend.parts.display_editor import display_editor, examples, palette, usual
from frontend.parts.explore_cards import head, problem, responses_card, states_card
from frontend.parts.explore_controls import (
    config_of,
    controls_card,
    delays,
    interventions_card,
    longest,
    step_seconds,
)
from frontend.parts.markup import data
from frontend.router import Page
from frontend.shell import empty, watch
from frontend.wiring import clientside


def set_sizes(network: dict[str, Any]) -> list[int]:
    """The set sizes a network was checked on, else none."""
    result = network.get("result") or {}
    rows = (result.get("fidelity") or {}).get("by_set_size") or []
    return sorted({int(row["set_size"]) for row in rows})


def dataset_name(network: dict[str, Any]) -> str | None:
    """The dataset behind a network, None for one trained on a law or whose dataset is gone."""
    return str(network.get("dataset_name") or "the dataset") if network.get("dataset_id") else None


def explored(network: dict[str, Any]) -> dict[str, Any]:
    """A network as the browser's side knows it."""
    return {"id": str(network["id"]), "name": network.get("name") or "", "delays": list(delays(network))}


def boot(network: dict[str, Any], ready: list[dict[str, Any]]) -> dict[str, Any]:
    """All that the browser's side needs once: the networks, a usual display, colours, and the empty figures."""
    sizes = set_sizes(network)
    scheme = theme.scheme_of_request()
    views: dict[str, Any] = {
        "circle": theme.dress(responses.live("circle"), scheme).to_plotly_json(),
        "line": theme.dress(responses.live("line"), scheme).to_plotly_json(),
    }
    return {
        "network": explored(network),
        "others": [explored(one) for one in ready if one["id"] != network["id"]],
        "neurons": int(config_of(network).get("neurons") or 0),
        "seconds": step_seconds(network),
        "longest": longest(network),
        "usual": usual(sizes),
        "examples": examples(sizes),
        "delay": delays(network)[1],
        "delays": list(delays(network)),
        "sizes": sizes,
        "source": {"dataset": dataset_name(network), "law": bool(network.get("law"))},
        "palette": palette(),
        "cyclic": theme.CYCLIC,
        "roles": theme.ROLES,
        "epochs": state_space.EPOCHS,
        "figures": {"responses": views, "states": theme.dress(state_space.live(), scheme).to_plotly_json()},
    }


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The Explore page of a network, or of the newest one that is ready, if there is one that learned to swap."""
    networks = await api.current().get("/networks")
    ready = [one for one in networks if one.get("state") in ("done", "ready")]
    wanted = names.get("network_id")
    if wanted is None and not ready:
        return nothing_yet(networks)
    if wanted is None:
        wanted = next((one for one in ready if one.get("objective") == "diffusion"), ready[0])["id"]
    network = await api.current().get(f"/networks/{wanted}")
    if network.get("state") not in ("done", "ready"):
        return not_ready(network)
    return page(network, ready)


def nothing_yet(networks: list[dict[str, Any]]) -> Component:
    """What the page says before any network is trained."""
    training = next((one for one in networks if one.get("state") in ("running", "queued", "waiting", "paused")), None)
    if training:
        return not_ready(training)
    return empty(
        "No network to explore yet",
        "Train one on a fitted model, or on a written-down swap law: a quick one takes minutes.",
        dmc.Anchor(dmc.Button("Train a network"), href="/network"),
        picture="explore",
    )


def not_ready(network: dict[str, Any]) -> Component:
    """A network that is still training, was cancelled or has failed: its own page knows more."""
    words = {
        "failed": ("This network's training failed", "Its page says why, and can start it again."),
        "cancelled": ("This network's training was cancelled", "Its page can start it again from where it stopped."),
        "paused": ("This network's training is paused", "Resume it on its page; it can be explored when it is done."),
    }
    title, detail = words.get(
        str(network.get("state")),
        ("This network is still training", "Watch it learn on its page; it can be explored when it is done."),
    )
    href = f"/network/{quote(str(network['id']))}"
    told = empty(title, detail, dmc.Anchor(dmc.Button("Go to its page"), href=href), picture="network")
    return html.Div([told, watch("network", str(network["id"]))])


def page(network: dict[str, Any], ready: list[dict[str, Any]]) -> Component:
    """The three columns: display, state space, responses."""
    return html.Div(
        [
            head(network, ready),
            problem(),
            html.Div(
                [
                    html.Div(
                        [
                            display_editor("explore-display", "explore-shown", examples(set_sizes(network))),
                            controls_card(network),
                        ],
                        className="stack explore-left",
                    ),
                    states_card(),
                    html.Div([responses_card(), interventions_card()], className="stack explore-right"),
                ],
                className="explore-columns",
            ),
            dcc.Store(id="explore-boot", data=boot(network, ready)),
            dcc.Store(id="explore-open"),
        ],
        id="explore",
        className="stack explore",
        **data(colour="swap"),
    )


# The output is what makes Dash call this when the page appears: a callback without one waits for a change.
clientside("exploreOpen", Output("explore-open", "data"), Input("explore-boot", "data"))
clientside(
    "exploreControls",
    Input("explore-runs", "value"),
    Input("explore-noise", "value"),
    Input("explore-delay", "value"),
    Input("explore-axes", "value"),
    Input("explore-colour", "value"),
    Input("explore-view", "value"),
    Input("explore-marks", "value"),
    Input("explore-front", "value"),
    Input("explore-other", "value"),
)
clientside(
    "exploreAct",
    Input("explore-add", "n_clicks"),
    Input("explore-example", "value"),
    Input("explore-reset", "n_clicks"),
    Input("explore-copy", "n_clicks"),
    Input("explore-resample", "n_clicks"),
    Input("explore-unpick", "n_clicks"),
    Input("explore-again", "n_clicks"),
    Input("explore-circle", "n_clicks"),
    prevent_initial_call=True,
)
clientside("exploreSwitch", Input("explore-network", "value"), State("explore-boot", "data"), prevent_initial_call=True)

PAGES = (
    Page("/explore", "Explore", render, nav="Explore", icon="explore", order=50),
    Page("/explore/{network_id}", "Explore", render, icon="explore", order=51),
)
