"""What every test of the loop stands on: a real server in memory, stocked records, a loop on a queue of its own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities.intake import adopt_calendar, adopt_policy
from connectors.calendars import load_shipped
from connectors.policies import load
from records.rows import MeasurementRow, StaffRow, UnitRow
from records.session import Records, migrate, open_records
from records.writing_current import put_measurements, put_staff, put_units
from records.writing_rules import set_clock
from rules.calendar import as_known
from rules.policy import canonical_text, digest
from runtime.engine import DYNAMIC_CONFIG, temporal_binary
from runtime.plugin import make_plugin
from runtime.settings import Settings
from schemas import names
from schemas.clock import Clock, Segment
from schemas.order import Figures
from tests.tree import ROOT
from tests.workflows.loop import DISTRICT, REGION, SHORT, T0, Loop, unit

UNITS: Final = 60
OFFICE: Final = (("P1", "officer"), ("R1", "reviewer"), ("A1", "approver"), ("L1", "leader"), ("D1", "data_steward"))
DYNAMIC: Final = {**DYNAMIC_CONFIG, "frontend.WorkflowTimeSkippingEnabled": True}
SMALL: Final = {"limit.historyCount.suggestContinueAsNew": 60}
"""Continue-as-new after a handful of acts."""


async def start_server(**dynamic: object) -> WorkflowEnvironment:
    """A real server in memory; time stands unless a test moves it."""
    values = [f"{name}={json.dumps(value)}" for name, value in {**DYNAMIC, **dynamic}.items()]
    attributes = [SearchAttributeKey.for_keyword(name) for name in names.SEARCH_ATTRIBUTES]
    return await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=str(temporal_binary()),
        dev_server_extra_args=[word for value in values for word in ("--dynamic-config-value", value)],
        dev_server_log_level="error",
        search_attributes=attributes,
        identity="test",  # stands in every stored history, which names no machine
        plugins=[make_plugin()],
    )


def stock(home: Path) -> Path:
    """Make a data directory with policy, calendar, units that fall short, and staff; copied for each test."""
    records = open_records(Settings(home=home).records_url)
    home.mkdir(parents=True, exist_ok=True)
    migrate(records)
    policy = load(ROOT / "policies/supervision/datong/v1.yaml")
    adopt_policy(records, policy, canonical_text(policy), digest(policy))
    adopt_calendar(records, as_known(load_shipped(), date(2026, 3, 1)))
    _people(records)
    records.close()
    return home


def _people(records: Records) -> None:
    numbers = range(1, UNITS + 1)
    contacts = [(f"C{number:03}", "unit_contact", unit(number)) for number in numbers]
    with records.write() as tx:
        put_units(tx, [_unit(number) for number in numbers])
        put_measurements(tx, [_measured(number, SHORT) for number in numbers])
        for person, role, scope in [*((who, role, REGION) for who, role in OFFICE), *contacts]:
            put_staff(tx, person, [StaffRow(person=person, role=role, scope=scope, seq=1)])


def _unit(number: int) -> UnitRow:
    where = {"region": "140213050", "district": DISTRICT}
    return UnitRow(credit_code=unit(number), name=f"合成单位{number}", unit_type="village", seq=1, **where)


def _measured(number: int, figures: Figures) -> MeasurementRow:
    measured = figures.model_dump()
    return MeasurementRow(
        unit=unit(number), cut_off="2026-02-28", source="synthetic", event_id=f"e{number}", **measured
    )


@contextmanager
def looped(server: WorkflowEnvironment, stocked: Path, home: Path, patch: pytest.MonkeyPatch) -> Iterator[Loop]:
    """A loop with its own copy of the stocked records, on a task queue that no other has."""
    patch.setattr(names, "LOOP_QUEUE", f"loop-{uuid4().hex}")
    settings = Settings(home=home)
    shutil.copytree(stocked, settings.home)
    records = open_records(settings.records_url)
    real = datetime.now(UTC)
    clock = Clock(segments=(Segment(real=real, shown=T0, rate=1),))
    with records.write() as tx:
        set_clock(tx, clock, at=real)
    policy = digest(load(ROOT / "policies/supervision/datong/v1.yaml"))
    calendar = as_known(load_shipped(), date(2026, 3, 1)).digest
    yield Loop(server, settings, records, clock, policy, calendar)
    records.close()
