"""A written-down law of swaps: how many there are, how wide responses are, and the displays that it is about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, Output, html

from frontend.parts.markup import Child, Json
from frontend.parts.network_settings import number
from frontend.wiring import callback

LAWS: dict[str, str] = {
    "none": "No swaps",
    "flat": "Flat: all other items alike",
    "smooth": "Smooth: swaps fall with distance",
    "sharp": "Sharp: swaps only below 115°",
}
TYPE = "network-law"
SPREAD = 2.9
"""Degrees; the published sd of responses."""
SIZES = [2]
"""As the API has them for a law."""
OWN: Mapping[str, str] = {"swaps": "flat", "offset": "smooth", "width": "smooth"}
"""Settings that one kind of law has."""
NUMBERS = ("swaps", "offset", "width", "spread", "guesses")


def law_fields(chosen: str) -> html.Div:
    """Settings of a law; `chosen` is the form's source, `fit:ID` or `law:KIND`."""
    fields = [
        _number("swaps", "Swaps, %", 30, max=99, note="Of responses to displays of several items."),
        _number("offset", "Offset of swaps", 0, min=-50, max=50, note="Log-odds; lower means fewer swaps."),
        _number("width", "Width, rad²", 1.5, note="Variance over probe distance."),
        _number("spread", "Spread of responses, °", SPREAD, note="sd around an item."),
        _number("guesses", "Guesses, %", 0, max=99, note="Anywhere on the circle."),
    ]
    displays = [
        dmc.MultiSelect(
            id={"type": TYPE, "name": "set_sizes"},
            label="Items on a display",
            data=[{"value": str(size), "label": str(size)} for size in range(1, 9)],
            value=[str(size) for size in SIZES],
            size="xs",
        ),
        dmc.Switch(
            id="network-law-apart",
            label="Items kept apart",
            description="By π / (2N + 0.1) in either feature, as published; two items by 44°.",
            size="xs",
            checked=False,
        ),
    ]
    return html.Div(
        [html.Div(fields, className="pairs"), *displays], id="network-law", className="network-law stack",
        style=_shown(chosen.startswith("law:")),
    )  # fmt: skip


def _number(name: str, label: str, value: float, note: str, **limits: float) -> Child:
    field = dmc.NumberInput(
        id={"type": TYPE, "name": name}, label=label, value=value, description=note, size="xs", debounce=True,
        hideControls=True, inputWrapperOrder=["label", "input", "description"], allowNegative="min" in limits,
        **{"min": 0, **limits},
    )  # fmt: skip
    return html.Div(field, id={"type": "network-law-field", "name": name})


def _shown(is_shown: bool) -> dict[str, Json]:
    return {} if is_shown else {"display": "none"}


def law_of(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """`law` of a request, and `displays` if they are others than usual; what is left empty is as the API has it."""
    given = {name: value for name, value in told.items() if value not in (None, "", [])}
    given |= {name: number(given[name]) for name in NUMBERS if name in given}
    law: dict[str, Any] = {"kind": kind}
    if kind == "flat" and "swaps" in given:
        law["correct"] = round(1 - given["swaps"] / 100, 6)
    if kind == "smooth":
        law |= {name: given[name] for name in ("offset", "width") if name in given}
    if given.get("spread", SPREAD) != SPREAD:
        law["noise"] = math.radians(given["spread"])
    if given.get("guesses"):
        law["uniform"] = given["guesses"] / 100
    displays: dict[str, Any] = {"set_sizes": sorted(int(size) for size in given.get("set_sizes", SIZES))}
    if given.get("apart"):
        displays |= {"report_separation": "published", "probe_separation": "published"}
    return {"law": law} | ({} if displays == {"set_sizes": SIZES} else {"displays": displays})


def law_words(law: Mapping[str, Any], displays: Mapping[str, Any] | None) -> str:
    """A law with its strength and the items of its displays, for a person."""
    kind = str(law.get("kind", ""))
    words = LAWS.get(kind, "A written-down swap law")
    if kind == "flat":
        words = f"Flat: {100 * (1 - law.get('correct', 0.7)):g} % swaps"
    if kind == "smooth":
        words = f"Smooth: swaps fall with distance, offset {law.get('offset', 0.0):g}".replace("-", "−")
    sizes = (displays or {}).get("set_sizes") or SIZES
    return f"{words}; {', '.join(str(size) for size in sizes)} item{'s' * (sizes != [1])}"


@callback(
    Output("network-law", "style"),
    Output({"type": "network-law-field", "name": ALL}, "style"),
    Input("network-source", "value"),
    Input({"type": "network-law-field", "name": ALL}, "id"),
)
async def show_fields(source: str | None, fields: list[dict[str, str]]) -> object:
    """The settings that the chosen law has; none for a fit."""
    chosen, _, kind = (source or "").partition(":")
    own = [_shown(OWN.get(field["name"], kind) == kind) for field in fields]
    return _shown(chosen == "law"), own
