"""Small pictures for cards, as SVG in a data address: no plotly, so that a page of many cards stays light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from frontend import theme

WIDTH, HEIGHT = 240, 84


def _svg(inside: str) -> str:
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    text = f"<svg {frame}>{inside}</svg>"
    return f"data:image/svg+xml,{quote(text)}"


def _points(y: Sequence[float], top: float) -> list[str]:
    """Heights at equal steps from left to right, as points of a path."""
    step = WIDTH / (len(y) - 1)
    return [f"{step * i:.1f},{HEIGHT - 4 - (HEIGHT - 10) * min(b / top, 1.0):.1f}" for i, b in enumerate(y)]


def swap_curves(functions: list[dict[str, Any]]) -> str:
    """The swap functions of a fit, drawn over one another with the band of the last; an address for an <img>."""
    curves = [function for function in functions if len(function["distance"]) > 1]
    if not curves:
        return _svg("")
    top = max(max(function["probability"]["mean"]) for function in curves) * 1.35 or 1.0
    last = curves[-1]
    edge = _points(last["probability"]["high"], top) + _points(last["probability"]["low"], top)[::-1]
    parts = [f'<path d="M{"L".join(edge)}Z" fill="{theme.NON_TARGET}" fill-opacity=".14"/>']
    for number, function in enumerate(curves, start=1):
        line = "L".join(_points(function["probability"]["mean"], top))
        opacity = 0.35 + 0.65 * number / len(curves)
        stroke = f'stroke="{theme.NON_TARGET}" stroke-width="2" stroke-opacity="{opacity:.2f}"'
        parts.append(f'<path d="M{line}" fill="none" {stroke}/>')
    return _svg("".join(parts))


def error_bars(errors: list[dict[str, Any]]) -> str:
    """The errors of a dataset at its largest set size; an address for an <img>."""
    if not errors:
        return _svg("")
    density = errors[-1]["density"]
    top, width = max(density) or 1.0, WIDTH / len(density)
    bars = (
        f'<rect x="{width * i + 0.6:.1f}" width="{width - 1.2:.1f}" y="{HEIGHT - 4 - (HEIGHT - 12) * value / top:.1f}"'
        f' height="{(HEIGHT - 12) * value / top:.1f}" fill="{theme.RECORDED}" fill-opacity=".75"/>'
        for i, value in enumerate(density)
    )
    return _svg("".join(bars))
