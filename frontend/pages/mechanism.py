"""The mechanism: how trained networks come to report the wrong item, with its uncertainty and a null beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from frontend import api
from frontend.parts.glossary import term
from frontend.parts.icon import icon
from frontend.parts.job_card import STATES, job_card
from frontend.parts.markup import Child, aria, data, when
from frontend.parts.mechanism_form import mechanism_form, ready
from frontend.parts.mechanism_groups import groups_strip
from frontend.parts.mechanism_numbers import tests_table
from frontend.parts.mechanism_provenance import provenance_card
from frontend.parts.mechanism_sections import contents, sections
from frontend.parts.mechanism_verdict import verdict_card
from frontend.router import Page
from frontend.shell import empty, watch


async def render(names: dict[str, str], query: dict[str, str]) -> Component:
    """One analysis where the address names it, else the form; `?network=ID` opens it for a network's ensemble."""
    if "analysis_id" in names:
        return await one(names["analysis_id"])
    return await choose(query.get("network"))


async def choose(wanted: str | None) -> Component:
    """The form, and the mechanisms that were found so far (those of the wanted network first)."""
    networks, fits, analyses = await api.current().all("/networks", "/fits", "/analyses")
    if not ready(networks or []):
        return nothing_yet(networks or [])
    found = [row for row in analyses or [] if row["analysis"] == "mechanism"]
    found.sort(key=lambda row: wanted not in row["network_ids"])
    rows = [analysis_row(row, wanted) for row in found]
    listed = [
        html.H2("Found so far", className="section"),
        html.Section(rows, className="card list", **aria(label="Mechanisms")),
    ]
    form = mechanism_form(networks, {str(fit["id"]): str(fit["name"]) for fit in fits or []}, wanted)
    moving = {row["job_id"]: row["state"] for row in found if row.get("job_id") and row["state"] != "done"}
    return html.Div(
        [
            html.H1("Mechanism", className="title"),
            html.P(
                [
                    "Was the wrong pairing stored (",
                    term("misbinding"),
                    "), the wrong item selected (",
                    term("misselection"),
                    "), or the cue misread (",
                    term("misinterpretation"),
                    ")? Eight analyses of trained networks answer on one page, with their uncertainty and a ",
                    term("null"),
                    " beside every effect.",
                ],
                className="soft mechanism-lead",
            ),
            *(listed if rows and wanted else ()),
            form,
            *(listed if rows and not wanted else ()),
            watch("analysis", "*", moving),
        ],
        className="stack",
    )


def nothing_yet(networks: Sequence[Mapping[str, Any]]) -> Component:
    """What the page says before any network is trained."""
    learning = any(one.get("state") in ("running", "queued", "waiting", "paused") for one in networks)
    told = empty(
        "The networks are still learning" if learning else "No network to look into yet",
        "A mechanism is found in trained networks. Watch them learn; this page opens when one is ready."
        if learning
        else "Train five networks of one objective, or of several, and see here how they come to make swaps.",
        dmc.Anchor(dmc.Button("Watch them" if learning else "Train networks"), href="/network"),
        picture="flask",
    )
    return html.Div([told, watch("network", "*")])


def analysis_row(row: Mapping[str, Any], wanted: str | None = None) -> dcc.Link:
    """A mechanism in the list."""
    words, colour = STATES.get(row["state"], (row["state"], "gray"))
    count = len(row["network_ids"])
    about = f"{count} network{'s' if count != 1 else ''} · {when(row.get('created'))}"
    mine = dmc.Badge("this network", variant="light", size="sm") if wanted in row["network_ids"] else None
    return dcc.Link(
        [
            html.Span(icon("flask", 18), className="job-kind"),
            html.Div(
                [html.Div(row["name"], className="row-name"), html.Div(about, className="small soft")],
                className="grow",
            ),
            mine,
            dmc.Badge(words, variant="light", color=colour, size="sm"),
            icon("chevron", 16),
        ],
        href=f"/mechanism/{row['id']}",
        className="list-row",
    )


