"""What a provider may do on any pathway: pause a referral, hand it over, decline with a suggestion, open it again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.cases.models import CaseEvent
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import CaseStatus
from core.partnerships.models import Provider
from core.referrals import consents, handing_over, pausing, queries, reopening
from core.referrals.facts import progress_of
from core.referrals.models import Referral
from core.working_days import add_months, next_working_day
from plugins.mentoring.queries import current_match
from tests import builders

from .conftest import NOW, SECRETS, TODAY, World, moment
from .test_pages import in_boxes, text

LATER = TODAY + timedelta(days=30)


def of(referral: Referral) -> str:
    return f"/referrals/{referral.id}"


def begun(world: World) -> Referral:
    """Mentoring that has begun: its first review is due in three months."""
    return world.move(world.matched(world.mentor()), "start", answers={"started_on": TODAY.isoformat()})


def paused(world: World, referral: Referral) -> Referral:
    told = {"reason": "In hospital", "back_on": LATER, "version": referral.version, "now": NOW}
    pausing.pause(world.actor(world.worker), referral=referral, **told)
    return world.read(referral.id)


def elsewhere(world: World) -> Provider:
    """Another mentoring scheme."""
    return builders.a_provider(world.partnership, builders.an_agency(world.partnership, "Bridges"), "mentoring")


def test_while_it_is_paused_no_clock_runs_and_nothing_moves_but_a_withdrawal(world: World, visitor) -> None:
    referral = paused(world, begun(world))
    assert (referral.paused_on, referral.stage_due) == (TODAY, LATER)
    with pytest.raises(Refused, match="let it go on first"):
        world.move(referral, "review", measures={})
    with pytest.raises(Refused, match="paused already"):
        paused(world, referral)
    db.session.commit()
    of_referrer = text(visitor(world.referrer).get(of(referral)))
    assert "Paused" in of_referrer and "Waiting for" not in of_referrer
    assert "In hospital" not in of_referrer
    assert "In hospital" in text(visitor(world.worker).get(of(referral)))
    told = {"key": "young_person", "withdrawn_on": TODAY, "now": NOW}
    consents.withdraw_consent(world.actor(world.worker), referral=world.read(referral.id), **told)
    ended = world.read(referral.id)
    assert (ended.outcome, ended.paused_on, ended.stage_due) == ("Consent withdrawn", None, None)
    assert progress_of(ended).paused_since is None


def test_what_was_due_is_due_later_by_the_days_of_the_pause(world: World) -> None:
    referral = paused(world, begun(world))
    told = {"version": referral.version, "note": "Home again", "now": NOW + timedelta(days=10)}
    pausing.resume(world.actor(world.worker), referral=referral, **told)
    referral = world.read(referral.id)
    assert referral.paused_on is None
    assert referral.stage_due == next_working_day(add_months(TODAY, 3) + timedelta(days=10))
    assert progress_of(referral).times("active") == 1, "neither pause nor end is a stage that it came to"
    with pytest.raises(Refused, match="not paused"):
        pausing.resume(world.actor(world.worker), referral=referral, version=referral.version, now=NOW)


@pytest.mark.parametrize("page", ["pause", "resume", "reopen", "hand-over"])
def test_they_are_the_providers_alone(world: World, visitor, page: str) -> None:
    referral = world.refer()
    for user in (world.referrer, world.chair):
        answer = visitor(user).get(f"{of(referral)}/{page}")
        assert (answer.status_code, "Only the provider may do this" in text(answer)) == (403, True)
    assert visitor(world.worker).get(f"{of(referral)}/{page}").status_code == 200


def test_a_day_that_is_past_and_an_older_version_keep_what_was_typed(world: World, visitor) -> None:
    referral = world.refer()
    browser = visitor(world.worker)
    told = {"reason": "In hospital", **in_boxes("back_on", TODAY), "version": str(referral.version)}
    answer = browser.post(f"{of(referral)}/pause", told)
    assert answer.status_code == 422
    assert "must be in the future" in text(answer) and "In hospital" in text(answer)
    answer = browser.post(f"{of(referral)}/pause", {**told, **in_boxes("back_on", LATER), "version": "99"})
    assert answer.status_code == 409
    assert "In hospital" in text(answer)
    answer = browser.post(f"{of(referral)}/pause", {**told, **in_boxes("back_on", LATER)})
    assert answer.status_code == 303
    assert world.read(referral.id).paused_on == TODAY


def test_a_decline_can_suggest_another_pathway_to_whoever_referred(world: World, visitor, monkeypatch) -> None:
    referral = world.refer()
    monkeypatch.setattr("core.referrals.operations.suggestions", lambda *_, **__: {"errand": "An errand"})
    monkeypatch.setattr("core.referrals.showing.suggestions", lambda *_, **__: {"errand": "An errand"})
    browser = visitor(world.worker)
    page = text(browser.get(f"{of(referral)}/moves/decline_referred"))
    assert "Which other pathway do you suggest?" in page
    told = {"version": str(referral.version), "details-reason": "nobody_free", "suggested": "nowhere"}
    assert browser.post(f"{of(referral)}/moves/decline_referred", told).status_code == 422
    assert browser.post(f"{of(referral)}/moves/decline_referred", {**told, "suggested": "errand"}).status_code == 303
    assert world.read(referral.id).outcome == "Declined: no suitable mentor is free. Suggested instead: An errand"
    assert "The provider suggests" not in text(visitor(world.member).get(of(referral))), "stage and dates alone"
    page = text(visitor(world.referrer).get(of(referral)))
    assert "The provider suggests An errand instead" in page
    assert f"/cases/{world.case_id}/refer" in page


def test_without_another_pathway_none_can_be_suggested(world: World, visitor) -> None:
    referral = world.refer()
    page = text(visitor(world.worker).get(f"{of(referral)}/moves/decline_referred"))
    assert "Which other pathway" not in page
    told = {"answers": {"reason": "nobody_free"}, "suggested": "mentoring"}
    with pytest.raises(Refused, match="Nobody provides"):
        world.move(referral, "decline_referred", **told)


def test_handed_over_it_ends_here_and_begins_there_as_it_was_first_made(world: World, visitor) -> None:
    other = elsewhere(world)
    referral = begun(world)
    referral.opened_at = moment(TODAY - timedelta(days=400))
    browser = visitor(world.worker)
    told = {"provider": str(other.id), "reason": "Moved", "version": referral.version}
    assert browser.post(f"{of(referral)}/hand-over", told).status_code == 422
    agreed = in_boxes("agreed_on", TODAY)
    assert browser.post(f"{of(referral)}/hand-over", {**told, **agreed}).status_code == 303
    before = world.read(referral.id)
    assert (before.stage, before.outcome) == ("ended", "Handed over to Bridges")
    assert current_match(referral.id) is None, "the mentor of the first scheme is free again"
    after = queries.referral_of(
        db.session.scalars(select(Referral.id).where(Referral.continues_id == referral.id)).one()
    )
    assert (after.stage, after.referrer_agency_id, after.provider_id) == ("referred", world.council.id, other.id)
    assert {consent.given_on for consent in after.consents} == {TODAY}
    assert after.judged_on == TODAY - timedelta(days=400), "a hand-over makes nobody too old"
    assert "mentor" not in {key for key, value in after.payload.items() if value and key != "need"}
    newcomer = builders.a_user(other.agency, "Bo Bridges")
    page = text(visitor(newcomer).get(of(after)))
    assert "Somebody to cook with" in page
    assert "Priya Shah" not in page
    assert visitor(newcomer).get(of(before)).status_code == 404
    page = text(visitor(world.referrer).get(of(before)))
    assert "Handed over to Bridges" in page and after.ref in page
    assert not any(secret in page for secret in SECRETS)
    assert f"Referred to Mentoring ({after.ref})" in set(db.session.scalars(select(CaseEvent.text)))


def test_it_is_handed_over_with_everybodys_agreement_to_somebody_who_provides_the_same(world: World, visitor) -> None:
    referral = world.refer()
    assert "Nobody else provides Mentoring here" in text(visitor(world.worker).get(f"{of(referral)}/hand-over"))
    other = elsewhere(world)
    told = {"referral": world.read(referral.id), "reason": "", "version": referral.version, "now": NOW}
    with pytest.raises(Refused, match="before they agree"):
        handing_over.hand_over(world.actor(world.worker), provider=other, agreed_on=None, **told)
    with pytest.raises(Refused, match="Choose another provider"):
        handing_over.hand_over(world.actor(world.worker), provider=world.provider, agreed_on=TODAY, **told)
    with pytest.raises(Stale):
        handing_over.hand_over(world.actor(world.worker), provider=other, agreed_on=TODAY, **(told | {"version": 99}))


def declined(world: World) -> Referral:
    return world.move(world.refer(), "decline_referred", answers={"reason": "nobody_free"})


def test_a_declined_referral_can_be_opened_again_and_goes_on_from_the_start(world: World, visitor) -> None:
    referral = declined(world)
    answer = visitor(world.worker).post(
        f"{of(referral)}/reopen", {"reason": "A mentor came", "version": str(referral.version)}
    )
    assert answer.status_code == 303
    referral = world.read(referral.id)
    assert (referral.stage, referral.closed_at, referral.outcome) == ("referred", None, "")
    with pytest.raises(Refused, match="This referral is open"):
        reopen(world, referral)


def reopen(world: World, referral: Referral) -> None:
    told = {"reason": "Again", "version": referral.version, "now": NOW}
    reopening.reopen(world.actor(world.worker), referral=referral, **told)


def test_what_stands_against_opening_it_again_is_said(world: World) -> None:
    referral = declined(world)
    again = world.refer()
    with pytest.raises(Refused, match="open referral to Mentoring already"):
        reopen(world, world.read(referral.id))
    told = {"key": "young_person", "refused_on": TODAY, "now": NOW}
    consents.refuse_consent(world.actor(world.worker), referral=again, **told)
    with pytest.raises(Refused, match="referred once more"):
        reopen(world, world.read(again.id))
    closed = world.read(referral.id)
    closed.case.status = CaseStatus.CLOSED
    with pytest.raises(Refused, match="case is closed"):
        reopen(world, closed)


def test_what_was_withdrawn_at_a_later_provider_is_not_got_round_at_the_first(world: World) -> None:
    other = elsewhere(world)
    referral = world.consent(world.refer(), "young_person", "parent")
    told = {"referral": referral, "provider": other, "agreed_on": TODAY, "reason": "", "now": NOW}
    after = handing_over.hand_over(world.actor(world.worker), version=referral.version, **told)
    newcomer = builders.a_user(other.agency, "Bo Bridges")
    withdrawn = {"key": "young_person", "withdrawn_on": TODAY, "now": NOW}
    consents.withdraw_consent(world.actor(newcomer), referral=world.read(after.id), **withdrawn)
    with pytest.raises(Refused, match="once more since"):
        reopen(world, world.read(referral.id))


def test_who_withdrew_is_not_told_to_the_referrer_once_it_is_closed(world: World, visitor) -> None:
    referral = world.consent(world.refer(), "young_person", "parent")
    path = f"{of(referral)}/consents/parent"
    assert visitor(world.referrer).get(path).status_code == 200
    told = {"key": "parent", "withdrawn_on": TODAY, "now": NOW}
    consents.withdraw_consent(world.actor(world.worker), referral=referral, **told)
    answer = visitor(world.referrer).get(path)
    assert (answer.status_code, "This referral is closed" in text(answer)) == (409, True)
    assert "withdrawn" not in text(answer)
    assert "withdrawn" in text(visitor(world.worker).get(path))
