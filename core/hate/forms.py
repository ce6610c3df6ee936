"""Forms of hate incidents."""

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from core.hate.models import Perceiver, Strand
from core.web.choices import Chosen, all_of, one_of
from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, at_most

_STRANDS = [SelectChoice(strand.value, f"{strand.value[0].upper()}{strand.value[1:]}") for strand in Strand]


class PerceivedFields(Form):
    """What it is perceived to be about, and by whom. Nobody is named, and nothing has to be said."""

    strands = SelectMultipleField(
        "What is the hostility perceived to be about?",
        choices=_STRANDS,
        coerce=one_of(Strand),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Tick all that apply, or none.",
    )
    perceived_by = RadioField(
        "Who perceives it so?",
        choices=all_of(Perceiver),
        coerce=one_of(Perceiver),
        default=Perceiver.NOT_SAID,
        description="No name is asked for, and no evidence.",
    )


class FlagForm(PerceivedFields):
    """An incident that somebody perceives as hate."""


class DoneForm(VersionedForm):
    """What the lead did."""

    done = TextAreaField("What was done?", [Required("Enter what was done"), at_most(LONG_TEXT, "What was done")])


class LeadForm(VersionedForm):
    """Who answers for hate incidents."""

    user_id = Chosen("Who answers for hate incidents?", [Required("Choose somebody")], empty="Choose somebody")
