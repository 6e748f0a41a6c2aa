"""Slices of a swap function of both distances: the mean along each of them, at values of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from frontend import theme
from frontend.figures.axes import angle_ticks, band, degrees, panel_title
from frontend.figures.panels import axes, panels
from frontend.figures.surface import scale_bar, signed, upright
from frontend.figures.swap_function import LABELS, View

RAMP = [[place / (len(theme.SET_SIZE_RAMP) - 1), colour] for place, colour in enumerate(theme.SET_SIZE_RAMP)]
SLICES = 7


def slices(surface: dict[str, Any], view: View = "probability", at: float = 0.0) -> go.Figure:
    """The mean along each distance, coloured by the other one; the slice nearest to `at` (degrees) with its band."""
    figure = panels(2, "distance", LABELS[view], least=240, height=270)
    ways = (("probe", "report", surface[view]), ("report", "probe", _turned(surface[view])))
    for number, (along, other, values) in enumerate(ways, start=1):
        others = degrees(surface[other])
        colours = _sampled([(one - others[0]) / (others[-1] - others[0]) for one in others])
        picked = min(range(len(others)), key=lambda place: abs(others[place] - at))
        x = degrees(surface[along])
        for place in _thinned(len(others)):
            line = {"color": colours[place], "width": 1.6}
            _slice(figure, x, values, place, number, line, f"{other} distance {others[place]:.0f}°")
        bounds = ([row[picked] for row in values["low"]], [row[picked] for row in values["high"]])
        axis = "" if number == 1 else str(number)
        figure.add_trace(band(x, *bounds, theme.translucent(theme.NON_TARGET, 0.22), "95 % band", axis))
        line = {"color": theme.NON_TARGET, "width": 3}
        _slice(figure, x, values, picked, number, line, f"{other} distance {others[picked]:.0f}°")
        panel_title(
            figure, number, f"along <b>{along}</b> distance, {other} at {others[picked]:.0f}°".replace("-", "−")
        )
        _scale(figure, others)
    figure.update_xaxes(**angle_ticks(half=not signed(surface)))
    if view == "probability":
        figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    figure.update_layout(margin_r=78)
    return figure


def _slice(
    figure: go.Figure, x: list[float], values: dict[str, Any], place: int, number: int, line: dict[str, Any], name: str
) -> None:
    """One line of values over its first distance, at a place of the second."""
    low, mean, high = ([row[place] for row in values[part]] for part in ("low", "mean", "high"))
    figure.add_scatter(
        x=x,
        y=mean,
        customdata=list(zip(low, high, strict=True)),
        mode="lines",
        line=line,
        name=name,
        meta={"interval": True},
        hovertemplate=f"{name}<br>%{{x:.0f}}°: <b>%{{y:.3f}}</b>, %{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}"
        "<extra></extra>",
        **axes(number),
    )


def _scale(figure: go.Figure, others: Sequence[float]) -> None:
    """The scale that tells the other distance of a slice from its colour."""
    ticks = [others[0], (others[0] + others[-1]) / 2, others[-1]]
    figure.update_layout(
        coloraxis={
            "colorscale": RAMP,
            "cmin": others[0],
            "cmax": others[-1],
            "colorbar": scale_bar("other<br>distance", tickvals=ticks, ticktext=[f"{tick:.0f}°" for tick in ticks]),
        }
    )
    marker = {"color": [others[0]], "coloraxis": "coloraxis", "size": 0.1}
    figure.add_scatter(x=[None], y=[None], mode="markers", marker=marker, hoverinfo="skip", name="scale")


def _turned(values: dict[str, list[list[float]]]) -> dict[str, list[list[float]]]:
    return {part: upright(rows) for part, rows in values.items()}


def _thinned(count: int) -> list[int]:
    """At most SLICES places out of `count`, evenly, both ends among them."""
    shown = min(count, SLICES)
    return [round(place * (count - 1) / max(shown - 1, 1)) for place in range(shown)]


def _sampled(places: list[float]) -> list[str]:
    return [str(colour) for colour in sample_colorscale(RAMP, places, colortype="rgb")]
