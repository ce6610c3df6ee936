"""The chair reads the minutes through, comments, sends back; what was done is shown first; then the chair approves."""

import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole
from core.minutes.models import Minutes, MinutesComment
from core.recording.models import Entry, ItemAttendance, Recusal
from tests.builders import a_user
from tests.integration.minutes.test_from_record_to_reader import Conference
from tests.integration.minutes.test_wording import WORDS, word

REMARK = "Say on which nights."
DONE = "Put in: the first three of June."
WHOLE = "Too long for what was decided."


@pytest.fixture
def conference(app):
    return Conference()


@pytest.fixture
def submitted(conference, visitor):
    """The conference, its minutes with the chair."""
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    coordinator.post(conference.path("minutes/submit"), {"version": 1})
    return conference


def minutes() -> Minutes:
    return db.session.query(Minutes).populate_existing().one()


def remarks() -> list[MinutesComment]:
    return db.session.query(MinutesComment).populate_existing().order_by(MinutesComment.id).all()


def commenting(conference, item: int | None = 0) -> str:
    """The address of a comment, on an item or on the whole."""
    if item is None:
        return conference.path("minutes/comment")
    return conference.path(f"minutes/items/{conference.meeting.items[item].id}/comment")


def send_back(conference, browser, note: str = ""):
    return browser.post(conference.path("minutes/send-back"), {"version": minutes().version, "comment": note})


def submit(conference, browser, **more):
    return browser.post(conference.path("minutes/submit"), {"version": minutes().version, **more})


def settle(conference, browser, said: MinutesComment, note: str = DONE):
    path = conference.path(f"minutes/comments/{said.id}")
    return browser.post(path, {"note": note, "version": said.version})


@pytest.fixture
def returned(submitted, visitor):
    """The minutes, sent back with a comment on the first item and one on the whole."""
    chair = visitor(submitted.chair)
    assert chair.post(commenting(submitted), {"text": REMARK}).status_code == 303
    assert chair.post(commenting(submitted, None), {"text": WHOLE}).status_code == 303
    assert send_back(submitted, chair).status_code == 303
    return submitted


def test_the_minutes_lead_the_chair_to_the_review_and_nobody_else(submitted, visitor):
    link = f'href="{submitted.path("minutes/review")}"'
    assert link in visitor(submitted.chair).get(submitted.path("minutes")).text
    assert link not in visitor(submitted.coordinator).get(submitted.path("minutes")).text
    assert visitor(submitted.coordinator).get(submitted.path("minutes/review")).status_code == 403
    assert visitor(submitted.officer).get(submitted.path("minutes/review")).status_code == 403


def test_a_comment_stands_under_its_item_and_leads_back_to_it(submitted, visitor):
    chair = visitor(submitted.chair)
    answer = chair.post(commenting(submitted), {"text": REMARK})
    assert answer.location == submitted.path("minutes/review") + "#item-1"
    chair.post(commenting(submitted, None), {"text": WHOLE})
    page = chair.get(submitted.path("minutes/review")).text
    whole, _, items = page.partition('id="item-1"')
    first, _, second = items.partition('id="item-2"')
    assert WHOLE in whole
    assert REMARK in first
    assert REMARK not in second
    assert "2 comments are open." in whole


def test_sending_back_needs_a_comment_or_a_note(submitted, visitor):
    chair = visitor(submitted.chair)
    answer = send_back(submitted, chair)
    assert answer.status_code == 422
    assert "Say what needs to be put right, here or in a comment" in answer.text
    assert minutes().status == "with the chair"
    chair.post(commenting(submitted), {"text": REMARK})
    assert send_back(submitted, chair).status_code == 303


def test_comments_are_made_while_the_minutes_are_with_the_chair_and_by_the_chair_alone(submitted, visitor):
    coordinator, chair = visitor(submitted.coordinator), visitor(submitted.chair)
    refused = coordinator.post(commenting(submitted), {"text": REMARK})
    assert refused.status_code == 403
    assert "Only the chair may approve the minutes" in refused.text
    assert send_back(submitted, chair, "Please mend it").status_code == 303
    late = chair.post(commenting(submitted), {"text": REMARK})
    assert late.status_code == 403
    assert "while the minutes are with the chair" in late.text
    assert not remarks()


