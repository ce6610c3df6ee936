"""Forms of the minutes' way to the chair."""

from wtforms import HiddenField

from core.web.forms import VersionedForm


class SubmitForm(VersionedForm):
    """Put the minutes before the chair; `sure` says that what stands in the way is meant."""

    sure = HiddenField()
