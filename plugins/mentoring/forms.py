"""The forms of the mentoring pathway and of its register."""

from datetime import date
from typing import Any

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.plugin_api import (
    DayField,
    Form,
    PathwayForm,
    ReferralFacts,
    Required,
    VersionedForm,
    WholeNumberField,
    at_most,
)
from plugins.mentoring import queries
from plugins.mentoring.matching import TRAINING_HOURS, MentorFacts, reasons_against

TEXT = 4_000
"""Characters that a text of the referral may have."""

DECLINE_REASONS = {
    "unsafe": "one-to-one contact would be unsafe",
    "nobody_free": "no suitable mentor is free",
    "age": "is outside the ages of the scheme",
    "unwilling": "the young person does not want a mentor",
    "no_contact": "the young person could not be reached",
    "area": "lives outside the scheme’s area",
    "other_support": "another kind of support suits better",
    "mistake": "referred by mistake, or the referral was taken back",
}

_ONE_TO_ONE = [SelectChoice("safe", "No reason is known"), SelectChoice("unsafe", "Yes, it would be unsafe")]


class MentoringForm(PathwayForm):
    """Refer a young person for mentoring."""

    heading = "Refer a young person for mentoring"

    behaviour = RadioField(
        "Why are you referring them?",
        choices=[
            SelectChoice("offending", "They have offended"),
            SelectChoice("likely", "They are likely to offend"),
        ],
        validators=[Required("Say whether they have offended or are likely to")],
    )
    one_to_one = RadioField(
        "Is there a reason why one-to-one contact would be unsafe?",
        choices=_ONE_TO_ONE,
        validators=[Required("Say whether one-to-one contact would be unsafe")],
    )
    on_abc = RadioField(
        "Are they on an Acceptable Behaviour Contract?",
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
        validators=[Required("Say whether they are on an Acceptable Behaviour Contract")],
    )
    need = TextAreaField(
        "What do they need from a mentor?",
        description="The scheme’s own staff read this, and nobody else.",
        validators=[Required("Enter what they need from a mentor"), at_most(TEXT, "What they need")],
    )
    interests = TextAreaField("What are they interested in? (optional)", validators=[at_most(TEXT, "Their interests")])
    safety = TextAreaField(
        "What should the scheme know before a visit? (optional)",
        description="Who else lives there, dogs, the best time to call.",
        validators=[at_most(TEXT, "What the scheme should know")],
    )


class DeclineForm(PathwayForm):
    """Decline a referral."""

    heading = "Why do you decline this referral?"

    reason = RadioField(
        "Reason",
        description="The agency that referred sees this.",
        choices=[SelectChoice(key, text[0].upper() + text[1:]) for key, text in DECLINE_REASONS.items()],
        validators=[Required("Choose a reason")],
    )


class HomeVisitForm(PathwayForm):
    """Record the home visit."""

    heading = "What did the home visit show?"

    visited_on = DayField("When was the visit?", [Required("Enter the date of the visit")], what="The visit")
    one_to_one = RadioField(
        "Is there a reason why one-to-one contact would be unsafe?",
        description="If it would, decline the referral afterwards: no mentor can be matched.",
        choices=_ONE_TO_ONE,
        validators=[Required("Say whether one-to-one contact would be unsafe")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The visit has been made, and not before the referral."""
        self.latest = on
        self.earliest = facts.progress.opened_on if facts.progress else on

    def validate_visited_on(self, field: DayField) -> None:
        """Between the referral and today."""
        _between(field.data, self.earliest, self.latest, "The visit")


class StartForm(PathwayForm):
    """Record the first session."""

    heading = "When was the first session?"

    started_on = DayField("Date", [Required("Enter the date of the first session")], what="The first session")

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The session has taken place, and not before the referral."""
        self.latest = on
        self.earliest = facts.progress.opened_on if facts.progress else on

    def validate_started_on(self, field: DayField) -> None:
        """Between the referral and today."""
        _between(field.data, self.earliest, self.latest, "The first session")


class MatchForm(PathwayForm):
    """Match with a mentor: only those who may be offered; of the others, why not."""

    heading = "Who will be the mentor?"
    template = "mentoring/match.html"

    mentor = RadioField("Mentor", validators=[Required("Choose a mentor")])

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the provider's mentors who are trained, checked and have room."""
        mentors = queries.mentors_of(facts.provider_id) if facts.provider_id is not None else ()
        now = queries.mentor_with(facts.id) if facts.id is not None else None
        judged = [
            (mentor, ("is the mentor now",) if now and mentor.id == now.id else reasons_against(mentor, on))
            for mentor in mentors
        ]
        self.offered = [mentor for mentor, reasons in judged if not reasons]
        self.not_offered = [(mentor, reasons) for mentor, reasons in judged if reasons]
        self.mentor.choices = [SelectChoice(str(mentor.id), _room(mentor)) for mentor in self.offered]

    def answers(self) -> dict[str, Any]:
        """The mentor's id and name: the name is kept with the referral."""
        names = {str(mentor.id): mentor.name for mentor in self.offered}
        return {"mentor": self.mentor.data, "mentor_name": names.get(self.mentor.data, "")}


class SessionForm(Form):
    """A session."""

    held_on = DayField("When was the session?", [Required("Enter the date of the session")], what="The session")
    came = RadioField(
        "Did the young person come?",
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
        validators=[Required("Say whether the young person came")],
    )
    note = TextAreaField(
        "What did they do? (optional)",
        description="The scheme’s own staff read this, and nobody else.",
        validators=[at_most(TEXT, "What they did")],
    )
    earliest: date
    latest: date

    def validate_held_on(self, field: DayField) -> None:
        """Between the referral and today."""
        _between(field.data, self.earliest, self.latest, "The session")


class MentorForm(VersionedForm):
    """A mentor's entry in the register."""

    name = StringField("Name", [Required("Enter the mentor’s name"), at_most(200, "Name")])
    training_hours = WholeNumberField(
        "Hours of training completed",
        "Hours of training must be a whole number between 0 and 1,000, 0 if none yet",
        least=0,
        most=1000,
        description=f"{TRAINING_HOURS} are needed before a mentor can be matched.",
    )
    certificate_until = DayField("Child protection certificate: renewal date (optional)", what="The renewal date")
    check_until = DayField("Enhanced DBS check: renewal date (optional)", what="The renewal date")
    capacity = WholeNumberField(
        "How many young people can they mentor at a time?",
        "How many young people must be a whole number between 0 and 20",
        least=0,
        most=20,
    )
    left_on = DayField("Left the scheme on (optional)", what="The leaving date")

    def details(self) -> dict[str, Any]:
        """The columns of a mentor."""
        columns = ("name", "training_hours", "certificate_until", "check_until", "capacity", "left_on")
        return {column: self[column].data for column in columns}


def _between(typed: date | None, earliest: date, latest: date, what: str) -> None:
    if typed is not None and not earliest <= typed <= latest:
        raise ValidationError(f"{what} must be between the referral and today")


def _room(mentor: MentorFacts) -> str:
    room = "1 place free" if mentor.spare == 1 else f"{mentor.spare} places free"
    return f"{mentor.name}, {room}"
