"""A plotly figure as a file: a page that needs nothing else, or a picture drawn by a Chromium."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from urllib.parse import unquote

import plotly.graph_objects as go

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 180_000.0  # a page of several megabytes on a busy machine
SCALE = 2  # pixels of a PNG for each point of the figure

DRAW = """([format, scale]) => Plotly.toImage(
    document.querySelector('.plotly-graph-div'), {format, scale, width: null, height: null})"""


def save(figure: go.Figure, file: Path) -> None:
    """Write a figure; the name's ending, ``.html``, ``.svg`` or ``.png``, says as what.

    Raises:
        ValueError: if the ending is another, or there is no Chromium to draw with.
    """
    page = figure.to_html(include_plotlyjs=True, full_html=True)
    ending = file.suffix.lower().lstrip(".")
    if ending == "html":
        file.write_text(page)
        return
    if ending not in ("svg", "png"):
        raise ValueError(f"a picture is .html, .svg or .png, not {file.suffix or file.name}")
    drawn = _drawn(page, ending)
    _, data = drawn.split(",", 1)
    file.write_bytes(base64.b64decode(data) if ";base64" in drawn[:40] else unquote(data).encode())


def _drawn(page: str, ending: str) -> str:
    """The figure of a page as a data address."""
    from playwright.sync_api import sync_playwright  # a library for development: pages need none

    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        raise ValueError("an SVG or PNG is drawn by a Chromium, and there is none; write an .html instead")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            sheet = browser.new_page()
            sheet.set_default_timeout(PATIENCE_MS)
            sheet.set_content(page, wait_until="load")
            sheet.wait_for_function("document.querySelector('.plotly-graph-div .main-svg') !== null")
            return str(sheet.evaluate(DRAW, [ending, SCALE]))
        finally:
            browser.close()
