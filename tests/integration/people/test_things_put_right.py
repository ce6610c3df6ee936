"""Research returns, nominations and contact plans: what was wrong is put right, kept, and told to those who read it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.cases.models import CasePerson
from core.circulation.models import Mail
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import CaseStatus, GroupRole, MailKind, MeetingStatus, PersonRole
from core.meetings.models import Nomination, Research
from core.people.history.models import Answer, HeldVersion, Rectification, Statement, Why
from core.standards.models import ContactPlan
from tests.builders import a_case, a_meeting, a_person, a_user, an_agency, an_item, today

REASON = "They read the file of another family"


@pytest.fixture
def heard(partners):
    """Ada, the victim in a case that the group hears in a week, and a member of a third agency."""
    ada = a_person(partners.partnership, "Ada", "May")
    case = a_case(partners.partnership, partners.council, title="Mill Lane", group=partners.group, subject=ada)
    db.session.add(CasePerson(case_id=case.id, person_id=ada.id, role=PersonRole.VICTIM))
    db.session.flush()
    homes = an_agency(partners.partnership, "Mere Homes")
    return a_meeting(partners.group), case, ada, a_user(homes, "Hal Homes", group=partners.group)


def asked(browser, person, what):
    said = {
        "what": what,
        "says": "That was not me",
        "asked_by": "the person concerned",
        "restricted": "y",
        **{f"asked_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
    }
    answer = browser.post(f"/people/{person.id}/rectify", said)
    assert answer.status_code == 303, answer.text
    return db.session.scalars(select(Rectification).order_by(Rectification.id.desc())).first()


def rectified(browser, request, status=303):
    db.session.refresh(request)
    given = {"version": str(request.version), "reason": "We looked", "answer": "rectified"}
    answer = browser.post(f"/rectifications/{request.id}/answer", given)
    assert answer.status_code == status, answer.text
    return answer


@pytest.fixture
def returned(heard, partners, constable):
    """The police returned something on it."""
    meeting, case, _, _ = heard
    item = an_item(meeting, case)
    research = Research(
        item_id=item.id, agency_id=partners.police.id, asked_at=utc_now(), due_on=local_date(meeting.starts_at)
    )
    db.session.add(research)
    db.session.commit()
    path = f"/meetings/{meeting.id}/research/{research.id}"
    form = constable.get(path).text
    assert "stood there before was wrong" not in form, "nothing stands there yet"
    answer = constable.post(path, {"version": "1", "holds": "something", "text": "Two warnings in May"})
    assert answer.status_code == 303, answer.text
    return research, path


def corrected(browser, path, research, status=303, **fields):
    db.session.refresh(research)
    said = {"version": str(research.version), "holds": "something", "text": "One warning in May", **fields}
    answer = browser.post(path, said)
    assert answer.status_code == status, answer.text
    return answer


WRONG = {"wrong": "y", "was_wrong": REASON}


def test_a_return_is_put_right_and_those_who_could_read_it_are_listed_and_told(
    heard, partners, returned, officer, constable, chair, visitor
):
    meeting, case, ada, other = heard
    research, path = returned
    chair.get(f"/meetings/{meeting.id}/items/{research.item_id}/research")
    stranger = visitor(other)
    assert "Two warnings" not in stranger.get(f"/meetings/{meeting.id}/items/{research.item_id}/research").text
    request = asked(chair, ada, f"return:{case.id}:{research.id}")
    assert request.about is Statement.RETURN and request.thing_id == research.id
    assert "has not been corrected since" in rectified(chair, request, 422).text
    assert "Enter what was wrong" in corrected(constable, path, research, 422, wrong="y").text
    corrected(constable, path, research, **WRONG)
    version = db.session.scalars(select(HeldVersion)).one()
    assert (version.about, version.thing_id, version.why) == (Statement.RETURN, research.id, Why.WRONG)
    assert version.values == {"nothing_held": False, "text": "Two warnings in May"}
    page = chair.get(f"/cases/{case.id}/history").text
    for words in ("a research return", "Two warnings in May", "One warning in May", REASON):
        assert words in page
    lead = officer.get(f"/cases/{case.id}/history").text
    assert "a return is read by its own agency" in lead and "warning in May" not in lead and REASON not in lead
    readers = chair.get(f"/history/{version.id}").text
    assert partners.chair.name in readers and other.name not in readers
    tell = {"readers": [str(partners.chair.id)]}
    assert officer.post(f"/history/{version.id}/tell", tell).status_code == 303
    mail = db.session.scalars(select(Mail).where(Mail.kind == MailKind.MISTAKE)).one()
    assert mail.user_id == partners.chair.id and "warning" not in mail.body
    rectified(chair, request)
    assert request.answer is Answer.RECTIFIED


def test_a_return_is_changed_before_the_meeting_and_after_it_corrected_alone(heard, returned, constable):
    meeting, _, _, _ = heard
    research, path = returned
    corrected(constable, path, research)
    assert db.session.scalars(select(HeldVersion)).one().why is Why.CHANGED
    meeting.status = MeetingStatus.IN_SESSION
    db.session.commit()
    refused = constable.post(path, {"version": str(research.version), "holds": "nothing", **WRONG})
    assert refused.status_code == 422 and "Say it at the meeting" in refused.text
    meeting.status = MeetingStatus.CLOSED
    db.session.commit()
    assert "changed only where it was wrong" in constable.get(path).text
    refused = corrected(constable, path, research, 422, text="No warning")
    assert "The meeting is over" in refused.text and research.text == "One warning in May"
    corrected(constable, path, research, text="No warning", **WRONG)
    assert [each.why for each in db.session.scalars(select(HeldVersion).order_by(HeldVersion.id))] == [
        Why.CHANGED,
        Why.WRONG,
    ]


def test_a_nomination_is_put_right_with_the_reason_at_its_item(heard, partners, officer, constable, chair, visitor):
    meeting, case, ada, other = heard
    nomination = Nomination(
        meeting_id=meeting.id,
        case_id=case.id,
        agency_id=partners.police.id,
        made_by_id=partners.constable.id,
        made_at=utc_now() - timedelta(hours=1),
        reason="Ada threw a stone",
        asks="What is known",
    )
    db.session.add(nomination)
    db.session.commit()
    accepted = chair.post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/accept", {"version": "1", "minutes": "10"}
    )
    assert accepted.status_code == 303
    reader = visitor(other)
    assert "threw a stone" in reader.get(f"/meetings/{meeting.id}").text
    path = f"/meetings/{meeting.id}/nominations/{nomination.id}/correct"
    assert path in constable.get(f"/meetings/{meeting.id}/nominations").text
    assert path not in reader.get(f"/meetings/{meeting.id}/nominations").text
    refused = reader.get(path)
    assert refused.status_code == 403 and "Only the agency that nominated it" in refused.text
    observer = visitor(a_user(partners.police, group=partners.group, role=GroupRole.OBSERVER))
    assert observer.get(path).status_code == 403
    request = asked(constable, ada, f"nomination:{case.id}:{nomination.id}")
    db.session.refresh(nomination)
    same = {"version": str(nomination.version), "reason": "Ada threw a stone", "asks": "What is known"}
    assert "Enter what was wrong" in constable.post(path, same).text
    assert "Nothing is different" in constable.post(path, {**same, "was_wrong": REASON}).text
    right = {**same, "reason": "Somebody threw a stone", "was_wrong": REASON}
    assert constable.post(path, right).status_code == 303
    stale = constable.post(path, {**right, "reason": "Nobody threw a stone"})
    assert stale.status_code == 409
    agenda = reader.get(f"/meetings/{meeting.id}").text
    assert "Somebody threw a stone" in agenda and "Ada threw" not in agenda
    version = db.session.scalars(select(HeldVersion)).one()
    assert version.values["reason"] == "Ada threw a stone" and version.reason == REASON
    assert other.name in officer.get(f"/history/{version.id}").text
    assert "Ada threw a stone" in officer.get(f"/cases/{case.id}/history").text
    rectified(officer, request)


AGREED = {
    "contact_name": "Kim Lee",
    "contact_details": "01632 960 100",
    "way": "by phone",
    "instruction": "After six",
    "reach": "01632 960 777",
    "interval": "every week",
}


def agreement(partners, version, **fields):
    on = {f"agreed_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")}
    return {**AGREED, **on, "agency_id": str(partners.council.id), "version": str(version), **fields}


def version_on(browser, path):
    return re.search(r'name="version"[^>]*value="(\d+)"', browser.get(path).text)[1]


def test_a_contact_plan_is_put_right_and_its_number_is_in_no_history_of_who_may_not_read_it(
    heard, partners, officer, constable, chair
):
    _, case, ada, _ = heard
    path = f"/cases/{case.id}/people/{ada.id}/contact/agree"
    assert officer.post(path, agreement(partners, version_on(officer, path))).status_code == 303
    plan = db.session.scalars(select(ContactPlan)).one()
    constable.get(f"/cases/{case.id}")
    request = asked(constable, ada, f"plan:{case.id}:{plan.id}")
    wrong = {"reach": "01632 960 778", "contact_name": "Kim Leigh", **WRONG}
    saved = officer.post(path, agreement(partners, version_on(officer, path), **wrong))
    assert saved.status_code == 303, saved.text
    version = db.session.scalars(select(HeldVersion)).one()
    assert (version.about, version.thing_id) == (Statement.PLAN, plan.id)
    assert version.values["reach"] == "01632 960 777"
    own, theirs = (each.get(f"/cases/{case.id}/history").text for each in (officer, chair))
    assert "01632 960 777" in own and "01632 960 778" in own and "Kim Lee" in own and REASON in own
    assert "01632 960 77" not in theirs and REASON not in theirs
    assert "read by the lead agency and the named contact" in theirs and "Kim Lee" in theirs
    assert partners.constable.name in officer.get(f"/history/{version.id}").text, "the case’s page names the contact"
    rectified(officer, request)
    assert "Corrected on" in constable.get(f"/cases/{case.id}").text


def test_a_number_alone_is_told_to_those_who_could_read_it(heard, partners, officer, constable, chair):
    _, case, ada, _ = heard
    path = f"/cases/{case.id}/people/{ada.id}/contact/agree"
    officer.post(path, agreement(partners, version_on(officer, path)))
    colleague = a_user(partners.council, "Cora Council")
    for browser in (chair, constable):
        browser.get(f"/cases/{case.id}/people/{ada.id}/contact")
    officer.post(path, agreement(partners, version_on(officer, path), reach="01632 960 778", **WRONG))
    version = db.session.scalars(select(HeldVersion)).one()
    page = officer.get(f"/history/{version.id}").text
    assert partners.chair.name not in page and colleague.name not in page and "Nobody else read it" in page


def test_of_a_closed_case_a_plan_is_corrected_and_not_agreed_anew(heard, partners, officer):
    _, case, ada, _ = heard
    path = f"/cases/{case.id}/people/{ada.id}/contact/agree"
    officer.post(path, agreement(partners, version_on(officer, path)))
    case.status, case.closed_on = CaseStatus.CLOSED, today()
    db.session.commit()
    plan = db.session.scalars(select(ContactPlan)).one()
    refused = officer.post(path, agreement(partners, version_on(officer, path), contact_name="Kim Leigh"))
    assert refused.status_code == 422 and "This case is closed" in refused.text
    due = plan.due_on
    right = {"contact_name": "Kim Leigh", "interval": "every two weeks", **WRONG}
    assert officer.post(path, agreement(partners, version_on(officer, path), **right)).status_code == 303
    db.session.refresh(plan)
    assert plan.contact_name == "Kim Leigh" and plan.due_on == due, "no clock starts"
