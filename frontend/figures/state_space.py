"""The network's states in three dimensions: the frame that the Explore page fills in the browser."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from frontend import theme

# One colour an epoch; the timeline shows the same.
EPOCHS = {"stimulus": "#4C93C6", "delay": "#9AA5B5", "cue": "#E69F00", "gap": "#CBB37A", "recall": "#7561B5"}

# How many bins of response angle, or epochs, have a trace (and so a colour) of their own.
VALUES = 12
GROUPS = (("cued item", theme.CUED), ("other item", theme.NON_TARGET), ("neither", theme.UNIFORM))


def _lines(name: str, colour: str, opacity: float) -> go.Scatter3d:
    return go.Scatter3d(
        x=[],
        y=[],
        z=[],
        mode="lines",
        name=name,
        line={"color": colour, "width": 1.6},
        opacity=opacity,
        hoverinfo="skip",
        meta={"csv": name},
        connectgaps=False,
        visible=False,
    )


def live() -> go.Figure:
    """The scene of the Explore page; `assets/explore_states.js` fills its traces by name.

    `frame` is two points that nobody sees, so that plotly draws the axes. The other traces are invisible on the page,
    where `assets/explore_runs.js` draws the runs over the scene, and are made visible to be saved: trajectories with a
    gap (NaN) after each run, those not selected, then by what was reported (cued item, other item, neither), or by the
    bin of a value (response or epoch). `start` and `now` are points; `circle` and `items` show where each report lies
    in the behaviour plane; planes are a square and the ring of states that hold each report.
    """
    circle = go.Scatter3d(
        x=[],
        y=[],
        z=[],
        mode="lines",
        name="circle",
        line={"width": 6, "colorscale": theme.CYCLIC},
        hoverinfo="skip",
        visible=False,
    )
    frame = go.Scatter3d(
        x=[0, 1], y=[0, 1], z=[0, 1], mode="markers", name="frame", marker={"size": 1}, opacity=0, hoverinfo="skip"
    )
    figure = go.Figure(
        [
            frame,
            _lines("not selected", theme.UNIFORM, 0.10),
            *(_lines(name, colour, 0.32) for name, colour in GROUPS),
            *(_lines(f"value {number}", theme.UNIFORM, 0.45) for number in range(VALUES)),
            _points("start", {"size": 2.2, "color": theme.UNIFORM, "opacity": 0.7}),
            _points("now", {"size": 4.2, "line": {"width": 0}, "opacity": 1}),
            circle,
            _points("items", {"size": 8, "symbol": "circle", "line": {"width": 2}}),
            _lines("plane of the cued item", theme.CUED, 0.9),
            _lines("plane of the other item", theme.NON_TARGET, 0.9),
            _points("slow points", {"size": 4, "symbol": "diamond", "color": theme.TRUTH}),
        ]
    )
    axis: dict[str, Any] = {
        "showspikes": False,
        "showticklabels": False,
        "title": {"text": "", "font": {"size": 13}},
        "nticks": 5,
    }
    figure.update_layout(
        showlegend=False,
        hovermode=False,
        uirevision="keep",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        scene={
            "xaxis": axis,
            "yaxis": axis,
            "zaxis": axis,
            "uirevision": "keep",
            "dragmode": "orbit",
            "hovermode": False,
            "aspectmode": "cube",
            "camera": {"eye": {"x": 1.24, "y": 1.24, "z": 0.8}, "center": {"x": 0, "y": 0, "z": -0.08}},
        },
    )
    return figure


def _points(name: str, marker: dict[str, Any]) -> go.Scatter3d:
    return go.Scatter3d(
        x=[],
        y=[],
        z=[],
        mode="markers",
        name=name,
        marker=marker,
        hoverinfo="skip",
        meta={"csv": name},
        visible=False,
    )
