"""Forms of accounts and of the trail's filters."""

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.accounts.administration import checked_address
from core.admin.queries import AccountState
from core.admin.trail_words import OPERATIONS
from core.audit import Category
from core.errors import Refused
from core.facts import AdminRole
from core.web.addresses import row_id
from core.web.choices import offered
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most

ROLES = {
    AdminRole.PARTNERSHIP_ADMIN: "Agencies, signatures, groups, accounts and terms of the whole partnership",
    AdminRole.AGENCY_ADMIN: "Accounts of their own agency, and its registration as a provider",
    AdminRole.AUDITOR: "Reads the audit trail",
    AdminRole.DATA_LEAD: "Answers people’s requests for their data, and decides how long it is kept",
}


class AccountForm(VersionedForm):
    """An account's name, agency and roles. Agencies and roles are given by the view."""

    name = StringField(
        "Full name",
        [Required("Enter the full name"), at_most(SHORT_TEXT, "Full name")],
        description="As in the minutes",
    )
    agency_id = SelectField("Agency", [Required("Choose an agency")], coerce=row_id)
    roles = SelectMultipleField(
        "Roles outside the groups (optional)",
        coerce=AdminRole,
        invalid_value_message="Choose roles from the list",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Most people need none: what somebody does in a group is set on the group’s page.",
    )


class NewAccountForm(AccountForm):
    """A new account."""

    email = StringField(
        "E-mail address",
        [Required("Enter the e-mail address"), at_most(254, "E-mail address")],
        description="They sign in with it, and get their papers there. It cannot be changed later.",
    )

    def validate_email(self, field: StringField) -> None:
        """An address."""
        try:
            field.data = checked_address(field.data)
        except Refused as refused:
            raise ValidationError(refused.reason) from None


class SwitchForm(VersionedForm):
    """Why a plugin is switched off, or on again."""

    reason = TextAreaField(
        "Reason",
        [Required("Enter the reason"), at_most(500, "Reason")],
        description="Whoever meets something that cannot be done reads it. Do not name anybody.",
    )


class AccountsFilter(Form):
    """Which accounts to list. Agencies are given by the view; what is wrong asks for nothing."""

    q = StringField("Name or e-mail address", [at_most(100, "What you look for")])
    agency = SelectField("Agency", coerce=row_id, validate_choice=False)
    state = SelectField(
        "State",
        choices=offered(((state.value, state.value.capitalize()) for state in AccountState), first="Any"),
        validate_choice=False,
    )


class PersonAskedFor(Form):
    """Of whom it is asked who saw what."""

    person = StringField(
        "Person",
        [Required("Enter the person’s reference or number"), at_most(40, "Person")],
        description="Their reference, like P0007, or their number in the trail, like p_7",
    )


class TrailFilter(Form):
    """Which records of the trail to show."""

    actor = StringField(
        "Who", [at_most(254, "Who")], description="An account’s number, like u_12, or its e-mail address"
    )
    subject = StringField("About whom", [at_most(40, "About whom")], description="A person’s number, like p_7")
    object = StringField("What", [at_most(80, "What")], description="Like case:12, meeting:3 or account:5")
    operation = SelectField(
        "Operation",
        default="",
        choices=[
            SelectChoice("", "Any"),
            *(
                SelectChoice(code, words, optgroup=subject)
                for subject, codes in OPERATIONS.items()
                for code, words in codes.items()
            ),
        ],
    )
    category = SelectField(
        "Category",
        choices=offered(((each.value, each.value.capitalize()) for each in Category), first="Any"),
        validate_choice=False,
    )
    since = DayField("From", what="The first day")
    until = DayField("To", what="The last day")

    def validate_until(self, field: DayField) -> None:
        """Not before the first day."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day must not be before the first day")
