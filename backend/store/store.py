"""The store as a whole: database, artifacts and settings, opened together."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend.settings import Settings
from backend.store.artifacts import Artifacts
from backend.store.database import Database


@dataclass(frozen=True)
class Store:
    """What backend and worker share."""

    settings: Settings
    database: Database
    artifacts: Artifacts

    def session(self) -> AbstractContextManager[Session]:
        """One transaction; see ``Database.session``."""
        return self.database.session()

    def close(self) -> None:
        """Give connections back."""
        self.database.close()


def open_store(settings: Settings, *, migrating: bool = False) -> Store:
    """Open the store; the site opens it with ``migrating``, which brings the tables up to date first."""
    settings.make_folders()
    database = Database(settings.database_url)
    if migrating:
        from backend.store.migrate import migrate  # here, since a job's process has no use for what it imports

        migrate(database, settings.data_dir)
    return Store(settings, database, Artifacts(settings.artifacts_dir))
