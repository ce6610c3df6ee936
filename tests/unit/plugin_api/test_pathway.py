"""What core asks of a pathway before a referral can travel on it."""

from datetime import date

import pytest

from core.plugin_api import (
    Audience,
    Clock,
    Finding,
    OutcomeMeasure,
    Progress,
    Reached,
    Row,
    Stage,
    Transition,
    age_on,
    birthday,
    faults_of,
)
from core.plugin_api.pathway import Eligibility, overall
from tests.broken_plugins.errand import PROVIDER, Errand, ErrandPayload


def errand_with(**changes):
    return type("Changed", (Errand,), changes)()


def test_a_pathway_that_can_be_travelled_has_no_faults() -> None:
    assert faults_of(Errand()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key": "Not a key"}, "“Not a key” is not a key"),
        ({"form": ErrandPayload}, "is not a PathwayForm"),
        ({"stages": ()}, "has no stages"),
        ({"stages": (*Errand.stages, Stage("asked", "Asked again"))}, "Two stages are called asked."),
        ({"transitions": (*Errand.transitions, Errand.transitions[0])}, "Two transitions are called take."),
        ({"transitions": ("take",)}, "is not a Transition"),
        ({"halted": "nowhere"}, "leads to stage nowhere, which does not exist"),
        ({"halted": "running"}, "stage running is not closed"),
        (
            {"transitions": (*Errand.transitions, Transition("x", "done", "asked", "X", PROVIDER))},
            "leads out of done, which is closed",
        ),
        (
            {"transitions": (*Errand.transitions, Transition("x", "asked", "gone", "X", PROVIDER))},
            "names stage gone, which does not exist",
        ),
        (
            {"transitions": (*Errand.transitions, Transition("x", "asked", "done", "X", frozenset()))},
            "Nobody may make transition x.",
        ),
        ({"stages": (*Errand.stages, Stage("island", "Island"))}, "No move leads to stage island."),
        (
            {"stages": (Stage("asked", "Asked", clock=Clock("Answer")), *Errand.stages[1:])},
            "Clock “Answer” needs",
        ),
        (
            {"stages": (Stage("asked", "Asked", clock=Clock("Both", 3, 3)), *Errand.stages[1:])},
            "Clock “Both” needs",
        ),
        ({"clocks": {"asked": Clock("Answer", 3)}}, "Clock asked has the key of a stage with a clock."),
        ({"clocks": {"a.b": Clock("Answer", 3)}}, "“a.b” is not a key"),
        ({"clocks": {"later": Clock("Answer")}}, "Clock “Answer” needs"),
    ],
)
def test_a_fault_in_a_pathways_description_is_named(changes, fault) -> None:
    assert any(fault in told for told in faults_of(errand_with(**changes)))


def test_a_pathway_without_a_title_says_so() -> None:
    class Untitled(Errand):
        @property
        def title(self):
            raise AttributeError

    assert faults_of(Untitled()) == ["Untitled does not say its title."]


def test_a_clock_lasts_as_long_as_is_set_in_its_own_unit() -> None:
    days, weeks, months = Clock("A", working_days=3), Clock("B", weeks=2), Clock("C", months=6)
    assert [(each.length, each.unit) for each in (days, weeks, months)] == [
        (3, "working days"),
        (2, "weeks"),
        (6, "months"),
    ]
    lasting = [each.lasting(5) for each in (days, weeks, months)]
    assert lasting == [Clock("A", working_days=5), Clock("B", weeks=5), Clock("C", months=5)]


def test_one_refusal_outweighs_what_is_not_known_and_that_outweighs_the_rest() -> None:
    fit, unknown, unfit = Finding.eligible("a"), Finding.undetermined("b"), Finding.refused("c")
    assert overall([fit, unknown, unfit]) is Eligibility.REFUSED
    assert overall([fit, unknown]) is Eligibility.UNDETERMINED
    assert overall([fit]) is Eligibility.ELIGIBLE


def test_a_payload_is_kept_as_json_values() -> None:
    assert Errand().dump(ErrandPayload("milk", date(2026, 3, 2))) == {"what": "milk", "by": "2026-03-02"}


def test_a_payload_that_is_no_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="errand"):
        Errand().dump({"what": "milk"})


def test_progress_knows_when_a_stage_was_first_reached_and_how_often() -> None:
    days = [date(2026, 3, day) for day in (2, 3, 4)]
    progress = Progress((Reached("a", days[0]), Reached("b", days[1]), Reached("b", days[2])))
    assert (progress.stage, progress.since, progress.opened_on) == ("b", days[2], days[0])
    assert (progress.first_reached("b"), progress.times("b")) == (days[1], 2)
    assert (progress.first_reached("c"), progress.times("c")) == (None, 0)


def test_the_outcome_in_words_leaves_out_what_is_no_longer_asked() -> None:
    class Measured(Errand):
        def outcomes(self):
            return (OutcomeMeasure("mood", "Mood", (("better", "Better"), ("same", "The same"))),)

    assert Measured().measured({"mood": "better", "gone": "yes"}) == "Mood: better"
    assert Measured().measured({"mood": "no such answer"}) == ""


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 5, 4), date(2023, 5, 3), 12),
        (date(2010, 5, 4), date(2023, 5, 4), 13),
        (date(2008, 2, 29), date(2021, 2, 28), 12),
        (date(2008, 2, 29), date(2021, 3, 1), 13),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
    ],
)
def test_age_counts_completed_years(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def test_the_birthday_is_the_first_day_of_that_age() -> None:
    assert birthday(date(2010, 5, 4), 13) == date(2023, 5, 4)
    assert birthday(date(2008, 2, 29), 13) == date(2021, 3, 1)


def test_facts_and_rows_cannot_be_changed() -> None:
    row = Row("What", "milk", frozenset({Audience.PROVIDER}))
    with pytest.raises(AttributeError):
        row.value = "beer"
