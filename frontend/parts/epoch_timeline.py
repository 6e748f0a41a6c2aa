"""The epoch timeline: where it stands; `assets/epoch_timeline.js` draws it and moves its playhead."""

from __future__ import annotations

from dash import html


def epoch_timeline(name: str) -> html.Div:
    """The place of a timeline; space plays, arrow keys move the playhead by a step, page keys by an epoch."""
    return html.Div(id=name, className="timeline")
