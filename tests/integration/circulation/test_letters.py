"""What mails say and how they are put together: text, HTML and calendar alike, for every kind that there is."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
from icalendar import Calendar
from jinja2 import UndefinedError
from sqlalchemy import select

from core.circulation.letters import about, write
from core.circulation.mailing import Enclosure, message_of
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import MailKind
from core.meetings.diary import notices
from core.paths import template_root
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency

VALUES = {
    "group": "North <b>CST</b>",
    "reference": "CAL-M-2026-0012",
    "starts": datetime(2027, 3, 4, 10, tzinfo=UTC),
    "when": "Thursday 4 March 2027 at 10:00",
    "was": "Tuesday 2 March 2027 at 10:00",
    "end": "12:00",
    "place": "Room 1 & 2",
    "version": 2,
    "attached": True,
    "due": datetime(2027, 3, 1, tzinfo=UTC).date(),
    "number": 2,
    "what": "minutes",
    "sent": datetime(2027, 3, 2, tzinfo=UTC),
    "inviter": "Pat Office",
    "days": 7,
    "partnership": "Northbridge CSP",
}
"""All that the templates of circulating ask for."""

OURS = (
    *("account", "actions", "agenda", "cancellation", "change", "chase"),
    *("extract", "invitation", "left", "minutes", "research"),
)

WORD = r"[\w:/.<>]+"


def words_of(html: str) -> list[str]:
    """The words of a page's body, less its mark-up."""
    body = html[html.index("<body>") :]
    return re.findall(WORD, unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("name", OURS)
def test_text_and_html_say_the_same(app, name):
    letter = write(name, subject="Something", link="/meetings/1", **VALUES)
    assert re.findall(WORD, letter.text) == words_of(letter.html)
    assert letter.text.startswith("OFFICIAL-SENSITIVE\n")
    assert letter.subject == "OFFICIAL-SENSITIVE: Something"
    assert "<b>" not in letter.html and "<script" not in letter.html and "style=" not in letter.html
    assert f"{app.config['ROUNDTABLE'].external_url}/meetings/1" in letter.text
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("name", OURS)
def test_a_template_that_is_not_given_what_it_asks_for_is_no_mail(app, name):
    with pytest.raises(UndefinedError):
        write(name, subject="Something", link="/meetings/1")


def test_every_template_is_there_in_both_forms():
    names = {path.stem for path in (template_root() / "mail").glob("*.txt")}
    assert names == {path.stem for path in (template_root() / "mail").glob("*.html")}
    assert set(OURS) <= names


@pytest.fixture
def meeting(app):
    partnership = a_partnership()
    group = a_group(partnership, "North\r\nBcc: x@y.example CST")
    a_user(an_agency(partnership), group=group)
    return a_meeting(group)


def test_a_subject_is_marking_group_day_and_reference_on_one_line(meeting):
    letter = write("cancellation", subject=about(meeting, "cancelled"), link="/meetings/1", **VALUES)
    assert "\n" not in letter.subject and "\r" not in letter.subject
    assert letter.subject.startswith("OFFICIAL-SENSITIVE: North Bcc: x@y.example CST, ")
    assert letter.subject.endswith(f"{meeting.ref}: cancelled")
    meeting.group.name = "Ä" * 200
    assert len(write("cancellation", subject=about(meeting, "cancelled"), link="/x", **VALUES).subject) < 300


def sent_as(mail: Mail, enclosed=None):
    """The mail as a reader's mail system gets it."""
    raw = message_of(mail, sender="meetings@council.example", at=utc_now(), enclosed=enclosed).as_bytes()
    return message_from_bytes(raw, policy=policy.default)


def the_mail(kind: MailKind) -> Mail:
    return db.session.scalars(select(Mail).where(Mail.kind == kind)).one()


def shape(message) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


@pytest.mark.parametrize(
    ("tell", "kind", "method"),
    [
        (lambda meeting: notices.invite(meeting, now=utc_now()), MailKind.INVITATION, "REQUEST"),
        (lambda meeting: notices.tell_of_move(meeting, was=utc_now(), now=utc_now()), MailKind.CHANGE, "REQUEST"),
        (lambda meeting: notices.tell_of_cancellation(meeting, now=utc_now()), MailKind.CANCELLATION, "CANCEL"),
    ],
)
def test_an_invitation_is_an_alternative_with_its_method_and_a_file(meeting, tell, kind, method):
    """RFC 6047, section 2.4, and what Outlook and Google look for."""
    tell(meeting)
    mail = the_mail(kind)
    message = sent_as(mail)
    assert shape(message) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    *_, entry, file = message.walk()
    assert entry["Content-Type"].params["method"] == method
    assert entry["Content-Type"].params["charset"].lower() == "utf-8"
    assert entry["Content-Disposition"] is None, "an alternative, not a file"
    assert file.get_filename() == "invite.ics"
    for text in (entry.get_payload(decode=True), file.get_payload(decode=True)):
        assert text == mail.calendar.encode() and b"\r\n" in text
        calendar = Calendar.from_ical(text)
        (event,) = calendar.walk("VEVENT")
        assert calendar["METHOD"] == method
        assert event["ORGANIZER"] and event["UID"] and event["DTSTAMP"]
        assert str(event["ATTENDEE"]).removeprefix("mailto:") == mail.to_address


def test_the_meetings_of_a_series_are_invited_to_one_by_one(meeting):
    """Outlook takes the first VEVENT of a mail and leaves the others, and RFC 5546 allows a REQUEST one UID."""
    later = a_meeting(meeting.group, starts_at=utc_now() + timedelta(days=40))
    notices.announce([meeting, later], now=utc_now())
    mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [mail.meeting_id for mail in mails] == [meeting.id, later.id]
    uids = set()
    for mail in mails:
        calendar = Calendar.from_ical(mail.calendar)
        (event,) = calendar.walk("VEVENT")
        assert calendar["METHOD"] == "REQUEST"
        uids.add(str(event["UID"]))
    assert len(uids) == 2


def test_a_meeting_that_changed_twice_is_told_of_twice_and_of_each_change_once(meeting):
    for _ in range(2):
        notices.tell_of_move(meeting, was=utc_now(), now=utc_now())
    assert db.session.query(Mail).count() == 1
    meeting.sequence += 1
    notices.tell_of_move(meeting, was=utc_now(), now=utc_now())
    assert db.session.query(Mail).count() == 2


def test_a_file_goes_beside_text_and_html(meeting):
    notices.tell_of_cancellation(meeting, now=utc_now())
    mail = the_mail(MailKind.CANCELLATION)
    mail.calendar = ""
    message = sent_as(mail, Enclosure(b"%PDF-1.7", "minutes.pdf"))
    assert shape(message) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    assert message["Message-ID"] == mail.message_id and message["Auto-Submitted"] == "auto-generated"


def test_a_mail_without_html_is_plain_text(meeting):
    notices.tell_of_cancellation(meeting, now=utc_now())
    mail = the_mail(MailKind.CANCELLATION)
    mail.calendar = mail.body_html = ""
    assert shape(sent_as(mail)) == ["text/plain"]
