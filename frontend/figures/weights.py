"""Mixture weights by set size: stacked with their intervals, and as points on the simplex."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from frontend import theme

COMPONENTS = (
    ("target", "target", theme.CUED),
    ("swap", "swap", theme.NON_TARGET),
    ("uniform", "uniform", theme.UNIFORM),
)
WHISKER = "rgba(255,255,255,.95)"  # it lies on coloured bars, in both schemes


def stacked(weights: list[dict[str, Any]]) -> go.Figure:
    """One bar a set size, split into target, swap and uniform; whiskers are 95 % intervals, ticks the truth."""
    figure = go.Figure()
    sizes = [str(row["set_size"]) for row in weights]
    for name, words, colour in COMPONENTS:
        figure.add_bar(
            x=sizes,
            y=[row[name]["value"] for row in weights],
            name=words,
            marker={"color": colour, "opacity": 0.88},
            customdata=[(row[name]["low"], row[name]["high"]) for row in weights],
            hovertemplate=f"{words} %{{y:.3f}}<br>%{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}<extra></extra>",
        )
    if weights and all(row.get("truth") for row in weights):
        _truth(figure, weights, sizes)
    _whiskers(figure, weights, sizes)
    figure.update_layout(
        barmode="stack", bargap=0.42, showlegend=False, height=300, margin={"t": 10, "b": 44, "l": 50, "r": 8}
    )
    figure.update_xaxes(title_text="set size", type="category", showgrid=False)
    figure.update_yaxes(title_text="share of responses", tickformat=".0%", range=[0, 1.001], nticks=6)
    return figure


def _whiskers(figure: go.Figure, weights: list[dict[str, Any]], sizes: list[str]) -> None:
    """The intervals of target and swap, each at the upper edge of its bar."""
    below = [0.0] * len(weights)
    for name in ("target", "swap"):
        below = [low + row[name]["value"] for low, row in zip(below, weights, strict=True)]
        figure.add_scatter(
            x=sizes,
            y=below,
            mode="markers",
            marker={"size": 0.1, "color": WHISKER},
            error_y={
                "array": [row[name]["high"] - row[name]["value"] for row in weights],
                "arrayminus": [row[name]["value"] - row[name]["low"] for row in weights],
                "thickness": 1.8,
                "width": 5,
                "color": WHISKER,
            },
            name=f"95 % interval, {name}",
            hoverinfo="skip",
        )


def _truth(figure: go.Figure, weights: list[dict[str, Any]], sizes: list[str]) -> None:
    """Mark where the true boundaries between the components are."""
    reached = [0.0] * len(weights)
    for name in ("target", "swap"):
        reached = [low + row["truth"][name] for low, row in zip(reached, weights, strict=True)]
        figure.add_scatter(
            x=sizes,
            y=reached,
            mode="markers",
            marker={"symbol": "line-ew", "size": 40, "line": {"width": 2.4, "color": theme.TRUTH}},
            name=f"truth, up to {name}",
            customdata=[row["truth"][name] for row in weights],
            hovertemplate=f"true {name} %{{customdata:.3f}}<extra></extra>",
        )


def simplex(weights: list[dict[str, Any]]) -> go.Figure:
    """The weights in a triangle with the corners target, swap and uniform, joined in the order of set size."""
    figure = go.Figure()
    if weights and all(row.get("truth") for row in weights):
        figure.add_scatterternary(
            a=[row["truth"]["target"] for row in weights],
            b=[row["truth"]["swap"] for row in weights],
            c=[row["truth"]["uniform"] for row in weights],
            mode="markers",
            marker={"symbol": "circle-open", "size": 17, "color": theme.TRUTH, "line": {"width": 2.4}},
            name="truth",
            hovertemplate="truth: target %{a:.3f}, swap %{b:.3f}, uniform %{c:.3f}<extra></extra>",
        )
    figure.add_scatterternary(
        a=[row["target"]["value"] for row in weights],
        b=[row["swap"]["value"] for row in weights],
        c=[row["uniform"]["value"] for row in weights],
        text=[str(row["set_size"]) for row in weights],
        mode="lines+markers+text",
        textposition="middle right",
        marker={"size": 9, "color": theme.MODEL},
        line={"color": theme.translucent(theme.MODEL, 0.5), "width": 1.6},
        name="fit",
        hovertemplate="%{text} items: target %{a:.3f}, swap %{b:.3f}, uniform %{c:.3f}<extra></extra>",
    )
    axis = {"ticks": "outside", "tickformat": ".0%", "nticks": 5, "gridcolor": theme.translucent(theme.UNIFORM, 0.25)}
    lowest = max(0.0, min((row["target"]["value"] for row in weights), default=0.0) - 0.15)
    figure.update_layout(
        ternary={
            "aaxis": axis | {"title": {"text": "target", "font": {"color": theme.CUED}}, "min": lowest},
            "baxis": axis | {"title": {"text": "swap", "font": {"color": theme.NON_TARGET}}},
            "caxis": axis | {"title": {"text": "uniform", "font": {"color": theme.UNIFORM}}},
            "bgcolor": "rgba(0,0,0,0)",
        },
        showlegend=False,
        height=300,
        margin={"t": 30, "b": 34, "l": 40, "r": 40},
    )
    return figure
