"""Requests of a clumsy or hostile client: each gets a sentence, none a stack trace, and nothing is stored."""

from __future__ import annotations

import httpx
import pytest

from backend.limits import JSON_LIMIT
from backend.settings import Settings
from backend.store.store import open_store
from tests.backend.conftest import running

BODIES = {
    "NaN": b'{"seed": NaN, "name": "x"}',
    "infinities": b'{"seed": -Infinity, "other": Infinity}',
    "a number of 6000 digits": b'{"seed": ' + b"9" * 6000 + b"}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "half a character": b'{"name": "\\ud800", "\\udfff": 1}',
    "not UTF-8": b'\xff\xfe{"a": 1}',
    "nothing": b"",
    "half JSON": b'{"seed": 1',
    "a list": b"[]",
    "null": b"null",
    "a long text": b'{"name": "' + b"x" * 100_000 + b'"}',
    "too much": b'{"name": "' + b"x" * JSON_LIMIT + b'"}',
}
MAKERS = ("fits", "surrogates", "networks", "analyses", "studies", "networks/estimate", f"networks/{'a' * 32}/simulate")


@pytest.mark.parametrize("what", BODIES)
async def test_bodies(client: httpx.AsyncClient, what: str) -> None:
    for path in MAKERS:
        for media_type in (
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            if path == "studies" and what == "nothing":
                continue
            answer = await client.post(f"/api/{path}", content=BODIES[what], headers={"content-type": media_type})
            assert 400 <= answer.status_code < 500, (path, media_type, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            told = answer.json()
            assert told["title"]
            assert told["detail"]
            assert len(answer.text) < 10_000
    assert (await client.get("/api/jobs")).json() == []


@pytest.mark.parametrize("id", ["..%2f..%2fetc%2fpasswd", "%00", "%ff", "a" * 5000, "' OR 1=1 --", "ABC", "é"])
async def test_ids(client: httpx.AsyncClient, id: str) -> None:
    for kind in ("datasets", "fits", "surrogates", "networks", "analyses", "studies", "jobs"):
        for path in (kind, f"{kind}?limit=1&x={id}"):
            assert (await client.get(f"/api/{path}")).status_code == 200
        for path in (id, f"{id}/manifest", f"{id}/trials.csv", f"{id}/weights.safetensors", f"{id}/log", f"{id}/curve"):
            assert (await client.get(f"/api/{kind}/{path}")).status_code in (404, 422), path
        assert (await client.delete(f"/api/{kind}/{id}")).status_code in (404, 405)
    assert (await client.get(f"/api/events?job={id}")).status_code == 404


@pytest.mark.parametrize("limit", ["-1", "0", "9" * 30, "1.5", "x", ""])
async def test_limits(client: httpx.AsyncClient, limit: str) -> None:
    for kind in ("datasets", "fits", "surrogates", "networks", "analyses", "studies", "jobs"):
        assert (await client.get(f"/api/{kind}?limit={limit}")).status_code == 422
    assert (await client.get(f"/api/jobs/{'a' * 32}/curve?after={limit}")).status_code in (404, 422)


async def test_names_are_text(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/studies", json={"name": " a\0b\x07\n", "budget": "quick"})
    assert answer.json()["name"] == "a b"
    assert (await client.post("/api/studies", json={"name": " \0 "})).status_code == 422


async def test_the_site_puts_back_what_a_crash_left_aside(settings: Settings) -> None:
    store = open_store(settings, migrating=True)
    store.artifacts.write("fit", "f" * 32, {"x": b"kept"})
    work = store.artifacts.root / ".unfinished"
    store.artifacts.folder("fit", "f" * 32).rename(work / f"old.fit.{'f' * 32}.1")
    (work / f"new.fit.{'f' * 32}.2").mkdir()
    async with running(settings):
        assert store.artifacts.read("fit", "f" * 32, "x") == b"kept"
        assert not list(work.glob("new.*"))
    store.close()
