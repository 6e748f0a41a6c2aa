"""Who is compared: each group of networks with its colour, its seeds, and the way to look at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from frontend import theme
from frontend.parts.markup import aria


def groups_strip(result: Mapping[str, Any]) -> html.Section:
    """A card a group."""
    used: dict[str, int] = {}
    cards = []
    for group in result["groups"]:
        objective = group["objective"]
        used[objective] = used.get(objective, -1) + 1
        shades = theme.OBJECTIVES.get(objective, (theme.UNIFORM,))
        cards.append(_group(group, shades[used[objective] % len(shades)]))
    return html.Section(cards, className="mechanism-groups", **aria(label="Networks"))


def _group(group: Mapping[str, Any], colour: str) -> html.Div:
    count = len(group["networks"])
    seeds = [
        dcc.Link(f"seed {seed}", href=f"/explore/{quote(str(id))}", title="Explore this network")
        for id, seed in zip(group["networks"], group["seeds"], strict=True)
    ]
    return html.Div(
        [
            html.Div(
                [html.Span(className="swatch swatch-dot", style={"--swatch": colour}), html.Strong(group["name"])],
                className="key-entry",
            ),
            html.Div("1 network" if count == 1 else f"{count} networks", className="small soft"),
            html.Div(["Explore: ", *seeds], className="seed-links small"),
        ],
        className="card mechanism-group-card",
        style={"--group": colour},
    )
