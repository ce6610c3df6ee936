"""Agenda versions: frozen, numbered, and each reader's own copy."""

from hashlib import sha256

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditAnchor
from core.canonical import canonical_json
from core.circulation.models import Mail
from core.extensions import db
from core.facts import MailKind, MeetingStatus
from core.meetings.models import AgendaItem, AgendaVersion, Meeting
from tests.builders import a_case, a_user, an_agency, an_item
from tests.integration.meetings.table import Table, a_meeting_in, a_table
from tests.support.papers import text_in


def circulate(visitor, table: Table, meeting: Meeting):
    """The chair sends the agenda out as it is now."""
    version = db.session.get_one(Meeting, meeting.id).version
    return visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": version})


def copy_of(browser, meeting: Meeting, number: int) -> str:
    """The text of somebody's PDF."""
    return text_in(browser.get(f"/meetings/{meeting.id}/agenda/{number}.pdf"))


def versions() -> list[AgendaVersion]:
    """All there are, in order."""
    return list(db.session.scalars(select(AgendaVersion).order_by(AgendaVersion.number)))


def test_a_later_change_makes_version_two_and_version_one_stays(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting_in(table, 20, cases=[case])
    assert circulate(visitor, table, meeting).status_code == 303
    case.title = "Kyle Brennand-Marsh"
    an_item(meeting, None, position=2, heading="Any other business")
    assert circulate(visitor, table, meeting).status_code == 303
    officer = visitor(table.officer)
    assert "Any other business" not in copy_of(officer, meeting, 1)
    assert "Marsh" not in copy_of(officer, meeting, 1)
    assert "Any other business" in copy_of(officer, meeting, 2)
    assert [version.number for version in versions()] == [1, 2]


def test_what_was_frozen_is_hashed_and_anchored(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, cases=[a_case(table.partnership, table.police, group=table.group)])
    circulate(visitor, table, meeting)
    (version,) = versions()
    assert sha256(canonical_json(version.record).encode()).hexdigest() == version.record_sha256
    anchor = db.session.scalars(select(AuditAnchor)).one()
    assert (anchor.seq, anchor.hash) == (version.audit_seq, version.audit_hash)
    assert version.record["audit_head"] == {"seq": anchor.seq, "hash": anchor.hash}


def test_an_agenda_that_has_not_changed_does_not_go_out_again(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, cases=[a_case(table.partnership, table.police, group=table.group)])
    circulate(visitor, table, meeting)
    again = circulate(visitor, table, meeting)
    assert again.status_code == 409
    assert "Nothing has changed since version 1 went out" in again.text
    assert "Nothing has changed" in visitor(table.chair).get(f"/meetings/{meeting.id}/agenda/circulate").text
    assert len(versions()) == 1


def test_each_readers_copy_holds_what_they_may_open_today(app, visitor):
    table = a_table()
    plain = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    closed = a_case(table.partnership, table.police, title="Rosa Quill", group=table.group, restricted=True)
    meeting = a_meeting_in(table, 20, cases=[plain, closed])
    charity = a_user(an_agency(table.partnership, signed_on=None), group=table.group)
    circulate(visitor, table, meeting)

    chairs = copy_of(visitor(table.chair), meeting, 1)
    assert "Kyle Brennand" in chairs
    assert "Rosa Quill" in chairs
    landladys = copy_of(visitor(table.landlady), meeting, 1)
    assert "Kyle Brennand" in landladys
    assert "Rosa Quill" not in landladys
    assert closed.ref in landladys
    assert "Restricted" in landladys
    unsigned = copy_of(visitor(charity), meeting, 1)
    assert "Kyle Brennand" not in unsigned
    assert plain.ref in unsigned
    assert "Complaints continue." not in unsigned

    # It was open to them when it went out, and is not any more.
    plain.restricted = True
    assert "Kyle Brennand" not in copy_of(visitor(table.landlady), meeting, 1)


def test_every_member_is_told_once_and_no_mail_names_anybody(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting_in(table, 20, cases=[case])
    key = {"idempotency_key": "44444444-4444-4444-8444-444444444444"}
    chair = visitor(table.chair)
    for _ in range(2):
        sent = {"version": meeting.version, **key}
        assert chair.post(f"/meetings/{meeting.id}/agenda/circulate", sent).status_code == 303
    mails = db.session.scalars(select(Mail)).all()
    told = [mail.user_id for mail in mails if mail.kind is MailKind.AGENDA]
    assert len(told) == len(set(told)) == 5
    asked = [mail.user_id for mail in mails if mail.kind is MailKind.RESEARCH]
    assert len(asked) == len(set(asked)) > 0
    assert all(mail.subject.startswith("OFFICIAL-SENSITIVE: ") for mail in mails)
    assert not any("Brennand" in mail.subject + mail.body + mail.body_html for mail in mails)
    assert len(versions()) == 1


def test_who_sends_out_an_agenda_that_changed_under_them_is_stopped(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, cases=[a_case(table.partnership, table.police, group=table.group)])
    read = meeting.version
    item = db.session.scalars(select(AgendaItem)).one()
    visitor(table.coordinator).post(
        f"/meetings/{meeting.id}/items/{item.id}/edit",
        {"version": item.version, "minutes": "20", "presenter": 0, "reason": "More complaints."},
    )
    late = visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": read})
    assert late.status_code == 409
    assert versions() == []


@pytest.mark.parametrize("status", [MeetingStatus.IN_SESSION, MeetingStatus.CLOSED, MeetingStatus.CANCELLED])
def test_an_agenda_goes_out_before_its_meeting(app, visitor, status):
    table = a_table()
    meeting = a_meeting_in(table, 20, status=status)
    answer = circulate(visitor, table, meeting)
    assert answer.status_code == 409
    assert "goes out before its meeting" in answer.text


def test_members_do_not_circulate_and_a_version_that_is_not_there_is_a_404(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    officer = visitor(table.officer)
    assert officer.get(f"/meetings/{meeting.id}/agenda/circulate").status_code == 403
    assert officer.post(f"/meetings/{meeting.id}/agenda/circulate", {"version": 1}).status_code == 403
    assert officer.get(f"/meetings/{meeting.id}/agenda/1.pdf").status_code == 404
    assert officer.get(f"/meetings/{meeting.id}/agenda/0.pdf").status_code == 404


def test_the_copy_of_a_group_that_i_left_is_gone(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, cases=[a_case(table.partnership, table.police, group=table.group)])
    circulate(visitor, table, meeting)
    stranger = a_user(table.police)
    assert visitor(stranger).get(f"/meetings/{meeting.id}/agenda/1.pdf").status_code == 404


def test_the_page_of_the_papers_lists_every_version_with_its_sender(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, cases=[a_case(table.partnership, table.police, group=table.group)])
    officer = visitor(table.officer)
    assert "has not gone out yet" in officer.get(f"/meetings/{meeting.id}/papers").text
    circulate(visitor, table, meeting)
    page = officer.get(f"/meetings/{meeting.id}/papers").text
    assert "Version 1 (PDF)" in page
    assert "Gwen Pritchard" in page
    assert db.session.scalar(select(func.count()).select_from(AgendaVersion)) == 1
