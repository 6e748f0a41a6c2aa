"""Bounds the body of every request, whether its length was announced or not."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend import problems


class BodyLimit:
    """ASGI layer that answers 413 beyond ``limit`` bytes, before more of them are taken."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Bound the requests to ``app``."""
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse at once by the announced length, or while the body arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self._limit:
            title, detail = problems.TOO_LARGE
            await problems.answer(problems.Problem(413, title, detail))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
