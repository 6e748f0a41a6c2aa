"""Drawing responses from a fitted model, as if by a participant, and taking them away as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import Input, Output, State, html

from frontend import api
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.markup import aria
from frontend.wiring import callback, no_update, notify

DISPLAYS = {"dataset": "The dataset’s", "more": "More like them", "law": "Random"}
DRAWS = {
    "posterior": "One draw from the posterior",
    "predictive": "The posterior, averaged",
    "mean": "The estimates",
}
FORMATS = {"csv": "CSV", "parquet": "Parquet", "npz": "NumPy .npz"}
HIDDEN = {"display": "none"}


def _choices(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in words.items()]


def surrogate_panel(fit: dict[str, Any]) -> html.Section:
    """The panel of a finished fit."""
    return html.Section(
        [
            html.H3("Surrogate responses", className="card-title"),
            html.P(
                [term("surrogate", "Surrogates"), " are what this model would answer. Same seed, same responses."],
                className="card-note",
            ),
            html.Div("Displays", className="field-label"),
            dmc.SegmentedControl(
                id="surrogate-displays", data=_choices(DISPLAYS), value="dataset", size="sm", **aria(label="Displays")
            ),
            html.Div(_fields(), className="row bottom options", style={"marginTop": 12}),
            html.Div(
                [
                    dmc.Anchor(
                        dmc.Button("Download", leftSection=icon("download", 16), variant="light", size="sm"),
                        id="surrogate-link",
                        href=link(fit["id"]),
                        target="_blank",
                    ),
                    dmc.Button("Draw and keep", id="surrogate-keep", variant="default", size="sm"),
                ],
                className="row",
                style={"marginTop": 16},
            ),
        ],
        className="card",
    )


def _fields() -> list[Any]:
    return [
        dmc.NumberInput(
            id="surrogate-trials",
            label="Trials",
            value=10000,
            min=1,
            max=1_000_000,
            step=1000,
            allowDecimal=False,
            thousandSeparator=",",
            size="sm",
            w=130,
            style=HIDDEN,
        ),
        dmc.Select(
            id="surrogate-draw",
            label="Parameters",
            data=_choices(DRAWS),
            value="posterior",
            allowDeselect=False,
            size="sm",
            w=250,
        ),
        dmc.NumberInput(id="surrogate-seed", label="Seed", value=1, min=0, allowDecimal=False, size="sm", w=90),
        dmc.Select(
            id="surrogate-format",
            label="Format",
            data=_choices(FORMATS),
            value="csv",
            allowDeselect=False,
            size="sm",
            w=130,
        ),
    ]


def link(
    fit_id: str,
    displays: str = "dataset",
    trials: int | None = None,
    seed: int | None = 1,
    draw: str = "posterior",
    form: str = "csv",
) -> str:
    """The address under which the API gives these surrogates; without `trials` it takes each display once."""
    asked: dict[str, Any] = {"seed": seed or 0, "draw": draw, "format": form}
    if displays == "more":
        asked["trials"] = trials or 10000
    return f"/api/fits/{fit_id}/surrogate?{urlencode(asked)}"


@callback(
    Output("surrogate-link", "href"),
    Output("surrogate-link", "style"),
    Output("surrogate-trials", "style"),
    Input("surrogate-displays", "value"),
    Input("surrogate-trials", "value"),
    Input("surrogate-seed", "value"),
    Input("surrogate-draw", "value"),
    Input("surrogate-format", "value"),
    State("fit", "data"),
    prevent_initial_call=True,
)
async def relink(
    displays: str, trials: int | None, seed: int | None, draw: str, form: str, fit: dict[str, Any]
) -> object:
    """Keep the download's address in step with the panel; random displays are drawn by a job, so they have none."""
    at_once = {} if displays != "law" else HIDDEN
    return link(fit["id"], displays, trials, seed, draw, form), at_once, HIDDEN if displays == "dataset" else {}


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input("surrogate-keep", "n_clicks"),
    State("surrogate-displays", "value"),
    State("surrogate-trials", "value"),
    State("surrogate-seed", "value"),
    State("surrogate-draw", "value"),
    State("fit", "data"),
    prevent_initial_call=True,
)
async def keep(
    clicks: int | None, displays: str, trials: int | None, seed: int | None, draw: str, fit: dict[str, Any]
) -> object:
    """Have the surrogates drawn by a job and stored beside the fit."""
    if not clicks:
        return no_update
    request = {
        "fit_id": fit["id"],
        "displays": {"law": {"set_sizes": fit["set_sizes"]}} if displays == "law" else "dataset",
        "trials": None if displays == "dataset" else trials or 10000,
        "seed": seed or 0,
        "draw": draw,
    }
    job = await api.current().post("/surrogates", request)
    notify("Surrogates are being drawn", "They can be downloaded from the list of jobs when they are ready.", "teal")
    return f"surrogate-{job['id']}"
