"""Before anything goes: who would get what and why, the preview of a copy, and what the chair grants."""

import json

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.circulation.models import Copy
from core.circulation.proposals import proposals_for
from core.clock import utc_now
from core.extensions import db
from core.facts import EntryKind, GroupRole, Presence, Visibility
from core.minutes.models import Grant, Minutes
from core.minutes.queries import frozen_record
from core.recording.models import Attendance, Entry, EntryAgency, Recusal
from tests.builders import a_user, an_agency
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.forms import forms_of
from tests.support.papers import pages_of, text_in

__all__ = ["conference"]


def composed(conference, visitor) -> Minutes:
    visitor(conference.coordinator).post(conference.path("minutes"))
    return db.session.query(Minutes).one()


def page_of(conference, user) -> str:
    return conference.path(f"readers/{user.id}")


def grant(conference, visitor, user, item, *, to="person", reason="They lead on the family", by=None):
    return visitor(by or conference.chair).post(
        page_of(conference, user), {"items": [item.id], "to": to, "reason": reason}
    )


def words(page: str) -> str:
    return " ".join(page.split())


def row_of(page: str, name: str) -> str:
    """The row of somebody's in the list of recipients."""
    return next(row for row in page.split("<tr")[1:] if name in row)


def trail(action: str) -> list[dict]:
    rows = db.session.scalars(select(AuditRecord.body).where(AuditRecord.action == action).order_by(AuditRecord.seq))
    return [json.loads(row) for row in rows]


def test_the_list_counts_what_is_in_and_what_is_left_out(conference, visitor):
    approved(conference, visitor)
    page = visitor(conference.coordinator).get(conference.path("circulate")).text
    officer = words(row_of(page, "Aisha Rafiq"))
    assert 'data-label="Items in">1<' in officer
    assert 'data-label="Left out">1<' in officer
    assert "1 reason" in officer
    assert "Nothing left out" in row_of(page, "Gwen Pritchard")


def test_a_recipient_whose_agency_has_not_signed_may_not_be_sent_and_the_row_says_why(conference, visitor):
    buses = an_agency(conference.partnership, "Buses", signed_on=None)
    a_user(buses, "Una Unsigned", group=conference.group)
    approved(conference, visitor)
    page = visitor(conference.coordinator).get(conference.path("circulate")).text
    row = row_of(page, "Una Unsigned")
    assert "May not be sent." in row
    assert "is not in force" in row
    assert "checkbox" not in row


def test_whoever_was_sent_theirs_is_shown_so_and_not_chosen_again(conference, visitor):
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    assert f'value="{conference.officer.id}" checked' in coordinator.get(conference.path("circulate")).text
    coordinator.post(conference.path("circulate"), {"readers": [conference.officer.id]})
    page = coordinator.get(conference.path("circulate")).text
    assert "Sent " in row_of(page, "Aisha Rafiq")
    assert "checked" not in row_of(page, "Aisha Rafiq")
    assert "checked" in row_of(page, "Martin Obi")
    grant(conference, visitor, conference.officer, conference.meeting.items[1])
    again = coordinator.post(conference.path("circulate"), {"readers": [conference.officer.id]})
    assert again.status_code == 303, "with an item more it is another thing"
    assert db.session.query(Copy).count() == 2


def test_before_approval_the_list_is_there_and_nothing_can_be_sent(conference, visitor):
    composed(conference, visitor)
    coordinator = visitor(conference.coordinator)
    page = coordinator.get(conference.path("circulate")).text
    assert "not approved yet" in page
    assert "Circulate the minutes</button>" not in page
    assert 'data-label="Items in">2<' in words(row_of(page, "Martin Obi"))
    refused = coordinator.post(conference.path("circulate"), {"readers": [conference.landlord.id]})
    assert refused.status_code == 409
    assert db.session.query(Copy).count() == 0


def test_the_list_of_one_recipient_says_of_each_item_what_becomes_of_it_and_why(conference, visitor):
    approved(conference, visitor)
    page = words(visitor(conference.coordinator).get(page_of(conference, conference.landlord)).text)
    assert "Entries: 1 of 2. For other agencies only." in page
    assert "They were there for it." in page
    officer = words(visitor(conference.coordinator).get(page_of(conference, conference.officer)).text)
    assert "Was not present for this item." in officer
    assert "Grant item 2</span>" in officer


