"""The forms of circulating minutes and of looking at what a demonstration would have sent."""

from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from core.web.forms import Form, Required


class CirculateForm(Form):
    """Who is sent their copy."""

    readers = SelectMultipleField(
        "Who should get a copy?",
        [Required("Choose at least one person to send the minutes to")],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class CaughtFilter(Form):
    """Whose mails of the demonstration to show; its choices are those who were sent one."""

    to = SelectField("To", validate_choice=False)
