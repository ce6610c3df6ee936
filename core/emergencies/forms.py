"""The form of asking."""

from wtforms import StringField, TextAreaField

from core.web.forms import Form, Required, at_most

LONGEST_REASON = 2_000


class AskForm(Form):
    """Which case, and why."""

    reference = StringField(
        "Reference of the case",
        [Required("Enter the reference of the case"), at_most(40, "Reference")],
        description="As it stands on an agenda or in a mail, for example CAL-2026-0053",
    )
    reason = TextAreaField(
        "Why you need it now",
        [Required("Enter why you need it now"), at_most(LONGEST_REASON, "Reason")],
        description="What has happened, and what you will do with what you read. Do not name anybody.",
    )
