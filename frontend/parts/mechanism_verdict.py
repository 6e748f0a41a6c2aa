"""The verdict in plain words: a headline to read from afar, then statement by statement its evidence and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria

MARKS = {
    "yes": ("check", "supported"),
    "no": ("cross", "not supported"),
    "unclear": ("question", "cannot be told"),
}


def verdict_card(verdict: Mapping[str, Any]) -> html.Section:
    """The headline, and every statement with a mark for how well it is supported."""
    return html.Section(
        [
            html.P(verdict.get("headline") or "No verdict: too little was measured.", className="mechanism-headline"),
            html.Ul([statement(one) for one in verdict.get("statements", ())], className="mechanism-statements"),
        ],
        className="card mechanism-verdict",
        **aria(label="Verdict"),
    )


def statement(one: Mapping[str, Any]) -> html.Li:
    """One statement; what it rests on opens under it."""
    mark, words = MARKS.get(one.get("supported", "unclear"), MARKS["unclear"])
    evidence: Sequence[str] = one.get("evidence") or ()
    folded: list[Child] = [html.Ul([html.Li(words) for words in evidence], className="mechanism-evidence")]
    if one.get("limits"):
        folded.append(html.P([html.Strong("Limits: "), one["limits"]], className="small soft"))
    summary = html.Summary(
        [
            icon(mark, 18, label=words),
            html.Span(one["sentence"], className="grow"),
            html.Span([words, icon("chevron", 14)], className="mechanism-support small"),
        ]
    )
    return html.Li(
        html.Details([summary, html.Div(folded, className="mechanism-fold")]),
        className=f"mechanism-statement is-{one.get('supported', 'unclear')}",
    )
