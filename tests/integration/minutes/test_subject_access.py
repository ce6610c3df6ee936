"""What one person is given of approved minutes: their items, with third parties and sources masked."""

import re
import zlib
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CasePerson
from core.circulation.models import Mail
from core.clock import utc_now
from core.dates import in_words
from core.documents.models import Document
from core.extensions import db
from core.facts import EntryKind, MaskReason, PersonRole, Visibility
from core.minutes.access.due import due_after, due_on
from core.minutes.models import Minutes, SubjectAccessCopy, SubjectAccessMask
from core.recording.models import Entry, Recusal
from tests.builders import a_case, a_person, today
from tests.integration.minutes.test_from_record_to_reader import Conference, approved
from tests.support.papers import text_in

THIRD = "Xanthippe"
OTHER_CASE = "Zephyrine"
INFORMANT = "Quillfeather"
CONFIDED = f"{INFORMANT} told the officer of {THIRD}."


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


def asked(day) -> dict[str, object]:
    """The boxes of the day on which somebody asked."""
    return {"asked_on-day": day.day, "asked_on-month": day.month, "asked_on-year": day.year}


def begun(conference, browser, person=None, day=None) -> str:
    """Start a copy; the address of its page."""
    data = {"person": (person or conference.martin).id, **asked(day or today())}
    answer = browser.post(conference.path("minutes/access/new"), data)
    assert answer.status_code == 303, answer.text
    return answer.location


def the_copy() -> SubjectAccessCopy:
    """The only copy there is."""
    db.session.expire_all()
    return db.session.query(SubjectAccessCopy).one()


def issued(browser, path: str):
    """Issue it as it stands."""
    return browser.post(f"{path}/issue", {"version": the_copy().version, "read": "y"})


def words_of(answer) -> str:
    """What a PDF says, in one line."""
    return text_in(answer).replace("] ", "]")


def streams_of(content: bytes) -> bytes:
    """Everything that a PDF holds, unpacked: streams, strings, metadata, bookmarks, names of files."""
    held = [content]
    with pikepdf.open(BytesIO(content)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                held.append(thing.read_bytes())
            held.append(str(thing).encode(errors="replace"))
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Array):
                held.append(thing.unparse(resolved=False))
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            held.append(zlib.decompress(packed))
        except zlib.error:
            held.append(packed)
    return b"\0".join(held)


def forms_of(word: str) -> list[bytes]:
    """How a word may stand in a file."""
    return [word.encode(), word.encode("utf-16-be"), word.encode("utf-16-le"), word.encode().hex().encode()]


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


def test_it_is_due_a_calendar_month_after_they_asked_and_says_when_that_is_over(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    day = today() - timedelta(days=60)
    path = begun(conference, coordinator, day=day)
    page = coordinator.get(path).text
    assert in_words(due_after(day)) in page
    assert "Overdue" in page
    assert "Overdue" in coordinator.get(conference.path("minutes")).text
    ahead = {"person": conference.neighbour.id, **asked(today() + timedelta(days=1))}
    late = coordinator.post(conference.path("minutes/access/new"), ahead)
    assert late.status_code == 422
    assert "must be today or earlier" in late.text


def test_the_day_of_the_request_is_put_right_while_it_is_a_draft(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    read, day = the_copy().version, today() - timedelta(days=12)
    assert coordinator.post(f"{path}/day", {"version": read, **asked(day)}).status_code == 303
    assert the_copy().asked_on == day
    assert in_words(due_after(day)) in coordinator.get(path).text
    late = visitor(conference.chair).post(f"{path}/day", {"version": read, **asked(today() - timedelta(days=3))})
    assert late.status_code == 409
    assert in_words(day) in late.text
    ahead = coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today() + timedelta(days=1))})
    assert ahead.status_code == 422
    assert the_copy().asked_on == day


