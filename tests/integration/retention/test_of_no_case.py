"""What belongs to no case is on the monthly list, too, and is erased with nothing of it left."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from core import audit
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit import Category
from core.audit.queries import verify_database
from core.cases.models import Case
from core.checking.queries import issued_under
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import SYSTEM, Actor, AdminRole, MeetingStatus, MinutesStatus
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes
from core.people.models import Person
from core.retention import due, holding, in_the_way, operations, queries
from core.retention.erasing import erase
from core.retention.kinds import RULES, Kind
from core.retention.models import Decision, Erasure, LegalHold, RetentionEntry, RetentionList
from core.retention.operations import make_lists
from core.retention.register import not_done, read_all
from core.retention.replaying import replay
from core.retention.tombstones import said_of
from core.retention.working import erase_approved, look_after
from core.standards.models import ContactPlan
from core.subject_access.models import AccessRequest
from core.web.transaction import begin_write
from tests.builders import a_person, a_user, today
from tests.integration.retention.filling import BIRD, STAYS, every_value
from tests.integration.retention.of_no_case import ATTENDED, OfNoCase, later, record_of
from tests.support.browser import Browser

ALL = 366 * 7
"""Days from now on which every period is over."""
OF_NO_CASE = (Kind.PERSON, Kind.ACCESS, Kind.EMERGENCY, Kind.MEETING)


@pytest.fixture
def there(app) -> OfNoCase:
    return OfNoCase()


@pytest.fixture
def two(there: OfNoCase) -> tuple[Actor, Actor]:
    """A data lead and an administrator, years from now."""
    begin_write()
    agency = db.session.get_one(Case, there.told.case_id).lead_agency
    lead = a_user(agency, "Dora Data", admin=AdminRole.DATA_LEAD, partnership=there.told.partnership)
    admin = a_user(agency, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=there.told.partnership)
    db.session.commit()
    first, second = (actor_as_of(user.id, there.told.partnership_id, on=today()) for user in (lead, admin))
    db.session.rollback()
    return first, second


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.jsonl"


def on_the_list() -> dict[Kind, tuple[int, str]]:
    rows = db.session.scalars(select(RetentionEntry).where(RetentionEntry.kind.in_(OF_NO_CASE))).all()
    assert len({row.kind for row in rows}) == len(rows)
    found = {row.kind: (row.record_id, row.reference) for row in rows}
    db.session.rollback()
    return found


def due_on(there: OfNoCase, days: int) -> set[tuple[Kind, int]]:
    found = due.all_due(there.told.partnership_id, on=later(days).date())
    db.session.rollback()
    return {(each.kind, each.record_id) for each in found if each.kind in OF_NO_CASE}


def approved(there: OfNoCase, two: tuple[Actor, Actor]) -> None:
    for actor in two:
        begin_write()
        found = db.session.scalars(select(RetentionList)).one()
        found = queries.list_by_id(there.told.partnership_id, found.id)
        operations.approve(actor, found=found, version=found.version, now=later(ALL))
        db.session.commit()


def test_whatever_belongs_to_no_case_is_on_the_list_once_its_period_is_over(there: OfNoCase) -> None:
    assert due_on(there, 300) == set()
    assert due_on(there, 380) == {(Kind.PERSON, there.person_id), (Kind.EMERGENCY, there.emergency_id)}
    assert due_on(there, 365 * 6 - 10) == due_on(there, 380)
    assert make_lists(now=later(ALL)) == 1
    assert on_the_list() == {
        Kind.PERSON: (there.person_id, db.session.get_one(Person, there.person_id).ref),
        Kind.ACCESS: (there.request_id, "SAR-1"),
        Kind.EMERGENCY: (there.emergency_id, f"Emergency {there.emergency_id}"),
        Kind.MEETING: (there.meeting_id, db.session.get_one(Meeting, there.meeting_id).ref),
    }
    assert all(BIRD not in each.reference for each in db.session.scalars(select(RetentionEntry)))


def test_no_word_of_it_is_left_and_who_was_there_is(there: OfNoCase, two: tuple[Actor, Actor], file: Path) -> None:
    assert there.filled > 40
    assert len({name for name, value in every_value() if BIRD in value}) > 40
    db.session.rollback()
    assert make_lists(now=later(ALL)) == 1
    approved(there, two)
    assert look_after(file=file, now=later(ALL)) == 5, "with the case"
    assert [(name, value) for name, value in every_value() if BIRD in value or STAYS in value] == []
    assert list(verify_database().faults) == []
    assert {line.kind for line in read_all(file)} == {*OF_NO_CASE, Kind.CASE}
    db.session.rollback()
    presence = queries.who_was_present(there.told.case_id)
    assert [each.agencies for each in presence] == [[ATTENDED]]
    record = record_of(there.told.minutes_id)
    assert [len(item.heard_by) for item in record.items] == [1, 1]
    assert record.items[1].title == said_of(later(ALL).date())
    db.session.rollback()
    assert make_lists(now=later(ALL + 40)) == 0, "nothing of it comes again"
    assert erase_approved(file=file, now=later(ALL + 40)) == 0


def test_what_a_meeting_said_of_a_case_stays_until_that_goes(there: OfNoCase, file: Path) -> None:
    before = record_of(there.told.minutes_id)
    db.session.rollback()
    begin_write()
    erase(SYSTEM, Kind.MEETING, there.meeting_id, file=file, on=today(), now=later(0))
    db.session.commit()
    after = record_of(there.told.minutes_id)
    assert after.items[0] == before.items[0]
    assert after.items[1].entries == () and after.items[1].title == said_of(today())
    item = db.session.get_one(AgendaItem, there.told.other.id)
    assert (item.heading, item.reason) == (said_of(today()), "")
    assert [found.erased_on for found in issued_under(before.sha256())] == [today()], "whoever holds a copy finds it"
    db.session.rollback()


def test_somebody_whom_anything_of_a_case_names_goes_with_the_case(there: OfNoCase) -> None:
    begin_write()
    plan = ContactPlan(case_id=there.told.case_id, person_id=there.person_id)
    db.session.add(plan)
    db.session.commit()
    assert (Kind.PERSON, there.person_id) not in due_on(there, ALL)
    begin_write()
    db.session.execute(delete(ContactPlan).where(ContactPlan.person_id == there.person_id))
    merged = a_person(there.told.partnership)
    db.session.execute(update(Person).where(Person.id == merged.id).values(merged_into_id=there.person_id))
    db.session.add(ContactPlan(case_id=there.told.case_id, person_id=merged.id))
    db.session.commit()
    assert (Kind.PERSON, there.person_id) not in due_on(there, ALL), "nor one of whose records a case names"


def test_the_period_of_somebody_runs_from_the_last_day_on_which_the_trail_names_them(
    there: OfNoCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_write()
    merged = a_person(there.told.partnership)
    db.session.execute(update(Person).where(Person.id == merged.id).values(merged_into_id=there.person_id))
    db.session.commit()
    merged_id = merged.id

    def written(days: int, category: Category, action: str, person_id: int) -> None:
        monkeypatch.setattr("core.audit.trail.utc_now", lambda: later(days))
        begin_write()
        audit.record(SYSTEM, category, action, object=f"person:{person_id}", subjects=[person_id])
        db.session.commit()

    person = (Kind.PERSON, there.person_id)
    written(200, Category.DENIED, "person.show", there.person_id)
    written(200, Category.ADMIN, "retention.hold", there.person_id)
    assert person in due_on(there, 380), "who may not see them keeps nothing, nor a hold that was set once"
    written(100, Category.CONSULTATION, "person.show", there.person_id)
    assert person not in due_on(there, 460) and person in due_on(there, 470)
    written(300, Category.ALTERATION, "person.change", merged_id)
    assert person not in due_on(there, 660) and person in due_on(there, 670)


def test_somebody_is_kept_while_a_request_of_theirs_is_and_what_is_open_is_not_due(there: OfNoCase, file: Path) -> None:
    begin_write()
    request = db.session.get_one(AccessRequest, there.request_id)
    request.person_id = there.person_id
    db.session.commit()
    assert (Kind.PERSON, there.person_id) not in due_on(there, ALL)
    begin_write()
    erase(SYSTEM, Kind.ACCESS, there.request_id, file=file, on=later(ALL).date(), now=later(ALL))
    db.session.commit()
    assert (Kind.PERSON, there.person_id) in due_on(there, ALL + 1)
    begin_write()
    db.session.execute(delete(Erasure))
    db.session.execute(update(AccessRequest).values(ended_at=None, ending=None))
    db.session.commit()
    assert not {Kind.ACCESS, Kind.PERSON} & {kind for kind, _ in due_on(there, ALL)}, "it was never answered"


def test_a_hold_on_somebody_or_on_a_case_that_was_heard_stops_it(
    there: OfNoCase, two: tuple[Actor, Actor], file: Path
) -> None:
    assert make_lists(now=later(ALL)) == 1
    approved(there, two)
    begin_write()
    db.session.get_one(AccessRequest, there.request_id).person_id = there.person_id
    person, case = db.session.get_one(Person, there.person_id), db.session.get_one(Case, there.told.case_id)
    holding.hold_person(two[0], person=person, cases=[], reason="A claim", now=later(ALL))
    holding.hold_case(two[0], case=case, reason="A claim", now=later(ALL))
    db.session.commit()
    assert erase_approved(file=file, now=later(ALL)) == 1, "the emergency alone"
    reasons = {each.kind: each.reason for each in db.session.scalars(select(RetentionEntry))}
    assert reasons[Kind.ACCESS] == in_the_way.PERSON_ON_HOLD
    assert in_the_way.THEY_ARE_ON_HOLD in reasons[Kind.PERSON]
    assert reasons[Kind.MEETING] == in_the_way.HEARD_ON_HOLD
    page = queries.page_of(db.session.scalars(select(RetentionList.id)).one())
    assert {line.entry.kind for line in page.lines if line.held_up} == {*OF_NO_CASE, Kind.CASE} - {Kind.EMERGENCY}
    db.session.rollback()


def test_what_is_open_in_a_meeting_stops_it(there: OfNoCase) -> None:
    begin_write()
    db.session.execute(update(Meeting).values(status=MeetingStatus.IN_SESSION))
    db.session.execute(update(Minutes).values(status=MinutesStatus.SUBMITTED))
    db.session.commit()
    assert in_the_way.in_the_way(Kind.MEETING, [there.meeting_id]) == {
        there.meeting_id: [in_the_way.NOT_OVER, in_the_way.OWN_MINUTES_OPEN]
    }


def test_it_is_erased_again_after_a_restore_and_a_number_that_is_given_again_is_another_record(
    there: OfNoCase, file: Path
) -> None:
    """The file knows of it and the database does not: as an older backup has it."""
    records = {
        Kind.PERSON: there.person_id,
        Kind.ACCESS: there.request_id,
        Kind.EMERGENCY: there.emergency_id,
        Kind.MEETING: there.meeting_id,
    }
    begin_write()
    db.session.execute(update(Meeting).values(starts_at=later(-9)))
    db.session.execute(update(Emergency).values(asked_at=later(-9)))
    db.session.commit()
    for kind, record_id in records.items():
        begin_write()
        erase(SYSTEM, kind, record_id, file=file, on=today(), now=later(0))
        db.session.rollback()
    begin_write()
    db.session.get_one(AccessRequest, there.request_id).ref = "SAR-2"
    db.session.commit()
    assert {each.line.kind: each.found for each in replay(file, now=later(0))} == {
        **dict.fromkeys(records, True),
        Kind.ACCESS: False,
    }
    assert not_done(file) == []
    left = {name.partition(".")[0] for name, value in every_value() if BIRD in value}
    assert left == {"access_request", "access_request_event", "case_file", "minutes", "document", "redaction"} & left
    assert "access_request" in left, "under that number there is another one now"
    db.session.rollback()
    assert due_on(there, ALL) == {(Kind.ACCESS, there.request_id)}


def test_the_list_says_what_each_line_is_and_where_a_hold_is_set(
    there: OfNoCase, two: tuple[Actor, Actor], visitor: Callable[..., Browser]
) -> None:
    assert make_lists(now=later(ALL)) == 1
    found = db.session.scalars(select(RetentionList.id)).one()
    lead = visitor(db.session.get_one(User, two[0].user_id))
    page = lead.get(f"/data-protection/retention/lists/{found}").text
    for kind in OF_NO_CASE:
        assert RULES[kind].one in page
    for entry in db.session.scalars(select(RetentionEntry).where(RetentionEntry.kind.in_(OF_NO_CASE))).all():
        answer = lead.get(f"/data-protection/retention/lists/{found}/lines/{entry.id}").text
        assert entry.reference in answer
        assert (f"/data-protection/holds/people/{there.person_id}" in answer) == (entry.kind is Kind.PERSON)


def test_keeping_a_line_of_no_case_until_a_day_keeps_it(there: OfNoCase, two: tuple[Actor, Actor], file: Path) -> None:
    assert make_lists(now=later(ALL)) == 1
    begin_write()
    found = queries.list_by_id(there.told.partnership_id, db.session.scalars(select(RetentionList.id)).one())
    entry_id = db.session.scalar(select(RetentionEntry.id).where(RetentionEntry.kind == Kind.EMERGENCY))
    assert entry_id is not None
    entry = queries.entry_of(found, entry_id)
    until: date = later(ALL).date() + timedelta(days=60)
    operations.keep(two[0], entry=entry, version=entry.version, until=until, reason="Inquiry", now=later(ALL))
    db.session.commit()
    approved(there, two)
    assert erase_approved(file=file, now=later(ALL)) == 4
    assert db.session.get_one(RetentionEntry, entry_id).decision is Decision.KEPT
    assert db.session.scalars(select(LegalHold)).all() == []
    db.session.rollback()
    assert due_on(there, ALL + 30) == set()
    assert due_on(there, ALL + 90) == {(Kind.EMERGENCY, there.emergency_id)}
