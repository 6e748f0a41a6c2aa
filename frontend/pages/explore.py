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
from frontend.parts.epoch_timeline import epoch_timeline
from frontend.parts.figure_card import graph, key, save_buttons
from frontend.parts.icon import icon
from frontend.parts.markup import aria, data
from frontend.router import Page
from frontend.shell import empty, watch
from frontend.wiring import clientside

RUNS = (50, 500)
STEP_SECONDS = 0.05


def set_sizes(network: dict[str, Any]) -> list[int]:
    """The set sizes a network was checked on, else none."""
    result = network.get("result") or {}
    rows = (result.get("fidelity") or {}).get("by_set_size") or []
    return sorted({int(row["set_size"]) for row in rows})


def usual_delay(network: dict[str, Any]) -> int:
    """Steps of the delay the network was trained with; 15 where its configuration does not say."""
    config = (network.get("result") or {}).get("config") or network.get("config") or {}
    value = config.get("delay_steps") or (config.get("durations") or {}).get("delay") or 15
    return int(value[0] if isinstance(value, list | tuple) else value)


def boot(network: dict[str, Any]) -> dict[str, Any]:
    """All that the browser's side needs once: the network, its usual display, colours, and the empty figures."""
    sizes = set_sizes(network)
    scheme = theme.scheme_of_request()
    views: dict[str, Any] = {
        "circle": theme.dress(responses.live("circle"), scheme).to_plotly_json(),
        "line": theme.dress(responses.live("line"), scheme).to_plotly_json(),
    }
    return {
        "network": {"id": network["id"], "name": network.get("name", "")},
        "usual": usual(sizes),
        "examples": examples(sizes),
        "delay": usual_delay(network),
        "palette": palette(),
        "cyclic": theme.CYCLIC,
        "roles": theme.ROLES,
        "epochs": state_space.EPOCHS,
        "figures": {"responses": views, "states": theme.dress(state_space.live(), scheme).to_plotly_json()},
    }


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The Explore page of a network, or of the newest one that is ready."""
    networks = await api.current().get("/networks")
    ready = [one for one in networks if one.get("state") in ("done", "ready")]
    wanted = names.get("network_id")
    if wanted is None and not ready:
        return nothing_yet(networks)
    network = await api.current().get(f"/networks/{wanted or ready[0]['id']}")
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
                    display_editor("explore-display", "explore-shown", examples(set_sizes(network))),
                    states_card(),
                    html.Div([responses_card(), controls_card(network)], className="stack explore-right"),
                ],
                className="explore-columns",
            ),
            dcc.Store(id="explore-boot", data=boot(network)),
            dcc.Store(id="explore-open"),
        ],
        id="explore",
        className="stack explore",
        **data(colour="item"),
    )


def head(network: dict[str, Any], ready: list[dict[str, Any]]) -> Component:
    """Which network, and what can be done with the view."""
    known = {one["id"]: one for one in [*ready, network]}
    choices = [{"value": str(one["id"]), "label": str(one.get("name") or one["id"])} for one in known.values()]
    objective = str((network.get("result") or {}).get("objective") or network.get("objective") or "").replace("_", "-")
    tools = [
        dmc.Button("Copy link", id="explore-copy", size="xs", variant="default", className="explore-copy"),
        dmc.Button("Reset", id="explore-reset", size="xs", variant="default", leftSection=icon("reset", 14)),
        dmc.Anchor(
            dmc.Button("Training and fidelity", size="xs", variant="subtle"),
            href=f"/network/{quote(str(network['id']))}",
        ),
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Explore", className="title"),
                    dmc.Select(
                        id="explore-network",
                        data=choices,
                        value=str(network["id"]),
                        allowDeselect=False,
                        size="sm",
                        className="explore-network",
                        **aria(label="Network"),
                    ),
                    dmc.Badge(objective, variant="light", color="gray", tt="none") if objective else None,
                ],
                className="row",
            ),
            html.Div(tools, className="row"),
        ],
        className="page-head",
    )


def problem() -> html.Div:
    """Shown instead of silence when the network cannot be run; the last picture stays, greyed."""
    return html.Div(
        [
            icon("alert", 18),
            html.Div([html.Strong(), html.Span(className="soft")], className="grow"),
            html.A("Go to the network's page", href="/network", hidden=True),
            dmc.Button("Try again", id="explore-again", size="compact-sm", variant="light"),
        ],
        id="explore-problem",
        className="explore-problem",
        hidden=True,
        role="alert",
    )


def _choice(name: str, value: str, choices: list[tuple[str, str]], label: str) -> dmc.SegmentedControl:
    options = [{"value": one, "label": words} for one, words in choices]
    return dmc.SegmentedControl(id=name, value=value, data=options, size="xs", **aria(label=label))


def _card(name: str, title: str, controls: list[Component], legend: Component, *body: Component) -> html.Section:
    """A card like every figure's, with the ways to save it beside its legend: the head is taken by the controls."""
    return html.Section(
        [
            html.Div(
                [html.H3(title, className="card-title"), html.Div(controls, className="card-tools")],
                className="card-head",
            ),
            html.Div([legend, save_buttons()], className="row between explore-legend"),
            *body,
        ],
        className=f"card figure-card {name}-card",
        **data(figure=name),
    )


