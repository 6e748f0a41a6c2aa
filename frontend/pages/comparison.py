"""Compare models: which one predicts best, and whether a dataset's displays could tell."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.parts.comparison_form import comparison_form
from frontend.parts.comparison_report import comparison_view
from frontend.parts.icon import icon
from frontend.parts.job_card import STATES
from frontend.parts.markup import Child, aria, when
from frontend.parts.recovery_report import recovery_view
from frontend.router import Page
from frontend.shell import empty


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """`?comparison=ID` and `?recovery=ID` show one, `?dataset=ID` opens the form for a dataset."""
    if "comparison" in query:
        made = await api.current().get(f"/comparisons/{query['comparison']}")
        return await _one(made, await comparison_view(made["id"]))
    if "recovery" in query:
        made = await api.current().get(f"/recoveries/{query['recovery']}")
        return await _one(made, await recovery_view(made["id"]))
    return await _form(query.get("dataset"))


async def _one(made: dict[str, Any], body: list[Child]) -> Component:
    (dataset,) = await api.current().all(f"/datasets/{made['dataset_id']}")
    name = dataset["name"] if dataset else "a dataset that was deleted"
    again = f"/comparison?dataset={made['dataset_id']}"
    head = html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            dcc.Link("Behaviour", href="/behaviour"),
                            " / ",
                            dcc.Link("Compare models", href=again),
                            " / ",
                            dcc.Link(name, href=f"/dataset/{made['dataset_id']}"),
                        ],
                        className="crumb",
                    ),
                    html.H1(made["name"], className="title"),
                ]
            ),
            dcc.Link(dmc.Button("Ask again", variant="default", size="sm"), href=again),
        ],
        className="page-head",
    )
    return html.Div([head, *body], className="stack")


async def _form(wanted: str | None) -> Component:
    datasets, comparisons, recoveries = await api.current().all("/datasets", "/comparisons", "/recoveries")
    ready = [dataset for dataset in datasets or [] if dataset["state"] == "ready"]
    if not ready:
        return empty(
            "No dataset is ready yet",
            "Upload a behavioural file first; its models are compared here.",
            dcc.Link(dmc.Button("Upload your data"), href="/dataset"),
            picture="behaviour",
        )
    first = next((dataset["id"] for dataset in ready if dataset["id"] == wanted), ready[0]["id"])
    (chosen,) = await api.current().all(f"/datasets/{first}")
    names = {dataset["id"]: dataset["name"] for dataset in datasets}
    made = [("comparison", row) for row in comparisons or []] + [("recovery", row) for row in recoveries or []]
    made = [one for one in made if wanted is None or one[1]["dataset_id"] == first]
    made.sort(key=lambda one: one[1].get("created") or "", reverse=True)
    rows = [_row(kind, row, names.get(row["dataset_id"], "")) for kind, row in made]
    return html.Div(
        [
            html.Div([dcc.Link("Behaviour", href="/behaviour"), " / Compare models"], className="crumb"),
            html.H1("Compare models", className="title"),
            html.P(
                "A model that explains behaviour predicts responses it has not seen. Choose models; one click compares "
                "them.",
                className="soft",
            ),
            comparison_form(datasets, chosen),
            html.H2("Comparisons and recoveries", className="section") if rows else None,
            html.Section(rows, className="card list", **aria(label="Comparisons and recoveries")) if rows else None,
        ],
        className="stack",
    )


def _row(kind: str, made: dict[str, Any], dataset: str) -> dcc.Link:
    words, colour = STATES.get(made["state"], (made["state"], "gray"))
    return dcc.Link(
        [
            html.Span(icon("behaviour" if kind == "comparison" else "retry", 18), className="job-kind"),
            html.Div(
                [
                    html.Div(made["name"], className="row-name"),
                    html.Div(f"{dataset} · {when(made.get('created'))}", className="small soft"),
                ],
                className="grow",
            ),
            dmc.Badge(words, variant="light", color=colour, size="sm"),
            icon("chevron", 16),
        ],
        href=f"/comparison?{kind}={made['id']}",
        className="list-row",
    )


PAGES = (Page("/comparison", "Compare models", render, icon="behaviour", order=25),)
