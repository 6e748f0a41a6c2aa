"""Brings the tables up to date when the site starts; of several processes that start at once, one does it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from backend.store.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 0x53776170  # any number that nobody else on the database server uses


@contextmanager
def _alone(folder: Path, connection: Connection) -> Iterator[None]:
    """Hold a lock over processes of this machine, and on PostgreSQL over those of all machines."""
    with (folder / ".migrating").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, lock_folder: Path) -> None:
    """Run the steps that this database has not seen yet.

    Args:
        database: to be brought up to date; nothing happens when it is.
        lock_folder: existing folder for the lock's file, shared by all processes of this machine.
    """
    with database.engine.begin() as connection, _alone(lock_folder, connection):
        command.upgrade(alembic_config(connection), "head")
