"""The HTTP client: the one door from the pages to the API. Problems come back as sentences."""

from __future__ import annotations

import asyncio
import os
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from frontend.parts.markup import Json

DEFAULT_URL = "http://127.0.0.1:8050"


class Problem(Exception):
    """What the API (or the way to it) refused, in a person's words.

    `errors` lists wrong rows as {row, column, value, expected}; `status` is HTTP's, 0 when no answer came.
    """

    def __init__(
        self, title: str, detail: str = "", status: int = 0, errors: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.title = title
        self.detail = detail
        self.status = status
        self.errors = errors or []


class Api:
    """GET, POST, PATCH and DELETE under `/api`, as JSON; raises Problem for every answer of 400 and above."""

    def __init__(
        self, url: str = DEFAULT_URL, token: str | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._transport = transport
        # One pool of connections an event loop: a pool that outlives its loop cannot be used again.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                base_url=f"{self.url}/api",
                headers=self._headers,
                timeout=httpx.Timeout(30.0, connect=5.0),
                transport=self._transport,
                trust_env=False,
            )
        return self._clients[loop]

    async def _answer(self, method: str, path: str, **options: Json) -> httpx.Response:
        try:
            answer = await self._client().request(method, path, **options)
        except httpx.HTTPError as error:
            raise Problem(
                "The server does not answer", "Check that Swapscope is still running, then try again."
            ) from error
        if answer.status_code >= 400:
            raise problem_of(answer)
        return answer

    async def _ask(self, method: str, path: str, **options: Json) -> Json:
        answer = await self._answer(method, path, **options)
        if answer.status_code == 204 or not answer.content:
            return None
        return answer.json()

    async def get(self, path: str, **params: Json) -> Json:
        """Answer of GET `/api{path}`; parameters that are None are left out."""
        return await self._ask("GET", path, params={name: value for name, value in params.items() if value is not None})

    async def text(self, path: str) -> str:
        """Answer of GET `/api{path}` as plain text."""
        return (await self._answer("GET", path)).text

    async def post(self, path: str, json: Json = None) -> Json:
        """Answer of POST `/api{path}`."""
        return await self._ask("POST", path, json=json)

    async def patch(self, path: str, json: Json) -> Json:
        """Answer of PATCH `/api{path}`."""
        return await self._ask("PATCH", path, json=json)

    async def delete(self, path: str) -> Json:
        """Answer of DELETE `/api{path}`."""
        return await self._ask("DELETE", path)

    async def all(self, *paths: str) -> list[Any]:
        """Answers of several GETs at once; a path that is not there (404) gives None."""

        async def one(path: str) -> Json:
            try:
                return await self.get(path)
            except Problem as problem:
                if problem.status == 404:
                    return None
                raise

        return list(await asyncio.gather(*(one(path) for path in paths)))


def problem_of(answer: httpx.Response) -> Problem:
    """The problem in an answer: application/problem+json where it is given, else a sentence for the status."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    title = body.get("title") or SENTENCES.get(answer.status_code, f"The server answered {answer.status_code}")
    detail = body.get("detail") or ""
    if not isinstance(detail, str):
        detail = "; ".join(str(part.get("msg", part)) for part in detail if isinstance(part, dict))
    return Problem(title, detail, answer.status_code, body.get("errors"))


SENTENCES = {
    401: "Please sign in",
    403: "You may not do that",
    404: "This does not exist (any more)",
    409: "That is not possible at the moment",
    413: "The file is too large",
    422: "That cannot be used as it is",
    500: "Something went wrong on the server",
    503: "The server is still starting",
}

_current = Api(os.environ.get("SWAPSCOPE_API_URL", DEFAULT_URL))


def use(api: Api) -> None:
    """Make `api` the client of every page of this process."""
    global _current
    _current = api


def current() -> Api:
    """The client of this process."""
    return _current