def test_the_page_of_whoever_takes_the_minutes_counts_what_is_to_be_settled(returned, visitor):
    coordinator = visitor(returned.coordinator)
    page = coordinator.get(returned.path("minutes")).text
    assert "2 comments to settle" in page
    assert REMARK in page
    settle(returned, coordinator, remarks()[0])
    page = coordinator.get(returned.path("minutes")).text
    assert "1 comment to settle" in page
    assert DONE in page
    assert "Comment, settled" in page


def test_submitted_with_open_comments_it_asks_whether_that_is_meant(returned, visitor):
    coordinator = visitor(returned.coordinator)
    answer = submit(returned, coordinator)
    assert answer.status_code == 422
    assert "2 comments are not settled." in answer.text
    assert minutes().status == "sent back"
    assert submit(returned, coordinator, sure="yes").status_code == 303


def test_settled_without_a_change_they_are_submitted_without_a_question(returned, visitor):
    coordinator = visitor(returned.coordinator)
    for said in remarks():
        assert settle(returned, coordinator, said, "Read again; it is right as it stands").status_code == 303
    assert submit(returned, coordinator).status_code == 303


def test_worded_anew_is_a_change(submitted, visitor):
    coordinator = visitor(submitted.coordinator)
    send_back(submitted, visitor(submitted.chair), "Please word it better")
    assert submit(submitted, coordinator).status_code == 422
    word(submitted, coordinator)
    assert submit(submitted, coordinator).status_code == 303


def test_the_chair_sees_first_what_was_done_since_the_minutes_were_sent_back(returned, visitor):
    coordinator, chair = visitor(returned.coordinator), visitor(returned.chair)
    found = db.session.query(Entry).filter_by(text="Rent is eleven weeks behind.").one()
    assert word(returned, coordinator, of=found).status_code == 303
    settle(returned, coordinator, remarks()[0])
    submit(returned, coordinator, sure="yes")
    page = chair.get(returned.path("minutes/review")).text
    since = page.partition("Since Gwen Pritchard sent them back")[2].partition("Comments on the minutes as a whole")[0]
    assert DONE in since
    assert '<del class="app-removed"><span class="govuk-visually-hidden">[removed: </span>Rent is' in since
    assert since.count('app-removed"><span') == 1, "and it is shown once"
    assert 'href="#item-2"' in since
    assert "Nothing was changed." not in page


def test_what_was_worded_before_they_were_sent_back_is_not_shown_as_new(submitted, visitor):
    coordinator, chair = visitor(submitted.coordinator), visitor(submitted.chair)
    send_back(submitted, chair, "Word it")
    word(submitted, coordinator)
    submit(submitted, coordinator)
    send_back(submitted, chair, "Once more, please")
    submit(submitted, coordinator, sure="yes")
    page = chair.get(submitted.path("minutes/review")).text
    since, _, rest = page.partition("Worded otherwise than it was recorded")
    assert "Nothing was changed." in since
    assert "app-removed" not in since.partition("Since Gwen Pritchard")[2]
    assert "app-added" in rest


def test_approving_with_open_comments_asks_whether_that_is_meant(submitted, visitor, monkeypatch):
    chair = visitor(submitted.chair)
    chair.post(commenting(submitted), {"text": REMARK})
    path, version = submitted.path("minutes/approve"), minutes().version
    asked = chair.post(path, {"version": version})
    assert asked.status_code == 422
    assert "1 comment is open. Do you want to approve the minutes all the same?" in asked.text
    assert minutes().status == "with the chair"
    assert minutes().document_id is None
    assert chair.post(path, {"version": version, "despite": "yes"}).status_code == 303
    assert minutes().status == "approved"


def test_the_chair_takes_back_a_comment_of_their_own_and_whoever_takes_the_minutes_does_not(submitted, visitor):
    chair, coordinator = visitor(submitted.chair), visitor(submitted.coordinator)
    chair.post(commenting(submitted), {"text": REMARK})
    refused = settle(submitted, coordinator, remarks()[0])
    assert refused.status_code == 403
    assert "with the chair" in refused.text
    assert settle(submitted, chair, remarks()[0], "I misread it").status_code == 303
    assert chair.post(submitted.path("minutes/approve"), {"version": minutes().version}).status_code == 303


