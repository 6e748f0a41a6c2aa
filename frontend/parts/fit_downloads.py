"""Everything of a fit as files: its numbers, its parameters as a table, the fitted model, what it was made from."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html

from frontend import api
from frontend.parts.fit_tables import parameters_csv
from frontend.parts.icon import icon
from frontend.wiring import callback, no_update

FILES = {
    "result.json": "All numbers (JSON)",
    "model.json": "Model, its names (JSON)",
    "model.safetensors": "Model, its tensors (safetensors)",
    "manifest": "What it was made from (JSON)",
}


def fit_downloads(fit: dict[str, Any]) -> html.Div:
    """The menu of a finished fit."""
    links = [
        dmc.MenuItem(words, href=f"/api/fits/{fit['id']}/{name}", target="_blank") for name, words in FILES.items()
    ]
    return html.Div(
        [
            dmc.Menu(
                [
                    dmc.MenuTarget(
                        dmc.Button("Download", variant="default", leftSection=icon("download", 16), size="sm")
                    ),
                    dmc.MenuDropdown([dmc.MenuItem("Parameters (CSV)", id="fit-parameters"), *links]),
                ]
            ),
            dcc.Download(id="fit-file"),
        ]
    )


@callback(
    Output("fit-file", "data"), Input("fit-parameters", "n_clicks"), State("fit", "data"), prevent_initial_call=True
)
async def download_parameters(clicks: int | None, fit: dict[str, Any]) -> object:
    """The table of parameters, of every subject too where subjects are told apart."""
    if not clicks:
        return no_update
    full = await api.current().get(f"/fits/{fit['id']}")
    return {"content": parameters_csv(full["result"]), "filename": "parameters.csv", "type": "text/csv"}
