"""The form of asking."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Regexp

from core.web.forms import Form, Required, at_most

LONGEST_REASON = 2_000

NO_NAME = r"(?=[^0-9]*[0-9])[A-Za-z0-9/.-]+\Z"
"""A reference goes out in mails, and a name typed in its place would, too. It has a digit, and no blank."""


class AskForm(Form):
    """Which case, and why."""

    reference = StringField(
        "Reference of the case",
        [
            Required("Enter the reference of the case"),
            at_most(40, "Reference"),
            Regexp(NO_NAME, message="Reference must be like CAL-2026-0053: letters, digits and hyphens, and no name"),
        ],
        description="As it stands on an agenda or in a mail, for example CAL-2026-0053",
    )
    reason = TextAreaField(
        "Why you need it now",
        [Required("Enter why you need it now"), at_most(LONGEST_REASON, "Reason")],
        description="What has happened, and what you will do with what you read. Do not name anybody.",
    )
