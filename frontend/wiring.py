"""Declaring callbacks: every one is async, and a problem of the API becomes a notice instead of a broken page."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from dash import ClientsideFunction, Dash, Output, no_update, set_props

from frontend.api import Problem
from frontend.parts.markup import Json

AsyncFunction = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Declared:
    """A callback that waits for an app: the function, or the name of the browser's function, and Dash's arguments."""

    function: AsyncFunction | ClientsideFunction
    dependencies: tuple[Any, ...]
    options: dict[str, Any]


DECLARED: list[Declared] = []


def notify(title: str, detail: str = "", colour: str = "red") -> None:
    """Show a notice in the corner of the page; call it inside a callback."""
    notice = {
        "title": title,
        "message": detail,
        "color": colour,
        "action": "show",
        "autoClose": 8000 if colour == "red" else 4000,
        "position": "bottom-right",
    }
    set_props("notices", {"sendNotifications": [notice]})


def go(path: str) -> None:
    """Lead the browser to another page of the app; call it inside a callback."""
    set_props("goto", {"data": {"to": path, "at": time.time()}})


def callback(*dependencies: Json, **options: Json) -> Callable[[AsyncFunction], AsyncFunction]:
    """Declare a server callback. Raises TypeError for a plain function: Dash would run it on the event loop."""

    has_output = any(isinstance(dependency, Output) for dependency in dependencies)

    def declare(function: AsyncFunction) -> AsyncFunction:
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__module__}.{function.__qualname__} must be async")

        @functools.wraps(function)
        async def guarded(*values: Json) -> Json:
            try:
                return await function(*values)
            except Problem as problem:
                notify(problem.title, problem.detail)
                return no_update if has_output else None

        DECLARED.append(Declared(guarded, dependencies, options))
        return function

    return declare


def clientside(name: str, *dependencies: Json, **options: Json) -> None:
    """Declare a callback that runs in the browser: `window.dash_clientside.swapscope[name]`."""
    DECLARED.append(Declared(ClientsideFunction("swapscope", name), dependencies, options))


def bind(app: Dash) -> None:
    """Give every declared callback to `app`."""
    for declared in DECLARED:
        if isinstance(declared.function, ClientsideFunction):
            app.clientside_callback(declared.function, *declared.dependencies, **declared.options)
        else:
            app.callback(*declared.dependencies, **declared.options)(declared.function)
