"""The role axis: the direction that tells target from distractor, which side swaps are on, and whether all share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_dots import dots
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    epochs,
    group_title,
    in_legend,
    null_curves,
    same,
    side_by_side,
    with_legend,
)
from frontend.figures.panels import axes, panels

ROLES = ("cued role", "other role")


def swap_place(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """Where swap trials are between the role that was cued, 0, and the other one, 1, over time."""
    figure = panels(1, "seconds from cue onset", "place of swap trials", height=240)
    for group in groups:
        curves(figure, group, "swap_place_time", group.axes["time"], axes(1), legend=group.name)
    epochs(figure, spans, 1)
    for level, words in enumerate(ROLES):
        figure.add_hline(y=level, line={"color": theme.NULL, "width": 1.6, "dash": "dash"})
        figure.add_annotation(text=words, xref="paper", x=0.005, xanchor="left", y=level, yanchor="bottom")
    figure.update_yaxes(nticks=5)
    return with_legend(figure)


def separation(groups: Sequence[Group]) -> go.Figure:
    """How far apart the roles are (d′) at the end of recall, with and without what is a copy of the response."""
    shown = (("separation", "all of memory"), ("separation_beyond_response", "beyond the response"))
    figure = panels(len(shown), "", "d′ of the roles", height=240, least=140)
    for number, (measure, words) in enumerate(shown, start=1):
        dots(figure, groups, measure, axes(number), null="separation")
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_yaxes(nticks=6, zeroline=True, zerolinecolor=theme.translucent(theme.UNIFORM, 0.5))
    return with_legend(figure)


def alignment(groups: Sequence[Group]) -> go.Figure:
    """Cosine between the role axes of displays, over how much the report of the item in question differs."""
    shown = (
        ("alignment", "all of memory", "alignment_echo", "a copy of the response"),
        ("alignment_beyond_response", "beyond the response", "random", "random directions"),
    )
    figure = panels(len(shown), "difference of the reports", "cosine between role axes", height=240, least=200)
    for number, (measure, words, null, of_null) in enumerate(shown, start=1):
        for group in groups:
            along = degrees(group.axes["report_difference"])
            level = (group.nulls.get(null) or {}).get("mean")
            flat = same if isinstance(level, list) else partial(repeat, count=len(along))
            null_curves(figure, [group], null, along, axes(number), words=of_null, pick=flat)
            curves(figure, group, measure, along, axes(number), legend=group.name)
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_xaxes(ticksuffix="°", tickvals=[0, 45, 90, 135, 180])
    figure.update_yaxes(nticks=6)
    return with_legend(figure)


def repeat(level: float, count: int) -> list[float]:
    """One number as a level line."""
    return [level] * count


def trials(groups: Sequence[tuple[Group, Mapping[str, Any]]]) -> go.Figure:
    """One panel a group, of one of its networks: trials of one item with one report, along the axis and across it."""
    figure = side_by_side([group for group, _ in groups], "role axis", "across it", 240, 150)
    for number, (group, detail) in enumerate(groups, start=1):
        for target, role, colour in ((True, "target", theme.CUED), (False, "distractor", theme.NON_TARGET)):
            for swap, kind, symbol in ((False, "correct", "circle"), (True, "swap", "x")):
                _cloud(figure, detail["example"], (target, swap), f"{role}, {kind} trials", (colour, symbol), number)
        group_title(figure, number, group)
    figure.update_xaxes(showticklabels=False, ticks="")
    figure.update_yaxes(showticklabels=False, ticks="")
    return with_legend(figure)


def _cloud(
    figure: go.Figure, example: Mapping[str, Any], which: tuple[bool, bool], words: str, look: tuple[str, str],
    number: int,
) -> None:  # fmt: skip
    kinds = zip(example["points"], example["target"], example["swap"], strict=True)
    chosen = [point for point, target, swap in kinds if (bool(target), bool(swap)) == which]
    colour, symbol = look
    figure.add_scatter(
        x=[point[0] for point in chosen], y=[point[1] for point in chosen], mode="markers", name=words,
        marker={"size": 8 if which[1] else 5, "symbol": symbol, "color": colour, "opacity": 0.9 if which[1] else 0.45},
        showlegend=False, hovertemplate=f"{words}: %{{x:.2f}}<extra></extra>", **axes(number),
    )  # fmt: skip
    in_legend(figure, words, colour, symbol=symbol)
