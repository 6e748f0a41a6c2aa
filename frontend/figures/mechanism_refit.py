"""The behavioural model fitted to the network's responses: does it find the swap function that it was trained on?"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, degrees
from frontend.figures.mechanism_groups import Group, curves, in_legend, null_curves, with_legend
from frontend.figures.panels import axes, panels


def swap_functions(groups: Sequence[Group]) -> go.Figure:
    """Probability of a swap over distance: networks in their colours, the law that they learned from in purple."""
    figure = panels(1, "distance of the other item in the cueing feature", "probability of a swap", height=260)
    for group in groups:
        along = degrees(group.axes["distance"])
        null_curves(figure, [group], "swap_function", along, axes(1), words="law refitted")
        curves(figure, group, "swap_function", along, axes(1), legend=group.name)
    for group in groups:
        along = degrees(group.axes["distance"])
        curves(figure, group, "target", along, axes(1), colour=theme.MODEL, words="behavioural model", each=False)
    if groups:
        in_legend(figure, "behavioural model", theme.MODEL)
    figure.update_xaxes(**angle_ticks(half=True))
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    return with_legend(figure)
