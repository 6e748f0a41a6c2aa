"""The steps lead to the tables that the code has, and may be run by several processes at once."""

from __future__ import annotations

import subprocess
import sys

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from backend.store.migrate import alembic_config, migrate
from backend.store.tables import Table


def test_the_steps_make_the_tables_that_the_code_has(store):
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_a_second_run_changes_nothing_and_a_step_can_be_taken_back(store):
    migrate(store.database, store.settings.data_dir)
    with store.database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert set(inspect(store.database.engine).get_table_names()) == {"alembic_version"}
    migrate(store.database, store.settings.data_dir)


def test_processes_that_start_at_once_migrate_once(tmp_path):
    code = (
        "import sys; from backend.settings import Settings; from backend.store.store import open_store;"
        "open_store(Settings(data_dir=sys.argv[1]), migrating=True)"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(30) for process in started] == [0, 0, 0]
