"""Misbinding, misselection or misinterpretation: where the activity of swap trials goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import panel_title
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    dots,
    epochs,
    in_legend,
    null_curves,
    with_legend,
)
from frontend.figures.panels import axes, panels

KINDS = ("misbinding", "misselection", "misinterpretation")
# Kinds of error have colours of their own: none of them is an objective or an item.
KIND_COLOURS = {"misbinding": "#6B8FB5", "misselection": "#E07B54", "misinterpretation": "#9B7BB8"}


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
        if groups:
            null_curves(figure, groups, f"projection_{kind}_swap", groups[0].axes["time"], place, words="shuffled")
        panel_title(figure, number, f"<b>{kind}</b>")
    in_legend(figure, "correct trials", theme.UNIFORM, "dot")
    epochs(figure, spans, len(KINDS))
    figure.update_yaxes(nticks=6, zeroline=True, zerolinecolor=theme.translucent(theme.UNIFORM, 0.5))
    return with_legend(figure)


def weights(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """One panel a group: the share of swap trials that each kind of error explains, over time."""
    figure = panels(len(groups), "seconds from cue onset", "share of swap trials", height=220, least=150)
    for number, group in enumerate(groups, start=1):
        for kind in KINDS:
            curves(
                figure, group, f"weight_{kind}", group.axes["time"], axes(number), colour=KIND_COLOURS[kind],
                words=kind, legend=kind,
            )  # fmt: skip
        panel_title(figure, number, f"<b>{group.name}</b>")
    epochs(figure, spans, len(groups))
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def decided(groups: Sequence[Group]) -> go.Figure:
    """When swap trials leave correct ones, a dot a network; dashed: what the noise schedule alone would impose."""
    figure = panels(1, "", "seconds from cue onset", height=230)
    place: Mapping[str, Any] = axes(1)
    dots(figure, groups, "decided", place, null="decided")
    figure.update_yaxes(rangemode="tozero", nticks=6, ticksuffix=" s")
    return with_legend(figure)
