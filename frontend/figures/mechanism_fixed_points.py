"""Slow and fixed points: how many there are in each epoch, what they hold, for how long, and where those of one lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import panel_title
from frontend.figures.mechanism_dots import bars
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    group_title,
    in_legend,
    null_curves,
    side_by_side,
    with_legend,
)
from frontend.figures.panels import axes, panels

# (measure, title, is a share, is an angle)
MEASURES = (
    ("count", "points", False, False),
    ("fixed_share", "states led to a fixed point", True, False),
    ("stable_share", "stable points", True, False),
    ("lasting_directions", "lasting directions", False, False),
    ("held_error", "error of what is held", False, True),
    ("ring", "on a ring (1)", False, False),
)


def by_epoch(groups: Sequence[Group]) -> go.Figure:
    """A panel a measure, epochs along it: a dot a network, the mean of every group with its interval."""
    epochs = list(groups[0].axes["epochs"]) if groups else []
    shown = [one for one in MEASURES if any(group.has(one[0]) for group in groups)]
    figure = panels(len(shown), "", "", height=170, least=210, shared=False, left=46)
    for number, (measure, words, share, angle) in enumerate(shown, start=1):
        for at, group in enumerate(groups):
            shift = (at - (len(groups) - 1) / 2) * 0.24
            _epochs_of(figure, group, measure, shift, math.degrees(1) if angle else 1.0, number)
        form = {"tickformat": ".0%", "range": [-0.05, 1.05]} if share else {"rangemode": "tozero"}
        figure.update_yaxes(
            form | {"nticks": 5, "ticksuffix": "°" if angle else ""}, selector={"anchor": axes(number)["xaxis"]}
        )
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_xaxes(
        range=[-0.5, len(epochs) - 0.5], tickvals=list(range(len(epochs))), ticktext=epochs, showgrid=False
    )
    return with_legend(figure)


def _epochs_of(figure: go.Figure, group: Group, measure: str, shift: float, factor: float, number: int) -> None:
    if not group.has(measure):
        return
    told = group.measures[measure]

    def scaled(values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else factor * value for value in values]

    mean, low, high = (scaled(told[part]) for part in ("mean", "low", "high"))
    for which, values in enumerate(told["each"] if len(told["each"]) > 1 else ()):
        figure.add_scatter(
            x=[at + shift - 0.06 for at in range(len(values))], y=scaled(values), mode="markers", showlegend=False,
            marker={"size": 5, "symbol": group.symbol, "color": theme.translucent(group.colour, 0.4)},
            name=group.network(which), hovertemplate=f"{group.network(which)}: %{{y:.3g}}<extra></extra>",
            **axes(number),
        )  # fmt: skip
    figure.add_scatter(
        x=[at + shift + 0.03 for at in range(len(mean))], y=mean, customdata=list(zip(low, high, strict=True)),
        mode="markers", marker={"size": 9, "symbol": group.symbol, "color": group.colour}, showlegend=False,
        error_y=bars(mean, low, high) | {"color": group.colour, "thickness": 2, "width": 0},
        name=group.name, meta={"interval": True}, **axes(number),
        hovertemplate=f"{group.name}: <b>%{{y:.3g}}</b><extra></extra>",
    )  # fmt: skip
    in_legend(figure, group.name, group.colour, symbol=group.symbol)


def waiting(groups: Sequence[Group]) -> go.Figure:
    """The error of what is held when the noise-free delay goes on for longer: does the memory rest or decay?"""
    figure = panels(1, "longer delay (seconds)", "error of the answer", height=240)
    for group in groups:
        null_curves(figure, [group], "error_after", group.axes["waiting"], axes(1), words="other displays")
        curves(figure, group, "error_after", group.axes["waiting"], axes(1), legend=group.name)
    quarters = [0, math.pi / 6, math.pi / 3, math.pi / 2]
    figure.update_yaxes(tickvals=quarters, ticktext=["0°", "30°", "60°", "90°"], rangemode="tozero")
    return with_legend(figure)


def answers(groups: Sequence[Group]) -> go.Figure:
    """One panel a group: in how many displays each item is an answer that recall is drawn to, over time."""
    figure = side_by_side(groups, "seconds from cue onset", "share of displays", 240, 130)
    for number, group in enumerate(groups, start=1):
        for measure, words, colour in (
            ("cued_answer", "cued item", theme.CUED),
            ("other_answer", "another item", theme.NON_TARGET),
        ):
            curves(figure, group, measure, group.axes["recall"], axes(number), colour=colour, words=words, legend=words)
        group_title(figure, number, group)
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def where(detail: Mapping[str, Any]) -> go.Figure:
    """One panel an epoch: where states of one network start, small, and the points that they come to, large.

    Both have the colour of a report: of the cued item, and of the answer. Full points are stable.
    """
    epochs = [name for name in ("delay", "cue", "recall") if name in detail]
    figure = panels(len(epochs), "PC 1", "PC 2", height=290, least=190, shared=False, left=46)
    for number, epoch in enumerate(epochs, start=1):
        _states(figure, detail[epoch], number)
        _points(figure, detail[epoch], number)
        panel_title(figure, number, f"<b>{epoch}</b>")
    figure.update_xaxes(showticklabels=False, ticks="")
    figure.update_yaxes(showticklabels=False, ticks="")
    return figure


def _states(figure: go.Figure, told: Mapping[str, Any], number: int) -> None:
    figure.add_scatter(
        x=[one[0] for one in told["starts"]], y=[one[1] for one in told["starts"]], mode="markers", name="states",
        marker={"size": 4, "opacity": 0.45, "color": [_shade(report) for report in told["report"]]},
        hovertemplate="a state of the network<extra></extra>", **axes(number),
    )  # fmt: skip


def _points(figure: go.Figure, told: Mapping[str, Any], number: int) -> None:
    """Every point takes the colour of what the network answers from it."""
    for stable, words in ((False, "unstable point"), (True, "stable point")):
        chosen = [at for at, one in enumerate(told["stable"]) if bool(one) is stable]
        shades = [_shade(told["held"][at]) for at in chosen]
        figure.add_scatter(
            x=[told["points"][at][0] for at in chosen], y=[told["points"][at][1] for at in chosen], mode="markers",
            customdata=[[told["speed"][at]] for at in chosen], name=words, **axes(number),
            marker={"size": 11, "symbol": "circle" if stable else "circle-open", "color": shades,
                    "line": {"width": 1 if stable else 2.2, "color": "#FFFFFF" if stable else shades}},
            hovertemplate=f"{words}, speed %{{customdata[0]:.2g}} sizes a second<extra></extra>",
        )  # fmt: skip


def _shade(angle: float | None) -> str:
    return theme.UNIFORM if angle is None else theme.cyclic(angle)
