"""The mentoring column of domain.md's table "Pathways"."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.plugin_api import (
    AgendaEntry,
    Audience,
    CaseFacts,
    HeardItem,
    MeetingFacts,
    PersonFacts,
    Progress,
    Reached,
    ReferralFacts,
    ReferralGlimpse,
    StageMove,
    faults_of,
)
from core.plugin_api.pathway import Eligibility, overall
from core.referrals.machine import next_due
from plugins.mentoring import (
    PATHWAY,
    roundtable_agenda_annotations,
    roundtable_minutes_sections,
)
from plugins.mentoring.matching import MentorFacts, reasons_against
from plugins.mentoring.pathway import Behaviour, MentoringPayload

TODAY = date(2026, 3, 2)
BORN_15 = date(2011, 1, 1)
PAYLOAD = MentoringPayload(
    behaviour=Behaviour.LIKELY,
    one_to_one_safe=True,
    on_abc=False,
    need="Somebody to listen",
    interests="Football",
    safety="A dog",
)
BEGUN = replace(PAYLOAD, started_on=date(2026, 1, 31))


def facts(*, born=BORN_15, payload=PAYLOAD, progress=None):
    return ReferralFacts(
        PersonFacts(7, "P0007", "Nobody Real", born), CaseFacts(3, "CAL-2026-0003"), payload, progress, id=5
    )


def progress(*steps: tuple[str, date], closed_on=None, outcome=""):
    return Progress(tuple(Reached(stage, on) for stage, on in steps), closed_on, outcome)


def verdict(born, payload=PAYLOAD, on=TODAY):
    return overall(PATHWAY.eligibility(facts(born=born, payload=payload), on))


def test_the_pathway_can_be_travelled() -> None:
    assert faults_of(PATHWAY) == []


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2013, 3, 3), Eligibility.REFUSED),  # 13 tomorrow
        (date(2013, 3, 2), Eligibility.ELIGIBLE),  # 13 today
        (date(2006, 3, 3), Eligibility.ELIGIBLE),  # 20 tomorrow
        (date(2006, 3, 2), Eligibility.REFUSED),  # 20 today
        (None, Eligibility.UNDETERMINED),
    ],
)
def test_the_scheme_is_for_13_to_19_inclusive(born, expected) -> None:
    assert verdict(born) is expected
    assert verdict(born, payload=None) is expected  # asked before the form is filled in, too


def test_a_child_of_12_is_refused_with_the_date_on_which_that_changes() -> None:
    (age, _) = PATHWAY.eligibility(facts(born=date(2013, 5, 4)), TODAY)
    assert age.result is Eligibility.REFUSED
    assert age.changes_on == date(2026, 5, 4)
    assert "4 May 2026" in age.reason


def test_no_date_of_birth_is_cannot_determine_and_never_eligible() -> None:
    (age, _) = PATHWAY.eligibility(facts(born=None), TODAY)
    assert age.result is Eligibility.UNDETERMINED
    assert age.reason.startswith("Cannot determine")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, ""),
        ({"youngest": 13, "oldest": 17, "behaviour": "likely"}, ""),
        ({"youngest": 16}, "takes young people from 16: can be referred to it from 1 January 2027"),
        ({"oldest": 14}, "takes young people up to 14"),
        ({"behaviour": "offending"}, "takes young people who have offended"),
    ],
)
def test_a_provider_may_take_fewer_than_the_scheme_is_for(settings, reason) -> None:
    findings = PATHWAY.eligibility(replace(facts(), settings=settings), TODAY)
    refused = " ".join(found.reason for found in findings if found.result is Eligibility.REFUSED)
    assert (reason in refused) if reason else refused == ""


def test_whoever_cannot_be_mentored_is_sent_on_in_a_sentence() -> None:
    unsafe = MentoringPayload(Behaviour.OFFENDING, one_to_one_safe=False, on_abc=True, need="-")
    (age, contact) = PATHWAY.eligibility(facts(born=date(2006, 3, 2), payload=unsafe), TODAY)
    assert age.reason == (
        "Is 20, and the scheme is for young people up to 19. "
        "Agree at the meeting which service for adults is to be asked, and give that agency the action."
    )
    assert contact.reason.endswith("refer again when one-to-one contact has become safe.")


def test_unsafe_one_to_one_contact_is_refused_whatever_the_age() -> None:
    unsafe = MentoringPayload(Behaviour.OFFENDING, one_to_one_safe=False, on_abc=True, need="-")
    assert verdict(BORN_15, unsafe) is Eligibility.REFUSED
    assert verdict(None, unsafe) is Eligibility.REFUSED


@pytest.mark.parametrize(
    ("born", "keys"),
    [
        (date(2010, 3, 3), ["young_person", "parent"]),  # 16 tomorrow
        (date(2010, 3, 2), ["young_person"]),  # 16 today
        (None, ["young_person", "parent"]),
    ],
)
def test_a_parent_consents_too_under_16_and_where_the_age_is_not_known(born, keys) -> None:
    assert [needed.key for needed in PATHWAY.consents(facts(born=born), TODAY)] == keys


def test_every_move_towards_mentoring_needs_the_consents_and_no_move_away_does() -> None:
    for move in PATHWAY.transitions:
        away = PATHWAY.stage(move.target).closed
        assert bool(move.consents) is not away, move.key


def test_reviews_are_due_3_6_and_12_months_after_the_first_session() -> None:
    # The session was on 31 January, and recorded four days later: the reviews are counted from the session.
    steps = [("referred", date(2026, 1, 5)), ("matched", date(2026, 1, 20)), ("active", date(2026, 2, 4))]
    assert next_due(PATHWAY, PAYLOAD, progress(*steps[:2])) is None
    dues = []
    for _ in range(4):
        running = next_due(PATHWAY, BEGUN, progress(*steps))
        dues.append(running and running[1])
        steps.append(("reviewed", date(2026, 4, 1)))
    assert dues == [date(2026, 4, 30), date(2026, 7, 31), date(2027, 1, 31), None]


def test_a_new_mentor_does_not_start_the_reviews_anew() -> None:
    path = progress(
        ("referred", date(2026, 1, 5)),
        ("active", date(2026, 1, 31)),
        ("matched", date(2026, 3, 1)),
        ("active", date(2026, 3, 10)),
    )
    assert next_due(PATHWAY, BEGUN, path) == ("First review", date(2026, 4, 30))


def test_a_mentee_who_turns_20_stays_open_and_is_flagged() -> None:
    born = date(2006, 3, 2)
    assert PATHWAY.flags(facts(born=born), date(2026, 3, 1)) == ()
    (flag,) = PATHWAY.flags(facts(born=born), TODAY)
    assert "20 on 2 March 2026" in flag
    assert PATHWAY.flags(facts(born=None), TODAY) == ()


SEEN_BY = {
    Audience.PROVIDER: "everything",
    Audience.REFERRER: {"Stage", "Referred on", "At this stage since", "Closed on", "Outcome"},
    Audience.CHAIR: {"Stage", "Referred on", "At this stage since", "Closed on", "Outcome"},
    Audience.ATTENDEES: {"Stage", "Referred on", "At this stage since", "Closed on"},
    Audience.PLAN: set(),
    Audience.STATISTICS: set(),
}
"""domain.md: the referrer sees stage, dates, outcome; the meeting stage and dates; the provider all."""


@pytest.mark.parametrize("audience", Audience)
def test_each_audience_sees_what_the_table_lets_it_see(audience: Audience) -> None:
    ended = progress(("referred", TODAY), ("ended", date(2026, 6, 1)), closed_on=date(2026, 6, 1), outcome="Calmer")
    rows = PATHWAY.rows(PAYLOAD, ended)
    seen = {row.label for row in rows if audience in row.audiences}
    expected = SEEN_BY[audience]
    assert seen == ({row.label for row in rows} if expected == "everything" else expected)


def test_what_the_referral_form_says_is_for_the_providers_staff_alone() -> None:
    rows = PATHWAY.rows(PAYLOAD, progress(("referred", TODAY)))
    told = {PAYLOAD.need, PAYLOAD.interests, PAYLOAD.safety}
    assert told == {row.value for row in rows if row.value in told}
    assert all(row.audiences == {Audience.PROVIDER} for row in rows if row.value in told)
    assert not any(text in PATHWAY.summary(PAYLOAD) for text in told)


@given(
    st.builds(
        MentoringPayload,
        behaviour=st.sampled_from(Behaviour),
        one_to_one_safe=st.booleans(),
        on_abc=st.booleans(),
        need=st.text(),
        interests=st.text(),
        safety=st.text(),
        visited_on=st.none() | st.dates(),
        mentor=st.text(),
    )
)
def test_a_payload_survives_being_kept(payload: MentoringPayload) -> None:
    assert PATHWAY.load(PATHWAY.dump(payload), PATHWAY.payload_version) == payload


def test_a_payload_of_a_version_that_never_was_is_an_error() -> None:
    with pytest.raises(ValueError, match="99"):
        PATHWAY.load(PATHWAY.dump(PAYLOAD), 99)


def moving(key: str, **answers):
    transition = PATHWAY.transition(key)
    return StageMove(
        facts(), transition.target, actor=None, on=TODAY, source=transition.source,
        transition=transition, answers=answers,
    )  # fmt: skip


def test_the_home_visit_decides_anew_whether_one_to_one_contact_is_safe() -> None:
    after = PATHWAY.advance(PAYLOAD, moving("visit", visited_on="2026-03-01", one_to_one="unsafe"))
    assert (after.visited_on, after.one_to_one_safe) == (date(2026, 3, 1), False)
    assert verdict(BORN_15, after) is Eligibility.REFUSED


def test_the_mentors_name_is_kept_with_the_referral_for_the_providers_staff() -> None:
    after = PATHWAY.advance(PAYLOAD, moving("match", mentor="4", mentor_name="Priya Shah"))
    (row,) = [row for row in PATHWAY.rows(after, progress(("matched", TODAY))) if row.value == "Priya Shah"]
    assert row.audiences == {Audience.PROVIDER}


def test_the_referrer_reads_why_a_referral_was_declined_and_how_mentoring_ended() -> None:
    assert PATHWAY.outcome(moving("decline_referred", reason="nobody_free"), {}) == (
        "Declined: no suitable mentor is free"
    )
    told = PATHWAY.outcome(moving("end_active"), {"asb": "ceased", "confidence": "improved"})
    assert told == "Anti-social behaviour: ceased; Confidence: improved"


def test_the_outcome_measures_are_those_that_the_scheme_reported() -> None:
    assert [measure.key for measure in PATHWAY.outcomes()] == [
        "asb", "abc", "work", "school", "home", "confidence",
    ]  # fmt: skip


def mentor(**changes):
    told = {
        "id": 1,
        "name": "Priya Shah",
        "training_hours": 20,
        "certificate_until": TODAY,
        "check_until": TODAY,
        "capacity": 1,
        "mentees": 0,
    }
    return MentorFacts(**(told | changes))


def test_a_mentor_trained_checked_and_with_room_is_offered_up_to_the_last_day() -> None:
    assert reasons_against(mentor(), TODAY) == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"training_hours": 19}, "has 19 of 20 hours’ training"),
        ({"certificate_until": date(2026, 3, 1)}, "child protection certificate ran out on 1 March 2026"),
        ({"certificate_until": None}, "no child protection certificate on record"),
        ({"check_until": date(2026, 3, 1)}, "enhanced DBS check ran out on 1 March 2026"),
        ({"check_until": None}, "no enhanced DBS check on record"),
        ({"mentees": 1}, "has no room: 1 of 1 young people"),
        ({"capacity": 0}, "has no room: 0 of 0 young people"),
        ({"left_on": TODAY}, "left the scheme on 2 March 2026"),
    ],
)
def test_another_mentor_is_not_offered_and_the_page_says_why(changes, reason) -> None:
    assert reasons_against(mentor(**changes), TODAY) == (reason,)


def glimpse(**changes):
    told = {
        "id": 5,
        "ref": "R5",
        "pathway": "mentoring",
        "stage": "active",
        "stage_title": "Active",
        "since": TODAY,
    }
    return ReferralGlimpse(**(told | changes))


def test_the_agenda_says_where_an_open_mentoring_referral_stands_and_nothing_of_others() -> None:
    entries = [
        AgendaEntry(1, 1, 3, (glimpse(due=date(2026, 6, 2)), glimpse(id=6, closed=True))),
        AgendaEntry(2, 2, 4, (glimpse(id=7, pathway="mediation"),)),
        AgendaEntry(3, 3),
    ]
    (told,) = roundtable_agenda_annotations(entries, viewer=None)
    assert (told.item_id, told.referral_id) == (1, 5)
    assert told.text == "Mentoring: active since 2 March 2026, review due by 2 June 2026."
    paused = glimpse(due=date(2026, 6, 2), paused=True)
    (told,) = roundtable_agenda_annotations([AgendaEntry(1, 1, 3, (paused,))], viewer=None)
    assert told.text == "Mentoring: active since 2 March 2026, paused until 2 June 2026."


def test_the_minutes_tell_stages_and_dates_and_nothing_else() -> None:
    path = progress(("referred", TODAY), ("accepted", date(2026, 3, 9)))
    heard = HeardItem(11, 4, "CAL-2026-0003", (("mentoring", facts(progress=path)), ("mediation", facts())))
    (section,) = roundtable_minutes_sections(MeetingFacts(1, 1, "CST", TODAY, (heard,)))
    assert (section.item_id, section.referral_id) == (11, 5)
    assert [(row.label, row.value) for row in section.rows] == [
        ("Referred", "2 March 2026"),
        ("Accepted", "9 March 2026"),
    ]
    assert Audience.ATTENDEES in section.audiences
    assert Audience.STATISTICS not in section.audiences
