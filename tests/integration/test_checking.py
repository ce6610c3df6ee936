"""Checking a document: what it is, for whoever may know; never kept, whatever it is called or claims to be."""

import uuid
from hashlib import sha256
from io import BytesIO
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from core.app import LARGEST_BODY
from core.audit.models import AuditAnchor, AuditRecord
from core.circulation.models import Copy
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import AdminRole, CorrectionStatus
from core.meetings.models import AgendaVersion
from core.minutes.models import Correction, Minutes
from tests.builders import a_case, a_partnership, a_user, an_agency, an_item
from tests.integration.circulation.test_recipients import trail, words
from tests.integration.meetings.table import a_meeting_in, a_table
from tests.integration.meetings.test_circulating import circulate
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import pages_of

__all__ = ["conference"]

UNKNOWN = "This is not a file that Roundtable issued."
REFUSED = "This is not a document that you may check."


def upload(browser, content: bytes, name="minutes.pdf"):
    return browser.post("/check", {"file": (BytesIO(content), name)})


def answer(browser, content: bytes, name="minutes.pdf") -> str:
    sent = upload(browser, content, name)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return words(browser.get(sent.headers["Location"]).text)


def typed(browser, digest: str) -> str:
    return words(browser.get(f"/check?sha256={digest}").text)


@pytest.fixture
def issued(conference, visitor) -> bytes:
    """The officer's copy, as they opened it."""
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy = db.session.query(Copy).one()
    return visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf").data


def test_a_reader_checks_their_own_copy(conference, visitor, issued):
    page = answer(visitor(conference.officer), issued)
    assert "Roundtable issued this file" in page
    assert "A reader’s copy of the minutes" in page
    assert "Aisha Rafiq, Northbridge Constabulary" in page
    assert conference.meeting.ref in page
    assert page.count("govuk-tag--green") == 3
    assert "supersedes it." in page, "the page says what it can tell"
    assert "It is not the last word" not in page
    assert trail("document.check")


def test_what_a_file_is_called_makes_no_difference(conference, visitor, issued):
    assert "Roundtable issued this file" in answer(visitor(conference.officer), issued, "figures.csv")


def test_a_changed_file_is_none_that_was_issued(conference, visitor, issued):
    assert UNKNOWN in answer(visitor(conference.officer), issued + b"\n")


@pytest.mark.parametrize("who", ["coordinator", "chair"])
def test_those_who_lead_the_group_may_check_every_copy(conference, visitor, issued, who):
    page = answer(visitor(getattr(conference, who)), issued)
    assert "Whose copy" in page
    assert "Aisha Rafiq" in page


def test_auditors_and_partnership_administrators_may_check_every_copy(conference, visitor, issued):
    for role in (AdminRole.AUDITOR, AdminRole.PARTNERSHIP_ADMIN):
        user = a_user(conference.council, f"A {role}", admin=role, partnership=conference.partnership)
        assert "Roundtable issued this file" in answer(visitor(user), issued)


def test_another_member_is_not_told_whose_copy_it_is(conference, visitor, issued):
    page = answer(visitor(conference.landlord), issued)
    assert REFUSED in page
    for word in ("Aisha", "Constabulary", conference.meeting.ref):
        assert word not in page
    assert not trail("document.check")


def test_nobody_of_another_partnership_is_told_anything(conference, visitor, issued):
    theirs = a_partnership("Southmere")
    stranger = a_user(an_agency(theirs, "Far Council"), "Faye", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=theirs)
    page = answer(visitor(stranger), issued)
    assert REFUSED in page
    assert conference.meeting.ref not in page


def test_the_sha_of_the_file_can_be_typed_as_it_was_copied(conference, visitor, issued):
    digest = sha256(issued).hexdigest()
    officer = visitor(conference.officer)
    assert "Roundtable issued this file" in typed(officer, digest)
    sent = officer.post("/check", {"sha256": f" SHA-256: {digest[:32].upper()}\n{digest[32:]} "})
    assert sent.status_code == 303
    assert digest in sent.headers["Location"]


