"""A recovery, shown: whether the model that made the data came first, or planted parameters and curves came back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html

from frontend import api, theme
from frontend.figures.axes import items
from frontend.figures.recovery import colour_of, confusion, curves, panels_of, scatter, set_sizes_of
from frontend.parts.comparison_report import unfinished
from frontend.parts.figure_card import figure_card, graph, key
from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria
from frontend.wiring import callback

BY = {"first": "Held-out responses", "first_by_bic": "BIC"}


async def recovery_view(id: str) -> list[Child]:
    """Everything about one recovery, for a page: its report, or its job while there is none."""
    recovery = await api.current().get(f"/recoveries/{id}")
    return recovery_report(recovery) if recovery["result"] else await unfinished("recovery", recovery)


def recovery_report(recovery: Mapping[str, Any]) -> list[Child]:
    """The cards of a finished recovery; ``recovery`` as the API gives it, with its result."""
    result = recovery["result"]
    body = models_cards(result) if result["kind"] == "models" else parameters_cards(result, _first(result))
    return [
        dcc.Store(id="recovery", data={"id": recovery["id"]}),
        _about(recovery),
        html.Div(body, id="recovery-body", className="stack"),
    ]


def _first(result: Mapping[str, Any]) -> str:
    """The model whose parameters are shown first."""
    return next((entry["model"] for entry in result["parameters"]), result["models"][0]["name"])


def _about(recovery: Mapping[str, Any]) -> html.Section:
    result = recovery["result"]
    labels = {row["name"]: row["label"] for row in result["models"] if not row["problem"]}
    problems = [
        html.P([html.Strong(row["label"]), ": ", row["problem"]], className="small problem")
        for row in result["models"]
        if row["problem"]
    ]
    choose = None
    if result["kind"] == "parameters" and len(labels) > 1:
        choose = dmc.Select(
            id="recovery-model",
            data=[{"value": name, "label": label} for name, label in labels.items()],
            value=_first(result),
            allowDeselect=False,
            size="sm",
            w=260,
            **aria(label="Model"),
        )
    download = html.A(
        dmc.Button("All numbers (JSON)", leftSection=icon("download", 14), variant="default", size="xs"),
        href=f"/api/recoveries/{recovery['id']}/result.json",
        download="",
    )
    facts = f"{result['datasets']} simulated data sets a model · seed {recovery['seed']}"
    return html.Section(
        [
            html.Div([html.P(verdict(result), className="verdict"), download], className="card-head"),
            html.P([result["displays"], " ", html.Span(facts, className="number")], className="small soft"),
            *problems,
            choose,
        ],
        className="card stack tight",
        **aria(label="Verdict"),
    )


def verdict(result: Mapping[str, Any]) -> str:
    """What the recovery shows, in a sentence that claims no more than the counts."""
    if result["kind"] == "parameters":
        points = sum(len(entry["points"]) for entry in result["parameters"])
        if not points:
            return "No model could be fitted, so nothing was recovered."
        inside = sum(entry["coverage"] * len(entry["points"]) for entry in result["parameters"])
        return (
            f"The 95 % intervals hold {100 * inside / points:.0f} % of the {points:,} planted values; "
            "they should hold about 95 %."
        )
    table = result["confusion"]
    total = sum(map(sum, table["first"]))
    if not total:
        return "No model could be fitted, so nothing was recovered."
    own = sum(table["first"][i][i] for i in range(len(table["first"])))
    tied = sum(table["tied"][i][i] for i in range(len(table["tied"])))
    also = f", and is tied with the first in {tied} more" if tied else ""
    return f"The model that made the data comes first in {own} of {total} data sets{also}."


def models_cards(result: Mapping[str, Any]) -> list[Child]:
    """Which model comes first on data from each."""
    labels = {row["name"]: row["label"] for row in result["models"]}
    control = dmc.SegmentedControl(
        id="recovery-by",
        data=[{"value": value, "label": words} for value, words in BY.items()],
        value="first",
        size="xs",
        **aria(label="First by"),
    )
    note = (
        "Rows: the model that made the data; columns: the model that came first, in the same order. In small: how "
        "often a model was not first, but not told from the first either."
    )
    table = result["confusion"]
    width = 190 + 58 * len(table["fitted"])
    inner = html.Div(graph("recovery-confusion", confusion(table, labels)), style={"minWidth": f"{width}px"})
    body = html.Div(inner, className="scroll")
    return [
        figure_card(
            "recovery-confusion",
            "Which model comes first",
            body,
            note=note,
            controls=control,
        )
    ]


def parameters_cards(result: Mapping[str, Any], model: str) -> list[Child]:
    """Planted against recovered parameters of one model, the table, and its swap functions."""
    sizes = set_sizes_of(result["parameters"], model)
    entries = [(theme.TRUTH, "found exactly", "dash")]
    entries += [(colour_of(size, sizes), items(size), "dot") for size in sizes]
    own = [entry for entry in result["curves"] if entry["model"] == model]
    curve_key = key((theme.TRUTH, "planted", "dash"), (theme.NON_TARGET, "found, one a data set", "line"))
    return [
        figure_card(
            "recovery-scatter",
            "Planted and recovered",
            scatter(result["parameters"], model),
            note="A point is one simulated data set, its bar the 95 % interval of the fit.",
            legend=key(*entries),
        ),
        figure_card(
            "recovery-curves",
            "Swap functions",
            curves(result["curves"], model),
            note="Log-odds of reporting a non-target, not the target: fitted to your data and planted, and found "
            "in the data simulated from it.",
            legend=curve_key,
        )
        if own
        else None,
        _table(result, model),
    ]


def _table(result: Mapping[str, Any], model: str) -> html.Section:
    """Parameters down, set sizes across: correlation and coverage."""
    groups = panels_of(result["parameters"], model)
    columns = list(dict.fromkeys(entry["set_size"] for group in groups for entry in group))
    columns.sort(key=lambda size: (size is None, size or 0))
    rows = []
    for group in groups:
        found = {entry["set_size"]: entry for entry in group}
        cells = [html.Td(_agreement(found.get(size)), className="number") for size in columns]
        rows.append(html.Tr([html.Th(group[0]["label"], scope="row"), *cells]))
    head = html.Tr([html.Th("")] + [html.Th("all" if size is None else items(size)) for size in columns])
    return html.Section(
        [
            html.H3("How well each comes back", className="card-title"),
            html.P(
                "Correlation of planted and recovered values, and under it how often the 95 % interval holds the "
                "planted one.",
                className="card-note",
            ),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(rows)], className="plain parameters"), className="scroll"
            ),
        ],
        className="card",
    )


def _agreement(entry: Mapping[str, Any] | None) -> Child:
    if entry is None:
        return "–"
    correlation = "–" if entry["correlation"] is None else f"{entry['correlation']:.2f}".replace("-", "−")
    return [html.Div(correlation), html.Div(f"{100 * entry['coverage']:.0f} % inside", className="interval soft")]


@callback(
    Output("recovery-body", "children"),
    Input("recovery-model", "value"),
    State("recovery", "data"),
    prevent_initial_call=True,
)
async def show_model(model: str, recovery: dict[str, Any]) -> Child:
    """The parameters of another model."""
    full = await api.current().get(f"/recoveries/{recovery['id']}")
    return await asyncio.to_thread(parameters_cards, full["result"], model)


@callback(
    Output("recovery-confusion", "figure"),
    Input("recovery-by", "value"),
    State("recovery", "data"),
    prevent_initial_call=True,
)
async def count_by(by: str, recovery: dict[str, Any]) -> object:
    """First by held-out responses or by BIC."""
    result = (await api.current().get(f"/recoveries/{recovery['id']}"))["result"]
    labels = {row["name"]: row["label"] for row in result["models"]}
    return theme.dress(confusion(result["confusion"], labels, by))
