"""The forms of the Victim Support pathway."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.plugin_api import DayField, PathwayForm, ReferralFacts, Required, at_most
from plugins.victim_support.contact import INTERVALS, KINDS, LEVELS, NEEDS, WAYS, Need, gives_away

TEXT = 4_000
"""Characters that a text of the referral may have."""

SHORT = 300
"""Characters that an instruction may have: it is read in a meeting, before anything else."""

GROWN_UP = 18

HARMS = {"asb": "Anti-social behaviour", "crime": "A crime", "both": "Both"}

CONSENTED = {
    "themselves": "They themselves",
    "guardian": "A parent or guardian, for a child",
}

DECLINE_REASONS = {
    "unwanted": "the victim does not want support",
    "other_support": "another service suits better",
    "supported": "somebody supports them already",
    "area": "lives outside the service’s area",
    "unsafe": "there is no way to contact them safely",
    "mistake": "referred by mistake, or the referral was taken back",
}

END_REASONS = {
    "recovered": "no further support is needed",
    "wish": "the victim wished to end the support",
    "other_support": "another service goes on with the support",
    "lost": "contact was lost",
}

INSTRUCTION = "What must be kept to, so that it is safe?"
REACH = "Number or address"

_GIVEN_AWAY = (
    "Leave out numbers and addresses: everybody who hears the case reads this. There is a field for them below"
)


def choices_of(words: Mapping[Any, str]) -> list[SelectChoice]:
    """Choices in the order of the words."""
    return [SelectChoice(str(key), text[0].upper() + text[1:]) for key, text in words.items()]


class SafeContact(PathwayForm):
    """The safe way of contacting somebody: hard fields wherever they are asked for."""

    way = RadioField(
        "What is a safe way to contact them?",
        choices=choices_of(WAYS),
        validators=[Required("Choose a safe way to contact them: without one the referral cannot be sent")],
    )
    instruction = TextAreaField(
        INSTRUCTION,
        description=(
            "For example: weekdays between ten and two, from a withheld number, no message, speak to nobody else. "
            "Everybody who hears the case reads this first, so leave out numbers and addresses."
        ),
        validators=[
            Required("Enter what must be kept to: if nothing, say that any time is safe"),
            at_most(SHORT, "What must be kept to"),
        ],
    )
    reach = StringField(
        REACH,
        description="For that way, or who and where. The service’s own staff read this, and nobody else.",
        validators=[Required("Enter the number or address that is safe"), at_most(SHORT, REACH)],
    )

    def validate_instruction(self, field: TextAreaField) -> None:
        """No number, no address: more people read it than may have them."""
        if gives_away(field.data or ""):
            raise ValidationError(_GIVEN_AWAY)


class VictimSupportForm(SafeContact):
    """Refer a victim or witness."""

    heading = "Refer a victim or witness for support"

    harm = RadioField(
        "What have they been through, or witnessed?",
        choices=choices_of(HARMS),
        validators=[Required("Say what they have been through or witnessed")],
    )
    consented_by = RadioField(
        "Who agreed that the service may contact them?",
        choices=choices_of(CONSENTED),
        validators=[Required("Say who agreed: without consent nobody is referred")],
    )
    consented_on = DayField(
        "On which day did they agree?", [Required("Enter the day on which they agreed")], what="The day"
    )
    wanted = TextAreaField(
        "What would help them?",
        description="In their own words where you can. The service’s own staff read this, and nobody else.",
        validators=[Required("Enter what would help them"), at_most(TEXT, "What would help them")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Consent has been given, and by whoever may give it."""
        self.latest = on
        self.age = facts.person.age_on(on)

    def validate_consented_on(self, field: DayField) -> None:
        """Not to come."""
        if field.data is not None and field.data > self.latest:
            raise ValidationError("The day must be today or in the past")

    def validate_consented_by(self, field: RadioField) -> None:
        """Nobody consents for a grown-up."""
        if field.data == "guardian" and self.age is not None and self.age >= GROWN_UP:
            raise ValidationError("They are 18 or over: only they themselves can agree")


