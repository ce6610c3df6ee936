"""Forms of corrections."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.facts import CorrectionStatus
from core.minutes.record import MeetingRecord
from core.web.addresses import row_id
from core.web.choices import all_of
from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, at_most

THE_WHOLE = "whole"
"""Instead of an item's id."""

DECISIONS = (CorrectionStatus.AGREED, CorrectionStatus.NOT_AGREED)


class ProposeForm(Form):
    """What is wrong in the minutes, and what would be right."""

    item = SelectField("Which item is it about?", [Required("Choose what it is about")])
    passage = TextAreaField(
        "What do the minutes say?",
        [at_most(LONG_TEXT, "What the minutes say")],
        description="Copy the words as they stand in your copy: whoever may read them may read your correction. "
        "Leave it empty if something is missing.",
    )
    proposed = TextAreaField(
        "What should they say?",
        [Required("Enter what the minutes should say"), at_most(LONG_TEXT, "What the minutes should say")],
    )
    reason = TextAreaField("Why?", [Required("Enter why they should say that"), at_most(LONG_TEXT, "The reason")])

    def offer(self, part: MeetingRecord) -> "ProposeForm":
        """The items of the reader's part, less those of which they have the reference alone."""
        items = [item for item in part.items if not item.by_reference]
        self.item.choices = [
            SelectChoice("", "Choose"),
            SelectChoice(THE_WHOLE, "The minutes as a whole, for example who was there"),
            *(SelectChoice(str(item.id), f"{item.number}. {item.title or item.case_ref}") for item in items),
        ]
        return self

    @property
    def item_id(self) -> int | None:
        """The item chosen; none for the whole."""
        return row_id(self.item.data)


class DecideForm(VersionedForm):
    """Whether the meeting agreed it."""

    status = RadioField(
        "Did the meeting agree?",
        [Required("Choose whether the meeting agreed")],
        choices=all_of(DECISIONS),
    )
    note = TextAreaField(
        "Note", [at_most(LONG_TEXT, "The note")], description="Stands in the minutes, beside the correction."
    )
