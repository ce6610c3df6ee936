"""The forms of the family intervention pathway and of its register."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.plugin_api import (
    DayField,
    PathwayForm,
    PersonFacts,
    ReferralFacts,
    Required,
    VersionedForm,
    at_most,
)
from plugins.family_intervention.family import ANSWERS, CRITERIA, DOMAINS, LEVELS, Criterion, Domain

TEXT = 4_000
"""Characters that a text may have."""

SENTENCE = 300
"""Characters that the plan in a sentence may have: it is read in a meeting."""

SHORT = 200
"""Characters that a name, or a note on one domain, may have."""

DECLINE_REASONS = {
    "one_agency": "one agency alone can help this household",
    "helped": "somebody else works with the whole household already",
    "area": "the household lives outside the service’s area",
    "nobody_free": "no key worker is free",
}

TAKE_BACK_REASONS = {
    "mistake": "referred by mistake",
    "changed": "circumstances have changed",
    "elsewhere": "the household is helped elsewhere",
}

END_REASONS = {
    "wish": "the household wished to end it",
    "moved": "the household moved away",
    "elsewhere": "another service goes on with the plan",
    "lost": "contact was lost",
}

FOR_STAFF = "The service’s own staff read this, and nobody else."
FOR_THE_PLAN = "Every agency with a part in the plan reads this."


def choices_of(words: Mapping[Any, str]) -> list[SelectChoice]:
    """Choices in the order of the words."""
    return [SelectChoice(str(key), text[0].upper() + text[1:]) for key, text in words.items()]


def ticks(label: str, description: str, missing: str = "") -> SelectMultipleField:
    """Checkboxes, whose choices `prepare` fills in. `missing`: what to say where nothing is ticked."""
    return SelectMultipleField(
        label,
        description=description,
        choices=[],
        validators=[Required(missing)] if missing else [],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class Household(PathwayForm):
    """Who belongs to the household, picked from those whom the case names."""

    members = ticks(
        "Who else belongs to the household?",
        "Somebody who is not in the list must be added to the case first. Every adult is asked for consent, and so is "
        "whoever has no date of birth on record.",
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer those whom the case names beside whoever is referred."""
        self.referred = facts.person
        self.people = {str(person.id): person for person in facts.case.others(facts.person.id)}
        if facts.payload is not None:  # one of the household stays on offer, though the case should not name them now
            for member in facts.payload.members[1:]:
                self.people.setdefault(
                    str(member.person_id), PersonFacts(member.person_id, "", member.name, member.born)
                )
        self.members.choices = [SelectChoice(key, person.name) for key, person in self.people.items()]
        if facts.payload is not None and not self.is_submitted():
            self.members.data = [str(member.person_id) for member in facts.payload.members[1:]]

    def household(self) -> list[PersonFacts]:
        """Whoever is referred, and those who were ticked."""
        return [self.referred, *(self.people[key] for key in self.members.data or ())]

    def answers(self) -> dict[str, Any]:
        """The household as it is kept with the referral."""
        return {
            "members": [
                {
                    "person_id": person.id,
                    "name": person.name,
                    "born": person.date_of_birth.isoformat() if person.date_of_birth else None,
                }
                for person in self.household()
            ]
        }


def _criterion(criterion: Criterion) -> RadioField:
    title = CRITERIA[criterion]
    return RadioField(
        title,
        choices=choices_of(ANSWERS),
        validators=[Required(f"Say whether this is so: {title[0].lower()}{title[1:]}")],
    )


class CriteriaForm(PathwayForm):
    """Which of the five the household meets."""

    heading = "Which of these does the household meet?"

    eviction = _criterion(Criterion.EVICTION)
    youth_crime = _criterion(Criterion.YOUTH_CRIME)
    enforcement = _criterion(Criterion.ENFORCEMENT)
    exclusion = _criterion(Criterion.EXCLUSION)
    child_at_risk = _criterion(Criterion.CHILD_AT_RISK)

    def criteria(self) -> dict[str, str]:
        """Criterion -> whether it is met."""
        return {criterion.value: self[criterion.value].data for criterion in Criterion}

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Begin with what is known so far."""
        if facts.payload is not None and not self.is_submitted():
            for criterion in Criterion:
                met, unknown = criterion in facts.payload.met, criterion in facts.payload.unknown
                self[criterion.value].data = "yes" if met else "unknown" if unknown else "no"


class FamilyForm(Household, CriteriaForm):
    """Refer a household."""

    heading = "Refer a household for family intervention"
    template = "family_intervention/refer.html"

    need = TextAreaField(
        "What has been tried, and what does the family want?",
        description=f"In their own words where you can. {FOR_STAFF}",
        validators=[Required("Enter what has been tried, and what the family wants"), at_most(TEXT, "What was tried")],
    )
    visits = TextAreaField(
        "What should be known before a visit? (optional)",
        description=f"An interpreter, steps, dogs, a danger. {FOR_STAFF}",
        validators=[at_most(TEXT, "What should be known")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the people of the case."""
        Household.prepare(self, facts, on)


class HouseholdForm(Household):
    """Somebody has moved in or out, or was forgotten."""

    heading = "Who belongs to the household now?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The household, and whom else of the case the reader may know."""
        super().prepare(facts, on)
        self.members.description = (
            "Somebody who is not in the list is added by the agency that referred. Every adult is asked for consent, "
            "and so is whoever has no date of birth on record."
        )


