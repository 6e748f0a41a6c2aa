"""How far a network's responses are from those it should give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
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
SHADES = (theme.SIMULATED, theme.TRUTH, theme.CUED, theme.NON_TARGET, theme.SURROGATE, theme.UNIFORM)


def swap_curve(
    curve: dict[str, Any], others: Sequence[tuple[str, dict[str, Any]]] = (), height: int = 300
) -> go.Figure:
    """Probability of a swap over the distance to the nearest other item: target, network with its band, other networks.

    `curve` is FidelityResult.swap_curve, `others` are (name, swap_curve) of networks to compare; distances in radians.
    """
    distance = np.degrees(curve["distance"])
    figure = go.Figure()
    band = {"x": [*distance, *distance[::-1]], "y": [*curve["high"], *curve["low"][::-1]]}
    figure.add_scatter(
        **band,
        mode="lines",
        fill="toself",
        fillcolor=theme.translucent(theme.SIMULATED, 0.18),
        line={"width": 0},
        hoverinfo="skip",
        name="band",
        meta={"csv": "network, 95 % band"},
    )
    for number, (name, other) in enumerate(others):
        figure.add_scatter(
            x=np.degrees(other["distance"]),
            y=other["network"],
            mode="lines",
            name=name,
            line={"color": SHADES[1 + number % 5], "width": 1.8, "dash": "dot"},
            hovertemplate=f"{name}: %{{y:.1%}} at %{{x:.0f}}°<extra></extra>",
        )
    figure.add_scatter(
        x=distance,
        y=curve["target"],
        mode="lines",
        name="behavioural model",
        line={"color": theme.MODEL, "width": 2.4},
        hovertemplate="model: %{y:.1%} at %{x:.0f}°<extra></extra>",
    )
    figure.add_scatter(
        x=distance,
        y=curve["network"],
        mode="lines+markers",
        name="network",
        marker={"size": 6},
        line={"color": theme.SIMULATED, "width": 2.4},
        hovertemplate="network: %{y:.1%} at %{x:.0f}°<extra></extra>",
    )
    figure.update_xaxes(title_text="distance of the nearest item in the cueing feature", ticksuffix="°", dtick=30)
    figure.update_yaxes(title_text="probability of a swap", tickformat=".0%", rangemode="tozero", nticks=6)
    figure.update_layout(showlegend=False, height=height, margin={"l": 60, "r": 12, "t": 12, "b": 46})
    return figure


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


def told_apart(networks: Sequence[tuple[str, dict[str, Any]]], height: int | None = None) -> go.Figure:
    """How well a classifier tells each network from the behavioural model: (name, FidelityResult) a network.

    0.50 cannot be told apart; the band around the floor is what the model reaches against another draw of its own.
    """
    names = [name for name, _ in networks]
    tests = [fidelity["c2st"] for _, fidelity in networks]
    figure = go.Figure()
    if tests:
        floor, sd = tests[0]["floor"], tests[0].get("sd") or 0.0
        figure.add_vrect(
            x0=floor - 2 * sd, x1=floor + 2 * sd, fillcolor=theme.translucent(theme.MODEL, 0.16), line={"width": 0}
        )
        figure.add_vline(x=floor, line={"color": theme.MODEL, "width": 1.5, "dash": "dash"})
    figure.add_scatter(
        x=[test["network"] for test in tests],
        y=names,
        mode="markers+text",
        text=[f"{test['network']:.2f}" for test in tests],
        textposition="middle right",
        name="accuracy",
        error_x={"array": [2 * (test.get("sd") or 0.0) for test in tests], "color": theme.SIMULATED, "thickness": 2},
        marker={"size": 12, "color": theme.SIMULATED},
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        cliponaxis=False,
    )
    highest = max([test["network"] for test in tests], default=0.6)
    figure.update_xaxes(title_text="accuracy of a classifier", range=[0.46, max(0.68, highest + 0.06)])
    figure.update_yaxes(autorange="reversed", ticks="", showgrid=False)
    figure.update_layout(
        showlegend=False, height=height or 110 + 40 * len(names), margin={"l": 20, "r": 20, "t": 10, "b": 46}
    )
    return figure
