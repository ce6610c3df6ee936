"""The conformance kit catches each rule that an author breaks, and says what to mend."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import pytest
from markupsafe import Markup, escape
from wtforms import StringField

from core.plugin_api import (
    ActionTemplate,
    Audience,
    Clock,
    Finding,
    Mover,
    OutcomeMeasure,
    PathwayForm,
    Required,
    Row,
    RunningClock,
    signatories_beside,
)
from core.testing import PathwayContract
from core.testing.facts import NAME
from core.testing.settings import SettingsRules
from tests.broken_plugins.errand import ALL, Errand, ErrandForm, ErrandPayload
from tests.broken_plugins.looks_at_the_clock import Looks

RULES = [name for name in (*vars(PathwayContract), *vars(SettingsRules)) if name.startswith("test_")]


class Form(ErrandForm):
    """Asks what is to be fetched."""

    what = StringField("What", [Required("Enter what is to be fetched")])


class Sound(Errand):
    """An errand that keeps every rule."""

    form = Form

    def load(self, data, version):
        if version != 1:
            raise ValueError(f"errand payload version {version}")
        return ErrandPayload(data["what"], date.fromisoformat(data["by"]) if data["by"] else None)

    def summary(self, payload):
        return "Somebody runs an errand."


class TestSound(PathwayContract):
    """The errand passes untouched."""

    pathway = Sound()
    valid = ({"what": "Milk"},)
    invalid = (("what", {"what": ""}),)


class DropForm(ErrandForm):
    """Says why it is dropped."""

    why = StringField("Why", [Required("Enter why")])


class Drops(Sound):
    """An errand that asks why it is dropped."""

    transitions = (*Sound.transitions[:2], replace(Sound.transitions[2], form=DropForm))


class AnyForm(ErrandForm):
    """Takes everything."""


class ElsewhereForm(Form):
    """Says it beside another field."""

    why = StringField("Why", [Required("Enter why")])
    what = StringField("What")


numbers = count()


class Closing(Sound):
    stages = (*Sound.stages[:2], replace(Sound.stages[2], clock=Clock("Answer", working_days=3)), Sound.stages[3])


class Waiting(Sound):
    stages = (*Sound.stages[:3], replace(Sound.stages[3], waits_for=Mover.PROVIDER))


class DeadEnd(Sound):
    transitions = Sound.transitions[:1]


class ReopensNowhere(Sound):
    reopened = "again"


class ReopensClosed(Sound):
    reopened = "done"


class AskedTwice(Sound):
    def outcomes(self):
        return [OutcomeMeasure("done", "Done", (("yes", "Yes"), ("no", "No")))] * 2


class OneAnswer(Sound):
    def outcomes(self):
        return [OutcomeMeasure("done", "Done", (("yes", "Yes"),))]


class AsksNothing(Sound):
    transitions = (*Sound.transitions[:1], replace(Sound.transitions[1], measures_outcome=True), Sound.transitions[2])


class DueAtOnce(Sound):
    def action_templates(self):
        return [ActionTemplate("go", "Go there", 0)]


class Forgets(Sound):
    def payload(self, form):
        return ErrandPayload(form.what.data, date(2026, 3, 2))

    def load(self, data, version):
        return replace(super().load(data, version), by=None)


class NotKept(Sound):
    def dump(self, payload):
        return {"what": payload.what, "by": payload}


class Second(Sound):
    payload_version = 2

    def load(self, data, version):
        if version not in (1, 2):
            raise ValueError(str(version))
        return super().load(data, 1)


class LoadsElse(Second):
    def load(self, data, version):
        return "milk" if version == 1 else super().load(data, version)


class Guesses(Sound):
    def load(self, data, version):
        return super().load(data, 1)


class Moody(Sound):
    def eligibility(self, facts, on):
        return [Finding.eligible(f"Asked for the {next(numbers)}th time.")]


class Counts(Sound):
    def rows(self, payload, progress):
        return [Row("What", str(next(numbers)), ALL)]


class Alters(Sound):
    def summary(self, payload):
        return f"The {next(numbers)}th errand."


class ListsOthers(Sound):
    def concerns(self, facts):
        return (next(numbers),)


class FindsPartners(Sound):
    def partners(self, payload, progress):
        return (next(numbers),)


class ChangesItsMind(Sound):
    def obstacles(self, facts, transition, on):
        return (f"It rains for the {next(numbers)}th time.",)


class AgreesElse(Sound):
    def action_templates(self):
        return [ActionTemplate("go", f"Go to {next(numbers)}", 1)]


class MeasuresElse(Sound):
    def outcomes(self):
        return [OutcomeMeasure("done", f"Done {next(numbers)}", (("yes", "Yes"), ("no", "No")))]


class HandsOverElse(Sound):
    def handed_over(self, first, last):
        return replace(first, what=str(next(numbers)))


class NoReason(Sound):
    def eligibility(self, facts, on):
        return [Finding.undetermined(" ")]


class Needy(Sound):
    def eligibility(self, facts, on):
        return [Finding.eligible(f"Is {facts.person.date_of_birth.year}.")]


class BeginsAlone(Sound):
    transitions = (replace(Sound.transitions[0], consents=frozenset()), *Sound.transitions[1:])


class ForNobody(Sound):
    def rows(self, payload, progress):
        return [Row("What", payload.what, frozenset())]


class NumberedRow(Sound):
    def rows(self, payload, progress):
        return [Row("How many", 3, ALL)]


class Escapes(Sound):
    def rows(self, payload, progress):
        return [Row("What", str(escape(payload.what)), ALL)]


class MarksSafe(Sound):
    def summary(self, payload):
        return Markup("Somebody runs an errand.")


class Names(Sound):
    def summary(self, payload):
        return f"{NAME} needs an errand."


class TwoLines(Sound):
    def summary(self, payload):
        return "An errand.\nOf milk."


class PlansForNobody(Sound):
    def rows(self, payload, progress):
        return [Row("What", payload.what, frozenset({Audience.PLAN}))]


class PartnersByName(PlansForNobody):
    def partners(self, payload, progress):
        return ("Borough Homes",)


class StandsInTheWay(Sound):
    def obstacles(self, facts, transition, on):
        return ("rain",)


class TellsTheTime(Sound):
    def clock(self, payload, progress):
        return RunningClock(Clock("Answer", working_days=next(numbers) + 1, source="Ours"), progress.since)


class ForgetsAStep(Drops):
    def advance(self, payload, move):
        return replace(payload, by=move.on)

    def load(self, data, version):
        return replace(super().load(data, version), by=None)


class MovesAbout(Drops):
    def advance(self, payload, move):
        return replace(payload, what=str(next(numbers)))


class EndsInSilence(Drops):
    def outcome(self, move, measures):
        return " "


class SetForm(DropForm):
    def answers(self):
        return {"why": {self.why.data}}


class AskingForm(DropForm):
    def prepare(self, facts, on):
        self.beside = signatories_beside(facts.case.id, on=on)


class AsksTheDatabase(Drops):
    transitions = (*Sound.transitions[:2], replace(Sound.transitions[2], form=AskingForm))


class AnswersASet(Drops):
    transitions = (*Sound.transitions[:2], replace(Sound.transitions[2], form=SetForm))


class FromNowhere(Sound):
    stages = (replace(Sound.stages[0], clock=Clock("Answer", working_days=3)), *Sound.stages[1:])


class StartsOneFromNowhere(Sound):
    def clock(self, payload, progress):
        return RunningClock(Clock("As they chose", weeks=2), progress.since)


class Unlabelled(Sound):
    stages = (replace(Sound.stages[0], clock=Clock("", working_days=3, source="Ours")), *Sound.stages[1:])


@dataclass(frozen=True)
class Broken:
    """A rule, a pathway that breaks it, and what the kit says of that."""

    rule: str
    pathway: Errand
    said: str


BROKEN = [
    Broken("its_description_holds_together", DeadEnd(), "no way to an end"),
    Broken("its_description_holds_together", ReopensNowhere(), "goes on at stage again, which does not exist"),
    Broken("its_description_holds_together", ReopensClosed(), "must go on, and stage done is closed"),
    Broken("every_clock_that_can_be_set_names_its_source", FromNowhere(), "Clock asked .“Answer”. needs a source"),
    Broken("its_clock_can_be_told_at_every_stage", StartsOneFromNowhere(), "Clock “As they chose” names no source"),
    Broken("no_clock_runs_at_the_end", Closing(), "Stage done is closed: take its clock away"),
    Broken("no_clock_runs_at_the_end", Waiting(), "it waits for nobody"),
    Broken("outcome_measures_can_be_answered", AskedTwice(), "the same key"),
    Broken("outcome_measures_can_be_answered", OneAnswer(), "two answers or more"),
    Broken("outcome_measures_can_be_answered", AsksNothing(), "outcomes\\(\\) is empty"),
    Broken("actions_usually_agreed_can_be_offered", DueAtOnce(), "at least 1 working day"),
    Broken("a_payload_is_the_same_after_it_was_kept", Forgets(), "Read every field in load"),
    Broken("a_payload_is_the_same_after_it_was_kept", NotKept(), "JSON"),
    Broken("payloads_of_earlier_versions_are_read", Second(), "Give `old_payloads` a payload of version 1"),
    Broken("a_version_that_never_was_is_refused", Guesses(), "Raise ValueError"),
    Broken(
        "rows_for_a_plan_have_agencies_that_may_read_them", PlansForNobody(), "say in partners\\(\\) which those are"
    ),
    Broken("rows_for_a_plan_have_agencies_that_may_read_them", PartnersByName(), "give ids of agencies"),
    Broken("what_stands_against_a_move_is_said_in_sentences", StandsInTheWay(), "says “rain”: no sentence"),
    Broken("the_same_question_gets_the_same_answer", Moody(), "depend on its arguments alone"),
    Broken("the_same_question_gets_the_same_answer", Counts(), "rows\\(\\) at stage asked"),
    Broken("the_same_question_gets_the_same_answer", Alters(), "summary\\(\\) gave"),
    Broken("the_same_question_gets_the_same_answer", ListsOthers(), "concerns\\(\\) gave"),
    Broken("the_same_question_gets_the_same_answer", FindsPartners(), "partners\\(\\) at stage asked gave"),
    Broken("the_same_question_gets_the_same_answer", ChangesItsMind(), "obstacles\\(\\) at stage asked gave"),
    Broken("the_same_question_gets_the_same_answer", AgreesElse(), "action_templates\\(\\) gave"),
    Broken("the_same_question_gets_the_same_answer", MeasuresElse(), "outcomes\\(\\) gave"),
    Broken("the_same_question_gets_the_same_answer", HandsOverElse(), "handed_over\\(\\) gave"),
    Broken("it_does_not_look_at_the_clock", Looks(), "use the day that it is given"),
    Broken("eligibility_can_be_said_before_the_form_is_filled_in", NoReason(), "gives no reason"),
    Broken(
        "eligibility_can_be_said_before_the_form_is_filled_in", Needy(), "'NoneType' object has no attribute 'year'"
    ),
    Broken("nothing_begins_without_its_consents", BeginsAlone(), "begins without asker"),
    Broken("the_same_question_gets_the_same_answer", TellsTheTime(), "clock\\(\\) at stage asked"),
    Broken("rows_are_plain_text_for_named_audiences", ForNobody(), "nobody would read it"),
    Broken("rows_are_plain_text_for_named_audiences", NumberedRow(), "holds a int: give plain text"),
    Broken("markup_stays_text", Escapes(), "escaped already"),
    Broken("markup_stays_text", MarksSafe(), "marked as safe"),
    Broken("the_summary_is_one_sentence_that_names_nobody", Names(), "names the person"),
    Broken("the_summary_is_one_sentence_that_names_nobody", TwoLines(), "not one sentence"),
    Broken("its_clock_can_be_told_at_every_stage", Unlabelled(), "does not say what is due"),
]


def kit_for(pathway: Errand, **given) -> PathwayContract:
    told = {"pathway": pathway, "valid": TestSound.valid, "invalid": TestSound.invalid}
    return type("Kit", (PathwayContract,), told | given)()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: f"{each.rule}-{type(each.pathway).__name__}")
def test_a_broken_rule_is_caught_and_told(broken: Broken) -> None:
    with pytest.raises((AssertionError, AttributeError, TypeError), match=broken.said):
        getattr(kit_for(broken.pathway), f"test_{broken.rule}")()


@pytest.mark.parametrize(
    ("rule", "form", "given", "said"),
    [
        ("its_form_takes_what_is_valid", ElsewhereForm, {}, "Mend the form, or `valid`"),
        ("its_form_takes_what_is_valid", Form, {"valid": ()}, "at least one filled-in form"),
        ("its_form_refuses_what_is_not_and_says_so_beside_the_field", AnyForm, {}, "give field what a validator"),
        ("its_form_refuses_what_is_not_and_says_so_beside_the_field", ElsewhereForm, {}, "beside why, not what"),
        ("its_form_refuses_what_is_not_and_says_so_beside_the_field", Form, {"invalid": ()}, "must be refused"),
    ],
)
def test_a_form_that_does_not_say_what_is_wrong_is_caught(rule, form, given, said) -> None:
    pathway = Sound()
    pathway.form = form
    with pytest.raises(AssertionError, match=said):
        getattr(kit_for(pathway, **given), f"test_{rule}")()


def test_an_old_payload_that_becomes_something_else_is_caught() -> None:
    kit = kit_for(LoadsElse(), old_payloads=((1, {"what": "Milk", "by": None}),))
    with pytest.raises(AssertionError, match="gives a str"):
        kit.test_payloads_of_earlier_versions_are_read()
    kit_for(Second(), old_payloads=((1, {"what": "Milk", "by": None}),)).test_payloads_of_earlier_versions_are_read()


@pytest.mark.parametrize(
    ("pathway", "steps", "said"),
    [
        (Drops(), [("drop", {"why": ""})], "The form of drop refuses .* Mend the form, or `steps`"),
        (Drops(), [("finish", {})], "no transition of that key with a form"),
        (ForgetsAStep(), [("drop", {"why": "Rain"})], "Read every field in load"),
        (MovesAbout(), [("drop", {"why": "Rain"})], "It must not look elsewhere"),
        (EndsInSilence(), [("drop", {"why": "Rain"})], "says nothing of how drop ended it"),
        (AsksTheDatabase(), [("drop", {"why": "Rain"})], "AskingForm asks the database in prepare"),
        (AnswersASet(), [("drop", {"why": "Rain"})], "answers\\(\\) of SetForm are not JSON"),
    ],
)
def test_a_step_that_does_not_keep_what_it_brings_is_caught(pathway, steps, said) -> None:
    kit_for(Drops(), steps=[("drop", {"why": "Rain"})]).test_what_a_step_brings_is_kept()
    with pytest.raises(AssertionError, match=said):
        kit_for(pathway, steps=steps).test_what_a_step_brings_is_kept()


def test_an_old_payload_that_is_lost_when_it_is_kept_again_is_caught() -> None:
    class Sheds(Second):
        """What stood in the old payload is not written any more."""

        def dump(self, payload):
            return {**super().dump(payload), "what": "Milk"}

    with pytest.raises(AssertionError, match="Read every field in load"):
        kit_for(
            Sheds(), old_payloads=((1, {"what": "Bread", "by": None}),)
        ).test_payloads_of_earlier_versions_are_read()


def test_no_rule_is_without_somebody_who_breaks_it() -> None:
    caught = {f"test_{each.rule}" for each in BROKEN}
    assert set(RULES) - caught == {
        "test_its_form_takes_what_is_valid",
        "test_its_form_refuses_what_is_not_and_says_so_beside_the_field",
        "test_what_a_step_brings_is_kept",
        "test_settings_are_the_same_after_they_were_kept",
        "test_markup_in_settings_stays_text",
        "test_it_answers_with_any_settings_and_with_none",
        "test_settings_of_earlier_versions_are_read_or_asked_for_again",
    }, "those are broken by their forms"


class AreaForm(PathwayForm):
    """Where errands are run, and by whom."""

    area = StringField("Area", [Required("Enter the area")])
    runner = StringField("Runner", default="Anybody")


class ShoutingForm(AreaForm):
    def answers(self):
        return {name: str(escape(value)) for name, value in super().answers().items()}


class Configured(Sound):
    """An errand whose providers say where they run it."""

    settings = AreaForm
    settings_version = 2

    def eligibility(self, facts, on):
        return [Finding.eligible(f"Errands are run in {facts.settings.get('area', 'any place')}.")]

    def load_settings(self, data, version):
        if version == 1:
            return {"area": data["area"], "runner": "Anybody"}
        return super().load_settings(data, version)


class NeedsThem(Configured):
    def eligibility(self, facts, on):
        return [Finding.eligible(f"Errands are run in {facts.settings['area']}.")]


class LosesThem(Configured):
    def load_settings(self, data, version):
        return None


class ReadsElse(Configured):
    def load_settings(self, data, version):
        return {**data, "runner": str(next(numbers))}


class HalfUpToDate(Configured):
    def load_settings(self, data, version):
        return data if version == 1 else super().load_settings(data, version)


class TakesAnyVersion(Configured):
    def load_settings(self, data, version):
        return data


def with_settings(form, base=Configured):
    return type("Changed", (base,), {"settings": form})()


OLD = [(1, {"area": "South", "runner": "Anybody"})]
SHOUTED = {"settings": [{"area": "A & B"}]}
SETTINGS = {"settings": [{"area": "North", "runner": "Priya"}], "old_settings": [(1, {"area": "South"})]}


@pytest.mark.parametrize(
    ("rule", "pathway", "given", "said"),
    [
        ("are_the_same_after_they_were_kept", Configured(), {"settings": ()}, "Give `settings` at least one"),
        ("are_the_same_after_they_were_kept", Configured(), {"settings": [{"area": ""}]}, "refuses .* or `settings`"),
        ("are_the_same_after_they_were_kept", LosesThem(), {}, "asks for what was filled in just now"),
        ("are_the_same_after_they_were_kept", ReadsElse(), {}, "load_settings\\(\\) gave"),
        ("are_the_same_after_they_were_kept", with_settings(SetForm), {"settings": [{"why": "Rain"}]}, "not JSON"),
        ("are_the_same_after_they_were_kept", with_settings(ShoutingForm), SHOUTED, "Opened again"),
        ("of_earlier_versions_are_read_or_asked_for_again", Configured(), {"old_settings": ()}, "by version 1"),
        ("of_earlier_versions_are_read_or_asked_for_again", HalfUpToDate(), {}, "version 1 lacks runner"),
        ("of_earlier_versions_are_read_or_asked_for_again", TakesAnyVersion(), {"old_settings": OLD}, "took version 3"),
    ],
)
def test_settings_that_are_not_kept_are_caught(rule, pathway, given, said) -> None:
    check = f"test_settings_{rule}"
    getattr(kit_for(Configured(), **SETTINGS), check)()
    with pytest.raises(AssertionError, match=said):
        getattr(kit_for(pathway, **(SETTINGS | given)), check)()


def test_settings_that_are_escaped_or_missed_are_caught() -> None:
    sound = kit_for(Configured(), **SETTINGS)
    sound.test_markup_in_settings_stays_text()
    sound.test_it_answers_with_any_settings_and_with_none()
    with pytest.raises(AssertionError, match="not kept as it was: area, runner"):
        kit_for(with_settings(ShoutingForm), **SETTINGS).test_markup_in_settings_stays_text()
    with pytest.raises(AssertionError, match="looks for the setting 'area', which is not filled in"):
        kit_for(NeedsThem(), **SETTINGS).test_it_answers_with_any_settings_and_with_none()