class JoinedForm(Household):
    """Whoever referred the household, and may open the case, names who has moved in."""

    heading = "Who else belongs to the household now?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the case's people. Whom the service has in the household by now is not told."""
        super().prepare(replace(facts, payload=None), on)
        self.members.validators = [Required("Choose who else belongs to the household")]


class Dated(PathwayForm):
    """Something that was done on a day between the referral and today."""

    done_on = DayField("When?", [Required("Enter the date")], what="The date")

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """It has been done, and not before the referral."""
        self.latest = on
        self.earliest = facts.progress.opened_on if facts.progress else on

    def validate_done_on(self, field: DayField) -> None:
        """Between the referral and today."""
        if field.data is not None and not self.earliest <= field.data <= self.latest:
            raise ValidationError("The date must be between the referral and today")


class PanelForm(Dated):
    """The panel has heard of the household."""

    heading = "What did the panel say?"

    panel_said = TextAreaField(
        "Why is this household taken on?",
        description=FOR_STAFF,
        validators=[Required("Enter why the household is taken on"), at_most(TEXT, "Why it is taken on")],
    )


class KeyWorkerForm(PathwayForm):
    """Allocate a key worker, or another one."""

    heading = "Who is the key worker?"

    key_worker = StringField(
        "Name",
        description="The agency that referred and the chair see the name: lead practitioner.",
        validators=[Required("Enter the name of the key worker"), at_most(SHORT, "The name")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Begin with who it is now."""
        if facts.payload is not None and not self.is_submitted():
            self.key_worker.data = facts.payload.key_worker


class VisitForm(Dated):
    """The key worker has seen the family for the first time."""

    heading = "When did the key worker first visit the family?"

    found = TextAreaField(
        "What was said? (optional)", description=FOR_STAFF, validators=[at_most(TEXT, "What was said")]
    )


def _domain(domain: Domain) -> tuple[SelectField, StringField]:
    title = DOMAINS[domain]
    return (
        SelectField(
            title,
            choices=[SelectChoice("", "Choose"), *choices_of(LEVELS)],
            validators=[Required(f"Choose what was found: {title[0].lower()}{title[1:]}")],
        ),
        StringField(f"{title}: what was found (optional)", validators=[at_most(SHORT, "What was found")]),
    )


class AssessmentForm(Dated):
    """What the whole family needs, in all ten domains."""

    heading = "What does the whole family need?"

    education, education_note = _domain(Domain.EDUCATION)
    early_years, early_years_note = _domain(Domain.EARLY_YEARS)
    health, health_note = _domain(Domain.HEALTH)
    substances, substances_note = _domain(Domain.SUBSTANCES)
    relationships, relationships_note = _domain(Domain.RELATIONSHIPS)
    safety, safety_note = _domain(Domain.SAFETY)
    crime, crime_note = _domain(Domain.CRIME)
    domestic_abuse, domestic_abuse_note = _domain(Domain.DOMESTIC_ABUSE)
    housing, housing_note = _domain(Domain.HOUSING)
    money, money_note = _domain(Domain.MONEY)


class ReviewForm(AssessmentForm):
    """The team around the family has met."""

    heading = "What did the team around the family find?"

    told = TextAreaField(
        "How does the plan go?",
        description=FOR_THE_PLAN,
        validators=[Required("Enter how the plan goes"), at_most(TEXT, "How the plan goes")],
    )
    next_lead = StringField(
        "Who leads when this support ends? (if this is the last review)",
        description="Name and agency of the next lead practitioner. Without one the family cannot be stepped down.",
        validators=[at_most(SHORT, "The name")],
    )


class ReasonForm(PathwayForm):
    """Why it comes to an end."""

    reason = RadioField(
        "Reason", description="The agency that referred sees this.", validators=[Required("Choose a reason")]
    )


class DeclineForm(ReasonForm):
    """The panel does not take the household on."""

    heading = "Why is this household not taken on?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The service's reasons."""
        self.reason.choices = choices_of(DECLINE_REASONS)


class TakeBackForm(ReasonForm):
    """Whoever referred takes it back."""

    heading = "Why do you take the referral back?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The referrer's reasons."""
        self.reason.description = "The service sees this."
        self.reason.choices = choices_of(TAKE_BACK_REASONS)


class EndForm(ReasonForm):
    """The work ends before it was stepped down."""

    heading = "Why does the work with the family end?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Reasons to end early."""
        self.reason.description = (
            "The service’s own staff read this. The agency that referred sees that it is closed, and when."
        )
        self.reason.choices = choices_of(END_REASONS)


class MemberForm(VersionedForm):
    """What the service keeps of one of the household."""

    relation = StringField(
        "What are they in the household? (optional)",
        description="For example: mother, grandfather, lodger.",
        validators=[at_most(SHORT, "What they are")],
    )
    occupied = StringField(
        "School, work or day (optional)",
        description="Where they are in the daytime, and who knows them there.",
        validators=[at_most(SHORT, "School, work or day")],
    )
    note = TextAreaField(
        "What matters to them? (optional)", description=FOR_STAFF, validators=[at_most(TEXT, "What matters to them")]
    )

    def details(self) -> dict[str, Any]:
        """The columns of a member."""
        columns: Iterable[str] = ("relation", "occupied", "note")
        return {column: _text(self[column]) for column in columns}


def _text(field: Field) -> str:
    return str(field.data or "")
