"""The pages of referrals."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import plugin_host
from core.audit.models import AuditRecord
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.referrals import consents, operations, queries
from core.referrals.models import Referral
from plugins.mentoring import PATHWAY
from plugins.mentoring.models import Match
from tests import builders

from .conftest import NOW, PAYLOAD, SECRETS, TODAY, World, years_ago

FORM = {
    "details-behaviour": "likely",
    "details-one_to_one": "safe",
    "details-on_abc": "no",
    "details-need": "Somebody to cook with",
}


MENTOR = {"name": "Priya Shah", "training_hours": "20", "capacity": "2"}


def in_boxes(name: str, day) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def refer_path(world: World) -> str:
    return f"/cases/{world.case_id}/refer/{world.person.id}/{world.provider.id}"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def register(world: World) -> str:
    return f"/pathways/mentoring/providers/{world.provider.id}/mentors"


def test_from_the_case_page_somebody_is_referred_with_one_short_form(world: World, visitor) -> None:
    browser = visitor(world.referrer)
    chooser = browser.get(f"/cases/{world.case_id}/refer")
    assert chooser.status_code == 200
    assert refer_path(world) in text(chooser)
    page = browser.get(refer_path(world))
    assert page.status_code == 200
    assert "Refer a young person for mentoring" in text(page)
    answer = browser.post(refer_path(world), FORM)
    assert answer.status_code == 303
    referral = db.session.scalars(select(Referral)).one()
    assert answer.location.endswith(f"/referrals/{referral.id}")
    assert referral.payload["need"] == "Somebody to cook with"


def test_a_form_with_mistakes_keeps_what_was_typed_and_saves_nothing(world: World, visitor) -> None:
    browser = visitor(world.referrer)
    answer = browser.post(refer_path(world), {"details-need": "Somebody to cook with"})
    assert answer.status_code == 422
    assert "Say whether they have offended or are likely to" in text(answer)
    assert "Somebody to cook with" in text(answer)
    answer = browser.post(refer_path(world), FORM | {"details-one_to_one": "unsafe"})
    assert answer.status_code == 422
    assert "One-to-one contact would be unsafe" in text(answer)
    answer = browser.post(refer_path(world), FORM | {"details-need": "x" * 50_000})
    assert answer.status_code == 422
    assert db.session.scalars(select(Referral)).all() == []


def test_the_chooser_says_who_cannot_be_referred_and_why(world: World, visitor) -> None:
    world.person.date_of_birth = years_ago(12)
    page = text(visitor(world.referrer).get(f"/cases/{world.case_id}/refer"))
    assert "can be referred from" in page
    assert refer_path(world) not in page
    world.person.date_of_birth = None
    page = text(visitor(world.referrer).get(f"/cases/{world.case_id}/refer"))
    assert "Cannot determine" in page
    assert refer_path(world) in page


@pytest.mark.parametrize("path", ["/cases/{case}/refer/999999/{provider}", "/cases/{case}/refer/{person}/999999"])
def test_unknown_people_and_providers_are_not_found(world: World, visitor, path: str) -> None:
    path = path.format(case=world.case_id, person=world.person.id, provider=world.provider.id)
    assert visitor(world.referrer).get(path).status_code == 404


def test_a_person_of_another_case_cannot_be_referred_by_this_one(world: World, visitor) -> None:
    stranger = builders.a_person(world.partnership, "Ann", "Other", born=years_ago(15))
    builders.a_case(world.partnership, world.council, subject=stranger)
    path = f"/cases/{world.case_id}/refer/{stranger.id}/{world.provider.id}"
    assert visitor(world.referrer).get(path).status_code == 404


@pytest.mark.parametrize(("who", "sees"), [("worker", True), ("referrer", False), ("member", False), ("chair", False)])
def test_each_reader_sees_what_the_table_lets_them_see(world: World, visitor, who: str, sees: bool) -> None:
    referral = world.matched(world.mentor())
    answer = visitor(getattr(world, who)).get(f"/referrals/{referral.id}")
    assert answer.status_code == 200
    page = text(answer)
    assert "Matched with a mentor" in page
    for secret in SECRETS:
        assert (secret in page) is sees
    assert ("Accept" in page or "Record the first session" in page) is (who != "member")


@pytest.mark.parametrize("who", ["referrer", "chair"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_form_of_a_move_shows_the_register_to_nobody_whose_move_it_is_not(
    world: World, visitor, who: str, method: str
) -> None:
    world.mentor()
    world.mentor("Otto Lund", check_until=TODAY - timedelta(days=1))
    referral = world.visited()
    browser = visitor(getattr(world, who))
    answer = getattr(browser, method)(f"/referrals/{referral.id}/moves/match", follow_redirects=True)
    assert "Only the provider can do this." in text(answer)
    assert "Priya Shah" not in text(answer)
    assert "Otto Lund" not in text(answer)


@pytest.mark.parametrize("change", ["give_consent", "refuse_consent"])
def test_whoever_hears_the_case_learns_stage_and_dates_and_nothing_of_consent(
    world: World, visitor, change: str
) -> None:
    referral = world.refer()
    day = {"given_on" if change == "give_consent" else "refused_on": TODAY}
    made = getattr(consents, change)
    made(world.actor(world.worker), referral=referral, key="parent", now=NOW, note="A quarrel", **day)
    for path in (f"/cases/{world.case_id}", f"/referrals/{referral.id}"):
        page = text(visitor(world.member).get(path)).lower()
        assert "parent" not in page
        assert "quarrel" not in page


def test_somebody_without_a_part_in_it_does_not_learn_that_it_exists(world: World, visitor) -> None:
    referral = world.refer()
    outsider = visitor(builders.a_user(builders.an_agency(world.partnership)))
    hidden, missing = outsider.get(f"/referrals/{referral.id}"), outsider.get("/referrals/999999")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.data == missing.data


def test_opening_a_referral_is_recorded_once_with_its_person(world: World, visitor) -> None:
    referral = world.refer()
    visitor(world.worker).get(f"/referrals/{referral.id}")
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "referral.read").order_by(AuditRecord.seq)
    ).all()
    assert len(records) == 1
    assert f'"p_{world.person.id}"' in records[0].body


def test_the_provider_takes_a_referral_from_consent_to_its_end(world: World, visitor) -> None:
    mentor = world.mentor()
    lapsed = world.mentor("Otto Lund", check_until=TODAY - timedelta(days=1))
    referral = world.refer()
    browser, at = visitor(world.worker), f"/referrals/{referral.id}"

    def step(key: str, **fields):
        page = browser.get(f"{at}/moves/{key}")
        assert page.status_code == 200, text(page)
        version = db.session.get_one(Referral, referral.id).version
        answer = browser.post(f"{at}/moves/{key}", {"version": str(version), **fields})
        assert answer.status_code == 303, text(answer)
        return page

    for key in ("young_person", "parent"):
        answer = browser.post(f"{at}/consents/{key}", {"state": "given", **in_boxes("on", TODAY)})
        assert answer.status_code == 303, text(answer)
    step("accept", note="Glad to")
    step("visit", **in_boxes("details-visited_on", TODAY), **{"details-one_to_one": "safe"})
    page = step("match", **{"details-mentor": str(mentor.id)})
    assert "Priya Shah, 1 place free" in text(page)
    assert "enhanced DBS check ran out" in text(page)
    assert f'value="{lapsed.id}"' not in text(page)
    step("start", **in_boxes("details-started_on", TODAY))
    measures = {f"measures-{measure.key}": measure.answers[0][0] for measure in PATHWAY.outcomes()}
    step("review", **measures)
    step("end_reviewed", **measures)
    page = text(browser.get(at))
    assert "Anti-social behaviour" in page
    assert "Glad to" in page
    row = db.session.get_one(Referral, referral.id)
    assert row.closed_at is not None
    assert db.session.scalars(select(Match)).one().ended_on == TODAY
    page = text(visitor(world.referrer).get(at))
    assert "Anti-social behaviour: ceased" in page
    assert "Glad to" not in page


def test_a_move_sent_from_an_old_page_shows_what_is_stored_now(world: World, visitor) -> None:
    referral = world.consent(world.refer(), "young_person", "parent")
    old = referral.version
    world.move(referral, "accept")
    answer = visitor(world.worker).post(
        f"/referrals/{referral.id}/moves/decline_accepted", {"version": str(old), "details-reason": "area"}
    )
    assert answer.status_code == 409
    assert "Accepted" in text(answer)


def test_a_move_that_is_not_open_says_why_and_keeps_the_note(world: World, visitor) -> None:
    referral = world.refer()
    answer = visitor(world.worker).post(
        f"/referrals/{referral.id}/moves/accept", {"version": str(referral.version), "note": "Glad to"}
    )
    assert answer.status_code == 422
    assert "consent not recorded" in text(answer)
    assert "Glad to" in text(answer)


def test_a_half_filled_date_is_told_and_not_an_error_of_the_server(world: World, visitor) -> None:
    referral = world.refer()
    answer = visitor(world.worker).post(
        f"/referrals/{referral.id}/consents/parent", {"state": "given", "on-day": "31", "on-month": "", "on-year": "x"}
    )
    assert answer.status_code == 422
    assert 'value="31"' in text(answer)


def test_a_withdrawal_closes_it_at_once(world: World, visitor) -> None:
    referral = world.visited()
    answer = visitor(world.referrer).post(
        f"/referrals/{referral.id}/consents/young_person",
        {"state": "withdrawn", "note": "A quarrel", **in_boxes("on", TODAY)},
    )
    assert answer.status_code == 303
    page = text(visitor(world.chair).get(f"/referrals/{referral.id}"))
    assert "Consent withdrawn" in page
    assert "A quarrel" not in page


def test_an_unknown_consent_or_move_is_not_a_server_error(world: World, visitor) -> None:
    referral = world.refer()
    browser = visitor(world.worker)
    assert browser.get(f"/referrals/{referral.id}/consents/neighbour").status_code == 404
    assert browser.get(f"/referrals/{referral.id}/moves/fly").status_code == 409


def test_the_home_page_lists_stages_in_the_order_of_the_pathway(world: World, visitor, monkeypatch) -> None:
    world.visited()
    other = builders.a_person(world.partnership, "Ana", "Bell", born=years_ago(15))
    db.session.add(CasePerson(case_id=world.case_id, person_id=other.id, role=PersonRole.SUBJECT))
    db.session.flush()
    world.refer(person=other)
    db.session.commit()
    browser = visitor(world.worker)
    page = text(browser.get("/"))
    assert page.index("Mentoring, referred: 1") < page.index("Mentoring, home visit made: 1")
    monkeypatch.setattr(plugin_host, "installed", dict)
    assert "Mentoring, referred: 1" in text(browser.get("/"))


def test_with_the_plugin_gone_the_page_reads_on_and_offers_no_move(world: World, visitor, monkeypatch) -> None:
    referral = world.visited()
    monkeypatch.setattr(plugin_host, "installed", dict)
    page = visitor(world.worker).get(f"/referrals/{referral.id}")
    assert page.status_code == 200
    assert PAYLOAD.need in text(page)
    assert "not available at the moment" in text(page)
    assert "/moves/" not in text(page)
    assert visitor(world.worker).get("/referrals").status_code == 200
    assert visitor(world.worker).get(f"/referrals/{referral.id}/moves/match").status_code == 409


def test_a_plugin_that_fails_is_seen_on_the_page_and_the_rest_is_there(world: World, visitor, monkeypatch) -> None:
    referral = world.visited()

    def fail(_self, _facts, _on):
        raise RuntimeError("Jayden Whitworth")

    monkeypatch.setattr(type(PATHWAY), "eligibility", fail)
    page = text(visitor(world.worker).get(f"/referrals/{referral.id}"))
    assert "Mentoring is not available now" in page
    assert PAYLOAD.need in page


def test_an_agency_that_has_not_signed_reads_why_it_sees_no_referrals(world: World, visitor) -> None:
    world.refer()
    unsigned = builders.an_agency(world.partnership, signed_on=None)
    page = text(visitor(builders.a_user(unsigned)).get("/referrals"))
    assert "has not signed the Information Sharing Protocol" in page
    assert "Whitworth" not in page


def test_the_referral_form_names_the_actions_usually_agreed(world: World, visitor) -> None:
    page = text(visitor(world.referrer).get(refer_path(world)))
    assert "Ask a parent or guardian for consent to mentoring (within 5 working days)" in page


def test_a_referral_from_a_case_closed_to_the_reader_is_not_named(world: World, visitor) -> None:
    """That there is one they are told; its reference would say which case it comes from."""
    elsewhere = builders.a_case(world.partnership, world.scheme, title="Elsewhere", subject=world.person)
    actor = world.actor(builders.a_user(world.scheme, "Sam Scheme"))
    other = queries.case_to_refer_from(elsewhere.id)
    ref = operations.refer(
        actor, case=other, person=world.person, provider=world.provider, payload=PAYLOAD, now=NOW
    ).ref
    chooser = text(visitor(world.referrer).get(f"/cases/{world.case_id}/refer"))
    assert "already. It comes from a case that is not open to you." in chooser
    refused = text(visitor(world.referrer).post(refer_path(world), FORM))
    assert "already. It comes from a case that is not open to you." in refused
    assert ref not in chooser + refused
    own = text(visitor(world.worker).get(f"/cases/{elsewhere.id}/refer"))
    assert f"already: {ref}." in own
