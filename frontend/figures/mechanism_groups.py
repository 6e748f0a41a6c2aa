"""Objectives side by side: networks as thin lines or dots, their mean and interval, and the null in grey."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures import panels
from frontend.figures.axes import band, panel_title

LONGEST = 30  # letters of a group's name above a panel
MARK, LETTER = 47, 6.6  # pixels of an entry of the legend: of its mark, and of a letter
NARROW = 480  # pixels across half of a card
Entry = Callable[[Any], Any]


def same(value: Any) -> Any:  # noqa: ANN401 - a number or nested lists of them
    """All entries of a measure, for those that are one curve already."""
    return value


def entry(*indices: int) -> Entry:
    """What picks one entry of a nested measure: `entry(0)` of `[[1, 2], [3, 4]]` is `[1, 2]`."""

    def pick(value: Any) -> Any:  # noqa: ANN401
        for index in indices:
            value = value[index] if value is not None else None
        return value

    return pick


@dataclass(frozen=True)
class Group:
    """Networks of one objective and source, in one analysis.

    `measures` and `nulls` are as the analysis has them, over seeds: `{"mean", "low", "high", "each"}` of every entry.
    """

    name: str
    colour: str
    symbol: str
    seeds: list[int]
    axes: Mapping[str, Any]
    measures: Mapping[str, Any]
    nulls: Mapping[str, Any]

    def has(self, measure: str) -> bool:
        """Whether any of its networks has this measure."""
        return known((self.measures.get(measure) or {}).get("mean"))

    def network(self, number: int) -> str:
        """The name of one of its networks."""
        return f"{self.name}, seed {self.seeds[number]}" if number < len(self.seeds) else f"{self.name}, {number + 1}"


def group_title(figure: go.Figure, number: int, group: Group) -> None:
    """The name of a group above its panel, shortened where it is long; the legend and the pointer have all of it."""
    name = group.name if len(group.name) <= LONGEST else f"{group.name[: LONGEST - 1]}…"
    panel_title(figure, number, f"<b>{name}</b>")


def side_by_side(groups: Sequence[Group], along: str, up: str, height: int, least: int = 118) -> go.Figure:
    """An empty figure with a panel a group, wide enough that the names above panels do not run into one another."""
    names = max((min(len(group.name), LONGEST) for group in groups), default=0)
    return panels.panels(len(groups), along, up, height=height, least=max(least, round(7.2 * names)))


def groups_of(result: Mapping[str, Any], analysis: str) -> list[Group]:
    """The groups of a mechanism's result that have this analysis, in the result's order, each with its colour."""
    used: dict[str, int] = {}
    found = []
    for group in result["groups"]:
        objective = group["objective"]
        number = used[objective] = used.get(objective, -1) + 1
        told = group["analyses"].get(analysis) or {}
        if told.get("measures"):
            shades = theme.OBJECTIVES.get(objective, (theme.UNIFORM,))
            found.append(
                Group(
                    group["name"], shades[number % len(shades)], theme.OBJECTIVE_SYMBOLS.get(objective, "circle"),
                    _seeds(group, told), told["axes"], told["measures"], told["nulls"],
                )
            )  # fmt: skip
    return found


def _seeds(group: Mapping[str, Any], told: Mapping[str, Any]) -> list[int]:
    """Seeds of the networks in which an analysis could be done, in its order."""
    seeds = dict(zip(group["networks"], group["seeds"], strict=True))
    return [seeds[id] for id in told.get("networks", group["networks"])]


def curves(
    figure: go.Figure,
    group: Group,
    measure: str,
    along: Sequence[Any],
    place: Mapping[str, Any],
    *,
    pick: Entry = same,
    colour: str | None = None,
    dash: str = "solid",
    words: str = "",
    legend: str | None = None,
    each: bool = True,
) -> None:
    """A measure over `along`: a thin line a network, the interval over them as a band, their mean thick on top.

    `place` are the axes of the panel, `pick` takes one curve out of a nested measure, `words` tell this curve from
    others of the same group, `legend` is its name in the figure's legend (None: it is not there).
    """
    if not group.has(measure):
        return
    told, colour = group.measures[measure], colour or group.colour
    name = " · ".join(part for part in (group.name, words) if part)
    if each and len(told["each"]) > 1:
        _networks(figure, group, [pick(values) for values in told["each"]], along, colour, words, place)
    mean, low, high = (pick(told[part]) for part in ("mean", "low", "high"))
    bounded = [at for at, (down, up) in enumerate(zip(low, high, strict=True)) if down is not None and up is not None]
    if bounded:
        ends = ([low[at] for at in bounded], [high[at] for at in bounded])
        shade = theme.translucent(colour, 0.16)
        figure.add_trace(band([along[at] for at in bounded], *ends, shade, name, place["xaxis"].removeprefix("x")))
    figure.add_scatter(
        x=along, y=mean, customdata=list(zip(low, high, strict=True)), mode="lines",
        line={"color": colour, "width": 2.6, "dash": dash}, name=name, meta={"interval": True},
        hovertemplate=f"{name}: <b>%{{y:.3g}}</b><br>%{{customdata[0]:.3g}} to %{{customdata[1]:.3g}}<extra></extra>",
        showlegend=False, **place,
    )  # fmt: skip
    if legend:
        in_legend(figure, legend, colour, dash)


def _networks(
    figure: go.Figure, group: Group, each: Sequence[Sequence[float | None]], along: Sequence[Any], colour: str,
    words: str, place: Mapping[str, Any],
) -> None:  # fmt: skip
    """All networks of a group in one trace: their curves one after another, with a gap after each."""
    names = [" · ".join(part for part in (group.network(number), words) if part) for number in range(len(each))]
    figure.add_scatter(
        x=[at for _ in each for at in (*along, None)], y=[value for values in each for value in (*values, None)],
        mode="lines", line={"color": theme.translucent(colour, 0.3), "width": 1}, hoverinfo="skip", showlegend=False,
        name=f"{group.name}, networks", meta={"csv": "networks", "parts": names}, **place,
    )  # fmt: skip


def null_curves(
    figure: go.Figure,
    groups: Sequence[Group],
    null: str,
    along: Sequence[Any],
    place: Mapping[str, Any],
    *,
    pick: Entry = same,
    words: str = "null",
) -> None:
    """The null of every group, thin, grey and dashed: groups that differ in it are told apart on pointing."""
    for group in groups:
        if not known((group.nulls.get(null) or {}).get("mean")):
            continue
        figure.add_scatter(
            x=along, y=pick(group.nulls[null]["mean"]), mode="lines", showlegend=False, name=f"{group.name} · {words}",
            line={"color": theme.NULL, "width": 1.5, "dash": "dash"},
            hovertemplate=f"{words} of {group.name}: %{{y:.3g}}<extra></extra>", **place,
        )  # fmt: skip
    if any(known((group.nulls.get(null) or {}).get("mean")) for group in groups):
        in_legend(figure, words, theme.NULL, "dash")


def in_legend(figure: go.Figure, name: str, colour: str, dash: str = "solid", symbol: str | None = None) -> None:
    """An entry of the legend, once a figure: a line, or a mark where `symbol` is given."""
    if any(trace.showlegend and trace.name == name for trace in figure.data):
        return
    mark = {"mode": "markers", "marker": {"color": colour, "symbol": symbol, "size": 10}}
    line = {"mode": "lines", "line": {"color": colour, "width": 2.6, "dash": dash}}
    rank = 2000 if colour == theme.NULL else 1000  # nulls after what they are a null of
    figure.add_scatter(
        x=[None], y=[None], name=name, showlegend=True, hoverinfo="skip", legendrank=rank, **(mark if symbol else line)
    )


def with_legend(figure: go.Figure) -> go.Figure:
    """Room above the figure for the legend: it is part of the picture, so that a saved one explains itself."""
    figure.update_layout(
        showlegend=True,
        legend={
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top",
            "itemclick": False, "itemdoubleclick": False, "traceorder": "normal",
        },
    )  # fmt: skip
    widths = [MARK + LETTER * len(trace.name) for trace in figure.data if trace.showlegend]
    if not widths:
        return figure
    if figure.layout.meta and "panels" in figure.layout.meta:
        return panels.with_legend(figure, widths)
    rows = panels.legend_rows(widths, NARROW)
    figure.layout.height = (figure.layout.height or 300) + rows * panels.LEGEND
    figure.layout.margin.t = (figure.layout.margin.t or 16) + rows * panels.LEGEND
    return figure


def epochs(figure: go.Figure, spans: Mapping[str, Sequence[float]], count: int) -> None:
    """A pale bar over the cue in every panel, so that before and after are seen at a glance."""
    start, stop = spans.get("cue", (0.0, 0.0))
    for number in range(1, count + 1):
        name = "" if number == 1 else str(number)
        figure.add_shape(
            type="rect", x0=start, x1=max(stop, start), y0=0, y1=1, xref=f"x{name}", yref=f"y{name} domain",
            fillcolor=theme.translucent(theme.TRUTH, 0.16), line={"width": 1 if stop <= start else 0}, layer="below",
        )  # fmt: skip


def known(value: Any) -> bool:  # noqa: ANN401
    """Whether there is any number in nested lists."""
    if isinstance(value, list | tuple):
        return any(known(one) for one in value)
    return value is not None
