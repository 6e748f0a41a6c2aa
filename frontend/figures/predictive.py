"""Posterior predictive over the data: does the fitted model make the responses that people made?"""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from frontend import theme
from frontend.figures.axes import angle_ticks, band, bin_width, degrees, items, middles, panel_title


def predictive(rows: list[dict[str, Any]], relative_to: Literal["target", "non-target"] = "target") -> go.Figure:
    """One panel a set size: recorded responses as bars, the model's density as a line with its band.

    `rows` as in FitResult.predictive; those relative to the other item are left out.
    """
    chosen = [row for row in rows if row["relative_to"] == relative_to]
    figure = make_subplots(
        rows=1, cols=max(len(chosen), 1), shared_yaxes=relative_to == "target", horizontal_spacing=0.04
    )
    for column, row in enumerate(chosen, start=1):
        axis = "" if column == 1 else str(column)
        figure.add_bar(
            x=middles(row["edges"]),
            y=row["observed"],
            width=bin_width(row["edges"]) * 0.92,
            marker={"color": theme.translucent(theme.RECORDED, 0.55)},
            name=f"recorded, {items(row['set_size'])}",
            hovertemplate="%{x:.0f}°: recorded %{y:.3f}<extra></extra>",
            row=1,
            col=column,
        )
        at = degrees(row["angles"])
        figure.add_trace(band(at, row["low"], row["high"], theme.translucent(theme.MODEL, 0.25), "95 % band", axis))
        figure.add_scatter(
            x=at,
            y=row["model"],
            mode="lines",
            line={"color": theme.MODEL, "width": 2.2},
            name=f"model, {items(row['set_size'])}",
            hovertemplate="%{x:.0f}°: model %{y:.3f}<extra></extra>",
            row=1,
            col=column,
        )
        panel_title(figure, column, f"<b>{items(row['set_size'])}</b>")
    figure.update_xaxes(**angle_ticks())
    figure.update_xaxes(tickvals=[-90, 0, 90], ticktext=["−90°", "0°", "90°"], title_text=f"response − {relative_to}")
    figure.update_yaxes(rangemode="tozero", nticks=5)
    figure.update_yaxes(title_text="density", col=1)
    figure.update_layout(showlegend=False, margin={"t": 34, "b": 46, "l": 50, "r": 8}, height=270, bargap=0)
    return figure
