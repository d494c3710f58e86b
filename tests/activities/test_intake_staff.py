"""A list of people on its way into the records: roles and scopes, what is sealed, and what ends."""

from datetime import UTC, datetime
from pathlib import Path

from activities.intake_roster import import_roster, import_staff
from records.reading import all_staff, history
from records.session import Records
from records.vault import destroy
from rules.registers import roles_now
from schemas.event import LOCAL_OPERATOR
from schemas.names import person_subject, staff_stream
from schemas.roster import Note, Rejection, RosterReport
from tests.activities.registers import everything, held, people_list, roster, row, streams
from tests.rosters import credit_code

CONTACT = {"person": "P0002", "name": "合成人丙", "roles": "单位联系人", "region": "", "unit": credit_code(1)}


def bring(records: Records, path: Path, *, dry_run: bool = False) -> RosterReport:
    """Import as the local operator."""
    return import_staff(records, path, by=LOCAL_OPERATOR, dry_run=dry_run)


def test_people_go_in_with_all_their_roles(records: Records, tmp_path: Path) -> None:
    """Rows of one person come together; a contact of a unit that is not on the roster is noted; a bad row is told."""
    second = {"roles": "审核员、审批人", "region": "140213"}
    report = bring(records, people_list(tmp_path / "s.csv", {}, second, CONTACT, {"person": "13800000001"}))

    assert (report.accepted, report.unchanged) == (3, 0)
    assert [(one.row, one.column) for one in report.rejected] == [(5, "人员编号")]
    assert report.notes == (Note(row=4, text="该单位还不在名册中：请用 bihuan roster import 导入单位名册"),)
    own = ("合成人乙", "13800000002")
    assert held(records) == [
        ("P0001", "approver", "140213", *own),
        ("P0001", "officer", "140200", *own),
        ("P0001", "reviewer", "140213", *own),
        ("P0002", "unit_contact", credit_code(1), "合成人丙", "13800000002"),
    ]


def test_a_contact_of_a_known_unit_needs_no_note(records: Records, tmp_path: Path) -> None:
    """Once the unit is on the roster, its contact is simply taken in."""
    import_roster(records, roster(tmp_path / "r.csv", row(1)), by=LOCAL_OPERATOR)

    assert bring(records, people_list(tmp_path / "s.csv", CONTACT)) == RosterReport(accepted=1)


def test_the_same_list_twice_changes_nothing(records: Records, tmp_path: Path) -> None:
    """A repeat, tried or real, writes no event and seals no value."""
    path = people_list(tmp_path / "s.csv", {}, {"roles": "审核员"}, CONTACT)
    trial = bring(records, path, dry_run=True)
    empty = everything(records)
    first = bring(records, path)
    before = everything(records)

    assert empty == ([], [])
    assert first == trial
    assert (bring(records, path).unchanged, bring(records, path, dry_run=True).unchanged) == (3, 3)
    assert everything(records) == before


def test_roles_not_named_again_end(records: Records, tmp_path: Path) -> None:
    """A later list says all roles of those it names; a name that stays is not sealed again, others stay as they are."""
    bring(records, people_list(tmp_path / "a.csv", {}, {"roles": "审核员"}, CONTACT))
    with records.read() as read:
        before = all_staff(read)[0]
    bring(records, people_list(tmp_path / "b.csv", {"roles": "负责人", "phone": ""}))
    with records.read() as read:
        now = all_staff(read)
        past = history(read, staff_stream("P0001"))

    assert [(one.person, one.role, one.seq) for one in now] == [("P0001", "leader", 2), ("P0002", "unit_contact", 1)]
    assert (now[0].name, now[0].phone) == (before.name, before.phone)
    assert [one.model_dump() for one in roles_now("P0001", [one.stored for one in past])] == [vars(now[0])]


def test_a_new_name_is_sealed_under_the_persons_key(records: Records, tmp_path: Path) -> None:
    """A changed name is an update with a value of its own, that opens to what the list says."""
    bring(records, people_list(tmp_path / "a.csv", {}))
    bring(records, people_list(tmp_path / "b.csv", {"name": "合成人庚"}))

    assert [tag for _, tag, _ in streams(records)[staff_stream("P0001")]] == ["staff.registered", "staff.updated"]
    assert held(records) == [("P0001", "officer", "140200", "合成人庚", "13800000002")]


def test_an_erased_person_is_not_taken_in_again(records: Records, tmp_path: Path) -> None:
    """After a person's key is destroyed their number is used up; the others of the list go in."""
    path = people_list(tmp_path / "a.csv", {}, CONTACT)
    bring(records, path)
    with records.write() as write:
        destroy(write, person_subject("P0001"), at=datetime.now(UTC))
    report = bring(records, path)

    assert (report.accepted, report.unchanged) == (1, 1)
    reason = "该人员的个人信息已依法删除，此编号不能再用；请换一个新编号"
    assert report.rejected == (Rejection(row=2, column="人员编号", reason=reason),)
