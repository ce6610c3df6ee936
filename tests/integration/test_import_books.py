"""The Calder books, imported for real: what is taken, what a second run does, what happens to the rest."""

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.accounts.models import AdminRoleGrant, User
from core.actions.models import Action
from core.audit.models import AuditRecord, AuditSubject
from core.books import importing
from core.books.casework import FROM_BOOKS
from core.books.finding import books_in
from core.books.importing import Tally, choose_partnership, import_books, rehearse_import
from core.books.reading import Unreadable
from core.cases.models import Case, CaseGroup, CasePerson
from core.clock import local_date
from core.database import Base
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM, ActionStatus, AdminRole, CaseStatus, GroupRole, NotDoneReason
from core.hate.models import HateReport
from core.partnerships.models import Agency, District, Group, GroupMember, Partnership, PartnershipAgency, Signature
from core.people.models import Person
from core.standards.lists import PROMISED_TO
from core.standards.models import ContactPlan
from core.working_days import add_working_days

CALDER = Path(__file__).parents[3] / "shared" / "data" / "calder"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIZES = {
    "districts.geojson": 14,
    "agencies.csv": 24,
    "people.csv": 174,
    "groups.csv": 4,
    "users.csv": 33,
    "cases.csv": 96,
    "case_people.csv": 205,
    "actions.csv": 180,
}

pytestmark = pytest.mark.usefixtures("app")


