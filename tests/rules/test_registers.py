"""The register's judgement and folds: what a line changes, and how units and people stand after their events."""

from datetime import UTC, date, datetime

from rules.registers import (
    PersonFacts,
    UnitFacts,
    contact_units,
    district_of,
    figures_now,
    measured,
    people,
    person_facts,
    roles_now,
    unit_facts,
    unit_now,
)
from schemas.docket import StoredEvent
from schemas.event import Event, Role, Sealed, dump
from schemas.register import (
    FiguresNow,
    RoleHeld,
    StaffRegistered,
    StaffUpdated,
    UnitMeasured,
    UnitRegistered,
    UnitUpdated,
)
from schemas.roster import RosterLine, StaffLine, UnitType
from tests.rosters import credit_code

AT = datetime(2026, 10, 8, 1, tzinfo=UTC)
TODAY = date(2026, 10, 8)
CODE = credit_code(1)
OFFICER = RoleHeld(role=Role.officer, scope="140213")


def line(**changes: object) -> RosterLine:
    """A unit's line without contact, changed by keyword."""
    fields = {"row": 2, "unit_name": "示例单位（合成）", "credit_code": CODE, "unit_type": UnitType.village}
    fields |= {"region_code": "140213050", "headcount": 20, "registered": 18, "active": 9}
    return RosterLine.model_validate({**fields, "has_team": True, "cut_off": date(2026, 9, 30), **changes})


def person_line(**changes: object) -> StaffLine:
    """An officer's line, changed by keyword."""
    fields = {"row": 2, "person": "P0001", "name": "合成人乙", "roles": (Role.officer,), "region_code": "140213"}
    return StaffLine.model_validate({**fields, **changes})


def figures(**changes: object) -> FiguresNow:
    """The figures of `line` as they stand once recorded from row 2 of file `f`."""
    fields = {"unit": CODE, "headcount": 20, "registered": 18, "active": 9, "has_team": True}
    fields |= {"cut_off": "2026-09-30", "source": "f:2", "event_id": "e"}
    return FiguresNow(**{**fields, **changes})  # type: ignore[arg-type]  # of as many types as there are fields


def stored(*events: Event) -> list[StoredEvent]:
    """Events as a stream of their own."""
    return [StoredEvent(seq=seq, event=dump(event)) for seq, event in enumerate(events, start=1)]


def sealed(ref: str) -> Sealed:
    """A sealed value by its reference."""
    return Sealed(ref=ref, commitment="0" * 64)


def test_a_blank_contact_keeps_the_known_one() -> None:
    """A roster without contacts takes no contact away; one that names another replaces it."""
    known = UnitFacts("旧名", "village", "140213050", "合成人甲", "13800000001")

    assert unit_facts(line(), known) == known._replace(name="示例单位（合成）")
    assert unit_facts(line(contact_name="合成人丙"), known).contact_name == "合成人丙"
    assert unit_facts(line(), None) == UnitFacts("示例单位（合成）", "village", "140213050", None, None)


def test_a_measurement_is_news_only_when_something_differs() -> None:
    """Each of the six things a measurement states makes it news; all six alike make none."""
    assert measured(line(), figures(), source="f:2", today=TODAY, at=AT).news is None
    for name, value in (
        ("headcount", 21),
        ("registered", 17),
        ("active", 8),
        ("has_team", False),
        ("cut_off", "2026-08-31"),
        ("source", "g:2"),
    ):
        found = measured(line(), figures(**{name: value}), source="f:2", today=TODAY, at=AT).news

        assert found is not None, name
        assert (found.headcount, found.has_team, found.cut_off, found.assumed) == (20, True, date(2026, 9, 30), ())


def test_a_blank_cut_off_is_today_once() -> None:
    """Without a cut-off the day of import counts; the same row of the same file on a later day says nothing new."""
    first = measured(line(cut_off=None), None, source="f:2", today=TODAY, at=AT).news

    assert first is not None
    assert (first.cut_off, first.assumed) == (TODAY, ("cut_off",))
    known = figures(cut_off="2026-10-08")
    later = date(2026, 10, 9)
    assert measured(line(cut_off=None), known, source="f:2", today=later, at=AT).news is None
    other_file = measured(line(cut_off=None), known, source="g:2", today=later, at=AT).news
    assert other_file is not None
    assert other_file.cut_off == later


def test_figures_of_an_earlier_day_are_evidence_only() -> None:
    """An older cut-off is an event once and never the latest; told again by the same row it is no news."""
    newer = figures(cut_off="2026-10-07", source="g:2", headcount=30)
    first = measured(line(), newer, source="f:2", today=TODAY, at=AT)
    again = measured(line(), newer, again=figures(), source="f:2", today=TODAY, at=AT)

    assert first.news is not None
    assert (first.news.cut_off, first.is_latest) == (date(2026, 9, 30), False)
    assert again == (None, date(2026, 9, 30), False)


def test_of_two_files_on_one_day_the_later_told_counts() -> None:
    """Another file of the same cut-off replaces; so does the first one when it is told again."""
    other = figures(source="g:2", headcount=30)
    found = measured(line(), other, again=figures(), source="f:2", today=TODAY, at=AT)

    assert found.is_latest
    assert found.news is not None
    assert found.news.headcount == 20


