"""Interventions: what swaps and precision become when the network is disturbed on purpose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_dots import bars
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    entry,
    group_title,
    in_legend,
    null_curves,
    side_by_side,
    with_legend,
)
from frontend.figures.panels import axes, panels

ROW = 30  # pixels an intervention takes
FACTOR = {"sd": math.degrees(1)}  # stored in radians
MEASURES = (("swaps", "swaps"), ("guesses", "guesses"), ("sd", "sd of correct responses"))
BY_DISTANCE = (
    "no noise in recall", "double noise in recall", "role: to the other item", "plane: to the other item",
    "other cue in recall", "delay × 3",
)  # fmt: skip
"""Interventions whose swap curves are drawn, one of each kind."""
MOST = 6  # swap curves that are drawn, if they have other names
PUSHES = (
    ("reversed_by_role", "push to the other role", "solid"),
    ("reversed_by_foreign", "role axis of another display", "dash"),
    ("reversed_by_cue", "cue of the other item", "dot"),
)


def effects(groups: Sequence[Group]) -> go.Figure:
    """One row an intervention, one panel a measure: groups with their intervals, the undisturbed network first."""
    what = list(dict.fromkeys(name for group in groups for name in group.axes["what"]))
    figure = panels(len(MEASURES), "", "", height=ROW * max(len(what), 1) + 20, least=118, left=178)
    for number, (measure, words) in enumerate(MEASURES, start=1):
        for place, group in enumerate(groups):
            shift = (place - (len(groups) - 1) / 2) * 0.22
            _nulls(figure, group, measure, what, shift, number)
            _rows(figure, group, measure, what, shift, number)
        figure.update_xaxes(
            tickformat="" if measure == "sd" else ".0%", ticksuffix="°" if measure == "sd" else "", rangemode="tozero",
            nticks=5, selector={"anchor": axes(number)["yaxis"]},
        )  # fmt: skip
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_yaxes(
        range=[len(what) - 0.5, -0.5], tickvals=list(range(len(what))), ticktext=what, showgrid=True, ticks=""
    )
    return with_legend(figure)


def _scaled(values: Sequence[float | None], measure: str) -> list[float | None]:
    return [None if value is None else FACTOR.get(measure, 1.0) * value for value in values]


def _rows(figure: go.Figure, group: Group, measure: str, what: Sequence[str], shift: float, number: int) -> None:
    if not group.has(measure):
        return
    mean, low, high = (_scaled(group.measures[measure][part], measure) for part in ("mean", "low", "high"))
    own = list(group.axes["what"])
    figure.add_scatter(
        x=mean, y=[what.index(name) + shift for name in own], text=own, mode="markers", name=group.name,
        marker={"size": 8, "symbol": group.symbol, "color": group.colour}, showlegend=False, cliponaxis=False,
        error_x=bars(mean, low, high) | {"color": group.colour, "thickness": 1.8, "width": 0},
        hovertemplate=f"{group.name}, %{{text}}: <b>%{{x:.3g}}</b><extra></extra>", **axes(number),
    )  # fmt: skip
    in_legend(figure, group.name, group.colour, symbol=group.symbol)


def _nulls(figure: go.Figure, group: Group, measure: str, what: Sequence[str], shift: float, number: int) -> None:
    levels = (group.nulls.get(measure) or {}).get("mean")
    if not levels:
        return
    own = list(group.axes["what"])
    figure.add_scatter(
        x=_scaled(levels, measure), y=[what.index(name) + shift for name in own], text=own, mode="markers",
        marker={"size": 9, "symbol": "line-ns-open", "color": theme.NULL, "line": {"width": 2}}, showlegend=False,
        name=f"{group.name} · as large, at random", **axes(number),
        hovertemplate=f"{group.name}, %{{text}}, as large but at random: %{{x:.3g}}<extra></extra>",
    )  # fmt: skip
    in_legend(figure, "as large, at random", theme.NULL, symbol="line-ns-open")


def role_push(groups: Sequence[Group]) -> go.Figure:
    """Swaps after a push along the role axis: −1 makes the other item the target; grey in random directions."""
    figure = panels(1, "push, of the way between the roles", "share of swaps", height=250)
    for group in groups:
        null_curves(figure, [group], "role_push", group.axes["push"], axes(1), words="random directions")
        curves(figure, group, "role_push", group.axes["push"], axes(1), legend=group.name)
    figure.update_xaxes(tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=["−1 (other item)", "−0.5", "0", "0.5", "1"])
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    return with_legend(figure)


def reversal(groups: Sequence[Group]) -> go.Figure:
    """One panel a group: until when a choice can be turned round, by role, by another display's role, and by cue."""
    figure = side_by_side(groups, "seconds from cue onset", "choices turned round", 250, 130)
    for number, group in enumerate(groups, start=1):
        along = group.axes["seconds"]
        null_curves(figure, [group], "reversed_by_role", along, axes(number), words="random directions")
        for measure, words, dash in PUSHES:
            curves(figure, group, measure, along, axes(number), words=words, dash=dash, each=dash == "solid")
        _committed(figure, group, number)
        group_title(figure, number, group)
    for _, words, dash in PUSHES:
        in_legend(figure, words, theme.RECORDED, dash)
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", nticks=5)
    return with_legend(figure)


