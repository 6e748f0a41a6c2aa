"""Everything that goes wrong, as ``application/problem+json`` with a sentence that a person can act on."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from backend.store.artifacts import ArtifactDamaged, ArtifactMissing
from backend.store.jobs import JobMissing, NotNow

MEDIA_TYPE = "application/problem+json"
LONGEST_TOLD = 2000
log = logging.getLogger(__name__)

TOO_LARGE = (
    "The file is too large",
    "Leave out what is not needed, or ask who runs this server to allow larger files.",
)
_SENTENCES = {
    400: ("The request cannot be read", "It is not well-formed JSON or form data; /docs shows what is expected."),
    404: ("There is nothing at this address", "Check the address; /docs lists what the API offers."),
    405: ("This address does not take such a request", "/docs lists what it takes."),
    413: TOO_LARGE,
}


class Problem(Exception):
    """A refusal.

    Attributes:
        status: HTTP status.
        title: what is wrong, in a few words.
        detail: what a person can do about it.
        errors: places in a file or a request, ``[{"row", "column", "value", "expected"}]``.
    """

    def __init__(
        self, status: int, title: str, detail: str = "", errors: Sequence[dict[str, Any]] | None = None
    ) -> None:
        """See the class."""
        super().__init__(title)
        self.status, self.title, self.detail, self.errors = status, title, detail, list(errors or [])


def missing(kind: str, id: str) -> Problem:
    """The 404 of an unknown id."""
    return Problem(404, f"There is no such {kind}", f"No {kind} has the id “{id[:64]}”. It may have been deleted.")


def body(status: int, title: str, detail: str = "", errors: Sequence[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The JSON of a problem."""
    told: dict[str, Any] = {"type": "about:blank", "title": title, "detail": detail, "status": status}
    found = told | ({"errors": list(errors)} if errors else {})
    return {name: sayable(value) for name, value in found.items()}


def sayable(value: object) -> Any:  # noqa: ANN401 - plain data of any sort
    """The same plain data as JSON can say it: what a client sent may hold NaN, half characters or a whole novel."""
    if isinstance(value, str):
        short = value if len(value) <= LONGEST_TOLD else value[:LONGEST_TOLD] + "…"
        return short.encode(errors="replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {sayable(str(name)): sayable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sayable(item) for item in value]
    return value


def answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The response of a problem."""
    content = body(problem.status, problem.title, problem.detail, problem.errors)
    return JSONResponse(content, problem.status, headers=headers, media_type=MEDIA_TYPE)


def of_validation(error: RequestValidationError) -> Problem:
    """What is wrong with a request, field by field, in the words of the schema."""
    errors: list[dict[str, Any]] = []
    for found in error.errors():
        place: str = ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path"))
        given = found.get("input")
        value = given if isinstance(given, (str, int, float, bool)) else None
        errors.append({"row": None, "column": place, "value": value, "expected": _expected(found)})
    sentences = [f"{one['column']}: {one['expected']}" if one["column"] else one["expected"] for one in errors[:5]]
    if len(errors) > 5:
        sentences.append(f"and {len(errors) - 5} more")
    return Problem(422, "The request cannot be used as it is", "; ".join(sentences) + ".", errors)


def _expected(found: dict[str, Any]) -> str:
    if found["type"] == "extra_forbidden":
        return "there is no such setting"
    if found["type"] == "missing":
        return "is needed"
    if found["type"] == "string_unicode":
        return "has characters that are no text"
    if found["type"] == "json_invalid":
        return "the request is not JSON"
    text = str(found["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def install(app: FastAPI) -> None:
    """Turn every exception into a problem."""

    async def told(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return answer(error)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return answer(of_validation(error))

    async def plain(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        title, detail = _SENTENCES.get(error.status_code, (HTTPStatus(error.status_code).phrase, str(error.detail)))
        return answer(Problem(error.status_code, title, detail), dict(error.headers or {}))

    async def gone(_: Request, error: Exception) -> JSONResponse:
        return answer(Problem(404, "There is no such thing (any more)", _sentence(error)))

    async def not_now(_: Request, error: Exception) -> JSONResponse:
        return answer(Problem(409, "That is not possible at the moment", _sentence(error)))

    async def busy(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(Problem(503, "The database does not answer", "Try again in a few seconds; nothing was lost."))

    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        detail = "The server's log has the details. Trying again does no harm."
        return answer(Problem(500, "The program made an error", detail))

    async def damaged(_: Request, error: Exception) -> JSONResponse:
        return answer(Problem(500, "A stored file is damaged", _sentence(error)))

    app.add_exception_handler(Problem, told)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(JobMissing, gone)
    app.add_exception_handler(ArtifactMissing, gone)
    app.add_exception_handler(NotNow, not_now)
    app.add_exception_handler(ArtifactDamaged, damaged)
    app.add_exception_handler(OperationalError, busy)
    app.add_exception_handler(Exception, broken)


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "detail", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A refusal, with a sentence that says what to do.",
        "content": {
            MEDIA_TYPE: {
                "schema": _SCHEMA,
                "example": body(404, "There is no such dataset", "It may have been deleted."),
            }
        },
    }
}
"""For the OpenAPI description of every route."""
