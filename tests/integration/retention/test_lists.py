"""A month's list: what is due, what stands in the way, who approves it, and what the worker does then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import delete, select

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases.models import Case, CasePerson
from core.circulation.models import Mail
from core.clock import utc_now
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, AdminRole, GroupRole, MailState
from core.partnerships.terms.queries import clocks_in
from core.people.models import Person
from core.policy import Permission, decide
from core.policy import retention as rules
from core.reminders.queries import Kind as Reminders
from core.reminders.queries import reminders_for
from core.retention import due, holding, in_the_way, operations, queries
from core.retention.kinds import RULES, Kind
from core.retention.models import Decision, LegalHold, RetentionEntry, RetentionList, RetentionPeriod
from core.retention.operations import make_lists, tidy
from core.retention.working import erase_approved, look_after
from core.standards.models import ContactPlan
from core.subject_access.lists import Arrived, AskedBy
from core.subject_access.models import AccessRequest
from core.web.transaction import begin_write
from core.working_days import add_months, add_working_days
from tests.builders import a_person, a_user, an_action, today
from tests.integration.retention.filling import Told
from tests.support.browser import Browser


@dataclass
class Table:
    """The case was closed long ago; a data lead, an administrator and a chair."""

    told: Told
    lead: Actor
    other_lead: Actor
    admin: Actor
    chair: Actor

    def found(self) -> RetentionList:
        """The month's list, as it is now."""
        found = db.session.scalars(select(RetentionList)).one()
        return queries.list_by_id(self.told.partnership_id, found.id)

    def line(self) -> RetentionEntry:
        """Its only line."""
        entry = db.session.scalars(select(RetentionEntry)).one()
        return queries.entry_of(self.found(), entry.id)


@pytest.fixture
def table(app) -> Table:
    told = Told()
    begin_write()
    case = db.session.get_one(Case, told.case_id)
    case.closed_on = add_months(today(), -12 * 7)
    partnership = case.partnership_id
    agency = case.lead_agency
    group = case.groups[0].group
    people = {
        "lead": a_user(agency, "Dora Data", admin=AdminRole.DATA_LEAD, partnership=told.partnership),
        "other_lead": a_user(agency, "Dan Data", admin=AdminRole.DATA_LEAD, partnership=told.partnership),
        "admin": a_user(agency, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=told.partnership),
        "chair": a_user(agency, "Cleo Chair", group=group, role=GroupRole.CHAIR),
    }
    db.session.commit()
    actors = {name: actor_as_of(user.id, partnership, on=today()) for name, user in people.items()}
    db.session.rollback()
    return Table(told, **actors)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.jsonl"


def made() -> None:
    assert make_lists(now=utc_now()) == 1


def approved(table: Table, *actors: Actor) -> None:
    for actor in actors:
        begin_write()
        found = table.found()
        operations.approve(actor, found=found, version=found.version, now=utc_now())
        db.session.commit()


def test_what_was_closed_longer_ago_than_the_period_is_on_the_list_of_the_month_once(table: Table) -> None:
    made()
    assert make_lists(now=utc_now()) == 0
    line = table.line()
    assert (line.kind, line.record_id) == (Kind.CASE, table.told.case_id)
    assert line.due_since == add_months(today(), -12)
    assert line.reference.count("-") >= 2, "a reference, and no name"


def test_what_is_not_due_yet_is_on_no_list(table: Table) -> None:
    begin_write()
    db.session.get_one(Case, table.told.case_id).closed_on = add_months(today(), -12 * 6) + timedelta(days=1)
    db.session.commit()
    assert make_lists(now=utc_now()) == 0


def test_a_longer_period_of_the_partnership_counts(table: Table) -> None:
    begin_write()
    version = queries.version_of_periods(queries.periods_of(table.told.partnership_id))
    periods = {rule.kind: rule.default for rule in RULES.values() if rule.is_set}
    with pytest.raises(Refused, match="from 1 to 25"):
        operations.set_periods(table.admin, periods={**periods, Kind.CASE: 26}, version=version)
    operations.set_periods(table.admin, periods={**periods, Kind.CASE: 8}, version=version)
    db.session.commit()
    assert make_lists(now=utc_now()) == 0
    begin_write()
    with pytest.raises(Stale):
        operations.set_periods(table.admin, periods=periods, version=version)
    db.session.rollback()


