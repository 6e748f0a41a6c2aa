"""The whole site, composed: ``uvicorn server:server``. The API's routes first, then the pages take what is left."""

from __future__ import annotations

import importlib.util

from fastapi import FastAPI

from backend.app import create_app
from backend.settings import Settings


def compose(settings: Settings) -> FastAPI:
    """The API with the pages on it."""
    site = create_app(settings)
    if importlib.util.find_spec("frontend.app") is not None:
        from frontend.app import attach

        attach(site, settings)
    return site


server = compose(Settings())
