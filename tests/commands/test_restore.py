"""`bihuan order restore` without an engine: what the doctor says of an order set aside, and what is refused at the door."""

from datetime import UTC, datetime

import pytest

from commands.home import open_home
from records.reading import history
from records.writing import Fact, append_facts
from schemas import names
from schemas.event import CLOCK, Cause, dump
from schemas.incident import SubjectSetAside
from tests.commands.office import NUMBER, ORDER, run

INCIDENTS = names.incident_stream("docket:2026-001:r1:140213:1")


@pytest.fixture
def aside(office: object) -> None:
    """The office's order is set aside, as its docket would note it."""
    assert office
    now = datetime.now(UTC)
    event = SubjectSetAside(happened_at=now, order=ORDER, problem="synthetic")
    fact = Fact(cause=Cause(key="synthetic", digest="0" * 64), actor=CLOCK, events=(dump(event),))
    with open_home() as home, home.records.write() as tx:
        append_facts(tx, INCIDENTS, [fact], recorded_at=now, simulated=False)


@pytest.mark.usefixtures("aside")
def test_the_doctor_names_the_verb() -> None:
    """An order set aside is a fault, told by its id with the command that takes it back."""
    found = run("doctor")

    assert found.exit_code == 1
    assert f"1 件被搁置：{ORDER}" in found.output
    assert "bihuan order restore 编号 --as 人员编号" in found.output


@pytest.mark.usefixtures("aside")
def test_without_an_engine_nothing_is_asked() -> None:
    """The docket must be there to take it back: refused with what to do, and no request is recorded."""
    refused = run("order", "restore", NUMBER, "--as", "P0001")
    with open_home() as home, home.records.read() as read:
        tags = [one.stored.event.tag for one in history(read, INCIDENTS)]

    assert (refused.exit_code, "〔engine.not_running〕" in refused.stderr) == (2, True)
    assert tags == ["docket.subject.set_aside"]


@pytest.mark.usefixtures("office")
def test_an_order_that_runs_is_refused() -> None:
    """Nothing is to be taken back."""
    assert "〔order.not_aside〕" in run("order", "restore", NUMBER, "--as", "P0001").stderr
