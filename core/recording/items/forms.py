"""Forms of what becomes of an item."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.facts import ItemOutcome
from core.meetings.models import AgendaItem
from core.recording.queries import AtItem
from core.web.addresses import row_id
from core.web.choices import Ticked
from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, WholeNumberField, at_most

NEEDS_A_REASON = (ItemOutcome.CARRIED_FORWARD.value, ItemOutcome.REMOVED.value)


class OutcomeForm(VersionedForm):
    """Heard, carried forward, removed or not heard."""

    outcome = RadioField(
        "What became of this item?",
        [Required("Choose what became of this item")],
        choices=[
            SelectChoice(ItemOutcome.HEARD.value, "Heard"),
            SelectChoice(ItemOutcome.CARRIED_FORWARD.value, "Carried forward to the next meeting"),
            SelectChoice(ItemOutcome.REMOVED.value, "Removed: it need not be heard"),
            SelectChoice(ItemOutcome.NOT_HEARD.value, "Not heard"),
            SelectChoice(ItemOutcome.PENDING.value, "Still to be decided"),
        ],
    )
    reason = TextAreaField(
        "Reason",
        [at_most(LONG_TEXT, "The reason")],
        description="Needed if it is carried forward or removed. Do not name anybody.",
    )

    then = HiddenField()
    """Where the chair was going when asked: an item's id, or "close"."""

    @property
    def next_item_id(self) -> int | None:
        """The item to go on to, if any."""
        return row_id(self.then.data)

    def about(self, item: AgendaItem) -> "OutcomeForm":
        """Of an item without an outcome, to leave it so is no choice."""
        if item.outcome is ItemOutcome.PENDING:
            self.outcome.choices = [each for each in self.outcome.choices if each.value != ItemOutcome.PENDING.value]
        return self

    def validate_reason(self, field: TextAreaField) -> None:
        """A carry-forward and a removal need one."""
        if self.outcome.data in NEEDS_A_REASON and not field.data:
            raise ValidationError("Enter the reason")


class AttendedForm(Form):
    """Who was there for an item. What somebody else has changed since the page was made stays as they left it."""

    there = Ticked("Who was there?")
    shown = HiddenField()
    """Ids of the lines that were ticked when the page was made, with commas."""

    def offer(self, everybody: Sequence[AtItem]) -> None:
        """Fill the list; nobody who has declared an interest is in it."""
        who = [each for each in everybody if not each.recused]
        self.there.offer(SelectChoice(str(each.line.id), f"{each.line.name}, {each.line.agency_name}") for each in who)
        if not self.is_submitted():
            self.there.data = [each.line.id for each in who if each.there]
            self.shown.data = ",".join(str(line) for line in self.there.data)

    @property
    def was_ticked(self) -> set[int]:
        """Those who were ticked when the page was made."""
        typed = map(row_id, str(self.shown.data or "").split(","))
        return {line for line in typed if line is not None}


class UrgentForm(Form):
    """A case added in the middle of the meeting."""

    ref = StringField("Reference of the case", [Required("Enter the case’s reference"), at_most(40, "The reference")])
    reason = TextAreaField("Why is it urgent?", [Required("Enter why it is urgent"), at_most(LONG_TEXT, "The reason")])
    minutes = WholeNumberField(
        "How many minutes?", "The minutes must be a whole number between 1 and 240", least=1, most=240, default=12
    )
