"""A network's training: its loss against the floor it can reach, and the stages of its curriculum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import without_points

Point = dict[str, Any]


def stages(points: Sequence[Point]) -> list[tuple[str, float]]:
    """(name, first step) of each stage, read off the share of the swaps that each point was trained with."""
    found: list[tuple[str, float]] = []
    for point in points:
        name = stage(point.get("swap_weight"))
        if name and (not found or found[-1][0] != name):
            found.append((name, float(point["step"])))
    return found


def stage(swap_weight: float | None) -> str:
    """What a share of the swaps from 0 to 1 means, in words; nothing for none."""
    if swap_weight is None:
        return ""
    if swap_weight <= 0:
        return "without swaps"
    return "swaps grow" if swap_weight < 1 else "with swaps"


def loss(points: Sequence[Point], named: Sequence[dict[str, Any]] = (), height: int = 280) -> go.Figure:
    """Loss over steps on a log scale, with the floor that a perfect network would have.

    `points` hold step, loss, floor and perhaps swap_weight; `named` holds stages {name, from_step} where they are
    known. The first two traces are the loss and the floor, in this order: live news is appended to them in the browser.
    """
    points = [point for point in points if point.get("loss") is not None]
    steps = [point["step"] for point in points]
    figure = go.Figure()
    for name, colour, dash, width in (("loss", theme.SIMULATED, "solid", 2.0), ("floor", theme.UNIFORM, "dash", 1.6)):
        figure.add_scatter(
            x=steps,
            y=[point.get(name) or None for point in points],  # a floor of 0 has no place on a log scale
            mode="lines",
            name=name,
            line={"color": colour, "width": width, "dash": dash},
            hovertemplate=f"step %{{x:,}}: {name} %{{y:.3g}}<extra></extra>",
        )
    known = [(str(one["name"]).replace("_", " "), float(one["from_step"])) for one in named] or stages(points)
    for number, (words, first) in enumerate(known):
        if number:
            figure.add_vline(x=first, line={"color": theme.UNIFORM, "width": 1, "dash": "dot"}, opacity=0.7)
        figure.add_annotation(
            x=first,
            y=1,
            yref="paper",
            text=words,
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            xshift=4,
            yshift=14 * (len(known) - 1 - number),  # stages may be short: each name on a line of its own
        )
    figure.update_xaxes(title_text="training step", rangemode="tozero", nticks=6)
    figure.update_yaxes(title_text="loss", type="log", dtick="D2", tickformat="~g")
    if not steps:
        without_points(figure, "The first steps are on their way")
    figure.update_layout(
        showlegend=False,
        height=height,
        uirevision="keep",
        margin={"l": 62, "r": 14, "t": 26 + 14 * max(0, len(known) - 1), "b": 44},
    )
    return figure


def losses(curves: Sequence[tuple[str, Sequence[Point]]], this: str = "", height: int = 280) -> go.Figure:
    """Loss over steps, on a log scale, of networks with different seeds; `curves` are (name, points).

    The curve named `this` stands out.
    """
    figure = go.Figure()
    for name, points in sorted(curves, key=lambda one: one[0] == this):
        known = [point for point in points if (point.get("loss") or 0) > 0]
        mine = name == this
        figure.add_scatter(
            x=[point["step"] for point in known],
            y=[point["loss"] for point in known],
            mode="lines",
            name=name,
            line={"color": theme.SIMULATED if mine else theme.UNIFORM, "width": 2.0 if mine else 1.2},
            hovertemplate=f"{name}, step %{{x:,}}: loss %{{y:.3g}}<extra></extra>",
        )
    figure.update_xaxes(title_text="training step", rangemode="tozero", nticks=6)
    figure.update_yaxes(title_text="loss", type="log", dtick="D2", tickformat="~g")
    if not any(len(trace.x) for trace in figure.data):
        without_points(figure, "No curve was kept")
    figure.update_layout(showlegend=False, height=height, margin={"l": 62, "r": 14, "t": 26, "b": 44})
    return figure
