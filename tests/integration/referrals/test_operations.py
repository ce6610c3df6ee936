"""A referral's life, from the case to the end, with what is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CaseEvent
from core.dates import in_words, time_in_words
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Audience, CaseStatus, ProviderStatus
from core.policy.referrals import audiences
from core.referrals import consents, operations, queries, showing
from core.referrals.facts import facts_of, rows_as_of, rows_for
from plugins.mentoring import PATHWAY
from plugins.mentoring.models import Match
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from tests import builders

from .conftest import NOW, PAYLOAD, SECRETS, TODAY, World, years_ago

ENDED = {
    "asb": "ceased", "abc": "none", "work": "school", "school": "improved", "home": "same", "confidence": "improved",
}  # fmt: skip


def events_of(case_id: int) -> list[str]:
    rows = select(CaseEvent.text).where(CaseEvent.case_id == case_id, CaseEvent.kind == "referral")
    return list(db.session.scalars(rows.order_by(CaseEvent.id)))


def audited() -> list[AuditRecord]:
    db.session.commit()
    return list(db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq)))


def test_a_referral_keeps_what_the_pathway_said(world: World) -> None:
    referral = world.refer()
    assert referral.ref == f"{world.partnership.prefix}-R-{TODAY.year}-0001"
    assert (referral.stage, referral.stage_title, referral.stage_since) == ("referred", "Referred", TODAY)
    assert referral.summary == "Referred to the mentoring scheme for one-to-one support."
    assert referral.payload["need"] == PAYLOAD.need
    assert [consent.key for consent in referral.consents] == ["young_person", "parent"]
    assert [move.to_stage for move in referral.moves] == ["referred"]
    assert events_of(world.case_id) == [f"Referred to Mentoring ({referral.ref})"]


def test_a_referral_is_a_disclosure_to_the_provider(world: World) -> None:
    referral = world.refer()
    record = audited()[-1]
    assert (record.category, record.action) == ("disclosure", "referral.make")
    assert record.object == f"referral:{referral.id}"
    assert f'"recipient":"ag_{world.scheme.id}"' in record.body
    assert f'"p_{world.person.id}"' in record.body


def test_references_count_up_in_the_year(world: World) -> None:
    first = world.refer()
    other = builders.a_person(world.partnership, born=years_ago(14))
    second = world.refer(person=other)
    assert (first.ref[-4:], second.ref[-4:]) == ("0001", "0002")


@pytest.mark.parametrize(("age", "reason"), [(12, "can be referred from"), (20, "up to 19")])
def test_somebody_too_young_or_too_old_is_not_referred(world: World, age: int, reason: str) -> None:
    world.person.date_of_birth = years_ago(age)
    with pytest.raises(Refused, match=reason):
        world.refer()


def test_unsafe_one_to_one_contact_is_not_referred(world: World) -> None:
    unsafe = MentoringPayload(Behaviour.LIKELY, one_to_one_safe=False, on_abc=False, need="-")
    with pytest.raises(Refused, match="unsafe"):
        world.refer(payload=unsafe)


def test_without_a_date_of_birth_it_can_be_referred_and_not_accepted_until_there_is_one(world: World) -> None:
    world.person.date_of_birth = None
    referral = world.consent(world.refer(), "young_person", "parent")
    with pytest.raises(Refused, match="Cannot determine"):
        world.move(referral, "accept")
    world.person.date_of_birth = years_ago(15)
    assert world.move(world.read(referral.id), "accept").stage == "accepted"


def test_nobody_is_referred_twice_at_a_time(world: World) -> None:
    first = world.refer()
    with pytest.raises(Refused, match=first.ref):
        world.refer()


def test_nobody_is_referred_from_a_closed_case(world: World) -> None:
    world.case.status = CaseStatus.CLOSED
    with pytest.raises(Refused, match="case is closed"):
        world.refer()


def test_somebody_who_may_not_open_the_case_refers_nobody_of_it(world: World) -> None:
    with pytest.raises(Refused):
        operations.refer(
            world.actor(world.worker),
            case=world.case,
            person=world.person,
            provider=world.provider,
            payload=PAYLOAD,
            now=NOW,
        )


def test_referrals_go_to_approved_providers_of_signatory_agencies_alone(world: World) -> None:
    partnership = world.partnership
    lapsed = builders.an_agency(partnership, "Lapsed", expires_on=TODAY - timedelta(days=1))
    unsigned = builders.an_agency(partnership, "Unsigned", signed_on=None)
    gone = builders.an_agency(partnership, "Gone", left_on=TODAY)
    for agency in (lapsed, unsigned, gone):
        builders.a_provider(partnership, agency, "mentoring")
    waiting = builders.an_agency(partnership, "Waiting")
    builders.a_provider(partnership, waiting, "mentoring", ProviderStatus.REGISTERED)
    other = builders.an_agency(partnership, "Other pathway")
    builders.a_provider(partnership, other, "no_such_pathway")
    found = queries.providers_in(partnership.id, on=TODAY)
    assert [provider.agency.name for provider in found] == ["Alongside"]


def test_it_is_accepted_only_when_both_have_consented(world: World) -> None:
    referral = world.refer()
    with pytest.raises(Refused, match="A parent or guardian: consent not recorded"):
        world.move(referral, "accept")
    referral = world.consent(world.read(referral.id), "young_person")
    with pytest.raises(Refused, match="A parent or guardian"):
        world.move(referral, "accept")
    referral = world.consent(referral, "parent")
    assert world.move(referral, "accept").stage == "accepted"


def test_only_the_provider_moves_it_on(world: World) -> None:
    referral = world.consent(world.refer(), "young_person", "parent")
    for user in (world.referrer, world.chair):
        with pytest.raises(Refused, match="Only the provider can do this"):
            operations.move(
                world.actor(user), referral=referral, transition="accept", version=referral.version, now=NOW
            )
    with pytest.raises(Refused, match="Only the provider, the agency that referred and the chair"):
        operations.move(
            world.actor(world.member), referral=referral, transition="accept", version=referral.version, now=NOW
        )


def test_a_move_from_an_old_page_changes_nothing(world: World) -> None:
    referral = world.consent(world.refer(), "young_person", "parent")
    seen = referral.version
    referral = world.move(referral, "accept")
    with pytest.raises(Stale) as stale:
        world.move(referral, "visit", version=seen)
    assert stale.value.told["Stage"] == "Accepted"
    with pytest.raises(Refused, match="does not lead on"):
        world.move(referral, "accept")


def test_a_match_is_made_in_the_same_transaction_and_ends_with_the_mentoring(world: World) -> None:
    mentor = world.mentor()
    referral = world.matched(mentor)
    match = db.session.scalars(select(Match)).one()
    assert (match.mentor_id, match.referral_id, match.since, match.ended_on) == (mentor.id, referral.id, TODAY, None)
    referral = world.move(referral, "start", answers={"started_on": TODAY.isoformat()})
    assert referral.stage_due is not None
    referral = world.move(referral, "end_active", measures=ENDED)
    assert referral.closed_at == NOW
    assert referral.stage_due is None
    assert referral.outcome.startswith("Anti-social behaviour: ceased; ")
    assert list(referral.measures.values()) == [ENDED]
    assert db.session.scalars(select(Match)).one().ended_on == TODAY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"training_hours": 19}, "19 of 20 hours"),
        ({"check_until": TODAY - timedelta(days=1)}, "enhanced DBS check ran out"),
        ({"certificate_until": None}, "no child protection certificate"),
        ({"capacity": 0}, "has no room"),
    ],
)
def test_a_mentor_who_may_not_be_offered_is_refused_and_nothing_is_saved(world: World, changes, reason) -> None:
    referral = world.visited()
    mentor = world.mentor(**changes)
    db.session.commit()
    with pytest.raises(Refused, match=reason):
        world.match(referral, mentor)
    db.session.rollback()
    assert world.read(referral.id).stage == "home_visit"
    assert db.session.scalars(select(Match)).all() == []


def test_a_mentor_with_one_place_is_matched_once(world: World) -> None:
    mentor = world.mentor()
    world.matched(mentor)
    other = builders.a_person(world.partnership, born=years_ago(17))
    referral = world.consent(world.refer(person=other), "young_person")
    referral = world.move(referral, "accept")
    referral = world.move(referral, "visit", answers={"visited_on": TODAY.isoformat(), "one_to_one": "safe"})
    with pytest.raises(Refused, match="has no room: 1 of 1"):
        world.match(referral, mentor)


def test_another_mentor_frees_the_first(world: World) -> None:
    first, second = world.mentor("Priya Shah"), world.mentor("Otto Lund")
    referral = world.match(world.matched(first), second, "rematch_matched")
    open_now = db.session.scalars(select(Match).where(Match.ended_on.is_(None))).one()
    assert open_now.mentor_id == second.id
    assert referral.payload["mentor"] == "Otto Lund"


def test_another_providers_mentor_cannot_be_matched(world: World) -> None:
    foreign = world.mentor(provider_id=world.provider.id + 1)
    with pytest.raises(Refused, match="your own register"):
        world.matched(foreign)


def test_a_visit_that_found_contact_unsafe_leaves_declining_alone(world: World) -> None:
    referral = world.consent(world.refer(), "young_person", "parent")
    referral = world.move(referral, "accept")
    referral = world.move(referral, "visit", answers={"visited_on": TODAY.isoformat(), "one_to_one": "unsafe"})
    with pytest.raises(Refused, match="unsafe"):
        world.match(referral, world.mentor())
    referral = world.move(world.read(referral.id), "decline_home_visit", answers={"reason": "unsafe"})
    assert referral.outcome == "Declined: one-to-one contact would be unsafe"


def test_ending_asks_for_every_outcome_measure(world: World) -> None:
    referral = world.matched(world.mentor())
    with pytest.raises(Refused, match="Choose an answer: Confidence"):
        world.move(referral, "end_matched", measures={k: v for k, v in ENDED.items() if k != "confidence"})
    with pytest.raises(Refused, match="Choose an answer: Anti-social behaviour"):
        world.move(world.read(referral.id), "end_matched", measures=ENDED | {"asb": "no such answer"})


def test_one_withdrawal_ends_it_and_the_outcome_gives_no_reason(world: World) -> None:
    referral = world.matched(world.mentor())
    consents.withdraw_consent(
        world.actor(world.worker),
        referral=referral,
        key="parent",
        withdrawn_on=TODAY,
        now=NOW,
        note="Fell out with the mentor",
    )
    referral = world.read(referral.id)
    assert (referral.stage, referral.outcome) == ("ended", "Consent withdrawn")
    assert referral.closed_at is not None
    assert referral.stage_due is None
    assert db.session.scalars(select(Match)).one().ended_on == TODAY
    assert not any("mentor" in text.lower() and "fell" in text.lower() for text in events_of(world.case_id))


def test_a_consent_refused_ends_it(world: World) -> None:
    referral = world.refer()
    consents.refuse_consent(
        world.actor(world.referrer), referral=referral, key="young_person", refused_on=TODAY, now=NOW
    )
    assert world.read(referral.id).outcome == "Consent not given"


@pytest.mark.parametrize("verb", [consents.give_consent, consents.refuse_consent, consents.withdraw_consent])
def test_consent_is_recorded_by_the_provider_and_the_referrer_alone(world: World, verb) -> None:
    referral = world.refer()
    days = {"give_consent": "given_on", "refuse_consent": "refused_on", "withdraw_consent": "withdrawn_on"}
    for user in (world.member, world.chair):
        with pytest.raises(Refused, match="Only the provider or the agency that referred"):
            verb(world.actor(user), referral=referral, key="parent", now=NOW, **{days[verb.__name__]: TODAY})


def test_consent_is_not_given_tomorrow_nor_on_a_closed_referral_nor_by_strangers(world: World) -> None:
    referral, actor = world.refer(), world.actor(world.worker)
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(Refused, match="today or in the past"):
        consents.give_consent(actor, referral=referral, key="parent", given_on=tomorrow, now=NOW)
    with pytest.raises(Refused, match="not needed"):
        consents.give_consent(actor, referral=referral, key="neighbour", given_on=TODAY, now=NOW)
    with pytest.raises(Refused, match="could be withdrawn"):
        consents.withdraw_consent(actor, referral=referral, key="parent", withdrawn_on=TODAY, now=NOW)
    referral = world.move(referral, "decline_referred", answers={"reason": "area"})
    with pytest.raises(Refused, match="closed"):
        consents.give_consent(actor, referral=referral, key="parent", given_on=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("worker", {Audience.PROVIDER}),
        ("referrer", {Audience.REFERRER, Audience.ATTENDEES}),
        ("member", {Audience.ATTENDEES}),
        ("chair", {Audience.CHAIR, Audience.ATTENDEES}),
    ],
)
def test_each_reader_is_the_audience_that_they_are(world: World, who: str, expected: set[Audience]) -> None:
    referral = world.matched(world.mentor())
    actor = world.actor(getattr(world, who))
    assert audiences(actor, referral) == expected
    seen = {row.value for row in rows_for(referral.rows, audiences(actor, referral))}
    assert (set(SECRETS) <= seen) is (who == "worker")
    assert not seen & set(SECRETS) or who == "worker"


def test_minutes_see_a_referral_as_it_was_when_the_meeting_ended(world: World) -> None:
    referral = world.visited()
    # Each move of these tests is made at the same moment; the later ones are put after the meeting.
    for number, move in enumerate(referral.moves):
        move.at = NOW + timedelta(hours=number)
    referral = world.read(referral.id)
    then = facts_of(referral, PATHWAY, until=NOW + timedelta(minutes=5))
    assert then.progress.stage == "referred"
    assert then.payload.visited_on is None
    assert facts_of(referral, PATHWAY).progress.stage == "home_visit"
    rows = {row.label: row.value for row in rows_as_of(referral, NOW + timedelta(minutes=5))}
    assert rows["Stage"] == "Referred"
    assert rows["Referral"] == referral.summary
    assert rows_as_of(referral, NOW - timedelta(minutes=5)) == ()


def test_two_reviews_of_one_day_keep_their_own_measures(world: World) -> None:
    referral = world.matched(world.mentor())
    referral = world.move(referral, "start", answers={"started_on": TODAY.isoformat()})
    worse = ENDED | {"asb": "more"}
    referral = world.move(referral, "review", measures=worse)
    referral = world.move(referral, "review_again", measures=ENDED)
    assert list(referral.measures.values()) == [worse, ENDED]
    page = showing.page_of(world.actor(world.worker), referral, on=TODAY)
    assert [answers[0] for _, answers in page.measures] == [
        ("Anti-social behaviour", "Ceased"),
        ("Anti-social behaviour", "More"),
    ]
    assert page.measures[0][0] == f"Reviewed, {in_words(TODAY)} at {time_in_words(NOW)}"


def test_measures_kept_under_a_day_alone_stay_readable(world: World) -> None:
    referral = world.matched(world.mentor())
    day = TODAY - timedelta(days=40)
    referral.measures = {day.isoformat(): ENDED}
    referral = world.move(world.read(referral.id), "start", answers={"started_on": TODAY.isoformat()})
    referral = world.move(referral, "review", measures=ENDED | {"asb": "more"})
    page = showing.page_of(world.actor(world.worker), referral, on=TODAY)
    assert page.measures[1] == (in_words(day), page.measures[1][1])
    assert [answers[0][1] for _, answers in page.measures] == ["More", "Ceased"]
