"""Forms of how the minutes word an entry."""

from wtforms import TextAreaField

from core.web.forms import LONG_TEXT, Required, VersionedForm, at_most


class WordingForm(VersionedForm):
    """How the minutes are to say it."""

    text = TextAreaField(
        "What should the minutes say?",
        [Required("Enter what the minutes should say"), at_most(LONG_TEXT, "The text")],
    )


class RecordWordsForm(VersionedForm):
    """Have the minutes say it as it was recorded."""
