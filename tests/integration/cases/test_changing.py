"""Opening a case, changing it, and where it stands."""

import json
import re
from datetime import timedelta

import pytest

from core.audit.models import AuditRecord
from core.cases.models import Case, CaseEvent
from core.disclosures.lists import NO_CONDITION
from core.extensions import db
from core.facts import CaseStatus, GroupRole, Risk
from tests.builders import a_case, a_group, a_user, an_action, an_agency, today


def a_day(name: str, day) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def filled_in(partners, **changed) -> dict[str, str]:
    fields = {
        "title": "Ashdown and Pyke",
        "kind": "neighbour dispute",
        "category": "Noise",
        "lead_agency_id": str(partners.council.id),
        "group_id": "",
        "risk": "medium",
        "summary": "Drums at night.",
        "why": "it has changed since",
        **a_day("opened_on", today()),
    }
    return {**fields, **changed}


@pytest.fixture
def case(partners):
    """A case of the council, heard by the group."""
    return a_case(partners.partnership, partners.council, group=partners.group)


def told_to(case) -> list[str]:
    """To whom the trail says that the case was disclosed, in order."""
    rows = db.session.query(AuditRecord).filter_by(object=f"case:{case.id}", category="disclosure")
    return [json.loads(row.body)["recipient"] for row in rows.order_by(AuditRecord.seq)]


def events_of(case) -> list[str]:
    return [e.text for e in db.session.query(CaseEvent).filter_by(case_id=case.id).order_by(CaseEvent.id)]


def test_a_case_is_opened_under_the_years_next_reference(partners, officer):
    prefix = partners.partnership.prefix
    taken = a_case(partners.partnership, partners.police)
    taken.ref = f"{prefix}-{today().year}-0096"
    for number in ("0097", "0098"):
        answer = officer.post("/cases/new", filled_in(partners))
        assert answer.status_code == 303
        case = db.session.query(Case).order_by(Case.id.desc()).first()
        assert case.ref == f"{prefix}-{today().year}-{number}"
        assert answer.location == f"/cases/{case.id}"
        assert "Ashdown and Pyke" in officer.get(answer.location).text
    assert events_of(case) == ["Case opened"]
    assert db.session.query(AuditRecord).filter_by(action="case.create").count() == 2


def test_a_chair_opens_a_case_for_another_agency_if_her_group_hears_it(partners, chair):
    answer = chair.post("/cases/new", filled_in(partners))
    assert answer.status_code == 422 and "a group that you chair or coordinate" in answer.text
    answer = chair.post("/cases/new", filled_in(partners, group_id=str(partners.group.id)))
    assert answer.status_code == 303 and chair.get(answer.location).status_code == 200


def test_nobody_opens_a_case_for_another_agency_or_group(partners, constable):
    answer = constable.post("/cases/new", filled_in(partners))
    assert answer.status_code == 422 and "Choose from the list" in answer.text
    ours = filled_in(partners, lead_agency_id=str(partners.police.id), group_id=str(partners.elsewhere.id))
    assert constable.post("/cases/new", ours).status_code == 422


WRONG = {
    "title": ("", "Enter a title"),
    "title ": ("x" * 301, "Title must be 300 characters or fewer"),
    "kind": ("alien", "Choose what it is about"),
    "category": ("Sneezing", "Choose from the list"),
    "lead_agency_id": ("x", "Choose the lead agency"),
    "risk": ("", "Choose the risk"),
    "summary": ("x" * 50_000, "Summary must be 10,000 characters or fewer"),
    "opened_on-day": ("31", "The day of opening must be a real date"),
    "opened_on-year": ("3000", "The day of opening must be today or in the past"),
    "opened_on-month": ("", "The day of opening must include a month"),
    "review_on-day": ("1", "The day of review must include a month and year"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(partners, officer, name):
    typed, problem = WRONG[name]
    fields = filled_in(partners, **{name.strip(): typed})
    if name == "opened_on-day":
        fields["opened_on-month"] = "2"
    answer = officer.post("/cases/new", fields)
    page = answer.text
    assert answer.status_code == 422 and page.count(problem) >= 2, "at the top and beside the field"
    assert "Drums at night." in page or name == "summary"
    assert db.session.query(Case).count() == 0


def test_a_case_is_changed_and_the_timeline_says_what_in_words_that_name_nobody(partners, officer, case):
    page = officer.get(f"/cases/{case.id}/edit").text
    assert re.search(r'name="title"[^>]*value="Martin Ashdown"', page)
    changed = filled_in(partners, version=str(case.version), risk="high")
    assert officer.post(f"/cases/{case.id}/edit", changed).status_code == 303
    case = db.session.get(Case, case.id)
    assert (case.title, case.risk, case.search_title) == ("Ashdown and Pyke", Risk.HIGH, "ashdown and pyke")
    assert events_of(case) == ["Risk changed from medium to high"]


def test_who_saves_second_sees_both_values_and_keeps_the_text(partners, officer, visitor, case):
    other, version = visitor(a_user(partners.council)), str(case.version)
    assert other.post(f"/cases/{case.id}/edit", filled_in(partners, version=version)).status_code == 303
    late = filled_in(partners, version=version, title="My own title", summary="My own words", risk="high")
    answer = officer.post(f"/cases/{case.id}/edit", late)
    page = answer.text
    assert answer.status_code == 409 and "Somebody else saved first" in page
    assert "Drums at night." in page and page.count("My own words") == 2, "compared, and still in the form"
    assert "Medium" in page and "High" in page
    assert db.session.get(Case, case.id).title == "Ashdown and Pyke"
    late["version"] = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert officer.post(f"/cases/{case.id}/edit", late).status_code == 303
    assert db.session.get(Case, case.id).title == "My own title"


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30])
def test_a_version_that_never_was_saves_nothing(partners, officer, case, version):
    assert officer.post(f"/cases/{case.id}/edit", filled_in(partners, version=version)).status_code == 409
    assert db.session.get(Case, case.id).title == "Martin Ashdown"


