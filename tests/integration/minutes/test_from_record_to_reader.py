"""From the closed meeting to every reader holding their own document."""

from collections import defaultdict
from datetime import timedelta

import pytest

from core.actions import operations as log
from core.actions.models import Action
from core.circulation.delivery import deliver_due
from core.circulation.models import Copy, Mail
from core.clock import local_date, utc_now
from core.dates import time_in_words
from core.documents.models import Document
from core.documents.operations import RENDERER
from core.extensions import db
from core.facts import (
    ActionStatus,
    Actor,
    Audience,
    EntryKind,
    GroupRole,
    ItemOutcome,
    MailState,
    MeetingStatus,
    NotDoneReason,
    Presence,
    Row,
    Visibility,
)
from core.minutes import build
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record
from core.minutes.record import RecordedSection
from core.partnerships.models import Group, GroupMember
from core.recording.models import Attendance, Entry, ItemAttendance
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_user,
    an_action,
    an_agency,
    today,
)
from tests.support.papers import text_in


def acting(user) -> Actor:
    """Somebody of the group's leaders, as an operation is told of them."""
    membership = db.session.query(GroupMember).filter_by(user_id=user.id).one()
    group = db.session.get_one(Group, membership.group_id)
    return Actor(
        user_id=user.id,
        name=user.name,
        agency_id=user.agency_id,
        partnership_id=group.partnership_id,
        in_partnership=True,
        signatory=True,
        groups={group.id: membership.role},
    )


class Conference:
    """A closed meeting of three agencies about two cases."""

    def __init__(self) -> None:
        self.partnership = a_partnership()
        self.council = an_agency(self.partnership, "Northbridge Borough Council")
        self.police = an_agency(self.partnership, "Northbridge Constabulary")
        self.homes = an_agency(self.partnership, "Eastmere Homes")
        self.group = a_group(self.partnership)
        self.chair = a_user(self.council, "Gwen Pritchard", group=self.group, role=GroupRole.CHAIR)
        self.coordinator = a_user(self.council, "Samir Hussain", group=self.group, role=GroupRole.COORDINATOR)
        self.officer = a_user(self.police, "Aisha Rafiq", group=self.group)
        self.landlord = a_user(self.homes, "Martin Obi", group=self.group)
        self.ashdown = a_case(self.partnership, self.council, title="Martin Ashdown", group=self.group)
        self.raman = a_case(self.partnership, self.homes, title="Priya Raman", group=self.group)
        self.meeting = a_meeting(self.group, status=MeetingStatus.CLOSED, cases=[self.ashdown, self.raman])
        self.meeting.chair_id, self.meeting.minute_taker_id = self.chair.id, self.coordinator.id
        self.meeting.closed_at = utc_now()
        first, second = self.meeting.items
        lines = {user.id: self._line(user) for user in (self.chair, self.coordinator, self.officer, self.landlord)}
        for item in (first, second):
            item.outcome = ItemOutcome.HEARD
            for user_id, line in lines.items():
                if not (item is second and user_id == self.officer.id):
                    db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
        self._entry(first, "Seen at the flat on three nights.", self.police, Visibility.EVERYONE)
        self._entry(first, "An informant says so.", self.police, Visibility.CHAIR)
        self._entry(second, "Rent is eleven weeks behind.", self.homes, Visibility.EVERYONE)
        an_action(self.ashdown, self.group, self.homes, text="Visit with the officer", item=first)
        db.session.flush()

    def _line(self, user) -> Attendance:
        line = Attendance(
            meeting_id=self.meeting.id,
            user_id=user.id,
            name=user.name,
            agency_id=user.agency_id,
            agency_name=user.agency.name,
            presence=Presence.PRESENT,
            accepted_at=utc_now(),
        )
        db.session.add(line)
        db.session.flush()
        return line

    def _entry(self, item, text, agency, visibility) -> None:
        db.session.add(
            Entry(
                meeting_id=self.meeting.id,
                item_id=item.id,
                kind=EntryKind.INFORMATION,
                text=text,
                source_agency_id=agency.id,
                visibility=visibility,
                author_id=self.officer.id,
                written_at=utc_now(),
            )
        )

    def path(self, rest: str) -> str:
        return f"/meetings/{self.meeting.id}/{rest}"


