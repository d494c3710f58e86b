"""The schema: made by migrations, equal to the metadata, explained in the documentation, safe when killed."""

import re
import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from records import reading, tables_current
from records.migrating import newest_version, schema_version
from records.session import Records, migrate
from records.tables import metadata
from schemas.order import OrderRow
from tests.records.examples import order_id

ROOT = Path(__file__).parents[2]


def test_migrations_lead_to_the_metadata_and_back(records: Records) -> None:
    """Up, down to nothing, up again: no difference to the tables of the code, comments included on PostgreSQL."""
    migrate(records, to="base")
    with records.read() as read:
        assert set(inspect(read.connection).get_table_names()) <= {"alembic_version"}
        assert schema_version(read) is None

    migrate(records)
    migrate(records)

    with records.read() as read:
        context = MigrationContext.configure(read.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert schema_version(read) == newest_version()


def test_the_columns_of_an_order_are_the_rules_own() -> None:
    """The table holds exactly what the rules say of an order, under the same names."""
    assert [column.name for column in tables_current.orders.columns] == list(OrderRow.model_fields)


def test_every_table_and_column_is_explained(records: Records) -> None:
    """The guide has each table with its sentence and each column with its comment, and nothing else."""
    guide = (ROOT / "docs" / "records.md").read_text()
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", guide, re.MULTILINE | re.DOTALL))

    assert set(sections) == set(metadata.tables)
    for name, table in metadata.tables.items():
        assert table.comment
        assert table.comment in sections[name]
        rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", sections[name], re.MULTILINE)
        assert rows == [(column.name, column.comment) for column in table.columns]
        assert ("Derived from events." in sections[name]) == bool(table.info.get("derived"))
    assert records.engine.url


KILLED = """
import sys, time
from records.session import open_records
from records.writing import append
from schemas.clock import Clock
from tests.records.examples import LATER, act_step, change, recording
order, committed = sys.argv[2], sys.argv[2] + "c"
records = open_records(sys.argv[1])
with records.write() as tx:
    append(tx, recording(change(committed, act_step(committed))), recorded_at=LATER, clock=Clock())
with records.write() as tx:
    append(tx, recording(change(order, act_step(order))), recorded_at=LATER, clock=Clock())
    print("written", flush=True)
    time.sleep(60)
"""


def test_killed_in_the_middle_nothing_uncommitted_stays(records: Records, database: str) -> None:
    """After kill -9 the committed recording is whole, the open one is gone, and writing goes on at once."""
    order = order_id()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, database, order], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "written\n"
        child.kill()

    with records.write() as tx:
        assert reading.order(tx, order) is None
        assert reading.stream(tx, f"order:{order}") == ()
        assert len(reading.stream(tx, f"order:{order}c")) == 1
