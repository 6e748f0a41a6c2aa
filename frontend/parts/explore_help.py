"""The keys of the Explore page, in a small window of its own; `assets/explore_actions.js` listens to them."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from frontend.parts.markup import aria

KEYS = (
    ("Display, on an item or the cue", (
        ("← → ↑ ↓", "move it by 5°: location, report"), ("Enter", "cue the item"), ("Delete", "remove it"),
    )),
    ("Time", (
        ("Space", "play or pause"), (", .", "a step back, forward"), ("[ ]", "an epoch back, forward"),
    )),
    ("Selection", (
        ("1 … 8", "runs that end at this item"), ("0", "runs that end at none"), ("L", "circle states; or hold Shift"),
        ("Esc", "all runs"),
    )),
    ("View", (
        ("A", "axes"), ("C", "colours"), ("V", "circle or unrolled"), ("M", "planes, slow points"),
        ("O", "the other network"),
    )),
    ("Network", (("R", "draw again"), ("X", "end all interventions"), ("?", "this list"))),
)  # fmt: skip


def help_button() -> dmc.Popover:
    """A button that shows the keys, and what the mouse does that nobody would guess."""
    button = dmc.ActionIcon("?", id="explore-help", size="lg", variant="default", **aria(label="Keyboard and mouse"))
    parts = [
        html.Div(
            [
                html.H4(title),
                html.Dl([html.Div([html.Dt(html.Kbd(keys)), html.Dd(words)]) for keys, words in entries]),
            ]
        )
        for title, entries in KEYS
    ]
    mouse = html.P(
        "Drag over the responses to light up where they come from; click a run, or circle states with Shift held, "
        "to see what they become.",
        className="small",
    )
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(html.Div([*parts, mouse], className="explore-keys-help"))],
        position="bottom-end",
        width=330,
        shadow="md",
        trapFocus=True,
    )
