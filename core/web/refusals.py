"""A refusal beside the field of the form that it belongs to."""

from core.errors import Refused
from core.web.forms import Form, say


def beside(form: Form, refused: Refused, otherwise: str) -> None:
    """Put the reason beside the field that the refusal names, or `otherwise` when the form has no such field."""
    say(form[refused.field if refused.field in form else otherwise], refused.reason)
