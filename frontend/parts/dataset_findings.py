"""The report of the data's doctor: what was found, what it would break, and a button that mends it."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria

# Severity: its icon, what it is called, and what its "breaks" is introduced by.
SEVERITIES = {
    "error": ("alert", "Must be mended", "What it breaks: "),
    "warning": ("alert", "Worth a look", "What it would break: "),
    "info": ("info", "Good to know", "Why it matters: "),
}
# What one hopes to find; the rest of the information is neither good nor bad.
HOPED_FOR = ("centred", "spread", "swaps", "probe_gradient")


def _mend_button(index: int, mend: dict[str, Any] | None, quiet: bool) -> dmc.Button | None:
    if not mend:
        return None
    return dmc.Button(
        mend["label"],
        id={"type": "mend", "index": index},
        leftSection=icon("reset" if quiet else "mend", 15),
        variant="subtle" if quiet else "light",
        color="gray" if quiet else None,
        size="compact-sm",
        className="mend",
    )


def finding_card(index: int, finding: dict[str, Any]) -> html.Div:
    """A finding with its mark, its words, and the button that mends it where that is possible."""
    severity = finding["severity"] if finding["severity"] in SEVERITIES else "info"
    name, words, introduced = SEVERITIES[severity]
    if finding.get("kind") in HOPED_FOR:
        name, words = "check", "As it should be"
    breaks = finding.get("breaks")
    told: list[Child] = [
        html.Div(finding["title"], className="finding-title"),
        html.P(finding["detail"], className="small soft"),
        html.P([html.B(introduced), breaks], className="small soft finding-breaks") if breaks else None,
    ]
    return html.Div(
        [
            html.Span(icon(name, 18, words), className="finding-mark"),
            html.Div(
                [*told, _mend_button(index, finding.get("mend"), quiet=severity == "info")],
                className="grow stack tight",
            ),
        ],
        className=f"finding finding-{severity}",
    )


def _counted(numbered: list[tuple[int, dict[str, Any]]]) -> html.Div:
    """How many findings of each severity there are."""
    colours = {"error": "red", "warning": "yellow", "info": "gray"}
    counts = {name: sum(finding["severity"] == name for _, finding in numbered) for name in SEVERITIES}
    return html.Div(
        [
            dmc.Badge(f"{count} {SEVERITIES[name][1].lower()}", color=colours[name], variant="light", tt="none")
            for name, count in counts.items()
            if count
        ],
        className="row",
    )


def findings(dataset: dict[str, Any]) -> html.Section | None:
    """All findings, the gravest first; what is merely good to know stands together on one card."""
    order = list(SEVERITIES)
    numbered = sorted(enumerate(dataset.get("findings") or []), key=lambda pair: order.index(pair[1]["severity"]))
    if not numbered:
        return None
    grave = [pair for pair in numbered if pair[1]["severity"] != "info"]
    known = [pair for pair in numbered if pair[1]["severity"] == "info"]
    return html.Section(
        [
            html.Div(
                [html.H2("What the data say about themselves", className="section"), _counted(numbered)],
                className="row between",
            ),
            *(finding_card(*pair) for pair in grave),
            html.Div([finding_card(*pair) for pair in known], className="card good-to-know") if known else None,
        ],
        className="stack tight",
        **aria(label="The doctor’s report"),
    )
