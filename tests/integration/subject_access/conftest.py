"""Somebody about whom much is held, and everybody who has a part in answering their request."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from core.cases.models import CaseAgency, CaseEvent, CaseIncident, CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, EntryKind, GroupRole, PersonRole, Visibility
from core.meetings.models import Nomination, Research
from core.recording.models import Entry
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_user,
    an_action,
    an_agency,
    an_item,
    today,
)

DETAILS = {
    "asked_by": "the person themself",
    "arrived": "by e-mail",
    "reply_to": "martin@post.example",
}


def day(prefix: str, when: date) -> dict[str, str]:
    """The three boxes of a day."""
    return {f"{prefix}-day": str(when.day), f"{prefix}-month": str(when.month), f"{prefix}-year": str(when.year)}


@pytest.fixture
def place(app):
    """A subject, a neighbour who complained and is not to be named, and the people who answer."""
    partnership = a_partnership()
    council, police = an_agency(partnership, "Borough Council"), an_agency(partnership, "Constabulary")
    homes = an_agency(partnership, "Mereside Homes")
    group = a_group(partnership)
    lead = a_user(council, "Lena Lead", admin=AdminRole.DATA_LEAD, partnership=partnership)
    second = a_user(homes, "Sam Second", admin=AdminRole.DATA_LEAD, partnership=partnership)
    chair = a_user(police, "Cher Chair", group=group, role=GroupRole.CHAIR)
    member = a_user(homes, "Mo Member", group=group)
    person = a_person(partnership, "Martin", "Ashdown", born=date(1990, 5, 4))
    person.address, person.postcode = "4 Elm Close", "M6 5XY"
    neighbour = a_person(partnership, "Priscilla", "Ravenhall", born=date(1971, 2, 3))
    neighbour.address = "6 Elm Close"
    case = a_case(partnership, council, title="Martin Ashdown", group=group, subject=person, restricted=True)
    case.summary = "Martin Ashdown shouts at Priscilla Ravenhall."
    db.session.add_all(
        [
            CasePerson(case_id=case.id, person_id=neighbour.id, role=PersonRole.COMPLAINANT),
            CaseAgency(case_id=case.id, agency_id=homes.id, basis="Section 115", purpose="Tenancy", since=today()),
            CaseIncident(
                case_id=case.id,
                happened_on=today(),
                what="Mrs Ravenhall rang: music at 3am",
                reported_to_id=police.id,
            ),
            CaseEvent(case_id=case.id, at=utc_now(), kind="opened", text="Opened", note="", agency_id=council.id),
        ]
    )
    meeting = a_meeting(group, starts_at=utc_now() - timedelta(days=14))
    item = an_item(meeting, case)
    db.session.flush()

    def said(text, source=None, kind=EntryKind.INFORMATION, visibility=Visibility.EVERYONE):
        db.session.add(
            Entry(
                meeting_id=meeting.id,
                item_id=item.id,
                kind=kind,
                text=text,
                source_agency_id=source.id if source else None,
                visibility=visibility,
                author_id=member.id,
                written_at=utc_now(),
            )
        )

    said("P. Ravenhall says that he drinks", source=homes)
    said("A source close to him says that he deals", source=police, visibility=Visibility.CHAIR)
    said("Warn him", kind=EntryKind.DECISION)
    an_action(case, group, homes, text="Visit Priscilla Ravenhall at 6 Elm Close")
    db.session.add_all(
        [
            Nomination(
                meeting_id=meeting.id,
                case_id=case.id,
                agency_id=police.id,
                made_by_id=chair.id,
                made_at=utc_now(),
                reason="Ravenhall called five times",
            ),
            Research(
                item_id=item.id,
                agency_id=police.id,
                asked_at=utc_now(),
                due_on=today(),
                answered_at=utc_now(),
                text="Known since 2021",
            ),
        ]
    )
    db.session.commit()
    return SimpleNamespace(
        partnership=partnership, council=council, police=police, homes=homes, group=group, lead=lead, second=second,
        chair=chair, member=member, person=person, neighbour=neighbour, case=case, item=item, meeting=meeting,
    )  # fmt: skip


@pytest.fixture
def entered(place, visitor):
    """A request of the person themself, whose identity was shown: its address."""
    return enter(visitor(place.lead), place.person.id)


def enter(browser, person_id=None, *, identity=True, received=None, **details):
    """Enter a request and, unless said, that they showed who they are."""
    received = received or today()
    query = f"?person={person_id}" if person_id else ""
    answer = browser.post(
        f"/data-protection/requests/new/details{query}", {**DETAILS, **day("received_on", received), **details}
    )
    assert answer.status_code == 303, answer.text
    path = answer.location
    if identity:
        shown = browser.post(f"{path}/identity", {"seen": "Passport", **day("on", received)})
        assert shown.status_code == 303, shown.text
    return path


def decide_all(browser, path, decision="keep: about somebody else", why=""):
    """Decide on everything that waits alike."""
    while True:
        page = browser.get(f"{path}/masks").text
        boxes = [part.split('"')[0] for part in page.split('name="masks" type="checkbox" value="')[1:]]
        if not boxes:
            return
        answer = browser.post(f"{path}/masks", {"masks": boxes, "decision": decision, "why": why})
        assert answer.status_code == 303, answer.text


def prepare(browser, path):
    """Put together, decided on, and before a second person."""
    assert browser.post(f"{path}/draw").status_code == 303
    decide_all(browser, path)
    answer = browser.post(f"{path}/ready")
    assert answer.status_code == 303, answer.text


def version_of(browser, path):
    """The version of the request that the page of its release was made from."""
    return browser.get(f"{path}/release").text.partition('name="version" type="hidden" value="')[2].partition('"')[0]


def release(browser, path):
    """Release it as it is read now."""
    return browser.post(f"{path}/release", {"read": "y", "version": version_of(browser, path)})