def test_whoever_gives_a_case_away_is_sent_where_they_may_be(partners, officer):
    case = a_case(partners.partnership, partners.council)
    given = filled_in(partners, version=str(case.version), lead_agency_id=str(partners.police.id))
    answer = officer.post(f"/cases/{case.id}/edit", given)
    assert answer.status_code == 303 and answer.location == "/cases"
    assert officer.get(f"/cases/{case.id}").status_code == 404


def test_a_change_that_opens_a_case_to_others_is_a_disclosure_to_them(partners, officer, case):
    case.restricted = True
    db.session.flush()
    given = filled_in(partners, lead_agency_id=str(partners.police.id), version=str(case.version))
    assert officer.post(f"/cases/{case.id}/edit", given).status_code == 303
    assert told_to(case) == [f"ag_{partners.police.id}", f"group:{partners.group.id}"]


def test_a_case_goes_to_monitoring_is_closed_and_opened_again(partners, officer, case):
    def go(step: str, **fields):
        version = str(db.session.get(Case, case.id).version)
        return officer.post(f"/cases/{case.id}/{step}", {"version": version, **fields})

    an_action(case, partners.group, partners.council)
    assert go("monitor", reason="Quiet since June").status_code == 303
    assert "1 action of this case is still open" in officer.get(f"/cases/{case.id}/close").text
    ended = {**a_day("closed_on", today()), "closing_reason": "The behaviour stopped", "outcome": "A quiet street"}
    assert go("close", **ended).status_code == 303
    now = db.session.get(Case, case.id)
    assert (now.status, now.closed_on, now.closing_reason) == (CaseStatus.CLOSED, today(), "The behaviour stopped")
    page = officer.get(f"/cases/{case.id}").text
    assert "A quiet street" in page and "Quiet since June" in page and "Close the case" not in page
    assert go("close", **ended).status_code == 422, "closed already"
    assert go("monitor", reason="x").status_code == 422
    assert go("reopen", reason="Drums again").status_code == 303
    now = db.session.get(Case, case.id)
    assert (now.status, now.closed_on, now.closing_reason) == (CaseStatus.OPEN, None, "")
    assert events_of(case) == ["Put under monitoring", "Closed: The behaviour stopped", "Opened again"]


@pytest.mark.parametrize(
    ("days", "problem"),
    [(-10_000, "cannot be closed before that day"), (1, "cannot be closed on a day in the future")],
)
def test_a_case_is_closed_on_no_impossible_day(partners, officer, case, days, problem):
    fields = {"version": str(case.version), "closing_reason": "The behaviour stopped", "outcome": "None"}
    answer = officer.post(f"/cases/{case.id}/close", {**fields, **a_day("closed_on", today() + timedelta(days=days))})
    assert answer.status_code == 422 and problem in answer.text
    assert db.session.get(Case, case.id).status is CaseStatus.OPEN
    del fields["closing_reason"]
    both = officer.post(f"/cases/{case.id}/close", {**fields, **a_day("closed_on", today() + timedelta(days=days))})
    assert problem in both.text and "Choose why it is closed" in both.text, "in one round"


