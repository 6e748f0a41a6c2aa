"""What the tests of the pages share: the fake API, and the pages speaking to it without a network."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

sys.path.insert(0, str(Path(__file__).parent))  # the fake API and its numbers lie beside the tests

import fake_api
import fake_simulation

from frontend import api
from frontend.app import attach

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FastAPI]:
    """The fake API, made the pages' API for one test; its State is `fake.state.fake`."""
    before = api.current()
    app = fake_api.create_app()
    api.use(api.Api("http://fake", transport=httpx.ASGITransport(app)))
    yield app
    api.use(before)


@pytest.fixture(scope="module")
def stand_in() -> FastAPI:
    """The fake API that a browser meets; a module of tests may have another one."""
    return fake_simulation.mount(fake_api.create_app())


@pytest.fixture(scope="module")
def site(stand_in: FastAPI) -> Iterator[SimpleNamespace]:
    """The pages and the fake API on a free port, in a thread."""
    before = api.current()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = stand_in
    attach(app, SimpleNamespace(api_url=f"http://127.0.0.1:{port}", token=None))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}", app=app, asked=app.state.fake.asked)
    server.should_exit = True
    thread.join(10)
    api.use(before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the pages are not tried in a browser")
    with playwright.sync_playwright() as started, tempfile.TemporaryDirectory() as folder:
        context = started.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, headless=True, args=ARGUMENTS, viewport={"width": 1440, "height": 900}
        )
        yield context
        context.close()


@pytest.fixture
def page(chromium: Any, site: SimpleNamespace) -> Iterator[Any]:
    """A tab; the test fails when the page says an error or asks another machine for anything."""
    tab = chromium.new_page()
    tab.set_default_timeout(120_000)  # a machine that others use too is slow, not wrong
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on(
        "request",
        lambda one: (
            said.append(one.url) if urlsplit(one.url).scheme == "http" and not one.url.startswith(site.url) else None
        ),
    )
    tab.expected = []
    yield tab
    tab.close()
    assert [one for one in said if not any(words in one for words in tab.expected)] == []
