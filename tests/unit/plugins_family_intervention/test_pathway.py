"""The family intervention column of domain.md's two tables "Pathways"."""

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
    add_working_days,
    faults_of,
    overall,
)
from core.referrals.machine import Consent, halted_by, next_due, ways
from plugins.family_intervention import PATHWAY, roundtable_minutes_sections
from plugins.family_intervention.family import (
    Became,
    Change,
    Criterion,
    Domain,
    Level,
    Member,
    Partner,
    PlanAction,
    Review,
    improved,
)
from plugins.family_intervention.pathway import WITH_A_PLAN, kind_of
from plugins.family_intervention.payload import FamilyPayload

MONDAY = date(2026, 3, 2)
MOTHER = PersonFacts(7, "P0007", "Maud Unreal", date(1986, 5, 3))
LODGER = PersonFacts(8, "P0008", "Lou Unreal", None)
CHILD = PersonFacts(9, "P0009", "Cleo Unreal", date(2008, 6, 1))
PEOPLE = (MOTHER, LODGER, CHILD)
HOMES, SCHOOL = Partner(31, "Borough Homes"), Partner(32, "Eastmere School")
PAYLOAD = FamilyPayload(
    members=tuple(Member(each.id, each.name, each.date_of_birth) for each in PEOPLE),
    met=(Criterion.EVICTION, Criterion.CHILD_AT_RISK),
    unknown=(),
    need="Three letters a week",
    visits="The dog is old",
)
DAY = {"done_on": "2026-03-05"}
PLAN = {
    "plan": "The rent is paid.",
    "goals": ["The rent is paid", "School by nine"],
    "partners": [{"agency_id": HOMES.agency_id, "name": HOMES.name}],
}
ACTION = {
    "domain": "housing",
    "what": "Mend the damp",
    "agency": 32,
    "agency_name": SCHOOL.name,
    "due_on": "2026-04-01",
}
ANSWERS = {
    "panel": DAY | {"panel_said": "One plan"},
    "allocate": {"key_worker": "Kim Keyworker"},
    "worker": {"key_worker": "Kit Keyworker"},
    "visit": DAY | {"found": "Tea"},
    "assess": DAY | dict.fromkeys(Domain, "some"),
    "agree": DAY | PLAN,
    "plan": PLAN,
    "action": ACTION,
    "settle": {"action": "1", "became": "done", "told": "Dry"},
    "review": DAY | {"told": "All at school", "next_lead": "Hana Health"} | dict.fromkeys(Domain, "none"),
    "household": {"members": [{"person_id": 7, "name": MOTHER.name, "born": "1986-05-03"}]},
    "joined": {"members": [{"person_id": 8, "name": LODGER.name, "born": None}]},
    "criteria": dict.fromkeys(Criterion, "yes"),
    "decline": {"reason": "one_agency"},
    "take_back": {"reason": "mistake"},
    "end": {"reason": "moved"},
}
STAFF_ALONE = ("Three letters a week", "The dog is old", "One plan", "Tea")


def facts(payload=PAYLOAD, progress=None, people=PEOPLE):
    involved = tuple(Involved(person, PersonRole.FAMILY_MEMBER) for person in people)
    return ReferralFacts(MOTHER, CaseFacts(3, "CAL-2026-0003", people=involved), payload, progress, id=5, ref="R5")


def path(*stages: str, closed_on=None, outcome=""):
    """Each a working day after the one before."""
    steps = [Reached(stage, add_working_days(MONDAY, number)) for number, stage in enumerate(stages)]
    return Progress(tuple(steps), closed_on, outcome)


def step(key: str, payload=PAYLOAD, on=MONDAY, progress=None, measures=None, **answers):
    move = PATHWAY.transition(key)
    told = StageMove(facts(payload, progress), move.target, Actor(1, "Kim"), on, move.source, move, {}, measures or {})
    return replace(told, answers=ANSWERS.get(kind_of(told), {}) | answers)


def after(payload, key: str, **answers):
    return PATHWAY.advance(payload, step(key, payload, **answers))


def travelled(*keys: str):
    payload = PAYLOAD
    for key in keys:
        payload = after(payload, key)
    return payload


AT_THE_PLAN = ("panel", "allocate", "visit_allocated", "assess", "agree")
VISITED = travelled(*AT_THE_PLAN[:3])
REVIEWED = travelled(*AT_THE_PLAN, "action_contract", "review")


def test_the_pathway_can_be_travelled() -> None:
    assert faults_of(PATHWAY) == []


