"""What the Explore page is set by: runs, noise, delay and seed; and the place of the interventions.

The panel of interventions is drawn in the browser by `assets/explore_panel.js`: each of its changes is a new picture.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import aria

RUNS = (50, 500)
STEP_SECONDS = 0.05  # of a network whose configuration does not say
LONGER = 4  # times the longest delay of the training that can be tried


def config_of(network: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a network, of its result where there is one."""
    return (network.get("result") or {}).get("config") or network.get("config") or {}


def delays(network: dict[str, Any]) -> tuple[int, int]:
    """The shortest and longest delay, in steps, that the network was trained on; 15 where it does not say."""
    config = config_of(network)
    value = config.get("delay_steps") or (config.get("durations") or {}).get("delay") or 15
    low, high = (value[0], value[-1]) if isinstance(value, list | tuple) else (value, value)
    return int(low), int(high)


def step_seconds(network: dict[str, Any]) -> float:
    """How long a step of the network lasts, seconds."""
    return float(config_of(network).get("step_seconds") or STEP_SECONDS)


def longest(network: dict[str, Any]) -> int:
    """The longest delay that can be tried, in steps."""
    return LONGER * max(delays(network)[1], 1)


def _slider(
    words: str, name: str, low: float, high: float, step: float, value: float, marks: list[dict[str, Any]]
) -> html.Div:
    slider = dmc.Slider(
        id=name,
        min=low,
        max=high,
        step=step,
        value=value,
        marks=marks,
        size="sm",
        updatemode="drag",
        thumbSize=16,
        **aria(label=words),
    )
    return html.Div([html.Label(words, className="small"), slider], className="explore-slider")


def _delay(network: dict[str, Any]) -> html.Div:
    """The delay; beyond what the network was trained on, the runs with the trained one stay beside."""
    low, high = delays(network)
    seconds = step_seconds(network)

    def mark(steps: int, words: str = "") -> dict[str, Any]:
        return {"value": steps, "label": words or f"{steps * seconds:g} s"}

    marks = [mark(high, "trained"), mark(longest(network))]
    slider = _slider("Delay", "explore-delay", min(low, high), longest(network), 1, high, marks)
    trained = f"{high * seconds:g} s" if low == high else f"{low * seconds:g} to {high * seconds:g} s"
    words = f"Trained with {trained}; a longer one is drawn beside it."
    return html.Div([slider, html.P(words, className="soft small explore-trained")])


def controls_card(network: dict[str, Any]) -> html.Section:
    """Runs, noise, delay, seed; and how long the last change took to be seen."""
    runs = [{"value": count, "label": str(count)} for count in (50, 200, 500)]
    noise = [{"value": 0, "label": "none"}, {"value": 1, "label": "trained"}, {"value": 2, "label": "2×"}]
    again = dmc.Button(
        "Draw again", id="explore-resample", size="compact-xs", variant="light", leftSection=icon("retry", 14)
    )
    return html.Section(
        [
            _slider("Runs", "explore-runs", *RUNS, 10, 200, runs),
            _slider("Noise", "explore-noise", 0, 2, 0.05, 1, noise),
            _delay(network),
            html.Div(
                [
                    again,
                    html.Span("seed 1", id="explore-seed", className="soft small number"),
                    html.Span(id="explore-latency", className="soft small number explore-latency"),
                ],
                className="row",
            ),
        ],
        className="card explore-controls",
    )


def interventions_card() -> html.Section:
    """The place of the interventions; their effect is drawn in the responses, beside the runs without them."""
    return html.Section(
        html.Div(id="explore-interventions"), className="card explore-panel-card", **aria(label="Interventions")
    )
