"""Attributes with a dash in their name, which Python cannot write as keywords."""

from __future__ import annotations

from datetime import datetime
from typing import Any

# What JSON, and what a Dash component's children, may hold: not worth a name for each shape here.
Json = Any
Child = Any


def aria(**values: str) -> dict[str, Any]:
    """`aria(label="Pages")` as `{"aria-label": "Pages"}`."""
    return {f"aria-{name.replace('_', '-')}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """`data(save="svg")` as `{"data-save": "svg"}`."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def when(moment: str | None) -> str:
    """A moment of the API (ISO 8601) as "23 Nov, 20:14", in the server's time zone; "" when there is none."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment).astimezone()
    return f"{at.day} {at:%b, %H:%M}"
