"""What is to be said about a dataset: questions, files and rows that were left out, the first trials, the facts."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import Child, aria

# The grid takes the app's own colours, so light and dark need no second theme.
GRID_THEME = (
    "themeQuartz.withParams({fontFamily: 'inherit', fontSize: 13, backgroundColor: 'var(--surface)', "
    "foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--surface)', headerTextColor: 'var(--soft)', "
    "borderColor: 'var(--line)', wrapperBorderRadius: 8, rowHeight: 34, headerHeight: 36})"
)


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


def files(dataset: dict[str, Any]) -> html.Section | None:
    """Of a dataset made from several files: which were taken, with their rows, and which were refused, and why."""
    given = (dataset.get("file") or {}).get("files") or []
    if len(given) < 2:
        return None
    rows = [
        {"name": file["name"], "rows": file.get("rows", ""), "fate": _fate(file)}
        for file in sorted(given, key=lambda file: file.get("accepted", True))
    ]
    refused = sum(not file.get("accepted", True) for file in given)
    columns = [
        {"field": "name", "headerName": "File", "flex": 2},
        {"field": "rows", "headerName": "Rows", "flex": 1},
        {"field": "fate", "headerName": "", "flex": 5, "wrapText": True, "autoHeight": True},
    ]
    taken = f"{len(given) - refused} of {len(given)} files were put together" if refused else f"{len(given)} files"
    return html.Section(
        [
            html.H3(taken, className="card-title"),
            html.P("Their rows are read as one table.", className="card-note"),
            _table(rows, columns, 268 if len(rows) > 5 else None, "Files of this dataset"),
        ],
        className="card",
    )


def _fate(file: dict[str, Any]) -> str:
    problem = file.get("problem")
    return f"refused: {problem['title']}. {problem['detail']}" if problem else "taken"


def rejected(dataset: dict[str, Any]) -> html.Section | None:
    """The rows that were left out, each with its number, the wrong value and what was expected there."""
    left_out = dataset.get("rejected") or {"count": 0, "rows": []}
    if not left_out["count"]:
        return None
    names = {"row": "Row", "column": "Column", "value": "Value", "expected": "Expected"}
    if any(row.get("file") for row in left_out["rows"]):
        names = {"file": "File", **names}
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
    own = (dataset.get("summary") or {}).get("feature_degrees") or 360
    doubled = "; orientations are doubled" if own != 360 else ""
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
                f"Angles are radians from −π to π of the full circle{doubled}; the cued item comes first.",
                className="card-note",
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
    own = summary.get("feature_degrees")
    if own:
        doubled = "; shown doubled, on a full circle of 360°" if own != 360 else ""
        entries.append((f"{own}°", f"of the feature make one full turn{doubled}"))
    return [
        html.Div([html.Div(value, className="fact-value"), html.Div(words, className="small soft")])
        for value, words in entries
    ]