async def one(analysis_id: str) -> Component:
    """One analysis in whatever state it is."""
    analysis = await api.current().get(f"/analyses/{analysis_id}")
    if analysis["analysis"] != "mechanism":
        return another_kind(analysis)
    if not analysis.get("result"):
        return html.Div([_head(analysis), *await unfinished(analysis)], className="stack")
    result = analysis["result"]
    found = await api.current().all(*(f"/networks/{id}" for id in analysis["network_ids"]))
    networks = [network for network in found if network]
    shown = await asyncio.to_thread(sections, result, spans_of(networks))  # some thirty figures
    return html.Div(
        [
            _head(analysis),
            verdict_card(result["verdict"]),
            groups_strip(result),
            contents(result),
            *shown,
            _tests(result),
            await provenance_card(analysis, networks),
            dcc.Store(id="mechanism", data={"id": analysis["id"]}),
            watch("analysis", str(analysis["id"])),
        ],
        id="mechanism-report",
        className="stack mechanism",
        **data(report=analysis["name"]),
    )


def another_kind(analysis: Mapping[str, Any]) -> Component:
    """An analysis that has its place on the pages of its networks."""
    links = [
        dcc.Link(dmc.Button("Its network", variant="light"), href=f"/network/{quote(str(id))}")
        for id in analysis["network_ids"][:1]
    ]
    words = "How faithful networks are to behaviour is shown on their own pages."
    return empty(str(analysis["name"]), words, *links, picture="network")


async def unfinished(analysis: Mapping[str, Any]) -> list[Child]:
    """The card of its job, with progress and time left; the page is drawn anew when it has ended."""
    (job,) = await api.current().all(f"/jobs/{analysis['job_id']}")
    if job is None:
        words = "Its job is not known any more. Ask for the mechanism again."
        again = dcc.Link(dmc.Button("Ask again"), href="/mechanism")
        return [empty("This mechanism has no result", words, again, picture="flask")]
    return [job_card(job, details=True), watch("analysis", str(analysis["id"]), {job["id"]: job["state"]})]


def spans_of(networks: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """When the cue was shown and when recall began, seconds from cue onset, by the first network's configuration."""
    config = (networks[0].get("config") or {}) if networks else {}
    step = float(config.get("step_seconds", 0.05))
    cue, gap = int(config.get("cue_steps", 0)) * step, int(config.get("gap_steps", 0)) * step
    return {"cue": (0.0, cue), "gap": (cue, cue + gap)}


def _head(analysis: Mapping[str, Any]) -> html.Div:
    done = bool(analysis.get("result"))
    address = f"/api/analyses/{quote(str(analysis['id']))}"
    files = (("Numbers (npz)", "results.npz"), ("Numbers (CSV)", "results.csv"))
    downloads = [
        html.A(
            dmc.Button(words, variant="default", size="sm", leftSection=icon("download", 15)),
            href=f"{address}/{file}",
            download="",
        )
        for words, file in files
    ]
    report = html.Span(
        dmc.Button("Report (HTML)", size="sm", leftSection=icon("download", 15), **data(save_report="")),
        title="This page as one file that opens anywhere, also offline",
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Div([dcc.Link("Mechanism", href="/mechanism"), " / one page"], className="crumb"),
                    html.H1(analysis["name"], className="title"),
                ]
            ),
            html.Div([*downloads, report], className="row mechanism-files") if done else None,
        ],
        className="page-head",
    )


def _tests(result: Mapping[str, Any]) -> html.Section | None:
    table = tests_table(result)
    if table is None:
        return None
    note = html.Span(
        [
            "Networks are the replicates. Differences of means with their 95 % interval; effects are ",
            term("Hedges’ g"),
            " between groups, and mean over sd against the null. The last column is p of all tests of the table "
            "together, by ",
            term("Holm’s correction"),
            ".",
        ]
    )
    return html.Section(
        [html.H2("Contrasts", className="card-title"), html.P(note, className="card-note"), table],
        id="mechanism-contrasts",
        className="card",
        **aria(label="Contrasts"),
    )


PAGES = (
    Page("/mechanism", "Mechanism", render, nav="Mechanism", icon="flask", order=55),
    Page("/mechanism/{analysis_id}", "Mechanism", render, icon="flask", order=56),
)
