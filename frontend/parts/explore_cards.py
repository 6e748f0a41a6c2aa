"""The cards of the Explore page; what they show is drawn in the browser by `assets/explore*.js`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from frontend.figures import responses, state_space
from frontend.parts.epoch_timeline import epoch_timeline
from frontend.parts.explore_help import help_button
from frontend.parts.figure_card import graph, key, save_buttons
from frontend.parts.icon import icon
from frontend.parts.markup import aria, data


def head(network: dict[str, Any], ready: list[dict[str, Any]]) -> Component:
    """Which network, and what can be done with the view."""
    known = {one["id"]: one for one in [*ready, network]}
    choices = [{"value": str(one["id"]), "label": str(one.get("name") or one["id"])} for one in known.values()]
    objective = str((network.get("result") or {}).get("objective") or network.get("objective") or "").replace("_", "-")
    others = [choice for choice in choices if choice["value"] != str(network["id"])]
    other = dmc.Select(
        id="explore-other",
        data=others,
        placeholder="Compare with…",
        clearable=True,
        disabled=not others,
        size="sm",
        className="explore-other",
        **aria(label="Another network on the same display"),
    )
    tools = [
        help_button(),
        dmc.Button("Copy link", id="explore-copy", size="xs", variant="default", className="explore-copy"),
        dmc.Button("Reset", id="explore-reset", size="xs", variant="default", leftSection=icon("reset", 14)),
        dmc.Anchor(
            dmc.Button("Training and fidelity", size="xs", variant="subtle"),
            href=f"/network/{quote(str(network['id']))}",
        ),
        dmc.Anchor(
            dmc.Button("Mechanism", size="xs", variant="subtle"), href=f"/mechanism?network={quote(str(network['id']))}"
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
                    other,
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


def _front() -> html.Div:
    """Whose states are shown, while two networks are compared: there is one scene, for both."""
    choice = _choice(
        "explore-front", "first", [("first", "This network"), ("other", "The other")], "Network whose states are shown"
    )
    return html.Div(choice, className="explore-front")


def _keys() -> html.Div:
    """What the colours of the runs mean; one of them is seen at a time, by the colour that is chosen."""
    by_swap = key(
        ("var(--cued)", "cued item", "line"),
        ("var(--non-target)", "other: swap", "line"),
        ("var(--uniform)", "neither", "line"),
    )
    wheel = html.Span(className="explore-wheel")
    by_angle = html.Span([wheel, "the report a run ends with, as on the wheel"], className="key-entry")
    by_item = html.Span([html.Span(className="explore-wheel"), "the item a run ends at"], className="key-entry")
    by_epoch = key(*((colour, name, "line") for name, colour in state_space.EPOCHS.items()))
    moments = html.Div(
        [
            html.Span([html.Span(className="explore-mark is-start"), "start"], className="key-entry"),
            html.Span([html.Span(className="explore-mark"), "now"], className="key-entry"),
        ],
        className="key explore-moments",
    )
    return html.Div(
        [
            html.Div(by_swap, className="for-swap"),
            html.Div(by_item, className="for-item key"),
            html.Div(by_angle, className="for-angle key"),
            html.Div(by_epoch, className="for-epoch"),
            moments,
        ],
        className="explore-keys",
    )


def states_card() -> html.Section:
    """The 3-D state space with its axes, colours, planes and timeline."""
    axes = [("pca", "PCA"), ("plane", "Plane + memory"), ("items", "Items’ planes")]
    colours = [("swap", "Swap"), ("item", "Item"), ("angle", "Response"), ("epoch", "Epoch")]
    marks = [("none", "Runs"), ("planes", "Planes"), ("points", "Slow points"), ("both", "Both")]
    controls: list[Component] = [_choice("explore-axes", "pca", axes, "Axes")]
    circle = dmc.Button("Circle states", id="explore-circle", size="compact-xs", variant="light")
    overlay = html.Div(
        [
            _choice("explore-marks", "planes", marks, "What is drawn with the runs"),
            _choice("explore-colour", "swap", colours, "Colour of the runs"),
            _front(),
        ],
        className="explore-overlay",
    )
    scene = html.Div([graph("explore-states", state_space.live(), scrollZoom=True), overlay], className="explore-scene")
    hint = html.P("Click a run to light up where it ends, and all that end there.", className="soft small explore-hint")
    picked = html.P(id="explore-said-pick", className="small explore-said-pick", hidden=True, **aria(live="polite"))
    planes = html.P(id="explore-said-planes", className="soft small explore-said-planes", hidden=True)
    words = html.Div(
        [html.Div([picked, hint, circle], className="explore-pick-line"), planes], className="explore-picks"
    )
    return _card("explore-states", "State space", controls, _keys(), scene, words, epoch_timeline("explore-timeline"))


def responses_card() -> html.Section:
    """The response distribution, and the result in numbers."""
    view = _choice("explore-view", "circle", [("circle", "Circle"), ("line", "Unrolled")], "View of the responses")
    legend = html.Div(
        [
            key(("var(--model)", "model", "line"), ("var(--recorded)", "recorded", "dot")),
            html.Div(key(("var(--soft)", "without", "dash")), className="for-baseline"),
            html.Div(key(("var(--simulated)", "other", "line")), className="for-other"),
        ],
        className="explore-keys",
    )
    numbers = html.Div(
        [_number("swaps", "swaps"), _number("sd, cued item", "sd"), _number("neither", "neither")],
        className="explore-numbers",
        **aria(live="polite"),
    )
    show_all = dmc.Button(
        "Show all runs", id="explore-unpick", size="compact-xs", variant="light", className="explore-unpick"
    )
    figure = html.Div(
        [graph("explore-responses", responses.live("circle"), height=276), show_all], className="explore-circle"
    )
    notes = html.Div([icon("info", 16), html.Span()], id="explore-notes", className="explore-notes", hidden=True)
    recorded = html.P(id="explore-said-recorded", className="soft small explore-recorded")
    return _card("explore-responses", "Network responses", [view], legend, figure, numbers, notes, recorded)


def _number(words: str, name: str) -> html.Div:
    """A number of the runs, and under it the same of what they are compared with."""
    return html.Div(
        [
            html.Span("…", id=f"explore-said-{name}", className="explore-value number"),
            html.Span(words, className="soft small"),
            html.Span(id=f"explore-beside-{name}", className="explore-beside small number"),
        ]
    )
