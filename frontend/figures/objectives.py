"""Networks of several objectives side by side: mean and range of every objective, and one network apart on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from frontend import theme
from frontend.figures.axes import angle_ticks, band, degrees, without_points
from frontend.figures.mechanism_dots import bars
from frontend.figures.mechanism_groups import in_legend, with_legend
from frontend.figures.panels import axes, panels

ROW, BESIDE_ROWS = 54, 64  # pixels of a row, and of what is above and below all rows
THIS = "this network"


@dataclass(frozen=True)
class Checked:
    """A network whose responses have been compared with the behavioural model's; `fidelity` is its FidelityResult."""

    name: str
    fidelity: Mapping[str, Any]


@dataclass(frozen=True)
class Objective:
    """Networks that were trained to do the same; `key` is the objective's name in a request, `name` for people."""

    key: str
    name: str
    networks: Sequence[Checked]

    @property
    def colour(self) -> str:
        """The objective's colour on every page."""
        return theme.OBJECTIVES.get(self.key, (theme.UNIFORM,))[0]

    @property
    def symbol(self) -> str:
        """The objective's symbol on every page."""
        return theme.OBJECTIVE_SYMBOLS.get(self.key, "circle")

    @property
    def count(self) -> str:
        """How many networks, in words."""
        return "1 network" if len(self.networks) == 1 else f"{len(self.networks)} networks"


def swap_curve(this: Objective, groups: Sequence[Objective] = (), height: int = 300) -> go.Figure:
    """Probability of a swap over the distance to another item: the model, objectives by mean and range, one network.

    `this` holds the one network that is drawn on top, with its 95 % interval; `groups` are objectives to compare.
    """
    figure = panels(1, "distance of the other item", "probability of a swap", height=height)
    curve = this.networks[0].fidelity["swap_curve"]
    for group in groups:
        _objective(figure, group)
    at = degrees(curve["distance"])
    figure.add_scatter(
        x=at, y=curve["target"], mode="lines", name="behavioural model", line={"color": theme.MODEL, "width": 2.4},
        hovertemplate="model: %{y:.1%} at %{x:.0f}°<extra></extra>", showlegend=False, **axes(1),
    )  # fmt: skip
    figure.add_scatter(
        x=at, y=curve["network"], customdata=list(zip(curve["low"], curve["high"], strict=True)), mode="lines+markers",
        name=f"{THIS}, 95 % interval", line={"color": this.colour, "width": 2.8},
        marker={"size": 10, "symbol": this.symbol, "line": {"width": 1.5, "color": "#FFFFFF"}}, cliponaxis=False,
        error_y=bars(curve["network"], curve["low"], curve["high"]) | {"thickness": 2.2, "width": 0},
        hovertemplate=f"{THIS}: <b>%{{y:.1%}}</b> at %{{x:.0f}}°<br>%{{customdata[0]:.1%}} to %{{customdata[1]:.1%}}"
        "<extra></extra>",
        meta={"interval": True}, showlegend=True, legendrank=500, **axes(1),
    )  # fmt: skip
    in_legend(figure, "behavioural model", theme.MODEL)
    figure.update_xaxes(**angle_ticks(half=True))
    figure.update_yaxes(tickformat=".0%", range=_heights(figure), nticks=6)
    if not at:
        without_points(figure, "No display had two items that can be told apart.")
    return with_legend(figure)


def _heights(figure: go.Figure) -> list[float]:
    """From just under 0, so that a curve at 0 is seen whole, to just over the highest point."""
    highest = max((value for trace in figure.data for value in trace.y or () if value is not None), default=0.0)
    return [-0.02 * max(highest, 0.02), 1.06 * max(highest, 0.02)]


def _objective(figure: go.Figure, group: Objective) -> None:
    """A thin line a network, the range over them as a band, their mean; of a single network its line alone."""
    curves = [(one.name, *_known(one.fidelity["swap_curve"])) for one in group.networks]
    there = [curve for curve in curves if len(curve[1])]
    if len(there) > 1:
        _networks(figure, group, there)
    if not there:
        return
    at, values = over_networks([(at, found) for _, at, found in there])
    if len(at):
        _mean(figure, group, degrees(at.tolist()), values)
    else:
        in_legend(figure, f"{group.name}, no distance in common", group.colour, "dot")


def _mean(figure: go.Figure, group: Objective, at: list[float], values: NDArray[Any]) -> None:
    """Mean and range of `values` (networks, places); a single place has a mark and a bar, no line can be drawn."""
    low, mean, high = (found.tolist() for found in (values.min(0), values.mean(0), values.max(0)))
    several, place = len(values) > 1, len(at) == 1
    words = f"{group.name}, mean of {len(values)}" if several else group.name
    if several and not place:
        figure.add_trace(band(at, low, high, theme.translucent(group.colour, 0.16), words))
    extent = "<br>networks: %{customdata[0]:.1%} to %{customdata[1]:.1%}" if several else ""
    figure.add_scatter(
        x=at, y=mean, customdata=list(zip(low, high, strict=True)), meta={"interval": True}, name=words,
        mode="markers" if place else "lines", line={"color": group.colour, "width": 2.4, "dash": "dash"},
        marker={"size": 9, "symbol": group.symbol, "color": group.colour}, showlegend=False,
        error_y=bars(mean, low, high) | {"thickness": 2.2, "width": 0, "visible": place},
        hovertemplate=f"{words}: <b>%{{y:.1%}}</b> at %{{x:.0f}}°{extent}<extra></extra>", **axes(1),
    )  # fmt: skip
    in_legend(figure, words, group.colour, "dash")


