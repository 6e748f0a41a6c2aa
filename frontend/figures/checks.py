"""Checks of a fit against the data: what people did, with intervals, beside what the model expects.

Recorded quantities are slate points with 95 % intervals, the model's are purple lines with 95 % bands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import band, degrees, items, panel_title
from frontend.figures.panels import axes, panels

HALF_TURN = {"tickvals": [0, 90, 180], "ticktext": ["0°", "90°", "180°"], "range": [-4, 184]}


def swap_by_distance(rows: list[dict[str, Any]]) -> go.Figure:
    """Probability of reporting one non-target against its probe distance, estimated without a law of the errors.

    `rows` as in FitResult.nonparametric: one panel a set size, distances in radians. The estimate may fall below 0,
    as an unbiased one does where there are no swaps.
    """
    figure = panels(len(rows), "probe distance", "probability of one non-target", height=210)
    for number, row in enumerate(rows, start=1):
        at, name = degrees(row["distance"]), items(row["set_size"])
        _line(figure, at, row["model"], None, number, f"model, {name}", "%{y:.3f}")
        _points(figure, at, row["value"], row["low"], row["high"], number, f"data, {name}", "%{y:.3f}")
        _zero(figure, number)
        panel_title(figure, number, f"<b>{name}</b>")
    figure.update_xaxes(**HALF_TURN)
    figure.update_yaxes(tickformat=".0%", nticks=5)
    return figure


def distance_to_nontarget(rows: list[dict[str, Any]], feature: str = "probe") -> go.Figure:
    """Mean distance of the response from a non-target, against that non-target's distance from the target.

    `rows` as in FitResult.checks; those of the other feature and of other kinds are left out. Responses that swap to
    near items lie low at the left. Chance is 90°.
    """
    chosen = of_feature(rows, feature)
    figure = panels(len(chosen), f"{feature} distance", "|response − non-target|", height=210)
    for number, row in enumerate(chosen, start=1):
        at, name = degrees(row["distance"]), items(row["set_size"])
        seen, expected = ({part: degrees(values) for part, values in row[who].items()} for who in ("observed", "model"))
        _line(figure, at, expected["mean"], (expected["low"], expected["high"]), number, f"model, {name}", "%{y:.1f}°")
        _points(figure, at, seen["mean"], seen["low"], seen["high"], number, f"recorded, {name}", "%{y:.1f}°")
        panel_title(figure, number, f"<b>{name}</b>")
    figure.update_xaxes(**HALF_TURN)
    figure.update_yaxes(ticksuffix="°", nticks=5)
    return figure


def of_feature(rows: list[dict[str, Any]], feature: str) -> list[dict[str, Any]]:
    """The rows of FitResult.checks about distances of a feature."""
    return [row for row in rows if row["kind"] == "distance_to_nontarget" and row["feature"] == feature]


def precision(rows: list[dict[str, Any]]) -> go.Figure:
    """Circular sd of the error to the target against set size; `rows` as in FitResult.precision (radians)."""
    figure = panels(1, "set size", "circular sd of the error", height=216, left=58)
    sizes = [row["set_size"] for row in rows]
    parts = {
        who: {part: [math.degrees(row[who][part]) for row in rows] for part in ("value", "low", "high")}
        for who in ("observed", "model")
    }
    expected, seen = parts["model"], parts["observed"]
    _line(figure, sizes, expected["value"], (expected["low"], expected["high"]), 1, "model", "%{y:.1f}°")
    _points(figure, sizes, seen["value"], seen["low"], seen["high"], 1, "recorded", "%{y:.1f}°")
    pad = 0.04 * (max(sizes, default=1) - min(sizes, default=1)) + 0.15
    figure.update_xaxes(tickvals=sizes, range=[min(sizes, default=0) - pad, max(sizes, default=1) + pad])
    figure.update_yaxes(ticksuffix="°", rangemode="tozero", nticks=6)
    return figure


def _line(
    figure: go.Figure,
    x: Sequence[float],
    y: Sequence[float],
    interval: tuple[Sequence[float], Sequence[float]] | None,
    number: int,
    name: str,
    form: str,
) -> None:
    """The model's expectation in a panel, with its band where there is one."""
    if interval is not None:
        axis = "" if number == 1 else str(number)
        figure.add_trace(band(x, *interval, theme.translucent(theme.MODEL, 0.22), "95 % band", axis))
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": theme.MODEL, "width": 2.2},
        marker={"size": 5, "color": theme.MODEL},
        name=name,
        hovertemplate=f"model {form}<extra></extra>",
        **axes(number),
    )


def _points(
    figure: go.Figure,
    x: Sequence[float],
    y: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    number: int,
    name: str,
    form: str,
) -> None:
    """What was recorded in a panel: points with their intervals."""
    figure.add_scatter(
        x=x,
        y=y,
        error_y={
            "array": [top - value for top, value in zip(high, y, strict=True)],
            "arrayminus": [value - bottom for bottom, value in zip(low, y, strict=True)],
            "thickness": 1.6,
            "width": 3,
            "color": theme.RECORDED,
        },
        customdata=list(zip(low, high, strict=True)),
        mode="markers",
        marker={"size": 8, "color": theme.RECORDED},
        name=name,
        meta={"interval": True},
        hovertemplate=f"recorded {form}<extra></extra>",
        **axes(number),
    )


def _zero(figure: go.Figure, number: int) -> None:
    axis = axes(number)
    line = {"color": theme.UNIFORM, "width": 1, "dash": "dot"}
    figure.add_shape(
        type="line", x0=0, x1=1, y0=0, y1=0, xref=f"{axis['xaxis']} domain", yref=axis["yaxis"], line=line
    )  # fmt: skip
