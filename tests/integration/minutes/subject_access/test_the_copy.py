"""What one person is given of approved minutes: their items, with third parties and sources masked."""

import re
from io import BytesIO

import pikepdf
from pypdf import PdfReader
from sqlalchemy import select

from core.cases.models import CasePerson
from core.circulation.models import Mail
from core.documents.models import Document
from core.extensions import db
from core.facts import MaskReason, PersonRole, Visibility
from core.minutes.models import Minutes, SubjectAccessMask
from core.recording.models import Entry
from tests.builders import a_person, today
from tests.integration.minutes.subject_access.asking import (
    CONFIDED,
    INFORMANT,
    OTHER_CASE,
    THIRD,
    asked,
    begun,
    forms_of,
    issued,
    streams_of,
    the_copy,
    words_of,
)
from tests.support.papers import text_in


def test_a_copy_is_made_for_the_person_and_holds_nothing_of_anybody_else(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    assert issued(coordinator, path).status_code == 303
    answer = coordinator.get(f"{path}/copy.pdf")
    text = words_of(answer)
    assert "Martin Ashdown" in text
    assert "A warning letter goes to Martin Ashdown, and [masked: about somebody else]door is mended." in text
    assert "[masked: would show who gave the information]" in text
    everything = streams_of(answer.data).lower()
    for word in (THIRD, OTHER_CASE, INFORMANT, "Bell", "Marsh", "Raman", "Aisha", "Constabulary’s", "900123"):
        assert word not in text
        assert not [form for form in forms_of(word) if form.lower() in everything], word


def test_the_document_is_marked_tagged_titled_and_has_bookmarks(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    issued(coordinator, path)
    content = coordinator.get(f"{path}/copy.pdf").data
    reader = PdfReader(BytesIO(content))
    for number, page in enumerate(reader.pages, start=1):
        assert "OFFICIAL-SENSITIVE" in page.extract_text()
        assert f"Page {number} of {len(reader.pages)}" in page.extract_text()
    assert reader.metadata.title.startswith("Subject access copy: North Community Sector Team")
    assert "Martin" not in reader.metadata.title
    bookmarks = [each.title for each in _flat(reader.outline)]
    assert "Your rights" in bookmarks
    assert "Item 1: Martin Ashdown" in bookmarks
    assert bookmarks[-1] == "What was masked and why"
    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
    text = words_of(coordinator.get(f"{path}/copy.pdf"))
    assert "ico.org.uk/make-a-complaint" in text
    assert "UK GDPR, article 16" in text


def _flat(outline):
    for each in outline:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def test_the_page_counts_what_the_document_counts(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    issued(coordinator, path)
    text = words_of(coordinator.get(f"{path}/copy.pdf"))
    about_others = text.count("[masked: about somebody else]") - 1  # the first page has one to show what they are
    page = coordinator.get(path).text
    assert f"{about_others} about somebody else" in page
    assert re.search(rf"About somebody else .{{0,400}} {about_others}\b", text)


def test_a_block_is_as_long_whatever_it_hides(conference, minutes, visitor):
    """The same words around one letter and around a long name print the same line."""
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    text = words_of(coordinator.get(f"{path}/copy.pdf"))
    assert re.search(r"\[masked: about somebody else\]is afraid", text)
    assert "Call [masked: about somebody else]." in text


def test_words_are_masked_wherever_they_stand_and_the_decision_stays(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    item = conference.meeting.items[0]
    mask = f"{path}/items/{item.id}/mask"
    words = {"words": "the lady  next door", "reason": MaskReason.THIRD_PARTY, "note": "Only one lives there"}
    assert coordinator.post(mask, words).status_code == 303
    assert "next door" not in text_in(coordinator.get(f"{path}/copy.pdf"))
    again = coordinator.post(mask, words)
    assert again.status_code == 422
    assert "These words are masked already" in again.text
    missing = coordinator.post(mask, {**words, "words": "the man upstairs"})
    assert "These words are not in this item" in missing.text
    assert "the man upstairs</textarea>" in missing.text, "what was typed is kept"
    decision = {**words, "words": f"A warning letter goes to Martin Ashdown, and {THIRD}’s door is mended."}
    assert "A decision stays in the copy" in coordinator.post(mask, decision).text
    kept = the_copy().masks[-1]
    assert (kept.by_id, kept.note) == (conference.coordinator.id, "Only one lives there")
    assert "Only one lives there" in coordinator.get(path).text


def test_a_mask_is_lifted_with_a_reason_and_stays_with_who_did_it(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    source = next(each for each in the_copy().masks if each.place.endswith(":source"))
    lift = f"{path}/masks/{source.id}/lift"
    assert coordinator.post(lift, {"reason": " "}).status_code == 422
    assert coordinator.post(lift, {"reason": "The constabulary agrees"}).status_code == 303
    mask = db.session.get_one(SubjectAccessMask, source.id)
    db.session.refresh(mask)
    assert (mask.lifted_by_id, mask.lifted_reason) == (conference.coordinator.id, "The constabulary agrees")
    page = coordinator.get(path).text
    assert "The constabulary agrees" in page
    assert "Lifted by Samir Hussain" in page
    assert "Northbridge Constabulary:" in text_in(coordinator.get(f"{path}/copy.pdf"))
    assert coordinator.post(lift, {"reason": "Again"}).status_code == 409


def test_what_was_told_in_confidence_is_masked_whole_and_names_in_it_stay_masked_when_it_is_lifted(
    conference, minutes, visitor
):
    coordinator = visitor(conference.coordinator)
    entry = db.session.query(Entry).filter(Entry.visibility == Visibility.CHAIR).one()
    path = begun(conference, coordinator)
    whole = next(each for each in the_copy().masks if each.place == f"entry:{entry.id}")
    assert (whole.starts, whole.ends, whole.reason) == (0, len(CONFIDED), MaskReason.SOURCE)
    coordinator.post(f"{path}/masks/{whole.id}/lift", {"reason": "They agree"})
    assert "What the text holds of other people stays masked." in coordinator.get(path).text
    text = words_of(coordinator.get(f"{path}/copy.pdf"))
    assert INFORMANT in text, "nobody knows that this is a name"
    assert THIRD not in text
    inner = the_copy().masks[-1]
    assert CONFIDED[inner.starts : inner.ends] == THIRD


def test_who_complained_is_given_what_names_them_and_nothing_of_whom_the_case_is_about(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator, conference.neighbour)
    assert "This case is about somebody else" in coordinator.get(path).text
    text = words_of(coordinator.get(f"{path}/copy.pdf"))
    assert f"Mrs {THIRD} Bell of 14 Marsh Lane, NB2 7XA, heard [masked: about somebody else]shout at her." in text
    for word in ("Martin", "Ashdown", "three nights", INFORMANT, "Visit with the officer"):
        assert word not in text
    action = next(each for each in the_copy().masks if each.place.startswith("action:"))
    assert coordinator.post(f"{path}/masks/{action.id}/lift", {"reason": "They know"}).status_code == 303
    assert "Visit with the officer" in words_of(coordinator.get(f"{path}/copy.pdf"))
    assert "0 passages" not in coordinator.get(path).text


def test_what_was_masked_whole_and_is_a_name_is_lifted_twice_and_then_shown(conference, minutes, visitor):
    """First the text, whatever it held; then the name that it is."""
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator, conference.neighbour)
    for shown in (False, True):
        title = next(each for each in the_copy().masks if each.place.endswith(":title") and each.lifted_at is None)
        coordinator.post(f"{path}/masks/{title.id}/lift", {"reason": "She knows whom the case is about"})
        assert ("Item 1: Martin Ashdown" in words_of(coordinator.get(f"{path}/copy.pdf"))) is shown
    assert issued(coordinator, path).status_code == 303


def test_text_that_looks_like_mark_up_stays_text(conference, minutes, visitor):
    odd = "<b>Tyler</b>{{7*7}}\"x='"
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    mask = f"{path}/items/{conference.meeting.items[0].id}/mask"
    typed = coordinator.post(mask, {"words": odd, "reason": MaskReason.THIRD_PARTY, "note": odd})
    assert typed.status_code == 422
    words = {"words": "the lady next door", "reason": MaskReason.THIRD_PARTY, "note": odd}
    assert coordinator.post(mask, words).status_code == 303
    assert coordinator.post(f"{path}/masks/{the_copy().masks[0].id}/lift", {"reason": odd}).status_code == 303
    for page in (typed.text, coordinator.get(path).text):
        assert "&lt;b&gt;Tyler&lt;/b&gt;{{7*7}}" in page
        assert "<b>Tyler" not in page


def test_the_record_is_untouched_and_nothing_is_mailed(conference, minutes, visitor):
    before = (minutes.record_sha256, db.session.scalars(select(Minutes.record)).one())
    mails = db.session.query(Mail).count()
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    issued(coordinator, path)
    db.session.expire_all()
    assert (minutes.record_sha256, db.session.scalars(select(Minutes.record)).one()) == before
    assert db.session.query(Mail).count() == mails


def test_an_issued_copy_never_changes(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    assert issued(coordinator, path).status_code == 303
    kept = db.session.get_one(Document, the_copy().document_id)
    first = coordinator.get(f"{path}/copy.pdf").data
    item, mask = conference.meeting.items[0], the_copy().masks[0]
    for rest, data in (
        (f"items/{item.id}/mask", {"words": "Martin", "reason": MaskReason.THIRD_PARTY}),
        (f"masks/{mask.id}/lift", {"reason": "They agree"}),
        ("look-again", {}),
        ("day", {"version": the_copy().version, **asked(today())}),
        ("extend", {"reason": "Complex"}),
        ("issue", {"version": the_copy().version, "read": "y"}),
        ("withdraw", {"reason": "A mistake"}),
    ):
        answer = coordinator.post(f"{path}/{rest}", data)
        assert answer.status_code == (409 if rest in ("issue", "withdraw") else 403), rest
        assert "This copy was issued" in answer.text
    conference.martin.given_name = "Changed"
    db.session.commit()
    assert coordinator.get(f"{path}/copy.pdf").data == first == kept.content
    assert "issued" in coordinator.get(conference.path("minutes")).text


def test_what_changed_after_it_was_read_is_read_before_it_is_issued(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    read = the_copy().version
    item = conference.meeting.items[0]
    visitor(conference.chair).post(
        f"{path}/items/{item.id}/mask", {"words": "the lady next door", "reason": MaskReason.THIRD_PARTY}
    )
    late = coordinator.post(f"{path}/issue", {"version": read, "read": "y"})
    assert late.status_code == 409
    assert the_copy().issued_at is None
    unread = coordinator.post(f"{path}/issue", {"version": the_copy().version})
    assert unread.status_code == 422
    assert "confirm that you have read every line" in unread.text


def test_somebody_named_in_the_case_meanwhile_is_masked_before_it_is_issued(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    informant = a_person(conference.partnership, INFORMANT, "Officer")
    shouting = a_person(conference.partnership, "Shout", "Door")
    for person in (informant, shouting):
        db.session.add(CasePerson(case_id=conference.ashdown.id, person_id=person.id, role=PersonRole.WITNESS))
    db.session.commit()
    refused = issued(coordinator, path)
    assert refused.status_code == 409
    assert "There is more that Roundtable would mask" in refused.text
    assert "Mask these as well" in coordinator.get(path).text
    assert coordinator.post(f"{path}/look-again").status_code == 303
    assert issued(coordinator, path).status_code == 303
