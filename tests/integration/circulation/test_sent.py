"""What was sent, to whom, how it stands, and what can be done about it: minutes, agenda and actions alike."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actions.models import Action
from core.audit.models import AuditRecord
from core.circulation import outbox
from core.circulation.letters import Letter
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.outbox import queue
from core.circulation.sent.queries import sent_about
from core.clock import utc_now
from core.extensions import db
from core.facts import ActionStatus, CirculationKind, MailKind, MailState
from core.partnerships.models import PartnershipAgency, Signature
from tests.builders import a_meeting, a_user, an_action, an_agency, today
from tests.integration.circulation.test_recipients import recuse
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.mail import deliver

__all__ = ["conference"]


def circulated(conference, visitor, *users):
    """The coordinator sends the minutes to these."""
    readers = {"readers": [user.id for user in users]}
    return visitor(conference.coordinator).post(conference.path("circulate"), readers)


def send_actions(conference, visitor, by=None):
    return visitor(by or conference.coordinator).post(conference.path("actions/send"))


def mails(kind: MailKind) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def copy_to(user, kind=CirculationKind.MINUTES) -> Copy:
    return db.session.scalars(
        select(Copy).join(Circulation).where(Copy.user_id == user.id, Circulation.kind == kind).order_by(Copy.id)
    ).first()


def sent_page(conference, visitor) -> str:
    return " ".join(visitor(conference.coordinator).get(conference.path("sent")).text.split())


def tell_once(conference) -> Mail:
    """A mail that is never written twice."""
    letter = Letter("OFFICIAL-SENSITIVE: today", "Look.\n", "<p>Look.</p>")
    return queue(conference.officer, kind=MailKind.REMINDER, letter=letter, now=utc_now(), once_key="digest:1:today")


# Nothing twice


def test_the_same_minutes_go_to_the_same_reader_once(conference, visitor):
    approved(conference, visitor)
    assert circulated(conference, visitor, conference.officer).status_code == 303
    assert circulated(conference, visitor, conference.officer, conference.landlord).status_code == 303
    assert [mail.user_id for mail in mails(MailKind.MINUTES)] == [conference.officer.id, conference.landlord.id]
    again = circulated(conference, visitor, conference.officer)
    assert again.status_code == 409
    assert "has been sent these minutes" in again.text
    assert len(mails(MailKind.MINUTES)) == 2


def test_sending_again_is_said_on_purpose_and_leads_to_the_same_copy(conference, visitor, server):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer)
    copy = copy_to(conference.officer)
    again = conference.path(f"copies/{copy.id}/again")
    early = visitor(conference.coordinator).post(again)
    assert early.status_code == 409 and "still on its way" in early.text
    assert deliver() == 1
    assert visitor(conference.coordinator).post(again).status_code == 303
    first, second = mails(MailKind.MINUTES)
    assert (first.copy_id, first.body) == (second.copy_id, second.body)
    assert first.message_id != second.message_id
    assert deliver() == 1 and len(set(server.ids)) == 2


def test_the_outbox_takes_a_thing_once_whoever_wrote_it(conference):
    first, second = tell_once(conference), tell_once(conference)
    db.session.commit()
    assert first is second
    assert len(mails(MailKind.REMINDER)) == 1


def test_the_unique_key_holds_where_nobody_looked_first(conference, monkeypatch):
    """Of two who write at once neither sees the other's; the second is met by the constraint, and nothing breaks."""
    first = tell_once(conference)
    db.session.flush()
    found, looks = outbox._mail_with, []

    def blind_at_first(once_key):
        looks.append(once_key)
        return None if len(looks) == 1 else found(once_key)

    monkeypatch.setattr(outbox, "_mail_with", blind_at_first)
    assert tell_once(conference) is first
    db.session.commit()
    assert len(mails(MailKind.REMINDER)) == 1


# Actions out


def test_actions_go_to_their_owners_in_one_mail_each(conference, visitor):
    item = conference.meeting.items[0]
    an_action(conference.ashdown, conference.group, conference.homes, text="Call the tenant", item=item)
    named = an_action(conference.ashdown, conference.group, conference.police, text="Seize the drone", item=item)
    sergeant = a_user(conference.police, "Sgt Lowe")
    named.owner_user_id = sergeant.id
    db.session.flush()
    page = visitor(conference.coordinator).get(conference.path("actions/send"))
    assert "Send to 2 people" in page.text
    assert "Seize the drone" in page.text and "Sgt Lowe" in page.text
    assert send_actions(conference, visitor).status_code == 303
    told = mails(MailKind.ACTIONS)
    assert {mail.user_id for mail in told} == {conference.landlord.id, sergeant.id}
    landlords = next(mail for mail in told if mail.user_id == conference.landlord.id)
    assert "2 actions" in landlords.body
    for mail in told:
        for words in (mail.subject, mail.body, mail.body_html):
            assert not re.search("Ashdown|tenant|drone|Lowe|Obi", words)


