"""Forms of the second step."""

from wtforms import PasswordField, StringField

from core.web.forms import Form, Required, at_most


class AppCodeForm(Form):
    """The first code that an app shows."""

    code = StringField(
        "Six-digit code", [Required("Enter the code that your app shows"), at_most(20, "Code")], description=""
    )


class CodeForm(Form):
    """A code of the app, or one to recover with."""

    code = StringField(
        "Code",
        [Required("Enter the code that your app shows"), at_most(40, "Code")],
        description="The six digits that your app shows now, or one of your recovery codes.",
    )


class ProofForm(Form):
    """The password, or a code of the app: who sits there is still the one who signed in."""

    proof = PasswordField(
        "Your password, or the code that your app shows",
        [Required("Enter your password, or the code that your app shows"), at_most(256, "Password")],
    )
