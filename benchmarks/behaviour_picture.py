"""The picture of the published behaviour: swap curves, clouds of a task-optimal and a mean-matching network, noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.two_items import APART, Cloud, Curve
from models.analysis.across import spread

NETWORK, ITEMS, ASKED = "#2f6db3", "#d1603d", "#3c3c3c"
COLUMNS = 6
DEGREES = (45, 90, 135, 180)
LIMIT = 1.9  # of the plane shown, in radii of the circle of reports
PANEL, GAP = 190, 70  # points


@dataclass(frozen=True)
class Curves:
    """A panel: swap curves of one law's networks."""

    title: str
    each: Sequence[Curve]


@dataclass(frozen=True)
class Plane:
    """A panel: responses in the behaviour plane, the cued report turned to the right."""

    title: str
    cloud: Cloud


Panel = Curves | Plane


def draw(rows: Sequence[tuple[str, Sequence[Panel]]]) -> go.Figure:
    """Rows of panels, each with what it shows written in front."""
    titles = []
    for _, panels in rows:
        titles += [panel.title for panel in panels] + [""] * (COLUMNS - len(panels))
    figure = make_subplots(len(rows), COLUMNS, subplot_titles=titles, horizontal_spacing=0.04, vertical_spacing=0.07)
    for row, (heading, panels) in enumerate(rows, start=1):
        for column in range(1, COLUMNS + 1):
            if column > len(panels):
                figure.update_xaxes(visible=False, row=row, col=column)
                figure.update_yaxes(visible=False, row=row, col=column)
                continue
            panel = panels[column - 1]
            if isinstance(panel, Curves):
                _curves(figure, panel, row, column)
            else:
                _plane(figure, panel, row, column)
        figure.update_yaxes(title_text=heading, row=row, col=1)
    size = {"width": COLUMNS * PANEL + 2 * GAP, "height": len(rows) * (PANEL + GAP)}
    figure.update_layout(
        template="simple_white", showlegend=False, margin={"l": 90, "r": 20, "t": 50, "b": 50},
        font={"size": 11, "family": "sans-serif"}, **size,
    )  # fmt: skip
    figure.update_annotations(font_size=12)
    return figure


def _curves(figure: go.Figure, panel: Curves, row: int, column: int) -> None:
    degrees = np.degrees(panel.each[0].distance)
    found = spread([one.found for one in panel.each])
    where = {"row": row, "col": column}
    if len(panel.each) > 1:
        outline = {"x": [*degrees, *degrees[::-1]], "y": [*found["high"], *found["low"][::-1]]}
        figure.add_scatter(**outline, mode="none", fill="toself", fillcolor="rgba(47,109,179,0.25)", **where)
    figure.add_scatter(x=degrees, y=found["mean"], mode="lines", line={"color": NETWORK, "width": 2}, **where)
    line = {"color": ASKED, "dash": "dash", "width": 1.5}
    figure.add_scatter(x=degrees, y=panel.each[0].target, mode="lines", line=line, **where)
    figure.update_yaxes(range=[-0.01, 0.5], **where)
    figure.update_xaxes(range=[40, 180], tickvals=DEGREES, ticktext=[f"{one}°" for one in DEGREES], **where)


def _plane(figure: go.Figure, panel: Plane, row: int, column: int) -> None:
    where = {"row": row, "col": column}
    angle = np.linspace(0, 2 * math.pi, 121)
    figure.add_scatter(
        x=np.cos(angle), y=np.sin(angle), mode="lines", line={"color": "#c8c8c8", "width": 1}, hoverinfo="skip", **where
    )
    points = np.array(panel.cloud.points)
    figure.add_scatter(
        x=points[:, 0], y=points[:, 1], mode="markers", marker={"color": NETWORK, "size": 4, "opacity": 0.6}, **where
    )
    items = {"x": [1, math.cos(APART)], "y": [0, math.sin(APART)]}
    marks = {
        "symbol": ["circle-open", "x-thin-open"],
        "size": 13,
        "color": ITEMS,
        "line": {"width": 2.5, "color": ITEMS},
    }
    figure.add_scatter(**items, mode="markers", marker=marks, **where)
    figure.update_xaxes(range=[-LIMIT, LIMIT], showticklabels=False, ticks="", showline=False, **where)
    figure.update_yaxes(
        range=[-LIMIT, LIMIT],
        showticklabels=False,
        ticks="",
        showline=False,
        scaleanchor=_axis(figure, row, column),
        **where,
    )


def _axis(figure: go.Figure, row: int, column: int) -> str:
    return str(figure.get_subplot(row, column).xaxis.plotly_name).replace("axis", "")
