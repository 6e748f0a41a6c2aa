"""A job on a card: what it does, how far it is, how long it still takes, and what can be done with it.

The bar, words and time are moved by the browser from the `jobs` store (`assets/jobs.js`); any page may show a card.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, ctx, dcc, html

from frontend import api
from frontend.figures import convergence
from frontend.parts.figure_card import graph
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria, data
from frontend.wiring import callback, clientside, go, no_update

STATES: dict[str, tuple[str, str]] = {
    "waiting": ("waits for another job", "gray"),
    "queued": ("in the queue", "gray"),
    "running": ("running", "accent"),
    "paused": ("paused", "yellow"),
    "done": ("done", "teal"),
    "failed": ("failed", "red"),
    "cancelled": ("cancelled", "gray"),
}
ACTIVE = ("waiting", "queued", "running", "paused")
ACTIONS: dict[str, tuple[str, str]] = {
    "pause": ("Pause", "pause"),
    "resume": ("Resume", "play"),
    "cancel": ("Cancel", "cross"),
    "retry": ("Try again", "retry"),
}
KINDS = {
    "read": "dataset",
    "fit": "behaviour",
    "compare": "behaviour",
    "recover": "retry",
    "surrogate": "surrogate",
    "train": "network",
    "analyse": "flask",
}


def allowed(job: dict[str, Any]) -> list[str]:
    """What can be done with a job in its state; only trainings keep checkpoints, so only they can pause."""
    state = job["state"]
    if state == "running":
        return ["pause", "cancel"] if job["kind"] == "train" else ["cancel"]
    if state == "paused":
        return ["resume", "cancel"]
    if state in ("waiting", "queued"):
        return ["cancel"]
    return ["retry"] if state in ("failed", "cancelled") else []


def place(result: dict[str, Any] | None) -> str | None:
    """The page (or the file) of a result {kind, id}."""
    if not result or not result.get("id"):
        return None
    at = {
        "dataset": "/dataset/{id}",
        "fit": "/behaviour?fit={id}",
        "network": "/network?network={id}",
        "analysis": "/mechanism/{id}",
        "comparison": "/comparison?comparison={id}",
        "recovery": "/comparison?recovery={id}",
        "study": "/",
        "surrogate": "/api/surrogates/{id}/data.csv",
    }
    path = at.get(result["kind"])
    return path.format(id=result["id"]) if path else None


def time_left(seconds: float | None) -> str:
    """Seconds as "about 2 min left"; nothing when it is not known."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s left"
    return f"about {round(seconds / 60)} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"


def _buttons(job: dict[str, Any]) -> list[dmc.Button]:
    return [
        dmc.Button(
            ACTIONS[action][0],
            id={"type": "job-action", "job": job["id"], "action": action},
            leftSection=icon(ACTIONS[action][1], 14),
            variant="subtle" if action in ("cancel", "pause") else "light",
            color="gray" if action in ("cancel", "pause") else "accent",
            size="compact-xs",
            **aria(label=f"{ACTIONS[action][0]}: {job['title']}"),
        )
        for action in allowed(job)
    ]


def _title(words: str, link: str | None) -> Child:
    """The title, leading to the result: a page, or (under /api) a file."""
    if not link:
        return words
    return html.A(words, href=link, target="_blank") if link.startswith("/api/") else dcc.Link(words, href=link)


def _error(job: dict[str, Any]) -> html.Div | None:
    error = job.get("error")
    if not error:
        return None
    return html.Div(
        [html.Strong(error["title"]), html.Span(error.get("detail") or "", className="soft")], className="job-error"
    )