@pytest.fixture
def conference(app):
    return Conference()


def approved(conference, visitor):
    """Composed and submitted by the coordinator, approved by the chair."""
    coordinator, chair = visitor(conference.coordinator), visitor(conference.chair)
    assert coordinator.post(conference.path("minutes")).status_code == 303
    minutes = db.session.query(Minutes).one()
    assert coordinator.post(conference.path("minutes/submit"), {"version": minutes.version}).status_code == 303
    db.session.expire_all()
    answer = chair.post(conference.path("minutes/approve"), {"version": minutes.version})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return minutes


def test_the_minutes_are_composed_submitted_and_approved(conference, visitor):
    minutes = approved(conference, visitor)
    assert minutes.status == "approved"
    assert len(minutes.record_sha256) == 64
    full = text_in(visitor(conference.chair).get(conference.path("minutes.pdf")))
    assert "Martin Ashdown" in full
    assert "Rent is eleven weeks behind." in full
    assert "An informant says so." in full
    assert minutes.audit_hash[:16] in full.replace(" ", "")


def test_the_minutes_say_when_somebody_came_who_came_late_and_of_nobody_else(conference, visitor):
    begun = conference.meeting.opened_at or conference.meeting.starts_at
    lines = {line.user_id: line for line in db.session.query(Attendance)}
    lines[conference.officer.id].arrived_at = begun + timedelta(minutes=2)
    lines[conference.landlord.id].arrived_at = begun + timedelta(minutes=40)
    db.session.commit()
    minutes = approved(conference, visitor)
    shown = {line.name: line.arrived_at for line in frozen_record(minutes).attendance}
    assert shown.pop("Martin Obi") == begun + timedelta(minutes=40)
    assert set(shown.values()) == {None}
    late = f"from {time_in_words(begun + timedelta(minutes=40))}"
    assert late in text_in(visitor(conference.chair).get(conference.path("minutes.pdf")))
    assert late in visitor(conference.chair).get(conference.path("minutes")).text


def test_the_minute_taker_may_not_approve(conference, visitor):
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    coordinator.post(conference.path("minutes/submit"), {"version": 1})
    answer = coordinator.post(conference.path("minutes/approve"), {"version": 2})
    assert answer.status_code == 403
    assert "Only the chair may approve" in answer.get_data(as_text=True)


