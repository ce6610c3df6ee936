"""What was held of somebody before: kept, told from a mistake, and told to those who read it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.accounts.queries import actor_as_of
from core.answer_by import due_after
from core.audit.models import AuditRecord
from core.cases.models import CaseIncident
from core.circulation.delivery import why_not
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole, MailKind
from core.partnerships.models import GroupMember
from core.partnerships.terms.queries import clocks_in
from core.people.history.models import Answer, HeldVersion, Rectification, Statement, Why
from core.people.models import Person
from core.reminders.queries import Kind, reminders_for
from core.working_days import add_working_days
from tests.builders import a_case, a_person, a_user, today

LANE, POSTCODE = "14 Harbour Lane", "NB4 7QX"
WRONG = {"why": "it was wrong", "reason": "She read it to us from her passport"}
CHANGED = {"why": "it has changed since"}


@pytest.fixture
def ada(partners):
    person = a_person(partners.partnership, "Ada", "Merriwether")
    person.address, person.postcode = LANE, POSTCODE
    return person


@pytest.fixture
def case(partners, ada):
    return a_case(partners.partnership, partners.council, title="Ada Merriwether", group=partners.group, subject=ada)


def changed(browser, person, *, status=303, **fields):
    """The person's form as it stands, with these fields changed."""
    person = db.session.get(Person, person.id)
    db.session.refresh(person)
    as_it_stands = {
        "version": str(person.version),
        "given_name": person.given_name,
        "family_name": person.family_name,
        "address": person.address,
        "postcode": person.postcode,
        "tenure": person.tenure,
    }
    answer = browser.post(f"/people/{person.id}/edit", {**as_it_stands, **fields})
    assert answer.status_code == status, answer.text
    return answer


def versions_of(person):
    found = select(HeldVersion).where(HeldVersion.person_id == person.id).order_by(HeldVersion.id)
    return db.session.scalars(found).all()


def test_what_stood_there_is_kept_with_who_when_and_why(partners, officer, ada, case):
    changed(officer, ada, family_name="Merriweather", **WRONG)
    changed(officer, ada, tenure="private tenant", **CHANGED)
    first, second = versions_of(ada)
    assert (first.values["family_name"], first.why, first.reason) == ("Merriwether", Why.WRONG, WRONG["reason"])
    assert (first.since, second.since) == (None, first.until)
    assert (second.changed["fields"], second.why) == (["tenure"], Why.CHANGED)
    page = officer.get(f"/people/{ada.id}/history").text
    assert (
        "Merriwether" in page and WRONG["reason"] in page and page.index("private tenant") < page.index("Merriwether")
    )
    assert page.count("Who read the mistake") == 1


def test_a_mistake_is_explained_and_no_change_goes_without_saying_which_it_was(officer, ada, case):
    assert "Choose why you change it" in changed(officer, ada, status=422, given_name="Adah").text
    answer = changed(officer, ada, status=422, given_name="Adah", why="it was wrong")
    assert "Enter what was wrong" in answer.text and versions_of(ada) == []
    changed(officer, ada, **WRONG)
    assert versions_of(ada) == [], "nothing was different"


def test_what_was_held_lies_sealed_in_the_database(officer, ada, case):
    changed(officer, ada, address="2 New Street", **WRONG)
    stored = str(db.session.execute(text('SELECT "values", changed, reason FROM held_version')).all())
    assert LANE not in stored and "passport" not in stored


def test_those_who_may_change_it_alone_see_what_was_held(partners, constable, visitor, officer, ada, case):
    changed(officer, ada, family_name="Merriweather", **WRONG)
    refused = constable.get(f"/people/{ada.id}/history")
    assert refused.status_code == 403 and "Merriwether" not in refused.text
    lead = visitor(a_user(partners.police, admin=AdminRole.DATA_LEAD, partnership=partners.partnership))
    assert lead.get(f"/people/{ada.id}/history").status_code == 404
    assert constable.get(f"/history/{versions_of(ada)[0].id}").status_code == 403
    assert lead.get(f"/history/{versions_of(ada)[0].id}").status_code == 404


def protect(browser, person, *agencies):
    person = db.session.get(Person, person.id)
    fields = {"version": "0", "address": LANE, "postcode": POSTCODE, "agencies": [str(each.id) for each in agencies]}
    answer = browser.post(f"/people/{person.id}/address/protect", fields)
    assert answer.status_code == 303, answer.text


