"""A partnership's clocks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.partnerships.clocks import (
    SETTINGS,
    Clocks,
    Setting,
    agenda_due,
    faults_in,
    nomination_cut_off,
    quorum_of,
    research_due,
)
from core.working_days import is_working_day

TUESDAY_AFTER_EASTER_WEEK = date(2026, 4, 14)


def test_the_defaults_count_back_over_easter() -> None:
    clocks = Clocks()
    assert nomination_cut_off(TUESDAY_AFTER_EASTER_WEEK, clocks) == date(2026, 3, 27)
    assert agenda_due(TUESDAY_AFTER_EASTER_WEEK, clocks) == date(2026, 3, 31)
    assert research_due(TUESDAY_AFTER_EASTER_WEEK, clocks) == date(2026, 4, 10)


@given(st.dates(date(2001, 1, 1), date(2050, 1, 1)))
def test_nominations_close_then_the_agenda_goes_out_then_research_is_due(day: date) -> None:
    clocks = Clocks()
    due = [nomination_cut_off(day, clocks), agenda_due(day, clocks), research_due(day, clocks)]
    assert due == sorted(due)
    assert all(is_working_day(each) for each in due)


@pytest.mark.parametrize(("agencies", "quorum"), [(0, 0), (1, 1), (2, 1), (7, 4), (22, 11), (23, 12)])
def test_half_of_the_member_agencies_are_a_quorum_rounded_up(agencies: int, quorum: int) -> None:
    assert quorum_of(agencies, Clocks()) == quorum


def test_a_third_of_ten_agencies_is_four() -> None:
    assert quorum_of(10, Clocks.from_settings({"quorum_percent": 33})) == 4


def test_a_partnerships_own_values_stand_over_the_defaults_stored_or_typed() -> None:
    clocks = Clocks.from_settings({"research_return": 5, "agenda_out": " 9 "})
    assert (clocks.research_return, clocks.agenda_out, clocks.nomination_cut_off) == (5, 9, 10)
    assert Clocks.from_settings({}) == Clocks()


@pytest.mark.parametrize("value", ["", "ten", "1.5", 1.5, "-1", True, None, "9" * 40, "²", [1]])
def test_what_is_not_a_whole_number_is_refused_in_the_fields_words(value: object) -> None:
    with pytest.raises(Refused, match=r"Research returns are due, .*: enter a whole number of working days"):
        Clocks.from_settings({"research_return": value})


def test_every_fault_is_named_at_its_field() -> None:
    faults = faults_in({"research_return": "soon", "quorum_percent": 101, "tea_break": 3, "escalation": 2})
    assert set(faults) == {"research_return", "quorum_percent", "tea_break"}
    assert "between 1 and 100 per cent" in faults["quorum_percent"]


def test_clocks_that_contradict_each_other_are_refused() -> None:
    assert set(faults_in({"agenda_out": 12})) == {"agenda_out"}
    assert set(faults_in({"research_return": 8})) == {"research_return"}
    assert faults_in({"agenda_out": 12, "nomination_cut_off": 15}) == {}


def test_each_clock_has_a_label_a_source_and_a_default_within_its_bounds() -> None:
    defaults = Clocks()
    for name, setting in SETTINGS.items():
        assert setting.label
        assert setting.source
        assert setting.least <= getattr(defaults, name) <= setting.most


OF_A_PATHWAY = {"errand.asked": Setting("Answer", "weeks", 1, 52, "Ours", "Errand")}


def test_a_pathways_clock_is_bounded_in_its_own_unit_and_passed_over_where_its_plugin_is_gone() -> None:
    assert faults_in({"errand.asked": "53"}, OF_A_PATHWAY) == {"errand.asked": "Answer: enter between 1 and 52 weeks."}
    assert "a whole number of weeks" in faults_in({"errand.asked": "soon"}, OF_A_PATHWAY)["errand.asked"]
    assert faults_in({"errand.asked": 2}, OF_A_PATHWAY) == {}
    assert faults_in({"gone.asked": "soon"}, OF_A_PATHWAY) == {}
    assert Clocks.from_settings({"gone.asked": 3, "escalation": 2}) == Clocks(escalation=2)