def test_two_months_more_are_recorded_with_a_reason_for_whoever_was_told_within_the_first(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    day = today() - timedelta(days=60)
    path, due = begun(conference, coordinator, day=day), due_after(day, further_months=2)
    assert in_words(due) in coordinator.get(f"{path}/extend").text
    told = {f"told_on-{box}": getattr(day, box) for box in ("day", "month", "year")}
    assert coordinator.post(f"{path}/extend", {"reason": " ", **told}).status_code == 422
    for wrong in (today(), day - timedelta(days=1)):
        boxes = {f"told_on-{box}": getattr(wrong, box) for box in ("day", "month", "year")}
        refused = coordinator.post(f"{path}/extend", {"reason": "Forty items", **boxes})
        assert refused.status_code == 422
        assert f"{in_words(due_after(day))}, when the first month ends" in refused.text
    assert the_copy().extended_at is None
    assert coordinator.post(f"{path}/extend", {"reason": "Forty <items>", **told}).status_code == 303
    page = coordinator.get(path).text
    assert in_words(due) in page and "Forty &lt;items&gt;" in page and "Samir Hussain" in page
    assert "Overdue" not in page
    assert "two months later than usual" in coordinator.get(conference.path("minutes")).text
    again = coordinator.post(f"{path}/extend", {"reason": "Still more", **told})
    assert again.status_code == 422
    assert "The law gives no further time" in again.text
    other = coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today())})
    assert other.status_code == 422
    assert f"They were told on {in_words(day)}" in other.text
    assert (the_copy().asked_on, due_on(the_copy())) == (day, due)


def test_a_draft_that_is_withdrawn_stays_with_its_reason_and_another_can_be_begun(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator, day=today() - timedelta(days=60))
    masks, read = len(the_copy().masks), the_copy().version
    assert coordinator.post(f"{path}/withdraw", {"reason": " "}).status_code == 422
    assert coordinator.post(f"{path}/withdraw", {"reason": "It is for <his> cousin"}).status_code == 303
    page = coordinator.get(path).text
    assert "Withdrawn" in page and "Samir Hussain" in page and "It is for &lt;his&gt; cousin" in page
    assert "Overdue" not in page
    assert "withdrawn" in coordinator.get(conference.path("minutes")).text
    for rest, data, status in (
        ("look-again", {}, 403),
        ("day", {"version": the_copy().version, **asked(today())}, 403),
        ("extend", {"reason": "Complex"}, 403),
        ("withdraw", {"reason": "Once more"}, 409),
        ("issue", {"version": read, "read": "y"}, 409),
    ):
        answer = coordinator.post(f"{path}/{rest}", data)
        assert answer.status_code == status, rest
        assert "This copy was withdrawn" in answer.text
    assert coordinator.get(f"{path}/copy.pdf").status_code == 409
    assert len(the_copy().masks) == masks
    assert the_copy().withdrawn_reason == "It is for <his> cousin"
    assert begun(conference, coordinator) != path


def test_it_is_started_from_the_persons_page_by_whoever_may_make_it(conference, minutes, visitor):
    person, coordinator = f"/people/{conference.martin.id}", visitor(conference.coordinator)
    assert f"{person}/access" in coordinator.get(person).text
    start = f"{conference.path('minutes/access/new')}?person={conference.martin.id}"
    assert start in coordinator.get(f"{person}/access").text
    chosen = re.search(rf'<input[^>]*value="{conference.martin.id}"[^>]*>', coordinator.get(start).text)
    assert "checked" in chosen[0]
    path = begun(conference, coordinator)
    found = coordinator.get(f"{person}/access").text
    assert path in found and start not in found, "one at a time"
    officer = visitor(conference.officer)
    assert f"{person}/access" not in officer.get(person).text
    assert officer.get(f"{person}/access").status_code == 403
    recusal = {"case_id": conference.ashdown.id, "user_id": conference.coordinator.id, "declared_at": utc_now()}
    db.session.add(Recusal(item_id=conference.meeting.items[0].id, **recusal))
    a_case(conference.partnership, conference.police, group=conference.group, subject=conference.martin)
    db.session.commit()
    closed = coordinator.get(f"{person}/access").text
    assert "Of 1 more meeting, part of what the minutes hold" in closed
    assert path not in closed and start not in closed


