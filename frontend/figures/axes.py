"""Axes that every figure of angles shares: computed in radians, read in degrees of the full feature circle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

FULL = (-180, -90, 0, 90, 180)
HALF = (0, 45, 90, 135, 180)


def degrees(angles: Sequence[float]) -> list[float]:
    """Radians as degrees, to 3 decimals."""
    return [round(math.degrees(angle), 3) for angle in angles]


def middles(edges: Sequence[float]) -> list[float]:
    """Middles of bins, in degrees, from edges in radians."""
    at = degrees(edges)
    return [(low + high) / 2 for low, high in pairwise(at)]


def bin_width(edges: Sequence[float]) -> float:
    """Width of a bin in degrees."""
    return math.degrees(edges[1] - edges[0]) if len(edges) > 1 else 10.0


def angle_ticks(half: bool = False, few: bool = False) -> dict[str, object]:
    """Axis settings with ticks at quarter turns (or, for distances, at eighths of a turn); `few` for small panels."""
    ends = HALF if half else FULL
    ticks = ((0, 90, 180) if half else (-90, 0, 90)) if few else ends
    pad = 3 if half else 4
    return {
        "tickvals": list(ticks),
        "ticktext": [f"{tick}°".replace("-", "−") for tick in ticks],
        "range": [ends[0] - pad, ends[-1] + pad],
    }


def panel_title(figure: go.Figure, number: int, words: str) -> None:
    """Words above a panel (1, 2, ...)."""
    axis = "" if number == 1 else str(number)
    figure.add_annotation(
        text=words, xref=f"x{axis} domain", yref=f"y{axis} domain", x=0, y=1, xanchor="left", yanchor="bottom", yshift=6
    )


def items(set_size: int | None) -> str:
    """A set size in words."""
    if set_size is None:
        return "all set sizes"
    return "1 item" if set_size == 1 else f"{set_size} items"


def band(
    x: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str, name: str, axis: str = ""
) -> go.Scatter:
    """A closed band between two curves; skipped by the pointer, and by the table of numbers."""
    return go.Scatter(
        x=[*x, *reversed(list(x))],
        y=[*high, *reversed(list(low))],
        mode="lines",
        fill="toself",
        fillcolor=colour,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        name=name,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
    )


def without_points(figure: go.Figure, words: str) -> None:
    """Say why there is no curve yet; axes without numbers on them would only mislead."""
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