def test_an_address_that_became_protected_is_in_no_history_of_whoever_may_not_read_it(
    partners, officer, chair, ada, case
):
    """Nor one from before, nor in a text; and those that were ever protected stay held back after the protection."""
    changed(officer, ada, address="3 Old Quay", postcode="NB1 1AA", **CHANGED)
    protect(officer, ada)
    changed(chair, ada, tenure="lodger", **CHANGED)
    history = f"/people/{ada.id}/history"
    page = chair.get(history).text
    assert LANE not in page and "Old Quay" not in page and POSTCODE not in page and "the address is protected" in page
    assert LANE in officer.get(history).text and "Old Quay" in officer.get(history).text
    moved = {"version": "1", "address": "9 Far Row", "postcode": "ZZ9 9ZZ"}
    assert officer.post(f"/people/{ada.id}/address/protect", moved).status_code == 303
    assert officer.post(f"/people/{ada.id}/address/end", {"version": "2"}).status_code == 303
    ended = chair.get(history).text
    assert "Old Quay" in ended
    kept = [each for each in versions_of(ada) if each.address_was_protected]
    assert kept and kept[0].values["address"] == LANE
    assert "Held back" in ended


def test_a_text_that_holds_a_protected_address_is_held_back_from_whoever_may_not_read_it(
    partners, officer, chair, ada, case
):
    incident = CaseIncident(
        case_id=case.id, happened_on=today(), what=f"Shouting outside {LANE}", reported_to_id=partners.council.id
    )
    db.session.add(incident)
    db.session.flush()
    put_right = {
        "version": "1",
        "what": "Shouting outside",
        "reported_to_id": str(partners.council.id),
        "reason": "Another street",
        **{f"happened_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
    }
    assert officer.post(f"/cases/{case.id}/incidents/{incident.id}/change", put_right).status_code == 303
    history = f"/cases/{case.id}/history"
    assert LANE in chair.get(history).text
    protect(officer, ada)
    assert LANE not in chair.get(history).text and "an address that is protected now" in chair.get(history).text
    assert LANE in officer.get(history).text


def test_a_case_and_an_incident_that_was_taken_out_keep_what_stood_there(partners, officer, case):
    fields = {
        "version": str(case.version),
        "title": "Ada Merriweather",
        "kind": case.kind.value,
        "category": "Noise",
        "lead_agency_id": str(partners.council.id),
        "risk": "high",
        **{f"opened_on-{box}": str(getattr(case.opened_on, box)) for box in ("day", "month", "year")},
    }
    assert officer.post(f"/cases/{case.id}/edit", {**fields, **WRONG}).status_code == 303
    incident = CaseIncident(case_id=case.id, happened_on=today(), what="A drum", reported_to_id=partners.council.id)
    db.session.add(incident)
    db.session.flush()
    gone = {"version": "1", "reason": "It was another house"}
    assert officer.post(f"/cases/{case.id}/incidents/{incident.id}/remove", gone).status_code == 303
    page = officer.get(f"/cases/{case.id}/history").text
    for words in ("Ada Merriwether", "A drum", "It was another house", "Taken out of the case"):
        assert words in page


def test_readers_between_the_mistake_and_its_correction_are_listed_and_told_once(
    partners, officer, constable, chair, visitor, ada, case
):
    early, late = a_user(partners.police, "Eve Early"), a_user(partners.police, "Lea Late", group=partners.group)
    constable.get(f"/people/{ada.id}")
    chair.get(f"/cases/{case.id}")
    changed(officer, ada, family_name="Merriweather", **WRONG)
    visitor(late).get(f"/people/{ada.id}")
    version = versions_of(ada)[0]
    page = officer.get(f"/history/{version.id}").text
    assert partners.constable.name in page and partners.chair.name in page
    assert late.name not in page and early.name not in page
    tell = {"readers": [str(partners.constable.id)]}
    assert officer.post(f"/history/{version.id}/tell", tell).status_code == 303
    mail = db.session.scalars(select(Mail).where(Mail.kind == MailKind.MISTAKE)).one()
    assert mail.user_id == partners.constable.id and mail.body.count(f"/people/{ada.id}") == 1
    for words in ("Ada", "Merriw", "family"):
        assert words not in mail.subject + mail.body + mail.body_html
    assert officer.post(f"/history/{version.id}/tell", tell).status_code == 422, "nobody is told twice"
    assert officer.post(f"/history/{version.id}/tell", {"readers": [str(late.id)]}).status_code == 422
    told = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "history.tell")).one()
    assert json.loads(told.body)["recipient"] == f"u_{partners.constable.id}"
    assert "Corrected on" in constable.get(f"/people/{ada.id}").text


