"""Forms of comments on minutes."""

from wtforms import TextAreaField

from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, at_most


class CommentForm(Form):
    """What is to be looked at again."""

    text = TextAreaField(
        "What needs to be put right?",
        [Required("Say what needs to be put right"), at_most(LONG_TEXT, "Your comment")],
        description="Whoever takes the minutes reads this, and says what was done about it.",
    )


class SettleForm(VersionedForm):
    """What was done about a comment."""

    note = TextAreaField("What was done?", [Required("Say what was done"), at_most(LONG_TEXT, "What was done")])
