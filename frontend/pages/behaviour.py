"""Behaviour: choose models for a dataset, watch them fit, see what they found."""

from __future__ import annotations

import asyncio
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.parts.fit_downloads import fit_downloads
from frontend.parts.fit_form import fit_form, summary_of
from frontend.parts.fit_list import fit_groups, name_of
from frontend.parts.fit_result import fit_result
from frontend.parts.fit_tables import number
from frontend.parts.icon import icon
from frontend.parts.job_card import job_card
from frontend.parts.markup import Child, aria
from frontend.parts.model_catalogue import CHOICES, label_of, options_of
from frontend.parts.surrogate_panel import surrogate_panel
from frontend.router import Page
from frontend.shell import empty, watch
from frontend.wiring import callback, go, no_update, notify


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """`?fit=ID` shows a fit, `?dataset=ID` opens the form for it, nothing opens the form and lists the fits."""
    if "fit" in query:
        return await _fit(query["fit"])
    datasets, fits, jobs = await asyncio.gather(*(api.current().get(path) for path in ("/datasets", "/fits", "/jobs")))
    if not any(dataset["state"] == "ready" for dataset in datasets):
        return empty(
            "No dataset is ready yet",
            "Upload a behavioural file first; its models are fitted here.",
            dcc.Link(dmc.Button("Upload your data"), href="/dataset"),
            picture="behaviour",
        )
    return html.Div(
        [
            html.H1("Behaviour", className="title"),
            html.P(
                "How often, and when, is the wrong item reported? Fit models of swap errors to a dataset.",
                className="soft",
            ),
            fit_form(datasets, query.get("dataset")),
            html.Div(fit_groups(datasets, fits, jobs, query.get("dataset")), id="fit-list", className="stack"),
            dcc.Store(id="fits-stale"),
        ],
        className="stack",
    )


async def _fit(key: str) -> Component:
    fit = await api.current().get(f"/fits/{key}")
    dataset, fits = await api.current().all(f"/datasets/{fit['dataset_id']}", "/fits")
    siblings = sorted(
        (one for one in fits or [] if one["dataset_id"] == fit["dataset_id"]), key=lambda one: one.get("created") or ""
    )
    job = None
    if not fit.get("result"):
        (job,) = await api.current().all(f"/jobs/{fit['job_id']}")
    body = _finished(fit) if fit.get("result") else await _unfinished(job)
    watched = watch("fit", fit["id"], {job["id"]: job["state"]} if job else None)
    return html.Div([_head(fit, dataset, siblings), *body, watched], className="stack")


def _head(fit: dict[str, Any], dataset: dict[str, Any] | None, siblings: list[dict[str, Any]]) -> html.Div:
    name = dataset["name"] if dataset else "a dataset that was deleted"
    tabs = [
        dcc.Link(
            name_of(one),
            href=f"/behaviour?fit={one['id']}",
            className="fit-tab here" if one["id"] == fit["id"] else "fit-tab",
        )
        for one in siblings
    ]
    title = html.Div(
        [
            html.Div(
                [dcc.Link("Behaviour", href="/behaviour"), " / ", dcc.Link(name, href=f"/dataset/{fit['dataset_id']}")],
                className="crumb",
            ),
            html.H1(name_of(fit), className="title"),
            html.P(_facts(fit), className="small soft number"),
        ]
    )
    return html.Div(
        [
            html.Div([title, html.Div(_actions(fit), className="row")], className="page-head"),
            html.Div(tabs, className="tabs", role="navigation", **aria(label="Fits of this dataset"))
            if len(tabs) > 1
            else None,
        ]
    )


def _facts(fit: dict[str, Any]) -> str:
    """What was fitted, to how much, and how well, in a line."""
    facts = [f"seed {fit.get('seed', 1)}"]
    if fit.get("name") not in (None, label := label_of(fit["model"], fit.get("options") or {})):
        facts.insert(0, label)
    result = fit.get("result")
    if result:
        likelihood = number(result["log_likelihood_per_trial"], ".4f")
        facts = [f"{result['trials']:,} trials", f"log-likelihood {likelihood} nats a trial", *facts]
    return " · ".join(facts)


def _actions(fit: dict[str, Any]) -> list[Child]:
    dataset = fit["dataset_id"]
    if not fit.get("result"):
        return [dcc.Link(dmc.Button("Fit another", variant="default", size="sm"), href=f"/behaviour?dataset={dataset}")]
    return [
        fit_downloads(fit),
        dcc.Link(dmc.Button("Fit another", variant="default", size="sm"), href=f"/behaviour?dataset={dataset}"),
        dcc.Link(dmc.Button("Compare models", variant="default", size="sm"), href=f"/comparison?dataset={dataset}"),
        dcc.Link(
            dmc.Button("Train a network on this fit", size="sm", rightSection=icon("arrow", 16)),
            href=f"/network?fit={fit['id']}",
        ),
    ]


def _finished(fit: dict[str, Any]) -> list[Child]:
    return [
        dcc.Store(id="fit", data={"id": fit["id"], "set_sizes": fit["result"]["set_sizes"]}),
        *fit_result(fit["result"], surrogate_panel(fit)),
    ]


async def _unfinished(job: dict[str, Any] | None) -> list[Child]:
    if job is None:
        return [
            empty("This fit has no result", "Its job is not known any more. Fit the model again.", picture="behaviour")
        ]
    (curve,) = await api.current().all(f"/jobs/{job['id']}/curve")
    return [job_card(job, curve or {"points": []}, details=True)]


@callback(
    Output("wake", "data", allow_duplicate=True),
    Output("fits-stale", "data"),
    Input("fit-all", "n_clicks"),
    State("fit-dataset", "value"),
    State("fit-models", "value"),
    State({"type": "fit-option", "name": ALL}, "value"),
    State({"type": "fit-option", "name": ALL}, "id"),
    State("fit-seed", "value"),
    running=[(Output("fit-all", "loading"), True, False)],
    prevent_initial_call=True,
)
async def fit_all(
    clicks: int | None,
    dataset: str | None,
    models: list[str],
    values: list[str],
    ids: list[dict[str, str]],
    seed: int | None,
) -> object:
    """Start a job for every chosen model; go to a single one's page, else show them all in the list."""
    chosen = [choice for name, choice in CHOICES.items() if name in (models or [])]
    if not clicks or not dataset or not chosen:
        return no_update, no_update
    settings = {one["name"]: value for one, value in zip(ids, values, strict=True)}
    if ((await summary_of(dataset)) or {}).get("subjects", 2) < 2:
        settings["subjects"] = "pooled"
    jobs = []
    for choice in chosen:
        options = options_of(choice, settings)
        request = {"dataset_id": dataset, "model": choice.model, "options": options, "seed": seed or 0}
        jobs.append(await api.current().post("/fits", request))
    stamp = f"fit-{jobs[0]['id']}"
    result = jobs[0].get("result")
    if len(jobs) == 1 and result and result.get("id"):
        go(f"/behaviour?fit={result['id']}")
    else:
        notify(f"{len(jobs)} models are being fitted", "They are listed below, the newest first.", "teal")
    return stamp, stamp


PAGES = (Page("/behaviour", "Behaviour", render, nav="Behaviour", icon="behaviour", order=20),)