def run(
    path: Path, rejects: Path, *, key: str | None = None, way: Callable[..., list[Tally]] = import_books
) -> dict[str, Tally]:
    db.session.commit()
    books = books_in(path)
    tallies = way(
        SYSTEM,
        books,
        into=lambda: choose_partnership(path, books, key=key, name=None),
        rejects=rejects,
        now=NOW,
        progress=lambda _file, _line, _lines: None,
    )
    return {tally.file: tally for tally in tallies}


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A copy of the Calder books, without its incidents, to be changed."""
    copy = tmp_path / "calder"
    copy.mkdir()
    for name in SIZES:
        shutil.copyfile(CALDER / name, copy / name)
    return copy


def the(model: type, **values: object):  # type: ignore[no-untyped-def]  # whichever record is asked for
    return db.session.scalars(select(model).filter_by(**values)).one()


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
        for table in Base.metadata.sorted_tables
    }


def change(file: Path, column: str, value: str, *, where: str) -> None:
    """Write another value into the row whose first cell is `where`."""
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    for row in rows:
        if row[0] == where:
            row[header.index(column)] = value
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def test_every_row_of_calder_is_taken_and_a_second_run_changes_nothing(rejects: Path) -> None:
    first = run(CALDER, rejects)
    assert {name: (t.read, t.taken, t.rejected) for name, t in first.items()} == {
        name: (size, size, 0) for name, size in SIZES.items()
    }
    before = everything()
    second = run(CALDER, rejects)
    assert {name: (t.read, t.taken, t.unchanged) for name, t in second.items()} == {
        name: (size, 0, size) for name, size in SIZES.items()
    }
    assert everything() == before
    assert not rejects.exists()


def test_a_dry_run_counts_the_same_and_leaves_nothing(rejects: Path) -> None:
    before = everything()
    rehearsed = run(CALDER, rejects, way=rehearse_import)
    assert everything() == before
    assert {n: t.figures() for n, t in rehearsed.items()} == {n: t.figures() for n, t in run(CALDER, rejects).items()}


def test_the_partnership_is_called_like_the_folder(rejects: Path) -> None:
    run(CALDER, rejects)
    calder = the(Partnership, key="calder")
    assert (calder.name, calder.prefix) == ("Calder Community Safety Partnership", "CAL")


def test_text_is_kept_as_it_was_written(rejects: Path) -> None:
    run(CALDER, rejects)
    with (CALDER / "people.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            person = the(Person, ref=row["ref"])
            kept = {name: getattr(person, name) for name in row if name != "date_of_birth"}
            assert kept == {name: value for name, value in row.items() if name != "date_of_birth"}
    with (CALDER / "cases.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            case = the(Case, ref=row["ref"])
            assert (case.title, case.summary) == (row["title"], row["summary"])


def test_somebody_with_one_name_is_somebody(rejects: Path) -> None:
    run(CALDER, rejects)
    prince = the(Person, ref="P0005")
    assert (prince.given_name, prince.family_name, prince.name) == ("Prince", "", "Prince")


def test_names_are_found_without_their_accents(rejects: Path) -> None:
    run(CALDER, rejects)
    assert the(Person, ref="P0009").search_name.startswith("tootill zoe")


def test_signatures_expired_never_made_or_of_an_agency_that_left(rejects: Path) -> None:
    run(CALDER, rejects)
    hostel, transport, left = (the(Agency, key=key) for key in ("hostel", "transport", "oldhomes"))
    assert the(Signature, agency_id=hostel.id).expires_on == date(2025, 9, 30)
    assert db.session.scalar(select(func.count()).where(Signature.agency_id == transport.id)) == 0
    assert the(PartnershipAgency, agency_id=left.id).left_on == date(2026, 6, 30)
    assert db.session.scalar(select(func.count()).where(User.agency_id == left.id)) == 2


def test_accounts_have_no_password_and_sit_in_their_groups(rejects: Path) -> None:
    run(CALDER, rejects)
    leanne = the(User, email="leanne.2@council.calder.example")
    assert leanne.password_hash is None
    seats = db.session.execute(
        select(Group.key, GroupMember.role).join(Group).where(GroupMember.user_id == leanne.id).order_by(Group.key)
    ).all()
    assert [tuple(seat) for seat in seats] == [
        (key, GroupRole.COORDINATOR) for key in ("cst-north", "cst-south", "jag-town", "steering")
    ]


def test_past_actions_keep_their_outcome_and_the_group_hears_the_case(rejects: Path) -> None:
    run(CALDER, rejects)
    action = the(Action, ref="A0013")
    assert (action.status, action.not_done_reason) == (ActionStatus.NOT_DONE, NotDoneReason.NOT_RECORDED)
    assert action.outcome == "Completed, no further reports"
    group = the(Group, key="cst-south")
    assert action.case_id is not None
    assert the(CaseGroup, case_id=action.case_id, group_id=group.id).since == date(2026, 6, 26)
    assert db.session.scalar(select(func.count()).where(Action.not_done_reason.is_not(None))) == 6


def test_each_file_leaves_one_audit_record_with_its_persons(rejects: Path) -> None:
    run(CALDER, rejects)
    records = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq)).all()
    assert [(r.category, r.action) for r in records] == [("collection", f"import.{Path(name).stem}") for name in SIZES]
    subjects = {r.action: db.session.scalar(select(func.count()).where(AuditSubject.seq == r.seq)) for r in records}
    assert subjects["import.people"] == 174
    named = select(func.count(CasePerson.person_id.distinct()))
    assert subjects["import.case_people"] == db.session.scalar(named)
    bodies = "".join(r.body for r in records)
    assert "Hindle" not in bodies and "Tootill" not in bodies


IN_TIME = date(2026, 11, 27)
"""Five working days after NOW."""


def owed() -> dict[tuple[int, int], date | None]:
    """By when whom of which case is to be agreed with, as it is kept now."""
    db.session.expire_all()
    return {(plan.case_id, plan.person_id): plan.begin_by for plan in db.session.scalars(select(ContactPlan))}


def test_whoever_complained_or_suffered_is_owed_the_standards_from_the_day_of_the_import(rejects: Path) -> None:
    run(CALDER, rejects)
    parts = db.session.scalars(select(CasePerson).where(CasePerson.role.in_(PROMISED_TO))).all()
    promised = {(part.case_id, part.person_id) for part in parts if part.case.status is not CaseStatus.CLOSED}
    assert owed() == dict.fromkeys(promised, IN_TIME), "and nobody is late since the case was opened, years ago"
    assert len(promised) < len({(part.case_id, part.person_id) for part in parts}), "in closed cases nothing is owed"


def test_a_case_that_the_books_close_or_open_again_stops_and_starts_its_clocks(books: Path, rejects: Path) -> None:
    run(books, rejects)
    part = db.session.scalars(
        select(CasePerson).join(Case).where(CasePerson.role.in_(PROMISED_TO), Case.status == CaseStatus.OPEN)
    ).first()
    assert part is not None
    ref, key = part.case.ref, (part.case_id, part.person_id)
    change(books / "cases.csv", "status", "closed", where=ref)
    change(books / "cases.csv", "closed_on", "2026-11-19", where=ref)
    run(books, rejects)
    assert owed()[key] is None
    assert the(ContactPlan, case_id=key[0], person_id=key[1]).due_on == IN_TIME, "they are told how it ended"
    change(books / "cases.csv", "status", "open", where=ref)
    change(books / "cases.csv", "closed_on", "", where=ref)
    run(books, rejects)
    assert owed()[key] == IN_TIME
    never = db.session.scalars(
        select(CasePerson).join(Case).where(CasePerson.role.in_(PROMISED_TO), Case.status == CaseStatus.CLOSED)
    ).first()
    assert never is not None
    ref, key = never.case.ref, (never.case_id, never.person_id)
    assert key not in owed()
    change(books / "cases.csv", "status", "open", where=ref)
    change(books / "cases.csv", "closed_on", "", where=ref)
    run(books, rejects)
    assert owed()[key] == IN_TIME, "whoever came in with a closed case is owed it once it is open"


def test_a_case_that_the_books_mark_as_hate_is_in_the_queue_once_and_stays_there_when_they_do_not_any_more(
    books: Path, rejects: Path
) -> None:
    def reports() -> list[HateReport]:
        db.session.expire_all()
        return list(db.session.scalars(select(HateReport).order_by(HateReport.id)))

    cases = books / "cases.csv"
    run(books, rejects)
    waiting = select(Case.id).where(Case.hate_incident, Case.status != CaseStatus.CLOSED)
    marked = db.session.scalars(waiting.order_by(Case.id)).all()
    assert marked and sorted(report.case_id for report in reports()) == marked
    assert {report.due_on for report in reports()} == {add_working_days(local_date(NOW), 2)}
    run(books, rejects)
    assert len(reports()) == len(marked), "a second run reports nothing twice"
    ref = db.session.scalar(select(Case.ref).where(Case.id == marked[0]))
    change(cases, "hate_incident", "no", where=str(ref))
    run(books, rejects)
    assert [report.unflagged_why for report in reports() if report.unflagged_at] == [FROM_BOOKS]
    change(cases, "hate_incident", "yes", where=str(ref))
    run(books, rejects)
    assert len(reports()) == len(marked) + 1 and reports()[-1].waits


def test_rejected_rows_are_mended_and_imported(books: Path, rejects: Path, tmp_path: Path) -> None:
    change(books / "people.csv", "date_of_birth", "31/02/1988", where="P0020")
    change(books / "agencies.csv", "email", "nobody", where="riverside")
    first = run(books, rejects)
    assert (first["people.csv"].rejected, first["agencies.csv"].rejected) == (1, 1)
    # What refers to what was rejected is rejected too: 6 cases led by Riverside Vale, their people, its users.
    assert first["cases.csv"].rejected == 6
    with (rejects / "people.csv.rejects.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["reject_line"], row["reject_column"]) == ("21", "date_of_birth")
    assert row["reject_reason"].startswith('"31/02/1988" is not a date')
    assert row["given_name"] == '\'=HYPERLINK("http://example.test")'
    change(rejects / "people.csv.rejects.csv", "date_of_birth", "04/06/1988", where="P0020")
    change(rejects / "agencies.csv.rejects.csv", "email", "duty@riverside.calder.example", where="riverside")
    mended = run(rejects, tmp_path / "again")
    assert {name: t.rejected for name, t in mended.items()} == dict.fromkeys(mended, 0)
    assert all(t.taken == t.read > 0 for t in mended.values())
    assert the(Person, ref="P0020").given_name == '=HYPERLINK("http://example.test")'
    assert {name: t.unchanged for name, t in run(CALDER, rejects).items()} == SIZES


def test_a_mended_rejects_file_needs_no_extra_columns(books: Path, rejects: Path, tmp_path: Path) -> None:
    change(books / "people.csv", "postcode", "ZZ1 1AA and something", where="P0007")
    run(books, rejects)
    with (rejects / "people.csv.rejects.csv").open(encoding="utf-8", newline="") as stream:
        header, row = csv.reader(stream)
    row[header.index("postcode")] = "ZZ11 6ES"
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header[:-3], row[:-3]])
    tally = run(mended, rejects)["mended.csv"]
    assert (tally.read, tally.taken) == (1, 1)
    assert the(Person, ref="P0007").partnership_id == the(Partnership, key="calder").id


def test_rejects_may_not_overwrite_the_file_that_is_read(books: Path, rejects: Path) -> None:
    change(books / "people.csv", "date_of_birth", "?", where="P0001")
    run(books, rejects)
    with pytest.raises(Refused, match="would overwrite"):
        run(rejects, rejects)


def test_a_changed_row_changes_the_record(books: Path, rejects: Path) -> None:
    run(books, rejects)
    change(books / "cases.csv", "risk", "high", where="CAL-2026-0003")
    change(books / "agencies.csv", "isp_expires_on", "2030-03-31", where="police")
    change(books / "users.csv", "groups", "cst-south;steering", where="noor.20@mediation.calder.example")
    change(books / "actions.csv", "status", "done", where="A0001")
    changed = run(books, rejects)
    assert [changed[n].taken for n in ("cases.csv", "agencies.csv", "users.csv", "actions.csv")] == [1, 1, 1, 1]
    assert the(Case, ref="CAL-2026-0003").risk == "high"
    police = the(Agency, key="police")
    assert the(Signature, agency_id=police.id).expires_on == date(2030, 3, 31)
    assert the(Action, ref="A0001").status is ActionStatus.DONE
    noor = the(User, email="noor.20@mediation.calder.example")
    assert db.session.scalar(select(func.count()).where(GroupMember.user_id == noor.id)) == 2


def test_a_renewed_signature_stands_beside_the_old_one(books: Path, rejects: Path) -> None:
    run(books, rejects)
    change(books / "agencies.csv", "isp_signed_on", "2026-10-01", where="hostel")
    change(books / "agencies.csv", "isp_expires_on", "2029-09-30", where="hostel")
    run(books, rejects)
    hostel = the(Agency, key="hostel")
    signed = select(Signature.signed_on).where(Signature.agency_id == hostel.id).order_by(Signature.signed_on)
    assert db.session.scalars(signed).all() == [date(2022, 10, 1), date(2026, 10, 1)]


def test_a_place_in_a_group_that_is_not_named_any_more_ends(books: Path, rejects: Path) -> None:
    run(books, rejects)
    change(books / "users.csv", "groups", "cst-south", where="maureen.1@council.calder.example")
    run(books, rejects)
    maureen = the(User, email="maureen.1@council.calder.example")
    until = select(Group.key, GroupMember.until).join(Group).where(GroupMember.user_id == maureen.id)
    assert dict(tuple(row) for row in db.session.execute(until)) == {"cst-north": NOW.date(), "cst-south": None}


def test_a_record_that_was_edited_since_is_not_overwritten(books: Path, rejects: Path) -> None:
    run(books, rejects)
    case = the(Case, ref="CAL-2026-0003")
    case.summary = "Edited in Roundtable"
    db.session.commit()
    assert run(books, rejects)["cases.csv"].unchanged == 96
    change(books / "cases.csv", "risk", "high", where="CAL-2026-0003")
    assert run(books, rejects)["cases.csv"].rejected == 1
    assert (the(Case, ref="CAL-2026-0003").summary, the(Case, ref="CAL-2026-0003").risk) == (
        "Edited in Roundtable",
        "medium",
    )
    assert "was edited in Roundtable" in (rejects / "cases.csv.rejects.csv").read_text(encoding="utf-8")


def test_a_key_that_stands_twice_is_taken_once(books: Path, rejects: Path) -> None:
    with (books / "groups.csv").open("a", encoding="utf-8", newline="") as stream:
        stream.write("steering,Another Steering Group,steering group\r\n")
    tally = run(books, rejects)["groups.csv"]
    assert (tally.taken, tally.rejected) == (4, 1)
    assert "stands on line 5 already" in (rejects / "groups.csv.rejects.csv").read_text(encoding="utf-8")
    assert the(Group, key="steering").name == "ASB Steering Group"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cases.csv", b""),
        ("cases.csv", b"%PDF-1.7\n"),
        ("cases.csv", b"ref,title\nCAL-1,x\n"),
        ("cases.csv", "ref,title\nCAL-1,Zoë\n".encode("utf-16")),
        ("districts.geojson", b"{}"),
    ],
)
def test_a_file_that_is_none_of_the_books_stops_the_import_before_it_begins(
    books: Path, rejects: Path, name: str, content: bytes
) -> None:
    (books / name).write_bytes(content)
    before = everything()
    with pytest.raises(Unreadable) as caught:
        run(books, rejects)
    assert caught.value.file == name
    assert everything() == before


def test_a_failure_in_one_file_undoes_that_file_alone(
    books: Path, rejects: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(importing.SHELVES["cases"]):  # type: ignore[misc,name-defined]  # a base chosen at run time
        def create(self, row: object) -> object:
            super().create(row)
            raise RuntimeError("the disk is on fire")

    monkeypatch.setitem(importing.SHELVES, "cases", Broken)
    with pytest.raises(RuntimeError):
        run(books, rejects)
    counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Person, User, Case, Action)]
    assert counts == [174, 33, 0, 0]


def test_tables_of_tabs_with_a_byte_order_mark_are_the_same_books(books: Path, rejects: Path) -> None:
    for file in sorted(books.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        with file.with_suffix(".tsv").open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter="\t", lineterminator="\n").writerows(rows)
        file.unlink()
    taken = run(books, rejects)
    assert sum(t.taken for t in taken.values()) == sum(SIZES.values())
    assert sum(t.unchanged for t in run(CALDER, rejects).values()) == sum(SIZES.values())


def test_two_partnerships_may_use_the_same_keys(books: Path, rejects: Path) -> None:
    run(books, rejects)
    change(books / "agencies.csv", "name", "Another Police Force", where="police")
    (books / "users.csv").unlink()
    tallies = run(books, rejects, key="northshire")
    assert all(t.taken == t.read for t in tallies.values())
    ours, theirs = the(Agency, key="police"), the(Agency, key="northshire-police")
    assert (ours.name, theirs.name) == ("Calder Constabulary", "Another Police Force")
    council = the(Agency, key="council")
    assert db.session.scalar(select(func.count()).where(PartnershipAgency.agency_id == council.id)) == 2
    assert all(t.unchanged == t.read for t in run(books, rejects, key="northshire").values())
    assert db.session.scalar(select(func.count()).where(District.name == "Preston")) == 2


def test_another_partnerships_account_is_not_taken_over(books: Path, rejects: Path) -> None:
    run(books, rejects)
    change(books / "agencies.csv", "name", "Another Police Force", where="police")
    users = run(books, rejects, key="northshire")["users.csv"]
    assert (users.taken, users.rejected) == (31, 2)
    text = (rejects / "users.csv.rejects.csv").read_text(encoding="utf-8")
    assert "Belongs to an account of another partnership's agency" in text


def test_an_officer_of_a_shared_agency_sits_in_both_partnerships(books: Path, rejects: Path) -> None:
    run(books, rejects)
    assert run(books, rejects, key="northshire")["users.csv"].taken == 33
    leanne = the(User, email="leanne.2@council.calder.example")
    assert db.session.scalar(select(func.count()).where(GroupMember.user_id == leanne.id)) == 8
    assert run(books, rejects)["users.csv"].unchanged == 33


def test_administrators_get_their_roles(books: Path, rejects: Path) -> None:
    with (books / "users.csv").open("a", encoding="utf-8", newline="") as stream:
        stream.write("pa@council.calder.example,Pat Admin,council,partnership administrator,\r\n")
        stream.write("root@calder.example,Ro Ot,,platform administrator,\r\n")
    assert run(books, rejects)["users.csv"].taken == 35
    calder = the(Partnership, key="calder")
    grants = {grant.role: grant.partnership_id for grant in db.session.scalars(select(AdminRoleGrant))}
    assert grants == {AdminRole.PARTNERSHIP_ADMIN: calder.id, AdminRole.PLATFORM_ADMIN: None}


def test_an_import_asks_the_database_no_more_for_more_rows(
    books: Path, rejects: Path, count_queries: Callable[..., int]
) -> None:
    run(books, rejects)

    def again(rows: int) -> int:
        lines = (CALDER / "people.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        file = books / "some" / "people.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(lines[: rows + 1]), encoding="utf-8")
        return count_queries(run, file, rejects)

    assert again(2) == again(170)