@pytest.mark.parametrize(
    ("met", "unknown", "expected", "said"),
    [
        (2, 0, Eligibility.ELIGIBLE, "meets 2 of the five: at risk of eviction and youth crime"),
        (5, 0, Eligibility.ELIGIBLE, "meets 5 of the five"),
        (1, 0, Eligibility.REFUSED, "Instead, ask the landlord for tenancy support."),
        (0, 1, Eligibility.REFUSED, "meets 0 of the five, and 2 are needed. Instead, refer to the one service"),
        (1, 1, Eligibility.UNDETERMINED, "Not known: youth crime."),
        (0, 5, Eligibility.UNDETERMINED, "bring the criteria up to date"),
    ],
)
def test_a_household_meets_two_of_five_or_is_told_what_to_do_instead(met, unknown, expected, said) -> None:
    every = tuple(Criterion)
    payload = replace(PAYLOAD, met=every[:met], unknown=every[met : met + unknown])
    (finding,) = PATHWAY.eligibility(facts(payload), MONDAY)
    assert (finding.result, overall([finding])) == (expected, expected)
    assert said in finding.reason


def test_every_adult_consents_each_for_themselves_and_whose_age_is_not_known_counts_as_one() -> None:
    mother, lodger = PATHWAY.consents(facts(), MONDAY)
    assert (mother.key, mother.who, mother.halts) == ("adult_7", "Maud Unreal", True)
    assert (lodger.key, "no date of birth is recorded, so they count as an adult" in lodger.why) == ("adult_8", True)
    of_age = date(2026, 6, 1)
    assert [each.key for each in PATHWAY.consents(facts(), of_age - timedelta(days=1))] == ["adult_7", "adult_8"]
    assert [each.key for each in PATHWAY.consents(facts(), of_age)] == ["adult_7", "adult_8", "adult_9"]
    assert any("is 18 by now" in flag for flag in PATHWAY.flags(facts(progress=path("referred")), of_age))


def test_a_date_of_birth_that_the_case_has_since_counts_and_a_case_that_names_them_no_longer_changes_nothing() -> None:
    known = replace(LODGER, date_of_birth=date(2015, 1, 1))
    assert [each.key for each in PATHWAY.consents(facts(people=(MOTHER, known, CHILD)), MONDAY)] == ["adult_7"]
    assert [each.key for each in PATHWAY.consents(facts(people=(MOTHER,)), MONDAY)] == ["adult_7", "adult_8"]


def rows_for(audience: Audience, payload, progress):
    return {row.label: row.value for row in PATHWAY.rows(payload, progress) if audience in row.audiences}


def test_each_audience_reads_its_cell_and_no_more() -> None:
    way = path("referred", "panel", "allocated", "assessed", "contract", "reviewed")
    stage_and_dates = {"Stage", "Referred on", "At this stage since"}
    for audience in (Audience.REFERRER, Audience.CHAIR):
        assert set(rows_for(audience, REVIEWED, way)) == stage_and_dates | {"Lead practitioner"}
    assert set(rows_for(Audience.ATTENDEES, REVIEWED, way)) == stage_and_dates | {"Plan"}
    assert rows_for(Audience.PLAN, REVIEWED, way) == {
        "Plan": "The rent is paid.",
        "Household": "Maud Unreal, born 3 May 1986\nLou Unreal, date of birth not known\nCleo Unreal, born 1 June 2008",
        "What the family wants to reach": "The rent is paid\nSchool by nine",
        "Agencies in the plan": "Borough Homes\nEastmere School",
        "Eastmere School does": "Housing: Mend the damp (by 1 April 2026).",
        "Review of 5 March 2026": "All at school",
    }
    assert not rows_for(Audience.STATISTICS, REVIEWED, way)
    told = [row.value for row in PATHWAY.rows(REVIEWED, way) if row.audiences != {Audience.PROVIDER}]
    assert not [secret for secret in STAFF_ALONE if any(secret in value for value in told)]


def test_whoever_referred_reads_why_it_was_not_taken_on_and_not_why_the_work_ended() -> None:
    declined = path("referred", "declined", closed_on=MONDAY, outcome="Not taken on: the panel has no place")
    ended = path("referred", "reviewed", "closed", closed_on=MONDAY, outcome="Ended early: the household moved away")
    assert "How it ended" in rows_for(Audience.REFERRER, REVIEWED, declined)
    assert "How it ended" not in rows_for(Audience.REFERRER, REVIEWED, ended)
    assert "How it ended" in rows_for(Audience.PROVIDER, REVIEWED, ended)


def test_before_there_is_a_plan_no_agency_reads_of_the_household() -> None:
    assert rows_for(Audience.PLAN, travelled(*AT_THE_PLAN[:-1]), path("referred", "panel", "allocated")) == {}


def test_the_agencies_of_the_plan_are_those_named_and_those_with_something_to_do() -> None:
    assert PATHWAY.partners(REVIEWED, path("referred", "reviewed")) == [31, 32]
    assert PATHWAY.partners(after(REVIEWED, "settle_reviewed"), path("referred", "reviewed")) == [31]
    assert PATHWAY.partners(REVIEWED, path("referred", "panel")) == ()


