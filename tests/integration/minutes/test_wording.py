"""The minutes are worded anew in versions, while the record stays as it was written."""

from datetime import timedelta

import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MinutesStatus, Visibility
from core.minutes import build
from core.minutes.models import Minutes, Wording
from core.minutes.queries import frozen_record
from core.minutes.wording.queries import newest_of, version_of_words
from core.recording.models import Attendance, Entry, ItemAttendance, Recusal
from tests.builders import a_user
from tests.integration.minutes.test_from_record_to_reader import Conference, approved
from tests.support.papers import text_in

RECORDED = "Seen at the flat on three nights."
WORDS = "Officers saw him at the flat on three nights in June."


@pytest.fixture
def conference(app):
    return Conference()


@pytest.fixture
def draft(conference, visitor):
    """The conference, its minutes composed."""
    visitor(conference.coordinator).post(conference.path("minutes"))
    return conference


def entry(text: str = RECORDED) -> Entry:
    """The entry of the conference that was recorded in these words."""
    return db.session.query(Entry).filter_by(text=text).one()


def wording(conference, of: Entry | None = None, rest: str = "") -> str:
    """The address of an entry's wording."""
    return conference.path(f"minutes/entries/{(of or entry()).id}/wording{rest}")


def version(of: Entry | None = None) -> int:
    """What its form would carry now."""
    found = of or entry()
    return version_of_words(found, newest_of(found.id))


def word(conference, browser, text: str = WORDS, *, read: int | None = None, of: Entry | None = None):
    """Send the form."""
    data = {"text": text, "version": read if read is not None else version(of)}
    return browser.post(wording(conference, of), data)


def minuted(conference) -> list[str]:
    """What the minutes say under the first item."""
    return [each.text for each in build.build(conference.meeting.id).items[0].entries]


def test_the_minutes_say_it_in_the_newest_words_and_the_record_stays(draft, visitor):
    coordinator = visitor(draft.coordinator)
    answer = word(draft, coordinator)
    assert answer.status_code == 303
    assert answer.location == draft.path("minutes") + "#item-1"
    assert word(draft, coordinator, "Officers saw him there.").status_code == 303
    assert minuted(draft)[0] == "Officers saw him there."
    assert entry().text == RECORDED
    assert [(each.number, each.text) for each in db.session.query(Wording).order_by(Wording.number)] == [
        (1, WORDS),
        (2, "Officers saw him there."),
    ]
    page = coordinator.get(draft.path("minutes")).text
    assert "Officers saw him there." in page
    assert "Worded by Samir Hussain" in page
    assert RECORDED not in page


def test_the_form_shows_the_record_and_holds_the_words_of_the_minutes(draft, visitor):
    coordinator = visitor(draft.coordinator)
    first = coordinator.get(wording(draft)).text
    assert f">\n{RECORDED}</textarea>" in first
    word(draft, coordinator)
    again = coordinator.get(wording(draft)).text
    assert RECORDED in again.partition("<textarea")[0]
    assert f">\n{WORDS}</textarea>" in again
    assert "Worded so by Samir Hussain" in again


def test_opened_in_its_place_the_form_is_a_fragment_and_what_is_saved_is_the_entry(draft, visitor):
    coordinator, by_script = visitor(draft.coordinator), {"headers": {"HX-Request": "true"}}
    link = f'hx-get="{wording(draft)}" hx-target="#wording-{entry().id}"'
    assert link in coordinator.get(draft.path("minutes")).text
    opened = coordinator.get(wording(draft), **by_script).text
    assert "<html" not in opened
    assert f'hx-target="#entry-{entry().id}" hx-swap="outerHTML"' in opened

    data = {"text": WORDS, "version": version()}
    for sent, status in (({**data, "text": ""}, 422), ({**data, "version": data["version"] + 1}, 409)):
        refused = coordinator.post(wording(draft), sent, **by_script)
        assert refused.status_code == status
        assert refused.headers["HX-Retarget"] == f"#wording-{entry().id}"
        assert "<html" not in refused.text

    saved = coordinator.post(wording(draft), data, **by_script)
    assert saved.status_code == 200
    assert "HX-Retarget" not in saved.headers, "a repeat is answered without headers"
    assert saved.text.lstrip().startswith(f'<div id="entry-{entry().id}">')
    for words in (WORDS, "Worded by Samir Hussain", link, "Change the record", "The minutes have your wording"):
        assert words in saved.text


def test_the_same_words_again_make_no_version(draft, visitor):
    coordinator = visitor(draft.coordinator)
    word(draft, coordinator, RECORDED)
    assert db.session.query(Wording).count() == 0
    word(draft, coordinator)
    word(draft, coordinator)
    assert db.session.query(Wording).count() == 1


