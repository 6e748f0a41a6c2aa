"""Where a file is dropped. It goes from the browser straight to the API (`assets/upload.js`), not through Dash."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from frontend.parts.icon import icon
from frontend.parts.markup import aria, data

KINDS = "csv, tsv, plain text tables, parquet, xlsx, npz, R .rda and .rds, and MATLAB .mat of every version"
SUFFIXES = ".csv,.tsv,.txt,.dat,.parquet,.xlsx,.npz,.mat,.rda,.rdata,.rds"


def upload_zone() -> html.Div:
    """The drop zone with its progress bar and its place for a refusal in words."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(icon("upload", 26), className="empty-mark"),
                    html.P("Drop a behavioural file here, or one file a subject", className="drop-title"),
                    html.P(f"{KINDS}; up to 200 MB in all", className="soft small"),
                    html.P(
                        "One row a trial or one row an item; columns, units and signs are worked out.",
                        className="soft small",
                    ),
                    dmc.Button("Choose files", className="drop-button", leftSection=icon("upload", 16), mt=6),
                ],
                className="drop-idle",
            ),
            html.Div(
                [
                    html.P(className="drop-name"),
                    html.Div(
                        html.Div(className="bar-fill"),
                        className="bar",
                        role="progressbar",
                        **aria(label="Upload progress"),
                    ),
                    html.P(className="drop-words soft small", **aria(live="polite")),
                    dmc.Button("Cancel", variant="subtle", color="gray", size="compact-sm", className="drop-cancel"),
                ],
                className="drop-busy",
            ),
            html.Div(className="drop-refused", role="alert"),
        ],
        className="drop card",
        **data(upload="idle", accept=SUFFIXES),
    )