def test_nothing_is_erased_before_two_people_have_approved_and_then_everything(table: Table, file: Path) -> None:
    made()
    assert erase_approved(file=file, now=utc_now()) == 0
    refused = decide(table.admin, Permission.APPROVE_ERASURE, table.found())
    assert refused.reason == rules.NOT_WITHOUT_LEAD
    db.session.rollback()
    approved(table, table.lead)
    assert decide(table.lead, Permission.APPROVE_ERASURE, table.found()).reason == rules.APPROVED_BY_YOU
    db.session.rollback()
    assert erase_approved(file=file, now=utc_now()) == 0
    approved(table, table.admin)
    assert decide(table.lead, Permission.DECIDE_RETENTION, table.line()).reason == rules.APPROVED
    db.session.rollback()
    assert look_after(file=file, now=utc_now()) == 1
    assert db.session.get_one(Case, table.told.case_id, populate_existing=True).erased_on == today()
    assert db.session.get_one(Person, table.told.alone_id, populate_existing=True).name == ""
    assert table.line().decision is Decision.ERASED and table.found().finished_at is not None
    db.session.rollback()
    assert erase_approved(file=file, now=utc_now()) == 0


def test_what_is_kept_until_a_day_is_not_erased_and_comes_again_after_it(table: Table, file: Path) -> None:
    made()
    begin_write()
    line = table.line()
    soon = today() + timedelta(days=90)
    with pytest.raises(Refused, match="to come"):
        operations.keep(table.lead, entry=line, version=line.version, until=today(), reason="Inquest", now=utc_now())
    operations.keep(table.lead, entry=line, version=line.version, until=soon, reason="Inquest", now=utc_now())
    db.session.commit()
    approved(table, table.lead, table.other_lead)
    assert erase_approved(file=file, now=utc_now()) == 0
    of_it = table.told.partnership_id
    last = today()
    assert db.session.execute(due.due_cases(of_it, last, on=today())).all() == []
    assert len(db.session.execute(due.due_cases(of_it, last, on=soon)).all()) == 1


@pytest.mark.parametrize("of_person", [False, True])
def test_a_hold_on_the_case_or_on_somebody_in_it_stops_it_until_somebody_else_ends_it(
    table: Table, file: Path, of_person: bool
) -> None:
    made()
    begin_write()
    case, person = db.session.get_one(Case, table.told.case_id), db.session.get_one(Person, table.told.shared_id)
    if of_person:
        hold = holding.hold_person(table.lead, person=person, cases=[case], reason="A claim", now=utc_now())
    else:
        hold = holding.hold_case(table.chair, case=case, reason="A claim", now=utc_now())
    db.session.commit()
    hold_id = hold.id
    approved(table, table.lead, table.admin)
    assert erase_approved(file=file, now=utc_now()) == 0
    why = in_the_way.PERSON_ON_HOLD if of_person else in_the_way.ON_HOLD
    (line,) = queries.page_of(table.found().id).lines
    assert list(line.held_up) == [why]
    hold = queries.hold_by_id(table.told.partnership_id, hold_id)
    own = table.lead if of_person else table.chair
    said = rules.SET_BY_YOU if of_person else rules.NOT_TO_END
    assert decide(own, Permission.END_HOLD, hold).reason == said
    db.session.rollback()
    begin_write()
    hold = queries.hold_by_id(table.told.partnership_id, hold_id)
    holding.end_hold(table.admin, hold=hold, version=hold.version, reason="Settled", now=utc_now())
    db.session.commit()
    assert in_the_way.held_up([table.told.case_id]) == {}


def test_what_is_open_still_stands_in_the_way(table: Table) -> None:
    begin_write()
    case = db.session.get_one(Case, table.told.case_id)
    an_action(case, case.groups[0].group, case.lead_agency)
    db.session.commit()
    assert in_the_way.held_up([table.told.case_id]) == {table.told.case_id: [in_the_way.OPEN_ACTION]}


def test_words_of_mails_go_by_themselves_and_that_they_went_stays(table: Table) -> None:
    begin_write()
    mail = db.session.scalars(select(Mail)).first()
    assert mail is not None
    mail.state, mail.created_at, mail.sent_at = MailState.SENT, utc_now() - timedelta(days=91), utc_now()
    db.session.commit()
    begin_write()
    tidy(now=utc_now() - timedelta(days=2))
    db.session.commit()
    assert mail.body
    begin_write()
    tidy(now=utc_now())
    db.session.commit()
    db.session.refresh(mail)
    assert (mail.body, mail.body_html, mail.subject) == ("", "", "OFFICIAL-SENSITIVE")
    db.session.rollback()
    begin_write()
    tidy(now=utc_now())
    db.session.commit()
    tidied = select(AuditRecord).where(AuditRecord.action == "retention.tidy")
    assert len(db.session.scalars(tidied).all()) == 1, "it is recorded where there was something"


