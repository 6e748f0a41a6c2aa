"""Recovery: planted against recovered parameters, swap functions, and which model comes first on whose data."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, degrees, items, panel_title
from frontend.figures.panels import axes, panels

LONGEST_TITLE = 38  # letters in a line over a panel


def panels_of(parameters: Sequence[Mapping[str, Any]], model: str) -> list[list[Mapping[str, Any]]]:
    """The entries of one model, grouped by parameter: a panel each, its set sizes together."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for entry in parameters:
        if entry["model"] == model:
            groups.setdefault(entry["name"], []).append(entry)
    return list(groups.values())


def scatter(parameters: Sequence[Mapping[str, Any]], model: str) -> go.Figure:
    """Recovered against planted values with 95 % intervals, a panel a parameter, set sizes by colour.

    ``parameters`` as the API's recovery has them. On the dashed line what was planted was found exactly.
    """
    groups = panels_of(parameters, model)
    figure = panels(len(groups), "planted", "recovered", least=240, height=200, shared=False, left=62)
    sizes = set_sizes_of(parameters, model)
    for number, group in enumerate(groups, start=1):
        _identity(figure, group, number)
        for entry in group:
            figure.add_trace(_points(entry, colour_of(entry["set_size"], sizes), number))
        words = "<br>".join(textwrap.wrap(group[0]["label"], LONGEST_TITLE))
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_annotations(font_size=11.5)
    figure.update_xaxes(nticks=5)
    figure.update_yaxes(nticks=5)
    return figure


def set_sizes_of(parameters: Sequence[Mapping[str, Any]], model: str) -> list[int]:
    """The set sizes that a model has parameters of, ascending."""
    return sorted({entry["set_size"] for entry in parameters if entry["model"] == model and entry["set_size"]})


def colour_of(set_size: int | None, sizes: Sequence[int]) -> str:
    """Colour of a set size on the ordered ramp; of a parameter of all set sizes, the model's."""
    if set_size is None or set_size not in sizes:
        return theme.MODEL
    ramp = theme.SET_SIZE_RAMP
    return ramp[round((len(ramp) - 1) * sizes.index(set_size) / max(len(sizes) - 1, 1))]


def _points(entry: Mapping[str, Any], colour: str, number: int) -> go.Scatter:
    points = entry["points"]
    found = [point["recovered"] for point in points]
    return go.Scatter(
        x=[point["planted"] for point in points],
        y=found,
        mode="markers",
        marker={"size": 8, "color": theme.translucent(colour, 0.85)},
        error_y={
            "array": [point["high"] - value for point, value in zip(points, found, strict=True)],
            "arrayminus": [value - point["low"] for point, value in zip(points, found, strict=True)],
            "color": theme.translucent(colour, 0.45),
            "thickness": 1.5,
            "width": 0,
        },
        name=f"{entry['label']}, {items(entry['set_size'])}",
        hovertemplate=f"{items(entry['set_size'])}: planted %{{x:.4g}}, recovered %{{y:.4g}}<extra></extra>",
        **axes(number),
    )


def _identity(figure: go.Figure, group: Sequence[Mapping[str, Any]], number: int) -> None:
    values = [point[name] for entry in group for point in entry["points"] for name in ("planted", "recovered")]
    if not values:
        return
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 0.05
    ends = [low - room, high + room]
    line = {"color": theme.TRUTH, "width": 1.8, "dash": "dash"}
    figure.add_scatter(x=ends, y=ends, mode="lines", line=line, hoverinfo="skip", name="identity", **axes(number))


def curves(entries: Sequence[Mapping[str, Any]], model: str) -> go.Figure:
    """Planted swap functions (dashed) and all that were found in data simulated from them, a panel a function."""
    mine = [entry for entry in entries if entry["model"] == model]
    along = " / ".join(dict.fromkeys(f"{entry['feature']} distance" for entry in mine))
    figure = panels(len(mine), along, "swap log-odds (nats)", least=160, height=230)
    for number, entry in enumerate(mine, start=1):
        at, words = degrees(entry["distance"]), items(entry["set_size"])
        for place, found in enumerate(entry["recovered"], start=1):
            line = {"color": theme.translucent(theme.NON_TARGET, 0.4), "width": 1.4}
            figure.add_trace(_curve(at, found, f"found {place}, {words}", line, number))
        line = {"color": theme.TRUTH, "width": 2.6, "dash": "dash"}
        figure.add_trace(_curve(at, entry["planted"], f"planted, {words}", line, number))
        panel_title(figure, number, f"<b>{words}</b>")
    two_sided = any(min(entry["distance"], default=0) < -0.01 for entry in mine)
    figure.update_xaxes(**angle_ticks(half=not two_sided, few=len(mine) > 1))
    return figure


def _curve(x: Sequence[float], y: Sequence[float], name: str, line: dict[str, Any], number: int) -> go.Scatter:
    words = name.split(",")[0]
    hover = f"{words}: %{{y:.2f}} at %{{x:.0f}}°<extra></extra>"
    return go.Scatter(x=x, y=y, mode="lines", line=line, name=name, hovertemplate=hover, **axes(number))


def confusion(table: Mapping[str, Any], labels: Mapping[str, str], by: str = "first") -> go.Figure:
    """How often each model came first on data from each: generators down, fitted models across, both numbered.

    ``table`` as the API's recovery has it; ``by`` is "first" (held-out responses, ties counted in small) or
    "first_by_bic"; ``labels`` are the models' by name.
    """
    counts = table[by]
    totals = [max(sum(row), 1) for row in counts]
    fitted = [labels.get(name, name) for name in table["fitted"]]
    across = [str(number) for number in range(1, len(fitted) + 1)]
    down = [f"{labels.get(name, name)}  {number}" for number, name in enumerate(table["generators"], start=1)]
    shown = [
        [_cell_words(count, table["tied"][i][j] if by == "first" else 0) for j, count in enumerate(row)]
        for i, row in enumerate(counts)
    ]
    figure = go.Figure(
        go.Heatmap(
            x=across,
            y=down,
            z=[[count / total for count in row] for row, total in zip(counts, totals, strict=True)],
            text=shown,
            texttemplate="%{text}",
            textfont={"size": 13},
            zmin=0,
            zmax=1,
            xgap=3,
            ygap=3,
            showscale=False,
            # see-through at its strongest, so that the numbers are read in both schemes
            colorscale=[[0, theme.translucent(theme.UNIFORM, 0.1)], [1, theme.translucent(theme.MODEL, 0.5)]],
            name="share of data sets",
            customdata=[fitted] * len(counts),
            hovertemplate="data from %{y}<br>first: %{customdata}, %{z:.0%}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text="came first (numbered as the rows)", type="category", showgrid=False, ticks="")
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_layout(height=84 + 60 * max(len(down), 1), margin={"l": 4, "r": 4, "t": 10, "b": 44})
    return figure


def _cell_words(count: int, tied: int) -> str:
    return f"<b>{count}</b><br><span style='font-size:11px'>+ {tied} tied</span>" if tied else f"<b>{count}</b>"
