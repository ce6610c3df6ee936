"""The scheme's own list and pages: suspended, closed, not yet open, and what a consent tells."""

from datetime import date, timedelta

import pytest

from core import plugin_host
from core.cases.models import CasePerson
from core.errors import Refused
from core.extensions import db
from core.facts import PersonRole, ProviderStatus
from core.plugin_api import ConsentNeeded
from core.referrals import consents
from core.referrals.facts import facts_of
from core.referrals.models import Referral
from plugins.mentoring.forms import DeclineForm
from plugins.mentoring.pathway import Mentoring
from tests import builders

from .conftest import NOW, TODAY, World
from .test_pages import in_boxes, register, text

YESTERDAY = TODAY - timedelta(days=1)


def test_a_suspended_scheme_goes_on_with_the_referrals_and_the_mentors_that_it_has(world: World, visitor) -> None:
    referral = world.visited()
    mentor = world.mentor()
    world.provider.status = ProviderStatus.SUSPENDED
    db.session.commit()
    browser = visitor(world.worker)
    listed = text(browser.get("/referrals"))
    assert referral.ref in listed
    assert register(world) in listed
    assert browser.get(f"{register(world)}/{mentor.id}").status_code == 200
    answer = browser.post(
        f"/referrals/{referral.id}/moves/match",
        {"version": str(referral.version), "details-mentor": str(mentor.id)},
    )
    assert answer.status_code == 303
    assert "Alongside" not in text(visitor(world.referrer).get(f"/cases/{world.case_id}/refer"))


def test_a_scheme_that_was_declined_has_no_register(world: World, visitor) -> None:
    world.provider.status = ProviderStatus.DECLINED
    db.session.commit()
    assert visitor(world.worker).get(register(world)).status_code == 404


def test_the_page_of_a_move_that_is_not_open_says_why_and_asks_for_nothing(world: World, visitor) -> None:
    referral = world.refer()
    browser = visitor(world.worker)
    for move, why in (("accept", "consent not recorded"), ("start", "does not lead on from “Referred”")):
        page = text(browser.get(f"/referrals/{referral.id}/moves/{move}"))
        assert why in page
        assert "<textarea" not in page
    assert "<textarea" in text(browser.get(f"/referrals/{referral.id}/moves/decline_referred"))


def test_a_form_of_a_plugin_that_fails_is_told_with_a_reference_and_is_no_error_of_the_server(
    world: World, visitor, monkeypatch
) -> None:
    def choke(_form, _field):
        raise KeyError("Jayden Whitworth")

    monkeypatch.setattr(DeclineForm, "validate_reason", choke, raising=False)
    referral = world.refer()
    answer = visitor(world.worker).post(
        f"/referrals/{referral.id}/moves/decline_referred",
        {"version": str(referral.version), "details-reason": "age"},
    )
    assert answer.status_code == 409
    assert "Mentoring is not available now, so nothing was saved. Reference" in text(answer)
    assert db.session.get_one(Referral, referral.id).closed_at is None


def test_the_page_names_whose_turn_it_is(world: World, visitor) -> None:
    referral = world.refer()
    for user in (world.worker, world.referrer):
        assert "Waiting for Alongside." in text(visitor(user).get(f"/referrals/{referral.id}"))


def test_a_consent_tells_when_and_who_recorded_it(world: World, visitor) -> None:
    referral = world.consent(world.refer(), "young_person")
    db.session.commit()
    page = text(visitor(world.referrer).get(f"/referrals/{referral.id}"))
    assert "recorded by Wendy Worker" in page
    assert "recorded by" not in text(visitor(world.member).get(f"/referrals/{referral.id}"))


def test_what_the_scheme_notes_of_a_consent_is_its_own_and_the_referrers_note_is_read_by_both(
    world: World, visitor
) -> None:
    referral = world.refer()
    told = {"referral": referral, "given_on": TODAY, "now": NOW}
    consents.give_consent(world.actor(world.worker), key="young_person", note="She asked about her father", **told)
    consents.give_consent(world.actor(world.referrer), key="parent", note="Signed at our desk", **told)
    of_scheme, of_referrer = (
        text(visitor(user).get(f"/referrals/{referral.id}")) for user in (world.worker, world.referrer)
    )
    assert "She asked about her father" in of_scheme and "Signed at our desk" in of_scheme
    assert "Signed at our desk" in of_referrer
    assert "about her father" not in of_referrer


