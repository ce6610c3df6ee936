"""What was given in a complaint for two agencies reaches no third: in minutes, copies, extracts and mails; and what is
withdrawn is in no paper made from then on.
"""

from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.circulation.models import Copy, Mail
from core.clock import utc_now
from core.disclosures.consents import Said, keep_for_entry, withdraw
from core.disclosures.lists import Answer, How, Scope
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import PersonRole
from core.minutes.queries import frozen_record
from core.recording.models import Entry
from tests.builders import today
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]

SEEN = "Seen at the flat on three nights."
RENT = "Rent is eleven weeks behind."


def given(conference, text, *, by, scope, agencies=()):
    """That entry was given in a complaint to whoever's agency shared it."""
    entry = db.session.scalars(select(Entry).where(Entry.text == text)).one()
    said = Said(PersonRole.WITNESS, Answer.GIVEN, scope, tuple(agencies), how=How.WRITTEN, answered_on=today())
    actor = actor_as_of(by.id, conference.partnership.id, on=today())
    kept = keep_for_entry(actor, entry=entry, case_id=conference.ashdown.id, said=said, now=utc_now())
    db.session.commit()
    return kept


def copies(conference, visitor, *users):
    coordinator = visitor(conference.coordinator)
    answer = coordinator.post(conference.path("circulate"), {"readers": [user.id for user in users]})
    assert answer.status_code == 303
    sent = {copy.user_id: copy.id for copy in db.session.scalars(select(Copy))}
    return {user: text_in(visitor(user).get(f"/copies/{sent[user.id]}/minutes.pdf")) for user in users}


def test_for_two_agencies_it_reaches_no_third_and_no_chair(conference, visitor):
    given(conference, SEEN, by=conference.officer, scope=Scope.AGENCIES, agencies=[conference.homes.id])
    minutes = approved(conference, visitor)
    assert SEEN in str(minutes.record), "it is recorded, for those whom it is for"
    papers = copies(conference, visitor, conference.officer, conference.landlord, conference.chair)
    marker = "Given in a complaint: for these agencies only"
    for user in (conference.officer, conference.landlord):
        assert SEEN in papers[user] and marker in papers[user]
    assert SEEN not in papers[conference.chair] and marker not in papers[conference.chair]
    for user in (conference.chair, conference.coordinator):
        browser = visitor(user)
        for path in ("minutes", "circulate", f"readers/{conference.officer.id}"):
            assert SEEN not in browser.get(conference.path(path)).text, path
        for path in ("minutes.pdf", f"readers/{conference.officer.id}/preview.pdf"):
            assert SEEN not in text_in(browser.get(conference.path(path))), path
    assert all(SEEN not in mail.body + mail.body_html + mail.subject for mail in db.session.scalars(select(Mail)))


def test_withdrawn_it_is_in_no_paper_made_from_then_on_and_what_is_approved_stays(conference, visitor):
    kept = given(conference, SEEN, by=conference.officer, scope=Scope.MEETING)
    minutes = approved(conference, visitor)
    sha256 = minutes.record_sha256
    before = copies(conference, visitor, conference.landlord)[conference.landlord]
    assert SEEN in before and "Given in a complaint: for this meeting only" in before
    officer = actor_as_of(conference.officer.id, conference.partnership.id, on=today())
    consent = db.session.get_one(ComplaintConsent, kept.id)
    withdraw(officer, consent=consent, withdrawn_on=today(), note="", version=consent.version, now=utc_now())
    db.session.commit()
    assert minutes.record_sha256 == sha256 == frozen_record(minutes).sha256()
    assert SEEN in str(minutes.record)
    after = copies(conference, visitor, conference.chair)
    assert SEEN not in after[conference.chair] and RENT in after[conference.chair]
    chair = visitor(conference.chair)
    assert SEEN not in chair.get(conference.path("minutes")).text
    assert SEEN not in text_in(chair.get(conference.path("minutes.pdf")))
    told = chair.get(f"/disclosures/cases/{conference.ashdown.id}").text
    assert "papers circulated" in told and "Eastmere Homes" in told and "Minutes: 1 copy" in told