@pytest.mark.parametrize("merged", [False, True])
def test_a_hold_on_somebody_who_was_taken_out_of_the_case_stops_it_too(table: Table, file: Path, merged: bool) -> None:
    made()
    approved(table, table.lead, table.admin)
    begin_write()
    db.session.execute(delete(CasePerson).where(CasePerson.person_id == table.told.alone_id))
    case = db.session.get_one(Case, table.told.case_id)
    db.session.add(ContactPlan(case_id=case.id, person_id=table.told.alone_id))
    person_id = table.told.alone_id
    if merged:
        kept = a_person(table.told.partnership)
        db.session.get_one(Person, person_id).merged_into_id = kept.id
        person_id = kept.id
    person = db.session.get_one(Person, person_id)
    holding.hold_person(table.lead, person=person, cases=[], reason="A claim", now=utc_now())
    db.session.commit()
    assert in_the_way.held_up([table.told.kept_id, table.told.case_id]) == {
        table.told.case_id: [in_the_way.PERSON_ON_HOLD],
        table.told.kept_id: [in_the_way.NOT_CLOSED],
    }
    db.session.rollback()
    assert erase_approved(file=file, now=utc_now()) == 0
    assert table.line().reason == in_the_way.PERSON_ON_HOLD
    assert db.session.get_one(Person, table.told.alone_id, populate_existing=True).name


def test_an_open_request_of_somebody_who_was_taken_out_stops_it_too(table: Table, file: Path) -> None:
    made()
    approved(table, table.lead, table.admin)
    begin_write()
    db.session.execute(delete(CasePerson).where(CasePerson.person_id == table.told.alone_id))
    db.session.add(ContactPlan(case_id=table.told.case_id, person_id=table.told.alone_id))
    db.session.add(
        AccessRequest(
            partnership_id=table.told.partnership_id,
            ref="SAR-1",
            person_id=table.told.alone_id,
            asked_by=AskedBy.THEMSELF,
            arrived=Arrived.POST,
            received_on=today(),
            kept_at=utc_now(),
            kept_by_id=table.lead.user_id,
        )
    )
    db.session.commit()
    assert erase_approved(file=file, now=utc_now()) == 0
    assert table.line().reason == in_the_way.ASKED


@pytest.mark.parametrize("what", ["closed again", "longer", "kept"])
def test_what_is_not_due_any_more_is_not_erased(table: Table, file: Path, what: str) -> None:
    made()
    approved(table, table.lead, table.admin)
    begin_write()
    if what == "closed again":
        db.session.get_one(Case, table.told.case_id).closed_on = today()
    elif what == "longer":
        db.session.add(RetentionPeriod(partnership_id=table.told.partnership_id, kind=Kind.CASE, period=8))
    else:
        before = RetentionList(partnership_id=table.told.partnership_id, month=date(2020, 1, 1), made_at=utc_now())
        db.session.add(before)
        db.session.flush()
        db.session.add(
            RetentionEntry(
                list_id=before.id,
                kind=Kind.CASE,
                record_id=table.told.case_id,
                reference="C",
                due_since=date(2020, 1, 1),
                decision=Decision.KEPT,
                keep_until=today() + timedelta(days=9),
            )
        )
    db.session.commit()
    assert erase_approved(file=file, now=utc_now()) == 0
    line = db.session.scalars(select(RetentionEntry).where(RetentionEntry.decision == Decision.DUE)).one()
    assert line.reason == due.NOT_DUE
    assert db.session.get_one(Case, table.told.case_id, populate_existing=True).erased_on is None


def test_an_account_that_was_brought_back_is_not_erased(table: Table, file: Path) -> None:
    begin_write()
    db.session.get_one(Case, table.told.case_id).closed_on = today()
    user = db.session.get_one(User, table.chair.user_id)
    user.retired_at = utc_now() - timedelta(days=366 * 7)
    db.session.commit()
    made()
    approved(table, table.lead, table.admin)
    begin_write()
    db.session.get_one(User, table.chair.user_id).retired_at = None
    db.session.commit()
    assert erase_approved(file=file, now=utc_now()) == 0
    assert table.line().reason == due.NOT_DUE
    assert db.session.get_one(User, table.chair.user_id, populate_existing=True).name == "Cleo Chair"


def test_an_address_with_a_number_that_no_line_has_shows_the_first_page(table: Table) -> None:
    made()
    found = table.found()
    assert queries.page_of(found.id, after="2026-01-01_99999999999999999999999").lines


