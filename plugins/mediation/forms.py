"""The forms of the mediation pathway and of its register."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Self

from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.plugin_api import (
    DayField,
    PathwayForm,
    ReferralFacts,
    Required,
    VersionedForm,
    at_most,
)
from plugins.mediation.dispute import AGAINST, KINDS, Kind, Party
from plugins.mediation.results import RESULTS, WITHOUT_AGREEMENT, Agreed

TEXT = 4_000
"""Characters that a text of the referral may have."""

NONE = "none"

FOR_MEDIATORS = "The mediators alone read this: not the agency that referred, the meeting or either party."


class MediationForm(PathwayForm):
    """Refer a dispute for mediation."""

    heading = "Refer a dispute for mediation"
    template = "mediation/refer.html"

    other = RadioField(
        "Who is the other party?",
        description="Somebody who is not in the list must be added to the case first.",
        validators=[Required("Choose the other party")],
    )
    against = SelectMultipleField(
        "Is any of these part of it?",
        description="Mediation is not for them. If one is ticked, you are told what to do instead.",
        choices=[
            *(SelectChoice(key.value, text) for key, text in AGAINST.items()),
            SelectChoice(NONE, "None of these"),
        ],
        validators=[Required("Say whether any of these is part of it, or choose “None of these”")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    contactable = RadioField(
        "Can the mediators reach both parties?",
        choices=[SelectChoice("yes", "Yes, both"), SelectChoice("no", "No")],
        validators=[Required("Say whether both parties can be reached")],
    )
    referred_on = DayField(
        "When did the party who is referred consent to be contacted?",
        [Required("Enter the day on which the party who is referred consented")],
        what="The day of consent",
        description="Ask before you refer: nobody’s details are passed without their consent.",
    )
    other_on = DayField(
        "When did the other party consent to be contacted?",
        [Required("Enter the day on which the other party consented")],
        what="The day of consent",
        description="Ask them yourself, too. That the one consents says nothing for the other.",
    )
    about = TextAreaField(
        "What is the dispute about?",
        description=FOR_MEDIATORS,
        validators=[Required("Enter what the dispute is about"), at_most(TEXT, "What the dispute is about")],
    )
    contact = TextAreaField(
        "How and when can each of them be reached?",
        description=FOR_MEDIATORS,
        validators=[Required("Enter how each of them can be reached"), at_most(TEXT, "How they can be reached")],
    )
    visits = TextAreaField(
        "What should the mediators know before a visit? (optional)",
        description="An interpreter, steps, dogs. The mediators alone read this.",
        validators=[at_most(TEXT, "What the mediators should know")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer those whom the case names beside the party who is referred."""
        self.latest = on
        self.referred_on.label.text = f"When did {facts.person.name} consent to be contacted?"
        self.names = {str(person.id): person.name for person in facts.case.others(facts.person.id)}
        self.other.choices = [SelectChoice(key, name) for key, name in self.names.items()]

    def validate_against(self, field: SelectMultipleField) -> None:
        """“None of these” stands alone."""
        if NONE in (field.data or ()) and len(field.data) > 1:
            raise ValidationError("Choose “None of these” alone, or what is part of it")

    def validate_referred_on(self, field: DayField) -> None:
        """Consent has been given."""
        self._not_to_come(field)

    def validate_other_on(self, field: DayField) -> None:
        """Consent has been given."""
        self._not_to_come(field)

    def _not_to_come(self, field: DayField) -> None:
        if field.data is not None and field.data > self.latest:
            raise ValidationError("The day of consent must be today or in the past")


def between(typed: date | None, earliest: date, latest: date, what: str) -> None:
    """Raise ValidationError for a day before the referral or to come."""
    if typed is not None and not earliest <= typed <= latest:
        raise ValidationError(f"{what} must be between the referral and today")


def _day(what: str, label: str, missing: str) -> Any:
    return DayField(label, [Required(missing)], what=what)


class _Held(PathwayForm):
    """A form about something that took place between the referral and today."""

    what = "The day"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """It has taken place, and not before the referral."""
        self.latest = on
        self.earliest = facts.progress.opened_on if facts.progress else on

    def validate_held_on(self, field: DayField) -> None:
        """Between the referral and today."""
        between(field.data, self.earliest, self.latest, self.what)


def _mediators() -> Any:
    return StringField(
        "Who were the mediators?", [Required("Enter the mediators’ names"), at_most(200, "The mediators’ names")]
    )


def _said() -> Any:
    return TextAreaField(
        "What was said? (optional)", description=FOR_MEDIATORS, validators=[at_most(TEXT, "What was said")]
    )


