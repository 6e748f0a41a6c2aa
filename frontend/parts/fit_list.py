"""The fits that there are, by dataset; those that run show how far they are."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, dcc, html

from frontend import api
from frontend.parts.icon import icon
from frontend.parts.job_card import ACTIVE, time_left
from frontend.parts.markup import Child, aria, when
from frontend.parts.model_catalogue import label_of
from frontend.shell import watch
from frontend.wiring import callback, no_update

STATES = {
    "done": ("fitted", "teal"),
    "ready": ("fitted", "teal"),
    "running": ("fitting", "accent"),
    "queued": ("in the queue", "gray"),
    "waiting": ("waits", "gray"),
    "failed": ("failed", "red"),
    "cancelled": ("cancelled", "gray"),
}


def name_of(fit: dict[str, Any]) -> str:
    """A fit's own name, else its model with the options that are not the usual ones."""
    return fit.get("name") or label_of(fit["model"], fit.get("options") or {})


def fit_row(fit: dict[str, Any], job: dict[str, Any] | None = None) -> dcc.Link:
    """A fit in a list, leading to its page; `job` is the one that runs for it."""
    words, colour = STATES.get(fit["state"], (fit["state"], "gray"))
    moving = job is not None and job["state"] in ACTIVE
    return dcc.Link(
        [
            html.Span(icon("behaviour", 18), className="job-kind"),
            html.Div(
                [
                    html.Div(name_of(fit), className="row-name"),
                    _progress(job) if job and moving else html.Div(when(fit.get("created")), className="small soft"),
                ],
                className="grow",
            ),
            dmc.Badge(words, variant="light", color=colour, size="sm"),
            icon("chevron", 16),
        ],
        href=f"/behaviour?fit={fit['id']}",
        className="list-row",
    )


def _progress(job: dict[str, Any]) -> html.Div:
    """How far a running fit is; moved by `assets/jobs.js`."""
    number = {"job": job["id"]}
    return html.Div(
        [
            dmc.Progress(
                id={"type": "job-bar"} | number,
                value=round(100 * (job.get("progress") or 0), 1),
                size=4,
                animated=job["state"] == "running",
                transitionDuration=250,
                **aria(label=f"Progress of {job['title']}"),
            ),
            html.Span(
                time_left(job.get("seconds_left")), id={"type": "job-left"} | number, className="small soft number"
            ),
        ],
        className="row-progress",
    )


def fit_groups(
    datasets: list[dict[str, Any]], fits: list[dict[str, Any]], jobs: list[dict[str, Any]], first: str | None = None
) -> list[Child]:
    """The fits of each dataset under its name, the newest dataset first, or `first`; and what keeps them true."""
    by_id = {job["id"]: job for job in jobs}
    names = {dataset["id"]: dataset["name"] for dataset in datasets}
    order = list(dict.fromkeys([*([first] if first else []), *(fit["dataset_id"] for fit in fits)]))
    groups = [_group(key, names.get(key), [fit for fit in fits if fit["dataset_id"] == key], by_id) for key in order]
    drawn = {fit["job_id"]: by_id[fit["job_id"]]["state"] for fit in fits if fit.get("job_id") in by_id}
    return [*groups, watch("fit", "*", drawn, store="fits-stale")]


def _group(key: str, name: str | None, fits: list[dict[str, Any]], jobs: dict[str, dict[str, Any]]) -> Child:
    if not fits:
        return None
    compare = dcc.Link(
        dmc.Button("Compare models", variant="default", size="compact-sm"), href=f"/comparison?dataset={key}"
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2(
                        dcc.Link(name, href=f"/dataset/{key}") if name else "A dataset that was deleted",
                        className="section",
                    ),
                    compare if name else None,
                ],
                className="row between group-head",
            ),
            html.Div([fit_row(fit, jobs.get(fit.get("job_id") or "")) for fit in fits], className="card list"),
        ],
        **aria(label=f"Fits of {name or 'a deleted dataset'}"),
    )


@callback(
    Output("fit-list", "children"),
    Input("fits-stale", "data"),
    Input("fit-dataset", "value"),
    prevent_initial_call=True,
)
async def renew(stale: str | None, dataset: str | None) -> object:
    """Draw the list anew when a fit came, moved on or ended; the form beside it is left as it is."""
    datasets, fits, jobs = await api.current().all("/datasets", "/fits", "/jobs")
    if fits is None:
        return no_update
    return fit_groups(datasets or [], fits, jobs or [], dataset)
