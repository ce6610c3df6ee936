"""Forms of signing in, passwords and invitations."""

from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import ValidationError

from core.web.forms import Form, Required, at_most


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField("E-mail address", [Required("Enter your e-mail address"), at_most(254, "E-mail address")])
    password = PasswordField("Password", [Required("Enter your password"), at_most(256, "Password")])


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(
        "New password",
        [Required("Enter a new password")],
        description="12 characters or more. Three random words work well.",
    )
    again = PasswordField("Type the new password again", [Required("Type the new password again")])

    def validate_again(self, field: PasswordField) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError("The two passwords are not the same")


class ChangePasswordForm(NewPasswordForm):
    """A change of password by its owner."""

    current = PasswordField("Current password", [Required("Enter your current password")])


class ChoosePartnershipForm(Form):
    """Which partnership to work in."""

    partnership = RadioField("Which partnership do you want to work in?", coerce=int)
