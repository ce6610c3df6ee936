"""The mediation column of domain.md's table "Pathways"."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.plugin_api import (
    AgendaEntry,
    Audience,
    CaseFacts,
    HeardItem,
    Involved,
    MeetingFacts,
    PersonFacts,
    PersonRole,
    Progress,
    Reached,
    ReferralFacts,
    ReferralGlimpse,
    StageMove,
    faults_of,
)
from core.plugin_api.pathway import Eligibility, Mover, overall
from core.referrals.machine import Consent, halted_by, next_due, ways
from plugins.mediation import PATHWAY, roundtable_agenda_annotations, roundtable_minutes_sections
from plugins.mediation.dispute import Against, Party
from plugins.mediation.forms import CloseForm, MediationForm, VisitForm
from plugins.mediation.pathway import MediationPayload
from plugins.mediation.results import RESULTS, Agreed, Result

pytestmark = pytest.mark.sqlite_alone

TODAY = date(2026, 3, 2)
FIRST = PersonFacts(7, "P0007", "Constance Real")
SECOND = PersonFacts(8, "P0008", "Kwabena Unreal")
SECRETS = ("A wall that was once a door", "By text after six", "The kettle", SECOND.name)
PAYLOAD = MediationPayload(
    other_id=8,
    other_name=SECRETS[3],
    against=(),
    contactable=True,
    referred_on=date(2026, 2, 26),
    other_on=date(2026, 2, 27),
    about=SECRETS[0],
    contact=SECRETS[1],
    visits=SECRETS[2],
)


def facts(payload=PAYLOAD, *, people=(FIRST, SECOND), hate=False, steps=(("referred", TODAY),)):
    case = CaseFacts(
        3, "CAL-2026-0003", hate_incident=hate, people=tuple(Involved(each, PersonRole.PARTY) for each in people)
    )
    return ReferralFacts(FIRST, case, payload, progress(*steps), id=5)


def progress(*steps, closed_on=None, outcome=""):
    return Progress(tuple(Reached(stage, on) for stage, on in steps), closed_on, outcome)


def moving(key, payload=PAYLOAD, **answers):
    transition = PATHWAY.transition(key)
    return StageMove(
        facts(payload), transition.target, actor=None, on=TODAY, source=transition.source,
        transition=transition, answers=answers,
    )  # fmt: skip


@pytest.fixture
def forms():
    """A place in which forms can be made."""
    app = Flask("forms")
    app.config.update(SECRET_KEY="forms", WTF_CSRF_ENABLED=False)
    with app.test_request_context():
        yield


def test_the_pathway_can_be_travelled() -> None:
    assert faults_of(PATHWAY) == []
    assert [stage.title for stage in PATHWAY.stages] == [
        "Referred", "Confirmed", "First party visited", "Second party visited", "Joint or shuttle session",
        "Agreement", "Followed up", "Closed",
    ]  # fmt: skip


def test_a_dispute_needs_a_second_party_who_is_named_in_the_case() -> None:
    assert overall(PATHWAY.eligibility(facts(None), TODAY)) is Eligibility.ELIGIBLE
    (alone,) = PATHWAY.eligibility(facts(None, people=(FIRST,)), TODAY)
    assert alone.result is Eligibility.REFUSED
    assert "Add the other party to the case first" in alone.reason


@pytest.mark.parametrize("against", Against)
def test_what_mediation_is_not_for_is_refused_and_what_to_do_instead_is_said(against: Against) -> None:
    (found,) = PATHWAY.eligibility(facts(replace(PAYLOAD, against=(against,))), TODAY)
    assert found.result is Eligibility.REFUSED
    assert "Instead, " in found.reason


def test_a_case_marked_as_hate_is_refused_before_the_form_and_whatever_it_says() -> None:
    for payload in (None, PAYLOAD):
        findings = PATHWAY.eligibility(facts(payload, hate=True), TODAY)
        assert overall(findings) is Eligibility.REFUSED
        assert "hate" in findings[0].reason


def test_two_parties_of_whom_one_cannot_be_reached_are_refused() -> None:
    assert overall(PATHWAY.eligibility(facts(), TODAY)) is Eligibility.ELIGIBLE
    (found,) = PATHWAY.eligibility(facts(replace(PAYLOAD, contactable=False)), TODAY)
    assert found.result is Eligibility.REFUSED
    assert "Instead, " in found.reason


def test_whom_a_referral_concerns_is_the_other_party_and_before_the_form_whoever_could_be() -> None:
    assert list(PATHWAY.concerns(facts())) == [SECOND.id]
    third = PersonFacts(9, "P0009", "Ida Imagined")
    assert list(PATHWAY.concerns(facts(None, people=(FIRST, SECOND, third)))) == [SECOND.id, third.id]


def test_each_party_consents_on_a_day_before_details_are_passed_and_either_halts() -> None:
    needed = PATHWAY.consents(facts(), TODAY)
    assert [(one.key, one.given_on) for one in needed] == [
        ("referred", date(2026, 2, 26)),
        ("other", date(2026, 2, 27)),
    ]
    for party in Party:
        assert halted_by(needed, {party: Consent.WITHDRAWN}).key == party


def test_every_move_towards_an_agreement_needs_both_consents_and_no_move_away_does() -> None:
    for move in PATHWAY.transitions:
        away = PATHWAY.stage(move.target).closed
        assert move.consents == (frozenset() if away else frozenset(Party)), move.key


TODAY_IN_BOXES = (("day", "2"), ("month", "3"), ("year", "2026"))


def filled(**changes):
    told = {
        "other": "8", "against": [], "contactable": "yes", "about": "A wall", "contact": "By text",
        **{f"{party}_on-{box}": value for party in Party for box, value in TODAY_IN_BOXES},
    }  # fmt: skip
    form = MediationForm(formdata=MultiDict(told | changes))
    form.prepare(facts(None), TODAY)
    return form


def test_the_form_offers_the_others_of_the_case_and_asks_for_the_day_of_each_consent(forms) -> None:
    form = filled(against=["none"])
    assert [(choice.value, choice.label) for choice in form.other.choices] == [("8", SECOND.name)]
    assert form.validate(), form.errors
    assert PATHWAY.payload(form) == replace(
        PAYLOAD, about="A wall", contact="By text", visits="", referred_on=TODAY, other_on=TODAY
    )
    wrong = filled(**{"against": ["none", "hate"], "other_on-day": "3", "referred_on-day": ""})
    assert not wrong.validate()
    assert set(wrong.errors) == {"against", "referred_on", "other_on"}
    assert not filled(other="7", against=["none"]).validate()  # the party who is referred is not the other one


def test_either_party_is_visited_first_and_then_the_one_who_was_not(forms) -> None:
    first, second = VisitForm(formdata=MultiDict()), VisitForm(formdata=MultiDict())
    first.prepare(facts(steps=(("confirmed", TODAY),)), TODAY)
    assert [choice.label for choice in first.party.choices] == [FIRST.name, SECOND.name]
    visited = PATHWAY.advance(PAYLOAD, moving("visit_first", party="other", held_on="2026-03-02"))
    second.prepare(facts(visited, steps=(("first_visited", TODAY),)), TODAY)
    assert [choice.label for choice in second.party.choices] == [FIRST.name]
    first.prepare(facts(visited, steps=(("closed", TODAY), ("confirmed", TODAY))), TODAY)  # opened again
    assert len(first.party.choices) == 2


def test_a_referral_is_confirmed_within_three_working_days() -> None:
    friday = date(2026, 3, 6)
    assert next_due(PATHWAY, PAYLOAD, progress(("referred", friday))) == ("Confirm the referral", date(2026, 3, 11))
    assert next_due(PATHWAY, PAYLOAD, progress(("referred", friday), ("confirmed", friday))) is None


def test_an_agreement_is_followed_up_three_months_after_it_was_made() -> None:
    # Made on 30 November, recorded a week later: counted from the agreement.
    agreed = PATHWAY.advance(PAYLOAD, moving("agree", agreed="partial", held_on="2026-11-30"))
    steps = [("session", date(2026, 11, 20)), ("agreement", date(2026, 12, 7))]
    assert next_due(PATHWAY, agreed, progress(*steps)) == ("Follow the agreement up", date(2027, 2, 28))
    assert next_due(PATHWAY, agreed, progress(*steps, ("followed_up", date(2027, 3, 1)))) is None


PROCESS = {"Stage", "Referred on", "At this stage since", "Agreement made on", "Closed on"}
SEEN_BY = {
    Audience.REFERRER: PROCESS | {"Kind of result"},
    Audience.CHAIR: PROCESS | {"Kind of result"},
    Audience.ATTENDEES: PROCESS,
    Audience.PLAN: set(),
    Audience.STATISTICS: set(),
}
"""domain.md: the referrer sees stage, dates, kind of result; the meeting stage and dates; the provider all."""


@pytest.mark.parametrize("audience", Audience)
def test_each_audience_sees_what_the_table_lets_it_see(audience: Audience) -> None:
    payload = replace(PAYLOAD, agreed=Agreed.FULL, agreed_on=TODAY)
    closed = progress(("referred", TODAY), ("closed", TODAY), closed_on=TODAY, outcome=RESULTS[Result.FULL])
    rows = PATHWAY.rows(payload, closed)
    labels = {row.label for row in rows}
    assert {row.label for row in rows if audience in row.audiences} == SEEN_BY.get(audience, labels)


@pytest.mark.parametrize(
    ("key", "answers", "told"),
    [
        ("decline_referred", {"result": "no_contact"}, "No contact"),
        ("close_second_visited", {"result": "coaching"}, "One-party coaching"),
        ("close_session", {"result": "no_agreement"}, "No agreement"),
        ("close", {}, "Partial agreement"),
    ],
)
def test_how_it_ended_is_told_as_a_kind_of_result(key, answers, told) -> None:
    assert PATHWAY.outcome(moving(key, replace(PAYLOAD, agreed=Agreed.PARTIAL), **answers), {}) == told


def test_only_results_that_are_possible_at_the_stage_are_offered_and_never_a_withdrawal(forms) -> None:
    offered = {}
    for stage in ("referred", "confirmed", "first_visited", "second_visited", "session"):
        form = CloseForm(formdata=MultiDict())
        form.prepare(facts(steps=((stage, TODAY),)), TODAY)
        offered[stage] = {choice.value for choice in form.result.choices}
    assert not set().union(*offered.values()) & {Result.WITHDRAWN, Result.HANDED_OVER, Result.FULL, Result.PARTIAL}
    assert all(Result.NO_CONTACT in results for results in offered.values())
    assert [stage for stage, results in offered.items() if Result.COACHING in results] == [
        "first_visited", "second_visited", "session",
    ]  # fmt: skip


@given(
    st.builds(
        MediationPayload,
        other_id=st.integers(),
        against=st.lists(st.sampled_from(Against)).map(tuple),
        visited_first=st.none() | st.sampled_from(Party),
        agreed=st.none() | st.sampled_from(Agreed),
        **{name: st.text() for name in ("other_name", "about", "contact", "visits")},
        **{name: st.none() | st.dates() for name in ("first_visit_on", "second_visit_on", "session_on")},
        agreed_on=st.none() | st.dates(),
        followed_up_on=st.none() | st.dates(),
    )
)
def test_a_payload_survives_being_kept(payload: MediationPayload) -> None:
    assert PATHWAY.load(PATHWAY.dump(payload), PATHWAY.payload_version) == payload


def test_a_payload_of_a_version_that_never_was_is_an_error() -> None:
    with pytest.raises(ValueError, match="99"):
        PATHWAY.load(PATHWAY.dump(PAYLOAD), 99)


PROVIDER = frozenset({Mover.PROVIDER})
OTHERS = frozenset(Audience) - {Audience.PROVIDER}


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([None, None, None, *Party])), max_size=30))
def test_no_walk_reaches_a_stage_without_both_consents_or_loses_or_tells_what_was_said(walk) -> None:
    """At every step the mediators make a move that is open, or a party withdraws."""
    payload, stage, consents = PAYLOAD, "referred", dict.fromkeys(Party, Consent.GIVEN)
    history = [Reached(stage, TODAY)]
    for step, (choice, withdraws) in enumerate(walk, start=1):
        on = TODAY + timedelta(days=step)
        known = facts(payload, steps=[(each.stage, each.on) for each in history])
        needed, findings = PATHWAY.consents(known, on), PATHWAY.eligibility(known, TODAY)
        if PATHWAY.stage(stage).closed:
            break
        found = ways(
            PATHWAY,
            stage=stage,
            needed=needed,
            consents=consents,
            findings=findings,
            movers=frozenset({Mover.PROVIDER}),
        )
        if withdraws is not None:
            consents[withdraws] = Consent.WITHDRAWN
            assert halted_by(needed, consents) is not None
            move = StageMove(known, PATHWAY.halted, actor=None, on=on, source=stage)
        else:
            chosen = found[choice % len(found)]
            assert chosen.is_open
            said = {"said": SECRETS[0], "terms": SECRETS[1], "mediators": "Noor"}
            kinds = {"party": "referred", "kind": "joint", "agreed": "full", "result": "no_contact"}
            transition = chosen.transition
            answers = {**kinds, **said, "held_on": on.isoformat()}
            move = StageMove(known, transition.target, None, on, stage, transition, answers)
        before, payload = payload, PATHWAY.advance(payload, move)
        stage = move.target
        history.append(Reached(stage, on))
        outcome = "Consent withdrawn" if withdraws else PATHWAY.outcome(move, {})
        now = Progress(tuple(history), on if PATHWAY.stage(stage).closed else None, outcome)

        assert (now.closed_on is not None) or set(consents.values()) == {Consent.GIVEN}
        assert PATHWAY.load(PATHWAY.dump(payload), 1) == payload
        kept = {name: value for name, value in PATHWAY.dump(before).items() if value is not None}
        assert kept.keys() == {name for name in kept if PATHWAY.dump(payload)[name] is not None}
        told = [row.value for row in PATHWAY.rows(payload, now) if row.audiences & OTHERS]
        assert not [secret for secret in SECRETS if any(secret in value for value in [*told, PATHWAY.summary(payload)])]
    if PATHWAY.stage(stage).closed:
        assert next_due(PATHWAY, payload, Progress(tuple(history))) is None
        assert ways(PATHWAY, stage=stage, needed=(), consents={}, findings=(), movers=frozenset(Mover)) == ()


def glimpse(**changes):
    told = {"id": 5, "ref": "R5", "pathway": "mediation", "stage": "agreement", "stage_title": "Agreement"}
    return ReferralGlimpse(**(told | {"since": TODAY} | changes))


def test_the_agenda_says_where_an_open_mediation_stands_and_nothing_of_others() -> None:
    entries = [
        AgendaEntry(1, 1, 3, (glimpse(due=date(2026, 6, 2)), glimpse(id=6, closed=True))),
        AgendaEntry(2, 2, 4, (glimpse(id=7, pathway="mentoring"),)),
        AgendaEntry(3, 3, 4, (glimpse(id=8, stage="confirmed", stage_title="Confirmed"),)),
    ]
    first, second = roundtable_agenda_annotations(entries, viewer=None)
    assert first.text == "Mediation: agreement since 2 March 2026, follow-up due by 2 June 2026."
    assert second.text == "Mediation: confirmed since 2 March 2026."
    assert Audience.ATTENDEES in first.audiences


def test_the_minutes_tell_stages_and_dates_and_nothing_else() -> None:
    path = (("referred", TODAY), ("confirmed", date(2026, 3, 4)))
    heard = HeardItem(11, 4, "CAL-2026-0003", (("mediation", facts(steps=path)), ("mentoring", facts())))
    (section,) = roundtable_minutes_sections(MeetingFacts(1, 1, "CST", TODAY, (heard,)))
    assert (section.item_id, section.referral_id) == (11, 5)
    assert [(row.label, row.value) for row in section.rows] == [
        ("Referred", "2 March 2026"),
        ("Confirmed", "4 March 2026"),
    ]
