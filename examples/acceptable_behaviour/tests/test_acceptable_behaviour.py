"""The contract of the interface, on this plugin; and what the scheme promises beside it."""

from dataclasses import replace
from datetime import date

import pytest
from core.plugin_api import (
    Audience,
    CaseFacts,
    Eligibility,
    Pause,
    PersonRole,
    Progress,
    Reached,
    ReferralFacts,
    ReferralGlimpse,
    StageMove,
    overall,
)
from core.testing import SOMEBODY, VIEWER, PathwayContract, PluginContract, in_boxes

import acceptable_behaviour
from acceptable_behaviour import PARENTAL, PATHWAY
from acceptable_behaviour.parental import Agreement
from acceptable_behaviour.pathway import Contract

ON = date(2026, 3, 2)
REFERRED = Contract("Stones thrown at buses", "A place to play", "Eastmere Homes", second_agency_id=7)
SIGNED = replace(
    REFERRED,
    signed_on=date(2026, 3, 31),
    signed_by=("Ruth Referrer", "Martin Obi"),
    terms=("I will not throw stones at buses",),
    months=6,
)
HEARD = replace(SOMEBODY, payload=SIGNED, progress=Progress((Reached("referred", ON),)), id=1, ref="KIT-R-1")
AGREEMENT = Agreement("Stones thrown at buses", "A place to play", ON, "Ann Parent", "He is home by six")
AGREED = replace(SOMEBODY, payload=AGREEMENT, progress=Progress((Reached("referred", ON),)), id=2, ref="KIT-R-2")


class TestAcceptableBehaviour(PathwayContract):
    """Every rule for a pathway."""

    pathway = PATHWAY
    valid = (
        {"behaviour": "Stones thrown at buses"},
        {"behaviour": "Noise at night", "support": "A place to play"},
    )
    invalid = (("behaviour", {"behaviour": " ", "support": "A place to play"}),)
    steps = (
        (
            "sign",
            {
                "for_referrer": "Ruth Referrer",
                "for_second": "Martin Obi",
                "young_person": "y",
                "parent": "y",
                **in_boxes("signed_on", ON),
            },
        ),
        ("breach_in_force", {"account": "A window broken with a stone", **in_boxes("happened_on", ON)}),
        ("breach_again", {"account": "Seen again on Friday", **in_boxes("happened_on", ON)}),
        ("extend_reviewed", {"months": "3"}),
        ("go_on", {"decision": "He has apologised"}),
        ("end", {"next_step": "A community protection warning"}),
        ("decline_referred", {"reason": "no_evidence"}),
    )


class TestParentalAgreement(PathwayContract):
    """Every rule for the pathway of a child under 10."""

    pathway = PARENTAL
    facts = replace(SOMEBODY, person=replace(SOMEBODY.person, date_of_birth=date(2018, 1, 1)))
    valid = ({"behaviour": "Stones thrown at buses"},)
    invalid = (("behaviour", {"behaviour": " "}),)
    steps = (
        ("agree", {"agreed_with": "Ann Parent", "promised": "He is home by six", **in_boxes("agreed_on", ON)}),
        ("decline", {"reason": "no_evidence"}),
    )


class TestPlugin(PluginContract):
    """Every rule for a plugin."""

    plugin = "acceptable_behaviour"
    heard = (HEARD, AGREED)


def somebody(born: date | None, role: PersonRole = PersonRole.SUBJECT) -> ReferralFacts[Contract]:
    """Somebody of that birthday, named in a case as that."""
    case = CaseFacts(id=1, ref="KIT-2026-0001", role=role)
    return replace(SOMEBODY, person=replace(SOMEBODY.person, date_of_birth=born), case=case)


@pytest.mark.parametrize(
    ("born", "result", "said"),
    [
        (None, Eligibility.UNDETERMINED, "no date of birth"),
        (date(2016, 3, 3), Eligibility.REFUSED, "parental agreement"),
        (date(2016, 3, 2), Eligibility.ELIGIBLE, "Is 10."),
        (date(2008, 3, 3), Eligibility.ELIGIBLE, "Is 17."),
        (date(2008, 3, 2), Eligibility.REFUSED, "community protection warning"),
    ],
)
def test_a_contract_is_for_people_of_10_to_17(born, result, said) -> None:
    found = PATHWAY.eligibility(somebody(born), ON)
    assert overall(found) is result
    assert said in found[-1].reason


@pytest.mark.parametrize(
    ("born", "result", "said"),
    [
        (None, Eligibility.UNDETERMINED, "no date of birth"),
        (date(2016, 3, 3), Eligibility.ELIGIBLE, "Is 9."),
        (date(2016, 3, 2), Eligibility.REFUSED, "offer a contract"),
    ],
)
def test_a_parental_agreement_is_about_a_child_under_10(born, result, said) -> None:
    found = PARENTAL.eligibility(somebody(born), ON)
    assert overall(found) is result
    assert said in found[-1].reason


