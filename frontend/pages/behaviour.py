"""Behaviour: choose models for a dataset, watch them fit, see what they found."""

from __future__ import annotations

import asyncio
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from frontend import api, theme
from frontend.parts.fit_form import MODELS, fit_form
from frontend.parts.fit_result import FIGURES, fit_result
from frontend.parts.icon import icon
from frontend.parts.job_card import job_card
from frontend.parts.markup import Child, aria, when
from frontend.parts.surrogate_panel import surrogate_panel
from frontend.router import Page
from frontend.shell import empty, watch
from frontend.wiring import callback, go, no_update

STATES = {
    "done": ("fitted", "teal"),
    "ready": ("fitted", "teal"),
    "running": ("fitting", "accent"),
    "queued": ("in the queue", "gray"),
    "waiting": ("waits", "gray"),
    "failed": ("failed", "red"),
    "cancelled": ("cancelled", "gray"),
}


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """`?fit=ID` shows a fit, `?dataset=ID` opens the form for it, nothing opens the form and lists the fits."""
    if "fit" in query:
        return await _fit(query["fit"])
    datasets, fits = await asyncio.gather(api.current().get("/datasets"), api.current().get("/fits"))
    if not any(dataset["state"] == "ready" for dataset in datasets):
        return empty(
            "No dataset is ready yet",
            "Upload a behavioural file first; its models are fitted here.",
            dcc.Link(dmc.Button("Upload your data"), href="/dataset"),
            picture="behaviour",
        )
    names_of = {dataset["id"]: dataset["name"] for dataset in datasets}
    rows = [fit_row(fit, names_of.get(fit["dataset_id"], "")) for fit in fits]
    return html.Div(
        [
            html.H1("Behaviour", className="title"),
            html.P(
                "How often, and when, is the wrong item reported? Fit models of swap errors to a dataset.",
                className="soft",
            ),
            fit_form(datasets, query.get("dataset")),
            html.H2("Fits", className="section") if rows else None,
            html.Section(rows, className="card list", **aria(label="Fits")) if rows else None,
        ],
        className="stack",
    )


def fit_row(fit: dict[str, Any], dataset: str) -> dcc.Link:
    """A fit in a list, leading to its page."""
    state = STATES.get(fit["state"], (fit["state"], "gray"))
    return dcc.Link(
        [
            html.Span(icon("behaviour", 18), className="job-kind"),
            html.Div(
                [
                    html.Div(fit.get("name") or MODELS[fit["model"]][0], className="row-name"),
                    html.Div(f"{dataset} · {when(fit.get('created'))}", className="small soft"),
                ],
                className="grow",
            ),
            dmc.Badge(state[0], variant="light", color=state[1], size="sm"),
            icon("chevron", 16),
        ],
        href=f"/behaviour?fit={fit['id']}",
        className="list-row",
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
    result = fit.get("result")
    facts = f"seed {fit.get('seed', 1)}"
    if result:
        likelihood = f"{result['log_likelihood_per_trial']:.4f}".replace("-", "−")
        facts = f"{result['trials']:,} trials · log-likelihood {likelihood} nats a trial · {facts}"
    tabs = [
        dcc.Link(
            one.get("name") or MODELS[one["model"]][0],
            href=f"/behaviour?fit={one['id']}",
            className="fit-tab here" if one["id"] == fit["id"] else "fit-tab",
        )
        for one in siblings
    ]
    actions = [
        dcc.Link(
            dmc.Button("Fit another", variant="default", size="sm"), href=f"/behaviour?dataset={fit['dataset_id']}"
        ),
        dcc.Link(
            dmc.Button("Train a network on this fit", size="sm", rightSection=icon("arrow", 16)),
            href=f"/network?fit={fit['id']}",
        )
        if result
        else None,
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(
                                [
                                    dcc.Link("Behaviour", href="/behaviour"),
                                    " / ",
                                    dcc.Link(name, href=f"/dataset/{fit['dataset_id']}"),
                                ],
                                className="crumb",
                            ),
                            html.H1(fit.get("name") or MODELS[fit["model"]][0], className="title"),
                            html.P(facts, className="small soft number"),
                        ]
                    ),
                    html.Div(actions, className="row"),
                ],
                className="page-head",
            ),
            html.Div(tabs, className="tabs", role="navigation", **aria(label="Fits of this dataset"))
            if len(tabs) > 1
            else None,
        ]
    )


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
    Input("fit-all", "n_clicks"),
    State("fit-dataset", "value"),
    State("fit-models", "value"),
    State("fit-shared", "value"),
    State("fit-uniform", "checked"),
    State("fit-seed", "value"),
    running=[(Output("fit-all", "loading"), True, False)],
    prevent_initial_call=True,
)
async def fit_all(
    clicks: int | None, dataset: str | None, models: list[str], shared: str, uniform: bool, seed: int | None
) -> object:
    """Start a job for every chosen model, and go to the first one's page."""
    if not clicks or not dataset or not models:
        return no_update
    jobs = []
    for model in sorted(models, key=list(MODELS).index):
        options: dict[str, Any] = {"uniform": bool(uniform)}
        if model == "bns":
            options["swap_function_shared"] = shared == "shared"
        request = {"dataset_id": dataset, "model": model, "options": options, "seed": seed or 0}
        jobs.append(await api.current().post("/fits", request))
    result = jobs[0].get("result")
    go(f"/behaviour?fit={result['id']}" if result and result.get("id") else "/jobs")
    return f"fit-{jobs[0]['id']}"


def _view(name: str, figure: str, control: str) -> None:
    """Declare that the control redraws the figure of the fit on the page."""

    @callback(
        Output(figure, "figure"),
        Input(control, "value"),
        State("fit", "data"),
        prevent_initial_call=True,
    )
    async def redraw(view: str, fit: dict[str, Any]) -> object:
        full = await api.current().get(f"/fits/{fit['id']}")
        return theme.dress(await asyncio.to_thread(FIGURES[name], full["result"], view))


_view("swap", "swap-function", "swap-view")
_view("weights", "weights", "weights-view")
_view("predictive", "predictive", "predictive-view")

PAGES = (Page("/behaviour", "Behaviour", render, nav="Behaviour", icon="behaviour", order=20),)
