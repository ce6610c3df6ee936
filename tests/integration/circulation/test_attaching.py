"""A reader's copy as a locked file with its mail, where a partnership has chosen so."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.circulation import attaching
from core.circulation.delivery import WAITS
from core.documents.models import Document
from core.errors import Refused
from core.extensions import db
from core.facts import AdminRole, CirculationKind, MailKind, MailState
from core.partnerships.models import Signature
from tests.builders import a_meeting, a_user, today
from tests.integration.circulation.test_sent import circulated, copy_to, mails
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.mail import deliver
from tests.support.papers import text_of, unlocked

__all__ = ["conference"]


@pytest.fixture
def attached(conference, visitor):
    """Minutes on their way to the officer, with a file."""
    conference.partnership.attach_copies = True
    approved(conference, visitor)
    assert circulated(conference, visitor, conference.officer).status_code == 303
    return conference


def file_of(message):
    """The one file of a mail."""
    (part,) = message.iter_attachments()
    assert part.get_content_type() == "application/pdf"
    return part


def opened_with(content: bytes, password: str) -> str:
    """What the file says to whoever has the password."""
    return text_of(unlocked(content, password))


def test_a_link_alone_goes_out_unless_the_partnership_wants_files(conference, visitor, server):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer)
    deliver()
    (message,) = server.taken
    assert list(message.iter_attachments()) == []
    assert "locked" not in message.get_body(("plain",)).get_content()
    assert copy_to(conference.officer).password == ""


def test_what_each_was_sent_is_kept_before_anybody_opens_it(conference, visitor, server, monkeypatch):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer)
    made = attaching.minutes_copy

    def fails(copy, *, now):
        raise Refused("The document could not be made.")

    monkeypatch.setattr(attaching, "minutes_copy", fails)
    assert deliver() == 0
    (mail,) = mails(MailKind.MINUTES)
    assert (mail.state, mail.failure, server.taken) == (MailState.WAITING, "The document could not be made.", [])
    monkeypatch.setattr(attaching, "minutes_copy", made)
    assert deliver(WAITS[0]) == 1
    copy = copy_to(conference.officer)
    assert copy.times_opened == 0 and len(copy.part_sha256) == 64
    kept = db.session.get(Document, copy.document_id)
    assert kept.sha256 == sha256(kept.content).hexdigest() and "Copy of Aisha Rafiq" in text_of(kept.content)
    opened = visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf")
    assert opened.data == kept.content


def test_the_file_is_the_readers_own_and_opens_with_their_password_alone(attached, visitor, server):
    assert deliver() == 1
    (message,) = server.taken
    part, copy = file_of(message), copy_to(attached.officer)
    content = part.get_content()
    assert part.get_filename() == f"minutes-{attached.meeting.ref.lower()}.pdf"
    with pikepdf.open(BytesIO(content), password=copy.password) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert pdf.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert not pdf.allow.extract and pdf.allow.accessibility and pdf.allow.print_highres
        assert pdf.Root.Lang and "/StructTreeRoot" in pdf.Root
    for wrong in ("", "lantern-orbit"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(content), password=wrong)
    text = opened_with(content, copy.password)
    assert "Copy of Aisha Rafiq" in text and "Martin Ashdown" in text
    assert "Priya Raman" not in text, "an item that they were not there for"
    for said in (message.as_string(), str(message["Subject"])):
        assert copy.password not in said


def test_the_file_is_kept_as_it_was_issued_and_is_the_same_at_each_try(attached, visitor, server):
    server.answers = ["450 try later", "250 OK"]
    assert deliver() == 0
    assert deliver(after=WAITS[0] + timedelta(seconds=5)) == 1
    kept = db.session.scalars(select(Document).where(Document.kind == attaching.KIND)).all()
    assert len(kept) == 1
    assert kept[0].sha256 == sha256(file_of(server.taken[0]).get_content()).hexdigest()
    assert (kept[0].meeting_id, kept[0].user_id) == (attached.meeting.id, attached.officer.id)
    assert not re.search("rafiq|aisha|ashdown", kept[0].file_name)


def test_the_password_is_shown_to_its_reader_alone_and_counts_as_opening(attached, visitor, server):
    deliver()
    copy = copy_to(attached.officer)
    officer = visitor(attached.officer)
    page = officer.get(f"/copies/{copy.id}").text
    assert copy.password not in page and f"/copies/{copy.id}/password" in page
    assert copy.password in officer.get(f"/copies/{copy.id}/password").text
    db.session.expire_all()
    assert copy.times_opened == 1
    row = json.loads(db.session.scalars(select(AuditRecord.body).where(AuditRecord.action == "copy.open")).one())
    assert row["object"] == f"copy:{copy.id}" and row["category"] == "disclosure"
    for other in (attached.landlord, attached.coordinator):
        assert visitor(other).get(f"/copies/{copy.id}/password").status_code == 404


def test_there_is_no_password_page_of_a_copy_without_a_file(conference, visitor, server):
    approved(conference, visitor)
    circulated(conference, visitor, conference.officer)
    assert visitor(conference.officer).get(f"/copies/{copy_to(conference.officer).id}/password").status_code == 404


def test_a_right_that_was_lost_before_it_went_withdraws_it_and_makes_no_file(attached, visitor, server):
    db.session.query(Signature).filter_by(agency_id=attached.police.id).one().expires_on = today() - timedelta(days=1)
    assert deliver() == 0
    assert mails(MailKind.MINUTES)[0].state is MailState.WITHDRAWN
    assert server.taken == []
    assert copy_to(attached.officer).password == ""


def test_a_right_that_is_lost_while_the_file_is_made_withdraws_it(attached, visitor, server, monkeypatch):
    made = attaching.minutes_copy

    def and_then_the_signature_ends(copy, *, now):
        document = made(copy, now=now)
        db.session.rollback()
        db.session.query(Signature).filter_by(agency_id=attached.police.id).one().expires_on = today() - timedelta(1)
        db.session.commit()
        return document

    monkeypatch.setattr(attaching, "minutes_copy", and_then_the_signature_ends)
    assert deliver() == 0
    (mail,) = mails(MailKind.MINUTES)
    assert mail.state is MailState.WITHDRAWN and mail.failure
    assert server.taken == []


def test_what_the_reader_may_not_see_any_more_is_not_in_the_file(attached, visitor, server):
    attached.ashdown.restricted = True
    deliver()
    text = opened_with(file_of(server.taken[0]).get_content(), copy_to(attached.officer).password)
    assert "Martin Ashdown" not in text


def test_a_partnership_that_went_back_to_links_sends_no_file_that_waited(attached, visitor, server):
    attached.partnership.attach_copies = False
    assert deliver() == 1
    assert list(server.taken[0].iter_attachments()) == []


def test_an_agenda_goes_with_its_file_too(conference, visitor, server):
    conference.partnership.attach_copies = True
    meeting = a_meeting(conference.group, cases=[conference.ashdown])
    visitor(conference.coordinator).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    deliver()
    sent = [mail for mail in server.taken if "agenda, version 1" in str(mail["Subject"])]
    assert len(sent) == 4
    to_officer = next(mail for mail in sent if str(mail["To"]) == conference.officer.email)
    copy = copy_to(conference.officer, CirculationKind.AGENDA)
    assert "Martin Ashdown" in opened_with(file_of(to_officer).get_content(), copy.password)


# The partnership's choice


def test_the_partnership_administrator_chooses_and_it_is_recorded(conference, visitor):
    office = a_user(
        conference.council, "Pat Office", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=conference.partnership
    )
    admin = visitor(office)
    page = admin.get("/partnership/copies")
    assert "cannot be taken back" in page.text
    version = conference.partnership.version
    assert admin.post("/partnership/copies", {"version": version, "copies": "attached"}).status_code == 303
    db.session.expire_all()
    assert conference.partnership.attach_copies is True
    assert "locked file" in admin.get("/partnership/terms").text
    assert db.session.scalars(select(AuditRecord).where(AuditRecord.action == "partnership.copies")).one()
    stale = admin.post("/partnership/copies", {"version": version, "copies": "link"})
    assert stale.status_code == 409
    assert admin.post("/partnership/copies", {"version": version + 1}).status_code == 422
    assert visitor(conference.chair).get("/partnership/copies").status_code == 403


def test_passwords_are_long_plain_and_never_alike():
    made = {attaching.new_password() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"(?:[a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}", each) for each in made)
