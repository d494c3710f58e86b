"""A small synthetic office in a data directory of its own: roster, people, rules, one issued order; no engine."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import cli
from activities.recording import evolved
from commands.home import open_home
from commands.rulebooks import rules_in_force
from records.reading import stream
from records.reading_loop import load_calendar
from records.writing import append
from rules import order as machine
from rules import order_steps
from schemas.act import ACT, Issue
from schemas.clock import Clock
from schemas.docket import Recording
from schemas.event import Actor, Role
from schemas.names import order_stream
from schemas.order import Figures
from tests.rosters import cells, credit_code, staff_cells

NUMBER = "同文明督〔2026〕1号"
UNIT = credit_code(1)
ORDER = f"2026-001:r1:{UNIT}"
OFFICER = Actor(person="P0001", role=Role.officer, scope="140200")
CONTACT = Actor(person="U0001", role=Role.unit_contact, scope=UNIT)


def run(*arguments: str) -> Result:
    """Run the command line as a person would."""
    return CliRunner().invoke(cli.bihuan, arguments)


def answer(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a program reads of a verb that went well."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def furnish(folder: Path) -> None:
    """Bring in a unit that falls short, its contact, another unit's contact, and one person of each office role."""
    unit = cells(name="合成机关甲", code=UNIT, headcount="20", registered="16", active="9")
    people = [
        staff_cells(person="P0001", name="合成人一", roles="督办员、数据员"),
        staff_cells(person="P0002", name="合成人二", roles="审核员"),
        staff_cells(person="P0003", name="合成人三", roles="审批人"),
        staff_cells(person="U0001", name="合成人四", roles="单位联系人", region="", unit=UNIT),
        staff_cells(person="U0002", name="合成人五", roles="单位联系人", region="", unit=credit_code(2)),
    ]
    for name, rows in (("roster", [unit]), ("staff", people)):
        path = folder / f"{name}.csv"
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert run(name, "import", str(path)).exit_code == 0


def issue(*, at: datetime | None = None) -> None:
    """Issue the unit's order as its docket would, straight into the records."""
    with open_home() as home:
        rules = rules_in_force(home.records)
        act = _issue(rules.policy_digest, at or datetime.now(UTC))
        with home.records.write() as tx:
            calendar = load_calendar(tx, rules.calendar_digest)
            decided = machine.issue_order(act, policy=rules.policy, calendar=calendar)
            step = order_steps.act_step(decided, act, policy=rules.policy_digest, calendar=rules.calendar_digest)
            changes = (order_steps.change(None, [step], decided.state),)
            recording = Recording(docket=act.docket, simulated=False, changes=changes)
            append(tx, recording, recorded_at=datetime.now(UTC), clock=Clock())


def act(fields: dict[str, object], *, by: Actor = CONTACT) -> None:
    """Let somebody act on the order as its docket would, straight into the records."""
    made = ACT.validate_python({"order": ORDER, "at": datetime.now(UTC), "actor": by} | fields)
    with open_home() as home:
        rules = rules_in_force(home.records)
        with home.records.write() as tx:
            calendar = load_calendar(tx, rules.calendar_digest)
            before = evolved(stream(tx, order_stream(ORDER)))
            assert before is not None
            decided = machine.decide(before, made, policy=rules.policy, calendar=calendar, now=made.at)[-1]
            step = order_steps.act_step(decided, made, policy=rules.policy_digest, calendar=rules.calendar_digest)
            changes = (order_steps.change(before, [step], decided.state),)
            recording = Recording(docket=before.docket, simulated=False, changes=changes)
            append(tx, recording, recorded_at=datetime.now(UTC), clock=Clock())


def _issue(policy: str, at: datetime) -> Issue:
    return Issue(
        key=f"{ORDER}:issue",
        order=ORDER,
        at=at,
        actor=OFFICER,
        docket="docket:2026-001:r1:140213:1",
        campaign="2026-001",
        round=1,
        district="140213",
        region="140213",
        unit=UNIT,
        unit_type="party_government_organ",
        doc_no=NUMBER,
        urgency="normal",
        figures=Figures(headcount=20, registered=16, active=9, has_team=True),
        cut_off="2026-09-30",
        measurement="m",
        policy=policy,
    )