def test_the_sha_in_the_foot_of_every_page_is_that_of_the_record(conference, visitor, issued):
    record = db.session.query(Minutes).one().record_sha256
    for user in (conference.officer, conference.landlord, conference.chair):
        page = typed(visitor(user), record)
        assert "Roundtable keeps this record" in page
        assert "The record of the minutes" in page
        assert "Whose copy" not in page
    stranger = a_user(conference.homes, "Sam Stranger")
    assert REFUSED in typed(visitor(stranger), record)


def test_the_paper_under_the_stamps_is_nothing_that_was_issued(conference, visitor, issued):
    paper = db.session.query(Document).filter_by(kind="paper").first()
    assert UNKNOWN in typed(visitor(conference.chair), paper.sha256)


def test_a_correction_that_was_agreed_supersedes_it(conference, visitor, issued):
    minutes = db.session.query(Minutes).one()
    db.session.add(
        Correction(
            minutes_id=minutes.id,
            proposed="Twelve weeks",
            reason="The ledger says so",
            proposed_at=utc_now(),
            proposed_by_id=conference.landlord.id,
            agency_id=conference.homes.id,
            status=CorrectionStatus.AGREED,
            decided_at=utc_now(),
        )
    )
    db.session.commit()
    page = answer(visitor(conference.officer), issued)
    assert "It is not the last word" in page
    assert "A correction was agreed on" in page
    assert "Twelve weeks" not in page


def test_a_later_copy_of_the_same_reader_supersedes_it(conference, visitor, issued):
    conference.ashdown.restricted = True
    db.session.commit()
    copy = db.session.query(Copy).one()
    later = visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf").data
    assert later != issued
    assert "copy was made anew on" in answer(visitor(conference.officer), issued)
    assert "It is not the last word" not in answer(visitor(conference.officer), later)


@pytest.mark.parametrize("what", ["file", "record", "trail", "anchor"])
def test_what_was_changed_behind_its_back_shows(conference, visitor, issued, what):
    minutes, digest = db.session.query(Minutes).one(), sha256(issued).hexdigest()
    if what == "file":
        document = db.session.query(Document).filter_by(sha256=digest).one()
        document.content = b"%PDF-1.7 something else"
    elif what == "record":
        minutes.record = {**minutes.record, "chair": "Somebody Else"}
    elif what == "trail":
        row = db.session.get_one(AuditRecord, minutes.audit_seq)
        db.session.execute(
            update(AuditRecord)
            .where(AuditRecord.seq == minutes.audit_seq)
            .values(body=row.body.replace('"outcome":"allow"', '"outcome":"deny"'))
        )
    else:
        db.session.query(AuditAnchor).filter_by(seq=minutes.audit_seq).delete()
    db.session.commit()
    page = typed(visitor(conference.officer), digest)
    assert page.count("govuk-tag--red") == 1
    assert "What is stored is not what was issued." in page


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.pdf", "The file is empty"),
        (b"a,b\r\n1,2\r\n", "minutes.pdf", "The file is not a PDF"),
        (b"<html>" + b" " * 2000 + b"%PDF-", "late.pdf", "The file is not a PDF"),
        (b"PK\x03\x04", "<script>alert(1)</script>.pdf", "The file is not a PDF"),
    ],
)
def test_what_is_no_pdf_is_refused_by_its_content(conference, visitor, content, name, said):
    sent = upload(visitor(conference.officer), content, name)
    assert sent.status_code == 422
    assert said in sent.text
    assert "<script>alert" not in sent.text


@pytest.mark.parametrize("typed_in", ["nonsense", "0" * 63, "g" * 64, "0" * 65, "\0" * 64, "é" * 64, "1" * 5000])
def test_what_is_no_sha_is_refused(conference, visitor, typed_in):
    sent = visitor(conference.officer).post("/check", {"sha256": typed_in})
    assert sent.status_code == 422
    assert visitor(conference.officer).get("/check", query_string={"sha256": typed_in}).status_code in (200, 404)


def test_nothing_at_all_is_asked_for(conference, visitor):
    sent = visitor(conference.officer).post("/check", {})
    assert sent.status_code == 422
    assert "Choose a PDF, or enter its SHA-256" in sent.text


