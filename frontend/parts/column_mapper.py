"""What was understood of a file: each role with its column, its unit and the reason; and the way back to a Mapping."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.markup import Child, Json
from frontend.parts.period_menu import period_key, period_menu, period_of

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
    unit = "units" if field == "response" else f"{field}_units"
    return "; ".join(words for words in (reasons.get(field), reasons.get(unit)) if words)


def _table(dataset: dict[str, Any]) -> dict[str, Any]:
    """The table that the mapping names (the first one if it names none)."""
    tables = dataset.get("tables") or [{"name": "", "columns": []}]
    named = (dataset.get("mapping") or {}).get("table")
    return next((table for table in tables if table["name"] == named), tables[0])


def column_names(dataset: dict[str, Any]) -> list[str]:
    """Columns of the table that the mapping names."""
    return [column["name"] for column in _table(dataset)["columns"]]


def source_columns(dataset: dict[str, Any]) -> list[str]:
    """Its columns in the file itself; others, where rows with one item each were put side by side."""
    return list(_table(dataset).get("source_columns") or column_names(dataset))


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


def _shift(mapping: dict[str, Any]) -> dmc.Select:
    """Whether the non-targets are measured from another zero than the target."""
    shift = (mapping.get("shifts") or {}).get("nontargets") or 0.0
    choices = {0.0: "that of the target", 0.5: "half a turn off (added)"}
    choices.setdefault(shift, f"{360 * shift:g}° off (added)")
    return dmc.Select(
        id={"type": "reading", "field": "shift"},
        label="Zero of the non-targets",
        data=[{"value": f"{value:g}", "label": words} for value, words in choices.items()],
        value=f"{shift:g}",
        allowDeselect=False,
        size="sm",
        className="grow",
    )


def _layout(dataset: dict[str, Any]) -> html.Div:
    """Whether rows are trials or items of trials."""
    mapping, sources = dataset["mapping"], source_columns(dataset)
    trial = dmc.MultiSelect(
        id={"type": "layout", "field": "trial"},
        label="One row an item? Columns that are alike on all rows of a trial",
        data=sources,
        value=mapping.get("trial") or [],
        placeholder="" if mapping.get("trial") else "one row a trial",
        searchable=True,
        clearable=True,
        size="sm",
        className="grow",
    )
    item = dmc.Select(
        id={"type": "layout", "field": "item"},
        label="Number of the item",
        data=sources,
        value=mapping.get("item"),
        placeholder="as in the file",
        searchable=True,
        clearable=True,
        size="sm",
        className="grow",
    )
    reason = (dataset.get("reasons") or {}).get("trial")
    return html.Div(
        [
            html.Div([trial, item], className="row top readings"),
            html.P(reason, className="small soft") if reason and mapping.get("trial") else None,
        ]
    )


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
            _layout(dataset),
            html.Div([_row(*role, dataset) for role in ROLES], className="roles"),
            html.Div([*_readings(mapping), _shift(mapping), missing], className="row top readings"),
        ],
        className="stack",
    )


def collect(
    mapping: dict[str, Any],
    columns: dict[str, Any],
    periods: dict[str, str | None],
    readings: dict[str, str | None],
    missing: list[str] | None,
    layout: dict[str, Any],
) -> dict[str, Any]:
    """The Mapping that the menus say; what has no menu stays as it was.

    With another table or another layout the columns are others: these are settled, and all roles guessed anew.

    Raises ValueError for a placeholder that is no number.
    """
    table = readings.get("table") or mapping.get("table")
    trial, item = list(layout.get("trial") or []), layout.get("item") or None
    if table != mapping.get("table") or trial != list(mapping.get("trial") or []) or item != mapping.get("item"):
        return {"table": table, "header": mapping.get("header"), "trial": trial, "item": item}
    changed = dict(mapping)
    for field, _, _, many, _ in ROLES:
        changed[field] = columns.get(field) or ([] if many else None)
    units = {unit: period_of(value) for unit, value in periods.items() if value is not None}
    changed["periods"] = dict(mapping.get("periods") or {}) | units
    changed |= {
        field: value == "yes" if field == "include_target" else value
        for field, value in readings.items()
        if value is not None and field not in ("table", "shift")
    }
    if readings.get("shift") is not None:
        changed["shifts"] = dict(mapping.get("shifts") or {}) | {"nontargets": float(readings["shift"] or 0)}
    changed["missing"] = [float(value) for value in missing or []]
    return changed
