"""The Victim Support column of domain.md's two tables "Pathways"."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.plugin_api import (
    Actor,
    Audience,
    CaseFacts,
    Eligibility,
    HeardItem,
    Involved,
    MeetingFacts,
    Mover,
    PersonFacts,
    PersonRole,
    Progress,
    Reached,
    ReferralFacts,
    StageMove,
    faults_of,
    overall,
)
from core.referrals.machine import Consent, next_due, ways
from core.working_days import add_working_days
from plugins.victim_support import PATHWAY, roundtable_minutes_sections
from plugins.victim_support.contact import Interval, Kind, Need, Way, gives_away
from plugins.victim_support.payload import SupportPayload

MONDAY = date(2026, 3, 2)
NUMBER = "07700 900123"
PAYLOAD = SupportPayload(
    way=Way.TEXT,
    instruction="Between ten and two, and wait for an answer.",
    reach=NUMBER,
    harm="asb",
    consented_by="themselves",
    consented_on=MONDAY,
    wanted="To sleep",
)
ANSWERS = {
    "contact": {"done_on": "2026-03-03", "worker": "Wendy Worker", "every": "week", "updates": "text"},
    "assess": {"done_on": "2026-03-04", "found": ""} | dict.fromkeys(Need, "some"),
    "support": {"done_on": "2026-03-05", "plan": "A door viewer"},
    "log": {"done_on": "2026-03-06", "kind": "update", "way": "text", "said": "Told."},
    "choose": {"worker": "Wanda Worker", "every": "month", "updates": "phone"},
    "safe": {"way": "letter", "instruction": "To her sister's", "reach": "1 Sister Street"},
    "decline": {"reason": "unwanted"},
    "end": {"reason": "recovered"},
}
ANSWERS["review"] = ANSWERS["assess"]
PUBLIC = (Audience.ATTENDEES, Audience.CHAIR)


def facts(*roles: PersonRole, payload=PAYLOAD, progress=None, born=None):
    person = PersonFacts(7, "P0007", "Nobody Real", born)
    people = tuple(Involved(person, role) for role in roles)
    return ReferralFacts(person, CaseFacts(3, "CAL-2026-0003", people=people), payload, progress, id=5, ref="R5")


def path(*stages: str, closed_on=None, outcome=""):
    """Each a working day after the one before."""
    steps = [Reached(stage, add_working_days(MONDAY, number)) for number, stage in enumerate(stages)]
    return Progress(tuple(steps), closed_on, outcome)


def answers_of(key: str):
    return next((answers for name, answers in ANSWERS.items() if key.startswith(name)), {})


def step(key: str, payload=PAYLOAD, on=MONDAY, **answers):
    move = PATHWAY.transition(key)
    told = answers_of(key) | answers
    return StageMove(facts(payload=payload), move.target, Actor(1, "Wendy Worker"), on, move.source, move, told)


def after(payload, key: str, **answers):
    return PATHWAY.advance(payload, step(key, payload, **answers))


def test_the_pathway_can_be_travelled() -> None:
    assert faults_of(PATHWAY) == []


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((PersonRole.VICTIM,), Eligibility.ELIGIBLE),
        ((PersonRole.WITNESS,), Eligibility.ELIGIBLE),
        ((PersonRole.COMPLAINANT,), Eligibility.ELIGIBLE),
        ((PersonRole.SUBJECT, PersonRole.VICTIM), Eligibility.ELIGIBLE),
        ((PersonRole.SUBJECT,), Eligibility.REFUSED),
        ((PersonRole.PARTY,), Eligibility.UNDETERMINED),
        ((), Eligibility.UNDETERMINED),
    ],
)
def test_support_is_for_victims_witnesses_and_complainants(roles, expected) -> None:
    for payload in (None, PAYLOAD):  # asked before the form is filled in, too
        findings = PATHWAY.eligibility(facts(*roles, payload=payload), MONDAY)
        assert overall(findings) is expected
        assert expected is Eligibility.ELIGIBLE or "add them to the case as victim" in findings[0].reason


@pytest.mark.parametrize("missing", [{"instruction": " "}, {"reach": ""}])
def test_without_a_safe_contact_method_nothing_can_be_sent(missing) -> None:
    findings = PATHWAY.eligibility(facts(PersonRole.VICTIM, payload=replace(PAYLOAD, **missing)), MONDAY)
    assert overall(findings) is Eligibility.REFUSED
    assert "cannot be sent" in findings[-1].reason


def test_a_way_that_there_is_not_is_refused_whoever_brings_it() -> None:
    with pytest.raises(Refused, match="without one the referral cannot be sent"):
        after(PAYLOAD, "safe_referred", way="pigeon")


@pytest.mark.parametrize(
    ("instruction", "told"),
    [
        ("Ring 07700 900123 after six", True),
        ("Ring +44 (0)7700-900 123", True),
        ("Write to her.sister@example.org", True),
        ("Letters to her sister at CT1 2AB", True),
        ("Between 10 and 2, not on the 24th; flat 3", False),
        ("From 9.30 to 14.15 on 3 March 2026", False),
    ],
)
def test_an_instruction_that_everybody_reads_holds_no_number_and_no_address(instruction, told) -> None:
    assert gives_away(instruction) is told


def test_the_consent_carries_the_day_that_the_form_asked_for() -> None:
    (consent,) = PATHWAY.consents(facts(PersonRole.VICTIM), MONDAY)
    assert (consent.given_on, consent.halts, consent.who) == (MONDAY, True, "The victim or witness")
    (consent,) = PATHWAY.consents(facts(payload=replace(PAYLOAD, consented_by="guardian")), MONDAY)
    assert consent.who == "A parent or guardian, for the child"


def rows_for(audience: Audience, payload, progress):
    return {row.label: row.value for row in PATHWAY.rows(payload, progress) if audience in row.audiences}


def test_everybody_reads_the_safe_contact_first_and_nobody_the_number() -> None:
    payload = PAYLOAD
    for key in ("contact", "assess", "support", "log_supported", "safe_supported"):
        payload = after(payload, key)
        rows = PATHWAY.rows(payload, path("referred", "contacted"))
        for audience in (Audience.PROVIDER, Audience.REFERRER, *PUBLIC):
            assert next(row.label for row in rows if audience in row.audiences) == "Safe contact"
        assert not [row for row in rows if payload.reach in row.value or NUMBER in row.value]
        assert NUMBER not in PATHWAY.summary(payload)
    assert rows[0].value == "By letter. To her sister's"


def test_the_meeting_and_its_chair_read_offered_and_accepted_and_the_safe_contact_alone() -> None:
    for audience in PUBLIC:
        assert rows_for(audience, PAYLOAD, path("referred")) == {
            "Safe contact": "By text message. Between ten and two, and wait for an answer.",
            "Support": "Offered on 2 March 2026",
        }
        accepted = after(PAYLOAD, "contact")
        way = path("referred", "contacted", "assessed", "closed", closed_on=MONDAY, outcome="Support ended")
        assert rows_for(audience, accepted, way)["Support"] == "Offered on 2 March 2026, accepted on 3 March 2026"
        assert set(rows_for(audience, accepted, way)) == {"Safe contact", "Support"}
        never = path("referred", "declined", closed_on=MONDAY)
        assert rows_for(audience, PAYLOAD, never)["Support"] == "Offered on 2 March 2026, not taken up"


def test_the_referrer_reads_stage_dates_and_the_named_worker_and_not_what_was_said() -> None:
    payload = after(after(PAYLOAD, "contact"), "support")
    told = rows_for(Audience.REFERRER, payload, path("referred", "contacted"))
    assert (told["Stage"], told["Named worker"]) == ("Safe contact made", "Wendy Worker")
    assert not {"What would help", "Support agreed", "Wants to hear how the case goes"} & set(told)
    ended = path("referred", "contacted", "closed", closed_on=MONDAY, outcome="Support ended: contact was lost")
    assert "How it ended" not in rows_for(Audience.REFERRER, payload, ended)
    declined = path("referred", "declined", closed_on=MONDAY, outcome="Not taken up: lives outside the service’s area")
    assert rows_for(Audience.REFERRER, PAYLOAD, declined)["How it ended"].startswith("Not taken up")
    assert not {row.label for row in PATHWAY.rows(payload, path("referred")) if Audience.STATISTICS in row.audiences}


def test_the_first_contact_is_due_in_two_working_days() -> None:
    friday = Progress((Reached("referred", date(2026, 3, 6)),))
    assert next_due(PATHWAY, PAYLOAD, friday) == ("First contact", date(2026, 3, 10))


@pytest.mark.parametrize(
    ("every", "days"),
    [(Interval.WEEK, 5), (Interval.FORTNIGHT, 10), (Interval.MONTH, 20), (Interval.NEWS, None), (Interval.NONE, None)],
)
def test_the_next_update_counts_from_the_last_in_the_contact_log_as_the_victim_chose(every, days) -> None:
    payload = after(PAYLOAD, "contact", every=every)
    way = path("referred", "contacted", "assessed")
    first = next_due(PATHWAY, payload, way)
    assert first == (days and ("Next update to the victim", add_working_days(date(2026, 3, 3), days)))
    told = after(payload, "log_assessed", done_on="2026-03-20")
    for later in (
        after(told, "log_assessed", done_on="2026-03-10"),  # an entry that was forgotten
        after(told, "log_assessed", done_on="2026-03-27", kind=Kind.TALK),
        after(told, "log_assessed", done_on="2026-03-27", kind=Kind.NOT_REACHED),
    ):
        due = next_due(PATHWAY, later, way)
        assert due == (days and ("Next update to the victim", add_working_days(date(2026, 3, 20), days)))


def test_how_it_ended_is_told_in_the_services_words_and_what_the_victim_answered_is_not() -> None:
    measures = {"coped": "yes", "heard": "yes", "safer": "no"}
    assert PATHWAY.outcome(step("decline"), {}) == "Not taken up: the victim does not want support"
    assert PATHWAY.outcome(step("end_reviewed"), measures) == "Support ended: no further support is needed"
    assert PATHWAY.outcome(step("give_up"), {}) == "Could not be reached"
    assert [measure.title for measure in PATHWAY.outcomes()] == ["Coped and recovered", "Felt heard", "Safer"]


def test_every_move_towards_support_needs_the_consent_and_the_first_that_they_are_eligible() -> None:
    for move in PATHWAY.transitions:
        assert bool(move.stays) == move.key.startswith(("log", "choose", "safe")), move.key
        onwards = move.source != move.target and not PATHWAY.stage(move.target).closed
        assert not onwards or move.consents == {"victim"}, move.key
        assert move.by == {Mover.PROVIDER}
    assert PATHWAY.transition("contact").checks_eligibility


states = st.sampled_from(list(Consent))
texts = st.text(max_size=30)
payloads = st.builds(
    SupportPayload,
    way=st.sampled_from(Way),
    instruction=texts,
    reach=texts,
    harm=st.sampled_from(["crime", "asb", "both"]),
    consented_by=st.sampled_from(["themselves", "guardian"]),
    consented_on=st.dates(),
    wanted=texts,
    worker=texts,
    every=st.sampled_from(["", *Interval]),
    updates=st.sampled_from(["", *Way]),
    contacted_on=st.none() | st.dates(),
    updated_on=st.none() | st.dates(),
    plan=texts,
)


@given(payload=payloads)
def test_a_payload_comes_back_as_it_went(payload) -> None:
    assert PATHWAY.load(PATHWAY.dump(payload), 1) == payload


def test_a_version_that_never_was_is_refused() -> None:
    with pytest.raises(ValueError, match="payload version 2"):
        PATHWAY.load(PATHWAY.dump(PAYLOAD), 2)


@given(walk=st.lists(st.tuples(st.integers(0, 20), states), max_size=30))
def test_no_walk_reaches_a_stage_without_consent_loses_what_was_sent_or_leaves_a_clock_running(walk) -> None:
    """The consent changes at every step as it likes; only open moves are made."""
    fit = PATHWAY.eligibility(facts(PersonRole.VICTIM), MONDAY)
    needed = PATHWAY.consents(facts(), MONDAY)
    payload, history = PAYLOAD, [Reached("referred", MONDAY)]
    for number, (choice, consent) in enumerate(walk, start=1):
        stage = history[-1].stage
        found = ways(
            PATHWAY,
            stage=stage,
            needed=needed,
            consents={"victim": consent},
            findings=fit,
            movers=frozenset({Mover.PROVIDER}),
        )
        open_moves = [way.transition for way in found if way.is_open]
        if not open_moves:
            continue
        move = open_moves[choice % len(open_moves)]
        on = MONDAY + timedelta(days=number)
        payload = after(payload, move.key, **({"done_on": on.isoformat()} if "done_on" in answers_of(move.key) else {}))
        payload = PATHWAY.load(PATHWAY.dump(payload), PATHWAY.payload_version)
        if not move.stays:
            history.append(Reached(move.target, on))
        closed = PATHWAY.stage(move.target).closed
        progress = Progress(tuple(history), on if closed else None)
        assert closed or move.source == move.target or consent is Consent.GIVEN
        assert (payload.wanted, payload.consented_on, payload.harm) == (PAYLOAD.wanted, MONDAY, "asb")
        assert payload.instruction and payload.reach
        assert not closed or next_due(PATHWAY, payload, progress) is None
        assert PATHWAY.rows(payload, progress)[0].label == "Safe contact"
    assert all(PATHWAY.stage(one.stage).closed is False for one, _ in pairwise(history))


def test_the_minutes_put_the_safe_contact_first_and_the_steps_before_those_who_work_on_it() -> None:
    told = facts(progress=path("referred", "contacted"), payload=after(PAYLOAD, "contact"))
    heard = HeardItem(11, 4, "CAL-2026-0003", (("victim_support", told), ("mentoring", facts())))
    (section,) = roundtable_minutes_sections(MeetingFacts(1, 1, "CST", MONDAY, (heard,)))
    assert (section.item_id, section.referral_id) == (11, 5)
    assert [row.label for row in section.rows if Audience.ATTENDEES in row.audiences] == ["Safe contact", "Support"]
    assert [row.label for row in section.rows if Audience.REFERRER in row.audiences][2:] == [
        "Referred",
        "Safe contact made",
    ]
    assert not [row for row in section.rows if NUMBER in row.value]
