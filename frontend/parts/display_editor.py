"""The display editor: where it stands on a page, what it needs to know, and displays to start from.

The editor itself is drawn in the browser (`assets/display_editor.js`); it writes the display to a store.
"""

from __future__ import annotations

import math
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from frontend import theme
from frontend.parts.markup import aria

PALETTE_STEPS = 72


def palette() -> list[str]:
    """Colours once round the circle, the first at -180°."""
    return [theme.cyclic(-math.pi + 2 * math.pi * step / PALETTE_STEPS) for step in range(PALETTE_STEPS)]


def display(probes: list[float], reports: list[float], cued: int = 0) -> dict[str, Any]:
    """A display as the API takes it, from degrees."""
    return {
        "probe": [math.radians(angle) for angle in probes],
        "report": [math.radians(angle) for angle in reports],
        "cued": cued,
        "cue": None,
    }


def examples(set_sizes: list[int] | None = None) -> list[dict[str, Any]]:
    """Displays to start from: {name, label, display}; the largest has the largest of a network's `set_sizes`."""
    most = min(max(set_sizes or [6]), 8)
    many = max(most, 3)
    around = [-180 + 360 * index / many for index in range(many)]
    # every second colour step, so that neighbours in place are not neighbours in colour
    colours = [(-150 + 360 * index * 5 / many) % 360 - 180 for index in range(many)]
    # 5 and `many` share no factor for the sizes used here except 5 itself
    if many == 5:
        colours = [(-150 + 360 * index * 2 / many) % 360 - 180 for index in range(many)]
    return [
        {"name": "near", "label": "Near locations", "display": display([45, 90], [-60, 75])},
        {"name": "far", "label": "Far locations", "display": display([45, -135], [-60, 75])},
        {"name": "many", "label": f"{many} items", "display": display(around, colours)},
    ]


def usual(set_sizes: list[int] | None = None) -> dict[str, Any]:
    """The display the page opens with: the cued item, a near one, then farther ones; of a set size that was trained.

    Three items where that is known or nothing is, else the nearest trained set size, the smaller of two as near.
    """
    probes, reports = [45.0, 90.0, -90.0, 180.0, -45.0, 0.0, 135.0, -135.0], [-60, 75, 170, 20, 120, -20, -110, -150]
    size = min(set_sizes or [3], key=lambda trained: (abs(trained - 3), trained))
    size = min(size, len(probes))
    return display(probes[:size], [float(angle) for angle in reports[:size]])


def display_editor(name: str, store: str, examples_of: list[dict[str, Any]]) -> html.Section:
    """A card with the editor in the element `name`; the display shown goes to `store` (a dcc.Store)."""
    return html.Section(
        [
            html.Div(
                [
                    html.H3("Display", className="card-title"),
                    html.Div(
                        [
                            dmc.Select(
                                id="explore-example",
                                data=[{"value": one["name"], "label": one["label"]} for one in examples_of],
                                placeholder="Examples",
                                size="xs",
                                w=98,
                                **aria(label="Start from an example display"),
                            ),
                            dmc.Button("Add item", id="explore-add", size="compact-xs", variant="light"),
                        ],
                        className="card-tools",
                    ),
                ],
                className="card-head",
            ),
            html.Div(id=name, className="display-editor"),
            html.P(
                "Drag items and the cue. Click an item to cue it. Degrees, full circle 360°.", className="soft small"
            ),
            dcc.Store(id=store),
        ],
        className="card explore-display-card",
    )
