"""Adjustments: recorded by whoever hears of them, shown to whoever plans contact, never lost in a referral."""

import pytest
from sqlalchemy import select

from core import plugin_host
from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import PersonRole
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.adjustments.operations import certain_in
from core.people.adjustments.queries import needed_by
from core.people.models import Person
from core.referrals.facts import facts_before
from core.referrals.models import Referral
from tests.builders import a_case, a_person, a_provider, a_user, today
from tests.support.errands import NeutralErrand

URDU = "Interpreter: Urdu"


@pytest.fixture
def ada(partners):
    return a_person(partners.partnership, "Ada", "May")


@pytest.fixture
def case(partners, ada):
    case = a_case(partners.partnership, partners.council, title="Ada May", group=partners.group, subject=ada)
    db.session.add(CasePerson(case_id=case.id, person_id=ada.id, role=PersonRole.VICTIM))
    db.session.flush()
    return case


def recorded(browser, person, **fields):
    said = {
        "kind": "interpreter",
        "detail": "Urdu",
        "asked_by": "they themselves",
        **{f"since-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
        **fields,
    }
    return browser.post(f"/people/{person.id}/adjustments/new", said)


def test_it_is_shown_wherever_contact_is_planned(constable, officer, ada, case):
    assert recorded(constable, ada).status_code == 303
    for page in (f"/people/{ada.id}", f"/cases/{case.id}", f"/cases/{case.id}/people/{ada.id}/contact"):
        assert URDU in officer.get(page).text, page
    assert URDU in officer.get(f"/cases/{case.id}/people/{ada.id}/contact/agree").text


def test_an_interpreter_needs_a_language(constable, ada, case):
    answer = recorded(constable, ada, detail="")
    assert answer.status_code == 422 and "Enter the language" in answer.text
    assert recorded(constable, ada, kind="large print", detail="").status_code == 303


def test_what_is_ended_stays_with_why_and_is_asked_for_no_more(constable, officer, ada, case):
    recorded(constable, ada)
    adjustment = db.session.scalars(select(Adjustment)).one()
    path = f"/people/{ada.id}/adjustments/{adjustment.id}/end"
    assert officer.post(path, {"version": "1"}).status_code == 422
    assert officer.post(path, {"version": "1", "why": "She speaks English now"}).status_code == 303
    page = officer.get(f"/people/{ada.id}").text
    assert "She speaks English now" in page
    assert URDU not in officer.get(f"/cases/{case.id}").text
    again = officer.post(path, {"version": str(adjustment.version), "why": "Twice"})
    assert again.status_code == 422 and "ended already" in again.text


def test_whoever_may_not_open_somebody_learns_of_none(partners, visitor, constable, ada, case):
    recorded(constable, ada)
    stranger = visitor(a_user(partners.police))
    assert stranger.get(f"/people/{ada.id}/adjustments/new").status_code == 404
    other = a_person(partners.partnership, "Bea")
    a_case(partners.partnership, partners.council, group=partners.group, subject=other)
    adjustment = db.session.scalars(select(Adjustment)).one()
    assert constable.get(f"/people/{other.id}/adjustments/{adjustment.id}/end").status_code == 404


def test_those_of_a_merged_record_are_the_persons_own(partners, ada, case):
    gone = a_person(partners.partnership, "Ada", "Maye")
    for person, kind, detail in ((ada, AdjustmentKind.LARGE_PRINT, ""), (gone, AdjustmentKind.INTERPRETER, "Urdu")):
        db.session.add(
            Adjustment(
                person_id=person.id,
                kind=kind,
                detail=detail,
                asked_by=AskedBy.UNKNOWN,
                since=today(),
                recorded_at=utc_now(),
            )
        )
    db.session.flush()
    gone.merged_into_id = ada.id
    db.session.flush()
    assert set(needed_by([ada.id], on=today())[ada.id]) == {"Large print", URDU}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Interpreter: Urdu", [(AdjustmentKind.INTERPRETER, "Urdu")]),
        ("Polish interpreter; large print", [(AdjustmentKind.INTERPRETER, "Polish"), (AdjustmentKind.LARGE_PRINT, "")]),
        ("May need an Urdu interpreter", []),
        ("No interpreter needed", []),
        ("Had an interpreter: Urdu, but not any more", []),
        ("BSL", [(AdjustmentKind.BSL, "")]),
        ("", []),
    ],
)
def test_of_a_text_only_what_is_certain_is_taken(text, found):
    assert list(certain_in(text)) == found


def test_every_pathways_referral_shows_the_provider_what_the_person_needs(app, world, visitor):
    """From the first stage on: on the referral's page and on the provider's own page of it."""
    from tests.integration.matrix.walking import browser_of

    provider, checked = browser_of(app, world, "provider"), set()
    for stage in ("own", "mediated", "supported", "helped"):
        referral = db.session.get_one(Referral, int(world.stages[stage]["referral_id"]))
        db.session.add(
            Adjustment(
                person_id=referral.person_id,
                kind=AdjustmentKind.INTERPRETER,
                detail="Urdu",
                asked_by=AskedBy.THEMSELVES,
                since=today(),
                recorded_at=utc_now(),
            )
        )
        db.session.commit()
        assert provider.get(f"/people/{referral.person_id}").status_code == 404, "they may not open the person"
        assert URDU in provider.get(f"/referrals/{referral.id}").text, referral.pathway_key
        own = plugin_host.installed()[referral.pathway_key].record
        if own is not None:
            page = provider.get(app.url_map.bind("localhost").build(own.endpoint, {"referral_id": referral.id}))
            assert page.status_code == 200 and URDU in page.text, referral.pathway_key
            checked.add(referral.pathway_key)
    assert checked == {"mentoring", "mediation", "victim_support", "family_intervention"}


def test_a_colleague_of_the_provider_and_whoever_may_not_see_the_referral_learn_of_none(app, world):
    from tests.integration.matrix.walking import browser_of

    referral = db.session.get_one(Referral, int(world.stages["own"]["referral_id"]))
    person = db.session.get_one(Person, referral.person_id)
    db.session.add(
        Adjustment(
            person_id=person.id,
            kind=AdjustmentKind.INTERPRETER,
            detail="Urdu",
            asked_by=AskedBy.THEMSELVES,
            since=today(),
            recorded_at=utc_now(),
        )
    )
    db.session.commit()
    for actor in ("other group", "colleague", "let in"):
        assert URDU not in browser_of(app, world, actor).get(f"/referrals/{referral.id}").text, actor


def test_the_form_of_a_referral_says_what_will_be_passed_on(app, world):
    from tests.integration.matrix.walking import browser_of

    ids = world.stages["extra"]
    path = f"/cases/{ids['known_case_id']}/refer/{ids['known_id']}/{ids['provider_id']}"
    chair = browser_of(app, world, "chair")
    assert "No adjustment is recorded" in chair.get(path).text
    recorded(chair, db.session.get_one(Person, int(ids["known_id"])))
    page = chair.get(path).text
    assert "Will be passed on" in page and URDU in page


def test_a_pathway_is_told_of_them_in_its_facts(partners, ada, case):
    provider, pathway = a_provider(partners.partnership, partners.police, "errand"), NeutralErrand()
    assert facts_before(case, ada, provider, pathway, adjustments=[URDU]).adjustments == (URDU,)
    assert facts_before(case, ada, provider, pathway).adjustments == ()