def test_the_mistake_stood_there_from_the_version_that_wrote_it(partners, officer, constable, visitor, ada, case):
    """A change of something else meanwhile does not shorten the list of its readers."""
    constable.get(f"/people/{ada.id}")
    changed(officer, ada, tenure="lodger", **CHANGED)
    changed(officer, ada, family_name="Merriweather", **WRONG)
    page = officer.get(f"/history/{versions_of(ada)[1].id}").text
    assert partners.constable.name in page and "from the beginning of what is kept" in page


def test_the_right_to_word_of_a_correction_is_asked_again_as_it_goes(partners, officer, constable, ada, case):
    constable.get(f"/people/{ada.id}")
    changed(officer, ada, family_name="Merriweather", **WRONG)
    version = versions_of(ada)[0]
    assert officer.post(f"/history/{version.id}/tell", {"readers": [str(partners.constable.id)]}).status_code == 303
    mail = db.session.scalars(select(Mail).where(Mail.kind == MailKind.MISTAKE)).one()
    assert why_not(mail, now=utc_now()) == ""
    seat = db.session.scalars(select(GroupMember).where(GroupMember.user_id == partners.constable.id)).one()
    seat.until = today()
    db.session.flush()
    assert "closed to them now" in why_not(mail, now=utc_now())


def test_of_what_was_right_until_it_changed_nobody_is_told(officer, ada, case):
    changed(officer, ada, tenure="lodger", **CHANGED)
    version = versions_of(ada)[0]
    answer = officer.post(f"/history/{version.id}/tell", {"readers": ["1"]})
    assert answer.status_code == 403 and "no mistake" in answer.text


