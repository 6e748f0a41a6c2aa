"""Who is let in: nobody from other sites, everybody on this machine, and with a token only who has it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend import security
from backend.app import create_app
from backend.settings import Settings
from tests.backend.conftest import HOME, running

TOKEN = "a long secret"


@pytest.fixture
def locked(settings: Settings) -> Settings:
    return settings.model_copy(update={"token": TOKEN})


async def test_on_this_machine_there_is_no_login(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/jobs")).status_code == 200
    assert (await client.get("/login")).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:8200", ""])
async def test_a_foreign_host_is_refused(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/api/jobs", "/docs", "/"):
        assert (await client.get(path, headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8200", "127.0.0.1", "[::1]:8200"])
async def test_this_machine_has_several_names(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/api/jobs", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_changes_from_other_sites_are_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/api/studies", json={}, headers=headers)).status_code == 403
    assert (await client.get("/api/studies")).json() == []
    assert (await client.post("/api/studies", json={}, headers={"Origin": HOME})).status_code == 202


async def test_with_a_token_everything_needs_it(locked: Settings) -> None:
    async with running(locked) as client:
        for path in ("/api/jobs", "/api/events", "/docs", "/openapi.json", "/", "/_dash-layout", "/assets/app.css"):
            assert (await client.get(path)).status_code == 401, path
        page = await client.get("/explore/1?runs=3", headers={"Accept": "text/html"})
        assert page.status_code == 303
        assert page.headers["location"] == "/login?next=%2Fexplore%2F1%3Fruns%3D3"
        health = await client.get("/api/health")
        assert health.json().keys() == {"ok", "ready"}
        for wrong in ("Bearer nonsense", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
            assert (await client.get("/api/jobs", headers={"Authorization": wrong})).status_code == 401
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert (await client.get("/api/jobs", headers=right)).status_code == 200
        assert "versions" in (await client.get("/api/health", headers=right)).json()


async def test_signing_in_and_out(locked: Settings) -> None:
    async with running(locked) as client:
        assert "password" in (await client.get("/login")).text
        assert (await client.post("/login", data={"token": "wrong"})).status_code == 401
        answer = await client.post("/login?next=/jobs", data={"token": TOKEN})
        assert (answer.status_code, answer.headers["location"]) == (303, "/jobs")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert TOKEN not in cookie
        assert (await client.get("/api/jobs")).status_code == 200
        await client.get("/logout")
        assert (await client.get("/api/jobs")).status_code == 401


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_in_leads_nowhere_else(locked: Settings, where: str) -> None:
    async with running(locked) as client:
        answer = await client.post("/login", params={"next": where}, data={"token": TOKEN})
        assert answer.headers["location"] == "/"


async def test_a_websocket_needs_the_token_too(locked: Settings) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_dash-ws", "headers": [(b"host", b"127.0.0.1")], "query_string": b""}
    await security.Guard(create_app(locked), locked)(scope, receive, send)
    assert sent[0]["type"] == "websocket.close"


def test_an_open_address_without_a_token_is_refused(settings: Settings) -> None:
    with pytest.raises(security.Exposed, match="SWAPSCOPE_TOKEN"):
        create_app(settings.model_copy(update={"host": "0.0.0.0"}))
    create_app(settings.model_copy(update={"host": "0.0.0.0", "token": TOKEN}))
