"""A figure on a card: its title, what it means, and what it can be saved as. Every figure is shown by this."""

from __future__ import annotations

from typing import Any, cast

import plotly.graph_objects as go
from dash import dcc, html

from frontend import theme
from frontend.parts.markup import Child, Json, aria, data

# Lab data never leave the machine: plotly's own share button is off everywhere.
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
}


def graph(
    name: str | dict[str, Any], figure: go.Figure | None = None, height: int | None = None, **config: Json
) -> dcc.Graph:
    """A plotly graph with the app's configuration, dressed for the scheme; `height` in pixels, else the figure's."""
    dressed = theme.dress(figure if figure is not None else go.Figure())
    style = {"height": f"{height or dressed.layout.height or 300}px"}
    return dcc.Graph(id=name, figure=dressed, config=cast(Json, CONFIG | config), style=style, className="graph")


def save_buttons() -> html.Div:
    """SVG, PDF, PNG and CSV; made in the browser (`assets/save.js`) from the graph of the enclosing card."""
    names = {
        "svg": "Save as SVG (vector)",
        "pdf": "Save as PDF (vector)",
        "png": "Save as PNG",
        "csv": "Save the numbers as CSV",
    }
    return html.Div(
        [
            html.Button(
                form.upper(), className="save", title=words, type="button", **data(save=form), **aria(label=words)
            )
            for form, words in names.items()
        ],
        className="saves",
    )


def figure_card(
    name: str,
    title: Child,
    figure: go.Figure | Child,
    *,
    note: Child = None,
    controls: Child = None,
    height: int | None = None,
    legend: Child = None,
    panels: int = 1,
    kind: str = "",
) -> html.Section:
    """A card that holds the figure `name` (the id of its graph, and the stem of the files it is saved as).

    `figure` is a go.Figure or a component that contains a graph. `note` explains in one sentence, `controls` (one or
    a list) sit on the right of the title, `legend` under it, `kind` is a further CSS class. Figures of
    `figures/panels.py` fit any screen by themselves; others with `panels` side by side keep a readable width: on a
    narrow screen they are scrolled.
    """
    body = graph(name, figure, height) if isinstance(figure, go.Figure) else figure
    tools = controls if isinstance(controls, list) else [controls]
    if panels > 1:
        body = html.Div(html.Div(body, style={"minWidth": f"{60 + 165 * panels}px"}), className="scroll")
    return html.Section(
        [
            html.Div(
                [html.H3(title, className="card-title"), html.Div([*tools, save_buttons()], className="card-tools")],
                className="card-head",
            ),
            html.P(note, className="card-note") if note else None,
            legend,
            body,
        ],
        className=f"card figure-card {kind}".strip(),
        **data(figure=name),
        **aria(label=title if isinstance(title, str) else name),
    )


def key(*entries: tuple[str, str, str]) -> html.Div:
    """A legend in words: (colour, words, kind) with kind "line", "dash", "band", "bar" or "dot"."""
    return html.Div(
        [
            html.Span(
                [html.Span(className=f"swatch swatch-{kind}", style={"--swatch": colour}), words], className="key-entry"
            )
            for colour, words, kind in entries
        ],
        className="key",
    )