def test_the_same_actions_are_not_sent_twice_and_a_new_one_goes_to_its_owner_alone(conference, visitor):
    send_actions(conference, visitor)
    again = send_actions(conference, visitor)
    assert again.status_code == 409 and "Everybody has been sent these actions" in again.text
    item = conference.meeting.items[0]
    an_action(conference.ashdown, conference.group, conference.police, text="Visit", item=item)
    assert send_actions(conference, visitor, by=conference.chair).status_code == 303
    assert [mail.user_id for mail in mails(MailKind.ACTIONS)] == [conference.landlord.id, conference.officer.id]


def test_that_an_action_was_settled_since_tells_nobody_anything_new(conference, visitor):
    item = conference.meeting.items[0]
    other = an_action(conference.ashdown, conference.group, conference.homes, text="Call the tenant", item=item)
    send_actions(conference, visitor)
    other.status, other.settled_at = ActionStatus.DONE, utc_now()
    again = send_actions(conference, visitor)
    assert again.status_code == 409 and "Everybody has been sent these actions" in again.text
    page = visitor(conference.coordinator).get(conference.path("actions/send")).text
    assert "Everybody who can be told has been sent these actions" in page


def test_an_agency_without_a_member_is_told_through_its_single_point_of_contact(conference, visitor):
    charity = an_agency(conference.partnership, "Open Door")
    contact = a_user(charity, "Ruth Field")
    item = conference.meeting.items[0]
    an_action(conference.ashdown, conference.group, charity, text="Offer a place", item=item)
    page = visitor(conference.coordinator).get(conference.path("actions/send")).text
    assert "Nobody with an account can be told" in page
    membership = db.session.query(PartnershipAgency).filter_by(agency_id=charity.id).one()
    membership.spoc = "ruth field"
    send_actions(conference, visitor)
    assert contact.id in {mail.user_id for mail in mails(MailKind.ACTIONS)}


def test_who_declared_an_interest_is_sent_nothing_of_it_and_the_page_says_who_cannot_be_told(conference, visitor):
    recuse(conference, conference.landlord, conference.meeting.items[0])
    page = visitor(conference.coordinator).get(conference.path("actions/send")).text
    assert "Nobody with an account can be told" in page
    assert send_actions(conference, visitor).status_code == 409
    assert not mails(MailKind.ACTIONS)
    colleague = a_user(conference.homes, "Hal Homes", group=conference.group)
    assert send_actions(conference, visitor).status_code == 303
    assert [mail.user_id for mail in mails(MailKind.ACTIONS)] == [colleague.id]


def test_actions_go_out_from_a_closed_meeting_and_by_those_who_lead(conference, visitor):
    assert send_actions(conference, visitor, by=conference.officer).status_code == 403
    conference.meeting.status = "in session"
    refused = send_actions(conference, visitor)
    assert refused.status_code == 409 and "once the meeting is closed" in refused.text


def test_the_link_of_actions_shows_what_the_agency_undertook_and_that_is_recorded(conference, visitor):
    send_actions(conference, visitor)
    copy = copy_to(conference.landlord, CirculationKind.ACTIONS)
    landlord = visitor(conference.landlord)
    first = landlord.get(f"/copies/{copy.id}").text
    assert "Visit with the officer" not in first and "See the actions" in first
    assert copy.opened_at is None
    page = landlord.get(f"/copies/{copy.id}/actions")
    assert "Visit with the officer" in page.text
    db.session.expire_all()
    assert copy.times_opened == 1
    opened = db.session.scalars(select(AuditRecord.body).where(AuditRecord.action == "copy.open")).one()
    assert f"copy:{copy.id}" in opened
    assert visitor(conference.officer).get(f"/copies/{copy.id}/actions").status_code == 404


# How it stands


