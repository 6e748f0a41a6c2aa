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
# Extra spread in FidelityResult.by_set_size: field, words at the line, words for the pointer, colour
SPREADS = (
    ("spread_cued", "cued", "the cued item", theme.CUED),
    ("spread_others", "others", "other items", theme.NON_TARGET),
)


def by_set_size(rows: Sequence[dict[str, Any]]) -> go.Figure:
    """Swaps, sd, kurtosis and uniform share over set size, network beside target; how much wider its responses are.

    Results of versions that did not measure the extra spread have no panel for it.
    """
    spread = any("spread_cued" in row for row in rows)
    figure = panels(len(MEASURES) + spread, "set size", "", height=160, shared=False, left=50)
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
    if spread:
        _extra_spread(figure, len(MEASURES) + 1, rows)
    figure.update_xaxes(tickvals=sizes)
    return figure


def _extra_spread(figure: go.Figure, number: int, rows: Sequence[dict[str, Any]]) -> None:
    """A panel of the noise that the network's responses have beyond the law's, to the cued item and to others."""
    for field, words, to, colour in SPREADS:
        values = [row.get(field) for row in rows]
        ends = [row.get("spread_limit", math.inf) for row in rows]
        figure.add_scatter(
            x=[row["set_size"] for row in rows],
            y=[None if value is None else math.degrees(value) for value in values],
            customdata=[
                "at least " * (value is not None and value > 0.99 * end)
                for value, end in zip(values, ends, strict=True)
            ],
            mode="lines+markers+text",
            text=[""] * (len(rows) - 1) + [words],
            textposition="top left",
            textfont={"size": 11, "color": colour},
            cliponaxis=False,
            name=f"extra spread, {words}",
            line={"color": colour, "width": 2},
            marker={"size": 8},
            hovertemplate=f"responses to {to}, %{{x}} items: noise of %{{customdata}}%{{y:.3g}}° beyond the model's"
            "<extra></extra>",
            **axes(number),
        )
    scale = {"ticksuffix": "°", "rangemode": "tozero", "nticks": 5}
    figure.update_yaxes(scale, selector={"anchor": axes(number)["xaxis"]})
    panel_title(figure, number, "<b>extra spread</b>")


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
