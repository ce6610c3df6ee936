"""What was given in a complaint and is not to be told to whom it is about stays masked in their copy of minutes."""

from core.clock import utc_now
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import MaskReason, PersonRole, Visibility
from core.minutes.models import SubjectAccessMask
from core.recording.models import Entry
from tests.integration.minutes.subject_access.asking import begun, issued
from tests.integration.minutes.test_from_record_to_reader import approved
from tests.support.papers import text_in

TOLD = "Canaryentry: it is heard every night."


def told(conference, visitor, **given):
    """Minutes of a meeting at which that was shared, as it was given in a complaint."""
    conference._entry(conference.meeting.items[0], TOLD, conference.homes, Visibility.EVERYONE)
    db.session.flush()
    entry = db.session.query(Entry).filter_by(text=TOLD).one()
    minutes = approved(conference, visitor)
    consent = ComplaintConsent(
        case_id=conference.ashdown.id,
        entry_id=entry.id,
        agency_id=conference.homes.id,
        provider=PersonRole.COMPLAINANT,
        recorded_at=utc_now(),
        recorded_by_id=conference.coordinator.id,
        **{"answer": Answer.GIVEN, "scope": Scope.MEETINGS, **given},
    )
    db.session.add(consent)
    db.session.commit()
    return minutes, entry, consent


def test_it_is_masked_from_end_to_end_and_its_limit_is_said_beside_it(conference, visitor):
    _, entry, _ = told(conference, visitor, not_to_subject=True)
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    mask = db.session.query(SubjectAccessMask).filter_by(place=f"entry:{entry.id}").one()
    assert (mask.starts, mask.ends, mask.reason) == (0, len(TOLD), MaskReason.SOURCE)
    assert "Given in a complaint: not to be told to the subject" in coordinator.get(path).text
    assert issued(coordinator, path).status_code == 303
    text = text_in(coordinator.get(f"{path}/copy.pdf"))
    assert "Canaryentry" not in text
    assert "How long it is kept" in text and "by a machine alone" in text


def test_a_consent_that_is_withdrawn_after_the_copy_was_begun_keeps_it_from_being_issued(conference, visitor):
    _, entry, consent = told(conference, visitor)
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    assert "Canaryentry" in coordinator.get(path).text
    consent.withdrawn_on = utc_now().date()
    db.session.commit()
    refused = issued(coordinator, path)
    assert refused.status_code == 409 and "nobody has decided on it" in refused.text, refused.text
    assert not db.session.query(SubjectAccessMask).filter_by(place=f"entry:{entry.id}").all()


def test_whoever_complained_has_it_in_theirs(conference, visitor):
    _, entry, _ = told(conference, visitor, not_to_subject=True)
    begun(conference, visitor(conference.coordinator), conference.neighbour)
    masks = db.session.query(SubjectAccessMask).filter_by(place=f"entry:{entry.id}").all()
    assert [mask.reason for mask in masks] == [MaskReason.THIRD_PARTY], "of a case about somebody else, as before"
