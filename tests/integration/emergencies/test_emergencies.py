"""One case opened in an emergency: asked by one person, granted by another, for four hours, and reported."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from core.accounts.models import AdminRoleGrant, UserSession
from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases.models import Case, CaseGroup
from core.circulation.delivery import why_not
from core.circulation.models import Mail
from core.clock import utc_now
from core.emergencies import queries
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import AdminRole, GroupRole, MailKind
from core.partnerships.models import GroupMember, Signature
from core.policy.cases import RECUSED
from core.policy.emergencies import NOT_ITS_OWN, EmergencyNow, open_by_emergency, read, see, seen_by
from core.recording.models import Recusal
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency, an_item, today

REASON = "A neighbour rang: there is shouting now"


@pytest.fixture
def place(app):
    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        group, elsewhere = a_group(partnership), a_group(partnership, "South team")
        chair = a_user(council, "Cher Chair", group=group, role=GroupRole.CHAIR)
        coordinator = a_user(council, "Cody Coordinator", group=group, role=GroupRole.COORDINATOR)
        other_chair = a_user(homes, "Otto Other", group=elsewhere, role=GroupRole.CHAIR)
        asker = a_user(an_agency(partnership, "Rescue Service"), "Ria Rescue")
        person = a_person(partnership, "Isolde", "Quenby")
        case = a_case(partnership, council, title="Isolde Quenby", group=group, subject=person, restricted=True)

    return Place()


def asked(browser, reference):
    """They ask; where the answer leads."""
    answer = browser.post("/emergency/ask", {"reference": reference, "reason": REASON})
    assert answer.status_code == 303
    return answer.location


@pytest.fixture
def granted(place, visitor):
    """Asked for and granted: the page of it."""
    page = asked(visitor(place.asker), place.case.ref)
    assert visitor(place.coordinator).post(f"{page}/grant").status_code == 303
    return page


def test_the_case_is_opened_by_a_second_person_and_each_time_that_it_is_read_is_recorded_as_that(place, visitor):
    browser = visitor(place.asker)
    page = asked(browser, place.case.ref.lower())
    assert browser.get(f"{page}/case").status_code == 403
    assert browser.post(f"{page}/grant").status_code == 403, "never the same person"
    assert visitor(place.coordinator).post(f"{page}/grant").status_code == 303
    opened = browser.get(f"{page}/case")
    assert "Isolde Quenby" in opened.text and "/people/" not in opened.text
    emergency = db.session.scalars(select(Emergency)).one()
    [record] = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "case.read")).all()
    body = json.loads(record.body)
    assert body["purpose"] == f"break-glass:{emergency.id}" and body["subjects"] == [f"p_{place.person.id}"]
    [grant] = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "emergency.grant")).all()
    assert json.loads(grant.body)["recipient"] == f"u_{place.asker.id}"


def test_it_opens_nothing_but_that_one_page(place, visitor, granted):
    browser = visitor(place.asker)
    for path in (f"/cases/{place.case.id}", f"/people/{place.person.id}", f"/cases/{place.case.id}/edit"):
        assert browser.get(path).status_code == 404, path
    for path in ("/cases", "/cases?q=quenby", "/"):
        assert place.case.ref not in browser.get(path).text and "Quenby" not in browser.get(path).text.replace(
            "quenby", ""
        )
    assert visitor(place.chair).get(f"{granted}/case").status_code == 403, "it is theirs alone"


def test_what_is_answered_is_the_same_whether_or_not_there_is_such_a_case(place, visitor):
    pages = []
    for reference in (place.case.ref, "T9-2026-9999"):
        browser = visitor(place.asker)
        page = asked(browser, reference)
        emergency = db.session.get(Emergency, int(page.rpartition("/")[2]))
        text = browser.get(page).text.replace(reference, "REFERENCE").replace(f"/{emergency.id}", "/ID")
        pages.append([line for line in text.splitlines() if "token" not in line and "key" not in line])
        again = browser.post("/emergency/ask", {"reference": reference, "reason": REASON})
        assert again.status_code == 422 and "You have asked for this case already" in again.text
        mails = db.session.scalars(select(Mail).where(Mail.once_key.contains(f":{emergency.id}:asked:"))).all()
        assert {mail.user_id for mail in mails} == {place.chair.id, place.coordinator.id, place.other_chair.id}
        assert all(mail.body.count(page) == 1 for mail in mails)
    assert pages[0] == pages[1]
    missing = f"/emergency/{emergency.id}"
    refused = visitor(place.chair).post(f"{missing}/grant")
    assert refused.status_code == 409 and "There is no case of that reference" in refused.text
    assert visitor(place.chair).post(f"{missing}/decline").status_code == 303
    assert "Declined" in visitor(place.asker).get(missing).text
    for mail in db.session.scalars(select(Mail)):
        assert reference not in mail.subject + mail.body + mail.body_html


@pytest.mark.parametrize("typed", ["Jayden Whitworth", "Whitworth", "Whitworth, born 2012", "T9 2026"])
def test_a_name_that_is_typed_for_a_reference_is_refused(place, visitor, typed):
    answer = visitor(place.asker).post("/emergency/ask", {"reference": typed, "reason": REASON})
    assert answer.status_code == 422 and "and no name" in answer.text
    assert not db.session.scalars(select(Mail)).all()


def test_what_was_typed_for_a_reference_is_mailed_to_nobody_and_a_granted_case_goes_by_its_own(place, visitor):
    named, page = (asked(visitor(place.asker), typed) for typed in ("Jayden-Whitworth-2012", place.case.ref.lower()))
    assert "Jayden-Whitworth-2012" in visitor(place.chair).get(named).text, "the page says it"
    assert visitor(place.chair).post(f"{named}/decline").status_code == 303
    assert visitor(place.coordinator).post(f"{page}/grant").status_code == 303
    mails = db.session.scalars(select(Mail)).all()
    everything = "\n".join(mail.subject + mail.body + mail.body_html for mail in mails)
    assert "Whitworth" not in everything and place.case.ref.lower() not in everything
    [answer] = [mail for mail in mails if mail.user_id == place.asker.id and "declined" not in mail.subject]
    assert answer.subject.endswith(f"Emergency: case {place.case.ref} was opened to you")


def test_nobody_asks_for_one_reference_after_another(place, visitor):
    browser = visitor(place.asker)
    for number in range(3):
        asked(browser, f"T9-2026-000{number}")
    answer = browser.post("/emergency/ask", {"reference": place.case.ref, "reason": REASON})
    assert answer.status_code == 422 and "wait for an answer" in answer.text


def test_two_that_are_asked_at_once_are_counted_one_after_the_other(place, visitor, monkeypatch):
    counted = queries.waiting_of

    def slowly(actor, *, at):
        number = counted(actor, at=at)
        sleep(0.3)  # the other has counted by then, where nothing keeps it
        return number

    browsers = [visitor(place.asker) for _ in range(2)]
    for number in range(2):
        asked(browsers[0], f"T9-2026-000{number}")
    db.session.commit()
    monkeypatch.setattr(queries, "waiting_of", slowly)
    forms = [
        {"reference": f"T9-2026-001{n}", "reason": REASON, "csrf_token": each.csrf(), "idempotency_key": str(uuid4())}
        for n, each in enumerate(browsers)
    ]

    def ask(browser, form):
        return browser.client.post("/emergency/ask", data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, browsers, forms)) == [303, 422]


def test_a_case_that_is_open_to_them_anyway_need_not_be_asked_for(place, visitor):
    answer = visitor(place.chair).post("/emergency/ask", {"reference": place.case.ref, "reason": REASON})
    assert answer.status_code == 422 and "is open to you" in answer.text


def test_it_is_reported_at_once_to_the_chair_and_the_lead_agency_and_stands_on_the_chairs_home_page(
    place, visitor, granted
):
    told = select(Mail).where(Mail.kind == MailKind.EMERGENCY, Mail.once_key.contains(":granted:"))
    mails = db.session.scalars(told).all()
    assert {mail.user_id for mail in mails} == {place.chair.id}, "the coordinator of the lead agency granted it"
    assert all("Quenby" not in mail.subject + mail.body and REASON not in mail.body for mail in mails)
    chair = visitor(place.chair)
    assert "was opened in an emergency" in chair.get("/").text
    assert "was opened in an emergency" not in visitor(place.other_chair).get("/").text
    assert REASON in chair.get(granted).text
    assert chair.post(f"{granted}/note").status_code == 303
    assert "was opened in an emergency" not in chair.get("/").text
    assert f"Opened in an emergency to {place.asker.agency.name}" in chair.get(f"/cases/{place.case.id}").text
    colleague = visitor(a_user(place.council, "Lea Lead"))
    assert place.case.ref in colleague.get("/emergency").text, "the lead agency’s people see it"


def test_where_no_group_hears_it_the_lead_agencys_administrators_and_every_chair_are_told(place, visitor):
    administrator = a_user(place.council, admin=AdminRole.AGENCY_ADMIN, partnership=place.partnership)
    db.session.query(CaseGroup).delete()
    page = asked(visitor(place.asker), place.case.ref)
    assert visitor(place.coordinator).post(f"{page}/grant").status_code == 303
    told = select(Mail.user_id).where(Mail.once_key.contains(":granted:"))
    assert set(db.session.scalars(told)) == {place.chair.id, place.other_chair.id, administrator.id}


def test_where_there_is_nobody_else_to_report_it_to_the_administrators_are_told_or_it_is_refused(place, visitor):
    place.chair.retired_at = utc_now()
    page = asked(visitor(place.asker), place.case.ref)
    refused = visitor(place.coordinator).post(f"{page}/grant")
    assert refused.status_code == 409 and "nobody else to whom it could be reported" in refused.text
    assert db.session.scalars(select(Emergency)).one().decided_at is None
    chairs_too = a_user(place.homes, group=place.group, role=GroupRole.CHAIR, countersigns=False)
    administrator = a_user(place.homes, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    browser = visitor(place.coordinator)
    assert "the partnership’s administrators" in browser.post(f"{page}/grant", follow_redirects=True).text
    mails = db.session.scalars(select(Mail).where(Mail.subject.endswith(f"{place.case.ref} was opened"))).all()
    assert [mail.user_id for mail in mails] == [administrator.id], f"not {chairs_too.id}, who has not countersigned"
    assert f"/admin/trail?object=case:{place.case.id}" in mails[0].body
    trail = visitor(administrator).get(f"/admin/trail?object=case:{place.case.id}")
    assert "Opened a case to somebody in an emergency" in trail.text
    assert why_not(mails[0], utc_now()) == ""
    item = an_item(a_meeting(place.group), place.case)
    interest = Recusal(case_id=place.case.id, user_id=administrator.id, declared_at=utc_now(), item_id=item.id)
    db.session.add(interest)
    db.session.flush()
    assert why_not(mails[0], utc_now()) == RECUSED
    interest.lifted_at = utc_now()
    db.session.flush()
    assert why_not(mails[0], utc_now()) == ""
    db.session.execute(delete(AdminRoleGrant))
    db.session.expire_all()
    assert "may read the audit trail" in why_not(mails[0], utc_now())


def test_whoever_granted_it_does_not_note_that_somebody_has_looked_at_it(place, visitor):
    second = a_user(place.homes, group=place.group, role=GroupRole.DEPUTY_CHAIR)
    page, chair = asked(visitor(place.asker), place.case.ref), visitor(place.chair)
    assert "reported to others who chair" in chair.post(f"{page}/grant", follow_redirects=True).text
    assert "I have looked at this" not in chair.get(page).text
    refused = chair.post(f"{page}/note")
    assert refused.status_code == 403 and NOT_ITS_OWN in refused.text
    assert visitor(second).post(f"{page}/note").status_code == 303


def test_a_mail_that_waits_is_not_sent_to_whom_the_emergency_is_closed_by_then(place, visitor, granted):
    def held_back():
        db.session.commit()
        db.session.expire_all()
        return {mail.once_key for mail in db.session.scalars(select(Mail)) if why_not(mail, utc_now())}

    number = granted.rpartition("/")[2]
    assert not held_back()
    item = an_item(a_meeting(place.group), place.case)
    db.session.add(Recusal(case_id=place.case.id, user_id=place.chair.id, declared_at=utc_now(), item_id=item.id))
    theirs = {f"emergency:{number}:{what}:u_{place.chair.id}" for what in ("asked", "granted")}
    assert held_back() == theirs
    db.session.execute(delete(GroupMember).where(GroupMember.user_id == place.other_chair.id))
    assert held_back() == theirs | {f"emergency:{number}:asked:u_{place.other_chair.id}"}
    lapsed = update(Signature).where(Signature.agency_id == place.asker.agency_id)
    db.session.execute(lapsed.values(expires_on=today() - timedelta(1)))
    assert f"emergency:{number}:answered:u_{place.asker.id}" in held_back()


def test_after_four_hours_or_when_either_ends_it_the_next_request_is_refused(place, visitor, granted):
    browser = visitor(place.asker)
    assert browser.get(f"{granted}/case").status_code == 200
    emergency = db.session.scalars(select(Emergency)).one()
    assert emergency.ends_at - emergency.decided_at == timedelta(hours=4)
    emergency.ends_at = utc_now()
    assert browser.get(f"{granted}/case").status_code == 403
    db.session.execute(update(Emergency).values(ends_at=utc_now() + timedelta(hours=1)))
    assert visitor(place.other_chair).post(f"{granted}/end").status_code == 403
    assert visitor(place.coordinator).post(f"{granted}/end").status_code == 303
    assert browser.get(f"{granted}/case").status_code == 403
    db.session.execute(update(Emergency).values(ended_at=None, ended_by_id=None))
    assert browser.post(f"{granted}/end").status_code == 303
    assert browser.get(f"{granted}/case").status_code == 403


def test_nobody_with_an_interest_in_it_grants_it_or_is_let_in(place, visitor):
    page = asked(visitor(place.asker), place.case.ref)
    item = an_item(a_meeting(place.group), place.case)
    interest = Recusal(case_id=place.case.id, user_id=place.chair.id, declared_at=utc_now(), item_id=item.id)
    db.session.add(interest)
    assert visitor(place.chair).post(f"{page}/grant").status_code == 403
    assert "Emergencies" not in visitor(place.chair).get("/").text
    interest.user_id = place.asker.id
    refused = visitor(place.other_chair).post(f"{page}/grant")
    assert refused.status_code == 409 and "declared an interest" in refused.text
    interest.lifted_at = utc_now()
    assert visitor(place.other_chair).post(f"{page}/grant").status_code == 303, "any group’s chair may"
    assert visitor(place.asker).get(f"{page}/case").status_code == 200
    interest.lifted_at = None
    assert visitor(place.asker).get(f"{page}/case").status_code == 403


def test_a_signature_that_lapses_closes_it(place, visitor, granted):
    db.session.execute(
        update(Signature).where(Signature.agency_id == place.asker.agency_id).values(expires_on=today() - timedelta(1))
    )
    assert visitor(place.asker).get(f"{granted}/case").status_code == 403
    assert visitor(place.asker).get("/emergency/ask").status_code == 403


def test_whoever_grants_it_has_just_shown_who_they_are_and_what_waits_too_long_is_not_granted(place, visitor):
    page, browser = asked(visitor(place.asker), place.case.ref), visitor(place.chair)
    db.session.commit()
    db.session.execute(update(UserSession).values(proved_at=None))
    answer = browser.post(f"{page}/grant")
    assert "password" in answer.text.lower() and db.session.scalars(select(Emergency)).one().decided_at is None
    db.session.execute(update(UserSession).values(proved_at=utc_now()))
    db.session.execute(update(Emergency).values(answer_by=utc_now()))
    assert browser.post(f"{page}/grant").status_code == 403
    assert "Not answered" in browser.get("/emergency").text


@pytest.mark.parametrize("who", ["chair", "coordinator", "other_chair", "asker"])
def test_a_rule_and_its_sql_twin_agree(place, who):
    partnership, now = place.partnership, utc_now()
    for case in (place.case, None, a_case(partnership, place.homes)):
        for minutes in (None, -1, 60):
            for asker in (place.asker, place.other_chair):
                db.session.add(
                    Emergency(
                        partnership_id=partnership.id,
                        reference="R",
                        case_id=case.id if case is not None else None,
                        reason=REASON,
                        asked_at=now,
                        asked_by_id=asker.id,
                        agency_id=asker.agency_id,
                        answer_by=now,
                        decided_at=now,
                        decided_by_id=place.chair.id,
                        ends_at=None if minutes is None else now + timedelta(minutes=minutes),
                    )
                )
    item = an_item(a_meeting(place.group), place.case)
    user = getattr(place, who)
    for recused in (False, True):
        if recused:
            db.session.add(Recusal(case_id=place.case.id, user_id=user.id, declared_at=now, item_id=item.id))
        db.session.flush()
        db.session.expire_all()
        actor = actor_as_of(user.id, partnership.id, on=today())
        every = [EmergencyNow(each, now) for each in db.session.scalars(select(Emergency))]
        seen = {each.emergency.id for each in every if see(actor, each)}
        assert seen == set(db.session.scalars(select(Emergency.id).where(seen_by(actor))))
        may_read = {each.emergency.id for each in every if read(actor, each)}
        assert may_read == set(db.session.scalars(select(Emergency.id).where(open_by_emergency(actor, at=now))))
        assert seen and (bool(may_read) or who in ("chair", "coordinator"))
    assert db.session.get(Case, place.case.id) is not None