def test_the_lead_practitioner_is_whom_the_last_review_names_once_the_family_is_stepped_down() -> None:
    assert rows_for(Audience.REFERRER, REVIEWED, path("referred", "reviewed"))["Lead practitioner"] == "Kim Keyworker"
    way = path("referred", "reviewed", "stepped_down")
    assert rows_for(Audience.REFERRER, REVIEWED, way)["Lead practitioner"] == "Hana Health"


@pytest.mark.parametrize(
    ("payload", "progress", "due"),
    [
        (PAYLOAD, path("referred"), ("Allocate a key worker", date(2026, 3, 10))),
        (PAYLOAD, path("referred", "panel"), ("Allocate a key worker", date(2026, 3, 10))),
        (PAYLOAD, path("referred", "closed", "panel"), ("Allocate a key worker", date(2026, 3, 12))),
        (PAYLOAD, path("referred", "allocated"), ("Visit the family", date(2026, 3, 10))),
        (VISITED, path("referred", "allocated"), ("Agree the plan with the family", date(2026, 4, 2))),
        (travelled(*AT_THE_PLAN), path("contract"), ("Review with the team around the family", date(2026, 4, 30))),
        (REVIEWED, path("reviewed"), ("Review with the team around the family", date(2026, 4, 30))),
        (REVIEWED, path("stepped_down"), ("See what has held", date(2026, 9, 2))),
        (REVIEWED, path("closed", closed_on=MONDAY), None),
    ],
)  # fmt: skip
def test_each_step_is_due_in_its_days_from_the_one_before(payload, progress, due) -> None:
    assert next_due(PATHWAY, payload, progress) == due


@pytest.mark.parametrize(
    ("key", "payload", "said"),
    [
        ("assess", PAYLOAD, "Record the first visit first."),
        ("assess", VISITED, ""),
        ("step_down", travelled(*AT_THE_PLAN), "names the next lead practitioner"),
        ("step_down", replace(REVIEWED, next_lead=""), "names the next lead practitioner"),
        ("step_down", REVIEWED, ""),
        ("settle_reviewed", after(REVIEWED, "settle_reviewed"), "Every action of the plan is settled."),
    ],
)
def test_what_stands_against_a_move_is_said_before_it_is_made(key, payload, said) -> None:
    found = " ".join(PATHWAY.obstacles(facts(payload), PATHWAY.transition(key), MONDAY))
    assert said in found and bool(said) == bool(found)


def test_an_action_is_settled_once() -> None:
    settled = after(REVIEWED, "settle_reviewed")
    assert settled.actions[0].became is Became.DONE
    with pytest.raises(Refused, match="settled already"):
        after(settled, "settle_reviewed")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Level.HIGH, Level.SOME, True),
        (Level.SOME, Level.NONE, True),
        (Level.SOME, Level.HIGH, False),
        (Level.SOME, Level.SOME, False),
        (Level.NONE, Level.NONE, None),
        (Level.UNKNOWN, Level.NONE, None),
    ],
)
def test_a_domain_has_improved_where_less_help_is_needed(before, now, expected) -> None:
    assert improved(before, now) is expected


def test_how_it_ended_is_told_and_what_came_of_the_domains_is_not() -> None:
    measures = dict.fromkeys(Domain, Change.IMPROVED)
    assert PATHWAY.outcome(step("decline_panel"), {}) == "Not taken on: one agency alone can help this household"
    assert PATHWAY.outcome(step("end_reviewed"), measures) == "Ended early: the household moved away"
    assert PATHWAY.outcome(step("close"), measures) == "Stepped down, and closed"
    assert [measure.key for measure in PATHWAY.outcomes()] == [domain.value for domain in Domain]


def test_opened_again_a_family_begins_at_the_panel_with_neither_worker_nor_plan() -> None:
    again = PATHWAY.advance(REVIEWED, StageMove(facts(REVIEWED), "panel", Actor(1, "Kim"), MONDAY, "closed"))
    assert again == PAYLOAD


def test_another_service_takes_over_the_household_as_it_is_now() -> None:
    alone = after(REVIEWED, "household_reviewed")
    assert PATHWAY.handed_over(PAYLOAD, alone) == replace(PAYLOAD, members=PAYLOAD.members[:1])


