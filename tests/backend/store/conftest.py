"""A store on SQLite, and on PostgreSQL too where ``SWAPSCOPE_TEST_POSTGRES`` holds the URL of a database to empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from backend.settings import Settings
from backend.store.database import Database
from backend.store.store import Store, open_store

POSTGRES = os.environ.get("SWAPSCOPE_TEST_POSTGRES", "")


def empty(url: str) -> None:
    database = Database(url)
    there = MetaData()
    there.reflect(database.engine)
    there.drop_all(database.engine)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = ""
    if request.param == "postgresql":
        if not POSTGRES:
            pytest.skip("SWAPSCOPE_TEST_POSTGRES does not name a PostgreSQL database to test on")
        empty(POSTGRES)
        url = POSTGRES
    opened = open_store(Settings(data_dir=tmp_path, database_url=url), migrating=True)
    yield opened
    opened.close()
