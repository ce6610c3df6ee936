"""Forms of handing the chair over."""

from wtforms import HiddenField

from core.web.choices import Chosen
from core.web.forms import Form, Required


class ChairForm(Form):
    """Who is in the chair for an item."""

    chair = Chosen("Who takes the chair for this item?", [Required("Choose who takes the chair for this item")])


class ChairForTheRestForm(Form):
    """Who is in the chair from now on."""

    chair = Chosen("Who takes the chair?", [Required("Choose who takes the chair")])
    then = HiddenField()
    """"attendance" where it was asked for because somebody leaves."""
