"""Everything that runs, waits or ran."""

from __future__ import annotations

import asyncio
from typing import Any

from dash import html
from dash.development.base_component import Component

from frontend import api
from frontend.parts.job_card import ACTIVE, job_card
from frontend.parts.markup import Child, aria
from frontend.router import Page
from frontend.shell import empty, watch

ORDER = {"running": 0, "paused": 1, "queued": 2, "waiting": 3}


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The list of jobs; `?job=ID` shows one."""
    only = query.get("job")
    jobs = [await api.current().get(f"/jobs/{only}")] if only else await api.current().get("/jobs")
    return html.Div(
        [
            html.H1("Jobs", className="title"),
            html.Div(await _cards(jobs), id="job-list", className="stack"),
            watch("jobs", only or "*", {job["id"]: job["state"] for job in jobs}, complete=only is None),
        ],
        className="stack",
    )


async def _cards(jobs: list[dict[str, Any]]) -> list[Child]:
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


PAGES = (Page("/jobs", "Jobs", render, nav="Jobs", icon="jobs", order=60),)
