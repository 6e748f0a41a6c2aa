"""The swap function: how likely, at each probe distance, a non-target is reported in place of the target."""

from __future__ import annotations

import math
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from frontend import theme
from frontend.figures.axes import angle_ticks, band, degrees, items, middles, panel_title

View = Literal["probability", "log_odds"]
LABELS = {"probability": "swap probability", "log_odds": "swap log-odds (nats)"}


def swap_function(functions: list[dict[str, Any]], view: View = "probability") -> go.Figure:
    """One panel a swap function with its credible band, the true curve where it is known, and where data were.

    `functions` as in FitResult.swap_functions, distances in radians (0..π or -π..π); `view` picks the vertical scale.
    """
    figure = make_subplots(rows=1, cols=max(len(functions), 1), shared_yaxes=True, horizontal_spacing=0.04)
    for column, function in enumerate(functions, start=1):
        _panel(figure, function, view, column)
        panel_title(figure, column, f"<b>{items(function['set_size'])}</b>")
    two_sided = any(min(function["distance"], default=0) < -0.01 for function in functions)
    figure.update_xaxes(**angle_ticks(half=not two_sided), title_text="probe distance")
    figure.update_yaxes(title_text=LABELS[view], col=1)
    if view == "probability":
        figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    figure.update_layout(showlegend=False, margin={"t": 34, "b": 46, "l": 58, "r": 10}, height=320)
    return figure


def _panel(figure: go.Figure, function: dict[str, Any], view: View, column: int) -> None:
    axis = "" if column == 1 else str(column)
    at, curve, name = degrees(function["distance"]), function[view], items(function["set_size"])
    _unobserved(figure, function, axis)
    figure.add_trace(band(at, curve["low"], curve["high"], theme.translucent(theme.NON_TARGET, 0.2), "95 % band", axis))
    if function.get("truth"):
        figure.add_scatter(
            x=at,
            y=function["truth"][view],
            mode="lines",
            line={"color": theme.TRUTH, "width": 2.4, "dash": "dash"},
            name=f"truth, {name}",
            hovertemplate="truth %{y:.3f}<extra></extra>",
            row=1,
            col=column,
        )
    figure.add_scatter(
        x=at,
        y=curve["mean"],
        customdata=list(zip(curve["low"], curve["high"], strict=True)),
        mode="lines",
        line={"color": theme.NON_TARGET, "width": 2.6},
        name=f"swap function, {name}",
        hovertemplate="%{x:.0f}° apart: <b>%{y:.3f}</b><br>%{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>",
        row=1,
        col=column,
    )
    _observed(figure, function, axis)


def _unobserved(figure: go.Figure, function: dict[str, Any], axis: str) -> None:
    """Shade the distances at which no non-target ever was: there the curve is the prior's opinion."""
    observed = function.get("observed") or {}
    low = math.degrees(observed.get("low") or 0.0)
    if low > 1 and min(function["distance"], default=0) >= -0.01:
        figure.add_shape(
            type="rect",
            x0=0,
            x1=low,
            y0=0,
            y1=1,
            xref=f"x{axis}",
            yref=f"y{axis} domain",
            fillcolor=theme.translucent(theme.UNIFORM, 0.1),
            line_width=0,
            layer="below",
        )
        figure.add_annotation(
            text="no data", x=low / 2, xref=f"x{axis}", y=0.985, yref=f"y{axis} domain", yanchor="top", font_size=10.5
        )


def _observed(figure: go.Figure, function: dict[str, Any], axis: str) -> None:
    """A strip of ticks on the axis: the distances that the displays held, the taller the more often."""
    observed = function.get("observed") or {}
    counts = observed.get("counts") or []
    most = max(counts, default=0)
    for at, count in zip(middles(observed.get("edges") or []), counts, strict=False):
        if count:
            figure.add_shape(
                type="line",
                x0=at,
                x1=at,
                y0=0,
                y1=0.03 + 0.05 * count / most,
                xref=f"x{axis}",
                yref=f"y{axis} domain",
                line={"color": theme.RECORDED, "width": 3},
            )