def test_whoever_comes_second_sees_both_and_keeps_their_words(draft, visitor):
    read = version()
    assert word(draft, visitor(draft.chair), "He was seen there thrice.", read=read).status_code == 303
    late = word(draft, visitor(draft.coordinator), read=read)
    assert late.status_code == 409
    assert "He was seen there thrice." in late.text.partition("<textarea")[0]
    assert f">\n{WORDS}</textarea>" in late.text
    assert db.session.query(Wording).count() == 1
    assert word(draft, visitor(draft.coordinator)).status_code == 303
    assert minuted(draft)[0] == WORDS


def test_a_record_that_was_changed_meanwhile_is_shown_before_the_words_are_kept(draft, visitor):
    read, found = version(), entry()
    found.text = "Seen on four nights."
    db.session.commit()
    late = word(draft, visitor(draft.coordinator), read=read, of=found)
    assert late.status_code == 409
    assert "Seen on four nights." in late.text.partition("<textarea")[0]
    assert db.session.query(Wording).count() == 0


def test_of_a_record_that_was_changed_after_it_was_worded_the_pages_say_so(draft, visitor):
    coordinator, found = visitor(draft.coordinator), entry()
    word(draft, coordinator)
    found.text = "Seen on four nights."
    db.session.commit()
    assert minuted(draft)[0] == WORDS, "the wording stays until somebody looks at it"
    assert "The record was changed after that." in coordinator.get(draft.path("minutes")).text
    assert "The record was changed after this was worded." in coordinator.get(wording(draft, found)).text
    assert word(draft, coordinator, of=found).status_code == 303, "looked at, and right as it is"
    assert "The record was changed" not in coordinator.get(draft.path("minutes")).text


def test_the_records_own_words_are_taken_again_as_a_version_and_followed_from_then_on(draft, visitor):
    coordinator, found = visitor(draft.coordinator), entry()
    word(draft, coordinator)
    answer = coordinator.post(wording(draft, rest="/record"), {"version": version()})
    assert answer.status_code == 303
    assert minuted(draft)[0] == RECORDED
    assert [each.number for each in db.session.query(Wording)] == [1, 2]
    found.text = "Seen on four nights."
    db.session.commit()
    assert minuted(draft)[0] == "Seen on four nights."
    page = coordinator.get(draft.path("minutes")).text
    assert "took the record’s own words again" in page
    assert "The record was changed" not in page


def test_the_history_says_who_when_and_which_words_were_added_and_removed(draft, visitor):
    coordinator = visitor(draft.coordinator)
    word(draft, coordinator)
    word(draft, visitor(draft.chair), "Officers saw him at the flat on four nights in June.")
    coordinator.post(wording(draft, rest="/record"), {"version": version()})
    page = coordinator.get(wording(draft, rest="/history")).text
    newest, second, first = (page.index(f"Version {number}") for number in (3, 2, 1))
    assert newest < second < first
    assert "Gwen Pritchard" in page[second:first]
    removed = '<del class="app-removed"><span class="govuk-visually-hidden">[removed: </span>three'
    added = '<ins class="app-added"><span class="govuk-visually-hidden">[added: </span>four'
    assert removed in page[second:first]
    assert added in page[second:first]
    assert "Samir Hussain took the record’s own words again" in page[newest:second]
    assert RECORDED in page[first:]


@pytest.mark.parametrize("status", [MinutesStatus.SUBMITTED, MinutesStatus.APPROVED])
def test_with_the_chair_or_approved_nobody_words_anything(draft, visitor, status):
    word(draft, visitor(draft.coordinator))
    db.session.query(Minutes).one().status = status
    db.session.commit()
    reason = "with the chair" if status is MinutesStatus.SUBMITTED else "never change"
    for user in (draft.coordinator, draft.chair):
        browser = visitor(user)
        for answer in (
            browser.get(wording(draft)),
            word(draft, browser, "Other words"),
            browser.post(wording(draft, rest="/record"), {"version": version()}),
        ):
            assert answer.status_code == 403
            assert reason in answer.text
        assert browser.get(wording(draft, rest="/history")).status_code == 200
        assert "Word it" not in browser.get(draft.path("minutes")).text
    assert db.session.query(Wording).count() == 1


def test_a_member_words_nothing_and_reads_no_history(draft, visitor):
    officer = visitor(draft.officer)
    for answer in (officer.get(wording(draft)), word(draft, officer), officer.get(wording(draft, rest="/history"))):
        assert answer.status_code == 403
        assert RECORDED not in answer.text