class SafeContactForm(SafeContact):
    """Change how somebody is contacted safely."""

    heading = "How can they be contacted safely from now on?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Begin with how it is now."""
        if facts.payload is not None and not self.is_submitted():
            self.way.data = str(facts.payload.way)
            self.instruction.data = facts.payload.instruction
            self.reach.data = facts.payload.reach


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


class Chosen(PathwayForm):
    """Who supports them, and how they want to hear how their case goes."""

    worker = StringField(
        "Who is their named worker?",
        description="The agency that referred sees the name.",
        validators=[Required("Enter the name of their worker"), at_most(200, "The name")],
    )
    every = RadioField(
        "How often do they want to hear how their case goes?",
        choices=choices_of(INTERVALS),
        validators=[Required("Say how often they want to hear")],
    )
    updates = RadioField(
        "In which way do they want to be told?",
        choices=choices_of(WAYS),
        validators=[Required("Say in which way they want to be told")],
    )


class FirstContactForm(Dated, Chosen):
    """Record the first safe contact."""

    heading = "What did you agree at the first contact?"


class ChoiceForm(Chosen):
    """Change the worker, or how somebody wants to hear."""

    heading = "Who supports them, and how do they want to hear?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Begin with how it is now."""
        if facts.payload is not None and not self.is_submitted():
            self.worker.data = facts.payload.worker
            self.every.data = facts.payload.every
            self.updates.data = facts.payload.updates


class LogForm(Dated):
    """An entry of the contact log."""

    heading = "What contact was there?"

    kind = RadioField(
        "What happened?",
        description="The next update is counted from the last time that they were told how the case goes.",
        choices=choices_of(KINDS),
        validators=[Required("Say what happened")],
    )
    way = RadioField("In which way?", choices=choices_of(WAYS), validators=[Required("Say in which way")])
    said = TextAreaField(
        "What was said? (optional)",
        description="The service’s own staff read this, and nobody else.",
        validators=[at_most(TEXT, "What was said")],
    )


def _need(need: Need) -> SelectField:
    title = NEEDS[need]
    return SelectField(
        title,
        choices=[SelectChoice("", "Choose"), *choices_of(LEVELS)],
        validators=[Required(f"Choose what was found: {title[0].lower()}{title[1:]}")],
    )


class NeedsForm(Dated):
    """Assess the needs, all eight of them."""

    heading = "What do they need?"

    health = _need(Need.HEALTH)
    shelter = _need(Need.SHELTER)
    family = _need(Need.FAMILY)
    work = _need(Need.WORK)
    substances = _need(Need.SUBSTANCES)
    money = _need(Need.MONEY)
    outlook = _need(Need.OUTLOOK)
    social = _need(Need.SOCIAL)
    found = TextAreaField(
        "What was said about them? (optional)",
        description="The service’s own staff read this, and nobody else.",
        validators=[at_most(TEXT, "What was said")],
    )


class SupportForm(Dated):
    """Begin the support."""

    heading = "What support was agreed?"

    plan = TextAreaField(
        "What will be done, and by whom?",
        description="The service’s own staff read this, and nobody else.",
        validators=[Required("Enter what will be done"), at_most(TEXT, "What will be done")],
    )


class DeclineForm(PathwayForm):
    """The referral is not taken up."""

    heading = "Why is this referral not taken up?"

    reason = RadioField(
        "Reason",
        description="The agency that referred sees this.",
        choices=choices_of(DECLINE_REASONS),
        validators=[Required("Choose a reason")],
    )


class EndForm(PathwayForm):
    """The support ends."""

    heading = "Why does the support end?"

    reason = RadioField(
        "Reason",
        description="The service’s own staff read this. The agency that referred sees that it is closed, and when.",
        choices=choices_of(END_REASONS),
        validators=[Required("Choose a reason")],
    )
