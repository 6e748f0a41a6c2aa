"""A comparison of models, shown: what it says in a sentence, the table, the differences, and the files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html

from frontend import api, theme
from frontend.figures.comparison import SUBJECTS, forest
from frontend.parts.figure_card import figure_card, key
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.job_card import job_card
from frontend.parts.markup import Child, aria
from frontend.shell import empty, watch
from frontend.wiring import callback


async def comparison_view(id: str) -> list[Child]:
    """Everything about one comparison, for a page: its report, or its job while there is none."""
    comparison = await api.current().get(f"/comparisons/{id}")
    if comparison["result"]:
        return comparison_report(comparison)
    return await unfinished("comparison", comparison)


async def unfinished(kind: str, made: Mapping[str, Any]) -> list[Child]:
    """The card of the job that makes something, which is drawn anew when it has ended."""
    (job,) = await api.current().all(f"/jobs/{made['job_id']}")
    if job is None:
        words = f"Its job is not known any more. Start the {kind} again."
        return [empty(f"This {kind} has no result", words, picture="behaviour")]
    return [job_card(job, details=True), watch(kind, made["id"], {job["id"]: job["state"]})]


def comparison_report(comparison: Mapping[str, Any]) -> list[Child]:
    """The cards of a finished comparison; ``comparison`` as the API gives it, with its result."""
    result = comparison["result"]
    fitted = [row for row in result["models"] if row["held_out"]]
    subjects = f"{result['subjects']} subjects" if result["subjects"] > 1 else "1 subject"
    facts = f"{result['trials']:,} trials · {subjects} · {result['folds']} folds · seed {comparison['seed']}"
    return [
        dcc.Store(id="comparison", data={"id": comparison["id"]}),
        html.Section(
            [
                html.P(result["verdict"], className="verdict"),
                html.P(facts, className="small soft number"),
                *(html.P(note, className="small soft") for note in result["notes"]),
            ],
            className="card",
            **aria(label="Verdict"),
        ),
        forest_card(result) if len(fitted) > 1 else None,
        table_card(comparison),
    ]


def forest_card(result: Mapping[str, Any]) -> html.Section:
    """The differences with their intervals, against a model of choice."""
    several = result["subjects"] > 1
    names = {row["name"]: row["label"] for row in result["models"] if row["held_out"]}
    entries = [(theme.MODEL, "mean over trials, 95 % interval", "dot")]
    if several:
        entries += [(SUBJECTS, "mean over subjects, 95 % interval", "dot"), (theme.RECORDED, "one subject", "dot")]
    note = html.Span(
        [
            "How much better (right of the line) or worse each model predicts held-out trials than the reference. "
            "Hollow marks are tied with it: the interval that counts holds 0.",
        ]
    )
    reference = dmc.Select(
        id="comparison-reference",
        data=[{"value": name, "label": label} for name, label in names.items()],
        value=result["best"],
        allowDeselect=False,
        size="xs",
        w=210,
        **aria(label="Reference"),
    )
    return figure_card(
        "comparison-forest", "Differences", forest(result), note=note, controls=reference, legend=key(*entries)
    )


def table_card(comparison: Mapping[str, Any]) -> html.Section:
    """One row a model, the best first; those that could not be fitted last, with the reason."""
    result = comparison["result"]
    several = result["subjects"] > 1
    head = ["", "Model", "Difference to the best", *(["Best for"] if several else []), "Held out", "AIC", "BIC"]
    head.append("Parameters")
    rows = [_row(row, result) for row in result["models"]]
    downloads = [
        html.A(
            dmc.Button(words, leftSection=icon("download", 14), variant="default", size="xs"),
            href=f"/api/comparisons/{comparison['id']}/{file}",
            download="",
        )
        for words, file in (("All numbers (JSON)", "result.json"), ("Every trial (CSV)", "pointwise.csv"))
    ]
    note = html.Span(
        [
            "Held-out log-likelihood in nats a trial ± its standard error, and its paired difference to the best with "
            "the 95 % interval over trials",
            " (below: over subjects)" if several else "",
            "; ",
            term("information criteria", "AIC and BIC"),
            " are of fits to all trials, lower is better.",
        ]
    )
    return html.Section(
        [
            html.H3("Models", className="card-title"),
            html.P(note, className="card-note"),
            html.Div(
                html.Table(
                    [html.Thead(html.Tr([html.Th(words) for words in head])), html.Tbody(rows)],
                    className="plain parameters",
                ),
                className="scroll",
                tabIndex="0",
                **aria(label="Table of models"),
            ),
            html.Div(downloads, className="row"),
        ],
        className="card stack tight",
    )


def _row(row: Mapping[str, Any], result: Mapping[str, Any]) -> html.Tr:
    several = result["subjects"] > 1
    name: list[Child] = [html.Div(row["label"], className="strong" if row["rank"] == 1 else "")]
    if row["problem"]:
        name.append(html.Div(row["problem"], className="small problem wrapped"))
    elif not row["converged"]:
        name.append(html.Div("a fit did not converge", className="small soft"))
    criteria = row["information"] or {}
    cells = [
        html.Td(row["rank"] or "–", className="number soft"),
        html.Th(name, scope="row"),
        html.Td(_difference(row, result)),
    ]
    if several:
        cells.append(
            html.Td("" if row["wins"] is None else f"{row['wins']} of {result['subjects']}", className="number")
        )
    cells.append(html.Td(_held_out(row), className="number"))
    cells += [html.Td(_whole(criteria.get(name)), className="number") for name in ("aic", "bic")]
    count = criteria.get("parameters")
    cells.append(html.Td("–" if count is None else f"{count:.1f}".removesuffix(".0"), className="number"))
    return html.Tr(cells)


def _held_out(row: Mapping[str, Any]) -> str:
    return f"{signed(row['held_out']['mean'])} ± {row['held_out']['se']:.4f}" if row["held_out"] else "–"


def _difference(row: Mapping[str, Any], result: Mapping[str, Any]) -> Child:
    if not row["difference"]:
        return "–"
    if row["name"] == result["best"]:
        return dmc.Badge("best", variant="light", color="teal", size="sm")
    gap = row["difference"]
    tied = dmc.Badge("tied", variant="outline", color="gray", size="sm") if row["tied_with_best"] else None
    lines: list[Child] = [html.Div([html.Span(_interval(gap), className="number"), " ", tied])]
    if gap["subjects"]:
        lines.append(html.Div(_interval(gap["subjects"]), className="number interval soft"))
    return lines


def _interval(gap: Mapping[str, float]) -> str:
    return f"{signed(gap['mean'])} ({signed(gap['low'])} to {signed(gap['high'])})"


def signed(value: float) -> str:
    """A number to four decimals with a true minus."""
    return f"{value:.4f}".replace("-", "−")


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}".replace("-", "−")


@callback(
    Output("comparison-forest", "figure"),
    Input("comparison-reference", "value"),
    State("comparison", "data"),
    prevent_initial_call=True,
)
async def refer(reference: str, comparison: dict[str, Any]) -> object:
    """The differences against another model."""
    full = await api.current().get(f"/comparisons/{comparison['id']}")
    return theme.dress(await asyncio.to_thread(forest, full["result"], reference))
