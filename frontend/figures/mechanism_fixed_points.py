"""Slow and fixed points: how many there are in each epoch, how slow, and where those of one network lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_groups import Group, dots, entry, with_legend
from frontend.figures.panels import axes, panels

# (measure, title, format of the axis)
MEASURES = (
    ("count", "points", ""),
    ("stable_share", "share that is stable", ".0%"),
    ("held_error", "error of what a point holds", ""),
)


def by_epoch(groups: Sequence[Group]) -> go.Figure:
    """A panel for every epoch and measure: a dot a network."""
    epochs = list(groups[0].axes["epochs"]) if groups else []
    shown = [(measure, words, form) for measure, words, form in MEASURES if any(one.has(measure) for one in groups)]
    figure = panels(len(shown) * len(epochs), "", "", height=150, least=150, shared=False, left=50)
    number = 0
    for measure, words, form in shown:
        for at, epoch in enumerate(epochs):
            number += 1
            dots(figure, groups, measure, axes(number), pick=entry(at), null=measure, null_pick=entry(at))
            scale = {"rangemode": "tozero", "nticks": 5} | (
                {"tickformat": form, "range": [-0.04, 1.04]} if form else {}
            )
            figure.update_yaxes(scale, selector={"anchor": axes(number)["xaxis"]})
            panel_title(figure, number, f"<b>{epoch}</b> · {words}")
    return with_legend(figure)


def where(detail: Mapping[str, Any], share: Sequence[float] | None = None) -> go.Figure:
    """One panel an epoch: points of one network on two principal axes, coloured by the report of the item they hold.

    Filled points are stable; hollow ones are left along some direction.
    """
    epochs = detail["epochs"] if "epochs" in detail else list(detail)
    figure = panels(len(epochs), "PC 1", "PC 2", height=260, least=200)
    for number, epoch in enumerate(epochs, start=1):
        _points(figure, detail[epoch], number)
        panel_title(figure, number, f"<b>{epoch}</b>")
    figure.update_xaxes(showticklabels=False, ticks="")
    figure.update_yaxes(showticklabels=False, ticks="")
    return figure


def _points(figure: go.Figure, told: Mapping[str, Any], number: int) -> None:
    for stable in (False, True):
        chosen = [at for at, one in enumerate(told["stable"]) if bool(one) is stable]
        held = [told["held"][at] for at in chosen]
        figure.add_scatter(
            x=[told["points"][at][0] for at in chosen], y=[told["points"][at][1] for at in chosen],
            customdata=[[value, told["speed"][at]] for value, at in zip(degrees(held), chosen, strict=True)],
            mode="markers", name="stable" if stable else "unstable", **axes(number),
            marker={"size": 8, "symbol": "circle" if stable else "circle-open", "line": {"width": 1.6},
                    "color": [theme.cyclic(value) for value in held]},
            hovertemplate="holds %{customdata[0]:.0f}°, speed %{customdata[1]:.2g}<extra></extra>",
        )  # fmt: skip
