"""A swap function of both distances in three dimensions: over the plane, and on the torus of the two."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from frontend.figures.axes import degrees, items
from frontend.figures.surface import FORMS, colours, signed, upright, value_range
from frontend.figures.swap_function import LABELS, View

TUBE, BULGE = 0.36, 0.3  # radius of the tube where swaps are rarest, and how much it grows to where they are frequent


def plane(surface: dict[str, Any], view: View = "probability") -> go.Figure:
    """The mean as a surface over the plane of the two distances."""
    low, high = value_range([surface], view)
    figure = go.Figure(
        go.Surface(
            x=degrees(surface["probe"]),
            y=degrees(surface["report"]),
            z=upright(surface[view]["mean"]),
            coloraxis="coloraxis",
            contours={"z": {"show": True, "color": "rgba(255,255,255,.35)", "width": 1, "highlight": False}},
            name=f"swap function, {items(surface['set_size'])}",
            hovertemplate="probe %{x:.0f}°, report %{y:.0f}°: <b>%{z:.3f}</b><extra></extra>",
        )
    )
    tick_values = [0, 90, 180] if not signed(surface) else [-180, -90, 0, 90, 180]
    angle = {"tickvals": tick_values, "ticktext": [f"{tick}°".replace("-", "−") for tick in tick_values]}
    figure.update_layout(
        scene={
            "xaxis": angle | {"title": {"text": "probe distance"}},
            "yaxis": angle | {"title": {"text": "report distance"}},
            "zaxis": {"title": {"text": LABELS[view]}, "tickformat": FORMS[view]},
            "aspectratio": {"x": 1.15, "y": 1.15, "z": 0.75},
            "camera": {"eye": {"x": 1.15, "y": -2.0, "z": 1.05}, "center": {"z": -0.12}},
        }
    )
    return _spatial(figure, view, low, high)


def torus(surface: dict[str, Any], view: View = "probability") -> go.Figure:
    """The mean on the torus: probe distance runs round the ring, report distance round its tube.

    The torus bulges where swaps are frequent. An even function is shown in both directions.
    """
    values, probe, report = _all_round(surface, view)
    low, high = value_range([surface], view)
    span = high - low
    tube = [[TUBE + BULGE * (value - low) / span for value in row] for row in values]
    figure = go.Figure(
        go.Surface(
            **_bent(probe, report, tube),
            surfacecolor=values,
            coloraxis="coloraxis",
            customdata=[[[math.degrees(u), math.degrees(v)] for v in report] for u in probe],
            lighting={"ambient": 0.72, "diffuse": 0.5, "specular": 0.08, "roughness": 0.9},
            name=f"swap function, {items(surface['set_size'])}",
            hovertemplate="probe %{customdata[0]:.0f}°, report %{customdata[1]:.0f}°: <b>%{surfacecolor:.3f}</b>"
            "<extra></extra>",
        )
    )
    turns = ((0.0, "probe 0°"), (math.pi / 2, "90°"), (math.pi, "180°"), (-math.pi / 2, "−90°"))
    far = 1 + TUBE + 2 * BULGE
    words = [
        {"text": text, "showarrow": False, "x": far * math.cos(turn), "y": far * math.sin(turn), "z": 0}
        for turn, text in turns
    ]
    hidden = {"visible": False}
    figure.update_layout(
        scene={
            "xaxis": hidden,
            "yaxis": hidden,
            "zaxis": hidden,
            "aspectmode": "data",
            "annotations": words,
            "camera": {"eye": {"x": 1.3, "y": 0.9, "z": 1.15}},
        }
    )
    return _spatial(figure, view, low, high)


def _bent(probe: list[float], report: list[float], tube: list[list[float]]) -> dict[str, list[list[float]]]:
    """Where the points of a torus are whose ring has radius 1, given the radius of its tube at each of them."""
    rows = [(u, list(zip(report, row, strict=True))) for u, row in zip(probe, tube, strict=True)]
    return {
        "x": [[(1 + radius * math.cos(v)) * math.cos(u) for v, radius in row] for u, row in rows],
        "y": [[(1 + radius * math.cos(v)) * math.sin(u) for v, radius in row] for u, row in rows],
        "z": [[radius * math.sin(v) for v, radius in row] for _, row in rows],
    }


def _spatial(figure: go.Figure, view: View, low: float, high: float) -> go.Figure:
    figure.update_layout(
        coloraxis=colours(view, low, high),
        height=440,
        showlegend=False,
        margin={"t": 4, "b": 4, "l": 4, "r": 70},
        meta={"space": True},  # `assets/panels.js` keeps it no taller than wide
    )
    return figure


def _all_round(surface: dict[str, Any], view: View) -> tuple[list[list[float]], list[float], list[float]]:
    """Values, probe and report distances over the whole circle of each: even functions are mirrored, rings closed."""
    values, probe, report = surface[view]["mean"], list(surface["probe"]), list(surface["report"])
    if not signed(surface):
        values = [row[:0:-1] + row for row in values]
        values = values[:0:-1] + values
        probe, report = ([-one for one in reversed(axis[1:])] + axis for axis in (probe, report))
    if probe[-1] - probe[0] < 2 * math.pi - 1e-6:
        values, probe = [*values, values[0]], [*probe, probe[0] + 2 * math.pi]
    if report[-1] - report[0] < 2 * math.pi - 1e-6:
        values, report = [[*row, row[0]] for row in values], [*report, report[0] + 2 * math.pi]
    return values, probe, report
