"""Cue sweep: what is reported when the cue belongs to no item, and whether the answer switches or moves in between."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_groups import Group, curves, dots, null_curves, with_legend
from frontend.figures.panels import axes, panels

SHARES = (
    ("first", "first item", theme.CUED),
    ("second", "second item", theme.NON_TARGET),
    ("neither", "neither", theme.UNIFORM),
)


def shares(groups: Sequence[Group]) -> go.Figure:
    """One panel a group: which item is reported as the cue moves from the first to the second."""
    figure = panels(len(groups), "cue", "share of responses", height=240, least=150)
    for number, group in enumerate(groups, start=1):
        along = degrees(group.axes["cue"])
        for measure, words, colour in SHARES:
            curves(figure, group, measure, along, axes(number), colour=colour, words=words, legend=words)
        panel_title(figure, number, f"<b>{group.name}</b>")
    figure.update_xaxes(ticksuffix="°", nticks=5)
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def mode(groups: Sequence[Group]) -> go.Figure:
    """The most frequent response over the place of the cue: a step is a switch, a slope is a compromise."""
    figure = panels(1, "cue", "most frequent response", height=240)
    for group in groups:
        along = degrees(group.axes["cue"])
        turned = _in_degrees(group)
        null_curves(figure, [group], "mode", along, axes(1))
        curves(figure, turned, "mode", along, axes(1), legend=group.name)
    figure.update_xaxes(ticksuffix="°", nticks=7)
    figure.update_yaxes(ticksuffix="°", nticks=7)
    return with_legend(figure)


def switch(groups: Sequence[Group]) -> go.Figure:
    """Above 0 the responses are those of a switch between two items, below 0 those of a compromise."""
    figure = panels(1, "", "log-likelihood ratio (nats a response)", height=240)
    dots(figure, groups, "bistable", axes(1))
    figure.add_hline(y=0, line={"color": theme.NULL, "width": 1.2})
    return with_legend(figure)


def _in_degrees(group: Group) -> Group:
    told = group.measures["mode"]
    shown = {part: degrees(told[part]) for part in ("mean", "low", "high")} | {
        "each": [degrees(one) for one in told["each"]]
    }
    return Group(group.name, group.colour, group.symbol, group.seeds, group.axes, {"mode": shown}, group.nulls)
