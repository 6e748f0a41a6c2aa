"""Cue sweep: what is reported when the cue belongs to no item, and whether the answer switches or moves in between."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, degrees
from frontend.figures.mechanism_dots import dots
from frontend.figures.mechanism_groups import Group, curves, group_title, in_legend, side_by_side, with_legend
from frontend.figures.panels import axes, panels

CUE = "cue, from the middle between the items"
SHARES = (
    ("first", "first item", theme.CUED),
    ("second", "second item", theme.NON_TARGET),
    ("neither", "neither", theme.UNIFORM),
)


def shares(groups: Sequence[Group]) -> go.Figure:
    """One panel a group: which item is reported as the cue goes round; the items' places are dotted."""
    figure = side_by_side(groups, CUE, "share of responses", 240, 150)
    for number, group in enumerate(groups, start=1):
        along = degrees(group.axes["cue"])
        for measure, words, colour in SHARES:
            curves(figure, group, measure, along, axes(number), colour=colour, words=words, legend=words)
        _places(figure, group, number)
        group_title(figure, number, group)
    figure.update_xaxes(**angle_ticks(few=True))
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def responses(groups: Sequence[tuple[Group, Mapping[str, Any]]]) -> go.Figure:
    """One panel a group, of one of its networks: where the responses are under each cue.

    Two level bands are two items between which the response switches; a slope is a response that moves with the cue.
    """
    figure = side_by_side([group for group, _ in groups], CUE, "response", 250, 170)
    most = max((share for _, detail in groups for row in detail["histogram"] for share in row), default=1.0)
    for number, (group, detail) in enumerate(groups, start=1):
        shown = list(zip(*detail["histogram"], strict=True))
        figure.add_heatmap(
            x=degrees(group.axes["cue"]), y=degrees(group.axes["response"]), z=shown, zmin=0, zmax=most,
            colorscale="Cividis", showscale=number == len(groups), name=group.name,
            colorbar={"thickness": 10, "title": {"text": "share", "side": "right"}, "tickformat": ".0%",
                      "outlinewidth": 0},
            hovertemplate="cue %{x:.0f}°, response %{y:.0f}°: %{z:.1%}<extra></extra>", **axes(number),
        )  # fmt: skip
        _places(figure, group, number, "#FFFFFF")
        group_title(figure, number, group)
    figure.update_xaxes(**angle_ticks(few=True))
    figure.update_yaxes(**angle_ticks(few=True))
    figure.update_layout(margin={"r": 70})
    return figure


def mode(groups: Sequence[Group]) -> go.Figure:
    """One panel a group, a dot a network and cue: the most frequent response; a step is a switch, a slope is none."""
    figure = side_by_side(groups, CUE, "most frequent response", 220, 118)
    for number, group in enumerate(groups, start=1):
        along = degrees(group.axes["cue"])
        for at, values in enumerate(group.measures["mode"]["each"]):
            figure.add_scatter(
                x=along, y=[None if value is None else math.degrees(value) for value in values], mode="markers",
                marker={"size": 5, "color": theme.translucent(group.colour, 0.55), "symbol": group.symbol},
                name=group.network(at), showlegend=False, **axes(number),
                hovertemplate=f"{group.network(at)}: %{{y:.0f}}°<extra></extra>",
            )  # fmt: skip
        _places(figure, group, number)
        group_title(figure, number, group)
    if groups:
        second = math.degrees(groups[0].axes["second_report"])
        figure.update_yaxes(range=[-184, 184], tickvals=[0, second], ticktext=["first item", "second item"])
    figure.update_xaxes(**angle_ticks(few=True))
    figure.update_layout(margin={"l": 92})
    return figure


def gain(groups: Sequence[Group]) -> go.Figure:
    """By how much two modes predict a held-out response better than one, beside what either hypothesis would give."""
    figure = panels(1, "", "nats a response", height=240)
    dots(figure, groups, "bistable_gain_mean", axes(1))
    for null, words, dash in (
        ("bistable_gain_mean_if_bistable", "if it switched", "dash"),
        ("bistable_gain_mean_if_interpolating", "if it moved along", "dot"),
    ):
        for at, group in enumerate(groups):
            level = (group.nulls.get(null) or {}).get("mean")
            if level is not None:
                figure.add_scatter(
                    x=[at - 0.36, at + 0.36], y=[level, level], mode="lines", showlegend=False,
                    name=f"{group.name} · {words}", line={"color": theme.NULL, "width": 1.8, "dash": dash},
                    hovertemplate=f"{words}: %{{y:.3g}}<extra></extra>",
                )  # fmt: skip
        in_legend(figure, words, theme.NULL, dash)
    figure.update_yaxes(nticks=6)
    return with_legend(figure)


def switch(groups: Sequence[Group]) -> go.Figure:
    """Over the distance of the two probes: 1 is a switch between two items, 0 a response that moves along."""
    figure = panels(1, "distance of the two probes", "switch index", height=240)
    for group in groups:
        curves(figure, group, "switch_index", degrees(group.axes["separation"]), axes(1), legend=group.name)
    for level, words in ((1, "switches"), (0, "moves along")):
        figure.add_hline(y=level, line={"color": theme.NULL, "width": 1.6, "dash": "dash"})
        figure.add_annotation(text=words, xref="paper", x=0.995, xanchor="right", y=level, yanchor="bottom")
    figure.update_xaxes(ticksuffix="°", nticks=7)
    figure.update_yaxes(nticks=6)
    return with_legend(figure)


def _places(figure: go.Figure, group: Group, number: int, colour: str = theme.UNIFORM) -> None:
    """Dotted lines at the probes of both items."""
    name = "" if number == 1 else str(number)
    for side in (-1, 1):
        at = side * math.degrees(group.axes["main_separation"]) / 2
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, xref=f"x{name}", yref=f"y{name} domain",
            line={"color": colour, "width": 1.2, "dash": "dot"},
        )  # fmt: skip
