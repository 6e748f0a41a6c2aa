"""A dataset: dropped as a file, shown as it was understood, corrected where it was understood wrongly."""

from __future__ import annotations

import json
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.figures.thumbnail import error_bars
from frontend.parts.column_mapper import collect, column_mapper
from frontend.parts.dataset_findings import findings
from frontend.parts.dataset_head import DATASET, dataset_head
from frontend.parts.dataset_pictures import pictures
from frontend.parts.dataset_report import facts, files, preview, question_card, rejected
from frontend.parts.icon import icon
from frontend.parts.job_card import job_card
from frontend.parts.markup import Child, aria
from frontend.parts.period_menu import units_after
from frontend.parts.upload import upload_zone
from frontend.router import Page
from frontend.shell import empty, watch
from frontend.wiring import callback, no_update, notify

# A pattern, as DATASET is.
REMEDIES = {"type": "remedies", "page": "dataset"}
STATES = {"reading": ("being read", "accent"), "question": ("needs an answer", "yellow"), "refused": ("refused", "red")}


def dataset_row(dataset: dict[str, Any]) -> dcc.Link:
    """A dataset in a list, leading to its page."""
    summary = dataset.get("summary") or {}
    words = (
        f"{summary['trials']:,} trials · {summary.get('subjects') or '–'} subject{'s' * (summary.get('subjects') != 1)}"
        if summary
        else dataset["file"]["name"]
    )
    state = STATES.get(dataset["state"])
    drawn = dataset.get("pictures") or {}
    return dcc.Link(
        [
            html.Img(src=error_bars(drawn["errors"]), alt="", className="row-thumb")
            if drawn.get("errors")
            else html.Span(icon("dataset", 18), className="row-thumb"),
            html.Div(
                [html.Div(dataset["name"], className="row-name"), html.Div(words, className="small soft")],
                className="grow",
            ),
            dmc.Badge("example", variant="light", color="teal", size="sm") if dataset.get("example") else None,
            dmc.Badge(state[0], variant="light", color=state[1], size="sm") if state else None,
            icon("chevron", 16),
        ],
        href=f"/dataset/{dataset['id']}",
        className="list-row",
    )


async def render_all(names: dict[str, str], query: dict[str, str]) -> Component:
    """The drop zone, and the datasets there are."""
    datasets = await api.current().get("/datasets")
    rows = [dataset_row(dataset) for dataset in datasets]
    return html.Div(
        [
            html.H1("Datasets", className="title"),
            upload_zone(),
            html.Section(rows, className="card list", **aria(label="Datasets")) if rows else None,
        ],
        className="stack",
    )


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """One dataset in its state: being read, refused, or understood."""
    dataset = await api.current().get(f"/datasets/{names['dataset_id']}")
    body: list[Child] = []
    drawn: dict[str, str] = {}
    if dataset["state"] == "reading":
        (job,) = await api.current().all(f"/jobs/{dataset.get('job_id')}")
        drawn = {job["id"]: job["state"]} if job else {}
        body = _reading(job)
    elif dataset["state"] == "refused":
        body = [
            empty(
                "This file could not be read",
                _refusal(dataset),
                dcc.Link(dmc.Button("Try another file"), href="/dataset"),
            )
        ]
    else:
        body = _understood(dataset)
    return html.Div([dataset_head(dataset), *body, watch("dataset", dataset["id"], drawn)], className="stack")


def _refusal(dataset: dict[str, Any]) -> str:
    return " ".join(finding["detail"] for finding in dataset.get("findings") or []) or "Nothing more is known."


def _reading(job: dict[str, Any] | None) -> list[Child]:
    waiting = empty(
        "The file is being read", "Large files take a moment. You may leave; this goes on.", picture="dataset"
    )
    return [job_card(job)] if job else [waiting]


def _understood(dataset: dict[str, Any]) -> list[Child]:
    open_mapper = dataset["state"] == "question" or not dataset.get("summary")
    return [
        dcc.Store(
            id=REMEDIES,
            data={
                "choices": {q["id"]: [c["mapping"] for c in q["choices"]] for q in dataset.get("questions") or []},
                "mends": [(finding.get("mend") or {}).get("mapping") for finding in dataset.get("findings") or []],
            },
        ),
        *(question_card(question) for question in dataset.get("questions") or []),
        html.Section(facts(dataset), className="card facts") if dataset.get("summary") else None,
        findings(dataset),
        files(dataset),
        rejected(dataset),
        *pictures(dataset),
        _mapper(dataset, open_mapper),
        preview(dataset),
    ]


