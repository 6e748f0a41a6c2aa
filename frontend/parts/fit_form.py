"""Choosing what to fit: the dataset, a family of models, and how they are set up. One click fits them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, ctx, html

from frontend import api
from frontend.parts.fit_options import OPTIONS, applies, disabled_choices, note, option_field
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria
from frontend.parts.model_catalogue import CHOICES, GROUPS, PRESETS, ModelChoice, suitable, unsuitable
from frontend.wiring import callback, no_update

Summary = Mapping[str, Any] | None


def model_card(choice: ModelChoice, summary: Summary) -> dmc.CheckboxCard:
    """A model that can be chosen, with what it assumes; marked where the dataset lacks what it needs."""
    reason = unsuitable(choice, summary)
    return dmc.CheckboxCard(
        html.Div(
            [
                dmc.CheckboxIndicator(size="sm", disabled=reason is not None),
                html.Div(
                    [
                        html.Div(term(choice.term, choice.label), className="choice-label"),
                        html.P(choice.assumes, className="small soft"),
                        html.P([icon("alert", 14), " ", reason], className="small problem") if reason else None,
                    ]
                ),
            ],
            className="row top nowrap",
        ),
        value=choice.name,
        className="model-card unsuitable" if reason else "model-card",
        withBorder=True,
        disabled=reason is not None,
    )


def model_cards(summary: Summary) -> list[Child]:
    """Every model, in its group."""
    return [
        html.Div(
            [
                html.Div(group, className="model-group-name"),
                html.Div(
                    [model_card(choice, summary) for choice in choices], className="grid", style={"--cell": "200px"}
                ),
            ],
            className="model-group",
            style={"--cards": len(choices)},
        )
        for group, choices in GROUPS.items()
    ]


def fit_form(datasets: list[dict[str, Any]], chosen: str | None) -> html.Section:
    """The form; `chosen` is the dataset that is selected at first."""
    usable = [dataset for dataset in datasets if dataset["state"] == "ready"]
    first = next((one for one in usable if one["id"] == chosen), usable[0] if usable else None)
    summary = first.get("summary") if first else None
    names = suitable(PRESETS["The essentials"], summary)
    return html.Section(
        [
            html.Div(
                [
                    dmc.Select(
                        id="fit-dataset",
                        label="Dataset",
                        data=[{"value": dataset["id"], "label": dataset["name"]} for dataset in usable],
                        value=first["id"] if first else None,
                        allowDeselect=False,
                        searchable=True,
                        className="grow",
                    ),
                    _presets(),
                ],
                className="row bottom options",
            ),
            dmc.CheckboxGroup(
                model_cards(summary), id="fit-models", value=names, className="model-groups", **aria(label="Models")
            ),
            html.Div(
                [option_field(option, names, summary) for option in OPTIONS.values()],
                className="grid fit-options",
                style={"--cell": "236px"},
            ),
            _start(names, bool(usable)),
        ],
        className="card stack",
    )


def _presets() -> html.Div:
    return html.Div(
        [
            html.Div("Choose", className="field-label"),
            html.Div(
                [
                    dmc.Button(name, id={"type": "fit-preset", "name": name}, variant="default", size="sm")
                    for name in PRESETS
                ],
                className="row tight",
                role="group",
                **aria(label="Families of models"),
            ),
        ]
    )


def _start(names: Sequence[str], usable: bool) -> html.Div:
    return html.Div(
        [
            dmc.Button(
                start_words(names), id="fit-all", leftSection=icon("play", 16), disabled=not usable or not names
            ),
            dmc.NumberInput(
                id="fit-seed",
                value=1,
                min=0,
                allowDecimal=False,
                w=110,
                size="sm",
                prefix="seed ",
                **aria(label="Seed"),
            ),
            html.Span("Seconds to minutes for each; you may leave the page.", className="small soft"),
        ],
        className="row",
    )


def start_words(names: Sequence[str]) -> str:
    """What the button says for these choices."""
    if not names:
        return "Choose a model"
    return "Fit this model" if len(names) == 1 else f"Fit all {len(names)} models"


async def summary_of(dataset: str | None) -> Summary:
    """What the dataset holds; None where that is not known."""
    if not dataset:
        return None
    (found,) = await api.current().all(f"/datasets/{dataset}")
    return found.get("summary") if found else None


@callback(
    Output("fit-models", "children"),
    Output("fit-models", "value"),
    Input("fit-dataset", "value"),
    Input({"type": "fit-preset", "name": ALL}, "n_clicks"),
    State("fit-models", "value"),
    prevent_initial_call=True,
)
async def choose(dataset: str | None, clicks: list[int | None], chosen: list[str]) -> object:
    """Take the models of a preset; after a change of dataset leave out those that it cannot be fitted with."""
    asked = ctx.triggered_id
    if isinstance(asked, dict) and not any(clicks):
        return no_update
    summary = await summary_of(dataset)
    if isinstance(asked, dict):
        return no_update, suitable(PRESETS[asked["name"]], summary)
    return model_cards(summary), suitable(chosen or [], summary)


@callback(
    Output("fit-all", "children"),
    Output("fit-all", "disabled"),
    Output({"type": "fit-option", "name": ALL}, "disabled"),
    Output({"type": "fit-option", "name": ALL}, "data"),
    Output({"type": "fit-note", "name": ALL}, "children"),
    Input("fit-models", "value"),
    Input("fit-dataset", "value"),
    Input({"type": "fit-option", "name": ALL}, "value"),
    State({"type": "fit-option", "name": ALL}, "id"),
    prevent_initial_call=True,
)
async def explain(names: list[str], dataset: str | None, values: list[str], ids: list[dict[str, str]]) -> object:
    """Keep the button and the options in step with the models: what does not apply is disabled, and says why."""
    summary = await summary_of(dataset)
    names = [name for name in names or [] if name in CHOICES]
    options = [OPTIONS[one["name"]] for one in ids]
    return (
        start_words(names),
        not names or not dataset,
        [not applies(option, names) for option in options],
        [disabled_choices(option, names, summary) for option in options],
        [note(option, names, value, summary) for option, value in zip(options, values, strict=True)],
    )