def test_the_number_of_queries_does_not_rise_with_the_recipients(conference, visitor, count_queries):
    minutes = approved(conference, visitor)

    def look():
        db.session.expire_all()
        meeting = db.session.get_one(type(conference.meeting), conference.meeting.id)
        return proposals_for(meeting, frozen_record(minutes), now=utc_now())

    look()  # the frozen record is read once
    few = count_queries(look)
    for number in range(30):
        agency = an_agency(conference.partnership, f"Agency {number}")
        a_user(agency, f"Reader {number}", group=conference.group)
    db.session.flush()
    assert count_queries(look) == few
    assert len(look()) == 34


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_a_preview_is_what_the_reader_would_get(conference, visitor, state):
    (composed if state == "draft" else approved)(conference, visitor)
    coordinator = visitor(conference.coordinator)
    path = page_of(conference, conference.officer)
    page = coordinator.get(f"{path}/preview").text
    assert "Preview as seen by Aisha Rafiq" in page
    assert "Seen at the flat on three nights." in page
    assert "Rent is eleven weeks behind." not in page
    assert "Priya Raman" not in page
    paper = text_in(coordinator.get(f"{path}/preview.pdf"))
    assert "Seen at the flat on three nights." in paper
    assert "Priya Raman" not in paper


def test_every_page_of_a_preview_is_marked_and_it_is_not_kept(conference, visitor):
    approved(conference, visitor)
    path = f"{page_of(conference, conference.landlord)}/preview.pdf"
    before = db.session.query(Copy).count()
    answer = visitor(conference.coordinator).get(path)
    pages = pages_of(answer.data)
    assert pages
    for text in pages:
        assert "PREVIEW of the copy of Martin Obi, Eastmere Homes" in text
        assert "Made for Samir Hussain" in text
    assert db.session.query(Copy).count() == before
    told = trail("minutes.preview")
    assert told[-1]["purpose"] == f"copy-of:u_{conference.landlord.id}"


@pytest.mark.parametrize("rest", ["", "/preview", "/preview.pdf"])
def test_a_member_previews_nobodys_copy_not_even_their_own(conference, visitor, rest):
    approved(conference, visitor)
    answer = visitor(conference.officer).get(page_of(conference, conference.officer) + rest)
    assert answer.status_code == 403


@pytest.mark.parametrize("rest", ["", "/preview", "/preview.pdf"])
def test_whoever_is_no_recipient_has_no_list_and_no_preview(conference, visitor, rest):
    approved(conference, visitor)
    stranger = a_user(conference.homes, "Sam Stranger")
    db.session.commit()
    assert visitor(conference.coordinator).get(page_of(conference, stranger) + rest).status_code == 404


def recuse(conference, user, item) -> None:
    db.session.add(
        Recusal(item_id=item.id, case_id=item.case_id, user_id=user.id, declared_at=utc_now(), reason="A neighbour")
    )
    db.session.flush()


def test_the_preview_holds_nothing_that_is_closed_to_whoever_looks_and_says_so(conference, visitor):
    first = conference.meeting.items[0]
    recuse(conference, conference.coordinator, first)
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    path = page_of(conference, conference.landlord)
    for page in (coordinator.get(f"{path}/preview").text, text_in(coordinator.get(f"{path}/preview.pdf"))):
        assert "Martin Ashdown" not in page
        assert "Seen at the flat" not in page
        assert "Rent is eleven weeks behind." in page
    assert "closed to you: this preview leaves it out" in words(coordinator.get(f"{path}/preview").text)
    lists = (coordinator.get(path).text, coordinator.get(conference.path("circulate")).text)
    for page in lists:
        assert "Item 1 is closed to you" in words(page)
        assert "Ashdown" not in page
    whole = visitor(conference.chair).get(f"{path}/preview").text
    assert "Martin Ashdown" in whole


def test_what_the_chair_grants_is_in_preview_and_copy_and_shown_with_reason_and_by_whom(conference, visitor):
    approved(conference, visitor)
    second = conference.meeting.items[1]
    assert grant(conference, visitor, conference.officer, second).status_code == 303
    coordinator = visitor(conference.coordinator)
    path = page_of(conference, conference.officer)
    page = words(coordinator.get(path).text)
    assert "<strong>Granted</strong> by Gwen Pritchard" in page
    assert "They lead on the family" in page
    assert "Rent is eleven weeks behind." in coordinator.get(f"{path}/preview").text
    coordinator.post(conference.path("circulate"), {"readers": [conference.officer.id]})
    copy = db.session.query(Copy).one()
    assert copy.granted_items == str(second.id)
    assert "Rent is eleven weeks behind." in text_in(visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf"))
    [told] = trail("minutes.grant")
    assert told["recipient"] == f"u_{conference.officer.id}"


def test_a_grant_to_an_agency_is_for_all_of_its_people(conference, visitor):
    constable = a_user(conference.police, "Ben Constable", group=conference.group)
    approved(conference, visitor)
    grant(conference, visitor, conference.officer, conference.meeting.items[1], to="agency")
    chair = visitor(conference.chair)
    for user in (conference.officer, constable):
        assert "Rent is eleven weeks behind." in chair.get(f"{page_of(conference, user)}/preview").text


def test_a_grant_that_is_taken_back_holds_no_more_even_for_a_copy_that_went_out(conference, visitor):
    approved(conference, visitor)
    grant(conference, visitor, conference.officer, conference.meeting.items[1])
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    made = db.session.query(Grant).one()
    path = f"{page_of(conference, conference.officer)}/grants/{made.id}/take-back"
    assert visitor(conference.coordinator).post(path).status_code == 303
    copy = db.session.query(Copy).one()
    paper = text_in(visitor(conference.officer).get(f"/copies/{copy.id}/minutes.pdf"))
    assert "Rent is eleven weeks behind." not in paper
    assert visitor(conference.coordinator).post(path).status_code == 409
    assert len(trail("minutes.take_back_grant")) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to": "person", "reason": "Because"}, "Choose at least one item to grant"),
        ({"items": "second", "to": "person"}, "Enter a reason"),
        ({"items": "second", "reason": "Because"}, "Choose who may have these items"),
        ({"items": "first", "to": "person", "reason": "Because"}, "Choose from the list"),
        ({"items": "nonsense", "to": "person", "reason": "Because"}, "Choose from the list"),
        ({"items": "second", "to": "everybody", "reason": "Because"}, "Choose from the list"),
    ],
)
def test_a_grant_needs_an_item_that_may_be_granted_somebody_and_a_reason(conference, visitor, fields, said):
    approved(conference, visitor)
    first, second = conference.meeting.items
    items = {"first": first.id, "second": second.id}
    data = {**fields, **({"items": items.get(fields["items"], fields["items"])} if "items" in fields else {})}
    answer = visitor(conference.chair).post(page_of(conference, conference.officer), data)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.query(Grant).count() == 0


