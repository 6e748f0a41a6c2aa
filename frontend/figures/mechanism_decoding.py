"""Decoding: what can be read out of the memory, when, from which trials, and whether one decoder reads another time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import panel_title
from frontend.figures.mechanism_groups import Group, curves, epochs, group_title, null_curves, side_by_side, with_legend
from frontend.figures.panels import axes, panels

# (measure, who it is about, colour, dash); the colours are those of who a response belongs to.
READINGS = (
    ("cued_report", "cued item", theme.CUED, "solid"),
    ("uncued_report", "other item", theme.NON_TARGET, "solid"),
    ("cued_report_on_swaps", "cued item, swap trials", theme.CUED, "dot"),
    ("uncued_report_on_swaps", "other item, swap trials", theme.NON_TARGET, "dot"),
)


def reports(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """One panel a group: how well both reports are read (1 perfect, 0 chance), on all and on swap trials."""
    figure = side_by_side(groups, "seconds from cue onset", "cosine of the error", 250, 150)
    for number, group in enumerate(groups, start=1):
        place, along = axes(number), group.axes["time"]
        null_curves(figure, [group], "cued_report", along, place)
        for measure, words, colour, dash in READINGS:
            curves(
                figure, group, measure, along, place, colour=colour, dash=dash, words=words, legend=words,
                each=dash == "solid",
            )  # fmt: skip
        group_title(figure, number, group)
    epochs(figure, spans, len(groups))
    figure.update_yaxes(range=[-0.15, 1.04], nticks=6)
    return with_legend(figure)


def which_item(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """Which item was cued, and the cue's probe, over time: groups on shared axes."""
    questions = [
        ("cued_index", "which item is cued (accuracy)"),
        ("cued_probe", "probe of the cued item (cosine)"),
        ("cross_item", "other item by the cued item’s decoder (cosine)"),
    ]
    shown = [(measure, words) for measure, words in questions if any(group.has(measure) for group in groups)]
    figure = panels(len(shown), "seconds from cue onset", "", height=220, least=200, shared=False, left=44)
    for number, (measure, words) in enumerate(shown, start=1):
        place = axes(number)
        for group in groups:
            null_curves(figure, [group], measure, group.axes["time"], place)
            curves(figure, group, measure, group.axes["time"], place, legend=group.name)
        panel_title(figure, number, f"<b>{words}</b>")
    epochs(figure, spans, len(shown))
    figure.update_yaxes(nticks=6)
    return with_legend(figure)


def across_time(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """One map a group: a decoder trained at one time (upwards) and read at another (rightwards)."""
    figure = side_by_side(groups, "read at (seconds)", "trained at (seconds)", 240, 190)
    for number, group in enumerate(groups, start=1):
        told: Any = group.measures.get("cross_temporal")
        at = group.axes.get("cross_time", group.axes["time"])
        if told and told["mean"]:
            figure.add_heatmap(
                x=at, y=at, z=told["mean"], zmin=0, zmax=1, colorscale="Cividis", name=group.name,
                colorbar={"thickness": 10, "title": {"text": "cosine", "side": "right"}, "outlinewidth": 0},
                showscale=number == len(groups),
                hovertemplate="trained at %{y:.2f} s, read at %{x:.2f} s: %{z:.2f}<extra></extra>", **axes(number),
            )  # fmt: skip
        group_title(figure, number, group)
        for edge in spans.get("cue", ()):
            for line in ({"x0": edge, "x1": edge, "y0": at[0], "y1": at[-1]},
                         {"y0": edge, "y1": edge, "x0": at[0], "x1": at[-1]}):  # fmt: skip
                figure.add_shape(
                    type="line", line={"color": "#FFFFFF", "width": 1, "dash": "dot"},
                    xref=axes(number)["xaxis"], yref=axes(number)["yaxis"], **line,
                )  # fmt: skip
    figure.update_layout(margin={"r": 70})
    return figure
