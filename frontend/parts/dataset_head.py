"""The head of a dataset's page: its name, and what can be done with it: download, study, rename, delete."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, ctx, dcc, html

from frontend import api
from frontend.parts.icon import icon
from frontend.parts.markup import Child
from frontend.wiring import callback, go, no_update, notify

# What the page knows of its dataset. The ids are patterns, because callbacks of several buttons also run when their
# page has just gone, and a plain id would then be missed.
DATASET = {"type": "dataset", "page": "dataset"}
BUDGETS = {"quick": "Seconds: a first look", "demo": "Minutes: a good network", "full": "Hours: as published"}


def dataset_head(dataset: dict[str, Any]) -> html.Div:
    """Its name and file, and what can be done with it."""
    usable = dataset["state"] in ("ready", "question")
    base = f"/api/datasets/{dataset['id']}/trials"
    actions: list[Child] = [
        dmc.Menu(
            [
                dmc.MenuTarget(
                    dmc.Button("Download", variant="default", leftSection=icon("download", 16), size="sm"),
                ),
                dmc.MenuDropdown(
                    [
                        dmc.MenuItem("Trials as CSV", href=f"{base}.csv", target="_blank"),
                        dmc.MenuItem("Trials as parquet", href=f"{base}.parquet", target="_blank"),
                    ]
                ),
            ]
        ),
        _study_menu(),
        dcc.Link(
            dmc.Button("Fit models", rightSection=icon("arrow", 16), size="sm"),
            href=f"/behaviour?dataset={dataset['id']}",
        ),
    ]
    file = dataset["file"]
    size = f" · {file['bytes'] / 1000:,.0f} kB" if file.get("bytes") else ""
    return html.Div(
        [
            html.Div(
                [
                    html.Div([dcc.Link("Datasets", href="/dataset"), " /"], className="crumb"),
                    html.H1(dataset["name"], className="title"),
                    html.P(f"{file['name']}{size}", className="small soft") if file.get("name") else None,
                ]
            ),
            html.Div([*(actions if usable else []), _more()], className="row"),
            dcc.Store(id=DATASET, data={name: dataset.get(name) for name in ("id", "name", "mapping")}),
            _rename(dataset),
            _delete(dataset),
        ],
        className="page-head",
    )


def _study_menu() -> dmc.Menu:
    """Run everything, from the fit to the network and its fidelity, with a budget for the training."""
    return dmc.Menu(
        [
            dmc.MenuTarget(
                dmc.Button("Run the whole study", variant="default", leftSection=icon("play", 16), size="sm")
            ),
            dmc.MenuDropdown(
                [dmc.MenuLabel("Time for the network’s training")]
                + [
                    dmc.MenuItem(words, id={"type": "study-budget", "budget": budget})
                    for budget, words in BUDGETS.items()
                ]
            ),
        ]
    )


def _more() -> dmc.Menu:
    return dmc.Menu(
        [
            dmc.MenuTarget(dmc.Button("More", variant="default", size="sm")),
            dmc.MenuDropdown(
                [
                    dmc.MenuItem("Rename …", id="rename-open"),
                    dmc.MenuItem("Delete …", id="delete-open", color="red"),
                ]
            ),
        ]
    )


def _rename(dataset: dict[str, Any]) -> dmc.Modal:
    return dmc.Modal(
        [
            dmc.TextInput(id="rename-name", label="Name", value=dataset["name"]),
            dmc.Group(dmc.Button("Rename", id="rename-apply", size="sm"), justify="flex-end", mt="md"),
        ],
        id="rename-dialog",
        title="Rename this dataset",
        opened=False,
    )


def _delete(dataset: dict[str, Any]) -> dmc.Modal:
    return dmc.Modal(
        [
            html.P(
                "Everything that was made from it is deleted too: fits, surrogate data, networks and analyses. "
                "This cannot be undone."
            ),
            dmc.Group(
                dmc.Button("Delete for good", id="delete-apply", color="red", size="sm"), justify="flex-end", mt="md"
            ),
        ],
        id="delete-dialog",
        title=f"Delete “{dataset['name']}”?",
        opened=False,
    )


@callback(Output("rename-dialog", "opened"), Input("rename-open", "n_clicks"), prevent_initial_call=True)
async def open_rename(clicks: int | None) -> bool:
    """Ask for the new name."""
    return bool(clicks)


@callback(Output("delete-dialog", "opened"), Input("delete-open", "n_clicks"), prevent_initial_call=True)
async def open_delete(clicks: int | None) -> bool:
    """Ask whether that is meant."""
    return bool(clicks)


@callback(
    Output("refresh", "data", allow_duplicate=True),
    Input("rename-apply", "n_clicks"),
    State("rename-name", "value"),
    State(DATASET, "data"),
    prevent_initial_call=True,
)
async def rename(clicks: int | None, name: str | None, dataset: dict[str, Any]) -> object:
    """Give the dataset another name; an empty one changes nothing."""
    if not clicks or not (name or "").strip():
        return no_update
    changed = await api.current().patch(f"/datasets/{dataset['id']}", {"name": (name or "").strip()})
    return f"renamed-{dataset['id']}-{changed['name']}-{clicks}"


@callback(Input("delete-apply", "n_clicks"), State(DATASET, "data"), prevent_initial_call=True)
async def delete(clicks: int | None, dataset: dict[str, Any]) -> None:
    """Delete the dataset with what was made from it, and go back to the list."""
    if not clicks:
        return
    await api.current().delete(f"/datasets/{dataset['id']}")
    notify("Deleted", f"“{dataset['name']}” and what was made from it.", "teal")
    go("/dataset")


@callback(
    Output("wake", "data", allow_duplicate=True),
    Input({"type": "study-budget", "budget": ALL}, "n_clicks"),
    State(DATASET | {"page": ALL}, "data"),
    prevent_initial_call=True,
)
async def run_study(clicks: list[int | None], shown: list[dict[str, Any]]) -> object:
    """Start the whole study of this dataset, and go where its progress is shown."""
    asked = ctx.triggered_id
    if not asked or not any(clicks):
        return no_update
    request = {"dataset_id": shown[0]["id"], "budget": asked["budget"]}
    study = await api.current().post("/studies", request)
    go("/")
    return f"study-{study['id']}"
