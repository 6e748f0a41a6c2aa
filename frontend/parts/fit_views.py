"""The figures of a fit's page that can be seen in several ways: a switch on the card, and a redraw when it is used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Input, Output, State

from frontend import api, theme
from frontend.figures.axes import items
from frontend.parts.markup import Json, aria
from frontend.wiring import callback

SCALES = {"probability": "Probability", "log_odds": "Log-odds"}
ALL_SIZES = "all"


def switch(name: str, label: str, choices: Mapping[str, str], value: str | None = None) -> dmc.SegmentedControl:
    """A small control with the id `name`; the first choice is on unless `value` says another."""
    return dmc.SegmentedControl(
        id=name,
        data=[{"value": key, "label": words} for key, words in choices.items()],
        value=value or next(iter(choices)),
        size="xs",
        **aria(label=label),
    )


def size_switch(name: str, sizes: list[int | None]) -> dmc.SegmentedControl:
    """A control that picks one of several set sizes; the largest is on. Hidden where there is no choice."""
    words = {ALL_SIZES if size is None else str(size): items(size) for size in sizes}
    control = switch(name, "Set size", words, list(words)[-1])
    if len(words) < 2:
        control.style = {"display": "none"}
    return control


def picked_size(value: str | None) -> int | None:
    """The set size that a `size_switch` says."""
    return None if value in (None, ALL_SIZES) else int(value)


def redraws(figure: str, draw: Callable[..., go.Figure], *controls: str) -> None:
    """Have `draw(result, *values of the controls)` draw the figure of the fit on the page when a control is used."""

    @callback(
        Output(figure, "figure"),
        *(Input(control, "value") for control in controls),
        State("fit", "data"),
        prevent_initial_call=True,
    )
    async def redraw(*values: Json) -> object:
        *chosen, fit = values
        full = await api.current().get(f"/fits/{fit['id']}")
        return theme.dress(await asyncio.to_thread(draw, full["result"], *chosen))
