"""Panels side by side on shared axes, that go into as many rows as the screen is wide for.

A figure carries in `layout.meta.panels` what `assets/panels.js` needs to lay its panels out anew when the width of the
screen is known or changes; both use the arithmetic of `grid`. So no panel is cut off or has to be scrolled to, and a
figure is saved as it is seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

USUAL_WIDTH = 1040  # pixels of a wide screen's card, until the browser says better
TITLE, TICKS = 24, 30  # pixels above a panel for its title, and below one for its tick labels
ABOVE = TITLE + 8  # pixels above the first row of panels
LEGEND = 22  # pixels of a row of the legend


def grid(count: int, across: float, least: float, gap: float) -> tuple[int, int]:
    """Columns and rows for `count` panels of at least `least` pixels with `gap` between them, in `across` pixels.

    Rows are filled evenly: five panels that fit four abreast become three and two.
    """
    fitting = max(1, min(count, math.floor((across + gap) / (least + gap))))
    rows = max(1, math.ceil(count / fitting))
    return max(1, math.ceil(count / rows)), rows


def panels(
    count: int,
    along: str,
    up: str,
    *,
    least: int = 118,
    height: int = 210,
    shared: bool = True,
    left: int = 58,
) -> go.Figure:
    """An empty figure of `count` panels, numbered from 1; traces go to a panel by `axes(number)`.

    Args:
        count: how many panels; 0 gives one empty one.
        along: title of the horizontal axes, under the lowest panel of each column.
        up: title of the vertical axes, at the left of each row.
        least: least width of a panel, pixels.
        height: height of a panel, pixels.
        shared: whether all panels have one vertical scale, labelled at the left only.
        left: room at the left of the figure, pixels.
    """
    count = max(count, 1)
    gap = 28 if shared else 50
    settings = {"count": count, "least": least, "height": height, "gap": gap, "shared": shared, "along": along,
                "up": up}  # fmt: skip
    margin = {"t": ABOVE, "b": 46, "l": left, "r": 10}
    figure = go.Figure(layout={"showlegend": False, "margin": margin, "meta": {"panels": settings}, "bargap": 0})
    for number in range(1, count + 1):
        name = _name(number)
        figure.layout[f"xaxis{name}"] = {"anchor": f"y{name}"}
        figure.layout[f"yaxis{name}"] = {"anchor": f"x{name}"} | ({"matches": "y"} if shared and number > 1 else {})
    return arrange(figure, USUAL_WIDTH)


def axes(number: int) -> dict[str, Any]:
    """The axes of a panel (1, 2, ...), as arguments of a trace."""
    return {"xaxis": f"x{_name(number)}", "yaxis": f"y{_name(number)}"}


def arrange(figure: go.Figure, width: float) -> go.Figure:
    """Lay the panels out for a figure of `width` pixels, and set its height."""
    settings, margin = figure.layout.meta["panels"], figure.layout.margin
    across = width - margin.l - margin.r
    count, gap = settings["count"], settings["gap"]
    columns, rows = grid(count, across, settings["least"], gap)
    between = TITLE + TICKS
    down = rows * settings["height"] + (rows - 1) * between
    wide = (across - (columns - 1) * gap) / columns
    for number in range(1, count + 1):
        row, column = divmod(number - 1, columns)
        start, top = column * (wide + gap), row * (settings["height"] + between)
        first, lowest = column == 0, number + columns > count
        x, y = figure.layout[f"xaxis{_name(number)}"], figure.layout[f"yaxis{_name(number)}"]
        x.domain = [_share(start, across), _share(start + wide, across)]
        y.domain = [_share(down - top - settings["height"], down), _share(down - top, down)]
        x.title = {"text": settings["along"] if lowest else ""}
        y.title = {"text": settings["up"] if first else ""}
        y.showticklabels = first or not settings["shared"]
    if settings.get("legend"):
        figure.layout.margin.t = ABOVE + LEGEND * legend_rows(settings["legend"], across)
    figure.layout.height = round(down + figure.layout.margin.t + margin.b)
    figure.layout.meta = {"panels": settings | {"columns": columns}}
    return figure


def legend_rows(widths: Sequence[float], across: float) -> int:
    """Rows that plotly gives the entries of a legend: one, or as many as equally wide columns leave."""
    if sum(widths) <= across:
        return 1
    return math.ceil(len(widths) / max(1, math.floor(across / max(widths))))


def with_legend(figure: go.Figure, widths: Sequence[float]) -> go.Figure:
    """A legend above the panels, in the picture itself; `widths` of its entries, pixels."""
    figure.layout.meta = {"panels": figure.layout.meta["panels"] | {"legend": [round(width) for width in widths]}}
    return arrange(figure, USUAL_WIDTH)


def _name(number: int) -> str:
    return "" if number == 1 else str(number)


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0)
