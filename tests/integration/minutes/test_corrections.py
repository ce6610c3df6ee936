"""Corrections of approved minutes: proposed, decided at the next meeting, minuted there, noted in both documents."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from core.circulation.grants import Grantee, grant_items, take_back
from core.circulation.models import Mail
from core.circulation.operations import part_for
from core.clock import utc_now
from core.documents.models import Document
from core.documents.queries import document_bytes
from core.extensions import db
from core.facts import CirculationKind, CorrectionStatus, MailKind, MeetingStatus
from core.meetings.models import Meeting
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.minutes.models import Correction
from core.partnerships.models import Signature
from core.recording.models import Recusal
from tests.builders import a_meeting, an_item
from tests.integration.circulation.test_extracts import Scheme
from tests.integration.minutes.correcting import NOW, WAS, WHY, Group
from tests.integration.minutes.test_from_record_to_reader import Conference, acting
from tests.support.papers import text_in


@pytest.fixture
def group(app, visitor):
    return Group(visitor)


def test_from_the_proposal_to_both_documents(group):
    officer, chair, landlord = group.of.officer, group.of.chair, group.of.landlord
    assert group.propose(officer).status_code == 303
    correction = group.correction()
    approved = document_bytes(group.minutes(group.earlier).document_id).content
    assert "It is decided at the group’s next meeting" in group.as_(officer).get(group.path(correction)).text

    group.hold()
    live = f"/meetings/{group.next.id}/live"
    for reader in (chair, officer, landlord):
        page = group.as_(reader).get(live).text
        assert WAS in page and NOW in page and WHY in page
    assert "Say whether it is agreed" in group.as_(chair).get(live).text
    assert "Say whether it is agreed" not in group.as_(officer).get(live).text
    before = db.session.get_one(Meeting, group.next.id).revision
    assert group.decide(chair, group.correction(), note="The officer agreed.").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Meeting, group.next.id).revision == before + 1, "the others' pages are told"

    group.close()
    assert group.correction().document_id is None, "not in effect before the minutes that agreed it are approved"
    later = group.approve(group.next)
    correction = group.correction()
    assert correction.status is CorrectionStatus.AGREED
    assert correction.document_id is not None

    first, second = group.earlier.ref, group.next.ref
    minuted = text_in(group.as_(chair).get(f"/meetings/{group.next.id}/minutes.pdf"))
    flat = " ".join(minuted.split())
    assert f"{first}," in flat and "item 1" in flat and "agreed" in flat
    assert group.minutes(group.earlier).record_sha256 in minuted.replace(" ", "")
    noted = text_in(group.as_(chair).get(f"/meetings/{group.earlier.id}/minutes/corrected.pdf"))
    assert f"see {second}, item 1" in " ".join(noted.split())
    assert NOW in noted
    same = group.as_(chair).get(f"/meetings/{group.earlier.id}/minutes.pdf")
    assert NOW not in text_in(same)
    assert document_bytes(group.minutes(group.earlier).document_id).content == approved
    kept = db.session.get_one(Document, correction.document_id)
    assert kept.sha256 == sha256(document_bytes(kept.id).content).hexdigest()

    copy = group.copy(officer, CirculationKind.CORRECTION)
    theirs = text_in(group.as_(officer).get(f"/copies/{copy.id}/corrected.pdf"))
    assert f"see {second}, item 1" in " ".join(theirs.split())
    assert "Priya Raman" not in theirs, "the notes change nothing of what is theirs"
    assert f"/copies/{copy.id}/corrected.pdf" in group.as_(officer).get(f"/copies/{copy.id}").text
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.CORRECTION)).all()
    assert {mail.user_id for mail in mails} == {each.id for each in (chair, officer, landlord, group.of.coordinator)}
    for mail in mails:
        assert NOW not in mail.body and "Ashdown" not in mail.body + mail.subject
    assert later.record["items"][0]["corrections"][0]["sha256"] == group.minutes(group.earlier).record_sha256


def test_it_stands_on_the_next_agenda_by_itself_and_says_nothing_there(group):
    chair, coordinator, officer = group.of.chair, group.of.coordinator, group.of.officer
    group.propose(officer)
    said = f"1 correction is proposed to the minutes of {group.earlier.ref}."
    build = group.as_(chair).get(f"/meetings/{group.next.id}/agenda").text
    assert NOW in build and "by themselves" in build
    for reader in (coordinator, officer):
        page = group.as_(reader).get(f"/meetings/{group.next.id}").text
        assert said in page and NOW not in page
    for leader in (chair, coordinator):
        assert f"1 proposed for the minutes of {group.earlier.ref}" in group.as_(leader).get("/").text
    assert "proposed for the minutes" not in group.as_(officer).get("/").text
    db.session.expire_all()
    version = db.session.get_one(Meeting, group.next.id).version
    sent = group.as_(coordinator).post(f"/meetings/{group.next.id}/agenda/circulate", {"version": version})
    assert sent.status_code == 303, sent.text
    copy = group.copy(officer, CirculationKind.AGENDA, group.next)
    agenda = text_in(group.as_(officer).get(f"/copies/{copy.id}/agenda.pdf"))
    assert said in agenda and WAS not in agenda and NOW not in agenda


def test_it_goes_with_whichever_meeting_comes_next(group):
    chair, officer = group.of.chair, group.of.officer
    group.propose(officer)
    after = a_meeting(group.of.group, starts_at=utc_now() + timedelta(days=50))
    an_item(after, None, heading=MINUTES_OF_THE_LAST_MEETING)
    db.session.commit()
    said = f"1 correction is proposed to the minutes of {group.earlier.ref}."
    reader = group.as_(chair)
    assert said in reader.get(f"/meetings/{group.next.id}").text
    assert said not in reader.get(f"/meetings/{after.id}").text
    group.next.status = MeetingStatus.CANCELLED
    db.session.commit()
    assert said not in reader.get(f"/meetings/{group.next.id}").text
    assert said in reader.get(f"/meetings/{after.id}").text
    assert after.ref in group.as_(officer).get(group.path(group.correction())).text


def test_what_nobody_decided_waits_for_the_meeting_after_that(group):
    chair, officer = group.of.chair, group.of.officer
    group.propose(officer)
    group.hold()
    group.close()
    after = a_meeting(group.of.group, starts_at=utc_now() + timedelta(days=50))
    under = an_item(after, None, heading=MINUTES_OF_THE_LAST_MEETING)
    db.session.commit()
    assert f"minutes of {group.earlier.ref}." in group.as_(chair).get(f"/meetings/{after.id}").text
    assert under.id != group.item.id
    # Until its minutes are approved, whoever keeps the record of the meeting that is over says what it had decided.
    assert group.decide(group.of.coordinator, group.correction()).status_code == 303
    assert f"minutes of {group.earlier.ref}." not in group.as_(chair).get(f"/meetings/{after.id}").text
    group.approve(group.next)
    assert group.decide(chair, group.correction(), "not agreed").status_code == 403


def test_who_may_propose_what_and_who_may_not(group):
    officer, landlord = group.of.officer, group.of.landlord
    form = group.as_(officer).get(f"/copies/{group.copy(officer).id}/corrections/new").text
    assert "Martin Ashdown" in form
    assert "Priya Raman" not in form, "they were not there for that item"
    refused = group.propose(officer, item=group.second.id)
    assert refused.status_code == 422
    assert "Priya Raman" not in refused.text
    assert group.propose(officer, proposed=WAS).status_code == 422
    assert group.as_(landlord).get(f"/copies/{group.copy(officer).id}/corrections/new").status_code == 404
    assert group.as_(officer).get(f"/meetings/{group.earlier.id}/minutes/corrections/new").status_code == 403
    db.session.add(
        Recusal(
            item_id=group.first.id, case_id=group.of.ashdown.id, user_id=officer.id, reason="A cousin",
            declared_at=utc_now(),
        )
    )  # fmt: skip
    db.session.commit()
    closed = group.as_(officer).get(f"/copies/{group.copy(officer).id}/corrections/new").text
    assert "Martin Ashdown" not in closed
    assert group.propose(officer).status_code == 422
    db.session.query(Signature).filter_by(agency_id=group.of.homes.id).delete()
    db.session.commit()
    unsigned = group.as_(landlord).get(f"/copies/{group.copy(landlord).id}/corrections/new")
    assert unsigned.status_code == 403
    assert "has not signed" in unsigned.text
    assert db.session.query(Correction).count() == 0


def test_it_is_taken_back_by_its_proposer_alone_and_until_it_is_decided(group):
    officer, chair = group.of.officer, group.of.chair
    group.propose(officer)
    group.propose(officer, proposed="On one night.")
    second = group.correction()
    assert group.as_(chair).post(group.path(second, "/withdraw")).status_code == 403
    assert group.as_(officer).post(group.path(second, "/withdraw")).status_code == 303
    assert group.correction().status is CorrectionStatus.WITHDRAWN
    group.hold()
    page = group.as_(chair).get(f"/meetings/{group.next.id}/live").text
    assert NOW in page and "On one night." not in page
    assert group.decide(chair, second).status_code == 403
    first = db.session.scalars(select(Correction).order_by(Correction.id).limit(1)).one()
    assert group.decide(chair, first).status_code == 303
    assert group.as_(officer).post(group.path(first, "/withdraw")).status_code == 403


def test_of_two_who_decide_at_once_the_second_sees_both_and_keeps_the_note(group):
    group.propose(group.of.officer)
    group.hold()
    correction = group.correction()
    read = correction.version
    assert group.decide(group.of.chair, correction, "agreed", "The log was read out.", read).status_code == 303
    late = group.decide(group.of.coordinator, correction, "not agreed", "Nobody spoke for it.", read)
    assert late.status_code == 409
    assert "The log was read out." in late.text and "Nobody spoke for it." in late.text
    assert group.correction().status is CorrectionStatus.AGREED
    again = group.decide(group.of.coordinator, group.correction(), "not agreed", "Nobody spoke for it.")
    assert again.status_code == 303
    assert group.correction().status is CorrectionStatus.NOT_AGREED


def test_no_reader_has_of_a_correction_what_they_have_not_of_the_minutes(group):
    chair, coordinator = group.of.chair, group.of.coordinator
    officer, landlord = group.of.officer, group.of.landlord
    group.propose(officer, passage="An informant says so.", proposed="Two informants say so.", reason="There were two.")
    of_police = group.correction()
    group.propose(landlord, item=group.second.id, passage="", proposed="Rent is paid since.", reason="It came.")
    of_homes = group.correction()
    group.hold()
    seen = {user: group.as_(user).get(f"/meetings/{group.next.id}/live").text for user in (chair, officer, landlord)}
    assert "Two informants" in seen[chair] and "Rent is paid since." in seen[chair]
    assert "Two informants" in seen[officer] and "Rent is paid since." not in seen[officer]
    assert "Two informants" not in seen[landlord] and "Rent is paid since." in seen[landlord]
    assert "1 more correction is about a part of the minutes that you do not have." in seen[landlord]
    for user, hidden in ((officer, of_homes), (landlord, of_police)):
        answer = group.as_(user).get(group.path(hidden))
        assert answer.status_code == 403
        assert hidden.proposed not in answer.text
    group.decide(chair, of_police)
    group.decide(chair, of_homes, "not agreed", "It came late.")
    group.close()
    group.approve(group.next)
    readers = [chair.id, officer.id, landlord.id]
    page = group.as_(coordinator).get(f"/meetings/{group.next.id}/readers/{landlord.id}").text
    assert f"A correction of {group.earlier.ref}" in page and "It quotes what is for other agencies only" in page
    group.as_(coordinator).post(f"/meetings/{group.next.id}/circulate", {"readers": readers})
    of_the_next = {user: group.copy(user, meeting=group.next) for user in (chair, officer, landlord)}
    texts = {user: text_in(group.as_(user).get(f"/copies/{copy.id}/minutes.pdf")) for user, copy in of_the_next.items()}
    assert "Two informants" in texts[chair] and "Rent is paid since." in texts[chair]
    assert "Two informants" in texts[officer] and "Rent is paid since." not in texts[officer]
    assert "Two informants" not in texts[landlord] and "not agreed" in texts[landlord]
    told = set(db.session.scalars(select(Mail.user_id).where(Mail.kind == MailKind.CORRECTION)))
    assert told == {chair.id, coordinator.id, officer.id}, "nothing changed in what the landlord holds"
    assert group.as_(landlord).get(f"/copies/{group.copy(landlord).id}/corrected.pdf").status_code == 404
    noted = text_in(group.as_(officer).get(f"/copies/{group.copy(officer).id}/corrected.pdf"))
    assert "Two informants say so." in noted


def test_more_corrections_cost_no_more_queries(group, count_queries):
    group.propose(group.of.officer)
    chair = group.as_(group.of.chair)
    pages = (f"/meetings/{group.earlier.id}/minutes", f"/meetings/{group.next.id}/agenda")
    few = {page: count_queries(chair.get, page) for page in pages}
    for night in range(6):
        group.propose(group.of.officer, proposed=f"On {night} nights.")
    assert {page: count_queries(chair.get, page) for page in pages} == few


def test_what_the_chair_granted_is_in_the_corrected_copy_too_and_markup_stays_text(group):
    officer, chair = group.of.officer, group.of.chair
    minutes = group.minutes(group.earlier)
    grant_items(
        acting(chair),
        minutes,
        items=[group.second.id],
        to=Grantee(user_id=officer.id),
        reason="They act on it.",
        now=utc_now(),
    )
    db.session.commit()
    group.propose(
        group.of.landlord, item=group.second.id, passage="", proposed="<b>Rent</b> {{ 7 * 7 }}", reason="Paid"
    )
    group.hold()
    assert "&lt;b&gt;Rent&lt;/b&gt; {{ 7 * 7 }}" in group.as_(officer).get(f"/meetings/{group.next.id}/live").text
    group.decide(chair, group.correction())
    group.close()
    group.approve(group.next)
    copy = group.copy(officer, CirculationKind.CORRECTION)
    noted = text_in(group.as_(officer).get(f"/copies/{copy.id}/corrected.pdf"))
    assert "Priya Raman" in noted and "<b>Rent</b> {{ 7 * 7 }}" in noted


def test_whoever_is_granted_an_earlier_item_has_its_correction_in_their_copy_of_the_later_minutes(group):
    """Be it granted after the later minutes went out; and no longer once it is taken back."""
    officer, chair, coordinator = group.of.officer, group.of.chair, group.as_(group.of.coordinator)
    group.propose(group.of.landlord, item=group.second.id, passage="", proposed=NOW, reason=WHY)
    group.hold()
    group.decide(chair, group.correction())
    group.close()
    group.approve(group.next)
    circulate = f"/meetings/{group.next.id}/circulate"
    assert coordinator.post(circulate, {"readers": [officer.id]}).status_code == 303
    copy = group.copy(officer, meeting=group.next)
    assert NOW not in part_for(copy, now=utc_now()).to_json()
    to = Grantee(agency_id=officer.agency_id)
    [given] = grant_items(
        acting(chair), group.minutes(group.earlier), items=[group.second.id], to=to, reason=WHY, now=utc_now()
    )
    db.session.commit()
    assert NOW in part_for(copy, now=utc_now()).to_json()
    page = f"/meetings/{group.next.id}/readers/{officer.id}"
    assert "A correction of" not in coordinator.get(page).text, "it is left out no more"
    again = coordinator.post(circulate, {"readers": [officer.id]})
    assert again.status_code == 409, "the same minutes, whatever they hold of earlier ones"
    take_back(acting(chair), group.minutes(group.earlier), given, now=utc_now())
    db.session.commit()
    assert NOW not in part_for(copy, now=utc_now()).to_json()
    assert "A correction of" in coordinator.get(page).text


def test_the_holders_of_extracts_are_told_of_what_is_corrected_in_them(app, visitor, monkeypatch):
    of = Conference()
    scheme = Scheme(of, monkeypatch)
    group = Group(visitor, of)
    officer, chair, coordinator = of.officer, of.chair, group.as_(of.coordinator)
    db.session.commit()
    to, minutes = Grantee(agency_id=scheme.agency.id), group.minutes(group.earlier)
    grant_items(acting(chair), minutes, items=[group.first.id], to=to, reason=WHY, now=utc_now())
    db.session.commit()
    sent = coordinator.post(f"/meetings/{group.earlier.id}/extracts", {"readers": [scheme.worker.id]})
    assert sent.status_code == 303
    group.propose(officer)
    group.propose(officer, passage="An informant says so.", proposed="Two informants say so.")
    group.hold()
    for correction in db.session.scalars(select(Correction).order_by(Correction.id)).all():
        assert group.decide(chair, correction).status_code == 303
    group.close()
    group.approve(group.next)
    worker = group.as_(scheme.worker)
    copy = group.copy(scheme.worker, CirculationKind.CORRECTED_EXTRACT)
    mail = db.session.scalars(select(Mail).where(Mail.user_id == scheme.worker.id, Mail.kind == "correction")).one()
    for name in ("Ashdown", "MEN-2026", NOW):
        assert name not in mail.subject + mail.body + mail.body_html
    page = worker.get(f"/copies/{copy.id}").text
    assert "Your extract from the corrected minutes" in page and "/corrected.pdf" in page and "/minutes.pdf" in page
    text = text_in(worker.get(f"/copies/{copy.id}/corrected.pdf"))
    assert "Extract from the minutes" in text and NOW in text and "informants" not in text
    first = group.copy(scheme.worker, CirculationKind.EXTRACT)
    assert f"/copies/{first.id}/corrected.pdf" in worker.get(f"/copies/{first.id}").text
    assert "Corrected extract" in coordinator.get(f"/meetings/{group.earlier.id}/sent").text
    assert worker.get(group.path(group.correction())).status_code in (403, 404)
