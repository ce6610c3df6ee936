"""The day's reminders: one mail to each person, with what is due soon or late for them, and no word of anybody."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.circulation.delivery import why_not
from core.circulation.models import Mail
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import ActionStatus, GroupKind, GroupRole, MailKind, MeetingStatus, NominationStatus
from core.meetings.models import Nomination, Research
from core.partnerships.models import PartnershipAgency, Signature
from core.partnerships.terms.queries import clocks_in
from core.recording.models import Recusal
from core.referrals.models import Referral
from core.reminders.operations import NOTHING_LEFT, make_digests
from core.reminders.queries import reminders_for
from core.working_days import add_working_days, next_working_day
from tests.builders import (
    a_group,
    a_meeting,
    a_member,
    a_partnership,
    a_person,
    a_provider,
    a_user,
    an_action,
    an_agency,
    countersigned,
    today,
)
from tests.integration.meetings.table import a_table, at_ten

HALF_PAST_SEVEN = time(7, 30)
DAY = next_working_day(today() + timedelta(days=1))
"""The day of which these tests tell: a working day, whatever day it is."""

MORNING = at_local(DAY, time(8))
IN_THREE_DAYS = add_working_days(DAY, 3)
YESTERDAY = add_working_days(DAY, -1)


@pytest.fixture
def table(app):
    found = a_table()
    found.case.title = "Kyle Brennand"
    return found


def make(at: datetime = MORNING) -> int:
    db.session.commit()
    return make_digests(now=at, hour=HALF_PAST_SEVEN)


def digests() -> dict[str, Mail]:
    """Name of the reader -> their digest."""
    db.session.expire_all()
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.REMINDER)).all()
    assert len({mail.user_id for mail in mails}) == len(mails), "somebody has two"
    return {mail.user.name: mail for mail in mails}


def test_the_named_person_is_reminded_else_whoever_of_the_agency_sits_in_the_group(table):
    colleague = a_user(table.police, "Piet Police", group=table.group)
    theirs = an_action(table.case, table.group, table.police, text="Ring Kyle Brennand", due_on=IN_THREE_DAYS)
    theirs.owner_user_id = table.officer.id
    agencys = an_action(table.case, table.group, table.police, due_on=YESTERDAY)
    make()
    mails = digests()
    assert set(mails) == {table.officer.name, colleague.name}
    assert f"- {theirs.ref}, {table.group.name}: " in mails[table.officer.name].body
    assert "in 3 working days" in mails[table.officer.name].body
    assert f"/actions/{agencys.id}" in mails[colleague.name].body
    assert "1 working day late" in mails[colleague.name].body
    assert theirs.ref not in mails[colleague.name].body


def test_what_is_in_the_name_of_somebody_who_has_gone_is_the_agencys(table):
    gone = a_user(table.police, "Gus Gone", group=table.group)
    gone.retired_at = utc_now()
    action = an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    action.owner_user_id = gone.id
    make()
    assert action.ref in digests()[table.officer.name].body


def test_where_nobody_of_the_agency_sits_in_the_group_its_point_of_contact_is_reminded(table):
    trust = an_agency(table.partnership, "Mental Health Trust")
    contact, other = a_user(trust, "Zoë Lindqvist"), a_user(trust, "Someone Else")
    membership = select(PartnershipAgency).where(PartnershipAgency.agency_id == trust.id)
    db.session.scalars(membership).one().spoc = contact.email
    action = an_action(table.case, table.group, trust, due_on=IN_THREE_DAYS)
    make()
    assert action.ref in digests()[contact.name].body
    assert other.name not in digests()


def test_a_point_of_contact_is_not_told_of_what_a_colleague_in_the_group_is_told(table):
    contact = a_user(table.police, "Connie Contact")
    membership = select(PartnershipAgency).where(PartnershipAgency.agency_id == table.police.id)
    db.session.scalars(membership).one().spoc = "connie contact"
    an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    make()
    assert set(digests()) == {table.officer.name}
    assert contact.name not in digests()


def test_nobody_is_reminded_of_what_is_done_or_not_due_or_of_a_case_that_is_closed_to_them(table):
    done = an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    done.status = ActionStatus.DONE
    for due in (DAY, add_working_days(DAY, 2), add_working_days(DAY, 4), add_working_days(DAY, -2)):
        an_action(table.case, table.group, table.police, due_on=due)
    an_action(table.case, table.group, table.landlord, due_on=IN_THREE_DAYS)
    item = a_meeting(table.group, cases=[table.case]).items[0]
    interest = {"item_id": item.id, "case_id": table.case.id, "declared_at": utc_now(), "reason": "A cousin"}
    db.session.add(Recusal(user_id=table.landlady.id, **interest))
    make()
    assert not digests()


def test_it_names_nobody_and_says_nothing_that_somebody_wrote(table):
    action = an_action(table.case, table.group, table.police, text="Ring Kyle Brennand’s mother", due_on=YESTERDAY)
    action.outcome = "Rang twice"
    table.group.name = "North\r\nBcc: eve@evil.example <b>CST</b>"
    make()
    (mail,) = digests().values()
    for words in ("Kyle", "Brennand", "mother", "Rang", table.officer.name, table.case.ref):
        assert words not in f"{mail.subject} {mail.body} {mail.body_html}"
    assert "North Bcc: eve@evil.example <b>CST</b>" in mail.body
    assert "<b>CST" not in mail.body_html
    assert mail.subject.startswith("OFFICIAL-SENSITIVE: ")
    assert mail.body.startswith("OFFICIAL-SENSITIVE")


def test_one_mail_a_day_however_often_and_however_many_workers(table, monkeypatch):
    an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    assert make() == 1
    for minutes in (1, 60, 600):
        assert make(MORNING + timedelta(minutes=minutes)) == 0
    monkeypatch.setattr("core.reminders.operations.told_on", lambda on: False)  # another worker, at the same moment
    make()
    assert len(digests()) == 1


def test_what_comes_up_after_the_hour_waits_for_the_next_day(table):
    make()
    an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    make(MORNING + timedelta(hours=3))
    assert not digests()


@pytest.mark.parametrize(
    "moment",
    [
        at_local(DAY, time(7, 29)),
        at_local(date(2026, 12, 25), time(9)),
        at_local(date(2026, 12, 26), time(9)),
        at_local(date(2026, 12, 28), time(9)),
    ],
)
def test_before_the_hour_and_on_free_days_nothing_is_made(table, moment):
    for due in range(8):
        an_action(table.case, table.group, table.police, due_on=moment.date() + timedelta(days=due))
    assert make(moment) == 0
    assert not digests()


def test_a_worker_that_was_down_for_days_tells_of_them_all_once(table):
    make(at_local(add_working_days(DAY, -3), time(8)))
    missed = an_action(table.case, table.group, table.police, due_on=add_working_days(DAY, -2))  # told of yesterday
    make()
    assert missed.ref in digests()[table.officer.name].body
    db.session.execute(db.delete(Mail))
    make(at_local(add_working_days(DAY, 1), time(8)))
    assert not digests()


def test_a_groups_own_terms_say_when(table):
    table.group.clocks = {"reminder_before": 5}
    other = a_group(table.partnership, "South CST")
    a_member(other, table.officer)
    five, three = (add_working_days(DAY, days) for days in (5, 3))
    own = [an_action(table.case, table.group, table.police, due_on=due) for due in (five, three)]
    usual = [an_action(table.case, other, table.police, due_on=due) for due in (five, three)]
    make()
    body = digests()[table.officer.name].body
    assert own[0].ref in body and usual[1].ref in body
    assert own[1].ref not in body and usual[0].ref not in body


def test_research_reminds_the_agencys_members_who_may_answer(table):
    item = a_meeting(table.group, starts_at=at_ten(add_working_days(DAY, 5)), cases=[table.case]).items[0]
    asked = {"item_id": item.id, "asked_at": utc_now(), "due_on": IN_THREE_DAYS}
    db.session.add(Research(agency_id=table.landlord.id, **asked))
    make()
    mails = digests()
    assert set(mails) == {table.landlady.name}, "an observer cannot answer, and other agencies are not asked"
    assert f"- 1 request, {table.group.name}, {item.meeting.ref}: " in mails[table.landlady.name].body
    assert f"/meetings/{item.meeting_id}/research" in mails[table.landlady.name].body


def a_referral(table, provider, due: date) -> Referral:
    person = a_person(table.partnership, "Kyle", "Brennand")
    row = Referral(
        partnership_id=table.partnership.id,
        ref="R0012",
        case_id=table.case.id,
        person_id=person.id,
        pathway_key="mentoring",
        pathway_title="Mentoring",
        provider_id=provider.id,
        referrer_agency_id=table.police.id,
        referrer_user_id=table.officer.id,
        stage="accepted",
        stage_title="Accepted",
        stage_since=today(),
        stage_due=due,
        payload={},
        payload_version=1,
        summary="Kyle wants company",
        rows=[],
        opened_at=utc_now(),
        moved_at=utc_now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def test_a_referral_past_its_stages_clock_reminds_the_providers_staff(table):
    scheme = an_agency(table.partnership, "Mentoring Scheme")
    provider = a_provider(table.partnership, scheme, "mentoring")
    worker = a_user(scheme, "Wanda Worker")
    referral = a_referral(table, provider, YESTERDAY)
    make()
    mails = digests()
    assert worker.name in mails and table.officer.name not in mails
    assert "R0012, next step: " in mails[worker.name].body
    assert f"/referrals/{referral.id}" in mails[worker.name].body


def test_those_who_lead_are_reminded_of_agenda_actions_and_minutes(table):
    coming = a_meeting(table.group, starts_at=at_ten(add_working_days(DAY, 7)))
    held = a_meeting(table.group, starts_at=at_ten(add_working_days(DAY, -2)), status=MeetingStatus.CLOSED)
    action = an_action(table.case, table.group, table.landlord)
    action.meeting_id = held.id
    older = a_meeting(table.group, starts_at=at_ten(add_working_days(DAY, -11)), status=MeetingStatus.CLOSED)
    older.minute_taker_id = table.officer.id
    make()
    mails = digests()
    assert set(mails) == {table.chair.name, table.coordinator.name, table.officer.name}
    body = mails[table.coordinator.name].body
    assert f"Send the agenda, {table.group.name}, {coming.ref}" in body
    assert f"Send out the actions, {table.group.name}, {held.ref}" in body
    assert f"Compose the minutes, {table.group.name}, {older.ref}" in body
    taker = mails[table.officer.name].body
    assert "Compose the minutes" in taker and "Send" not in taker


def test_a_nomination_is_told_of_on_the_next_working_day_to_whoever_decides(table):
    steering = a_group(table.partnership, "Steering group", kind=GroupKind.STEERING)
    coordinator = a_user(table.council, "Stella Steering", group=steering, role=GroupRole.COORDINATOR)
    to = a_meeting(steering, starts_at=at_ten(add_working_days(DAY, 30)))
    nomination = Nomination(
        meeting_id=to.id,
        case_id=table.case.id,
        agency_id=table.police.id,
        made_by_id=table.chair.id,
        made_at=at_local(YESTERDAY, time(16)),
        reason="Carried forward 3 times: Kyle did not come",
    )
    db.session.add(nomination)
    make()
    mails = digests()
    assert f"- 1 nomination, Steering group, {to.ref}: " in mails[coordinator.name].body
    assert "Kyle" not in mails[coordinator.name].body
    assert set(mails) == {coordinator.name}
    nomination.status = NominationStatus.ACCEPTED
    db.session.commit()
    assert why_not(mails[coordinator.name], MORNING) == NOTHING_LEFT


def test_who_belongs_to_two_partnerships_gets_one_mail(table):
    other = a_partnership("Southmere Community Safety Partnership")
    db.session.add(PartnershipAgency(partnership_id=other.id, agency_id=table.police.id))
    db.session.add(Signature(partnership_id=other.id, agency_id=table.police.id, signed_on=date(2024, 4, 1)))
    db.session.flush()
    countersigned(table.officer)
    far = a_group(other, "Southmere CST")
    a_member(far, table.officer)
    here = an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    there = an_action(table.case, far, table.police, due_on=YESTERDAY)
    there.partnership_id = other.id
    make()
    body = digests()[table.officer.name].body
    assert f"In {other.name}" in body and here.ref in body and there.ref in body


def test_many_things_are_a_short_mail(table):
    for _ in range(40):
        an_action(table.case, table.group, table.police, due_on=YESTERDAY)
    make()
    body = digests()[table.officer.name].body
    assert "Actions of your agency (40)" in body and "and 25 more" in body
    assert body.count("/actions/") == 15


def test_more_to_do_costs_no_more_queries(table, count_queries):
    def ask() -> int:
        actor = actor_as_of(table.coordinator.id, table.partnership.id, on=DAY)
        clocks = clocks_in(table.partnership.id)
        return count_queries(reminders_for, actor, clocks, (DAY,), now=MORNING)

    a_meeting(table.group, starts_at=at_ten(add_working_days(DAY, 7)))
    few = ask()
    for number in range(6):
        group = a_group(table.partnership, f"Group {number}")
        group.clocks = {"reminder_before": number}
        a_member(group, table.coordinator, GroupRole.COORDINATOR)
        a_meeting(group, starts_at=at_ten(add_working_days(DAY, 7)))
        an_action(table.case, group, table.council, due_on=YESTERDAY)
    assert ask() == few
