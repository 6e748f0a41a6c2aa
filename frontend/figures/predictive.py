"""Posterior predictive over the data: does the fitted model make the responses that people made?"""

from __future__ import annotations

import math
from typing import Any, Literal

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, band, bin_width, degrees, items, middles, panel_title
from frontend.figures.panels import axes, panels

CHANCE = 1 / (2 * math.pi)  # density per radian of responses that know nothing of an item


def predictive(rows: list[dict[str, Any]], relative_to: Literal["target", "non-target"] = "target") -> go.Figure:
    """One panel a set size: recorded responses as bars, the model's density as a line with its band.

    `rows` as in FitResult.predictive, densities per radian; those relative to the other item are left out. Around
    non-targets a dotted line marks chance: what a row says (`chance`, at the model's angles), else a flat one, which
    is right where items are drawn independently.
    """
    chosen = [row for row in rows if row["relative_to"] == relative_to]
    figure = panels(len(chosen), f"response − {relative_to}", "density (per radian)", height=190)
    for number, row in enumerate(chosen, start=1):
        _panel(figure, row, number)
        if relative_to == "non-target":
            _chance(figure, row, number)
        panel_title(figure, number, f"<b>{items(row['set_size'])}</b>")
    figure.update_xaxes(**angle_ticks(few=True))
    figure.update_yaxes(rangemode="tozero", nticks=5)
    return figure


def _panel(figure: go.Figure, row: dict[str, Any], number: int) -> None:
    at = degrees(row["angles"])
    axis = "" if number == 1 else str(number)
    figure.add_bar(
        x=middles(row["edges"]),
        y=row["observed"],
        width=bin_width(row["edges"]) * 0.92,
        marker={"color": theme.translucent(theme.RECORDED, 0.55)},
        name=f"recorded, {items(row['set_size'])}",
        hovertemplate="%{x:.0f}°: recorded %{y:.3f}<extra></extra>",
        **axes(number),
    )
    figure.add_trace(band(at, row["low"], row["high"], theme.translucent(theme.MODEL, 0.25), "95 % band", axis))
    figure.add_scatter(
        x=at,
        y=row["model"],
        customdata=list(zip(row["low"], row["high"], strict=True)),
        mode="lines",
        line={"color": theme.MODEL, "width": 2.2},
        name=f"model, {items(row['set_size'])}",
        meta={"interval": True},
        hovertemplate="%{x:.0f}°: model %{y:.3f}<extra></extra>",
        **axes(number),
    )


def _chance(figure: go.Figure, row: dict[str, Any], number: int) -> None:
    """The level of responses that have nothing to do with the non-targets."""
    expected = row.get("chance")
    figure.add_scatter(
        x=degrees(row["angles"]) if expected else [-180, 180],
        y=expected or [CHANCE, CHANCE],
        mode="lines",
        line={"color": theme.UNIFORM, "width": 1.6, "dash": "dot"},
        name=f"chance, {items(row['set_size'])}",
        hovertemplate="chance %{y:.3f}<extra></extra>",
        **axes(number),
    )
