"""The role axis: the direction that tells target from distractor, and whether all displays share it."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_groups import Group, curves, dots, null_curves, with_legend
from frontend.figures.panels import axes, panels


def separation(groups: Sequence[Group]) -> go.Figure:
    """How far apart the roles are (d′), and on which side swap trials fall; a dot a network."""
    shown = (("separation", "roles, correct trials"), ("separation_swaps", "swap trials"))
    figure = panels(len(shown), "", "d′ along the role axis", height=230, least=150)
    for number, (measure, words) in enumerate(shown, start=1):
        dots(figure, groups, measure, axes(number), null=measure)
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_yaxes(nticks=6, zeroline=True, zerolinecolor=theme.translucent(theme.UNIFORM, 0.5))
    return with_legend(figure)


def alignment(groups: Sequence[Group]) -> go.Figure:
    """|cos| between the role axes of displays, over how much their reports differ."""
    figure = panels(1, "difference of the reports", "alignment |cos|", height=230)
    for group in groups:
        along = degrees(group.axes["report_difference"])
        null_curves(figure, [group], "alignment", along, axes(1))
        curves(figure, group, "alignment", along, axes(1), legend=group.name)
    figure.update_xaxes(ticksuffix="°", nticks=7)
    figure.update_yaxes(range=[-0.03, 1.03], nticks=6)
    return with_legend(figure)
