"""Misbinding, misselection or misinterpretation: where the activity of swap trials goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import panel_title
from frontend.figures.mechanism_dots import dots
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    epochs,
    group_title,
    in_legend,
    null_curves,
    side_by_side,
    with_legend,
)
from frontend.figures.panels import axes, panels

KINDS = ("misbinding", "misselection", "misinterpretation")
# Kinds of error have colours of their own: none of them is an objective or an item.
KIND_COLOURS = {
    "misbinding": "#4A7FB0",
    "misinterpretation": "#8E6BB8",
    "misselection": "#D9694A",
    "early misselection": "#EDA58F",
    "late misselection": "#D9694A",
    "none of these": theme.UNIFORM,
}
# What swap trials are shared out among: (measure, words), in the order of time.
SHARES = (
    ("share_misbinding", "misbinding"),
    ("share_misinterpretation", "misinterpretation"),
    ("share_early_misselection", "early misselection"),
    ("share_late_misselection", "late misselection"),
    ("share_none", "none of these"),
)


def projections(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """One panel a kind of error: swap trials (solid) and correct ones (dotted) from the right activity, 0, to it, 1."""
    figure = panels(len(KINDS), "seconds from cue onset", "projection on the error", height=250, least=170)
    for number, kind in enumerate(KINDS, start=1):
        place = axes(number)
        for group in groups:
            along = group.axes["time"]
            curves(
                figure, group, f"projection_{kind}_correct", along, place, words=f"{kind}, correct trials", dash="dot",
                each=False,
            )  # fmt: skip
            curves(
                figure, group, f"projection_{kind}_swap", along, place, words=f"{kind}, swap trials", legend=group.name
            )
            null_curves(figure, [group], f"projection_{kind}_swap", along, place, words="shuffled")
        when = "before the cue" if kind == "misbinding" else "from the cue on"
        panel_title(figure, number, f"<b>{kind}</b>, {when}")
    in_legend(figure, "correct trials", theme.UNIFORM, "dot")
    epochs(figure, spans, len(KINDS))
    figure.update_yaxes(nticks=6, zeroline=True, zerolinecolor=theme.translucent(theme.UNIFORM, 0.5))
    return with_legend(figure)


def shares(groups: Sequence[Group]) -> go.Figure:
    """One bar a group: the shares of its swap trials that are each kind of error; under it, paler, of correct ones."""
    figure = go.Figure()
    for measure, words in SHARES:
        colour = KIND_COLOURS[words]
        known = [(at, group) for at, group in enumerate(groups) if group.has(measure)]
        for told, shift, width, opacity in (("measures", -0.14, 0.5, 1.0), ("nulls", 0.29, 0.2, 0.45)):
            values = [(getattr(group, told).get(measure) or {}).get("mean") for _, group in known]
            figure.add_bar(
                y=[at + shift for at, _ in known], x=values, orientation="h", width=width, showlegend=False,
                marker={"color": colour, "opacity": opacity, "line": {"width": 0}},
                name=words if told == "measures" else f"{words}, correct trials", textposition="none",
                text=[group.name for _, group in known],
                hovertemplate="%{text}: <b>%{x:.0%}</b><extra>%{fullData.name}</extra>",
            )  # fmt: skip
        in_legend(figure, words, colour, symbol="square")
    for at, group in enumerate(groups):
        figure.add_annotation(text=f"<b>{group.name}</b>", x=0, xanchor="left", y=at - 0.42, yanchor="bottom")
    figure.update_xaxes(range=[0, 1], tickformat=".0%", nticks=6, title_text="share of swap trials")
    figure.update_yaxes(range=[max(len(groups), 1) - 0.5, -0.75], showticklabels=False, ticks="", showgrid=False)
    figure.update_layout(
        barmode="stack", height=74 + 66 * max(len(groups), 1), margin={"l": 12, "r": 14, "t": 4, "b": 44}
    )
    return with_legend(figure)


def weights(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """One panel a group: the share of swap trials that each kind of error explains, over time."""
    figure = side_by_side(groups, "seconds from cue onset", "share of swap trials", 220, 150)
    for number, group in enumerate(groups, start=1):
        for kind in KINDS:
            curves(
                figure, group, f"weight_{kind}", group.axes["time"], axes(number), colour=KIND_COLOURS[kind],
                words=kind, legend=kind,
            )  # fmt: skip
        group_title(figure, number, group)
    epochs(figure, spans, len(groups))
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def wrong(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """From when on swaps are determined, are seen by an ideal observer of the plane, and look wrong in the memory."""
    shown = (
        ("determined", "fork", "determined: share of whether it will be a swap", "exact sampler"),
        ("commitment", "time", "behaviour plane: belief in the item that is reported", "exact sampler"),
        ("looks_wrong", "time", "memory: swap trials told from correct ones", "chance"),
    )
    figure = panels(len(shown), "seconds from cue onset", "", height=220, least=220, shared=False, left=48)
    for number, (measure, axis, words, null) in enumerate(shown, start=1):
        place = axes(number)
        known = [group for group in groups if axis in group.axes]
        if known:
            null_curves(figure, known, measure, known[0].axes[axis], place, words=null)
        for group in known:
            curves(figure, group, measure, group.axes[axis], place, legend=group.name)
        panel_title(figure, number, f"<b>{words}</b>")
    epochs(figure, spans, len(shown))
    figure.update_yaxes(nticks=6)
    return with_legend(figure)


def decided(groups: Sequence[Group]) -> go.Figure:
    """When half of a swap is determined, a dot a network; dashed: what the noise schedule alone imposes."""
    figure = panels(1, "", "seconds from cue onset", height=230)
    place: Mapping[str, Any] = axes(1)
    dots(figure, groups, "decided", place, null="decided")
    figure.update_yaxes(rangemode="tozero", nticks=6, ticksuffix=" s")
    return with_legend(figure)
