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
SHORT = 140  # characters that are read at once
SHOWN_BY = {
    "swaps": "swap_hypotheses",
    "misbinding": "swap_hypotheses",
    "misselection": "swap_hypotheses",
    "misinterpretation": "swap_hypotheses",
    "decision": "swap_hypotheses",
    "contents": "decoding",
    "planes": "planes",
    "only planes": "planes",
    "only swaps": "swap_hypotheses",
    "role axis": "role_axis",
    "only role axis": "role_axis",
    "cue": "cue_sweep",
    "behaviour": "refit",
    "noise": "interventions",
    "neurons": "interventions",
    "points": "fixed_points",
}
"""Which analysis shows what a statement is about, by its topic."""


def verdict_card(verdict: Mapping[str, Any]) -> html.Section:
    """The headline, and every statement with a mark for how well it is supported."""
    return html.Section(
        [
            *headline(verdict.get("headline") or "No verdict: too little was measured."),
            html.Ul(
                [statement(one, str(verdict.get("group", ""))) for one in verdict.get("statements", ())],
                className="mechanism-statements",
            ),
        ],
        className="card mechanism-verdict",
        **aria(label="Verdict"),
    )


def headline(words: str) -> list[Child]:
    """The headline; a long one in lines: who it is about, then finding by finding, then what else is said."""
    first, _, more = words.partition(". ")
    whose, _, rest = first.rstrip(".").partition(": ")
    if len(words) <= SHORT or not rest:
        return [html.H2(words, className="mechanism-headline")]
    lines = [f"{line[:1].upper()}{line[1:]}" for line in rest.split("; ")]
    return [
        html.P(whose, className="mechanism-whose"),
        html.Div([html.H2(line, className="mechanism-headline is-line") for line in lines]),
        html.P(more, className="mechanism-more") if more else None,
    ]


def statement(one: Mapping[str, Any], about: str = "") -> html.Li:
    """One statement with its topic and how well that is supported; what it rests on opens under it.

    The name of the group that the whole verdict is `about` stands above all statements and not in each.
    """
    sentence = str(one["sentence"]).removeprefix(f"{about}: ") if about else str(one["sentence"])
    supported = one.get("supported", "unclear")
    mark, words = MARKS.get(supported, MARKS["unclear"])
    evidence: Sequence[str] = one.get("evidence") or ()
    folded: list[Child] = [html.Ul([html.Li(words) for words in evidence], className="mechanism-evidence")]
    if one.get("limits"):
        folded.append(html.P([html.Strong("Limits: "), one["limits"]], className="small soft"))
    if one["topic"] in SHOWN_BY:
        folded.append(html.A("To its figures", href=f"#mechanism-{SHOWN_BY[one['topic']]}", className="small"))
    summary = html.Summary(
        [
            icon(mark, 18, label=words),
            html.Span(f"{sentence[:1].upper()}{sentence[1:]}", className="grow"),
            html.Span([f"{one['topic']}: {words}", icon("chevron", 14)], className="mechanism-support small"),
        ]
    )
    return html.Li(
        html.Details([summary, html.Div(folded, className="mechanism-fold")]),
        className=f"mechanism-statement is-{supported}",
    )