texts = st.text(max_size=30)
actions = st.builds(
    PlanAction, number=st.integers(1, 9), domain=st.sampled_from(Domain), what=texts, agency_id=st.integers(1, 99),
    agency=texts, due_on=st.dates(), became=st.sampled_from(Became), settled_on=st.none() | st.dates(), note=texts,
)  # fmt: skip
payloads = st.builds(
    FamilyPayload,
    members=st.lists(st.builds(Member, st.integers(1, 99), texts, st.none() | st.dates()), max_size=3).map(tuple),
    met=st.lists(st.sampled_from(Criterion), max_size=5).map(tuple),
    unknown=st.lists(st.sampled_from(Criterion), max_size=5).map(tuple),
    need=texts,
    key_worker=texts,
    visited_on=st.none() | st.dates(),
    agreed_on=st.none() | st.dates(),
    plan=texts,
    goals=st.lists(texts, max_size=2).map(tuple),
    partners=st.lists(st.builds(Partner, st.integers(1, 99), texts), max_size=2).map(tuple),
    actions=st.lists(actions, max_size=2).map(tuple),
    reviews=st.lists(st.builds(Review, st.dates(), texts), max_size=2).map(tuple),
    next_lead=texts,
)


@given(payload=payloads)
def test_a_payload_comes_back_as_it_went(payload) -> None:
    assert PATHWAY.load(PATHWAY.dump(payload), 1) == payload


def test_every_move_that_leads_on_or_shares_asks_for_every_consent() -> None:
    for move in PATHWAY.transitions:
        onwards = not PATHWAY.stage(move.target).closed and not move.stays
        shares = move.stays and move.key.partition("_")[0] in ("action", "settle", "plan", "visit", "worker")
        assert move.every_consent == bool(onwards or shares), move.key
        assert move.by <= {Mover.PROVIDER, Mover.REFERRER}


states = st.sampled_from([Consent.GIVEN, Consent.GIVEN, Consent.GIVEN, *Consent])


@given(walk=st.lists(st.tuples(st.integers(0, 40), states, states), max_size=40))
def test_no_walk_leads_on_without_every_adult_loses_what_was_sent_or_leaves_a_clock_running(walk) -> None:
    """The consents of two adults change at every step as they like; only open moves are made."""
    payload, history = PAYLOAD, [Reached("referred", MONDAY)]
    for number, (choice, of_mother, of_lodger) in enumerate(walk, start=1):
        progress, on = Progress(tuple(history)), MONDAY + timedelta(days=number)
        now = facts(payload, progress)
        needed, states_now = PATHWAY.consents(now, on), {"adult_7": of_mother, "adult_8": of_lodger}
        found = ways(
            PATHWAY,
            stage=progress.stage,
            needed=needed,
            consents=states_now,
            findings=PATHWAY.eligibility(now, MONDAY),
            movers=frozenset({Mover.PROVIDER, Mover.REFERRER}),
            obstacles={move.key: PATHWAY.obstacles(now, move, on) for move in PATHWAY.transitions},
        )
        open_moves = [way.transition for way in found if way.is_open]
        if not open_moves:
            continue
        move = open_moves[choice % len(open_moves)]
        number_of_action = str(payload.open_actions[0].number) if payload.open_actions else ""
        payload = after(payload, move.key, **({"action": number_of_action} if move.key.startswith("settle") else {}))
        payload = PATHWAY.load(PATHWAY.dump(payload), PATHWAY.payload_version)
        if not move.stays:
            history.append(Reached(move.target, on))
        closed = PATHWAY.stage(move.target).closed
        progress = Progress(tuple(history), on if closed else None)
        if not closed and not move.stays:
            assert all(states_now[each.key] is Consent.GIVEN for each in needed)
            assert halted_by(needed, states_now) is None
        assert (payload.need, payload.visits, payload.members[0]) == (PAYLOAD.need, PAYLOAD.visits, PAYLOAD.members[0])
        assert not closed or next_due(PATHWAY, payload, progress) is None
        assert move.target != "stepped_down" or payload.next_lead
        assert progress.stage in WITH_A_PLAN or not PATHWAY.partners(payload, progress)
        assert PATHWAY.rows(payload, progress)[0].label == "Stage"
    assert all(PATHWAY.stage(one.stage).closed is False for one, _ in pairwise(history))


def test_the_minutes_tell_the_steps_to_all_and_the_plan_to_its_agencies() -> None:
    told = facts(REVIEWED, path("referred", "panel"))
    heard = HeardItem(11, 4, "CAL-2026-0003", (("family_intervention", told), ("mentoring", facts())))
    (section,) = roundtable_minutes_sections(MeetingFacts(1, 1, "CST", MONDAY, (heard,)))
    assert (section.item_id, section.referral_id) == (11, 5)
    read_by = {each: [row.label for row in section.rows if each in row.audiences] for each in Audience}
    assert read_by[Audience.REFERRER] == ["Referred", "Panel"]
    assert read_by[Audience.ATTENDEES] == ["Referred", "Panel", "Plan"]
    assert read_by[Audience.PLAN][:2] == ["Plan", "Household"]
    assert not [secret for secret in STAFF_ALONE if any(secret in row.value for row in section.rows)]
