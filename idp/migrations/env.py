"""Run by Alembic when a developer writes a revision. Upgrades are run by ground/migration.py, which needs no such file."""

from alembic import context

connection = context.config.attributes["connection"]
metadata = context.config.attributes["metadata"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
