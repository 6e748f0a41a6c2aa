"""Drawing responses from a fitted model, as if by a participant, and taking them away as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import Input, Output, State, html

from frontend import api
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.wiring import callback, no_update, notify

DRAWS = {
    "posterior": "One curve from the posterior",
    "predictive": "A new curve every trial",
    "mean": "The mean curve",
}
FORMATS = {"csv": "CSV", "parquet": "Parquet", "npz": "NumPy .npz"}


def surrogate_panel(fit: dict[str, Any]) -> html.Section:
    """The panel of a finished fit."""
    return html.Section(
        [
            html.H3("Surrogate responses", className="card-title"),
            html.P(
                [term("surrogate", "Surrogates"), " are what this model would answer. Same seed, same responses."],
                className="card-note",
            ),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id="surrogate-displays",
                        data=[{"value": "dataset", "label": "The dataset’s displays"}, {"value": "law", "label": "New displays"}],
                        value="dataset",
                        size="sm",
                    ),
                    dmc.NumberInput(
                        id="surrogate-trials", label="How many", value=10000, min=1, max=5_000_000, step=1000, size="sm", w=140,
                        thousandSeparator=",", style={"display": "none"},
                    ),
                    dmc.NumberInput(id="surrogate-seed", label="Seed", value=1, min=0, allowDecimal=False, size="sm", w=90),
                    dmc.Select(
                        id="surrogate-draw",
                        label="Swap function",
                        data=[{"value": value, "label": words} for value, words in DRAWS.items()],
                        value="posterior",
                        allowDeselect=False,
                        size="sm",
                        w=230,
                    ),
                    dmc.Select(
                        id="surrogate-format",
                        label="Format",
                        data=[{"value": value, "label": words} for value, words in FORMATS.items()],
                        value="csv",
                        allowDeselect=False,
                        size="sm",
                        w=120,
                    ),
                ],
                className="row bottom options",
            ),
            html.Div(
                [
                    dmc.Anchor(
                        dmc.Button("Download", leftSection=icon("download", 16), variant="light", size="sm"),
                        id="surrogate-link",
                        href=link(fit["id"]),
                        target="_blank",
                    ),
                    dmc.Button("Keep them here", id="surrogate-keep", variant="subtle", size="sm", color="gray"),
                ],
                className="row",
                style={"marginTop": 14},
            ),
        ],
        className="card",
    )  # fmt: skip


def link(
    fit_id: str,
    displays: str = "dataset",
    trials: int | None = None,
    seed: int | None = 1,
    draw: str = "posterior",
    form: str = "csv",
) -> str:
    """The address under which the API gives these surrogates; without `trials` it takes the dataset's own displays."""
    asked: dict[str, Any] = {"seed": seed or 0, "draw": draw, "format": form}
    if displays == "law":
        asked["trials"] = trials or 10000
    return f"/api/fits/{fit_id}/surrogate?{urlencode(asked)}"


@callback(
    Output("surrogate-link", "href"),
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
    """Keep the download's address in step with the panel."""
    return link(fit["id"], displays, trials, seed, draw, form), {} if displays == "law" else {"display": "none"}


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
        "displays": "dataset" if displays == "dataset" else {"law": {}},
        "trials": trials if displays == "law" else None,
        "seed": seed or 0,
        "draw": draw,
    }
    job = await api.current().post("/surrogates", request)
    notify("Surrogates are being drawn", "They appear among the jobs.", "teal")
    return f"surrogate-{job['id']}"