def _committed(figure: go.Figure, group: Group, number: int) -> None:
    at: Any = (group.measures.get("committed") or {}).get("mean")
    if at is None:
        return
    name = "" if number == 1 else str(number)
    figure.add_shape(
        type="line", x0=at, x1=at, y0=0, y1=1, xref=f"x{name}", yref=f"y{name} domain",
        line={"color": group.colour, "width": 1.4, "dash": "dot"},
    )  # fmt: skip
    figure.add_annotation(
        text=f"committed, {at:.2f} s", x=at, xref=f"x{name}", xanchor="left", xshift=4, y=0.98,
        yref=f"y{name} domain", yanchor="top", font={"size": 11},
    )  # fmt: skip


def swap_curves(groups: Sequence[Group]) -> go.Figure:
    """One panel an intervention: probability of a swap over distance, with the undisturbed network dotted."""
    what = list(dict.fromkeys(name for group in groups for name in group.axes["what"]))
    shown = [at for at, name in enumerate(what) if name in BY_DISTANCE] or list(range(1, len(what)))[:MOST]
    figure = panels(len(shown), "distance of the other item", "probability of a swap", height=160, least=150)
    for number, at in enumerate(shown, start=1):
        for group in groups:
            own = list(group.axes["what"])
            if what[at] not in own or None in group.axes["distance"]:
                continue
            along = degrees(group.axes["distance"])
            for which, dash in ((0, "dot"), (own.index(what[at]), "solid")):
                curves(
                    figure, group, "swap_curve", along, axes(number), pick=entry(which), dash=dash, words=own[which],
                    legend=group.name if which else None, each=False,
                )  # fmt: skip
        panel_title(figure, number, f"<b>{what[at]}</b>")
    in_legend(figure, "undisturbed", theme.RECORDED, "dot")
    figure.update_xaxes(ticksuffix="°", tickvals=[0, 45, 90, 135, 180])
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return with_legend(figure)


def neurons(groups: Sequence[Group]) -> go.Figure:
    """Change of the swap rate when one neuron is silenced, the largest first, and with several of them."""
    shown = (("ranked", "change of swaps, one neuron silenced"), ("silenced_swaps", "swaps, several silenced together"))
    figure = panels(len(shown), "neurons, the most telling first", "", height=220, least=200, shared=False, left=52)
    for number, (measure, words) in enumerate(shown, start=1):
        for group in groups:
            if not group.has(measure):
                continue
            count = len(group.measures[measure]["mean"])
            along = list(range(1, count + 1)) if measure == "ranked" else list(group.axes["silenced"])
            null_curves(figure, [group], measure, along, axes(number), words="null")
            curves(figure, group, measure, along, axes(number), legend=group.name)
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_yaxes(tickformat="+.0%", nticks=6, selector={"anchor": "x"})
    figure.update_yaxes(tickformat=".0%", nticks=6, rangemode="tozero", selector={"anchor": "x2"})
    return with_legend(figure)
