"""The numbers of a fit in tables: parameters with their intervals, information criteria."""

from __future__ import annotations

import csv
import io
from typing import Any

from dash import html

from frontend.figures.axes import items
from frontend.parts.glossary import term
from frontend.parts.markup import Child

COLUMNS = ("subject", "name", "label", "set_size", "value", "low", "high", "truth")


def number(value: float | None, form: str = ".3g") -> str:
    """A number for people: with a true minus, "–" where there is none."""
    return "–" if value is None else f"{value:{form}}".replace("-", "−")


def _cell(row: dict[str, Any] | None) -> html.Td:
    if row is None:
        return html.Td("–", className="faint")
    interval = "" if row["low"] is None else f"{number(row['low'])} to {number(row['high'])}"
    return html.Td(
        [html.Div(number(row["value"]), className="strong"), html.Div(interval, className="faint interval")],
        className="number",
    )


def parameters_card(result: dict[str, Any]) -> html.Section:
    """Parameters with their 95 % intervals: a row each, a column a set size."""
    parameters = result["parameters"]
    sizes = sorted({row["set_size"] for row in parameters if row.get("set_size") is not None})
    shared = any(row.get("set_size") is None for row in parameters)
    columns: list[int | None] = [*([None] if shared else []), *sizes]
    labels = list(dict.fromkeys((row["name"], row["label"]) for row in parameters))
    found = {(row["name"], row.get("set_size")): row for row in parameters}
    head = html.Tr([html.Th(""), *(html.Th("all" if size is None else items(size)) for size in columns)])
    body = [
        html.Tr([html.Th(label, scope="row"), *(_cell(found.get((name, size))) for size in columns)])
        for name, label in labels
    ]
    return html.Section(
        [
            html.H3("Parameters", className="card-title"),
            html.P("Estimates, with their 95 % intervals underneath.", className="card-note"),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(body)], className="plain parameters"), className="scroll"
            ),
            information(result.get("information")),
        ],
        className="card",
    )


def information(criteria: dict[str, Any] | None) -> Child:
    """Information criteria in a line of facts; nothing where they are not known."""
    if not criteria:
        return None
    facts = (
        ("log-likelihood (nats)", number(criteria["log_likelihood"], ",.1f")),
        ("free parameters", number(criteria["parameters"], ".4g")),
        ("AIC", number(criteria["aic"], ",.1f")),
        ("AICc", number(criteria["aicc"], ",.1f")),
        ("BIC", number(criteria["bic"], ",.1f")),
    )
    return html.Div(
        [
            html.Div(term("information criteria", "Information criteria"), className="field-label"),
            html.Div(
                [
                    html.Div([html.Div(value, className="strong number"), html.Div(name, className="small soft")])
                    for name, value in facts
                ],
                className="criteria",
            ),
        ],
        className="information",
    )


def parameters_csv(result: dict[str, Any]) -> str:
    """Every parameter as a line of CSV: of the whole fit (no subject), then of each subject that has its own."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({"subject": ""} | row for row in result["parameters"])
    for subject in result.get("subjects") or []:
        writer.writerows({"subject": subject["name"]} | row for row in subject["parameters"])
    return out.getvalue()
