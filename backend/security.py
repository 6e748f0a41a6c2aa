"""Who may speak to the site: one ASGI layer in front of everything, pages, API, events and documentation alike.

On a laptop (no token, bound to this machine) there is no login, but a page of another site must not be able to use
the visitor's browser against us: the Host must be this machine's (DNS rebinding) and changes must come from our own
pages. With a token, everything needs it: a bearer header from programs, a cookie after the login page from people.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend import problems
from backend.settings import Settings

COOKIE = "swapscope_session"
KNOWN = "swapscope.known"
"""Key of the request's scope: whether the client may see everything."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_FORM_LIMIT = 8192
_WRONG_TOKEN_SECONDS = 0.4


class Exposed(RuntimeError):
    """The site would be open to other machines without a token."""


def check(settings: Settings) -> None:
    """Refuse a configuration that lets anybody on the network in.

    Raises:
        Exposed: when the address is not this machine's own and there is no token.
    """
    if not settings.local_only and not settings.token:
        raise Exposed(
            f"Listening on {settings.host} lets other machines in. Set SWAPSCOPE_TOKEN to a long secret that "
            "people need to sign in, or listen on 127.0.0.1."
        )


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


class Guard:
    """The ASGI layer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Guard ``app`` with the settings' token, if there is one."""
        self._app = app
        self._token = settings.token.encode() if settings.token else None
        self._cookie = hmac.new(self._token or b"", b"swapscope session 1", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._foreign(scope, headers)
        known = self._token is None or self._has_token(headers)
        scope[KNOWN] = known
        path = scope["path"]
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
        elif self._token is not None and path in ("/login", "/logout") and scope["type"] == "http":
            response = await self._login(Request(scope, receive))
            await response(scope, receive, send)
        elif known or path == "/api/health":
            await self._app(scope, receive, send)
        else:
            await self._refuse(self._sign_in(scope, headers), scope, receive, send)

    def _foreign(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._token is None and _hostname(host) not in _HERE:
            return problems.answer(
                problems.Problem(421, "This is not the server's address", "Open it as http://127.0.0.1 or localhost.")
            )
        if scope["type"] == "http" and scope["method"] in _SAFE:
            return None
        origin = headers.get("origin")
        if headers.get("sec-fetch-site") == "cross-site" or (
            origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        ):
            return problems.answer(
                problems.Problem(
                    403, "Requests from other sites are refused", "Use Swapscope's own pages, or a program."
                )
            )
        return None

    def _has_token(self, headers: Headers) -> bool:
        assert self._token is not None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token):
            return True
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return hmac.compare_digest(cookie.encode(), self._cookie.encode())

    @staticmethod
    def _sign_in(scope: Scope, headers: Headers) -> Response:
        path = scope["path"]
        if scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            query = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(f"/login?next={quote(path + ('?' + query if query else ''), safe='')}", 303)
        detail = "Sign in at /login, or send the header “Authorization: Bearer TOKEN”."
        problem = problems.Problem(401, "Please sign in", detail)
        return problems.answer(problem, {"WWW-Authenticate": "Bearer"})

    @staticmethod
    async def _refuse(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4401, "reason": "not signed in"})
            return
        await response(scope, receive, send)

    async def _login(self, request: Request) -> Response:
        if request.url.path == "/logout":
            out = RedirectResponse("/login", 303)
            out.delete_cookie(COOKIE, path="/")
            return out
        where = _own_path(request.query_params.get("next", "/"))
        if request.method != "POST":
            return _page(where)
        given = await _field(request, "token")
        if not hmac.compare_digest(given.encode(), self._token or b""):
            await asyncio.sleep(_WRONG_TOKEN_SECONDS)  # guessing is slow; everybody else is not held up
            return _page(where, "That is not the token. It is the secret that whoever runs this server set.", 401)
        into = RedirectResponse(where, 303)
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        into.set_cookie(
            COOKIE, self._cookie, max_age=30 * 86400, path="/", httponly=True, samesite="lax", secure=secure
        )
        return into


async def _field(request: Request, name: str) -> str:
    read = b""
    async for chunk in request.stream():
        read += chunk
        if len(read) > _FORM_LIMIT:
            return ""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            found: Any = json.loads(read)
            return str(found.get(name, "")) if isinstance(found, dict) else ""
        return parse_qs(read.decode()).get(name, [""])[0].strip()
    except ValueError:
        return ""


def _own_path(path: str) -> str:
    """A path of this site; anything that a browser could take for another site becomes the first page."""
    wrong = not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(sign) < 32 for sign in path)
    return "/" if wrong else path


def _page(where: str, complaint: str = "", status: int = 200) -> HTMLResponse:
    told = f'<p role="alert">{html.escape(complaint)}</p>' if complaint else ""
    return HTMLResponse(
        f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in · Swapscope</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;
min-height:90vh;margin:0}}form{{width:min(22rem,90vw);display:grid;gap:.75rem}}h1{{font-size:1.4rem;margin:0}}
input,button{{font:inherit;padding:.55rem .7rem;border-radius:.5rem;border:1px solid #8888}}button{{cursor:pointer}}
[role=alert]{{color:#c0392b;margin:0}}</style>
<form method="post" action="/login?next={quote(where, safe="")}"><h1>Swapscope</h1>
<label for="token">Token of this server</label>
<input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
{told}<button>Sign in</button></form></html>""",
        status,
        {"Cache-Control": "no-store"},
    )
