"""How far a network's responses are from those it should give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, items, middles, panel_title
from frontend.figures.panels import axes, panels

# Measures of FidelityResult.by_set_size: field, title, is an angle
MEASURES = (
    ("swap", "swaps", False),
    ("sd", "sd of the error", True),
    ("kurtosis", "kurtosis of the error", False),
    ("uniform", "uniform responses", False),
)


def by_set_size(rows: Sequence[dict[str, Any]]) -> go.Figure:
    """Swaps, sd, kurtosis and uniform share over set size, network beside target."""
    figure = panels(len(MEASURES), "set size", "", height=160, shared=False, left=50)
    sizes = [row["set_size"] for row in rows]
    for number, (field, title, angular) in enumerate(MEASURES, start=1):
        for who, colour, symbol in (("target", theme.MODEL, "circle-open"), ("network", theme.SIMULATED, "circle")):
            values = [row.get(f"{field}_{who}") for row in rows]
            shown = [None if value is None else math.degrees(value) if angular else value for value in values]
            figure.add_scatter(
                x=sizes,
                y=shown,
                mode="lines+markers",
                name=f"{title}, {who}",
                line={"color": colour, "width": 2},
                marker={"symbol": symbol, "size": 8, "line": {"width": 2}},
                hovertemplate=f"{who}, %{{x}} items: %{{y:.3g}}{'°' if angular else ''}<extra></extra>",
                **axes(number),
            )
        scale = {"tickformat": ".0%" if field in ("swap", "uniform") else "", "ticksuffix": "°" if angular else ""}
        figure.update_yaxes(scale | {"rangemode": "tozero", "nticks": 5}, selector={"anchor": axes(number)["xaxis"]})
        panel_title(figure, number, f"<b>{title}</b>")
    figure.update_xaxes(tickvals=sizes)
    return figure


def errors(rows: Sequence[dict[str, Any]]) -> go.Figure:
    """Distribution of the error by set size: the network's responses (bars) and the target (line)."""
    figure = panels(len(rows), "error", "density (per radian)", height=170)
    for number, row in enumerate(rows, start=1):
        words = items(row["set_size"])
        at = middles(row["edges"])
        figure.add_bar(
            x=at,
            y=row["network"],
            name=f"network, {words}",
            marker={"color": theme.SIMULATED, "opacity": 0.5, "line": {"width": 0}},
            hovertemplate="network, %{x:.0f}°: %{y:.3f} / rad<extra></extra>",
            **axes(number),
        )
        figure.add_scatter(
            x=at,
            y=row["target"],
            mode="lines",
            name=f"target, {words}",
            line={"color": theme.MODEL, "width": 2},
            hoverinfo="skip",
            meta={"csv": f"target, {words}"},
            **axes(number),
        )
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_xaxes(**angle_ticks(few=True))
    figure.update_yaxes(rangemode="tozero", nticks=5)
    return figure