def test_each_recipient_has_one_state_with_its_reason_and_its_button(conference, visitor, server):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer, conference.landlord, conference.chair)
    server.answers = ["550 no such user", "250 OK", "250 OK"]
    assert deliver() == 2
    visitor(conference.landlord).get(f"/copies/{copy_to(conference.landlord).id}/minutes.pdf")
    page = sent_page(conference, visitor)
    assert "To 3 people: 1 opened, 1 sent, 1 failed." in page
    assert "refused the address for good" in page or "refused the mail for good" in page
    assert "1 mail has failed" in page
    assert visitor(conference.coordinator).post(conference.path("mails/again")).status_code == 303
    assert deliver() == 1
    assert "failed" not in sent_page(conference, visitor)
    none = visitor(conference.coordinator).post(conference.path("mails/again"))
    assert none.status_code == 409 and "No mail about this meeting has failed" in none.text


def test_who_has_lost_the_right_is_not_sent_it_and_the_page_says_why(conference, visitor, server):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer)
    signature = db.session.query(Signature).filter_by(agency_id=conference.police.id).one()
    signature.expires_on = today() - timedelta(days=1)
    assert deliver() == 0
    assert server.taken == []
    (mail,) = mails(MailKind.MINUTES)
    assert mail.state is MailState.WITHDRAWN
    assert mail.failure
    page = sent_page(conference, visitor)
    assert "1 withdrawn" in page and mail.failure in page
    assert visitor(conference.officer).get(f"/copies/{copy_to(conference.officer).id}").status_code == 403


def test_the_page_costs_as_many_queries_for_thirty_readers_as_for_two(conference, visitor, count_queries):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer, conference.landlord)
    few = count_queries(sent_about, conference.meeting.id)
    circulation = db.session.query(Circulation).one()
    for number in range(30):
        reader = a_user(an_agency(conference.partnership), f"Reader {number}")
        db.session.add(Copy(circulation_id=circulation.id, user_id=reader.id))
    db.session.commit()
    db.session.expire_all()
    assert count_queries(sent_about, conference.meeting.id) == few


# Chasing


def chase(conference, visitor, *, days=3):
    circulation = db.session.query(Circulation).order_by(Circulation.id).first()
    return visitor(conference.coordinator).post(conference.path("chase"), {"circulation": circulation.id, "days": days})


@pytest.fixture
def gone(conference, visitor, server):
    """Minutes that went to three people five days ago; one of them opened theirs."""
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer, conference.landlord, conference.chair)
    deliver()
    for mail in mails(MailKind.MINUTES):
        mail.sent_at = utc_now() - timedelta(days=5)
    copy = copy_to(conference.chair)
    copy.opened_at, copy.times_opened = utc_now(), 1
    db.session.commit()
    return server


def test_whoever_has_not_opened_it_is_chased_once_a_day_at_most(conference, visitor, gone):
    assert chase(conference, visitor, days=6).status_code == 422, "it went five days ago"
    assert chase(conference, visitor).status_code == 303
    assert {mail.user_id for mail in mails(MailKind.CHASE)} == {conference.officer.id, conference.landlord.id}
    second = chase(conference, visitor)
    assert second.status_code == 422 and "chased today" in second.text
    assert len(mails(MailKind.CHASE)) == 2
    assert deliver() == 2
    assert all(str(message["Subject"]).startswith("OFFICIAL-SENSITIVE: ") for message in gone.taken)
    assert sent_page(conference, visitor).count('data-label="Chased">No<') == 1


def test_a_number_of_days_that_is_none_is_said_beside_its_box(conference, visitor, gone):
    for typed in ("", "0", "61", "many"):
        answer = chase(conference, visitor, days=typed)
        assert answer.status_code == 422 and "Enter a number of days from 1 to 60" in answer.text


# The agenda


def test_an_agenda_is_a_copy_like_any_other(conference, visitor, server):
    meeting = a_meeting(conference.group, cases=[conference.ashdown])
    coordinator = visitor(conference.coordinator)
    sent = coordinator.post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    assert sent.status_code == 303
    copy = copy_to(conference.officer, CirculationKind.AGENDA)
    assert deliver() == len(mails(MailKind.AGENDA)) + len(mails(MailKind.RESEARCH))
    officer = visitor(conference.officer)
    assert "Your copy of the agenda" in officer.get(f"/copies/{copy.id}").text
    assert officer.get(f"/copies/{copy.id}/agenda.pdf").mimetype == "application/pdf"
    db.session.expire_all()
    assert copy.times_opened == 1
    page = " ".join(coordinator.get(f"/meetings/{meeting.id}/sent").text.split())
    assert "Agenda, version 1" in page and "1 opened, 3 sent" in page
    assert officer.get(f"/copies/{copy.id}/minutes.pdf").status_code == 404
    assert db.session.query(Action).count() == 1
