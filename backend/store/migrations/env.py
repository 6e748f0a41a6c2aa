"""How alembic reaches the database: over the connection that ``migrate`` hands it."""

from __future__ import annotations

from alembic import context

from backend.store.tables import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