def test_one_copy_for_a_person_at_a_time(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    second = coordinator.post(conference.path("minutes/access/new"), {"person": conference.martin.id, **asked(today())})
    assert second.status_code == 422
    assert "has been begun and is not issued yet" in second.text
    issued(coordinator, path)
    assert begun(conference, coordinator) != path


def test_whoever_declared_an_interest_in_one_of_the_items_makes_no_copy(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    db.session.add(
        Recusal(
            item_id=conference.meeting.items[0].id,
            case_id=conference.ashdown.id,
            user_id=conference.chair.id,
            declared_at=utc_now(),
        )
    )
    db.session.commit()
    chair = visitor(conference.chair)
    refused = chair.get(path)
    assert refused.status_code == 403
    assert "You declared a conflict of interest" in refused.text
    assert chair.get(f"{path}/copy.pdf").status_code == 403
    page = chair.get(conference.path("minutes/access/new")).text
    assert "Martin Ashdown" not in page
    assert "2 people are not listed" in page
    assert f"{OTHER_CASE} Raman" in page
    assert path not in chair.get(conference.path("minutes")).text
    assert chair.post(conference.path("minutes/access/new"), {"person": conference.martin.id}).status_code == 422


@pytest.mark.parametrize("who", ["officer", "landlord"])
def test_whoever_does_not_lead_the_group_makes_and_reads_none(conference, minutes, visitor, who):
    path = begun(conference, visitor(conference.coordinator))
    browser = visitor(getattr(conference, who))
    for address in (path, f"{path}/copy.pdf", conference.path("minutes/access/new")):
        assert browser.get(address).status_code == 403


def test_before_the_minutes_are_approved_there_is_none(conference, visitor):
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    refused = coordinator.get(conference.path("minutes/access/new"))
    assert refused.status_code == 403
    assert "when the chair has approved them" in refused.text


def test_the_trail_keeps_what_was_done_and_names_nobody(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    item = conference.meeting.items[0]
    coordinator.post(
        f"{path}/items/{item.id}/mask", {"words": "the lady next door", "reason": MaskReason.THIRD_PARTY, "note": THIRD}
    )
    coordinator.post(f"{path}/masks/{the_copy().masks[0].id}/lift", {"reason": "They agree"})
    coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today() - timedelta(days=3))})
    told = {f"told_on-{box}": getattr(today(), box) for box in ("day", "month", "year")}
    coordinator.post(f"{path}/extend", {"reason": f"{THIRD} is in all of it", **told})
    issued(coordinator, path)
    coordinator.get(f"{path}/copy.pdf")
    second = begun(conference, coordinator)
    coordinator.post(f"{second}/withdraw", {"reason": f"{THIRD} asked"})
    coordinator.get(f"/people/{conference.martin.id}/access")
    bodies = [body for body in db.session.scalars(select(AuditRecord.body)) if '"access.' in body]
    done = {re.search(r'"action":"([^"]+)"', body)[1] for body in bodies}
    assert done >= {
        *("access.begin", "access.mask", "access.lift", "access.change_day", "access.extend", "access.issue"),
        *("access.download", "access.withdraw", "access.find"),
    }
    for word in (THIRD, "Ashdown", "next door", "They agree"):
        assert not [body for body in bodies if word in body]
    assert all(f'"p_{conference.martin.id}"' in body for body in bodies if "access.choose" not in body)


def test_another_meetings_address_finds_nothing(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    other = path.replace(f"/meetings/{conference.meeting.id}/", "/meetings/987654/")
    assert coordinator.get(other).status_code == 404
    second = conference.meeting.items[1]
    assert coordinator.get(f"{path}/items/{second.id}/mask").status_code == 404, "an item of somebody else"
    assert coordinator.get(f"{path}/masks/987654/lift").status_code == 404