def test_a_consent_asked_for_by_the_referral_form_is_given_from_its_day_on(world: World, monkeypatch) -> None:
    def agreed(day: date) -> None:
        asked = [ConsentNeeded("young_person", "The young person", "", given_on=day)]
        monkeypatch.setattr(Mentoring, "consents", lambda *_: asked)

    agreed(YESTERDAY)
    (consent,) = world.refer().consents
    assert (consent.given_on, consent.recorded_by_id) == (YESTERDAY, world.referrer.id)
    agreed(TODAY + timedelta(days=1))
    other = builders.a_person(world.partnership, "Leo", "Later", date(TODAY.year - 15, 1, 1))
    with pytest.raises(Refused, match="The young person: the day of the consent must be today or in the past"):
        world.refer(person=other)


def test_a_pathway_is_told_who_else_is_named_in_the_case(world: World, monkeypatch) -> None:
    mother = builders.a_person(world.partnership, "Marjorie", "Else")
    db.session.add_all(
        CasePerson(case_id=world.case_id, person_id=mother.id, role=role)
        for role in (PersonRole.FAMILY_MEMBER, PersonRole.WITNESS)
    )
    db.session.flush()
    db.session.expire_all()
    facts = facts_of(world.refer(), plugin_host.installed()["mentoring"])
    assert [person.name for person in facts.case.others(world.person.id)] == ["Marjorie Else"]
    assert len(facts.case.people) == 3


@pytest.mark.parametrize(
    ("day", "told"),
    [(TODAY + timedelta(days=1), "today or in the past"), (YESTERDAY, "when they last answered, or later")],
)
def test_a_consent_withdrawn_on_an_impossible_day_is_told_beside_the_date(world: World, visitor, day, told) -> None:
    referral = world.consent(world.refer(), "parent")
    db.session.commit()
    answer = visitor(world.worker).post(
        f"/referrals/{referral.id}/consents/parent", {"state": "withdrawn", "note": "By letter", **in_boxes("on", day)}
    )
    assert answer.status_code == 422
    assert text(answer).count(told) == 2
    assert "By letter" in text(answer)
    assert db.session.get_one(Referral, referral.id).closed_at is None


def test_no_consent_is_withdrawn_before_it_was_given(world: World) -> None:
    referral = world.consent(world.refer(), "parent")
    with pytest.raises(Refused, match="before the day on which it was given"):
        consents.withdraw_consent(
            world.actor(world.worker), referral=referral, key="parent", withdrawn_on=YESTERDAY, now=NOW
        )


def test_the_warning_stands_where_a_withdrawal_closes_the_referral_and_only_there(world: World, visitor) -> None:
    referral = world.consent(world.refer(), "parent")
    world.person.date_of_birth = TODAY - timedelta(days=365 * 17)
    db.session.commit()
    at = f"/referrals/{referral.id}/consents"
    assert "the referral is closed at once" in text(visitor(world.worker).get(f"{at}/young_person"))
    assert "the referral is closed at once" not in text(visitor(world.worker).get(f"{at}/parent"))


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=9)])
def test_a_visit_or_a_first_session_on_an_impossible_day_is_told_beside_the_date(world: World, visitor, day) -> None:
    referral = world.move(world.consent(world.refer(), "young_person", "parent"), "accept")
    for move, name, sent in (
        ("visit", "visited_on", {"details-one_to_one": "safe"}),
        ("start", "started_on", {}),
    ):
        db.session.commit()
        answer = visitor(world.worker).post(
            f"/referrals/{referral.id}/moves/{move}",
            {"version": str(referral.version), "note": "By bus", **sent, **in_boxes(f"details-{name}", day)},
        )
        assert answer.status_code == 422
        assert text(answer).count("must be between the referral and today") == 2
        assert "By bus" in text(answer)
        if move == "visit":
            visit = {"visited_on": TODAY.isoformat(), "one_to_one": "safe"}
            referral = world.match(world.move(world.read(referral.id), "visit", answers=visit), world.mentor())
