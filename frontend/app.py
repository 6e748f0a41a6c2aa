"""Puts the pages on the server's FastAPI object."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from dash import Dash
from fastapi import FastAPI

from frontend import api, router, shell, wiring

HERE = Path(__file__).parent
INDEX = (HERE / "assets" / "index.html").read_text(encoding="utf-8")


class Settings(Protocol):
    """What the pages must be told: where the API is, and the token that it asks for."""

    @property
    def api_url(self) -> str:
        """Address of the API, without `/api`."""

    @property
    def token(self) -> str | None:
        """Sent as a bearer with every request, if there is one."""


def attach(server: FastAPI, settings: Settings | None = None) -> Dash:
    """Put the pages on `server`, after the API's own routes (Dash takes every address that is left).

    Without `settings` the API is looked for at $SWAPSCOPE_API_URL.
    """
    if settings is not None and settings.api_url:
        api.use(api.Api(settings.api_url, token=settings.token))
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]
        title="Swapscope",
        update_title="",
        assets_folder=str(HERE / "assets"),
        assets_ignore=r"index\.html",
        assets_path_ignore=["vendor"],  # large, and needed by few visits: pages load them when they are asked for
        index_string=INDEX,
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    router.pages()  # imports every page, so that its callbacks are declared
    app.layout = shell.layout
    wiring.bind(app)
    # Dash lists its assets at the first visit of "/" only; a first visit of any other address would come without them.
    app._setup_server()
    return app