def test_whoever_declared_an_interest_neither_grants_the_item_nor_is_granted_it(conference, visitor):
    second = conference.meeting.items[1]
    recuse(conference, conference.coordinator, second)
    approved(conference, visitor)
    assert grant(conference, visitor, conference.officer, second, by=conference.coordinator).status_code == 422
    assert grant(conference, visitor, conference.coordinator, second, by=conference.chair).status_code == 422
    assert db.session.query(Grant).count() == 0


def test_a_member_grants_nothing(conference, visitor):
    approved(conference, visitor)
    answer = grant(conference, visitor, conference.landlord, conference.meeting.items[1], by=conference.officer)
    assert answer.status_code == 403
    assert db.session.query(Grant).count() == 0


def test_an_absent_member_is_listed_with_nothing_and_granted_what_the_chair_says(conference, visitor):
    school = an_agency(conference.partnership, "Millbrook School")
    absent = a_user(school, "Olu Absent", group=conference.group)
    db.session.add(
        Attendance(
            meeting_id=conference.meeting.id,
            user_id=absent.id,
            name=absent.name,
            agency_id=school.id,
            agency_name=school.name,
            presence=Presence.APOLOGIES,
        )
    )
    db.session.flush()
    approved(conference, visitor)
    first = conference.meeting.items[0]
    page = visitor(conference.chair).get(conference.path("circulate")).text
    assert 'data-label="Left out">2<' in words(row_of(page, "Olu Absent"))
    grant(conference, visitor, absent, first)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [absent.id]})
    copy = db.session.query(Copy).one()
    paper = text_in(visitor(absent).get(f"/copies/{copy.id}/minutes.pdf"))
    assert "Seen at the flat on three nights." in paper
    assert "An informant says so." not in paper
    assert "Priya Raman" not in paper


def test_what_is_for_named_agencies_and_for_the_chair_stays_with_them_in_each_paper(conference, visitor):
    first = conference.meeting.items[0]
    db.session.add(
        Entry(
            meeting_id=conference.meeting.id,
            item_id=first.id,
            kind=EntryKind.INFORMATION,
            text="The tenancy ends in May.",
            source_agency_id=conference.council.id,
            visibility=Visibility.NAMED,
            named_agencies=[EntryAgency(agency_id=conference.homes.id)],
            author_id=conference.coordinator.id,
            written_at=utc_now(),
        )
    )
    db.session.flush()
    approved(conference, visitor)
    everybody = (conference.chair, conference.officer, conference.landlord)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [user.id for user in everybody]})
    papers = {
        copy.user_id: text_in(visitor(copy.user).get(f"/copies/{copy.id}/minutes.pdf"))
        for copy in db.session.query(Copy)
    }
    holds = {user.name: "The tenancy ends in May." in papers[user.id] for user in everybody}
    assert holds == {"Gwen Pritchard": True, "Aisha Rafiq": False, "Martin Obi": True}
    for user in everybody:
        assert f"Copy of {user.name}" in papers[user.id]
        others = [other for other in everybody if other is not user]
        assert not any(f"Copy of {other.name}" in papers[user.id] for other in others)


def test_the_boxes_of_a_recipients_page_are_the_items_that_may_be_granted(conference, visitor):
    deputy = a_user(conference.police, "Dee Deputy", group=conference.group, role=GroupRole.DEPUTY_CHAIR)
    approved(conference, visitor)
    page = visitor(deputy).get(page_of(conference, conference.officer)).text
    form = next(each for each in forms_of(page) if "items" in each.fields)
    assert list(form.fields["items"].options) == [str(conference.meeting.items[1].id)]
