"""Forms of referrals: core's own fields around those that a pathway brings."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from wtforms import BooleanField, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from core.dates import in_words
from core.plugin_api.pathway import OutcomeMeasure, Transition
from core.plugin_api.pathway_form import PathwayForm
from core.referrals.listing import StageCount, Which
from core.referrals.machine import Consent
from core.web.choices import Chosen, offered
from core.web.forms import LONG_TEXT, DayField, Form, Required, VersionedForm, at_most


class ReferForm(Form):
    """A referral: the pathway's own form is in `details`."""

    although_full = TextAreaField(
        "Why do you refer all the same?",
        [Required("Enter why you refer although no place is free"), at_most(LONG_TEXT, "The reason")],
        description="The provider reads it, and it is kept with the referral.",
    )

    def to_a_free_place(self) -> "ReferForm":
        """For a provider that has room: that need not be asked."""
        del self.although_full
        return self


class ListForm(PlainForm):
    """Which list, and the filters of the work list. Reads, and so carries no key; what cannot be chosen is none."""

    of = StringField("Which")
    stage = SelectField("Stage", validate_choice=False)
    overdue = BooleanField("Overdue")

    def offer(self, stages: Sequence[StageCount], *, first: Which) -> None:
        """The stages at which there are referrals; `first` is the list that is shown if none is asked for."""
        self.stage.choices = offered(
            ((f"{row.pathway_key}.{row.stage}", f"{row.pathway_title}: {row.stage_title.lower()}") for row in stages),
            first="Any",
        )
        self.which = next((each for each in Which if each == self.of.data), first)

    @property
    def stage_wanted(self) -> str:
        """Pathway and stage, of those that there are to choose, in the work list."""
        known = {str(choice.value) for choice in self.stage.choices}
        return str(self.stage.data) if self.which is Which.WORK and self.stage.data in known else ""

    @property
    def overdue_wanted(self) -> bool:
        """What is overdue alone, in the work list."""
        return self.which is Which.WORK and bool(self.overdue.data)


class StepForm(VersionedForm):
    """A move: the transition's own form is in `details`, the outcome measures in `measures`, where there are any."""

    note = TextAreaField(
        "Note (optional)",
        description="For the provider’s own staff.",
        validators=[at_most(LONG_TEXT, "The note")],
    )
    suggested = SelectField("Which other pathway do you suggest? (optional)", choices=[], validators=[Optional()])

    def suggest(self, pathways: Mapping[str, str]) -> None:
        """Offer these, key -> title; where there are none, nothing is asked."""
        if pathways:
            self.suggested.choices = offered(pathways.items(), first="None")
        else:
            del self.suggested


class PauseForm(VersionedForm):
    """A referral stands still for a while."""

    reason = TextAreaField(
        "Why does it pause?",
        [Required("Enter why it pauses"), at_most(LONG_TEXT, "The reason")],
        description="For the provider’s own staff. Others see that it is paused, and until when.",
    )
    back_on = DayField("When is it to go on?", [Required("Enter when it is to go on")], what="The date")


class ResumeForm(VersionedForm):
    """It goes on."""

    note = TextAreaField(
        "Note (optional)",
        description="For the provider’s own staff.",
        validators=[at_most(LONG_TEXT, "The note")],
    )


class ReopenForm(VersionedForm):
    """A closed referral is opened again."""

    reason = TextAreaField(
        "Why do you open it again?",
        [Required("Enter why you open it again"), at_most(LONG_TEXT, "The reason")],
        description="For the provider’s own staff.",
    )


class TakeBackForm(VersionedForm):
    """What stands about somebody since a closed referral is taken back."""

    reason = TextAreaField(
        "Why does it hold no longer?",
        [Required("Enter why it holds no longer"), at_most(LONG_TEXT, "The reason")],
        description="For the provider’s own staff.",
    )


class HandOverForm(VersionedForm):
    """Another provider of the same pathway takes a referral over."""

    provider = Chosen("Who takes it over?", [Required("Choose who takes it over")])
    agreed_on = DayField(
        "When did they agree to it?",
        [Required("Enter when they agreed to it")],
        description="Nobody’s details may be passed to another provider before they agree.",
        what="The date",
    )
    reason = TextAreaField(
        "Why do you hand it over?",
        [Required("Enter why you hand it over"), at_most(LONG_TEXT, "The reason")],
        description="For your own staff.",
    )


class ConsentForm(Form):
    """How a consent stands."""

    state = RadioField("What did they say?", [Required("Choose what they said")])
    on = DayField("When?", [Required("Enter the date")], what="The date")
    note = TextAreaField("How was it given, and who asked? (optional)", validators=[at_most(LONG_TEXT, "The note")])

    def offer(self, state: Consent, *, since: date | None, today: date) -> None:
        """What can follow on how it stands now, since that day."""
        self._since, self._today = since, today
        self.state.choices = [SelectChoice(each.value, text) for each, text in _FOLLOWS[state]]

    def validate_on(self, field: DayField) -> None:
        """Not to come, and not before what it changes."""
        if field.data is None:
            return
        if field.data > self._today:
            raise ValidationError("The date must be today or in the past")
        if self._since is not None and field.data < self._since:
            raise ValidationError(f"The date must be {in_words(self._since)}, when they last answered, or later")


_CONSENTS = (Consent.GIVEN, "They consent")
_DOES_NOT = (Consent.REFUSED, "They do not consent")
_FOLLOWS = {
    Consent.NOT_ASKED: (_CONSENTS, _DOES_NOT),
    Consent.GIVEN: ((Consent.WITHDRAWN, "They withdraw their consent"),),
    Consent.REFUSED: (_CONSENTS,),
    Consent.WITHDRAWN: (_CONSENTS,),
}


def refer_form(details: type[PathwayForm]) -> ReferForm:
    """The form by which somebody is referred on a pathway."""
    form: ReferForm = _with(ReferForm, (("details", details),))()
    return form


def step_form(move: Transition, measures: Sequence[OutcomeMeasure]) -> StepForm:
    """The form of a move. `measures` are asked for where the transition says so."""
    parts: dict[str, type[PathwayForm]] = {}
    if move.form is not None:
        parts["details"] = move.form
    if move.measures_outcome and measures:
        parts["measures"] = measures_form(measures)
    form: StepForm = _with(StepForm, tuple(parts.items()))()
    return form


def measures_form(measures: Sequence[OutcomeMeasure]) -> type[PathwayForm]:
    """A form with a question for each measure."""
    return _measures_form(tuple((each.key, each.title, tuple(each.answers)) for each in measures))


@lru_cache(maxsize=64)
def _measures_form(measures: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]) -> type[PathwayForm]:
    fields = {
        name: RadioField(
            title,
            [Required(f"Choose an answer: {title}")],
            choices=[SelectChoice(key, text) for key, text in answers],
        )
        for name, title, answers in measures
    }
    return type("MeasuresForm", (PathwayForm,), fields)


@lru_cache(maxsize=256)
def _with(base: type[Any], parts: tuple[tuple[str, type[PathwayForm]], ...]) -> type[Any]:
    """A kind of form with further forms in it. Kept: to make a class takes longer than to fill in its form."""
    return type(base.__name__, (base,), {name: FormField(part) for name, part in parts})
