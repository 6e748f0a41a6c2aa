"""What the tests of the pages share: the fake API, and the pages speaking to it without a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

sys.path.insert(0, str(Path(__file__).parent))  # the fake API and its numbers lie beside the tests

import fake_api

from frontend import api


@pytest.fixture
def fake() -> Iterator[FastAPI]:
    """The fake API, made the pages' API for one test; its State is `fake.state.fake`."""
    before = api.current()
    app = fake_api.create_app()
    api.use(api.Api("http://fake", transport=httpx.ASGITransport(app)))
    yield app
    api.use(before)
