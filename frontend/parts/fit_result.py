"""A fit, shown: its curves, weights, predictions, parameters and how it converged."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend import theme
from frontend.figures.axes import items
from frontend.figures.convergence import bound
from frontend.figures.predictive import predictive
from frontend.figures.swap_function import swap_function
from frontend.figures.weights import simplex, stacked
from frontend.parts.figure_card import figure_card, key
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.markup import Child


def _switch(name: str, label: str, choices: dict[str, str]) -> dmc.SegmentedControl:
    return dmc.SegmentedControl(
        id=name,
        data=[{"value": value, "label": words} for value, words in choices.items()],
        value=next(iter(choices)),
        size="xs",
        **{"aria-label": label},
    )


def swap_card(result: dict[str, Any]) -> html.Section:
    """The swap function with its band, its truth where it is known, and the switch to log-odds."""
    functions = result["swap_functions"]
    entries = [(theme.NON_TARGET, "swap function", "line"), (theme.NON_TARGET, "95 % credible band", "band")]
    if any(function.get("truth") for function in functions):
        entries.append((theme.TRUTH, "truth of the example", "dash"))
    entries.append((theme.RECORDED, "distances in the data", "bar"))
    flat = result["model"] == "three_component"
    note: list[Child] = (
        ["This model gives every ", term("non-target"), " the same chance, so its ", term("swap function"), " is flat."]
        if flat
        else [
            "Chance of reporting one ",
            term("non-target"),
            " instead of the ",
            term("target"),
            ", by their ",
            term("probe distance"),
            "; shown as for a display of two items.",
        ]
    )
    return figure_card(
        "swap-function",
        "Swap function",
        swap_function(functions),
        note=html.Span(note),
        controls=_switch("swap-view", "Scale", {"probability": "Probability", "log_odds": "Log-odds"}),
        legend=key(*entries),
        panels=len(functions),
    )


def weights_card(result: dict[str, Any]) -> html.Section:
    """Mixture weights by set size, as bars or on the simplex."""
    entries = [(theme.CUED, "target", "bar"), (theme.NON_TARGET, "swap", "bar"), (theme.UNIFORM, "uniform", "bar")]
    if all(row.get("truth") for row in result["weights"]):
        entries.append((theme.TRUTH, "truth", "line"))
    return figure_card(
        "weights",
        "Weights by set size",
        stacked(result["weights"]),
        note=html.Span(["Shares of responses, with 95 % intervals; also on the ", term("simplex"), "."]),
        controls=_switch("weights-view", "View", {"stacked": "Bars", "simplex": "Simplex"}),
        legend=key(*entries),
    )


def predictive_card(result: dict[str, Any]) -> html.Section:
    """Posterior predictive over the data."""
    choices = {"target": "Around target"}
    if any(row["relative_to"] == "non-target" for row in result["predictive"]):
        choices["non-target"] = "Around non-targets"
    return figure_card(
        "predictive",
        "Model over the data",
        predictive(result["predictive"]),
        note=html.Span([term("posterior predictive", "Posterior predictive"), " over the recorded responses."]),
        controls=_switch("predictive-view", "Relative to", choices),
        legend=key(
            (theme.RECORDED, "recorded", "bar"), (theme.MODEL, "model", "line"), (theme.MODEL, "95 % band", "band")
        ),
        panels=sum(row["relative_to"] == "target" for row in result["predictive"]),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


def _cell(row: dict[str, Any] | None) -> html.Td:
    if row is None:
        return html.Td("–", className="faint")
    interval = "" if row["low"] is None else f"{_number(row['low'])} to {_number(row['high'])}"
    return html.Td(
        [html.Div(_number(row["value"]), className="strong"), html.Div(interval, className="faint interval")],
        className="number",
    )


def parameters_card(result: dict[str, Any]) -> html.Section:
    """Parameters with their 95 % intervals: a row each, a column a set size."""
    parameters = result["parameters"]
    sizes = sorted({row["set_size"] for row in parameters if row.get("set_size") is not None})
    shared = any(row.get("set_size") is None for row in parameters)
    columns: list[int | None] = [*sizes, *([None] if shared else [])]
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
        ],
        className="card",
    )


def convergence_card(result: dict[str, Any]) -> html.Section:
    """How the fit came to its end."""
    story = result["convergence"]
    ended = "Converged" if story["converged"] else "Stopped before it converged"
    note = html.Span(
        [f"{ended} after {story['steps']:,} steps, {story['seconds']:.1f} s: the ", term("bound"), " …"]
        if not story.get("reason")
        else [f"{ended} after {story['steps']:,} steps in {story['seconds']:.1f} s: {story['reason']}."]
    )
    return figure_card("convergence", "Convergence", bound(story["curve"]), note=note)


def fit_result(result: dict[str, Any], beside: Child = None) -> list[Child]:
    """All cards of a finished fit, the main one first; `beside` stands beside the last one."""
    told = result.get("warnings") or []
    warnings = html.Details(
        [
            html.Summary([icon("alert", 16), html.Span("1 remark" if len(told) == 1 else f"{len(told)} remarks")]),
            html.Ul([html.Li(words) for words in told], className="small soft"),
        ],
        className="remarks",
    )
    return [
        swap_card(result),
        warnings if told else None,
        html.Div([weights_card(result), parameters_card(result)], className="grid", style={"--cell": "440px"}),
        predictive_card(result),
        html.Div([convergence_card(result), beside], className="grid", style={"--cell": "440px"}),
    ]


FIGURES = {
    "swap": lambda result, view: swap_function(result["swap_functions"], view),
    "weights": lambda result, view: (simplex if view == "simplex" else stacked)(result["weights"]),
    "predictive": lambda result, view: predictive(result["predictive"], view),
}
