"""Names that somebody may not see are in nothing that they are given: pages, files, titles, mails, logs, errors."""

import logging
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.admin.operations import mail_invitation
from core.audit.models import AuditRecord
from core.circulation.mailing import message_of
from core.circulation.models import Mail
from core.circulation.sent.operations import chase
from core.circulation.sent.queries import sent_about
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import MailKind
from core.meetings.diary import notices
from core.meetings.models import Meeting
from core.partnerships.models import Partnership, Signature
from tests.builders import today
from tests.integration.matrix.walking import address, browser_of, content_of, guarded_routes, own_copy
from tests.integration.matrix.world import ACTORS, FOREIGN, WORDS, World
from tests.support.browser import Browser

STAGES = ("own", "session", "closed", "sent", "secret", "mediated")

IN_THE_CASE = {"member", "chair", "coordinator", "observer", "named agency", "provider", "agency admin"}
"""By the group, by name, as provider of a referral, and as the agency that owns an action and referred."""

MAY_READ = {
    WORDS["case"]: IN_THE_CASE,
    WORDS["secret"]: {"chair", "coordinator"},
    WORDS["staff"]: {"provider"},
    WORDS["return"]: {"member", "chair", "coordinator"},
    WORDS["chair"]: {"member", "chair", "coordinator"},
    WORDS["named"]: {"member", "chair", "coordinator", "observer"},
    WORDS["nominated"]: {"member", "recused", "agency admin"},
    WORDS["nomination"]: {"member", "chair", "coordinator", "recused"},
    WORDS["place"]: {"member", "chair", "coordinator", "observer", "recused"},
}
"""Who may read what carries that word, and does somewhere: see tests/integration/matrix/things.py."""


@dataclass
class Haul:
    """Everything that somebody was given: what each word was found in."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def take(self, where: str, text: str, words: tuple[str, ...]) -> None:
        """Note the words that are in it."""
        for word in words:
            if word.casefold() in text.casefold():
                self.found.setdefault(word, []).append(where)


def text_of(answer: TestResponse) -> str:
    """All that an answer says: its headers, and its body, read back where it is a file."""
    content, head = content_of(answer), "\n".join(f"{name}: {value}" for name, value in answer.headers)
    if content.startswith(b"%PDF-"):
        reader = PdfReader(BytesIO(content))
        pages = "\n".join(page.extract_text() for page in reader.pages)
        outline = " ".join(str(entry) for entry in reader.outline)
        return "\n".join((head, pages, outline, str(reader.metadata), str(reader.xmp_metadata and content)))
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as book:
            return "\n".join((head, *(book.read(name).decode(errors="replace") for name in book.namelist())))
    return f"{head}\n{content.decode(errors='replace')}"


KEYS = re.compile(r'value="[0-9A-Za-z._-]{36,}"|value=""')
"""Tokens against forged requests and keys of writes."""

EVERY_WORD = (*WORDS.values(), FOREIGN)


def everything_given_to(app, world: World, browser: Browser, actor: str) -> Haul:
    """What somebody is given who opens every address there is, in every state of the meeting; each address once."""
    haul, seen = Haul(), set()
    for route in guarded_routes(app):
        if route.method != "GET":
            continue
        for stage in STAGES:
            ids = {**world.stages[stage]}
            ids["copy_id"] = own_copy(world, route, actor)
            if route.arguments <= set(ids) and (path := address(app, route, ids)) not in seen:
                seen.add(path)
                haul.take(f"{stage}: {path}", text_of(browser.get(path)), EVERY_WORD)
    return haul


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_reads_what_they_may_and_nothing_else(app, world, snapshot, caplog, actor):
    haul = everything_given_to(app, world, browser_of(app, world, actor), actor)
    wrong = [
        f"{word}: {places[:8]}"
        for word, places in haul.found.items()
        if actor not in MAY_READ.get(word, {"foreign admin"})
    ]
    assert not wrong, "\n".join(wrong)
    assert set(haul.found) - {FOREIGN} == {word for word, actors in MAY_READ.items() if actor in actors}
    assert not [word for word in EVERY_WORD if word in caplog.text]


def every_kind_of_mail(world: World) -> None:
    """Write what the world has not written yet: invitations, changes, cancellations, chasers, an account's link."""
    chair = actor_as_of(world.people["chair"].user_id, our_partnership(), on=today())
    for stage in ("own", "sent"):
        meeting = db.session.get_one(Meeting, world.stages[stage]["meeting_id"])
        notices.invite(meeting, now=utc_now())
        meeting.sequence += 1
        notices.tell_of_move(meeting, was=utc_now(), now=utc_now())
        notices.tell_of_cancellation(meeting, now=utc_now())
        notices.announce(meeting.group, [meeting], now=utc_now())
    for each in sent_about(meeting.id):
        if each.unopened:
            chase(chair, meeting, each, days=1, now=utc_now())
    mail_invitation(chair, db.session.get_one(User, world.people["observer"].user_id), now=utc_now())
    db.session.commit()


def our_partnership() -> int:
    """The id of the partnership whose names are the canaries."""
    return db.session.scalars(select(Partnership.id).order_by(Partnership.id)).first() or 0


def as_it_arrives(mail: Mail) -> str:
    """All of a mail: its headers, and each of its parts with its own headers, decoded."""
    raw = message_of(mail, sender="rt@council.example", at=utc_now()).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    heads = [f"{name}: {value}" for part in message.walk() for name, value in part.items()]
    return "\n".join((*heads, *(part.decode() for part in parts)))