def body_of(browser, content: bytes) -> dict[str, object]:
    """A form with a file as a browser sends it: the test's own client would write a large one to a disk."""
    parts = {"csrf_token": browser.csrf(), "idempotency_key": str(uuid.uuid4())}
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    return {"data": body + head + content + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def test_a_file_that_is_too_large_is_refused_by_its_size(conference, visitor):
    browser = visitor(conference.officer)
    assert browser._send("POST", "/check", **body_of(browser, b"%PDF-1.7" + b"0" * LARGEST_BODY)).status_code == 413
    said = browser._send(
        "POST",
        "/check",
        data=b"",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2**30)},
    )
    assert said.status_code == 413


def test_an_upload_never_touches_a_disk(conference, visitor, issued, monkeypatch):
    def no_file(*_args, **_kw):
        raise AssertionError("a temporary file was made")

    browser = visitor(conference.officer)
    for name in ("TemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(f"werkzeug.formparser.{name}", no_file, raising=False)
    before = db.session.query(Document).count()
    sent = browser._send("POST", "/check", **body_of(browser, issued + b"%" * 900_000))
    assert sent.status_code == 303
    assert db.session.query(Document).count() == before


def test_the_same_key_with_another_file_is_another_request(conference, visitor, issued):
    officer, key = visitor(conference.officer), "7b0f3b64-0000-4000-8000-000000000001"
    first = officer.post("/check", {"file": (BytesIO(issued), "a.pdf"), "idempotency_key": key})
    again = officer.post("/check", {"file": (BytesIO(issued), "a.pdf"), "idempotency_key": key})
    other = officer.post("/check", {"file": (BytesIO(issued + b" "), "a.pdf"), "idempotency_key": key})
    assert first.headers["Location"] == again.headers["Location"]
    assert other.status_code == 422


def test_the_question_is_for_those_of_a_partnership_alone(app, visitor):
    admin = a_user(None, "Plato Platform", admin=AdminRole.PLATFORM_ADMIN)
    assert visitor(admin).get("/check").status_code == 403
    assert visitor().get("/check").status_code == 302


@pytest.fixture
def agenda(app, visitor):
    """A meeting whose agenda went out, and the officer's copy of it."""
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting_in(table, 20, cases=[case])
    assert circulate(visitor, table, meeting).status_code == 303
    content = visitor(table.officer).get(f"/meetings/{meeting.id}/agenda/1.pdf").data
    return SimpleNamespace(table=table, meeting=meeting, content=content)


def test_a_copy_of_an_agenda_carries_its_readers_name_and_can_be_checked(agenda, visitor):
    officer = agenda.table.officer
    text = pages_of(agenda.content)[0]
    assert f"Copy of {officer.name}" in text
    page = answer(visitor(officer), agenda.content)
    assert "A reader’s copy of the agenda" in page
    assert "Whose copy" in page
    assert page.count("govuk-tag--green") == 3
    assert "It is not the last word" not in page


def test_the_same_copy_of_an_agenda_is_kept_once_however_often_it_is_opened(agenda, visitor):
    path = f"/meetings/{agenda.meeting.id}/agenda/1.pdf"
    assert visitor(agenda.table.officer).get(path).data == agenda.content
    assert visitor(agenda.table.chair).get(path).data != agenda.content
    kept = db.session.query(Document).filter(Document.kind == "agenda v1")
    assert sorted(each.user_id for each in kept) == sorted((agenda.table.officer.id, agenda.table.chair.id))


def test_a_later_version_of_the_agenda_supersedes_the_first(agenda, visitor):
    an_item(agenda.meeting, None, position=2, heading="Any other business")
    assert circulate(visitor, agenda.table, agenda.meeting).status_code == 303
    page = answer(visitor(agenda.table.officer), agenda.content)
    assert "Version 2 of the agenda went out on" in page
    record = db.session.query(AgendaVersion).filter_by(number=1).one().record_sha256
    page = typed(visitor(agenda.table.officer), record)
    assert "The record of the agenda" in page
    assert "Version 2 of the agenda went out on" in page
