"""Where responses fall on the circle: the network's, the behavioural model's, the recorded ones, and the items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from frontend import theme

View = Literal["circle", "line"]
BINS = 48
# The histograms that are drawn as lines: the same runs without interventions, and those of another network.
BESIDE: dict[str, dict[str, Any]] = {
    "without interventions": {"color": "#60646C", "width": 1.75, "dash": "dot"},
    "other network": {"color": theme.SIMULATED, "width": 1.75},
}
FORMING_BINS = 36  # few responses a display while a network trains
DEGREE_TICKS = [-180, -90, 0, 90, 180]
SIGNED = ["−180°", "−90°", "0°", "90°", "180°"]
DEGREE_AXIS: dict[str, Any] = {"range": [-180, 180], "tickvals": DEGREE_TICKS, "ticktext": SIGNED, "zeroline": False}


def live(view: View) -> go.Figure:
    """The empty response figure of the Explore page; `assets/explore_responses.js` fills its traces by name.

    `circle` bends the feature circle as it is (0° to the right, counter-clockwise), `line` unrolls it. Radius and
    height are the share of responses in a bin of 7.5°; the model's line is its density over the same width.
    """
    figure = go.Figure()
    bar = go.Barpolar if view == "circle" else go.Bar
    line = go.Scatterpolar if view == "circle" else go.Scatter
    groups = (
        ("cued item", theme.CUED, 0.85),
        ("other item", theme.NON_TARGET, 0.85),
        ("neither", theme.UNIFORM, 0.85),
        ("not selected", theme.UNIFORM, 0.3),
    )
    for name, colour, opacity in groups:
        marker = {"color": colour, "opacity": opacity, "line": {"width": 0}}
        figure.add_trace(bar(name=name, marker=marker, hovertemplate="%{meta}<extra></extra>"))
    figure.add_trace(
        line(
            name="model",
            mode="lines",
            line={"color": theme.MODEL, "width": 2.25},
            hoverinfo="skip",
            meta={"csv": "model"},
        )
    )
    for name, look in BESIDE.items():
        figure.add_trace(line(name=name, mode="lines", line=look, hoverinfo="skip", meta={"csv": name}))
    symbol = "line-ns-open" if view == "line" else "circle"
    rug = {"color": theme.RECORDED, "symbol": symbol, "size": 8 if view == "line" else 4, "opacity": 0.75}
    figure.add_trace(line(name="recorded", mode="markers", marker=rug, hovertemplate="recorded %{meta}<extra></extra>"))
    brush = {"color": theme.ACCENT[6], "width": 5}
    figure.add_trace(line(name="brush", mode="lines", line=brush, hoverinfo="skip", cliponaxis=False))
    item = {"size": 13, "line": {"width": 2.5}}
    figure.add_trace(
        line(name="items", mode="markers", marker=item, cliponaxis=False, hovertemplate="%{meta}<extra></extra>")
    )
    picked = {"symbol": "diamond", "size": 11, "color": theme.TRUTH, "line": {"width": 1.5, "color": "#12151B"}}
    figure.add_trace(
        line(name="picked", mode="markers", marker=picked, cliponaxis=False, hovertemplate="%{meta}<extra></extra>")
    )
    figure.update_layout(
        showlegend=False, uirevision="keep", bargap=0.06, barmode="stack", hovermode="closest", dragmode=False
    )
    if view == "circle":
        figure.update_layout(
            margin={"l": 40, "r": 40, "t": 28, "b": 28},
            polar={
                "hole": 0.34,
                "bargap": 0.06,
                "angularaxis": {
                    "layer": "below traces",
                    "tickvals": [0, 45, 90, 135, 180, 225, 270, 315],
                    "ticktext": ["0°", "", "90°", "", "180°", "", "−90°", ""],
                },
                "radialaxis": {
                    "layer": "below traces",
                    "showticklabels": False,
                    "ticks": "",
                    "showline": False,
                    "nticks": 4,
                    "rangemode": "tozero",
                },
            },
        )
    else:
        figure.update_layout(
            margin={"l": 46, "r": 20, "t": 10, "b": 40},
            xaxis=DEGREE_AXIS | {"title": {"text": "report, degrees (full circle 360°)"}},
            yaxis={"title": {"text": "responses in 7.5°"}, "ticksuffix": " %", "rangemode": "tozero"},
        )
    return figure


def histogram(responses: Sequence[float], bins: int = BINS) -> tuple[np.ndarray, np.ndarray]:
    """(centres in degrees (bins,), density per radian (bins,)) of angles in radians; all zero for no responses."""
    counts, edges = np.histogram(np.asarray(responses, dtype=float), bins=bins, range=(-math.pi, math.pi))
    width = 2 * math.pi / bins
    density = counts / max(counts.sum(), 1) / width
    return np.degrees((edges[:-1] + edges[1:]) / 2), density


def forming(picture: dict[str, Any] | None, columns: int = 3) -> go.Figure:
    """The responses of a network in training on a fixed set of displays, each against the density it should reach.

    `picture` is a LivePicture: displays of {report, probe, set_size, angles, target, responses}, item 0 cued, angles
    in radians.
    """
    displays = (picture or {}).get("displays", [])
    rows = max(1, math.ceil(len(displays) / columns))
    titles = [_title(display) for display in displays]
    figure = make_subplots(rows, columns, subplot_titles=titles, horizontal_spacing=0.045, vertical_spacing=0.30 / rows)
    for index, display in enumerate(displays):
        row, column = divmod(index, columns)
        _add_display(figure, display, row + 1, column + 1)
    figure.update_xaxes(**DEGREE_AXIS | {"tickvals": [-180, 0, 180], "ticktext": ["−180°", "0°", "180°"], "ticks": ""})
    figure.update_annotations(font_size=12)
    figure.update_yaxes(rangemode="tozero", showticklabels=False, ticks="", showgrid=False)
    figure.update_layout(showlegend=False, bargap=0, margin={"l": 10, "r": 10, "t": 28, "b": 28}, uirevision="keep")
    return figure


def _title(display: dict[str, Any]) -> str:
    count = int(display["set_size"])
    if count == 1:
        return "1 item"
    probe = np.asarray(display["probe"][:count], dtype=float)
    nearest = np.degrees(np.abs((probe[1:] - probe[0] + math.pi) % (2 * math.pi) - math.pi).min())
    return f"{count} items, nearest location {nearest:.0f}° away"


def _add_display(figure: go.Figure, display: dict[str, Any], row: int, column: int) -> None:
    centres, density = histogram(display["responses"], FORMING_BINS)
    target = np.asarray(display["target"], dtype=float)
    place = {"row": row, "col": column}
    width = 360 / FORMING_BINS
    figure.add_trace(
        go.Bar(
            x=centres,
            y=density,
            width=width,
            name="network",
            hoverinfo="skip",
            meta={"csv": "network"},
            marker={"color": theme.SIMULATED, "opacity": 0.55},
        ),
        **place,
    )
    figure.add_trace(
        go.Scatter(
            x=np.degrees(display["angles"]),
            y=target,
            mode="lines",
            name="target",
            hoverinfo="skip",
            line={"color": theme.MODEL, "width": 2},
            meta={"csv": "target"},
        ),
        **place,
    )
    count = int(display["set_size"])
    report = np.asarray(display["report"][:count], dtype=float)
    # The height follows the target, so that a half-trained network's spike does not rescale its neighbours' story.
    top = 1.25 * max(float(target.max()), 0.4 * float(density.max()), 1e-6)
    figure.add_trace(
        go.Scatter(
            x=np.degrees(report),
            y=np.full(count, top * 0.97),
            mode="markers",
            name="items",
            marker={
                "symbol": "triangle-down",
                "size": [13] + [10] * (count - 1),
                "color": [theme.CUED] + [theme.NON_TARGET] * (count - 1),
            },
            hovertemplate=["cued item, %{x:.0f}°<extra></extra>"]
            + ["other item, %{x:.0f}°<extra></extra>"] * (count - 1),
        ),
        **place,
    )
    figure.update_yaxes(range=[0, top], **place)
