"""The form of looking at what a demonstration would have sent."""

from wtforms import SelectField

from core.web.forms import Form


class CaughtFilter(Form):
    """Whose mails of the demonstration to show; its choices are those who were sent one."""

    to = SelectField("To", validate_choice=False)
