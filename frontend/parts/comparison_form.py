"""Asking which model predicts best, and whether these displays could tell: the models, and two ways to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, html

from frontend import api
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria
from frontend.parts.model_catalogue import CHOICES, GROUPS, ModelChoice, options_of, suitable, unsuitable
from frontend.wiring import callback, go, no_update

Summary = Mapping[str, Any] | None

FAMILY = (
    "bns-probe", "bns-report", "bns-none", "two_component", "three_component", "variable_precision_swaps",
    "interference",
)  # fmt: skip
"""Chosen at first, where the dataset allows it: one model for every idea of where errors come from."""

SUBJECTS = {"pooled": "Pooled", "separate": "Separate", "hierarchical": "Hierarchical"}
KINDS = {"models": "Models", "parameters": "Parameters"}


def comparison_form(datasets: Sequence[dict[str, Any]], chosen: dict[str, Any] | None) -> html.Div:
    """The models and what to do with them; ``chosen`` is the dataset (with its summary) that is asked about."""
    usable = [dataset for dataset in datasets if dataset["state"] == "ready"]
    summary = (chosen or {}).get("summary")
    names = suitable(FAMILY, summary)
    return html.Div(
        [
            html.Section(
                [
                    dmc.Select(
                        id="compare-dataset",
                        label="Dataset",
                        data=[{"value": dataset["id"], "label": dataset["name"]} for dataset in usable],
                        value=chosen["id"] if chosen else None,
                        allowDeselect=False,
                        searchable=True,
                    ),
                    dmc.ChipGroup(_chips(summary), id="compare-models", value=names, multiple=True),
                    _settings(),
                ],
                className="card stack",
                **aria(label="Models"),
            ),
            html.Div([_compare(bool(chosen)), _recover(bool(chosen))], className="grid", style={"--cell": "420px"}),
        ],
        className="stack",
    )


def _chips(summary: Summary) -> list[Child]:
    return [
        html.Div(
            [
                html.Div(group, className="field-label"),
                html.Div([_chip(choice, summary) for choice in choices], className="row"),
            ],
            role="group",
            **aria(label=group),
        )
        for group, choices in GROUPS.items()
    ]


def _chip(choice: ModelChoice, summary: Summary) -> Child:
    reason = unsuitable(choice, summary)
    chip = dmc.Chip(choice.label, value=choice.name, size="sm", radius="sm", disabled=reason is not None)
    return dmc.Tooltip(html.Div(chip), label=reason or choice.assumes, multiline=True, w=290, openDelay=350)


def _settings() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Div(term("hierarchical", "Subjects"), className="field-label"),
                    dmc.SegmentedControl(
                        id="compare-subjects",
                        data=[{"value": value, "label": words} for value, words in SUBJECTS.items()],
                        value="pooled",
                        size="sm",
                        **aria(label="Subjects"),
                    ),
                ]
            ),
            dmc.NumberInput(id="compare-seed", label="Seed", value=1, min=0, allowDecimal=False, w=110, size="sm"),
        ],
        className="row top options",
    )


def _compare(ready: bool) -> html.Section:
    return html.Section(
        [
            html.H3("Which model predicts best?", className="card-title"),
            html.P(
                "Every model is fitted to parts of the trials and predicts the rest; all models get the same parts, in "
                "which subjects, conditions and set sizes have their share.",
                className="card-note",
            ),
            html.Div(
                [
                    dmc.Button("Compare", id="compare-start", leftSection=icon("play", 16), disabled=not ready),
                    dmc.SegmentedControl(
                        id="compare-folds",
                        data=[{"value": str(folds), "label": f"{folds} folds"} for folds in (5, 10)],
                        value="5",
                        size="sm",
                        **aria(label="Folds"),
                    ),
                    html.Span(id="compare-cost", className="small soft number"),
                ],
                className="row",
            ),
        ],
        className="card stack",
    )


def _recover(ready: bool) -> html.Section:
    return html.Section(
        [
            html.H3("Could these displays tell?", className="card-title"),
            html.P(
                "Responses to your displays are simulated from the fitted models and fitted again: does the model that "
                "made them come first, or do the planted parameters come back?",
                className="card-note",
            ),
            html.Div(
                [
                    dmc.Button(
                        "Check recovery",
                        id="recover-start",
                        leftSection=icon("retry", 16),
                        variant="light",
                        disabled=not ready,
                    ),
                    dmc.SegmentedControl(
                        id="recover-kind",
                        data=[{"value": value, "label": words} for value, words in KINDS.items()],
                        value="models",
                        size="sm",
                        **aria(label="What should come back"),
                    ),
                    html.Span(id="recover-cost", className="small soft number"),
                ],
                className="row",
            ),
            html.Div(
                [
                    dmc.NumberInput(
                        id="recover-datasets", label="Simulated data sets", value=5, min=1, max=200,
                        allowDecimal=False, w=150, size="sm",
                    ),
                    dmc.NumberInput(
                        id="recover-trials", label="Trials of each", placeholder="as recorded", min=50, max=200_000,
                        allowDecimal=False, w=150, size="sm",
                    ),
                ],
                className="row top",
            ),
        ],
        className="card stack",
    )  # fmt: skip


def models_of(names: Sequence[str], subjects: str) -> list[dict[str, Any]]:
    """The chosen models as the API takes them, in the order of the catalogue."""
    wanted = set(names)
    return [
        {"model": choice.model, "options": options_of(choice, {"subjects": subjects}), "name": None}
        for name, choice in CHOICES.items()
        if name in wanted
    ]


def fits_needed(models: int, folds: int, kind: str, datasets: int) -> tuple[int, int]:
    """How many fits a comparison, and a recovery, of so many models take."""
    again = models * models * datasets if kind == "models" else models * (datasets + datasets // 2)
    return models * (folds + 1), models + again


def _in_words(fits: int) -> str:
    return f"{fits:,} fits" if fits else "choose a model"


@callback(
    Output("compare-cost", "children"),
    Output("recover-cost", "children"),
    Input("compare-models", "value"),
    Input("compare-folds", "value"),
    Input("recover-kind", "value"),
    Input("recover-datasets", "value"),
)
async def tell_cost(names: list[str] | None, folds: str, kind: str, datasets: int | str | None) -> tuple[str, str]:
    """Say how much work each button starts."""
    comparison, recovery = fits_needed(len(names or []), int(folds), kind, int(datasets or 5))
    return _in_words(comparison), _in_words(recovery)


@callback(
    Output("compare-dataset", "error"),
    Input("compare-dataset", "value"),
    State("url", "search"),
    prevent_initial_call=True,
)
async def choose(dataset: str | None, search: str | None) -> object:
    """Another dataset: the address follows, and with it the models that it can be fitted with."""
    if dataset and f"dataset={dataset}" not in (search or ""):
        go(f"/comparison?dataset={dataset}")
    return no_update


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input("compare-start", "n_clicks"),
    State("compare-dataset", "value"),
    State("compare-models", "value"),
    State("compare-subjects", "value"),
    State("compare-folds", "value"),
    State("compare-seed", "value"),
    running=[(Output("compare-start", "loading"), True, False)],
    prevent_initial_call=True,
)
async def start_comparison(
    clicks: int | None, dataset: str | None, names: list[str] | None, subjects: str, folds: str, seed: int | None
) -> object:
    """Start the comparison and go to its page."""
    if not clicks or not dataset or not names:
        return no_update
    request = {"dataset_id": dataset, "models": models_of(names, subjects), "folds": int(folds), "seed": seed or 0}
    job = await api.current().post("/comparisons", request)
    go(f"/comparison?comparison={job['result']['id']}")
    return f"compare-{job['id']}"


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input("recover-start", "n_clicks"),
    State("compare-dataset", "value"),
    State("compare-models", "value"),
    State("compare-subjects", "value"),
    State("compare-seed", "value"),
    State("recover-kind", "value"),
    State("recover-datasets", "value"),
    State("recover-trials", "value"),
    running=[(Output("recover-start", "loading"), True, False)],
    prevent_initial_call=True,
)
async def start_recovery(
    clicks: int | None,
    dataset: str | None,
    names: list[str] | None,
    subjects: str,
    seed: int | None,
    kind: str,
    datasets: int | None,
    trials: int | None,
) -> object:
    """Start the recovery and go to its page."""
    if not clicks or not dataset or not names:
        return no_update
    request = {"dataset_id": dataset, "models": models_of(names, subjects), "kind": kind, "seed": seed or 0}
    job = await api.current().post("/recoveries", request | {"datasets": datasets or 5, "trials": trials or None})
    go(f"/comparison?recovery={job['result']['id']}")
    return f"recover-{job['id']}"