def test_a_row_that_comes_again_says_what_it_said() -> None:
    """What the first import took for blanks holds when the row comes again after another file."""
    newer = figures(cut_off="2026-10-07", source="g:2", has_team=False)
    blank = line(cut_off=None, has_team=None)

    assert measured(blank, newer, again=figures(), source="f:2", today=TODAY, at=AT) == (None, date(2026, 9, 30), False)


def test_an_unspoken_team_accuses_nobody() -> None:
    """Whether there is a team stays as it was known; where nothing was ever said, none is missing."""
    for before, expected in ((None, True), (figures(has_team=False, active=0), False), (figures(active=0), True)):
        found = measured(line(has_team=None), before, source="f:2", today=TODAY, at=AT).news

        assert found is not None
        assert (found.has_team, found.assumed) == (expected, ("has_team",))


def test_a_person_is_all_their_rows() -> None:
    """Roles of several rows come together, sorted and once; the first phone counts; rows are kept for the report."""
    contact = person_line(row=4, roles=(Role.unit_contact,), region_code=None, credit_code=CODE, phone="13800000002")
    lines = [person_line(), contact, person_line(row=5, phone="13800000003"), person_line(row=6, person="P0002")]
    found = people(lines)

    assert list(found) == ["P0001", "P0002"]
    facts, rows = found["P0001"]
    assert [one.row for one in rows] == [2, 4, 5]
    assert facts == PersonFacts("合成人乙", "13800000002", (OFFICER, RoleHeld(role=Role.unit_contact, scope=CODE)))
    assert contact_units(lines) == {CODE: [4]}


def test_a_blank_phone_keeps_the_known_one() -> None:
    """A list without phones takes none away."""
    known = PersonFacts("合成人乙", "13800000002", (OFFICER,))
    silent = known._replace(phone=None)

    assert person_facts(silent, known) == known
    assert person_facts(silent, None) == silent
    assert person_facts(known._replace(phone="1"), known).phone == "1"


def test_the_last_event_of_a_kind_says_how_a_unit_stands() -> None:
    """Registration, update and measurements fold into the current rows, each from the last event of its kind."""
    said = {
        "happened_at": AT,
        "name": "单位",
        "unit_type": UnitType.village,
        "region": "140213050",
        "district": "140213",
    }
    events = stored(
        UnitRegistered.model_validate({**said, "contact_name": sealed("a"), "contact_phone": sealed("b")}),
        _measurement(registered=10),
        UnitUpdated.model_validate({**said, "name": "新名"}),
        _measurement(registered=12),
    )
    unit = unit_now(CODE, events)
    first = unit_now(CODE, events[:2])
    now = figures_now(CODE, [(f"e{one.seq}", one) for one in events])

    assert unit is not None
    assert first is not None
    assert (first.name, first.contact_name, first.contact_phone, first.seq) == ("单位", "a", "b", 1)
    assert (unit.name, unit.contact_name, unit.contact_phone, unit.seq) == ("新名", None, None, 3)
    assert now == figures(headcount=20, registered=12, event_id="e4")


def test_the_latest_cut_off_says_how_many_there_are() -> None:
    """A measurement of an earlier day that was recorded later does not replace the figures of the later day."""
    later, older = _measurement(registered=12), _measurement(registered=3)
    events = stored(later, older.model_copy(update={"cut_off": date(2026, 1, 31)}))
    now = figures_now(CODE, [(f"e{one.seq}", one) for one in events])

    assert now == figures(registered=12, event_id="e1")


def test_a_stream_without_events_leaves_no_rows() -> None:
    """Nothing stated is nothing known."""
    assert unit_now(CODE, []) is None
    assert figures_now(CODE, []) is None
    assert roles_now("P0001", []) == ()


def test_roles_not_named_again_end() -> None:
    """A person holds the roles of the last event only, one row a role and scope; other events say nothing of them."""
    leader = RoleHeld(role=Role.leader, scope="140200")
    events = stored(
        StaffRegistered(happened_at=AT, name=sealed("n"), phone=sealed("p"), roles=(leader, OFFICER)),
        StaffUpdated(happened_at=AT, name=sealed("n"), roles=(OFFICER,)),
        _measurement(registered=1),
    )

    assert [(one.role, one.scope, one.phone, one.seq) for one in roles_now("P0001", events[:1])] == [
        ("leader", "140200", "p", 1),
        ("officer", "140213", "p", 1),
    ]
    assert [(one.role, one.name, one.phone, one.seq) for one in roles_now("P0001", events)] == [
        ("officer", "n", None, 2)
    ]


def test_a_region_lies_in_its_county() -> None:
    """A village, a township and the county itself are all in the county's district."""
    assert {district_of(code) for code in ("140213", "140213050", "140213050201")} == {"140213"}


def _measurement(*, registered: int) -> UnitMeasured:
    return UnitMeasured(
        happened_at=AT,
        headcount=20,
        registered=registered,
        active=9,
        has_team=True,
        cut_off=date(2026, 9, 30),
        source="f:2",
    )
