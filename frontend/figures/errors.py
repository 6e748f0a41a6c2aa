"""What a dataset looks like: errors by set size, responses around non-targets, trials a subject."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import FULL, angle_ticks, bin_width, items, middles, panel_title
from frontend.figures.panels import axes, panels

MOST_NAMED, FEWEST_BARS = 40, 8


def own_degrees(feature_degrees: int, few: bool = False) -> dict[str, object]:
    """Axis in degrees of the full circle, with the feature's own degrees in brackets where these are others.

    They stand below, or beside in panels with `few` ticks, where rows of panels leave no room for two lines.
    """
    axis = angle_ticks(few=few)
    if feature_degrees == 360:
        return axis
    at, between = ((-90, 0, 90), " ") if few else (FULL, "<br>")
    own = [f"{tick}°{between}({tick * feature_degrees / 360:g}°)" if tick or not few else "0°" for tick in at]
    return axis | {"tickvals": list(at), "ticktext": [words.replace("-", "−") for words in own]}


def error_distributions(errors: list[dict[str, Any]], feature_degrees: int = 360) -> go.Figure:
    """Response minus target, one panel a set size; `errors` as in Dataset.pictures.errors (radians).

    `feature_degrees` are the feature's own degrees in one full turn: 180 for orientations, which are drawn doubled.
    """
    least = 118 if feature_degrees == 360 else 190  # room for two kinds of degrees beside each other
    figure = panels(len(errors), along="response − target", up="density", height=150, least=least)
    for number, row in enumerate(errors, start=1):
        figure.add_bar(
            x=middles(row["edges"]),
            y=row["density"],
            width=bin_width(row["edges"]) * 0.92,
            marker={"color": theme.RECORDED, "line": {"width": 0}},
            name=f"errors, {items(row['set_size'])}",
            hovertemplate="%{x:.0f}°: density %{y:.2f}<extra></extra>",
            **axes(number),
        )
        words = f"<b>{items(row['set_size'])}</b> · sd {spread_in_words(row['sd'], feature_degrees)}"
        panel_title(figure, number, words)
    figure.update_xaxes(**own_degrees(feature_degrees, few=True))
    figure.update_yaxes(rangemode="tozero", nticks=4)
    return figure


def spread_in_words(sd: float | None, feature_degrees: int) -> str:
    """A circular sd (radians) in degrees of the full circle, and in the feature's own where these are others."""
    if sd is None:
        return "–"
    own = f" ({math.degrees(sd) * feature_degrees / 360:.0f}°)" if feature_degrees != 360 else ""
    return f"{math.degrees(sd):.0f}°{own}"


def around_non_targets(picture: dict[str, Any], feature_degrees: int = 360) -> go.Figure:
    """Response minus each non-target, with the chance level: the same with the non-targets of other trials."""
    figure = go.Figure()
    at = middles(picture["edges"])
    figure.add_bar(
        x=at,
        y=picture["density"],
        width=bin_width(picture["edges"]) * 0.92,
        marker={"color": theme.RECORDED},
        name="recorded",
        hovertemplate="%{x:.0f}°: density %{y:.3f}<extra></extra>",
    )
    figure.add_scatter(
        x=at,
        y=picture["expected"],
        mode="lines",
        line={"color": theme.NON_TARGET, "width": 2, "dash": "dot"},
        name="chance level",
        hovertemplate="chance level: %{y:.3f}<extra></extra>",
    )
    figure.update_xaxes(**own_degrees(feature_degrees))
    figure.update_yaxes(rangemode="tozero", nticks=4, title_text="density")
    below = 34 if feature_degrees == 360 else 50
    figure.update_layout(showlegend=False, margin={"t": 10, "b": below, "l": 52, "r": 8}, height=196 + below, bargap=0)
    return figure


def trials_by_subject(subjects: list[dict[str, Any]]) -> go.Figure:
    """How many trials each subject gave."""
    figure = go.Figure(
        go.Bar(
            x=[str(row["subject"]) for row in subjects],
            y=[row["trials"] for row in subjects],
            marker={"color": theme.RECORDED},
            name="trials",
            hovertemplate="subject %{x}: %{y} trials<extra></extra>",
        )
    )
    figure.update_xaxes(type="category", title_text="subject", showgrid=False, automargin=True)
    # One subject's bar is as wide as one of many.
    figure.update_xaxes(range=[-0.6, max(len(subjects), FEWEST_BARS) - 0.4])
    if len(subjects) > MOST_NAMED:  # too many names to stand beside each other; pointing at a bar tells them
        figure.update_xaxes(showticklabels=False, title_text=f"{len(subjects)} subjects, in the order of the file")
    figure.update_yaxes(rangemode="tozero", nticks=4, title_text="trials")
    figure.update_layout(showlegend=False, margin={"t": 10, "b": 40, "l": 52, "r": 8}, height=230, bargap=0.35)
    return figure