def test_the_parents_agree_and_the_child_signs_nothing() -> None:
    assert [consent.key for consent in PARENTAL.consents(somebody(date(2018, 1, 1)), ON)] == ["parent"]
    answers = {"agreed_on": "2026-03-02", "agreed_with": "Ann Parent", "promised": "He is home by six"}
    move = StageMove(AGREED, "agreed", VIEWER, ON, transition=PARENTAL.transition("agree"), answers=answers)
    kept = PARENTAL.advance(Agreement("Stones thrown at buses", "A place to play"), move)
    assert kept == AGREEMENT
    rows = {row.label: row for row in PARENTAL.rows(kept, Progress((Reached("agreed", ON),)))}
    assert rows["Agreed on"].value == "2 March 2026"
    assert Audience.ATTENDEES not in rows["What the parents will do"].audiences
    assert PARENTAL.advance(kept, StageMove(AGREED, "referred", VIEWER, ON, source="ended")).agreed_on is None


def test_a_child_who_turns_10_is_flagged_and_stays() -> None:
    assert PARENTAL.flags(somebody(date(2016, 3, 3)), ON) == ()
    assert "Is 10 now" in PARENTAL.flags(somebody(date(2016, 3, 2)), ON)[0]


def test_under_10_the_day_is_told_on_which_that_changes() -> None:
    (found,) = PATHWAY.eligibility(somebody(date(2016, 3, 3)), ON)
    assert found.changes_on == date(2026, 3, 3)
    assert "3 March 2026" in found.reason


def test_nobody_is_offered_a_contract_about_what_was_done_to_them() -> None:
    assert overall(PATHWAY.eligibility(somebody(date(2012, 1, 1), PersonRole.VICTIM), ON)) is Eligibility.REFUSED


def test_a_parent_signs_under_16_and_where_the_age_is_not_known() -> None:
    def asked(born: date | None) -> list[str]:
        return [consent.key for consent in PATHWAY.consents(somebody(born), ON)]

    assert asked(date(2010, 3, 3)) == asked(None) == ["young_person", "parent"]
    assert asked(date(2010, 3, 2)) == ["young_person"]


def test_it_is_reviewed_at_three_months_and_ends_at_six_whatever_came_between() -> None:
    def running(payload: Contract, *stages: str) -> tuple[str, int, date]:
        history = tuple(Reached(stage, date(2026, 5, 1)) for stage in stages)
        clock = PATHWAY.clock(payload, Progress(history, pauses=(Pause(ON, ON),)))
        assert clock is not None
        return clock.clock.label, clock.clock.months, clock.start

    signed_on = SIGNED.signed_on
    reviewed = replace(SIGNED, reviewed_on=date(2026, 6, 30))
    assert running(SIGNED, "in_force") == ("Review the contract", 3, signed_on)
    assert running(SIGNED, "in_force", "breached", "in_force") == ("Review the contract", 3, signed_on)
    assert running(reviewed, "reviewed", "breached", "in_force")[1:] == (6, signed_on)
    assert running(replace(reviewed, months=9), "extended")[1:] == (9, signed_on)
    assert SIGNED.ends_on == date(2026, 9, 30)


def test_a_breach_is_told_as_evidence_and_not_as_an_offence() -> None:
    payload = replace(SIGNED, breaches=(date(2026, 4, 7),))
    rows = {row.label: row for row in PATHWAY.rows(payload, Progress((Reached("breached", ON),)))}
    assert "not an offence" in rows["Breach on 7 April 2026"].value
    assert "the meeting decides" in rows["Breach on 7 April 2026"].value


def test_the_meeting_reads_dates_and_neither_terms_nor_what_would_help() -> None:
    rows = PATHWAY.rows(SIGNED, Progress((Reached("in_force", ON),)))
    meeting = " ".join(row.value for row in rows if Audience.ATTENDEES in row.audiences)
    assert "30 September 2026" in meeting
    assert "stones" not in meeting.lower()
    assert [row.label for row in rows if row.audiences == {Audience.PROVIDER}] == ["What would help"]


def test_the_second_agency_has_a_part_and_reads_the_terms() -> None:
    progress = Progress((Reached("in_force", ON),))
    assert PATHWAY.partners(SIGNED, progress) == (7,)
    assert "Term 1" in [row.label for row in PATHWAY.rows(SIGNED, progress) if Audience.PLAN in row.audiences]


@pytest.mark.parametrize(
    ("key", "on", "said"),
    [
        ("complete_reviewed", date(2026, 9, 29), "runs until 30 September 2026"),
        ("complete_reviewed", date(2026, 9, 30), ""),
        ("extend_reviewed", date(2028, 6, 14), ""),
        ("extend_reviewed", date(2028, 6, 15), "They are 18"),
    ],
)
def test_a_contract_is_completed_on_its_last_day_and_extended_for_nobody_of_18(key, on, said) -> None:
    found = " ".join(PATHWAY.obstacles(HEARD, PATHWAY.transition(key), on))
    assert said in found if said else not found


def test_what_was_signed_is_gone_when_it_is_opened_again() -> None:
    again = PATHWAY.advance(SIGNED, StageMove(HEARD, "drafting", VIEWER, ON, source="completed"))
    assert again == REFERRED


def test_the_agenda_says_what_the_meeting_has_to_decide() -> None:
    glimpse = ReferralGlimpse(1, "KIT-R-1", PATHWAY.key, "breached", "Breached", since=ON)
    told = acceptable_behaviour._told(glimpse, 1)
    assert "1 breach recorded" in told and "the meeting decides the next step" in told
