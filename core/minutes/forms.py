"""Forms of the minutes' way to approval."""

from wtforms import HiddenField, TextAreaField

from core.web.forms import LONG_TEXT, Required, VersionedForm, at_most


class SubmitForm(VersionedForm):
    """Put the minutes before the chair; `unchanged` says that nothing is to be mended, though they were sent back."""

    unchanged = HiddenField()


class SendBackForm(VersionedForm):
    """Give the minutes back, with what is to be mended."""

    comment = TextAreaField(
        "What needs to be put right?",
        [Required("Say what needs to be put right"), at_most(LONG_TEXT, "Your comment")],
    )


class ApproveForm(VersionedForm):
    """Approve the minutes as read."""
