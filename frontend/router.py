"""Which page a URL shows. A page is found by its module in `frontend/pages/`; no list has to be kept."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from dash.development.base_component import Component

Render = Callable[[dict[str, str], dict[str, str]], Awaitable[Component]]


@dataclass(frozen=True)
class Page:
    """One kind of view. `path` may hold names in braces: `/dataset/{dataset_id}`.

    `render(names, query)` is awaited for each visit. `nav` is the page's label in the navigation (None: it is not
    there), `icon` a class of `assets/icons.css` without `icon-`, `order` its place in the navigation.
    """

    path: str
    title: str
    render: Render
    nav: str | None = None
    icon: str = "dot"
    order: int = 100

    def match(self, path: str) -> dict[str, str] | None:
        """The names in `path` if it is this page's, else None."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path.rstrip("/") or "/")
        return found.groupdict() if found else None


def pages() -> list[Page]:
    """Every page of every module in `frontend/pages/`, in the order of the navigation."""
    import frontend.pages as room

    found: list[Page] = []
    for module in pkgutil.iter_modules(room.__path__):
        found.extend(getattr(importlib.import_module(f"frontend.pages.{module.name}"), "PAGES", ()))
    return sorted(found, key=lambda page: page.order)


def find(path: str) -> tuple[Page, dict[str, str]] | None:
    """The page of a URL's path with the names in it, or None."""
    for page in pages():
        names = page.match(path)
        if names is not None:
            return page, names
    return None


def query_of(search: str | None) -> dict[str, str]:
    """`?fit=3&x=1` as a dict."""
    return dict(parse_qsl((search or "").lstrip("?")))
