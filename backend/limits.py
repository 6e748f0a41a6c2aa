"""Bounds the body of every request, whether its length was announced or not."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend import problems

JSON_LIMIT = 2 * 1024**2
"""Of the API's requests other than uploads: they are parsed in memory, and the longest sensible one has kilobytes."""

REQUEST_TOO_LARGE = ("The request is too large", f"Requests other than uploads may have {JSON_LIMIT // 1024**2} MB.")


class BodyLimit:
    """ASGI layer that answers 413 beyond a limit, before more bytes are taken."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Bound the requests to ``app``: uploads by ``limit`` bytes, other requests to the API by ``JSON_LIMIT``."""
        self._app, self._uploads = app, limit

    def _limit(self, scope: Scope, headers: Headers) -> int:
        form = headers.get("content-type", "").lower().startswith("multipart/")
        return self._uploads if form or not scope["path"].startswith("/api/") else min(JSON_LIMIT, self._uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse at once by the announced length, or while the body arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit, announced = self._limit(scope, headers), headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            title, detail = problems.TOO_LARGE if limit > JSON_LIMIT else REQUEST_TOO_LARGE
            await problems.answer(problems.Problem(413, title, detail))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