def taken_by(conference, *, item: int) -> Attendance:
    """The minutes are taken by an ordinary member, of the agency of homes, who was there for that item alone."""
    taker = a_user(conference.homes, "Tess Taker", group=conference.group, role=GroupRole.MEMBER)
    conference.meeting.minute_taker_id = taker.id
    line = conference._line(taker)
    db.session.add(ItemAttendance(item_id=conference.meeting.items[item].id, attendance_id=line.id))
    db.session.commit()
    return line


def test_a_minute_taker_who_leads_nothing_words_what_they_may_read_and_nothing_else(draft, visitor):
    taker = visitor(taken_by(draft, item=0).user)
    secret, elsewhere = entry("An informant says so."), entry("Rent is eleven weeks behind.")
    page = taker.get(draft.path("minutes")).text
    assert wording(draft) in page
    assert wording(draft, secret) not in page
    assert word(draft, taker).status_code == 303
    for closed, status in ((secret, 404), (elsewhere, 403)):
        for answer in (
            taker.get(wording(draft, closed)),
            word(draft, taker, of=closed),
            taker.get(wording(draft, closed, "/history")),
            taker.post(wording(draft, closed, "/record"), {"version": 1}),
        ):
            assert answer.status_code == status
            assert closed.text not in answer.text
    assert db.session.query(Wording).count() == 1


def test_whoever_may_word_an_entry_has_it_in_their_minutes_and_the_other_way_round(draft, visitor):
    """The rule of core.policy.composing and the cut of core.minutes.record say the same of everybody and everything."""
    taker = taken_by(draft, item=1).user
    secret = entry("An informant says so.")
    secret.visibility = Visibility.NAMED
    draft.raman.restricted = True
    db.session.add(
        Recusal(
            item_id=draft.meeting.items[0].id,
            case_id=draft.ashdown.id,
            user_id=draft.chair.id,
            declared_at=utc_now(),
        )
    )
    db.session.commit()
    seen = set()
    for user in (draft.chair, draft.coordinator, taker):
        browser = visitor(user)
        page = browser.get(draft.path("minutes")).text
        for each in db.session.query(Entry):
            shown = f'href="{wording(draft, each)}"' in page
            assert (browser.get(wording(draft, each)).status_code == 200) == shown, (user.name, each.text)
            assert (each.text in page) == shown
            seen.add((user.name, shown))
    assert {shown for _, shown in seen} == {True, False}


def test_whoever_declared_an_interest_words_nothing_of_that_item(draft, visitor):
    word(draft, visitor(draft.coordinator))
    recusal = Recusal(
        item_id=draft.meeting.items[0].id,
        case_id=draft.ashdown.id,
        user_id=draft.coordinator.id,
        declared_at=utc_now(),
    )
    db.session.add(recusal)
    db.session.commit()
    coordinator = visitor(draft.coordinator)
    for answer in (
        coordinator.get(wording(draft)),
        word(draft, coordinator, "Other words"),
        coordinator.get(wording(draft, rest="/history")),
    ):
        assert answer.status_code == 403
        assert "officers" not in answer.text.casefold()


def test_an_entry_is_worded_under_its_own_meeting_alone_and_not_once_struck_out(draft, visitor):
    coordinator = visitor(draft.coordinator)
    assert coordinator.get(draft.path("minutes/entries/987654321/wording")).status_code == 404
    found = entry()
    found.struck_at = utc_now()
    db.session.commit()
    assert coordinator.get(wording(draft, found)).status_code == 404


def test_approved_the_words_are_frozen_in_record_and_document(conference, visitor):
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    word(conference, coordinator)
    minutes = approved(conference, visitor)
    assert frozen_record(minutes).items[0].entries[0].text == WORDS
    document = text_in(visitor(conference.chair).get(conference.path("minutes.pdf")))
    assert WORDS in " ".join(document.split())
    assert RECORDED not in document


def test_more_wording_costs_no_more_queries(draft, visitor, count_queries):
    before = count_queries(build.build, draft.meeting.id)
    for each in db.session.query(Entry).all():
        for number in range(1, 4):
            db.session.add(
                Wording(
                    entry_id=each.id,
                    number=number,
                    text=f"Version {number}",
                    entry_version=each.version,
                    at=utc_now() + timedelta(minutes=number),
                    by_id=draft.coordinator.id,
                )
            )
    db.session.flush()
    assert count_queries(build.build, draft.meeting.id) == before
    assert minuted(draft) == ["Version 3", "Version 3"]
