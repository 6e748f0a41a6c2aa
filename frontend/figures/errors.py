"""What a dataset looks like: errors by set size, responses around non-targets, trials a subject."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from frontend import theme
from frontend.figures.axes import angle_ticks, bin_width, items, middles, panel_title


def error_distributions(errors: list[dict[str, Any]]) -> go.Figure:
    """Response minus target, one panel a set size; `errors` as in Dataset.pictures.errors (radians)."""
    figure = make_subplots(rows=1, cols=max(len(errors), 1), shared_yaxes=True, horizontal_spacing=0.035)
    for column, row in enumerate(errors, start=1):
        figure.add_bar(
            x=middles(row["edges"]),
            y=row["density"],
            width=bin_width(row["edges"]) * 0.92,
            marker={"color": theme.RECORDED, "line": {"width": 0}},
            name=f"errors, {items(row['set_size'])}",
            hovertemplate="%{x:.0f}°: density %{y:.2f}<extra></extra>",
            row=1,
            col=column,
        )
        panel_title(figure, column, f"<b>{items(row['set_size'])}</b> · sd {math.degrees(row['sd']):.0f}°")
    figure.update_xaxes(**angle_ticks())
    figure.update_xaxes(tickvals=[-90, 0, 90], ticktext=["−90°", "0°", "90°"])
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_yaxes(title_text="density", col=1)
    figure.update_layout(showlegend=False, margin={"t": 34, "b": 34, "l": 46, "r": 8}, height=230, bargap=0)
    return figure


def around_non_targets(picture: dict[str, Any]) -> go.Figure:
    """Response minus each non-target, with what would be expected without swaps."""
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
        name="expected without swaps",
        hovertemplate="without swaps: %{y:.3f}<extra></extra>",
    )
    figure.update_xaxes(**angle_ticks())
    figure.update_yaxes(rangemode="tozero", nticks=4, title_text="density")
    figure.update_layout(showlegend=False, margin={"t": 10, "b": 34, "l": 52, "r": 8}, height=230, bargap=0)
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
    figure.update_xaxes(type="category", title_text="subject", showgrid=False)
    figure.update_yaxes(rangemode="tozero", nticks=4, title_text="trials")
    figure.update_layout(showlegend=False, margin={"t": 10, "b": 40, "l": 52, "r": 8}, height=230, bargap=0.35)
    return figure
