"""Memory planes: the angle between the planes of two items over time, and before and after the cue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from frontend import theme
from frontend.figures.axes import panel_title
from frontend.figures.mechanism_dots import mean_mark
from frontend.figures.mechanism_groups import (
    Group,
    curves,
    entry,
    epochs,
    group_title,
    in_legend,
    null_curves,
    side_by_side,
    with_legend,
)
from frontend.figures.panels import axes, panels

MOST = 6  # distances that have a panel
QUARTERS = {"range": [-3, 93], "tickvals": [0, 30, 60, 90], "ticksuffix": "°"}


def angle_over_time(groups: Sequence[Group], spans: Mapping[str, Sequence[float]]) -> go.Figure:
    """Over all probe distances, then one panel a distance: 90° are planes that share nothing, 0° is one plane."""
    distances = sorted({at for group in groups for at in _distances(group)})
    shown = [None, *distances[:: math.ceil(len(distances) / MOST) or 1]]
    figure = panels(len(shown), "seconds from cue onset", "angle between planes", height=230, least=150)
    for number, distance in enumerate(shown, start=1):
        place = axes(number)
        for group in groups:
            null_curves(figure, [group], "angle", group.axes["time"], place)
            if distance is None:
                curves(figure, group, "angle_all", group.axes["time"], place, legend=group.name)
            elif distance in _distances(group):
                pick = entry(_distances(group).index(distance))
                curves(figure, group, "angle", group.axes["time"], place, pick=pick, legend=group.name)
        words = "all displays" if distance is None else f"probes {distance}° apart"
        panel_title(figure, number, f"<b>{words}</b>")
    epochs(figure, spans, len(shown))
    figure.update_yaxes(QUARTERS)
    return with_legend(figure)


def _distances(group: Group) -> list[int]:
    """Of the probes, whole degrees; none where there are no probes."""
    return [round(math.degrees(distance)) for distance in group.axes["probe_distance"] if distance is not None]


def before_and_after(groups: Sequence[Group]) -> go.Figure:
    """One panel a group: every network's angle at the end of the delay and at the end of recall, joined."""
    figure = side_by_side(groups, "", "angle between planes", 330, 96)
    for number, group in enumerate(groups, start=1):
        place = axes(number)
        _null_steps(figure, group, place)
        _pairs(figure, group, place)
        for at, measure in enumerate(("before", "after")):
            told = group.measures[measure]
            if told["mean"] is not None:
                mean_mark(figure, group, told["mean"], told["low"], told["high"], at, place)
        group_title(figure, number, group)
    figure.update_xaxes(range=[-0.5, 1.5], tickvals=[0, 1], ticktext=["before", "after cue"], showgrid=False)
    figure.update_yaxes(QUARTERS)
    return with_legend(figure)


def _pairs(figure: go.Figure, group: Group, place: Mapping[str, Any]) -> None:
    ends = zip(group.measures["before"]["each"], group.measures["after"]["each"], strict=True)
    for number, pair in enumerate(ends):
        figure.add_scatter(
            x=[0, 1], y=list(pair), mode="lines+markers", name=group.network(number), showlegend=False,
            line={"color": theme.translucent(group.colour, 0.5), "width": 1.2}, marker={"size": 5},
            hovertemplate=f"{group.network(number)}: %{{y:.0f}}°<extra></extra>", **place,
        )  # fmt: skip
    means = [group.measures[measure]["mean"] for measure in ("before", "after")]
    figure.add_scatter(
        x=[0, 1], y=means, mode="lines", line={"color": group.colour, "width": 2.6}, hoverinfo="skip",
        showlegend=False, name=group.name, **place,
    )  # fmt: skip


def _null_steps(figure: go.Figure, group: Group, place: Mapping[str, Any]) -> None:
    for at, measure in enumerate(("before", "after")):
        level = (group.nulls.get(measure) or {}).get("mean")
        if level is not None:
            figure.add_scatter(
                x=[at - 0.3, at + 0.3], y=[level, level], mode="lines", showlegend=False, name=f"{group.name} · null",
                line={"color": theme.NULL, "width": 1.8, "dash": "dash"},
                hovertemplate="null: %{y:.0f}°<extra></extra>", **place,
            )  # fmt: skip
            in_legend(figure, "null", theme.NULL, "dash")


def rings(example: Mapping[str, Any], reports: Sequence[float], when: str) -> go.Figure:
    """One network's memory of two items, `when` is "before" or "after": a ring of condition means for each, its plane.

    Means over the trials in which an item, which is or will be cued, has each of the reports; three axes of most
    variance. The one scene in three dimensions of the page.
    """
    figure = go.Figure()
    for which, colour, words in (("first", theme.CUED, "item 1"), ("second", theme.NON_TARGET, "item 2")):
        ring = np.asarray(example[when][which], dtype=float)
        _plane(figure, ring, colour, words)
        closed = np.concatenate([ring, ring[:1]])
        shade = [theme.cyclic(angle) for angle in [*reports, reports[0]]]
        figure.add_scatter3d(
            x=closed[:, 0], y=closed[:, 1], z=closed[:, 2], mode="lines+markers", name=words,
            line={"color": colour, "width": 5}, marker={"size": 5, "color": shade}, showlegend=False,
            text=[f"{math.degrees(angle):.0f}°".replace("-", "\N{MINUS SIGN}") for angle in [*reports, reports[0]]],
            hovertemplate=f"{words}, report %{{text}}<extra></extra>",
        )  # fmt: skip
    axis = {"showticklabels": False, "showspikes": False, "nticks": 4}
    named = {f"{name}axis": axis | {"title": {"text": f"PC {at}"}} for at, name in enumerate("xyz", start=1)}
    figure.update_layout(
        scene=named | {"aspectmode": "data", "camera": {"eye": {"x": 1.3, "y": 1.3, "z": 0.9}}, "uirevision": "keep"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, height=380, meta={"space": True}, uirevision="keep",
    )  # fmt: skip
    return figure


def _plane(figure: go.Figure, ring: NDArray[np.float64], colour: str, words: str) -> None:
    """A square piece of the plane of most variance of a ring, through its middle, as large as the ring."""
    middle = ring.mean(0)
    _, _, directions = np.linalg.svd(ring - middle)
    reach = 1.15 * np.abs((ring - middle) @ directions[:2].T).max()
    corners = [
        middle + reach * (a * directions[0] + b * directions[1]) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    x, y, z = np.array(corners).T
    figure.add_mesh3d(
        x=x, y=y, z=z, i=[0, 0], j=[1, 2], k=[2, 3], color=colour, opacity=0.2, hoverinfo="skip",
        name=f"plane of {words}", flatshading=True,
    )  # fmt: skip
