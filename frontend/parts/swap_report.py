"""What a fit says about swaps: its swap functions as curves or as a surface, and the data's own word beside them."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Input, Output, html

from frontend import theme
from frontend.figures.checks import swap_by_distance
from frontend.figures.surface import signed, surface_map
from frontend.figures.surface_in_space import plane, torus
from frontend.figures.surface_slices import slices
from frontend.figures.swap_function import View, swap_function
from frontend.parts.figure_card import figure_card, key
from frontend.parts.fit_views import SCALES, picked_size, redraws, size_switch, switch
from frontend.parts.glossary import term
from frontend.parts.markup import Child, aria
from frontend.wiring import callback

WAYS = {"map": "Map", "slices": "Slices", "plane": "Surface", "torus": "Torus"}
FIRST_SLICE = 45  # degrees


def swap_card(result: dict[str, Any]) -> html.Section | None:
    """The swap functions of one distance, with band, truth where it is known, and the switch to log-odds."""
    functions = result["swap_functions"]
    if not functions:
        return None
    entries = [(theme.NON_TARGET, "swap function", "line"), (theme.NON_TARGET, "95 % band", "band")]
    if any(function.get("truth") for function in functions):
        entries.append((theme.TRUTH, "truth", "dash"))
    entries.append((theme.RECORDED, "distances in the data", "bar"))
    return figure_card(
        "swap-function",
        "Swap function",
        swap_function(functions),
        note=html.Span(_meaning(functions)),
        controls=switch("swap-view", "Scale", SCALES),
        legend=key(*entries),
    )


def _meaning(functions: list[dict[str, Any]]) -> list[Child]:
    means = functions[0]["log_odds"]["mean"]
    if max(means) - min(means) < 1e-9:
        return ["This model gives every ", term("non-target"), " the same chance, so its ", term("swap function"),
                " is flat."]  # fmt: skip
    distance = f"{functions[0].get('feature', 'probe')} distance"
    return [
        "Chance of reporting one ",
        term("non-target"),
        " instead of the ",
        term("target"),
        ", by their ",
        term(distance),
        "; shown as for a display of two items.",
    ]


def surface_card(result: dict[str, Any]) -> html.Section | None:
    """The swap function of both distances: a map with the data, slices, a surface, and the torus."""
    surfaces = result.get("swap_surfaces") or []
    if not surfaces:
        return None
    sizes = size_switch("surface-size", [surface["set_size"] for surface in surfaces])
    sizes.disabled = True  # the map, which comes first, shows them all
    slider = _slice_slider(-180 if any(map(signed, surfaces)) else 0)
    return figure_card(
        "swap-surface",
        "Swap function of both distances",
        surface_map(surfaces),
        note=html.Span(
            [
                "Chance of reporting one ",
                term("non-target"),
                " instead of the ",
                term("target"),
                ", by ",
                term("probe distance"),
                " and ",
                term("report distance"),
                ": a surface on a ",
                term("torus"),
                ".",
            ]
        ),
        controls=[
            switch("surface-way", "View", WAYS),
            sizes,
            switch("surface-scale", "Scale", SCALES),
        ],
        legend=slider,
    )


def _slice_slider(start: int) -> html.Div:
    """Where the other distance is held, from `start` to 180 degrees; shown with the slices only."""
    slider = dmc.Slider(
        id="surface-slice",
        value=FIRST_SLICE,
        min=start,
        max=180,
        step=5,
        marks=[{"value": at, "label": f"{at}°".replace("-", "−")} for at in range(start, 181, 90)],
        size="sm",
        **aria(label="Where the other distance is held, in degrees"),
    )
    entries = key(
        (theme.NON_TARGET, "slice", "line"),
        (theme.NON_TARGET, "95 % band", "band"),
        (theme.SET_SIZE_RAMP[2], "slices elsewhere", "line"),
    )
    return html.Div(
        [
            entries,
            html.Div([html.Span("Other distance held at", className="small soft"), slider], className="slice-at"),
        ],
        id="surface-slider",
        hidden=True,
    )


def draw_surface(result: dict[str, Any], way: str, size: str | None, view: View, at: float) -> go.Figure:
    """The surface of a fit as the controls of its card say; the map shows every set size."""
    surfaces = result["swap_surfaces"]
    if way == "map":
        return surface_map(surfaces, view)
    wanted = picked_size(size)
    surface = next((one for one in surfaces if one["set_size"] == wanted), surfaces[-1])
    if way == "slices":
        return slices(surface, view, at)
    return (torus if way == "torus" else plane)(surface, view)


def data_driven_card(result: dict[str, Any]) -> html.Section | None:
    """Swap probability against probe distance: estimated without a model, beside the model's."""
    rows = result.get("nonparametric") or []
    if not rows:
        return None
    return figure_card(
        "swap-by-distance",
        "Swaps in the data, without a model",
        swap_by_distance(rows),
        note=html.Span(
            [
                "Share of one non-target among the responses that follow an item: a ",
                term("non-parametric"),
                " estimate with 95 % bootstrap intervals, and what the fitted model expects at the same distances.",
            ]
        ),
        legend=key((theme.RECORDED, "estimated from the data", "dot"), (theme.MODEL, "model", "line")),
    )


@callback(
    Output("surface-slider", "hidden"),
    Output("surface-size", "disabled"),
    Input("surface-way", "value"),
    prevent_initial_call=True,
)
async def fit_controls(way: str) -> object:
    """Only slices have a place; the map shows all set sizes at once."""
    return way != "slices", way == "map"


redraws("swap-function", lambda result, view: swap_function(result["swap_functions"], view), "swap-view")
redraws("swap-surface", draw_surface, "surface-way", "surface-size", "surface-scale", "surface-slice")
