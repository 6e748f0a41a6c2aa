"""Menus of units: how many steps of a column make one full turn of its feature, in words."""

from __future__ import annotations

import math
from typing import Any

from frontend.parts.markup import Json

TAU = 2 * math.pi
PERIODS: tuple[tuple[float, str], ...] = (
    (TAU, "radians, full circle 2π"),
    (360.0, "degrees, full circle 360°"),
    (180.0, "degrees, orientation 180° (doubled)"),
    (math.pi, "radians, orientation π (doubled)"),
)
# Offered only where they are in use: units of columns that carry a factor too many.
UNUSUAL: tuple[tuple[float, str], ...] = (
    (2 * TAU, "radians doubled too often, 4π"),
    (720.0, "degrees doubled too often, 720°"),
    (TAU * math.pi / 180, "radians times π/180 (undone)"),
    (math.pi * math.pi / 180, "radians times π/180, orientation (undone, doubled)"),
    (360 * 180 / math.pi, "degrees times 180/π (undone)"),
    (180 * 180 / math.pi, "degrees times 180/π, orientation (undone, doubled)"),
)
GUESSED = "guess"
# Whose unit changes with which column.
UNIT_OF = {
    "response": "response",
    "target": "target",
    "nontargets": "nontargets",
    "target_probe": "probe",
    "nontarget_probes": "probe",
}


def period_words(period: float) -> str:
    """A period as people say it: "degrees, full circle 360°"."""
    for value, words in (*PERIODS, *UNUSUAL):
        if math.isclose(value, period, rel_tol=1e-4):
            return words
    return f"positions, {period:g} to the circle"


def period_menu(period: float | None) -> list[dict[str, str]]:
    """Choices of a period menu, with the present one even if it is unusual."""
    values = [value for value, _ in PERIODS]
    values += [float(count) for count in (8, 12) if period is None or not math.isclose(period, count)]
    if period is not None and not any(math.isclose(value, period, rel_tol=1e-4) for value in values):
        values.append(period)
    guessed = {"value": GUESSED, "label": "as the values say"}
    return [{"value": period_key(value), "label": period_words(value)} for value in values] + [guessed]


def period_key(period: float) -> str:
    """A period as the value of a menu; equal periods written with other digits give the same key."""
    for value, _ in (*PERIODS, *UNUSUAL):
        if math.isclose(value, period, rel_tol=1e-4):
            return f"{value:.6f}"
    return f"{period:.6f}"


def period_of(key: str) -> float | None:
    """The period that a menu's value stands for, with all its digits; None for one that is to be guessed."""
    if key == GUESSED:
        return None
    known = (value for value, _ in (*PERIODS, *UNUSUAL) if period_key(value) == key)
    return next(known, float(key))


def units_after(
    triggered: str, columns: dict[str, Json], mapping: dict[str, Any], periods: dict[str, str | None]
) -> dict[str, str | None]:
    """The unit menus after a role was given another column: that role's unit is open again, to be guessed anew.

    With the column that the mapping has, its unit comes back.
    """
    unit = UNIT_OF.get(triggered)
    if unit is None or unit not in periods:
        return periods
    roles = [role for role, its in UNIT_OF.items() if its == unit]
    same = all((columns.get(role) or None) == (mapping.get(role) or None) for role in roles)
    known = (mapping.get("periods") or {}).get(unit)
    return periods | {unit: period_key(known) if same and known else GUESSED}
