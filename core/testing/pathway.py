"""The contract of a pathway, rule by rule."""

import ast
import inspect
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any, ClassVar

from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField

from core.facts import Audience
from core.plugin_api.checks import faults_of
from core.plugin_api.facts import Progress, Reached, ReferralFacts
from core.plugin_api.pathway import Pathway, StageMove
from core.plugin_api.pathway_form import PathwayForm
from core.referrals.machine import next_due, running_clock
from core.testing.facts import NAME, SOMEBODY, VIEWER
from core.testing.settings import MARKUP, SettingsRules

_CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("time", "time")}

_OF_A_PLAN = {Audience.PLAN, Audience.PROVIDER}


class PathwayContract(SettingsRules):
    """Subclass it, call the subclass `Test…`, and give what is left open here.

    `pathway`: an instance of yours. `valid`: what the referral form is sent, field -> text, and takes. `invalid`: what
    it refuses: the field beside which it says so, and what was sent. `old_payloads`: version and data of a payload for
    every version before `payload_version`. `steps`: the key of a transition, and what its form is sent, for those whose
    form needs no register. `settings` and `old_settings`: as `SettingsRules` says. `facts`:
    who is referred, if `SOMEBODY` will not do. `on`: the day of it.
    """

    pathway: ClassVar[Pathway[Any]]
    valid: ClassVar[Sequence[Mapping[str, Any]]]
    invalid: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]]
    old_payloads: ClassVar[Sequence[tuple[int, Mapping[str, Any]]]] = ()
    steps: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]] = ()
    facts: ClassVar[ReferralFacts[Any]] = SOMEBODY
    on: ClassVar[date] = date(2026, 3, 2)

    # Its description

    def test_its_description_holds_together(self) -> None:
        """Keys, stages, transitions and clocks: what Roundtable refuses when it loads the plugin."""
        faults = faults_of(self.pathway)
        assert not faults, " ".join(faults)

    def test_no_clock_runs_at_the_end(self) -> None:
        """A closed referral waits for nobody."""
        for stage in self.pathway.stages:
            if stage.closed:
                assert stage.clock is None, f"Stage {stage.key} is closed: take its clock away."
                assert stage.waits_for is None, f"Stage {stage.key} is closed: it waits for nobody."

    def test_every_clock_that_can_be_set_names_its_source(self) -> None:
        """The page of terms says where each number comes from: a published strategy, or whose choice it is."""
        for key, clock in self.pathway.clocks_to_set().items():
            assert clock.source.strip(), f"Clock {key} (“{clock.label}”) needs a source: whose number is it?"

    def test_outcome_measures_can_be_answered(self) -> None:
        """Each has a key of its own and answers to choose from; who asks for them has some."""
        asked = list(self.pathway.outcomes())
        keys = [measure.key for measure in asked]
        assert len(set(keys)) == len(keys), f"Two outcome measures have the same key: {', '.join(keys)}."
        for measure in asked:
            answers = dict(measure.answers)
            assert len(answers) > 1, f"Outcome measure {measure.key} needs two answers or more, each with its own key."
        asking = [move.key for move in self.pathway.transitions if move.measures_outcome]
        assert asked or not asking, f"Transition {', '.join(asking)} measures the outcome, and outcomes() is empty."

    def test_actions_usually_agreed_can_be_offered(self) -> None:
        """Each has a text, and some days until it is due."""
        for action in self.pathway.action_templates():
            assert action.text.strip(), f"Action {action.key} has no text."
            assert action.due_in > 0, f"Action {action.key} must be due in at least 1 working day."

    # Its form and its payload

    def test_its_form_takes_what_is_valid(self) -> None:
        """What `valid` holds is taken; there is something in it."""
        assert self.valid, "Give `valid` at least one filled-in form."
        for sent in self.valid:
            errors = self._sent(sent).errors
            assert not errors, f"The form refuses {dict(sent)}: {errors}. Mend the form, or `valid`."

    def test_its_form_refuses_what_is_not_and_says_so_beside_the_field(self) -> None:
        """What `invalid` holds is refused beside the field that it names."""
        assert self.invalid, "Give `invalid` at least one form that must be refused, and the field at fault."
        for name, sent in self.invalid:
            errors = self._sent(sent).errors
            assert errors, f"The form takes {dict(sent)}: give field {name} a validator, or mend `invalid`."
            assert name in errors, f"The form refuses {dict(sent)} beside {', '.join(map(str, errors))}, not {name}."

    def test_a_payload_is_the_same_after_it_was_kept(self) -> None:
        """dump() gives JSON values, and load() makes the same payload of them."""
        for payload in self._payloads():
            self._is_kept(payload)

    def test_payloads_of_earlier_versions_are_read(self) -> None:
        """Referrals that were made before an upgrade go on."""
        before = set(range(1, self.pathway.payload_version))
        missing = sorted(before - {version for version, _ in self.old_payloads})
        assert not missing, f"Give `old_payloads` a payload of version {', '.join(map(str, missing))}."
        kind = type(self._payloads()[0])
        for version, data in self.old_payloads:
            read = self.pathway.load(data, version)
            assert isinstance(read, kind), f"load() of version {version} gives a {type(read).__name__}, not {kind}."
            self._is_kept(read)

    def test_a_version_that_never_was_is_refused(self) -> None:
        """Data of a later version are not guessed at."""
        data = self.pathway.dump(self._payloads()[0])
        for version in (0, self.pathway.payload_version + 1):
            try:
                self.pathway.load(data, version)
            except ValueError:
                continue
            raise AssertionError(f"load() took version {version}, which never was. Raise ValueError.")

    def test_what_a_step_brings_is_kept(self) -> None:
        """The form of a transition takes what `steps` holds, the payload after it is kept, an end has an outcome."""
        for key, sent in self.steps:
            for payload in self._payloads():
                step = self._step(key, sent, payload)
                first, second = (self.pathway.advance(payload, step) for _ in range(2))
                assert first == second, f"advance() gave {first}, then {second}, for {key}. It must not look elsewhere."
                self._is_kept(first)
                outcome = self.pathway.outcome(step, step.measures) if self.pathway.stage(step.target).closed else "-"
                assert type(outcome) is str and outcome.strip(), f"outcome() says nothing of how {key} ended it."

    # What it answers

    def test_the_same_question_gets_the_same_answer(self) -> None:
        """All methods but `moved` and `flags` are pure. `advance` and `load_settings` have rules of their own."""
        for facts in self._all_facts():
            for name in ("eligibility", "consents"):
                self._is_the_same_twice(name, facts, self.on)
            self._is_the_same_twice("concerns", facts)
        for name in ("action_templates", "outcomes"):
            self._is_the_same_twice(name)
        for payload in self._payloads():
            self._is_the_same_twice("summary", payload)
            self._is_the_same_twice("handed_over", payload, payload)
            for progress in self._progresses():
                facts = replace(self.facts, payload=payload, progress=progress)
                for name in ("rows", "partners", "clock"):
                    self._is_the_same_twice(name, payload, progress, at=progress)
                self._is_the_same_twice("concerns", facts, at=progress)
                for move in self.pathway.transitions:
                    self._is_the_same_twice("obstacles", facts, move, self.on, at=progress)

    def test_it_does_not_look_at_the_clock(self) -> None:
        """The day is an argument: what is asked about a day long past is answered for that day."""
        forms = (self.pathway.form, *(move.form for move in self.pathway.transitions if move.form is not None))
        asked = (type(self.pathway), *forms, *(type(payload) for payload in self._payloads()))
        for name in sorted({each.__module__ for each in asked}):
            looked = _looks_at_the_clock(sys.modules[name])
            assert not looked, f"{name} asks for the time ({', '.join(looked)}): use the day that it is given."

    def test_eligibility_can_be_said_before_the_form_is_filled_in(self) -> None:
        """Asked without a payload, with nothing known of the person, it answers and gives reasons."""
        unknown = replace(self.facts, person=replace(self.facts.person, date_of_birth=None), payload=None)
        for facts in (self.facts, unknown):
            for found in self.pathway.eligibility(facts, self.on):
                assert found.reason.strip(), f"A finding “{found.result}” gives no reason."

    def test_nothing_begins_without_its_consents(self) -> None:
        """Every way on from the first stage asks for the consents that halt it, save those given before."""
        first = self.pathway.stages[0].key
        for facts in self._all_facts():
            if facts.payload is None:
                continue
            waiting = {
                each.key for each in self.pathway.consents(facts, self.on) if each.halts and each.given_on is None
            }
            for move in self.pathway.transitions:
                begins = move.source == first and not self.pathway.stage(move.target).closed and not move.stays
                missing = sorted(waiting - move.consents) if begins and not move.every_consent else []
                assert not missing, (
                    f"Transition {move.key} begins without {', '.join(missing)}: name it in `consents`, "
                    "or set `every_consent`."
                )

    def test_rows_are_plain_text_for_named_audiences(self) -> None:
        """Roundtable decides who reads a row by its audiences, and escapes it."""
        for payload in self._payloads():
            for progress in self._progresses():
                for row in self.pathway.rows(payload, progress):
                    where = f"Row “{row.label}” at stage {progress.stage}"
                    assert row.audiences, f"{where} names no audience, so nobody would read it."
                    assert row.audiences <= set(Audience), f"{where} names an audience that is none: {row.audiences}."
                    for text in (row.label, row.value):
                        assert type(text) is str, f"{where} holds a {type(text).__name__}: give plain text."

    def test_rows_for_a_plan_have_agencies_that_may_read_them(self) -> None:
        """Who reads a row for `Audience.PLAN` is for partners() to say: ids of agencies; nobody, if it says nothing."""
        says = type(self.pathway).partners is not Pathway.partners
        for payload in self._payloads():
            for progress in self._progresses():
                for each in self.pathway.partners(payload, progress):
                    assert type(each) is int, f"partners() gives a {type(each).__name__}: give ids of agencies."
                for row in self.pathway.rows(payload, progress):
                    assert says or Audience.PLAN not in row.audiences or row.audiences - _OF_A_PLAN, (
                        f"Row “{row.label}” is for the agencies of a plan: say in partners() which those are."
                    )

    def test_what_stands_against_a_move_is_said_in_sentences(self) -> None:
        """obstacles() answers for every move from every stage, and what it says is shown as it is."""
        for payload in self._payloads():
            for progress in self._progresses():
                facts = replace(self.facts, payload=payload, progress=progress)
                for move in self.pathway.transitions:
                    for said in self.pathway.obstacles(facts, move, self.on):
                        where = f"obstacles() of {move.key} at stage {progress.stage}"
                        assert type(said) is str and said.rstrip().endswith("."), f"{where} says “{said}”: no sentence."

    def test_markup_stays_text(self) -> None:
        """What was typed is kept as it was; Roundtable escapes it where it is shown."""
        for sent in self.valid:
            form = self._sent(sent)
            texts = [field.short_name for field in form if _takes_text(field)]
            form = self._sent({**sent, **dict.fromkeys(texts, MARKUP)})
            if form.errors:  # a field that takes no markup at all is as safe
                continue
            payload = self.pathway.payload(form)
            said = [self.pathway.summary(payload)]
            said += [row.value for progress in self._progresses() for row in self.pathway.rows(payload, progress)]
            for text in said:
                assert not isinstance(text, Markup), f"“{text}” is marked as safe: give it as plain text."
                assert "&amp;amp;" not in text and "&lt;" not in text, f"“{text}” is escaped already: leave it alone."

    def test_the_summary_is_one_sentence_that_names_nobody(self) -> None:
        """Everybody who may know of the referral reads it, and minutes keep it."""
        for facts in self._all_facts():
            if facts.payload is None:
                continue
            summary = self.pathway.summary(facts.payload)
            assert type(summary) is str and summary.strip(), "summary() gives no text."
            assert "\n" not in summary and summary.rstrip().endswith("."), f"“{summary}” is not one sentence."
            assert NAME not in summary, f"“{summary}” names the person: whoever knows of the referral reads it."

    def test_its_clock_can_be_told_at_every_stage(self) -> None:
        """Asked at any stage that is not the end, it gives a clock that says what is due, or none."""
        for payload in self._payloads():
            for progress in self._progresses():
                running = running_clock(self.pathway, payload, progress)
                if running is not None:
                    assert running.clock.label.strip(), f"The clock at stage {progress.stage} does not say what is due."
                    assert running.clock.source.strip(), f"Clock “{running.clock.label}” names no source."
                    next_due(self.pathway, payload, progress)

    # What the rules are tried on

    def _is_the_same_twice(self, name: str, *given: Any, at: Progress | None = None) -> None:
        """A method of the pathway, asked twice with the same arguments."""
        first, second = (_as_it_was(getattr(self.pathway, name)(*given)) for _ in range(2))
        where = f" at stage {at.stage}" if at is not None else ""
        assert first == second, f"{name}(){where} gave {first}, then {second}. It must depend on its arguments alone."

    def _is_kept(self, payload: Any) -> None:
        """The payload is JSON, and the same again when it is read."""
        kept = json.loads(json.dumps(self.pathway.dump(payload)))
        again = self.pathway.load(kept, self.pathway.payload_version)
        assert again == payload, f"load(dump(payload)) is {again}, and was {payload}. Read every field in load()."

    def _step(self, key: str, sent: Mapping[str, Any], payload: Any) -> StageMove[Any]:
        """The move that a transition's form makes, on a referral that is at its source today."""
        found = [move for move in self.pathway.transitions if move.key == key and move.form is not None]
        assert found, f"`steps` names {key}, and there is no transition of that key with a form."
        move = found[0]
        progress = next(each for each in self._progresses() if each.stage == move.source)
        facts = replace(self.facts, payload=payload, progress=progress)
        assert move.form is not None  # as found
        form = self._filled_in(move.form, sent, facts)
        assert not form.errors, f"The form of {key} refuses {dict(sent)}: {form.errors}. Mend the form, or `steps`."
        try:
            answers = json.loads(json.dumps(form.answers()))
        except TypeError as fault:
            raise AssertionError(f"answers() of {move.form.__name__} are not JSON: {fault}") from fault
        measures = {each.key: each.answers[0][0] for each in self.pathway.outcomes()} if move.measures_outcome else {}
        return StageMove(facts, move.target, VIEWER, self.on, move.source, move, answers, measures)

    def _sent(self, sent: Mapping[str, Any]) -> Any:
        """The referral form as it comes back, validated."""
        return self._filled_in(self.pathway.form, sent, self.facts)

    def _filled_in(self, kind: type[PathwayForm], sent: Mapping[str, Any], facts: ReferralFacts[Any]) -> Any:
        with Flask("kit").test_request_context(method="POST"):
            form = kind(MultiDict(sent))
            try:
                form.prepare(facts, self.on)
            except RuntimeError as fault:
                if "SQLAlchemy" not in str(fault):
                    raise
                raise AssertionError(
                    f"{kind.__name__} asks the database in prepare(), and there is none here: ask in the form of a "
                    "step instead, and try that step in a test of your own, not in `steps`."
                ) from fault
            form.validate()
        return form

    def _payloads(self) -> list[Any]:
        return [self.pathway.payload(self._sent(sent)) for sent in self.valid]

    def _all_facts(self) -> list[ReferralFacts[Any]]:
        return [self.facts, *(replace(self.facts, payload=payload) for payload in self._payloads())]

    def _progresses(self) -> list[Progress]:
        """Every stage, reached today from the first."""
        first = Reached(self.pathway.stages[0].key, self.on)
        return [
            Progress(
                (first,) if stage.key == first.stage else (first, Reached(stage.key, self.on)),
                self.on if stage.closed else None,
                "As it ended" if stage.closed else "",
            )
            for stage in self.pathway.stages
        ]


def _looks_at_the_clock(module: ModuleType) -> list[str]:
    """The lines on which a module asks what day or time it is."""
    calls = [node.func for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    return [
        f"line {call.lineno}"
        for call in calls
        if isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and (call.value.id, call.attr) in _CLOCKS
    ]


def _as_it_was(answer: Any) -> Any:
    """Two answers compare by what is in them, however they are listed."""
    return list(answer) if isinstance(answer, Iterable) and not isinstance(answer, str | Mapping) else answer


def _takes_text(field: Field) -> bool:
    return isinstance(field, StringField) and field.short_name != "idempotency_key"
