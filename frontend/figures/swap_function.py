"""The swap function of one distance: how likely, at each distance, a non-target is reported in place of the target."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Literal

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, band, degrees, items, middles, panel_title
from frontend.figures.panels import axes, panels

View = Literal["probability", "log_odds"]
LABELS = {"probability": "swap probability", "log_odds": "swap log-odds (nats)"}
CLOSEST = 1.0  # degrees: what counts as a distance of nothing


def swap_function(functions: list[dict[str, Any]], view: View = "probability") -> go.Figure:
    """One panel a swap function with its credible band, the true curve where it is known, and where data were.

    `functions` as in FitResult.swap_functions, distances in radians (0..π, or -π..π where the two directions may
    differ); `view` picks the vertical scale.
    """
    feature = functions[0].get("feature", "probe") if functions else "probe"
    figure = panels(len(functions), f"{feature} distance", LABELS[view], height=240 if len(functions) > 1 else 280)
    for number, function in enumerate(functions, start=1):
        _panel(figure, function, view, number)
        panel_title(figure, number, f"<b>{items(function['set_size'])}</b>")
    figure.update_xaxes(**angle_ticks(half=not any(map(signed, functions)), few=len(functions) > 1))
    if view == "probability":
        figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure


def signed(function: dict[str, Any]) -> bool:
    """Whether a swap function tells the two directions round the circle apart."""
    return bool(min(function["distance"], default=0) < -0.01)


def curve(function: dict[str, Any], view: View, name: str, number: int, **line: object) -> go.Scatter:
    """The mean of a swap function over distance in degrees, in a panel; its 95 % band is told on pointing."""
    shown = function[view]
    return go.Scatter(
        x=degrees(function["distance"]),
        y=shown["mean"],
        customdata=list(zip(shown["low"], shown["high"], strict=True)),
        mode="lines",
        line={"color": theme.NON_TARGET, "width": 2.6} | line,
        name=name,
        meta={"interval": True},
        hovertemplate="%{x:.0f}° apart: <b>%{y:.3f}</b><br>%{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>",
        **axes(number),
    )


def _panel(figure: go.Figure, function: dict[str, Any], view: View, number: int) -> None:
    axis = "" if number == 1 else str(number)
    at, shown, name = degrees(function["distance"]), function[view], items(function["set_size"])
    _unobserved(figure, function, axis)
    figure.add_trace(band(at, shown["low"], shown["high"], theme.translucent(theme.NON_TARGET, 0.2), "95 % band", axis))
    if function.get("truth"):
        figure.add_scatter(
            x=at,
            y=function["truth"][view],
            mode="lines",
            line={"color": theme.TRUTH, "width": 2.4, "dash": "dash"},
            name=f"truth, {name}",
            hovertemplate="truth %{y:.3f}<extra></extra>",
            **axes(number),
        )
    figure.add_trace(curve(function, view, f"swap function, {name}", number))
    _observed(figure, function, axis)


def _unobserved(figure: go.Figure, function: dict[str, Any], axis: str) -> None:
    """Shade the distances at which no non-target ever was: there the curve is the prior's opinion."""
    observed = function.get("observed") or {}
    low, high = _reach(observed, signed(function))
    spans = [(-low if signed(function) else 0.0, low), (high, 180.0)]
    if signed(function):
        spans.append((-180.0, -high))
    for start, end in spans:
        if end - start > CLOSEST:
            figure.add_shape(
                type="rect",
                x0=start,
                x1=end,
                y0=0,
                y1=1,
                xref=f"x{axis}",
                yref=f"y{axis} domain",
                fillcolor=theme.translucent(theme.UNIFORM, 0.1),
                line_width=0,
                layer="below",
            )
    if low > 10 * CLOSEST:
        middle = 0.0 if signed(function) else low / 2
        figure.add_annotation(
            text="no data", x=middle, xref=f"x{axis}", y=0.985, yref=f"y{axis} domain", yanchor="top", font_size=10.5
        )


def _reach(observed: dict[str, Any], both_ways: bool) -> tuple[float, float]:
    """The nearest and the farthest that non-targets were, in degrees; of signed distances their bins tell it."""
    if not both_ways:
        return math.degrees(observed.get("low") or 0.0), math.degrees(observed.get("high") or math.pi)
    at = degrees(observed.get("edges") or [])
    filled = [
        (left, right) for (left, right), count in zip(pairwise(at), observed.get("counts") or [], strict=True) if count
    ]
    if not filled or any(left < 0 < right for left, right in filled):
        return 0.0, 180.0
    return min(min(abs(left), abs(right)) for left, right in filled), 180.0


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
