"""The form of a research return."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.meetings.models import Research
from core.meetings.research.operations import NOTHING, SOMETHING, as_answered
from core.people.history.forms import MistakeFields
from core.web.forms import LONG_TEXT, Required, VersionedForm, at_most


class ReturnForm(MistakeFields, VersionedForm):
    """Nothing held, or what is held."""

    holds = RadioField(
        "What does your agency hold?",
        [Required("Choose whether your agency holds anything")],
        choices=[SelectChoice(NOTHING, "Nothing held"), SelectChoice(SOMETHING, "We hold something")],
    )
    text = TextAreaField(
        "What your agency holds",
        [at_most(LONG_TEXT, "The return")],
        description="Facts that the meeting needs, no more. Leave it empty if nothing is held.",
    )

    @classmethod
    def of(cls, research: Research) -> "ReturnForm":
        """With what was answered so far."""
        form: ReturnForm = cls(version=str(research.version), **as_answered(research))
        return form.over(research.answered_at is not None)