def test_whoever_settles_second_sees_what_the_first_said(returned, visitor):
    said = remarks()[0]
    read = said.version
    settle(returned, visitor(returned.coordinator), said)
    path = returned.path(f"minutes/comments/{said.id}")
    late = visitor(returned.chair).post(path, {"note": "Left as it was", "version": read})
    assert late.status_code == 409
    assert DONE in late.text.partition("<textarea")[0]
    assert ">\nLeft as it was</textarea>" in late.text
    assert remarks()[0].settled_note == DONE


def test_approved_nobody_comments_or_settles(returned, visitor):
    chair, coordinator = visitor(returned.chair), visitor(returned.coordinator)
    submit(returned, coordinator, sure="yes")
    approve = {"version": minutes().version, "despite": "yes"}
    assert chair.post(returned.path("minutes/approve"), approve).status_code == 303
    for answer in (
        chair.post(commenting(returned), {"text": REMARK}),
        settle(returned, coordinator, remarks()[0]),
    ):
        assert answer.status_code == 403
        assert "never change" in answer.text


def test_whoever_declared_an_interest_neither_reads_nor_makes_nor_settles_comments_on_it(returned, visitor):
    first, other = returned.meeting.items
    for user in (returned.coordinator, returned.chair):
        db.session.add(Recusal(item_id=first.id, case_id=returned.ashdown.id, user_id=user.id, declared_at=utc_now()))
    db.session.commit()
    coordinator, chair = visitor(returned.coordinator), visitor(returned.chair)
    page = coordinator.get(returned.path("minutes")).text
    assert REMARK not in page
    assert "1 comment to settle" in page, "the other is on the whole"
    assert settle(returned, coordinator, remarks()[0]).status_code == 403
    review = chair.get(returned.path("minutes/review")).text
    assert REMARK not in review
    assert "Ashdown" not in review
    settle(returned, coordinator, remarks()[1])
    submit(returned, coordinator, sure="yes")
    assert chair.get(commenting(returned)).status_code == 403
    assert chair.post(commenting(returned), {"text": "Still"}).status_code == 403
    assert chair.post(commenting(returned, 1), {"text": "This one is open"}).status_code == 303
    assert [each.item_id for each in remarks()] == [first.id, None, other.id]


def test_a_minute_taker_who_leads_nothing_settles_what_is_on_their_items_and_on_the_whole(returned, visitor):
    taker = a_user(returned.homes, "Tess Taker", group=returned.group, role=GroupRole.MEMBER)
    returned.meeting.minute_taker_id = taker.id
    line = returned._line(taker)
    db.session.add(ItemAttendance(item_id=returned.meeting.items[1].id, attendance_id=line.id))
    db.session.commit()
    browser = visitor(taker)
    page = browser.get(returned.path("minutes")).text
    assert REMARK not in page
    assert WHOLE in page
    on_missed, on_whole = remarks()
    assert settle(returned, browser, on_missed).status_code == 403
    assert settle(returned, browser, on_whole).status_code == 303


def test_a_comment_belongs_to_its_own_minutes(returned, visitor):
    assert visitor(returned.coordinator).get(returned.path("minutes/comments/987654321")).status_code == 404


def test_after_sending_back_the_review_says_with_whom_the_minutes_are(returned, visitor):
    page = visitor(returned.chair).get(returned.path("minutes/review")).text
    assert "These minutes are with whoever takes them, Samir Hussain." in page
    assert "Approve the minutes" not in page
    assert WORDS not in page


def test_longer_minutes_cost_the_review_no_more_queries(returned, visitor, count_queries):
    chair = visitor(returned.chair)
    chair.get(returned.path("minutes/review"))
    before = count_queries(chair.get, returned.path("minutes/review"))
    for number in range(5):
        for item in returned.meeting.items:
            db.session.add(
                MinutesComment(
                    minutes_id=minutes().id,
                    item_id=item.id,
                    text=f"Comment {number}",
                    at=utc_now(),
                    by_id=returned.chair.id,
                )
            )
    db.session.commit()
    for each in db.session.query(Entry).all():
        word(returned, visitor(returned.coordinator), f"Other words for {each.id}", of=each)
    assert count_queries(chair.get, returned.path("minutes/review")) == before
