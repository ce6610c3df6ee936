"""The form of a declaration of interest."""

from wtforms import TextAreaField

from core.web.forms import LONG_TEXT, Form, at_most


class InterestForm(Form):
    """The reason may be left out: a declaration needs none."""

    reason = TextAreaField(
        "What is your interest?",
        [at_most(LONG_TEXT, "The reason")],
        description="You need not say. The chair and the minutes see that you declared an interest.",
    )
