"""Everything that runs, waits or ran."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from frontend.router import Page


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The list of jobs."""
    return html.Div([html.H1("Jobs", className="title")], className="stack")


PAGES = (Page("/jobs", "Jobs", render, nav="Jobs", icon="jobs", order=60),)
