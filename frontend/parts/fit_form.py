"""Choosing what to fit: the dataset, the models, how they are set up."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.glossary import term
from frontend.parts.icon import icon

MODELS: dict[str, tuple[str, str]] = {
    "bns": (
        "BNS · probe distance",
        "Learns how swaps depend on probe distance: a swap function with its uncertainty, one weight a non-target.",
    ),
    "three_component": (
        "Three-component mixture",
        "Target, non-targets alike, uniform. The field’s yardstick: the same swap rate at every distance.",
    ),
}


def model_card(name: str, chosen: bool) -> dmc.CheckboxCard:
    """A model that can be chosen, with what it assumes."""
    words, meaning = MODELS[name]
    return dmc.CheckboxCard(
        html.Div(
            [
                dmc.CheckboxIndicator(),
                html.Div([html.Div(words, className="choice-label"), html.P(meaning, className="small soft")]),
            ],
            className="row top nowrap",
        ),
        value=name,
        className="model-card",
        withBorder=True,
        checked=chosen,
    )


def fit_form(datasets: list[dict[str, Any]], chosen: str | None) -> html.Section:
    """The form; `chosen` is the dataset that is selected at first."""
    usable = [dataset for dataset in datasets if dataset["state"] == "ready"]
    first = chosen or (usable[0]["id"] if usable else None)
    return html.Section(
        [
            dmc.Select(
                id="fit-dataset",
                label="Dataset",
                data=[{"value": dataset["id"], "label": dataset["name"]} for dataset in usable],
                value=first,
                allowDeselect=False,
                searchable=True,
            ),
            dmc.CheckboxGroup(
                html.Div([model_card(name, True) for name in MODELS], className="grid", style={"--cell": "280px"}),
                id="fit-models",
                label="Models",
                value=list(MODELS),
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(term("swap function", "Swap function (BNS)"), className="field-label"),
                            dmc.SegmentedControl(
                                id="fit-shared",
                                data=[
                                    {"value": "each", "label": "One per set size"},
                                    {"value": "shared", "label": "Shared by all"},
                                ],
                                value="each",
                                size="sm",
                            ),
                        ]
                    ),
                    html.Div(
                        [
                            html.Div(term("uniform", "Guesses"), className="field-label"),
                            dmc.Switch(id="fit-uniform", label="Include a uniform component", checked=True),
                        ]
                    ),
                    dmc.NumberInput(id="fit-seed", label="Seed", value=1, min=0, allowDecimal=False, w=110, size="sm"),
                ],
                className="row top options",
            ),
            html.Div(
                [
                    dmc.Button("Fit all", id="fit-all", leftSection=icon("play", 16), disabled=not usable),
                    html.Span("Takes seconds to a minute; you may leave the page.", className="small soft"),
                ],
                className="row",
            ),
        ],
        className="card stack",
    )