def job_card(job: dict[str, Any], curve: dict[str, Any] | None = None, details: bool = False) -> html.Article:
    """The card of a job; `curve` (answer of /jobs/{id}/curve) adds its live curve, `details` its log."""
    words, colour = STATES[job["state"]]
    moving = job["state"] in ACTIVE
    number = {"job": job["id"]}
    link = place(job.get("result")) if job["state"] == "done" or job["kind"] == "fit" else None
    position = f"number {job['position']} in the queue" if job.get("position") else ""
    progress = round(100 * (job.get("progress") or 0), 1)
    return html.Article(
        [
            html.Div(
                [
                    html.Span(icon(KINDS.get(job["kind"], "dot"), 18), className="job-kind"),
                    html.Div(_title(job["title"], link), className="job-title grow"),
                    dmc.Badge(words, id={"type": "job-state"} | number, color=colour, variant="light", size="sm"),
                    html.Div(_buttons(job), className="row job-buttons"),
                ],
                className="job-head",
            ),
            dmc.Progress(
                id={"type": "job-bar"} | number,
                value=progress,
                color=colour,
                size=5,
                animated=job["state"] == "running",
                transitionDuration=250,
                **aria(label=f"Progress of {job['title']}"),
            )
            if moving
            else None,
            html.Div(
                [
                    html.Span(job.get("message") or position, id={"type": "job-message"} | number),
                    html.Span(time_left(job.get("seconds_left")), id={"type": "job-left"} | number, className="number"),
                ],
                className="row between small soft job-words",
            )
            if moving
            else None,
            _error(job),
            _live_curve(job, curve) if curve else None,
            _log(job) if details else None,
        ],
        className=f"card job job-{job['state']}",
        **data(job=job["id"]),
    )


def _live_curve(job: dict[str, Any], curve: dict[str, Any]) -> html.Div:
    points = curve.get("points") or []
    training = job["kind"] == "train"
    figure = (
        convergence.loss(points, height=170)
        if training
        else convergence.bound([[point["step"], point["bound"]] for point in points if "bound" in point], height=170)
    )
    fields = "loss,floor" if training else "bound"
    return html.Div(
        graph({"type": "live-curve", "job": job["id"]}, figure, height=170), **data(live=job["id"], fields=fields)
    )


def _log(job: dict[str, Any]) -> html.Div:
    return html.Div(
        [
            dmc.Button(
                "Log",
                id={"type": "job-log", "job": job["id"]},
                leftSection=icon("log", 14),
                variant="subtle",
                color="gray",
                size="compact-xs",
            ),
            html.Pre(id={"type": "job-log-text", "job": job["id"]}, className="log mono", hidden=True),
        ]
    )


clientside(
    "moveJobs",
    Output({"type": "job-bar", "job": ALL}, "value"),
    Output({"type": "job-message", "job": ALL}, "children"),
    Output({"type": "job-left", "job": ALL}, "children"),
    Input("jobs", "data"),
    State({"type": "job-bar", "job": ALL}, "id"),
    State({"type": "job-message", "job": ALL}, "id"),
    State({"type": "job-left", "job": ALL}, "id"),
)
clientside("extendCurves", Input("points", "data"), Input({"type": "watched", "name": ALL}, "data"))


@callback(
    Output("wake", "data", allow_duplicate=True),
    Output("refresh", "data", allow_duplicate=True),
    Input({"type": "job-action", "job": ALL, "action": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
async def act(clicks: list[int | None]) -> object:
    """Ask the API to cancel, pause, resume or retry the job whose button was pressed; then show the page anew."""
    asked = ctx.triggered_id
    if not asked or not any(clicks):
        return no_update
    job = await api.current().post(f"/jobs/{asked['job']}/{asked['action']}")
    stamp = f"{asked['job']}-{asked['action']}-{sum(count or 0 for count in clicks)}"
    if asked["action"] == "retry" and job and job.get("id") not in (None, asked["job"]):
        go("/jobs")
    return stamp, stamp


@callback(
    Output({"type": "job-log-text", "job": ALL}, "children"),
    Output({"type": "job-log-text", "job": ALL}, "hidden"),
    Input({"type": "job-log", "job": ALL}, "n_clicks"),
    State({"type": "job-log-text", "job": ALL}, "id"),
    State({"type": "job-log-text", "job": ALL}, "hidden"),
    prevent_initial_call=True,
)
async def log(clicks: list[int | None], names: list[dict[str, str]], hidden: list[bool | None]) -> object:
    """Open or close the log of the job whose button was pressed."""
    asked = ctx.triggered_id
    if not asked or not any(clicks):
        return no_update
    texts: list[object] = [no_update] * len(names)
    for place_, name in enumerate(names):
        if name["job"] == asked["job"]:
            hidden[place_] = not hidden[place_]
            if not hidden[place_]:
                texts[place_] = await api.current().text(f"/jobs/{asked['job']}/log") or "Nothing was written."
    return texts, hidden