def _mapper(dataset: dict[str, Any], opened: bool) -> html.Details:
    return html.Details(
        [
            html.Summary(
                [
                    icon("chevron", 16),
                    html.H2("How the columns were understood", className="section"),
                    html.Span("each guess with its reason; change what is wrong", className="small soft"),
                ]
            ),
            column_mapper(dataset),
            html.Div(
                [
                    dmc.Button(
                        "Read again like this", id="apply-mapping", size="sm", disabled=bool(dataset.get("example"))
                    ),
                    html.Span("The example’s columns are known.", className="small soft")
                    if dataset.get("example")
                    else None,
                    html.Span(id="mapping-problem", className="problem small", role="alert"),
                ],
                className="row",
                style={"marginTop": 16},
            ),
        ],
        className="card details",
        open=opened,
    )


async def _change(dataset: dict[str, Any], mapping: dict[str, Any]) -> str:
    changed = await api.current().patch(f"/datasets/{dataset['id']}", {"mapping": mapping})
    if changed["state"] == "ready":
        notify("Read again", f"{(changed.get('summary') or {}).get('trials', 0):,} trials understood.", "teal")
    return json.dumps([changed["state"], mapping])


@callback(
    Output("refresh", "data", allow_duplicate=True),
    Output("wake", "data", allow_duplicate=True),
    Output("mapping-problem", "children"),
    Input("apply-mapping", "n_clicks"),
    State(DATASET, "data"),
    State({"type": "map", "field": ALL}, "value"),
    State({"type": "period", "unit": ALL}, "value"),
    State({"type": "reading", "field": ALL}, "value"),
    State("missing", "value"),
    State({"type": "layout", "field": ALL}, "value"),
    prevent_initial_call=True,
)
async def apply(
    clicks: int | None,
    dataset: dict[str, Any],
    columns: list[Any],
    periods: list[Any],
    readings: list[Any],
    missing: list[str],
    layout: list[Any],
) -> object:
    """Read the dataset again as the menus say; what is wrong with that is said beside the button."""
    if not clicks:
        return no_update
    _, fields, units, which, _, laid = ctx.states_list
    try:
        mapping = collect(
            dataset["mapping"],
            _named(fields, columns),
            _named(units, periods, "unit"),
            _named(which, readings),
            missing,
            _named(laid, layout),
        )
        stamp = await _change(dataset, mapping)
    except ValueError:
        return no_update, no_update, "Values that mean “no item” must be numbers."
    except api.Problem as problem:
        return no_update, no_update, f"{problem.title}. {problem.detail}"
    return stamp, stamp, ""


def _named(states: list[dict[str, Any]], values: list[Any], name: str = "field") -> dict[str, Any]:
    """The values of several menus by what their ids say."""
    return {state["id"][name]: value for state, value in zip(states, values, strict=True)}


@callback(
    Output({"type": "period", "unit": ALL}, "value"),
    Input({"type": "map", "field": ALL}, "value"),
    State({"type": "period", "unit": ALL}, "value"),
    State(DATASET | {"page": ALL}, "data"),
    prevent_initial_call=True,
)
async def reopen_unit(columns: list[Any], periods: list[Any], shown: list[dict[str, Any]]) -> object:
    """A role that was given another column has its unit guessed anew, unless a person chooses one."""
    asked = ctx.triggered_id
    if not asked or not shown:
        return [no_update for _ in periods]
    fields, units = ctx.inputs_list[0], ctx.states_list[0]
    chosen = _named(units, periods, "unit")
    after = units_after(asked["field"], _named(fields, columns), shown[0]["mapping"], chosen)
    return [after[state["id"]["unit"]] if after != chosen else no_update for state in units]


@callback(
    Output("refresh", "data", allow_duplicate=True),
    Output("wake", "data", allow_duplicate=True),
    Input({"type": "choice", "question": ALL, "index": ALL}, "n_clicks"),
    Input({"type": "mend", "index": ALL}, "n_clicks"),
    State(DATASET | {"page": ALL}, "data"),
    State(REMEDIES | {"page": ALL}, "data"),
    prevent_initial_call=True,
)
async def mend(
    choices: list[int | None], mends: list[int | None], shown: list[dict[str, Any]], remedies: list[dict[str, Any]]
) -> object:
    """Answer a question or mend a finding: both are a changed mapping that the server proposed."""
    asked = ctx.triggered_id
    if not asked or not any([*choices, *mends]):
        return no_update
    if asked["type"] == "choice":
        mapping = remedies[0]["choices"][asked["question"]][asked["index"]]
    else:
        mapping = remedies[0]["mends"][asked["index"]]
    stamp = await _change(shown[0], mapping)
    return stamp, stamp


PAGES = (
    Page("/dataset", "Datasets", render_all, nav="Dataset", icon="dataset", order=10),
    Page("/dataset/{dataset_id}", "Dataset", render, icon="dataset", order=11),
)