def states_card() -> html.Section:
    """The 3-D state space with its axes, colours and timeline."""
    controls: list[Component] = [
        _choice("explore-axes", "pca", [("pca", "PCA"), ("plane", "Plane + memory")], "Axes"),
        _choice(
            "explore-colour",
            "item",
            [("item", "Item"), ("angle", "Response"), ("epoch", "Epoch")],
            "Colour of the runs",
        ),
    ]
    by_item = key(
        ("var(--cued)", "cued item", "line"),
        ("var(--non-target)", "other item: swap", "line"),
        ("var(--uniform)", "neither", "line"),
    )
    by_angle = html.Div("Coloured like the report they end with", className="key")
    by_epoch = key(*((colour, name, "line") for name, colour in state_space.EPOCHS.items()))
    keys = html.Div(
        [
            html.Div(by_item, className="for-item"),
            html.Div(by_angle, className="for-angle"),
            html.Div(by_epoch, className="for-epoch"),
        ],
        className="explore-keys",
    )
    scene = html.Div(graph("explore-states", state_space.live(), scrollZoom=True), className="explore-scene")
    return _card("explore-states", "State space", controls, keys, scene, epoch_timeline("explore-timeline"))


def responses_card() -> html.Section:
    """The response distribution, and the result in numbers."""
    view = _choice("explore-view", "circle", [("circle", "Circle"), ("line", "Unrolled")], "View of the responses")
    legend = key(("var(--model)", "model", "line"), ("var(--recorded)", "recorded", "dot"))
    numbers = html.Div(
        [
            _number("swaps", "explore-said-swaps", "explore-said-model"),
            _number("sd, cued item", "explore-said-sd"),
            _number("neither", "explore-said-neither"),
        ],
        className="explore-numbers",
        **aria(live="polite"),
    )
    show_all = dmc.Button(
        "Show all runs", id="explore-unpick", size="compact-xs", variant="light", className="explore-unpick"
    )
    figure = html.Div(
        [graph("explore-responses", responses.live("circle"), height=300), show_all], className="explore-circle"
    )
    return _card("explore-responses", "Responses", [view], legend, figure, numbers)


def _number(words: str, name: str, beside: str | None = None) -> html.Div:
    return html.Div(
        [
            html.Span("…", id=name, className="explore-value number"),
            html.Span(words, className="soft small"),
            html.Span(id=beside, className="explore-beside small number") if beside else None,
        ]
    )


def _slider(
    words: str, name: str, low: float, high: float, step: float, value: float, marks: list[dict[str, Any]]
) -> html.Div:
    slider = dmc.Slider(
        id=name,
        min=low,
        max=high,
        step=step,
        value=value,
        marks=marks,
        size="sm",
        updatemode="drag",
        thumbSize=16,
        **aria(label=words),
    )
    return html.Div([html.Label(words, className="small"), slider], className="explore-slider")


def controls_card(network: dict[str, Any]) -> html.Section:
    """Runs, noise, delay, seed; and how long the last change took to be seen."""
    delay = usual_delay(network)
    longest = max(40, 2 * delay)
    seconds = [
        {"value": steps, "label": f"{steps * STEP_SECONDS:g} s"}
        for steps in ((1, delay, longest) if delay > 0.2 * longest else (delay, longest))
    ]
    return html.Section(
        [
            _slider(
                "Runs",
                "explore-runs",
                *RUNS,
                10,
                200,
                [{"value": count, "label": str(count)} for count in (50, 200, 500)],
            ),
            _slider(
                "Noise",
                "explore-noise",
                0,
                2,
                0.05,
                1,
                [{"value": 0, "label": "none"}, {"value": 1, "label": "trained"}, {"value": 2, "label": "2×"}],
            ),
            _slider("Delay", "explore-delay", 1, longest, 1, delay, seconds),
            html.Div(
                [
                    dmc.Button(
                        "Draw again",
                        id="explore-resample",
                        size="compact-xs",
                        variant="light",
                        leftSection=icon("retry", 14),
                    ),
                    html.Span("seed 1", id="explore-seed", className="soft small number"),
                    html.Span(id="explore-latency", className="soft small number explore-latency"),
                ],
                className="row",
            ),
            html.P(id="explore-said-recorded", className="soft small"),
        ],
        className="card explore-controls",
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
    prevent_initial_call=True,
)
clientside("exploreSwitch", Input("explore-network", "value"), State("explore-boot", "data"), prevent_initial_call=True)

PAGES = (
    Page("/explore", "Explore", render, nav="Explore", icon="explore", order=50),
    Page("/explore/{network_id}", "Explore", render, icon="explore", order=51),
)
