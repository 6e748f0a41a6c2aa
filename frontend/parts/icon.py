"""Line icons, drawn in `assets/icons.css` as masks: they take the colour of the text and ask nobody for a file."""

from __future__ import annotations

from dash import html

from frontend.parts.markup import Json, aria


def icon(name: str, size: int = 18, label: str | None = None) -> html.Span:
    """An icon of `assets/icons.css`: decoration, hidden from screen readers, unless a `label` says what it means."""
    accessible: dict[str, Json] = {"role": "img"} | aria(label=label) if label else aria(hidden="true")
    return html.Span(className=f"icon icon-{name}", style={"--icon-size": f"{size}px"}, **accessible)
