"""Everything that runs, waits or ran."""

from __future__ import annotations

import asyncio
from typing import Any

from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.parts.job_card import ACTIVE, job_card
from frontend.parts.markup import Child, aria
from frontend.router import Page
from frontend.shell import empty
from frontend.wiring import callback, clientside

ORDER = {"running": 0, "paused": 1, "queued": 2, "waiting": 3}


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The list of jobs; `?job=ID` shows one."""
    return html.Div(
        [
            html.H1("Jobs", className="title"),
            dcc.Store(id="jobs-signature"),
            html.Div(await _cards(query.get("job")), id="job-list", className="stack"),
        ],
        className="stack",
    )


async def _cards(only: str | None = None) -> list[Child]:
    jobs: list[dict[str, Any]] = (
        [await api.current().get(f"/jobs/{only}")] if only else await api.current().get("/jobs")
    )
    if not jobs:
        return [
            empty(
                "Nothing runs",
                "Fits, trainings and analyses appear here, with their progress and their log.",
                picture="jobs",
            )
        ]
    active = sorted((job for job in jobs if job["state"] in ACTIVE), key=lambda job: ORDER[job["state"]])
    ended = [job for job in jobs if job["state"] not in ACTIVE]
    curves = await asyncio.gather(*(_curve(job) for job in active))
    cards: list[Child] = [job_card(job, curve, details=True) for job, curve in zip(active, curves, strict=True)]
    if ended:
        cards.append(html.H2("Ended", className="section"))
        cards.append(
            html.Div(
                [job_card(job, details=job["state"] == "failed") for job in ended],
                className="stack tight",
                **aria(label="Ended"),
            )
        )
    return cards


async def _curve(job: dict[str, Any]) -> dict[str, Any] | None:
    if job["kind"] not in ("fit", "train") or job["state"] not in ("running", "paused"):
        return None
    (curve,) = await api.current().all(f"/jobs/{job['id']}/curve")
    return curve


clientside("jobsChanged", Output("jobs-signature", "data"), Input("jobs", "data"))


@callback(Output("job-list", "children"), Input("jobs-signature", "data"), prevent_initial_call=True)
async def relist(signature: str | None) -> list[Child]:
    """Draw the list anew: a job came, went or changed its state."""
    return await _cards()


PAGES = (Page("/jobs", "Jobs", render, nav="Jobs", icon="jobs", order=60),)
