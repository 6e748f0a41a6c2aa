"""The swap function of both distances: a surface over the torus of probe and report distance.

Here it is drawn as a map with the data beside it; `surface_slices.py` cuts it, `surface_in_space.py` shows it in three
dimensions. `surfaces` are as in FitResult.swap_surfaces: distances in radians (0..π, or -π..π where directions may
differ), values as lists over probe distance of lists over report distance.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, degrees, items, panel_title
from frontend.figures.panels import axes, panels
from frontend.figures.swap_function import View

LEVELS = 14  # filled steps of a map
FORMS = {"probability": ".0%", "log_odds": ".1f"}


def signed(surface: dict[str, Any]) -> bool:
    """Whether a surface tells the two directions round the circle apart."""
    return bool(min(surface["probe"], default=0) < -0.01)


def surface_map(surfaces: list[dict[str, Any]], view: View = "probability") -> go.Figure:
    """A map of the mean for every set size, and after these how often the displays held each pair of distances."""
    count = len(surfaces)
    figure = panels(2 * count, "probe distance", "report distance", least=210, height=230)
    low, high = value_range(surfaces, view)
    step = (high - low) / LEVELS
    for number, surface in enumerate(surfaces, start=1):
        figure.add_contour(
            x=degrees(surface["probe"]),
            y=degrees(surface["report"]),
            z=upright(surface[view]["mean"]),
            coloraxis="coloraxis",
            contours={"start": low + step, "end": high - step / 2, "size": step, "coloring": "fill"},
            line={"width": 0.5, "color": "rgba(255,255,255,.25)"},
            name=f"swap function, {items(surface['set_size'])}",
            hovertemplate="probe %{x:.0f}°, report %{y:.0f}°: <b>%{z:.3f}</b><extra></extra>",
            **axes(number),
        )
        panel_title(figure, number, f"<b>{items(surface['set_size'])}</b>")
        _coverage(figure, surface, number + count)
        panel_title(figure, number + count, f"{items(surface['set_size'])}: pairs in the data")
    ticks = angle_ticks(half=not any(map(signed, surfaces)), few=True)
    edge = -180 if any(map(signed, surfaces)) else 0
    figure.update_xaxes(**ticks | {"range": [edge, 180]}, constrain="domain")
    figure.update_yaxes(**ticks | {"range": [edge, 180]})
    figure.update_layout(coloraxis=colours(view, low, high), margin_r=78, barmode="overlay")
    return figure


def _coverage(figure: go.Figure, surface: dict[str, Any], number: int) -> None:
    """How many non-targets were at each pair of distances: a square each, so that it is saved as a drawing."""
    observed = surface.get("observed") or {}
    probe, report = (degrees(observed.get(f"{axis}_edges") or []) for axis in ("probe", "report"))
    squares = [
        (left, right, bottom, top, count)
        for (left, right), row in zip(pairwise(probe), observed.get("counts") or [], strict=True)
        for (bottom, top), count in zip(pairwise(report), row, strict=True)
        if count
    ]
    most = max((square[-1] for square in squares), default=1)
    figure.add_bar(
        x=[(left + right) / 2 for left, right, *_ in squares],
        width=[0.94 * (right - left) for left, right, *_ in squares],
        base=[bottom for *_, bottom, _, _ in squares],
        y=[0.94 * (top - bottom) for *_, bottom, top, _ in squares],
        marker={"color": [theme.translucent(theme.RECORDED, 0.2 + 0.8 * square[-1] / most) for square in squares]},
        customdata=[[(bottom + top) / 2, count] for *_, bottom, top, count in squares],
        name=f"non-targets, {items(surface['set_size'])}",
        meta={"pairs": True},
        hovertemplate="probe %{x:.0f}°, report %{customdata[0]:.0f}°: %{customdata[1]} non-targets<extra></extra>",
        **axes(number),
    )


def value_range(surfaces: list[dict[str, Any]], view: View) -> tuple[float, float]:
    """Lowest and highest value to be coloured; probabilities start at 0."""
    every = [value for surface in surfaces for row in surface[view]["mean"] for value in row] or [0.0, 1.0]
    low, high = (0.0 if view == "probability" else min(every)), max(every)
    return (low, high) if high - low > 1e-9 else (low, low + 1e-3)


def upright(values: list[list[float]]) -> list[list[float]]:
    """Values over probe, then report distance as plotly wants them: rows upwards, columns to the right."""
    return [list(row) for row in zip(*values, strict=True)]


def colours(view: View, low: float, high: float) -> dict[str, Any]:
    """The colour axis of swap probabilities or log-odds: Cividis, which reads alike with any colour vision."""
    words = {"probability": "swap<br>probability", "log_odds": "swap<br>log-odds"}[view]
    bar = scale_bar(words, tickformat=FORMS[view], tickvals=[low + part * (high - low) / 4 for part in range(5)])
    return {"colorscale": "Cividis", "cmin": low, "cmax": high, "colorbar": bar}


def scale_bar(title: str, **more: object) -> dict[str, Any]:
    """A slim bar at the upper right that tells colours apart."""
    words = {"text": f"{title}<br>\u00a0", "font": {"size": 11.5}}  # the empty line keeps it off the topmost tick
    return {"thickness": 10, "len": 170, "lenmode": "pixels", "x": 1.02, "xpad": 4, "y": 1, "yanchor": "top",
            "outlinewidth": 0, "title": words} | more  # fmt: skip