def _networks(figure: go.Figure, group: Objective, curves: Sequence[tuple[str, NDArray[Any], NDArray[Any]]]) -> None:
    """All networks of an objective in one trace: their curves one after another, with a gap after each."""
    figure.add_scatter(
        x=[place for _, at, _ in curves for place in (*degrees(at.tolist()), None)],
        y=[value for _, _, found in curves for value in (*found.tolist(), None)],
        text=[name for name, at, _ in curves for _ in range(len(at) + 1)],
        mode="lines", line={"color": theme.translucent(group.colour, 0.35), "width": 1}, showlegend=False,
        name=f"{group.name}, networks", meta={"parts": [name for name, _, _ in curves]},
        hovertemplate="%{text}: %{y:.1%} at %{x:.0f}°<extra></extra>", **axes(1),
    )  # fmt: skip


def _known(curve: Mapping[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Distances (radians, ascending) and swap probabilities of one network, where there are any."""
    at, found = (np.array(curve[name], dtype=float) for name in ("distance", "network"))
    known = np.isfinite(at) & np.isfinite(found)
    return at[known], found[known]


def over_networks(curves: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Curves of several networks at common places: `(K,)` distances and `(networks, K)` values.

    Bins of distances differ a little from network to network where items lie anywhere. So each curve is read off the
    straight lines between its points, at every distance that any network has, and only within the range that all of
    them have: the mean is over the same networks everywhere. `curves` are (distances, values), ascending, not empty.
    """
    first, last = max(at[0] for at, _ in curves), min(at[-1] for at, _ in curves)
    places = np.unique(np.concatenate([at for at, _ in curves]).round(6))
    places = places[(places >= first - 1e-6) & (places <= last + 1e-6)]
    return places, np.stack([np.interp(places, at, found) for at, found in curves])


def told_apart(this: Objective, groups: Sequence[Objective] = ()) -> go.Figure:
    """How well a classifier tells networks from the behavioural model: one network on top, then a row an objective.

    0.50 cannot be told apart; the band around the floor is what the model reaches against another draw of its own. A
    row has a dot a network, their mean, and a bar from the lowest to the highest.
    """
    test = this.networks[0].fidelity["c2st"]
    figure = go.Figure()
    spread = 2 * (test.get("sd") or 0.0)
    figure.add_vrect(
        x0=test["floor"] - spread, x1=test["floor"] + spread, fillcolor=theme.translucent(theme.MODEL, 0.16),
        line={"width": 0},
    )  # fmt: skip
    figure.add_vline(x=test["floor"], line={"color": theme.MODEL, "width": 1.5, "dash": "dash"})
    _mark(figure, this, 0, test["network"], (test["network"] - spread, test["network"] + spread), THIS)
    for row, group in enumerate(groups, start=1):
        _row(figure, group, row)
    found = [accuracy(one) for group in (this, *groups) for one in group.networks]
    left, right = min(0.46, min(found) - 0.04), max(0.68, max(found) + 0.06)
    names = [f"<b>This network</b><br>{this.name}"] + [f"{group.name}<br>{group.count}" for group in groups]
    figure.update_xaxes(title_text="accuracy of a classifier", range=[left, right])
    for trace in figure.select_traces({"mode": "markers+text"}):  # beside the line of the floor, and inside the figure
        trace.textposition = "top right" if trace.x[0] < (left + right) / 2 else "top left"
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.45, -0.6], ticks="", showgrid=False
    )
    margin = {"l": 20, "r": 16, "t": 10, "b": 46}
    figure.update_layout(showlegend=False, height=BESIDE_ROWS + ROW * len(names), margin=margin)
    return figure


def _row(figure: go.Figure, group: Objective, row: int) -> None:
    each = [accuracy(one) for one in group.networks]
    if len(each) > 1:
        figure.add_scatter(
            x=each, y=[row + 0.26 + 0.06 * (number % 3 - 1) for number in range(len(each))], mode="markers",
            text=[one.name for one in group.networks], name=f"{group.name}, networks",
            meta={"csv": f"{group.name}, networks"},
            marker={"size": 6.5, "symbol": group.symbol, "color": theme.translucent(group.colour, 0.5)},
            hovertemplate="%{text}: %{x:.3f}<extra></extra>", cliponaxis=False,
        )  # fmt: skip
    name = group.name if len(each) == 1 else f"{group.name}, mean of {len(each)}"
    _mark(figure, group, row, fmean(each), (min(each), max(each)), name)


def _mark(figure: go.Figure, group: Objective, row: int, value: float, ends: tuple[float, float], name: str) -> None:
    """A value with its bar, and the number above."""
    low, high = ends
    told = f"<br>{low:.3f} to {high:.3f}" if high > low else ""
    figure.add_scatter(
        x=[value], y=[row], mode="markers+text", text=[f"{value:.3f}"], name=name,
        error_x={"array": [high - value], "arrayminus": [value - low], "color": group.colour, "thickness": 2.2,
                 "width": 0},
        marker={"size": 12 if row == 0 else 11, "symbol": group.symbol, "color": group.colour}, cliponaxis=False,
        hovertemplate=f"{name}: <b>%{{x:.3f}}</b>{told}<extra></extra>",
    )  # fmt: skip


def accuracy(network: Checked) -> float:
    """Of the classifier that tells a network's responses from the model's."""
    return float(network.fidelity["c2st"]["network"])
