"""Approved minutes of which a person asks for what is theirs."""

import pytest

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import EntryKind, PersonRole, Visibility
from core.recording.models import Entry
from tests.builders import a_person
from tests.integration.minutes.subject_access.asking import CONFIDED, OTHER_CASE, THIRD
from tests.integration.minutes.test_from_record_to_reader import Conference, approved


@pytest.fixture
def conference(app):
    """The conference; its first case names two people, and other people and a source stand in what was said."""
    made = Conference()
    made.martin = a_person(made.partnership, "Martin", "Ashdown")
    made.neighbour = a_person(made.partnership, THIRD, "Bell")
    made.neighbour.address, made.neighbour.postcode = "14 Marsh Lane\nNorthbridge", "NB2 7XA"
    made.priya = a_person(made.partnership, OTHER_CASE, "Raman")
    for case, person, role in (
        (made.ashdown, made.martin, PersonRole.SUBJECT),
        (made.ashdown, made.neighbour, PersonRole.COMPLAINANT),
        (made.raman, made.priya, PersonRole.SUBJECT),
    ):
        db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=role))
    first, second = made.meeting.items
    say = [
        (EntryKind.INFORMATION, f"Mrs {THIRD} Bell of 14 Marsh Lane, NB2 7XA, heard Martin Ashdown shout at her."),
        (EntryKind.DISCUSSION, f"{THIRD.upper()} is afraid. The lady next door saw it. Call 07700 900123."),
        (EntryKind.DECISION, f"A warning letter goes to Martin Ashdown, and {THIRD}’s door is mended."),
    ]
    for kind, text in say:
        made._entry(first, text, made.homes, Visibility.EVERYONE)
        db.session.flush()
        written = db.session.query(Entry).order_by(Entry.id.desc()).first()
        written.kind = kind
        if kind is not EntryKind.INFORMATION:
            written.source_agency_id = None
    db.session.query(Entry).filter_by(text="An informant says so.").one().text = CONFIDED
    made._entry(second, f"{OTHER_CASE} owes eleven weeks.", made.homes, Visibility.EVERYONE)
    db.session.commit()
    return made


@pytest.fixture
def minutes(conference, visitor):
    """Their minutes, approved."""
    return approved(conference, visitor)
