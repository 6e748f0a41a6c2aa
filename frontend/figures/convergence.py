"""A quantity that a running job improves step by step: the bound of a fit, the loss of a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme
from frontend.figures.axes import without_points


def bound(curve: Sequence[Sequence[float]], height: int = 240, quantity: str = "bound") -> go.Figure:
    """What a fit raises, in nats a trial, over steps; `curve` holds [step, value] pairs, as in FitResult.convergence.

    `quantity` says what it is: the bound of BNS, the log-likelihood of other models.
    """
    figure = go.Figure(
        go.Scatter(
            x=[point[0] for point in curve],
            y=[point[1] for point in curve],
            mode="lines" if len(curve) > 1 else "markers",  # a fit may end with its first step
            line={"color": theme.MODEL, "width": 2.2},
            marker={"color": theme.MODEL, "size": 8},
            name=quantity,
            hovertemplate="step %{x}: %{y:.4f} nats<extra></extra>",
        )
    )
    return _framed(figure, "step", f"{quantity} (nats a trial)", height)


def loss(points: Sequence[dict[str, Any]], height: int = 240) -> go.Figure:
    """The loss of a training and the floor under it, over steps; `points` hold step, loss and perhaps floor."""
    steps = [point["step"] for point in points]
    figure = go.Figure()
    for name, colour, dash in (("loss", theme.SIMULATED, "solid"), ("floor", theme.UNIFORM, "dot")):
        figure.add_scatter(
            x=steps,
            y=[point.get(name) for point in points],
            mode="lines",
            line={"color": colour, "width": 2.2 if name == "loss" else 1.6, "dash": dash},
            name=name,
            hovertemplate=f"step %{{x}}: {name} %{{y:.4f}}<extra></extra>",
        )
    return _framed(figure, "step", "loss", height)


def _framed(figure: go.Figure, along: str, up: str, height: int) -> go.Figure:
    figure.update_xaxes(title_text=along, nticks=6)
    figure.update_yaxes(title_text=up, nticks=5)
    if not any(len(trace.x or ()) for trace in figure.data):
        without_points(figure, "The first steps are on their way")
    figure.update_layout(showlegend=False, height=height, margin={"t": 10, "b": 44, "l": 58, "r": 10})
    return figure