def ask(browser, person, **fields):
    said = {
        "what": "person",
        "says": "My name is Merriweather",
        "asked_by": "the person concerned",
        **{f"asked_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
        **fields,
    }
    answer = browser.post(f"/people/{person.id}/rectify", said)
    assert answer.status_code == 303, answer.text
    return db.session.scalars(select(Rectification).order_by(Rectification.id.desc())).first()


def answered(browser, request, status=303, **fields):
    db.session.refresh(request)
    given = {"version": str(request.version), "reason": "We looked", **fields}
    answer = browser.post(f"/rectifications/{request.id}/answer", given)
    assert answer.status_code == status, answer.text
    return answer


def test_a_request_is_due_in_a_month_and_disputed_where_it_is_read(partners, officer, constable, visitor, ada, case):
    request = ask(constable, ada, restricted="y")
    assert request.due_on == due_after(today()) and request.about is Statement.PERSON
    for page in (f"/people/{ada.id}", f"/cases/{case.id}"):
        assert "Its accuracy is contested" in officer.get(page).text
    lead = visitor(a_user(partners.police, admin=AdminRole.DATA_LEAD, partnership=partners.partnership))
    for browser in (lead, officer, constable):
        assert ada.ref in browser.get("/rectifications").text
        assert "My name is Merriweather" in browser.get(f"/rectifications/{request.id}").text
    elsewhere = visitor(a_user(partners.police))
    assert ada.ref not in elsewhere.get("/rectifications").text
    assert elsewhere.get(f"/rectifications/{request.id}").status_code == 404
    assert "Only the data protection lead" in answered(constable, request, status=403, answer="refused").text


def test_it_is_rectified_once_it_was_corrected_and_not_before(officer, constable, ada, case):
    request = ask(constable, ada, restricted="y")
    assert "has not been corrected since" in answered(officer, request, status=422, answer="rectified").text
    changed(officer, ada, family_name="Merriweather", **WRONG)
    answered(officer, request, answer="rectified")
    assert request.answer is Answer.RECTIFIED and "contested" not in officer.get(f"/people/{ada.id}").text
    assert "was answered" in answered(officer, request, status=403, answer="refused").text


def test_what_stays_as_it_is_has_their_own_words_beside_it(officer, constable, ada, case):
    request = ask(constable, ada)
    assert "contested" not in constable.get(f"/people/{ada.id}").text
    words = "I never spelt it so"
    refused = answered(officer, request, status=422, answer="taken back", own_statement=words)
    assert "stands beside what stays as it is" in refused.text
    answered(officer, request, answer="refused", own_statement=words)
    assert words in constable.get(f"/people/{ada.id}").text and words in constable.get(f"/cases/{case.id}").text


def test_what_is_asked_about_is_what_they_may_open(partners, officer, constable, ada, case):
    own = a_case(partners.partnership, partners.council, title="Kept by the council", subject=ada)
    page = constable.get(f"/people/{ada.id}/rectify").text
    assert case.ref in page and own.ref not in page
    with pytest.raises(AssertionError):
        ask(constable, ada, what=f"case:{own.id}")


def test_a_request_about_a_case_is_read_by_nobody_to_whom_that_case_is_closed(
    partners, officer, constable, visitor, ada, case
):
    """That they may change another case of the person opens no case."""
    kept = a_case(partners.partnership, partners.council, title="Kept", subject=ada, restricted=True)
    a_case(partners.partnership, partners.police, title="Theirs", subject=ada)
    request = ask(officer, ada, what=f"case:{kept.id}")
    refused = constable.get(f"/rectifications/{request.id}")
    assert refused.status_code == 404 and "My name is" not in refused.text and kept.ref not in refused.text
    assert ada.ref not in constable.get("/rectifications").text
    assert answered(constable, request, status=404, answer="refused") and request.answer is None
    lead = visitor(a_user(partners.police, admin=AdminRole.DATA_LEAD, partnership=partners.partnership))
    for browser in (officer, lead):
        assert "My name is Merriweather" in browser.get(f"/rectifications/{request.id}").text
        assert ada.ref in browser.get("/rectifications").text


def test_whoever_may_open_the_case_and_change_another_neither_reads_nor_answers_what_is_asked_of_it(
    partners, officer, constable, ada, case
):
    a_case(partners.partnership, partners.police, title="Theirs", subject=ada)
    request = ask(officer, ada, what=f"case:{case.id}")
    assert constable.get(f"/cases/{case.id}").status_code == 200
    assert constable.get(f"/rectifications/{request.id}").status_code == 403
    assert ada.ref not in constable.get("/rectifications").text


def test_a_request_waits_on_the_home_page_and_in_the_days_mail_of_those_who_answer_it(
    partners, officer, constable, visitor, ada, case
):
    request = ask(constable, ada)
    lead = a_user(partners.police, admin=AdminRole.DATA_LEAD, partnership=partners.partnership)
    for browser in (officer, visitor(lead)):
        page = browser.get("/").text
        assert "1 request waits for an answer" in page and "Merriweather" not in page
    assert "for an answer" not in constable.get("/").text, "who recorded it does not answer it"
    day = add_working_days(today(), 1)
    clocks = clocks_in(partners.partnership.id)

    def told(user):
        actor = actor_as_of(user.id, partners.partnership.id, on=day)
        found = reminders_for(actor, clocks, (day,), now=utc_now())
        return [(each.what, each.due, each.path) for each in found if each.kind is Kind.RECTIFICATIONS]

    assert told(lead) == [("1 request waits for an answer", request.due_on, "/rectifications")]
    assert told(partners.constable) == []
    answered(officer, request, answer="refused")
    assert told(lead) == [] and "for an answer" not in officer.get("/").text


def test_an_open_request_that_is_late_says_so(officer, constable, ada, case):
    request = ask(constable, ada)
    request.due_on = today() - timedelta(days=2)
    db.session.flush()
    assert "govuk-tag--red" in officer.get("/rectifications").text


def test_an_observer_records_none(partners, visitor, ada, case):
    observer = visitor(a_user(partners.police, group=partners.group, role=GroupRole.OBSERVER))
    refused = observer.get(f"/people/{ada.id}/rectify")
    assert refused.status_code == 403 and "Observers" in refused.text
