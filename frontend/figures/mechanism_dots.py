"""One number a network: a dot each, the mean of every group with its interval, and the null as a grey dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.mechanism_groups import Entry, Group, in_legend, same


def dots(
    figure: go.Figure,
    groups: Sequence[Group],
    measure: str,
    place: Mapping[str, Any],
    *,
    pick: Entry = same,
    null: str | None = None,
    null_pick: Entry = same,
) -> None:
    """One number a network: groups along the axis, a dot each, the mean with its interval, the null as a grey dash."""
    for at, group in enumerate(groups):
        if not group.has(measure):
            continue
        told = group.measures[measure]
        mean, low, high = (pick(told[part]) for part in ("mean", "low", "high"))
        if mean is None:
            continue
        each = [pick(value) for value in told["each"]]
        _dots_of(figure, group, each, at - 0.17, place)
        mean_mark(figure, group, mean, low, high, at + 0.12, place)
        level = null_pick((group.nulls.get(null) or {}).get("mean")) if null else None
        if isinstance(level, int | float):
            figure.add_scatter(
                x=[at - 0.36, at + 0.36], y=[level, level], mode="lines", name=f"{group.name} · null",
                line={"color": theme.NULL, "width": 1.8, "dash": "dash"}, showlegend=False,
                hovertemplate="null: %{y:.3g}<extra></extra>", **place,
            )  # fmt: skip
            in_legend(figure, "null", theme.NULL, "dash")
    _name_axis(figure, groups, place)


def mean_mark(
    figure: go.Figure, group: Group, mean: float, low: float | None, high: float | None, at: float,
    place: Mapping[str, Any],
) -> None:  # fmt: skip
    """The mean of a group with its interval."""
    ends = None if low is None or high is None else {"array": [high - mean], "arrayminus": [mean - low]}
    interval = "" if ends is None else "<br>%{customdata[0]:.3g} to %{customdata[1]:.3g}"
    figure.add_scatter(
        x=[at], y=[mean], customdata=[[low, high]], mode="markers", name=f"{group.name} · mean",
        marker={"size": 11, "symbol": group.symbol, "color": group.colour}, cliponaxis=False, showlegend=False,
        error_y=ends and ends | {"color": group.colour, "thickness": 2.2, "width": 0}, meta={"interval": True},
        hovertemplate=f"{group.name}: <b>%{{y:.3g}}</b>{interval}<extra></extra>", **place,
    )  # fmt: skip


def bars(
    mean: Sequence[float | None], low: Sequence[float | None], high: Sequence[float | None]
) -> dict[str, list[float]]:
    """Intervals as plotly's error bars; none where there is no interval."""
    up = [0.0 if at is None or end is None else end - at for at, end in zip(mean, high, strict=True)]
    down = [0.0 if at is None or end is None else at - end for at, end in zip(mean, low, strict=True)]
    return {"array": up, "arrayminus": down}


def _dots_of(
    figure: go.Figure, group: Group, each: Sequence[float | None], at: float, place: Mapping[str, Any]
) -> None:
    if len(each) < 2:
        return
    figure.add_scatter(
        x=[at + 0.05 * (number % 3 - 1) for number in range(len(each))], y=each, mode="markers",
        text=[group.network(number) for number in range(len(each))], name=f"{group.name} · networks", showlegend=False,
        marker={"size": 6.5, "symbol": group.symbol, "color": theme.translucent(group.colour, 0.45)}, cliponaxis=False,
        hovertemplate="%{text}: %{y:.3g}<extra></extra>", **place,
    )  # fmt: skip


def _name_axis(figure: go.Figure, groups: Sequence[Group], place: Mapping[str, Any]) -> None:
    """Groups are told apart by colour and by the legend: their names would not fit under narrow panels."""
    figure.update_layout(
        {
            "xaxis" + place["xaxis"].removeprefix("x"): {
                "range": [-0.6, max(len(groups), 1) - 0.4], "showticklabels": False, "ticks": "", "showgrid": False,
            }
        }
    )  # fmt: skip
    for group in groups:
        in_legend(figure, group.name, group.colour, symbol=group.symbol)
