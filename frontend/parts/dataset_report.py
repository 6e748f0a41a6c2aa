"""What is to be said about a dataset: questions with two answers, findings with a mend, rows that were left out."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria

# The grid takes the app's own colours, so light and dark need no second theme.
GRID_THEME = (
    "themeQuartz.withParams({fontFamily: 'inherit', fontSize: 13, backgroundColor: 'var(--surface)', "
    "foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--surface)', headerTextColor: 'var(--soft)', "
    "borderColor: 'var(--line)', wrapperBorderRadius: 8, rowHeight: 34, headerHeight: 36})"
)
SEVERITIES = {
    "error": ("alert", "Must be mended"),
    "warning": ("alert", "Worth a look"),
    "info": ("info", "Good to know"),
}


def question_card(question: dict[str, Any]) -> html.Section:
    """A question that two readings of the file leave open; each answer is one big button."""
    return html.Section(
        [
            html.Div([icon("question", 20), html.H3(question["title"], className="card-title")], className="row"),
            html.P(question["detail"], className="card-note"),
            html.Div(
                [
                    html.Button(
                        [html.Span(choice["label"], className="choice-label"), icon("arrow", 16)],
                        id={"type": "choice", "question": question["id"], "index": index},
                        className="choice",
                        type="button",
                    )
                    for index, choice in enumerate(question["choices"])
                ],
                className="choices",
            ),
        ],
        className="card question",
    )


def finding_card(index: int, finding: dict[str, Any]) -> html.Div:
    """A finding of the data's doctor, with the button that mends it where that is possible."""
    name, words = SEVERITIES.get(finding["severity"], SEVERITIES["info"])
    mend = finding.get("mend")
    return html.Div(
        [
            html.Span(icon(name, 18, words), className="finding-mark"),
            html.Div(
                [
                    html.Div(finding["title"], className="finding-title"),
                    html.P(finding["detail"], className="small soft"),
                ],
                className="grow",
            ),
            dmc.Button(
                mend["label"],
                id={"type": "mend", "index": index},
                leftSection=icon("mend", 15),
                variant="light",
                size="compact-sm",
            )
            if mend
            else None,
        ],
        className=f"finding finding-{finding['severity']}",
    )


def findings(dataset: dict[str, Any]) -> html.Section | None:
    """All findings, the gravest first."""
    order = list(SEVERITIES)
    numbered = sorted(enumerate(dataset.get("findings") or []), key=lambda pair: order.index(pair[1]["severity"]))
    if not numbered:
        return None
    return html.Section(
        [
            html.H2("What the data say about themselves", className="section"),
            *(finding_card(*pair) for pair in numbered),
        ],
        className="stack tight",
    )


def _table(rows: list[dict[str, Any]], columns: list[dict[str, Any]], height: int | None, label: str) -> html.Div:
    options: dict[str, Any] = {
        "domLayout": "normal" if height else "autoHeight",
        "suppressMovableColumns": True,
        "theme": {"function": GRID_THEME},
    }
    return html.Div(
        dag.AgGrid(
            rowData=rows,
            columnDefs=columns,
            defaultColDef={"sortable": True, "resizable": True, "flex": 1, "minWidth": 96},
            dashGridOptions=options,
            style={"height": f"{height}px"} if height else {"height": None},
        ),
        role="region",
        **aria(label=label),
    )


def rejected(dataset: dict[str, Any]) -> html.Section | None:
    """The rows that were left out, each with its number, the wrong value and what was expected there."""
    left_out = dataset.get("rejected") or {"count": 0, "rows": []}
    if not left_out["count"]:
        return None
    names = {"row": "Row", "column": "Column", "value": "Value", "expected": "Expected"}
    columns = [
        {"field": field, "headerName": words, "flex": 3 if field == "expected" else 1} for field, words in names.items()
    ]
    rows = left_out["rows"]
    shown = "" if len(rows) == left_out["count"] else f" The first {len(rows)} are listed."
    return html.Section(
        [
            html.H3(f"{left_out['count']:,} rows are left out", className="card-title"),
            html.P(f"Nothing is dropped silently; these rows could not be read.{shown}", className="card-note"),
            _table(rows, columns, 268 if len(rows) > 5 else None, "Rows that are left out"),
        ],
        className="card",
    )


HEADERS = {
    "row": "Row",
    "subject": "Subject",
    "condition": "Condition",
    "set_size": "Set size",
    "report": "Items’ features",
    "probe": "Items’ probes",
    "response": "Response",
}


def _readable(value: object) -> str:
    """A cell: numbers to 3 digits after the point, several items side by side, the cued one first."""
    if isinstance(value, list):
        return "  ".join(_readable(one) for one in value)
    if isinstance(value, float):
        return f"{value:.3f}".replace("-", "−")
    return "" if value is None else str(value)


def preview(dataset: dict[str, Any]) -> html.Section | None:
    """The first trials as they were understood."""
    rows = (dataset.get("pictures") or {}).get("preview") or []
    if not rows:
        return None
    rows = [{name: _readable(value) for name, value in row.items()} for row in rows]
    columns = [
        {
            "field": name,
            "headerName": HEADERS.get(name, name),
            "cellDataType": "text",
            "flex": 3 if name in ("report", "probe") else 1,
        }
        for name in rows[0]
    ]
    return html.Section(
        [
            html.H3("First rows, as understood", className="card-title"),
            html.P(
                "Angles are radians from −π to π of the full circle; the cued item comes first.", className="card-note"
            ),
            _table(rows, columns, None, "First rows"),
        ],
        className="card",
    )


def facts(dataset: dict[str, Any]) -> list[Child]:
    """The dataset in numbers: trials, subjects, set sizes, probe."""
    summary = dataset.get("summary") or {}
    entries: list[tuple[str, str]] = [
        (f"{summary.get('trials', 0):,}", "trials"),
        (str(summary.get("subjects") or "–"), "subjects"),
        (", ".join(str(size) for size in summary.get("set_sizes") or []) or "–", "items in a display"),
        (str(summary["probe_values"]) if summary.get("has_probe") else "none", "probe values"),
    ]
    return [
        html.Div([html.Div(value, className="fact-value"), html.Div(words, className="small soft")])
        for value, words in entries
    ]
