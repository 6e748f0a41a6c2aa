"""Subjects as small multiples: each one's swap function over the population's."""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import angle_ticks, band, degrees, panel_title
from frontend.figures.panels import axes, panels
from frontend.figures.swap_function import LABELS, View, curve, signed

Order = Literal["swaps", "fit", "name"]


def small_multiples(
    subjects: list[dict[str, Any]],
    population: list[dict[str, Any]],
    set_size: int | None,
    view: View = "probability",
    order: Order = "swaps",
) -> go.Figure:
    """One panel a subject: its curve with its band, over the population's curve (grey, dashed).

    Args:
        subjects: as in FitResult.subjects.
        population: FitResult.swap_functions.
        set_size: which swap function is shown; None is the one that set sizes share.
        view: the vertical scale.
        order: most swaps first, best described first, or by name.
    """
    ordered = in_order(subjects, set_size, order)
    behind = of_size(population, set_size)
    feature = (behind or {}).get("feature", "probe")
    figure = panels(len(ordered), f"{feature} distance", LABELS[view], height=112)
    for number, subject in enumerate(ordered, start=1):
        _panel(figure, of_size(subject["swap_functions"], set_size), behind, view, number, f"subject {subject['name']}")
        panel_title(figure, number, _title(subject))
    functions = [found for subject in subjects if (found := of_size(subject["swap_functions"], set_size))]
    figure.update_xaxes(**angle_ticks(half=not any(map(signed, functions)), few=True))
    figure.update_yaxes(nticks=4, tickformat=".0%" if view == "probability" else "", range=_range(functions, view))
    return figure


def _panel(
    figure: go.Figure,
    function: dict[str, Any] | None,
    behind: dict[str, Any] | None,
    view: View,
    number: int,
    name: str,
) -> None:
    """One subject's curve with its band, over the population's where there is one."""
    if behind:
        figure.add_scatter(
            x=degrees(behind["distance"]),
            y=behind[view]["mean"],
            mode="lines",
            line={"color": theme.UNIFORM, "width": 1.6, "dash": "dash"},
            name="population",
            hovertemplate="population %{y:.3f}<extra></extra>",
            **axes(number),
        )
    if function:
        axis = "" if number == 1 else str(number)
        at, shown = degrees(function["distance"]), function[view]
        figure.add_trace(
            band(at, shown["low"], shown["high"], theme.translucent(theme.NON_TARGET, 0.2), "95 % band", axis)
        )
        figure.add_trace(curve(function, view, name, number, width=2.0))


def _range(functions: list[dict[str, Any]], view: View) -> list[float] | None:
    """A scale for all curves and for most bands: one subject without errors would have a band as tall as the axis."""
    if not functions:
        return None
    means = [value for function in functions for value in function[view]["mean"]]
    highs = sorted(max(function[view]["high"]) for function in functions)
    top = max(max(means), highs[int(0.9 * (len(highs) - 1))])
    if view == "probability":
        return [0.0, min(1.05 * top, 1.02)]
    lows = sorted(min(function[view]["low"]) for function in functions)
    bottom = min(min(means), lows[len(lows) - 1 - int(0.9 * (len(lows) - 1))])
    return [bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom)]


def in_order(subjects: list[dict[str, Any]], set_size: int | None, order: Order) -> list[dict[str, Any]]:
    """The subjects sorted: by mean swap probability or by log-likelihood a trial (both falling), or by name."""
    if order == "fit":
        return sorted(subjects, key=lambda one: -one["log_likelihood_per_trial"])
    if order == "name":
        return sorted(subjects, key=lambda one: _natural(str(one["name"])))
    return sorted(subjects, key=lambda one: -_swapped(one, set_size))


def of_size(functions: list[dict[str, Any]], set_size: int | None) -> dict[str, Any] | None:
    """The swap function of a set size, or the one that all share."""
    shared = next((one for one in functions if one["set_size"] is None), None)
    return next((one for one in functions if one["set_size"] == set_size), shared)


def _swapped(subject: dict[str, Any], set_size: int | None) -> float:
    function = of_size(subject["swap_functions"], set_size)
    values = function["probability"]["mean"] if function else [0.0]
    return float(sum(values) / len(values))


def _natural(name: str) -> tuple[int, str]:
    """Numbers in their order, then words in theirs."""
    return (int(name), "") if name.isdecimal() else (1 << 30, name)


def _title(subject: dict[str, Any]) -> str:
    likelihood = f"{subject['log_likelihood_per_trial']:.2f}".replace("-", "−")
    name = str(subject["name"])
    short = name if len(name) <= 8 else name[:7] + "…"
    return f"<b>{short}</b> <span style='font-size:10px'>n {subject['trials']}, {likelihood}</span>"
