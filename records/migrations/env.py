"""Alembic's way in: it runs on the connection that `records.migrating` hands over, inside that transaction."""

from alembic import context

import records.tables_current  # noqa: F401 - its tables belong to the metadata
from records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    # SQLite changes a table by making it anew; triggers on it must then be made again by the migration.
    render_as_batch=True,
)
context.run_migrations()
