"""The form of the way to complain."""

from wtforms import TextAreaField

from core.web.forms import VersionedForm, at_most


class WordsForm(VersionedForm):
    """How somebody complains, and to whom. Empty: there is none of its own."""

    complaint_text = TextAreaField(
        "What are complainants and victims told?",
        [at_most(2_000, "What they are told")],
        description="The procedure, a name or team, its number, mail and postal address, and who looks at it if they "
        "are not content with the answer. Write it as it is read out or handed over.",
    )
