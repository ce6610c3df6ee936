"""Forms of the chair's review."""

from wtforms import HiddenField, TextAreaField

from core.web.forms import LONG_TEXT, VersionedForm, at_most


class SendBackForm(VersionedForm):
    """Give the minutes back, with what is to be mended: a note, where no comment says it."""

    comment = TextAreaField(
        "A note to whoever takes the minutes",
        [at_most(LONG_TEXT, "Your note")],
        description="Not needed if your comments say it all.",
    )


class ApproveForm(VersionedForm):
    """Approve the minutes as read; `despite` says that the comments which are open may stay so."""

    despite = HiddenField()
