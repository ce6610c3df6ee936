"""Forms of what is written under an item."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import ClassVar, Self

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.actions.operations import DUE_BEFORE_THE_MEETING, DUE_IN_THE_PAST, NOT_OF_THAT_AGENCY
from core.disclosures.forms import COMPLAINT, SharedComplaintFields
from core.facts import EntryKind, Risk, Visibility
from core.recording.choices import people
from core.recording.entries.queries import Reader
from core.recording.queries import Member
from core.web.choices import Chosen, Ticked, all_of, offered
from core.web.forms import LONG_TEXT, DayField, Form, Required, VersionedForm, at_most, given, say

WHAT = {
    EntryKind.INFORMATION: "What information is shared?",
    EntryKind.DISCUSSION: "What was discussed?",
    EntryKind.DECISION: "What was decided?",
}

UNSIGNED = "No signature of the Information Sharing Protocol is in force, so these cannot be named:"


class TextForm(VersionedForm):
    """What was said, of one kind."""

    text = TextAreaField("What was said?", [Required("Enter what was said"), at_most(LONG_TEXT, "The text")])

    def ask_for(self, kind: EntryKind) -> None:
        """Word the question for that kind."""
        self.text.label.text = WHAT[kind]


class InformationForm(TextForm, SharedComplaintFields):
    """Information shared: whose it is, and who may read it."""

    as_one = (("text", "visibility", "named"),)  # readers are chosen for those words, words written for those readers

    source = Chosen("Which agency’s information is it?", [Required("Choose the agency")])
    visibility = RadioField(
        "Who may read it?",
        [Required("Choose who may read it")],
        choices=[
            SelectChoice(Visibility.EVERYONE.value, "Everyone at this item"),
            SelectChoice(Visibility.NAMED.value, "Agencies that I name"),
            SelectChoice(Visibility.CHAIR.value, "Chair and coordinator only"),
        ],
        default=Visibility.EVERYONE.value,
        description="Your agency always sees what it shared.",
    )
    named = Ticked("Which agencies?")

    def validate_named(self, field: Ticked) -> None:
        """At least one, where agencies are named."""
        if self.visibility.data == Visibility.NAMED.value and not field.data:
            raise ValidationError("Choose the agencies that may read it")

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def check_together(self) -> None:
        """What is said of a complaint is complete."""
        if "in_complaint" in self:
            self.check_complaint(on=self.day)

    def keeping_source(self) -> "InformationForm":
        """For a change: whose information it is stays as it was written, and so does what was said to its use."""
        del self.source
        self.without_complaint()
        return self

    def without_complaint(self) -> None:
        """Without what is asked of a complaint."""
        for name in COMPLAINT:
            delattr(self, name)

    def keeping_readers(self) -> None:
        """Whoever gave it in a complaint said for whom it is."""
        del self.visibility
        del self.named

    def narrow_to(self, readers: Collection[Visibility], named: Collection[int], reason: str) -> None:
        """Show no more readers than may be let in, and say why. `named`: the agencies left to choose from."""
        self.visibility.choices = [each for each in self.visibility.choices if each.value in readers]
        self.visibility.description = reason
        self.named.choices = [each for each in self.named.choices if int(each.value) in named]

    def offer(self, sources: Sequence[tuple[int, str]], readers: Sequence[Reader]) -> None:
        """Fill the lists: whose information it may be, and who may be named. Who cannot be is said, with the reason."""
        self.source.offer(offered(sources))
        self.named.offer(offered((each.id, each.name) for each in readers if each.signed))
        unsigned = [each.name for each in readers if not each.signed]
        if unsigned:
            self.named.description = f"{UNSIGNED} {', '.join(unsigned)}."


class RiskForm(VersionedForm):
    """The level of risk agreed."""

    risk = RadioField(
        "What level of risk does the meeting agree?",
        [Required("Choose the level of risk")],
        choices=all_of(Risk),
    )


class ActionForm(Form):
    """An action: what, by whom, until when."""

    text = TextAreaField("What will be done?", [Required("Enter what will be done"), at_most(LONG_TEXT, "The action")])
    owner = Chosen("Which agency will do it?", [Required("Choose the agency")])
    person = Chosen("Who of that agency?", empty="The agency will decide")
    due = DayField("When is it due?", [Required("Enter the due date")], what="The due date")

    too_early: ClassVar[str] = DUE_IN_THE_PAST

    def due_from(self, day: date) -> Self:
        """This form, with that day as the first on which it can be due."""
        self.earliest = day
        return self

    def validate_due(self, field: DayField) -> None:
        """Not before that day."""
        if field.data is not None and field.data < self.earliest:
            raise ValidationError(self.too_early)

    def leave_choices_to_the_log(self) -> None:
        """Take any agency and person for the moment: the log refuses wrong ones, so the lists need not be read."""
        self.owner.validate_choice = self.person.validate_choice = False

    def offer(self, all_agencies: Sequence[tuple[int, str]], members: Sequence[Member]) -> None:
        """Fill the lists: agencies, and people under their agencies. A person of another agency is said to be."""
        self.owner.offer(offered(all_agencies))
        self.person.offer(people(members))
        if given(self.owner, self.person) and self.person.data in self._of_others(members):
            say(self.person, NOT_OF_THAT_AGENCY)

    def _of_others(self, members: Sequence[Member]) -> set[int]:
        return {member.user_id for member in members if member.agency_id != self.owner.data}


class LineForm(Form):
    """An action in one line, to be read and then confirmed. What is too long is said in the form that it fills in."""

    line = StringField("Add an action in one line")


class CorrectionForm(ActionForm, VersionedForm):
    """An action as it should have been recorded."""

    as_one = (("text", "owner", "person"),)  # its words are written for those who will read them: its owner's agency

    too_early = DUE_BEFORE_THE_MEETING