def test_no_mail_calendar_entry_trail_or_file_name_carries_any_of_them(world):
    every_kind_of_mail(world)
    mails = db.session.scalars(select(Mail)).all()
    assert {mail.kind for mail in mails} >= {
        MailKind.INVITATION, MailKind.CHANGE, MailKind.CANCELLATION, MailKind.AGENDA, MailKind.RESEARCH,
        MailKind.ACTIONS, MailKind.MINUTES, MailKind.CHASE, MailKind.ACCOUNT,
    }  # fmt: skip
    rows = [
        *(as_it_arrives(mail) for mail in mails),
        *(f"{mail.subject} {mail.message_id} {mail.once_key} {mail.failure} {mail.to_address}" for mail in mails),
        *(row.body for row in db.session.scalars(select(AuditRecord))),
        *(f"{row.file_name} {row.kind}" for row in db.session.scalars(select(Document))),
    ]
    # The other partnership's group is called by its word, and so may its mails.
    everything = "\n".join(rows).casefold()
    assert not [word for word in WORDS.values() if word.casefold() in everything]
    assert len(rows) > 100


SEARCHES = (
    "/cases?q={}",
    "/cases/{case_id}/people/add?name={}",
    "/meetings/{meeting_id}/agenda/add?q={}",
    "/meetings/{meeting_id}/nominations/new?q={}",
)


@pytest.mark.parametrize("actor", ["member", "chair", "unsigned", "recused", "other group", "auditor"])
def test_a_search_finds_and_counts_nothing_that_the_seeker_may_not_open(app, world, actor):
    """It reads as one for a name that nobody has."""
    browser = browser_of(app, world, actor)
    for word in (WORDS["secret"], WORDS["case"], FOREIGN):
        if actor in MAY_READ.get(word, ()):
            continue
        for search in SEARCHES:
            path = search.format("{}", **world.stages["own"])
            real, nonsense = (
                KEYS.sub("", browser.get(path.format(sought)).get_data(as_text=True).replace(sought, ""))
                for sought in (word[:-2], "Wibblewobble")
            )
            assert real == nonsense, f"{path}, {word}"


@pytest.mark.sqlite_alone
def test_whoever_declares_an_interest_loses_the_case_everywhere_the_chair_included(app, world):
    chair, ids = browser_of(app, world, "chair"), world.stages["session"]
    answer = chair.post("/meetings/{meeting_id}/live/items/{item_id}/conflict".format(**ids), {"reason": "A cousin"})
    assert answer.status_code == 303
    haul = everything_given_to(app, world, chair, "chair")
    gone = {WORDS[name] for name in ("case", "chair", "named", "return", "staff")}
    assert not {word: places for word, places in haul.found.items() if word in gone}
    assert WORDS["secret"] in haul.found, "the other cases are still the chair's"


@pytest.mark.sqlite_alone
def test_a_signature_that_ends_takes_every_name_away_the_chairs_included(app, world):
    agency = db.session.get_one(User, world.people["chair"].user_id).agency_id
    db.session.execute(delete(Signature).where(Signature.agency_id == agency))
    db.session.commit()
    for actor in ("chair", "coordinator"):
        assert not everything_given_to(app, world, browser_of(app, world, actor), actor).found


def test_nothing_of_the_meeting_is_shown_before_the_statement_is_accepted(app, world):
    """On the page, in the fragments that it asks for, in the forms, and in what is refused."""
    browser, haul = browser_of(app, world, "newcomer"), Haul()
    for route in guarded_routes(app):
        if route.method == "GET" and "/live" in route.rule.rule:
            path = address(app, route, world.stages["session"])
            for headers in ({}, {"HX-Request": "true"}):
                haul.take(path, text_of(browser.get(path, headers=headers)), EVERY_WORD)
    assert not haul.found


@pytest.mark.sqlite_alone
def test_a_deputy_reads_what_is_on_the_agenda_until_the_meeting_is_over(app, world):
    coordinator, deputy = browser_of(app, world, "coordinator"), browser_of(app, world, "other group")
    live = "/meetings/{meeting_id}/live".format(**world.stages["session"])
    seat = {"person": world.people["other group"].user_id, "deputy_for": "Mo Member"}
    assert coordinator.post(f"{live}/attendance/deputy", seat).status_code == 303
    assert deputy.post(f"{live}/accept", {"accepted": "y"}).status_code == 303
    haul = everything_given_to(app, world, deputy, "other group")
    assert set(haul.found) == {WORDS["case"]}, haul.found
    assert any("session" in place for place in haul.found[WORDS["case"]])
    assert coordinator.post(f"{live}/close", {"recorded": "heard"}).status_code == 303
    assert not everything_given_to(app, world, deputy, "other group").found


def test_an_error_names_nobody_on_the_page_or_in_the_log(app, world, caplog, monkeypatch):
    """In an installation; a test's own log has the whole traceback."""
    monkeypatch.setitem(app.config, "TESTING", False)

    def breaks(*_arguments: object, **_more: object) -> None:
        raise RuntimeError(f"no such person: {WORDS['case']}")

    monkeypatch.setattr("core.cases.queries.events_of", breaks)
    with caplog.at_level(logging.DEBUG, logger="roundtable"):
        answer = browser_of(app, world, "chair").get("/cases/{case_id}".format(**world.stages["own"]))
    assert answer.status_code == 500
    assert WORDS["case"] not in answer.get_data(as_text=True)
    assert "RuntimeError" in caplog.text
    assert WORDS["case"] not in caplog.text
