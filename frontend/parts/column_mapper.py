"""What was understood of a file: each role with its column, its unit and the reason; and the way back to a Mapping."""

from __future__ import annotations

import math
from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.markup import Child, Json

TAU = 2 * math.pi

# field of the Mapping, what people call it, what it is, whether it may hold several columns, whose unit it has
ROLES: tuple[tuple[str, str, str, bool, str | None], ...] = (
    ("response", "Response", "what the participant reported", False, "response"),
    ("target", "Target", "true feature of the cued item", False, "target"),
    ("nontargets", "Non-targets", "features of the other items, in order", True, "nontargets"),
    ("target_probe", "Target’s probe", "feature by which the item was cued, e.g. location", False, "probe"),
    ("nontarget_probes", "Non-targets’ probes", "same order as the non-targets", True, None),
    ("cued", "Cued item", "its number from 1, if the columns list all items", False, None),
    ("set_size", "Set size", "items in the display", False, None),
    ("subject", "Subject", "who responded", False, None),
    ("condition", "Condition", "what else differed between trials", True, None),
)
PERIODS: tuple[tuple[float, str], ...] = (
    (TAU, "radians, full circle 2π"),
    (360.0, "degrees, full circle 360°"),
    (180.0, "degrees, orientation 180° (doubled)"),
    (math.pi, "radians, orientation π (doubled)"),
)
READINGS: dict[str, tuple[str, dict[str, str]]] = {
    "include_target": (
        "The non-targets’ columns list",
        {"no": "the other items only", "yes": "all items, the cued one too"},
    ),
    "response_is": ("The response is", {"angle": "an angle on the circle", "error": "an error: response − target"}),
    "nontargets_are": (
        "Non-targets are",
        {
            "angles": "angles on the circle",
            "minus_target": "relative: non-target − target",
            "response_minus": "relative: response − non-target",
        },
    ),
    "nontarget_probes_are": (
        "Non-targets’ probes are",
        {"angles": "angles on the circle", "minus_target": "relative: probe − target’s probe"},
    ),
}


def period_words(period: float) -> str:
    """A period as people say it: "degrees, full circle 360°"."""
    for value, words in PERIODS:
        if math.isclose(value, period, rel_tol=1e-4):
            return words
    return f"positions, {period:g} to the circle"


def period_menu(period: float | None) -> list[dict[str, str]]:
    """Choices of a period menu, with the present one even if it is unusual."""
    values = [value for value, _ in PERIODS]
    values += [float(count) for count in (8, 12) if period is None or not math.isclose(period, count)]
    if period is not None and not any(math.isclose(value, period, rel_tol=1e-4) for value in values):
        values.append(period)
    return [{"value": period_key(value), "label": period_words(value)} for value in values]


def period_key(period: float) -> str:
    """A period as the value of a menu; equal periods written with other digits give the same key."""
    for value, _ in PERIODS:
        if math.isclose(value, period, rel_tol=1e-4):
            return f"{value:.6f}"
    return f"{period:.6f}"


def _row(field: str, words: str, meaning: str, many: bool, unit: str | None, dataset: dict[str, Any]) -> html.Div:
    mapping, columns = dataset["mapping"], column_names(dataset)
    menu: dict[str, Json] = {
        "id": {"type": "map", "field": field},
        "data": columns,
        "value": mapping.get(field) or ([] if many else None),
        "placeholder": "" if mapping.get(field) else "not in this file",
        "clearable": field != "response",
        "size": "sm",
        "aria-label": f"Column of: {words}",
        "comboboxProps": {"withinPortal": True},
    }
    chosen = dmc.MultiSelect(searchable=True, **menu) if many else dmc.Select(searchable=True, **menu)
    # A role that the file does not have may be given a column: it then most likely has the response's unit.
    known = mapping.get("periods") or {}
    period = (known.get(unit) or known.get("response")) if unit else None
    units = (
        dmc.Select(
            id={"type": "period", "unit": unit},
            data=period_menu(period),
            value=period_key(period) if period else None,
            size="sm",
            placeholder="unit",
            **{"aria-label": f"Unit of: {words}"},
        )
        if unit
        else html.Span("unit as the target’s probe", className="faint small")
        if field == "nontarget_probes"
        else None
    )
    return html.Div(
        [
            html.Div([html.Div(words, className="role-name"), html.Div(meaning, className="faint small")]),
            html.Div(chosen),
            html.Div(units),
            html.Div(_reason(dataset, field), className="role-reason small soft"),
        ],
        className="role",
    )


def _reason(dataset: dict[str, Any], field: str) -> str:
    reasons = dataset.get("reasons") or {}
    if field == "target_probe":
        return reasons.get(field) or reasons.get("probe", "")
    own = reasons.get(field, "")
    return f"{own}; {reasons['units']}" if field == "response" and reasons.get("units") else own


def column_names(dataset: dict[str, Any]) -> list[str]:
    """Columns of the table that the mapping names (the first one if it names none)."""
    tables = dataset.get("tables") or []
    named = (dataset.get("mapping") or {}).get("table")
    table = next((table for table in tables if table["name"] == named), tables[0] if tables else None)
    return [column["name"] for column in table["columns"]] if table else []


def _chosen(value: str | bool | None, choices: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or next(iter(choices))


def _readings(mapping: dict[str, Any]) -> list[Child]:
    return [
        dmc.Select(
            id={"type": "reading", "field": field},
            label=label,
            data=[{"value": value, "label": words} for value, words in choices.items()],
            value=_chosen(mapping.get(field), choices),
            allowDeselect=False,
            size="sm",
            className="grow",
        )
        for field, (label, choices) in READINGS.items()
    ]


def column_mapper(dataset: dict[str, Any]) -> html.Div:
    """The table of roles with menus, how relative columns are read, and the placeholders that mean "no item"."""
    mapping = dataset["mapping"]
    tables = [table["name"] for table in dataset.get("tables") or []]
    which = dmc.Select(
        id={"type": "reading", "field": "table"},
        label="Table in the file",
        data=tables,
        value=mapping.get("table") or (tables[0] if tables else None),
        size="sm",
        style={} if len(tables) > 1 else {"display": "none"},
    )
    missing = dmc.TagsInput(
        id="missing",
        label="Values that mean “no item”",
        value=[f"{value:g}" for value in mapping.get("missing") or []],
        size="sm",
        placeholder="type a number, then Enter",
        className="grow",
    )
    return html.Div(
        [
            which,
            html.Div([_row(*role, dataset) for role in ROLES], className="roles"),
            html.Div([*_readings(mapping), missing], className="row top readings"),
        ],
        className="stack",
    )


def collect(
    mapping: dict[str, Any],
    columns: dict[str, Any],
    periods: dict[str, str | None],
    readings: dict[str, str | None],
    missing: list[str] | None,
) -> dict[str, Any]:
    """The Mapping that the menus say; what has no menu stays as it was.

    Raises ValueError for a placeholder that is no number.
    """
    changed = dict(mapping)
    for field, _, _, many, _ in ROLES:
        changed[field] = columns.get(field) or ([] if many else None)
    changed["periods"] = dict(mapping.get("periods") or {}) | {
        unit: float(value) for unit, value in periods.items() if value is not None
    }
    changed |= {
        field: value == "yes" if field == "include_target" else value
        for field, value in readings.items()
        if value is not None and field != "table"
    }
    if mapping.get("table") is not None or readings.get("table"):
        changed["table"] = readings.get("table") or mapping.get("table")
    changed["missing"] = [float(value) for value in missing or []]
    return changed