@pytest.mark.parametrize("kept", [False, True])
def test_whoever_approved_before_a_line_was_decided_approves_again(table: Table, file: Path, kept: bool) -> None:
    made()
    approved(table, table.lead)
    as_read = table.found().version
    db.session.rollback()
    begin_write()
    line = table.line()
    later = today() + timedelta(days=9)
    operations.keep(table.lead, entry=line, version=line.version, until=later, reason="Inquest", now=utc_now())
    db.session.flush()
    if not kept:
        operations.put_back(table.lead, entry=line, version=line.version, now=utc_now())
    db.session.commit()
    assert table.found().approvals == []
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "retention.approve_anew")).one()
    assert record.object == f"retention_list:{table.found().id}"
    db.session.rollback()
    begin_write()
    with pytest.raises(Stale):
        operations.approve(table.lead, found=table.found(), version=as_read, now=utc_now())
    db.session.rollback()
    approved(table, table.lead)
    assert erase_approved(file=file, now=utc_now()) == 0, "one of two is not enough"
    approved(table, table.admin)
    assert erase_approved(file=file, now=utc_now()) == (0 if kept else 1)


def test_a_list_stands_on_the_home_page_and_in_the_daily_mail_of_whoever_approves_it_next(
    table: Table, visitor: Callable[..., Browser]
) -> None:
    made()
    on = add_working_days(today(), 1)

    def told(actor: Actor) -> tuple[bool, list[str]]:
        page = visitor(db.session.get_one(User, actor.user_id)).get("/").text
        found = reminders_for(actor, clocks_in(table.told.partnership_id), (on,), now=utc_now())
        lines = [each.path for each in found if each.kind is Reminders.LISTS]
        db.session.rollback()
        return "waits for your approval" in page, lines

    path = [f"/data-protection/retention/lists/{table.found().id}"]
    assert told(table.lead) == told(table.other_lead) == (True, path)
    assert told(table.admin) == told(table.chair) == (False, [])
    approved(table, table.lead)
    assert told(table.lead) == (False, [])
    assert told(table.other_lead) == told(table.admin) == (True, path)
    approved(table, table.admin)
    assert told(table.other_lead) == (False, [])


def test_the_page_says_when_a_list_is_made(table: Table, visitor: Callable[..., Browser]) -> None:
    page = visitor(db.session.get_one(User, table.lead.user_id)).get("/data-protection/retention").text
    assert "first day on which something is" in page and "On the first of each month" not in page


def test_a_page_of_a_list_that_was_decided_on_since_approves_nothing(
    table: Table, visitor: Callable[..., Browser]
) -> None:
    made()
    lead = visitor(db.session.get_one(User, table.lead.user_id))
    found = table.found()
    path, version = f"/data-protection/retention/lists/{found.id}", found.version
    assert f'name="version" value="{version}"' in lead.get(path).text
    begin_write()
    line, later = table.line(), today() + timedelta(days=9)
    operations.keep(table.lead, entry=line, version=line.version, until=later, reason="Inquest", now=utc_now())
    db.session.commit()
    assert lead.post(f"{path}/approve", {"version": version}).status_code == 409
    assert table.found().approvals == []
    assert lead.post(f"{path}/approve", {"version": table.found().version}).status_code == 303
    assert len(table.found().approvals) == 1


@pytest.mark.parametrize("of_person", [False, True])
def test_a_hold_that_comes_after_the_erasure_is_refused_and_not_kept(table: Table, file: Path, of_person: bool) -> None:
    """Whoever opened the page before waits for the worker's lock, and then is told."""
    made()
    approved(table, table.lead, table.admin)
    case, person = db.session.get_one(Case, table.told.case_id), db.session.get_one(Person, table.told.alone_id)
    db.session.expunge_all()  # as they were read before
    assert erase_approved(file=file, now=utc_now()) == 1
    begin_write()
    with pytest.raises(Refused, match="nothing left to hold"):
        if of_person:
            holding.hold_person(table.lead, person=person, cases=[], reason="A claim", now=utc_now())
        else:
            holding.hold_case(table.lead, case=case, reason="A claim", now=utc_now())
    assert db.session.scalars(select(LegalHold)).all() == []
    db.session.rollback()


def test_a_hold_set_while_the_worker_erases_is_seen_or_refused(table: Table, app: Flask, file: Path) -> None:
    """The hold has its case's lock and is not committed: the worker waits, and then sees it."""
    made()
    approved(table, table.lead, table.admin)
    begin_write()
    holding.hold_case(table.lead, case=db.session.get_one(Case, table.told.case_id), reason="A claim", now=utc_now())
    done: list[int] = []

    def work() -> None:
        with app.app_context():
            done.append(erase_approved(file=file, now=utc_now()))
            db.session.remove()

    worker = Thread(target=work)
    worker.start()
    worker.join(timeout=1)
    assert worker.is_alive(), "it waits for the hold"
    db.session.commit()
    worker.join(timeout=20)
    assert done == [0]
    assert table.line().reason == in_the_way.ON_HOLD