def test_sent_back_without_a_comment_the_page_says_so_first_and_beside_the_field(conference, visitor):
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    coordinator.post(conference.path("minutes/submit"), {"version": 1})
    answer = visitor(conference.chair).post(conference.path("minutes/send-back"), {"version": 2, "comment": " "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.index('data-module="govuk-error-summary"') < page.index("<h1"), "what is wrong comes first"
    assert '<a href="#comment">Say what needs to be put right, here or in a comment</a>' in page
    field = page.partition('id="comment-error"')[2]
    assert "Say what needs to be put right" in field.partition("</p>")[0]
    assert 'aria-describedby="comment-hint comment-error"' in field.partition("</textarea>")[0]
    assert db.session.query(Minutes).one().status == "with the chair"


def test_a_member_does_not_see_the_draft(conference, visitor):
    visitor(conference.coordinator).post(conference.path("minutes"))
    answer = visitor(conference.officer).get(conference.path("minutes"))
    assert answer.status_code == 403
    assert "Ashdown" not in answer.get_data(as_text=True)


def test_each_reader_gets_their_own_document(conference, visitor):
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    page = coordinator.get(conference.path("circulate")).get_data(as_text=True)
    assert "Aisha Rafiq" in page
    answer = coordinator.post(
        conference.path("circulate"), {"readers": [conference.officer.id, conference.landlord.id]}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    copies = {copy.user_id: copy for copy in db.session.query(Copy)}
    officer = text_in(visitor(conference.officer).get(f"/copies/{copies[conference.officer.id].id}/minutes.pdf"))
    landlord = text_in(visitor(conference.landlord).get(f"/copies/{copies[conference.landlord.id].id}/minutes.pdf"))
    assert "Martin Ashdown" in officer
    assert "An informant says so." in officer  # the source sees its own
    assert "Priya Raman" not in officer  # not present for that item
    assert "eleven weeks" not in officer
    assert "Priya Raman" in landlord
    assert "An informant says so." not in landlord
    assert "Aisha Rafiq" in officer
    assert "OFFICIAL-SENSITIVE" in landlord


def test_what_a_plugin_adds_at_the_end_is_cut_from_the_full_copy_too(conference, visitor, monkeypatch):
    """Of the items nothing is closed to the chair; a section after them is for the scheme's own staff."""
    row = Row("Mentor", "Priya Shah", frozenset({Audience.PROVIDER}))
    closing = RecordedSection(plugin="mentoring", title="Mentoring", rows=(row,))
    monkeypatch.setattr(build, "_sections", lambda *_args, **_dates: (defaultdict(list), [closing]))
    minutes = approved(conference, visitor)
    assert "Priya Shah" in str(minutes.record)
    full = text_in(visitor(conference.chair).get(conference.path("minutes.pdf")))
    assert "Rent is eleven weeks behind." in full
    assert "Priya Shah" not in full


def test_a_copy_is_its_readers_alone(conference, visitor):
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy = db.session.query(Copy).one()
    assert visitor(conference.landlord).get(f"/copies/{copy.id}/minutes.pdf").status_code == 404
    assert visitor(conference.landlord).get(f"/copies/{copy.id}").status_code == 404


def test_a_case_that_was_restricted_since_is_a_reference_in_the_next_copy(conference, visitor):
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [str(conference.officer.id)]})
    copy = db.session.query(Copy).one()
    path, officer = f"/copies/{copy.id}/minutes.pdf", visitor(conference.officer)
    assert "Martin Ashdown" in text_in(officer.get(path))
    conference.ashdown.restricted = True
    again = text_in(officer.get(path))
    assert "Martin Ashdown" not in again
    assert conference.ashdown.ref in again


def test_opening_is_recorded_and_the_second_copy_is_the_same_bytes(conference, visitor):
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy = db.session.query(Copy).one()
    officer = visitor(conference.officer)
    first = officer.get(f"/copies/{copy.id}/minutes.pdf").data
    second = officer.get(f"/copies/{copy.id}/minutes.pdf").data
    db.session.refresh(copy)
    assert first == second
    assert copy.times_opened == 2
    assert copy.opened_at is not None


def test_a_copy_that_was_kept_is_loaded_once_to_be_opened_again(conference, visitor, count_queries):
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy_id, officer = db.session.query(Copy.id).scalar(), visitor(conference.officer)
    path = f"/copies/{copy_id}/minutes.pdf"
    officer.get(path)
    # Who asks, the copy, its reader's part, what of it was agreed to for others alone, the document; then the opening,
    # and its record.
    assert count_queries(lambda: officer.get(path)) == 12


def test_mails_name_nobody_and_say_when_there_is_no_mail_server(conference, visitor):
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    mail = db.session.query(Mail).one()
    assert mail.subject.startswith("OFFICIAL-SENSITIVE: ")
    for word in ("Ashdown", "Raman"):
        assert word not in mail.subject + mail.body
    db.session.commit()
    assert deliver_due(now=utc_now) == 0
    db.session.refresh(mail)
    assert mail.state is MailState.WAITING
    assert "No mail server" in mail.failure
    page = visitor(conference.coordinator).get(conference.path("sent")).get_data(as_text=True)
    assert "No mail server" in page


def test_an_agency_that_lost_its_signature_is_not_sent_the_mail(conference, visitor):
    from core.partnerships.models import Signature

    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy = db.session.query(Copy).one()
    db.session.query(Signature).filter_by(agency_id=conference.police.id).delete()
    db.session.commit()
    deliver_due(now=utc_now)
    mail = db.session.query(Mail).one()
    assert mail.state is MailState.WITHDRAWN
    assert visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf").status_code == 403


def test_ten_readers_of_two_different_parts_cost_two_renders(conference, visitor, monkeypatch):
    """Whoever may have the same gets the same paper with their own stamp; who may not, never another's."""
    first, second = conference.meeting.items
    readers = {False: [], True: []}  # whether they were there for the second item
    for number in range(10):
        stayed = number % 2 == 0
        user = a_user(an_agency(conference.partnership), f"Reader {number}", group=conference.group)
        line = conference._line(user)
        for item in (first, second) if stayed else (first,):
            db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
        readers[stayed].append(user)
    db.session.commit()
    approved(conference, visitor)
    chosen = [user.id for each in readers.values() for user in each]
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": chosen})
    copies = {copy.user_id: copy.id for copy in db.session.query(Copy)}
    rendered = []
    monkeypatch.setattr(RENDERER, "pdf", lambda html, pdf=RENDERER.pdf: rendered.append(html) or pdf(html))

    for stayed, users in readers.items():
        for user in users:
            copy = text_in(visitor(user).get(f"/copies/{copies[user.id]}/minutes.pdf"))
            assert user.name in copy
            assert ("Priya Raman" in copy) == stayed, "the paper is of their own part"
    assert len(rendered) == 2
    assert db.session.query(Document).filter_by(kind="paper").count() == 2
    assert db.session.query(Document).filter_by(kind="copy").count() == 10


def test_what_happened_to_an_action_after_the_meeting_is_not_in_its_minutes(conference, visitor):
    """Settled, given to another and put off since: the minutes say how each stood as the meeting was closed."""
    meeting, chair = conference.meeting, acting(conference.chair)
    meeting.starts_at = meeting.closed_at - timedelta(hours=2)
    before = an_action(conference.ashdown, conference.group, conference.police, text="Ask the neighbours")
    before.agreed_on = local_date(meeting.starts_at - timedelta(days=28))
    agreed = db.session.query(Action).filter_by(meeting_id=meeting.id).one()
    due_on = agreed.due_on
    db.session.commit()
    later = {"actor": chair, "now": meeting.closed_at + timedelta(hours=3)}
    log.give_up(action=before, version=before.version, reason=NotDoneReason.NOT_POSSIBLE, note="They moved", **later)
    moved = {"version": agreed.version, "note": "Busy", "on": today(), **later}
    log.change_due_date(action=agreed, due_on=due_on + timedelta(days=9), **moved)
    moved |= {"version": agreed.version, "owner_agency_id": conference.police.id, "owner_user_id": None}
    log.reassign(action=agreed, **moved)
    db.session.commit()

    item = build.build(meeting.id).items[0]
    (arising,), (undertaken,) = item.earlier_actions, item.actions
    assert (arising.text, arising.status, arising.outcome) == ("Ask the neighbours", ActionStatus.OPEN, "")
    assert (undertaken.owner.name, undertaken.due_on) == ("Eastmere Homes", due_on)
    next_time = a_meeting(conference.group, cases=[conference.ashdown])
    arising = build.build(next_time.id).items[0].earlier_actions
    assert {each.text: (each.owner.name, each.status) for each in arising} == {
        "Ask the neighbours": ("Northbridge Constabulary", ActionStatus.NOT_DONE),
        "Visit with the officer": ("Northbridge Constabulary", ActionStatus.OPEN),
    }