@pytest.mark.parametrize("step", ["monitor", "close", "reopen"])
def test_a_change_of_status_wants_its_reason(partners, officer, case, step):
    answer = officer.post(f"/cases/{case.id}/{step}", {"version": str(case.version)})
    assert answer.status_code == 422 and "There is a problem" in answer.text
    assert events_of(case) == []


def test_a_case_closed_meanwhile_is_not_closed_twice(partners, officer, visitor, case):
    fields = {
        "version": str(case.version),
        "closing_reason": "The behaviour stopped",
        "outcome": "First words",
        **a_day("closed_on", today()),
    }
    assert visitor(a_user(partners.council)).post(f"/cases/{case.id}/close", fields).status_code == 303
    answer = officer.post(f"/cases/{case.id}/close", {**fields, "outcome": "Second words"})
    assert answer.status_code == 409
    assert "First words" in answer.text and "Second words" in answer.text


def test_the_same_form_sent_twice_opens_one_case(partners, officer):
    fields = {**filled_in(partners), "idempotency_key": "0b0f4c0e-6e0f-4c3c-9a5f-1f6d3a1a2b3c"}
    first, second = officer.post("/cases/new", fields), officer.post("/cases/new", fields)
    assert first.status_code == second.status_code == 303 and first.location == second.location
    assert db.session.query(Case).count() == 1


def test_an_agency_is_given_the_case_on_a_lawful_basis_and_loses_it_again(partners, officer, visitor, case):
    fire = an_agency(partners.partnership, "Fire and Rescue")
    firefighter = visitor(a_user(fire))
    assert firefighter.get(f"/cases/{case.id}").status_code == 404
    share = {
        "agency_id": str(fire.id),
        "basis": "Safeguarding",
        "condition": NO_CONDITION,
        "purpose": "Home safety visit",
    }
    answer = officer.post(f"/cases/{case.id}/agencies/add", {**share, "purpose": ""})
    assert answer.status_code == 422 and "Enter what the agency needs it for" in answer.text
    assert officer.post(f"/cases/{case.id}/agencies/add", share).status_code == 303
    assert "Home safety visit" in firefighter.get(f"/cases/{case.id}").text
    shared = db.session.query(AuditRecord).filter_by(action="case.share").one()
    assert shared.category == "disclosure" and f'"recipient":"ag_{fire.id}"' in shared.body
    assert officer.post(f"/cases/{case.id}/agencies/add", share).status_code == 422, "has it already"
    assert officer.post(f"/cases/{case.id}/agencies/{fire.id}/remove").status_code == 303
    assert firefighter.get(f"/cases/{case.id}").status_code == 404
    assert officer.post(f"/cases/{case.id}/agencies/{fire.id}/remove").status_code == 404
    assert events_of(case) == ["Opened to Fire and Rescue: Safeguarding", "No longer open to Fire and Rescue"]


def test_an_agency_without_a_signature_is_not_offered(partners, officer, case):
    unsigned = an_agency(partners.partnership, "Unsigned Housing", signed_on=None)
    assert "Unsigned Housing" not in officer.get(f"/cases/{case.id}/agencies/add").text
    share = {"agency_id": str(unsigned.id), "basis": "Consent", "condition": NO_CONDITION, "purpose": "x"}
    assert officer.post(f"/cases/{case.id}/agencies/add", share).status_code == 422


def test_only_who_leads_a_group_decides_what_it_hears(partners, officer, chair, visitor, case):
    south = partners.elsewhere
    assert (
        "Nominate" in officer.get(f"/cases/{case.id}/groups/add").text
        or "nominate" in officer.get(f"/cases/{case.id}/groups/add").text
    )
    assert officer.post(f"/cases/{case.id}/groups/add", {"group_id": str(south.id)}).status_code == 422
    leads_both = a_user(partners.police, group=partners.group, role=GroupRole.COORDINATOR)
    from tests.builders import a_member

    a_member(south, leads_both, GroupRole.CHAIR)
    both = visitor(leads_both)
    assert both.post(f"/cases/{case.id}/groups/add", {"group_id": str(south.id)}).status_code == 303
    assert told_to(case) == [f"group:{south.id}"]
    assert chair.post(f"/cases/{case.id}/groups/{south.id}/remove").status_code == 409, "not her group"
    assert both.post(f"/cases/{case.id}/groups/{south.id}/remove").status_code == 303
    answer = chair.post(f"/cases/{case.id}/groups/{partners.group.id}/remove")
    assert answer.status_code == 303 and answer.location == "/cases", "she may open it no longer"
    other = a_group(partners.partnership)
    assert officer.post(f"/cases/{case.id}/groups/{other.id}/remove").status_code == 404
