"""The start: what this is, the example, the way in for one's own data, and the studies so far."""

from __future__ import annotations

import asyncio
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.figures.thumbnail import swap_curves
from frontend.pages.dataset import dataset_row
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.job_card import place, time_left
from frontend.parts.markup import Child, aria
from frontend.parts.published_study import published_study
from frontend.router import Page
from frontend.shell import watch
from frontend.wiring import callback, no_update

WALK = (
    ("walk-file", "A behavioural file", "responses to displays of several items"),
    ("walk-curve", "A swap function", "how swaps fall with probe distance"),
    ("walk-surrogate", "Surrogate responses", "as many as a network needs"),
    ("walk-network", "A network", "trained to make the same errors"),
    ("walk-state", "Its state space", "where, and when, it takes the wrong item"),
)


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The start page."""
    studies, datasets, jobs, analyses = await api.current().all("/studies", "/datasets", "/jobs", "/analyses")
    studies = studies or []
    running = {job["id"]: job for job in jobs or []}
    thumbnails = await asyncio.gather(*(_thumbnail(study) for study in studies))
    cards = [study_card(study, running, picture) for study, picture in zip(studies, thumbnails, strict=True)]
    rows = [dataset_row(dataset) for dataset in (datasets or [])[:6]]
    return html.Div(
        [
            _hero(example_address(studies), mechanism_address(analyses or [])),
            _walk(),
            html.H2("Studies", className="section") if cards else None,
            html.Div(cards, className="grid", style={"--cell": "380px"}) if cards else None,
            html.H2("Datasets", className="section") if rows else None,
            html.Section(rows, className="card list", **aria(label="Datasets")) if rows else None,
            published_study(),
            watch("study", "*"),
            watch("dataset", "*"),
        ],
        className="stack home",
    )


def _hero(example: str | None, mechanism: str | None) -> html.Section:
    return html.Section(
        [
            html.H1("Find out how a memory network makes an error", className="hero-title"),
            html.P(
                [
                    "People sometimes report the wrong item: a ",
                    term("swap"),
                    ". Swapscope learns from your data when that happens, trains a network that does the same, and "
                    "lets you look inside.",
                ],
                className="hero-lead",
            ),
            html.Div(
                [
                    dcc.Link(
                        dmc.Button("Explore the example", size="md", rightSection=icon("arrow", 18)),
                        href=example,
                        id="to-example",
                    )
                    if example
                    else dmc.Button("Run the example", id="run-example", size="md", leftSection=icon("play", 18)),
                    dcc.Link(
                        dmc.Button("Its mechanism", size="md", variant="default"),
                        href=mechanism,
                        id="to-mechanism",
                    )
                    if mechanism
                    else None,
                    dcc.Link(
                        dmc.Button("Upload your data", size="md", variant="default", leftSection=icon("upload", 18)),
                        href="/dataset",
                        id="to-upload",
                    ),
                ],
                className="row",
            ),
        ],
        className="hero",
    )


def _walk() -> html.Ol:
    return html.Ol(
        [
            html.Li(
                [
                    html.Img(src=f"/assets/{picture}.svg", alt="", className="walk-picture"),
                    html.Div(words, className="walk-name"),
                    html.Div(detail, className="small soft"),
                ]
            )
            for picture, words, detail in WALK
        ],
        className="walk",
        **aria(label="What Swapscope does, in five steps"),
    )


def example_address(studies: list[dict[str, Any]]) -> str | None:
    """Where the finished example is explored: its network if it has one, else its fit or dataset."""
    results = {
        step["result"]["kind"]: step["result"]["id"]
        for study in studies
        if study.get("example") and study.get("state", "done") == "done"
        for step in study["steps"]
        if step.get("result") and step["result"].get("id")
    }
    if "network" in results:
        return f"/explore/{results['network']}"
    for kind in ("fit", "dataset"):
        if kind in results:
            return place({"kind": kind, "id": results[kind]})
    return None


def mechanism_address(analyses: list[dict[str, Any]]) -> str | None:
    """The finished report on the mechanism of the example's networks."""
    ended = [one for one in analyses if one["analysis"] == "mechanism" and one.get("state") == "done"]
    found = [one["id"] for one in ended if one.get("example")]
    return f"/mechanism/{found[0]}" if found else None


async def _thumbnail(study: dict[str, Any]) -> str | None:
    fits = [step["result"]["id"] for step in study["steps"] if (step.get("result") or {}).get("kind") == "fit"]
    if not fits:
        return None
    (fit,) = await api.current().all(f"/fits/{fits[0]}")
    return swap_curves(fit["result"]["swap_functions"]) if fit and fit.get("result") else None


def study_card(study: dict[str, Any], jobs: dict[str, dict[str, Any]], picture: str | None) -> html.Article:
    """A study: its picture, its five steps with where they lead, and the progress of the one that runs."""
    current = next(
        (
            jobs[step["job_id"]]
            for step in study["steps"]
            if jobs.get(step["job_id"], {}).get("state") in ("running", "queued")
        ),
        None,
    )
    known = [step for step in study["steps"] if step["job_id"] in jobs]
    return html.Article(
        [
            html.Div(
                html.Img(src=picture, alt="Swap function of this study") if picture else icon("behaviour", 30),
                className="study-picture",
            ),
            html.Div(
                [
                    html.H3(study["name"], className="card-title grow"),
                    dmc.Badge("example", variant="light", color="teal", size="sm") if study.get("example") else None,
                ],
                className="row",
            ),
            html.Div([_step(step, jobs) for step in study["steps"]], className="steps"),
            _progress(current) if current else None,
            watch("study", study["id"], {step["job_id"]: jobs[step["job_id"]]["state"] for step in known}),
        ],
        className="card study",
    )


def _step(step: dict[str, Any], jobs: dict[str, dict[str, Any]]) -> Child:
    state = jobs.get(step["job_id"] or "", {}).get("state") or step.get(
        "state", "done" if step.get("result") else "waiting"
    )
    inside = [html.Span(className=f"step-dot step-{state}"), step["title"]]
    href = place(step.get("result")) if state == "done" else None
    if href and not href.startswith("/api/"):
        return dcc.Link(inside, href=href, className="step")
    return html.Span(inside, className="step")


def _progress(job: dict[str, Any]) -> html.Div:
    number = {"job": job["id"]}
    return html.Div(
        [
            dmc.Progress(
                id={"type": "job-bar"} | number,
                value=100 * (job.get("progress") or 0),
                size=5,
                animated=True,
                **aria(label=f"Progress of {job['title']}"),
            ),
            html.Div(
                [
                    html.Span(job.get("message") or "", id={"type": "job-message"} | number),
                    html.Span(time_left(job.get("seconds_left")), id={"type": "job-left"} | number),
                ],
                className="row between small soft",
            ),
        ]
    )


@callback(
    Output("wake", "data", allow_duplicate=True),
    Output("refresh", "data", allow_duplicate=True),
    Input("run-example", "n_clicks"),
    running=[(Output("run-example", "loading"), True, False)],
    prevent_initial_call=True,
)
async def run_example(clicks: int | None) -> object:
    """Make the example and run its whole study; its card shows how far it is."""
    if not clicks:
        return no_update
    study = await api.current().post("/studies", {"budget": "demo"})
    return f"study-{study['id']}", f"study-{study['id']}"


PAGES = (Page("/", "Swapscope", render, nav="Home", icon="home", order=0),)