class VisitForm(_Held):
    """Record a visit to a party: at first either, then the one who has not been visited."""

    heading = "Whom did you visit?"
    what = "The visit"

    party = RadioField("Party", validators=[Required("Choose whom you visited")])
    held_on = _day("The visit", "When was the visit?", "Enter the date of the visit")
    mediators = _mediators()
    said = _said()

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the parties who have not been visited, by name."""
        super().prepare(facts, on)
        names = {Party.REFERRED: facts.person.name, Party.OTHER: facts.payload.other_name if facts.payload else ""}
        # By the stage, not by what was kept: a referral that was opened again begins with either once more.
        second = facts.progress is not None and facts.progress.stage == "first_visited"
        visited = facts.payload.visited_first if facts.payload and second else None
        left = tuple(Party) if visited is None else (visited.opposite,)
        self.party.choices = [SelectChoice(party.value, names[party]) for party in left]
        if len(left) == 1:
            self.party.data = left[0].value


class SessionForm(_Held):
    """Record a session with both parties."""

    heading = "How did you bring them together?"
    what = "The session"

    kind = RadioField(
        "Kind of session",
        choices=[SelectChoice(kind.value, KINDS[kind]) for kind in (Kind.JOINT, Kind.SHUTTLE)],
        validators=[Required("Choose the kind of session")],
    )
    held_on = _day("The session", "When was the session?", "Enter the date of the session")
    mediators = _mediators()
    said = _said()


class AgreementForm(_Held):
    """Record an agreement."""

    heading = "What did they agree?"
    what = "The agreement"

    agreed = RadioField(
        "How far does the agreement go?",
        description="The agency that referred and the chair see this, and no more.",
        choices=[
            SelectChoice(Agreed.FULL.value, "Full: everything that they disputed"),
            SelectChoice(Agreed.PARTIAL.value, "Partial: some of it"),
        ],
        validators=[Required("Say how far the agreement goes")],
    )
    held_on = _day("The agreement", "When was it made?", "Enter the date of the agreement")
    terms = TextAreaField(
        "Terms, a line for each",
        description="The mediators alone read this. Give each party a copy of the terms, and nothing else.",
        validators=[Required("Enter what they agreed"), at_most(TEXT, "The terms")],
    )


class FollowUpForm(_Held):
    """Record the follow-up."""

    heading = "When did you follow the agreement up?"
    what = "The follow-up"

    held_on = _day("The follow-up", "Date", "Enter the date of the follow-up")


class CloseForm(PathwayForm):
    """Close without an agreement."""

    heading = "How did the mediation end?"

    result = RadioField(
        "Kind of result",
        description="The agency that referred and the chair see this, and no more. If a party withdraws, record it "
        "under the consents instead: the referral is then closed.",
        validators=[Required("Choose how it ended")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the results that are possible where the mediation stands."""
        results = WITHOUT_AGREEMENT.get(facts.progress.stage, ()) if facts.progress else ()
        self.result.choices = [SelectChoice(result.value, RESULTS[result]) for result in results]


class DeclineForm(CloseForm):
    """It is not taken on."""

    heading = "Why is this referral not taken on?"


class _Kept(VersionedForm):
    """A form over a row of the register."""

    columns: ClassVar[tuple[str, ...]]
    earliest: date
    latest: date

    def between(self, earliest: date, latest: date) -> Self:
        """For a referral of that first day, filled in on that last."""
        self.earliest, self.latest = earliest, latest
        return self

    def details(self) -> dict[str, Any]:
        """The row's columns."""
        return {name: self[name].data for name in self.columns}


class SittingForm(_Kept):
    """A visit or a session, as the register keeps it."""

    columns = ("kind", "party", "held_on", "mediators", "note")

    kind = RadioField(
        "What was it?",
        choices=[SelectChoice(kind.value, text) for kind, text in KINDS.items()],
        validators=[Required("Choose what it was")],
    )
    party = RadioField("Whom did you visit?", description="Only for a visit.", validate_choice=False)
    held_on = _day("The date", "When was it?", "Enter the date")
    mediators = _mediators()
    note = _said()

    def offer(self, names: Mapping[str, str]) -> None:
        """The parties by name."""
        self.party.choices = [SelectChoice(party, name) for party, name in names.items()]

    def validate_party(self, field: RadioField) -> None:
        """A visit was made to somebody."""
        if self.kind.data == Kind.VISIT and field.data not in tuple(Party):
            raise ValidationError("Choose whom you visited")

    def validate_held_on(self, field: DayField) -> None:
        """Between the referral and today."""
        between(field.data, self.earliest, self.latest, "The date")

    def details(self) -> dict[str, Any]:
        """The row's columns; a session was with both."""
        told = super().details()
        return told | {"party": told["party"] if told["kind"] == Kind.VISIT else "", "note": told["note"] or ""}


class TermForm(_Kept):
    """One of the terms agreed."""

    columns = ("text", "agreed_on", "dropped_on")

    text = TextAreaField("What was agreed?", [Required("Enter what was agreed"), at_most(TEXT, "The term")])
    agreed_on = _day("The date", "When was it agreed?", "Enter the date")
    dropped_on = DayField(
        "No longer holds since (optional)",
        what="The date",
        description="For a term that the parties have replaced or given up.",
    )

    def validate_agreed_on(self, field: DayField) -> None:
        """Between the referral and today."""
        between(field.data, self.earliest, self.latest, "The date")

    def validate_dropped_on(self, field: DayField) -> None:
        """Not before it was agreed, nor to come."""
        if field.data is None:
            return
        if field.data > self.latest or (self.agreed_on.data is not None and field.data < self.agreed_on.data):
            raise ValidationError("The date must be between the day of the agreement and today")
