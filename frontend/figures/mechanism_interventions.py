"""Interventions: what swaps and precision become when the network is disturbed on purpose."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import degrees, panel_title
from frontend.figures.mechanism_groups import Group, bars, curves, entry, in_legend, with_legend
from frontend.figures.panels import axes, panels

ROW = 30  # pixels an intervention takes
MEASURES = (("swaps", "swaps", ".0%", 1.0), ("sd", "sd of the error", "", 57.29578), ("guesses", "guesses", ".0%", 1.0))


def effects(groups: Sequence[Group]) -> go.Figure:
    """One row an intervention, one panel a measure: mean and interval over networks of every group."""
    what = list(groups[0].axes["what"]) if groups else []
    figure = panels(len(MEASURES), "", "", height=ROW * max(len(what), 1) + 20, least=150, left=150)
    for number, (measure, words, form, factor) in enumerate(MEASURES, start=1):
        for place, group in enumerate(groups):
            _rows(figure, group, measure, factor, what, (place - (len(groups) - 1) / 2) * 0.22, number)
        figure.update_xaxes(
            tickformat=form, ticksuffix="°" if measure == "sd" else "", rangemode="tozero", nticks=5,
            selector={"anchor": axes(number)["yaxis"]},
        )  # fmt: skip
        panel_title(figure, number, f"<b>{words}</b>")
    figure.update_yaxes(
        range=[len(what) - 0.5, -0.5], tickvals=list(range(len(what))), ticktext=what, showgrid=True, ticks=""
    )
    return with_legend(figure)


def _rows(
    figure: go.Figure, group: Group, measure: str, factor: float, what: Sequence[str], shift: float, number: int
) -> None:
    if not group.has(measure):
        return
    told = group.measures[measure]
    scaled = {part: [None if v is None else factor * v for v in told[part]] for part in ("mean", "low", "high")}
    figure.add_scatter(
        x=scaled["mean"], y=[at + shift for at in range(len(what))], text=what, mode="markers", name=group.name,
        marker={"size": 9, "symbol": group.symbol, "color": group.colour}, showlegend=False, cliponaxis=False,
        error_x=bars(scaled["mean"], scaled["low"], scaled["high"])
        | {"color": group.colour, "thickness": 1.8, "width": 0},
        hovertemplate=f"{group.name}, %{{text}}: <b>%{{x:.3g}}</b><extra></extra>", **axes(number),
    )  # fmt: skip
    in_legend(figure, group.name, group.colour, symbol=group.symbol)


def swap_curves(groups: Sequence[Group], chosen: Sequence[int] = ()) -> go.Figure:
    """One panel an intervention: probability of a swap over distance, with the undisturbed network dotted."""
    what = list(groups[0].axes["what"]) if groups else []
    shown = list(chosen) or list(range(1, len(what)))
    figure = panels(len(shown), "distance of the other item", "probability of a swap", height=170, least=150)
    for number, at in enumerate(shown, start=1):
        for group in groups:
            along = degrees(group.axes["distance"])
            for which, dash in ((0, "dot"), (at, "solid")):
                curves(
                    figure, group, "swap_curve", along, axes(number), pick=entry(which), dash=dash, words=what[which],
                    legend=group.name if which else None, each=False,
                )  # fmt: skip
        panel_title(figure, number, f"<b>{what[at]}</b>")
    in_legend(figure, "undisturbed", theme.UNIFORM, "dot")
    figure.update_xaxes(ticksuffix="°", nticks=5)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return with_legend(figure)


def neurons(groups: Sequence[Group]) -> go.Figure:
    """Change of the swap rate when one neuron is silenced, the largest effect first."""
    figure = panels(1, "neurons, ranked by effect", "change of swaps", height=220)
    for group in groups:
        if group.has("ranked"):
            count = len(group.measures["ranked"]["mean"])
            curves(figure, group, "ranked", list(range(1, count + 1)), axes(1), legend=group.name)
    figure.update_yaxes(tickformat="+.0%", nticks=6)
    return with_legend(figure)
