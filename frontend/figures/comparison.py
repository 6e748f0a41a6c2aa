"""Models side by side: differences of held-out log-likelihood with their intervals, over trials and over subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from frontend import theme

SUBJECTS = theme.ACCENT[6]
ROW = 56  # pixels a model takes
_TRIALS, _SUBJECTS = -0.03, 0.24  # where in a model's row its two intervals lie, under its name; in rows


def differences(result: Mapping[str, Any], reference: str | None = None) -> list[dict[str, Any]]:
    """One row a fitted model, the best first: its difference to ``reference`` (None: the best model).

    ``result`` as the API's comparison has it. Rows are ``{"name", "label", "tied", "trials": interval or None,
    "subjects": interval or None, "points": [{"subject", "difference"}]}`` in nats per trial; the reference's own
    intervals are None and its points 0.
    """
    reference = reference or result["best"]
    fitted = [row for row in result["models"] if row.get("held_out")]
    own = {
        point["subject"]: point["held_out"]
        for row in fitted
        if row["name"] == reference
        for point in row["per_subject"]
    }
    pairs = {pair["model"]: pair for pair in result["pairs"] if pair["reference"] == reference}
    rows = []
    for row in fitted:
        pair = pairs.get(row["name"])
        points = [
            {"subject": point["subject"], "difference": point["held_out"] - own[point["subject"]]}
            for point in row["per_subject"]
        ]
        rows.append(
            {
                "name": row["name"],
                "label": row["label"],
                "tied": bool(pair and pair["tied"]),
                "trials": pair,
                "subjects": pair["subjects"] if pair else None,
                "points": points,
            }
        )
    return rows


def forest(result: Mapping[str, Any], reference: str | None = None) -> go.Figure:
    """Each model's difference to the reference: a dot a subject, the mean over subjects, the mean over trials.

    Right of the line predicts better. Names stand over their rows, so that the figure keeps its width on a phone.
    """
    rows = differences(result, reference)
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": theme.UNIFORM, "width": 1.4, "dash": "dash"})
    _reference(figure, rows)
    _dots(figure, rows)
    _intervals(figure, rows, "subjects", _SUBJECTS)
    _intervals(figure, rows, "trials", _TRIALS)
    for place, row in enumerate(rows):
        words = row["label"] + (" · reference" if row["trials"] is None else " · tied" if row["tied"] else "")
        figure.add_annotation(
            text=words, x=0, xref="paper", xanchor="left", y=place - 0.5, yanchor="top", font={"size": 12.5}
        )
    figure.update_xaxes(title_text="difference in held-out log-likelihood (nats a trial)", nticks=6)
    figure.update_yaxes(
        range=[max(len(rows), 1) - 0.55, -0.6], showticklabels=False, ticks="", showgrid=False, fixedrange=True
    )
    figure.update_layout(
        showlegend=False, height=70 + ROW * max(len(rows), 1), margin={"l": 12, "r": 14, "t": 8, "b": 48}
    )
    return figure


def _reference(figure: go.Figure, rows: Sequence[dict[str, Any]]) -> None:
    """A mark on the line where the reference's own row is."""
    own = [(place, row["label"]) for place, row in enumerate(rows) if row["trials"] is None]
    figure.add_scatter(
        x=[0.0 for _ in own],
        y=[place + _TRIALS for place, _ in own],
        text=[label for _, label in own],
        mode="markers",
        marker={"size": 9, "symbol": "square", "color": theme.UNIFORM},
        name="reference",
        hovertemplate="%{text}: the reference<extra></extra>",
    )


def _dots(figure: go.Figure, rows: Sequence[dict[str, Any]]) -> None:
    """One faint dot a subject; a single subject is the mean itself and gets none."""
    for place, row in enumerate(rows):
        if row["trials"] is None or len(row["points"]) < 2:
            continue
        figure.add_scatter(
            x=[point["difference"] for point in row["points"]],
            y=[place + _SUBJECTS + 0.1 * ((number % 3) - 1) for number in range(len(row["points"]))],
            text=[point["subject"] for point in row["points"]],
            mode="markers",
            marker={"size": 6.5, "color": theme.translucent(theme.RECORDED, 0.55)},
            name=f"subjects, {row['label']}",
            hovertemplate="subject %{text}: %{x:.4f}<extra></extra>",
        )


def _intervals(figure: go.Figure, rows: Sequence[dict[str, Any]], over: str, shift: float) -> None:
    """Means with their 95 % intervals over trials or over subjects; hollow where the models are tied."""
    known = [(place, row) for place, row in enumerate(rows) if row[over]]
    if not known:
        return
    colour = theme.MODEL if over == "trials" else SUBJECTS
    symbol = "circle" if over == "trials" else "diamond"
    mean = [row[over]["mean"] for _, row in known]
    figure.add_scatter(
        x=mean,
        y=[place + shift for place, _ in known],
        mode="markers",
        marker={
            "size": 11,
            "symbol": [symbol + ("-open" if row["tied"] else "") for _, row in known],
            "color": colour,
            "line": {"width": 2, "color": colour},
        },
        error_x={
            "array": [row[over]["high"] - value for value, (_, row) in zip(mean, known, strict=True)],
            "arrayminus": [value - row[over]["low"] for value, (_, row) in zip(mean, known, strict=True)],
            "color": colour,
            "thickness": 2.2,
            "width": 5,
        },
        customdata=[(row["label"], row[over]["low"], row[over]["high"]) for _, row in known],
        name=f"mean over {over}",
        hovertemplate=f"%{{customdata[0]}}, over {over}: <b>%{{x:.4f}}</b><br>%{{customdata[1]:.4f}} to "
        "%{customdata[2]:.4f}<extra></extra>",
    )
