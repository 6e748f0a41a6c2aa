"""The cards of the Explore page; what they show is drawn in the browser by `assets/explore*.js`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from frontend.figures import responses, state_space
from frontend.parts.epoch_timeline import epoch_timeline
from frontend.parts.figure_card import graph, key, save_buttons
from frontend.parts.icon import icon
from frontend.parts.markup import aria, data

RUNS = (50, 500)
STEP_SECONDS = 0.05  # of a network whose configuration does not say


def delays(network: dict[str, Any]) -> tuple[int, int]:
    """The shortest and longest delay, in steps, that the network was trained on; 15 where it does not say."""
    config = _config(network)
    value = config.get("delay_steps") or (config.get("durations") or {}).get("delay") or 15
    low, high = (value[0], value[-1]) if isinstance(value, list | tuple) else (value, value)
    return int(low), int(high)


def _config(network: dict[str, Any]) -> dict[str, Any]:
    return (network.get("result") or {}).get("config") or network.get("config") or {}


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
        ("var(--non-target)", "other: swap", "line"),
        ("var(--uniform)", "neither", "line"),
    )
    moments = html.Div(
        [
            html.Span([html.Span(className="explore-mark is-start"), "start"], className="key-entry"),
            html.Span([html.Span(className="explore-mark"), "now"], className="key-entry"),
        ],
        className="key explore-moments",
    )
    by_angle = html.Div(
        html.Span(
            [html.Span(className="explore-wheel"), "the report a run ends with, as on the wheel"], className="key-entry"
        ),
        className="key",
    )
    by_epoch = key(*((colour, name, "line") for name, colour in state_space.EPOCHS.items()))
    keys = html.Div(
        [
            html.Div(by_item, className="for-item"),
            html.Div(by_angle, className="for-angle"),
            html.Div(by_epoch, className="for-epoch"),
            moments,
        ],
        className="explore-keys",
    )
    scene = html.Div(graph("explore-states", state_space.live(), scrollZoom=True), className="explore-scene")
    picked = html.P(
        "Click a run to light up where it ends, and all that end there.", className="soft small explore-hint"
    )
    told = html.P(id="explore-said-pick", className="small explore-said-pick", hidden=True, **aria(live="polite"))
    words = html.Div([told, picked], className="explore-picks")
    return _card("explore-states", "State space", controls, keys, scene, words, epoch_timeline("explore-timeline"))


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
    notes = html.Div([icon("info", 16), html.Span()], id="explore-notes", className="explore-notes", hidden=True)
    recorded = html.P(id="explore-said-recorded", className="soft small explore-recorded")
    return _card("explore-responses", "Network responses", [view], legend, figure, numbers, notes, recorded)


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


def _delay(network: dict[str, Any]) -> html.Div:
    """The delay, within what the network was trained on: beyond it, it forgets in ways it never learned not to."""
    low, high = delays(network)
    seconds = float(_config(network).get("step_seconds") or STEP_SECONDS)

    def mark(steps: int) -> dict[str, Any]:
        return {"value": steps, "label": f"{steps * seconds:g} s"}

    if low == high:
        slider = _slider("Delay", "explore-delay", low, high + 1, 1, high, [mark(high)])
        slider.children[1].disabled = True
        words = f"The network was trained with one delay, {high * seconds:g} s."
    else:
        slider = _slider("Delay", "explore-delay", low, high, 1, high, [mark(low), mark(high)])
        words = f"As long as in training: {low * seconds:g} to {high * seconds:g} s."
    return html.Div([slider, html.P(words, className="soft small explore-trained")])


def controls_card(network: dict[str, Any]) -> html.Section:
    """Runs, noise, delay, seed; and how long the last change took to be seen."""
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
            _delay(network),
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
        ],
        className="card explore-controls",
    )
