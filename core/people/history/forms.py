"""Forms of changes: whether what stood there was wrong, what somebody asks to have set right, and the answer."""

from datetime import date
from typing import Self

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.people.history.keeping import Because
from core.people.history.models import Answer, Asker, Why
from core.web.choices import Ticked, all_of, one_of
from core.web.forms import LONG_TEXT, DayField, Form, Required, VersionedForm, at_most, say

LONGEST_REASON = 2_000


class BecauseFields(Form):
    """Why something is changed: a mistake is told to those who read it, what has changed since is not."""

    why = RadioField(
        "Why do you change it?",
        [Required("Choose why you change it")],
        choices=[
            SelectChoice(Why.WRONG.value, "What stood there was wrong"),
            SelectChoice(Why.CHANGED.value, "It was right, and has changed since"),
        ],
        coerce=one_of(Why),
        description="What stood there is kept either way. Of a mistake, those who read it can be told.",
    )
    reason = TextAreaField(
        "What was wrong, or what has changed?",
        [at_most(LONGEST_REASON, "What was wrong")],
        description="Needed where it was wrong. It stands in the history.",
    )

    def check_together(self) -> None:
        """A mistake is explained."""
        super().check_together()
        if self.why.data is Why.WRONG and not self.reason.data:
            say(self.reason, "Enter what was wrong")

    @property
    def because(self) -> Because:
        """What was entered. For a form that was validated."""
        return Because(self.why.data, self.reason.data or "")


class MistakeFields(Form):
    """For what is mostly changed because the times change: whether what stood there was wrong."""

    wrong = BooleanField(
        "What stood there before was wrong",
        description="What stood there is kept either way. Of a mistake, those who read it can be told.",
    )
    was_wrong = TextAreaField(
        "What was wrong?",
        [at_most(LONGEST_REASON, "What was wrong")],
        description="Needed where it was wrong. It stands in the history.",
    )

    def check_together(self) -> None:
        """A mistake is explained."""
        super().check_together()
        if "wrong" in self and self.wrong.data and not self.was_wrong.data:
            say(self.was_wrong, "Enter what was wrong")

    def over(self, stands: bool) -> Self:
        """This form, over something that stands there or not yet: of what is written first, nothing was wrong."""
        if not stands:
            del self.wrong, self.was_wrong
        return self

    @property
    def because(self) -> Because:
        """What was entered. For a form that was validated."""
        if "wrong" in self and self.wrong.data:
            return Because(Why.WRONG, self.was_wrong.data or "")
        return Because(Why.CHANGED)


class AskForm(Form):
    """What somebody wants to have set right."""

    what = RadioField("What do they say is wrong?", [Required("Choose what they say is wrong")])
    says = TextAreaField(
        "What is wrong, and what should it say?",
        [Required("Enter what is wrong, and what it should say"), at_most(LONG_TEXT, "What is wrong")],
        description="In their own words, if you can",
    )
    asked_by = RadioField("Who asks?", [Required("Choose who asks")], choices=all_of(Asker), coerce=one_of(Asker))
    asked_on = DayField("When did they ask?", [Required("Enter the day on which they asked")], what="The day")
    restricted = BooleanField(
        "Show it as disputed until it is answered",
        description="Whoever opens the person or the case is told that its accuracy is contested.",
    )

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_asked_on(self, field: DayField) -> None:
        """Not in the future, and not before there were such rights."""
        if field.data is not None and field.data > self.day:
            raise ValidationError("The day must be today or in the past")
        if field.data is not None and field.data.year < self.day.year - 10:
            raise ValidationError("The day must be in the last ten years")


class AnswerForm(VersionedForm):
    """What became of a request."""

    answer = RadioField(
        "What is the answer?",
        [Required("Choose the answer")],
        choices=[
            SelectChoice(
                Answer.RECTIFIED.value,
                "It was wrong, and has been corrected",
                render_kw={"hint": "Correct it first, on its own page."},
            ),
            SelectChoice(
                Answer.REFUSED.value,
                "It stays as it is",
                render_kw={"hint": "Tell them why, and that they may complain to the Information Commissioner."},
            ),
            SelectChoice(Answer.WITHDRAWN.value, "They have taken it back"),
        ],
        coerce=one_of(Answer),
    )
    reason = TextAreaField(
        "Why?", [Required("Enter why"), at_most(LONGEST_REASON, "Why")], description="As you tell it to whoever asked"
    )
    own_statement = TextAreaField(
        "What do they want to stand beside it?",
        [at_most(LONG_TEXT, "What they want to stand beside it")],
        description="Only where it stays as it is. Everybody who reads it reads this, too.",
    )


class TellForm(Form):
    """Which readers of a mistake are told."""

    readers = Ticked("Who is told?", [Required("Choose who is told")])
