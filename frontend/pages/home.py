"""The start: what this is, the example, the way in for one's own data, and the studies so far."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from frontend.router import Page


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """The start page."""
    return html.Div([html.H1("Find out how a network makes a memory error", className="title")], className="stack")


PAGES = (Page("/", "Swapscope", render, nav="Home", icon="home", order=0),)
