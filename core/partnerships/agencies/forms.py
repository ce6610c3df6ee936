"""Forms of agencies and signatures."""

from collections.abc import Sequence
from datetime import date

from wtforms import StringField
from wtforms.validators import Regexp, ValidationError

from core.accounts.administration import checked_address
from core.errors import Refused
from core.partnerships.agencies.operations import AgencyDetails
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most

EARLIEST = date(1998, 7, 31)
"""The Crime and Disorder Act 1998 was passed; no partnership is older."""

LATEST = date(2100, 1, 1)


def check_year(field: DayField) -> None:
    """Refuse a year that can only be a slip."""
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(f"{field.what} must be between {EARLIEST.year} and {LATEST.year}")


class AgencyForm(VersionedForm):
    """What is written about an agency."""

    kinds: Sequence[str] = ()
    """Kinds of agency to choose from while one is typed. Given by the view."""

    name = StringField("Name", [Required("Enter the agency’s name"), at_most(SHORT_TEXT, "Name")])
    kind = StringField(
        "Kind of agency",
        [Required("Enter the kind of agency"), at_most(60, "Kind of agency")],
        description="For example local authority, police, housing provider or charity",
    )
    email = StringField(
        "E-mail address (optional)",
        [at_most(254, "E-mail address")],
        description="A shared mailbox of the agency’s team. Accounts have addresses of their own.",
    )
    spoc = StringField(
        "Single point of contact (optional)",
        [at_most(SHORT_TEXT, "Single point of contact")],
        description="The post or person to ask about the Information Sharing Protocol, and how to reach them",
    )
    joined_on = DayField("Joined the partnership on (optional)", what="The day of joining")

    def validate_email(self, field: StringField) -> None:
        """Empty, or an address."""
        if not field.data:
            return
        try:
            field.data = checked_address(field.data)
        except Refused as refused:
            raise ValidationError(refused.reason) from None

    def validate_joined_on(self, field: DayField) -> None:
        """A year that can be."""
        check_year(field)

    @property
    def details(self) -> AgencyDetails:
        """What was typed."""
        return AgencyDetails(
            name=self.name.data,
            kind=self.kind.data,
            email=self.email.data or "",
            spoc=self.spoc.data or "",
            joined_on=self.joined_on.data,
        )


class NewAgencyForm(AgencyForm):
    """A new agency."""

    key = StringField(
        "Short name",
        [
            Required("Enter a short name"),
            at_most(60, "Short name"),
            Regexp(r"[a-z0-9-]+\Z", message="Short name must be small letters, digits and hyphens, like homes-north"),
        ],
        description="Names the agency in the files that you import. It cannot be changed later.",
    )


class SignatureForm(Form):
    """A signature of the Information Sharing Protocol."""

    document = StringField(
        "Version of the protocol",
        [Required("Enter the version of the protocol that was signed"), at_most(60, "Version")],
        description="As it is printed on the document, for example ISP v4, 2026",
    )
    signed_by = StringField(
        "Signed by",
        [Required("Enter who signed"), at_most(SHORT_TEXT, "Signed by")],
        description="Name and post of the signatory",
    )
    signed_on = DayField("In force from", [Required("Enter the day from which it is in force")], what="The first day")
    expires_on = DayField(
        "In force until (optional)",
        what="The last day",
        description="The last day on which it is in force. Leave it empty if it has no end.",
    )

    def validate_signed_on(self, field: DayField) -> None:
        """A year that can be."""
        check_year(field)

    def validate_expires_on(self, field: DayField) -> None:
        """Not before the first day."""
        check_year(field)
        if field.data and self.signed_on.data and field.data < self.signed_on.data:
            raise ValidationError("The last day must not be before the first day")


class EndSignatureForm(Form):
    """The last day of a signature."""

    last_day = DayField(
        "Last day in force", [Required("Enter the last day on which it is in force")], what="The last day"
    )

    def validate_last_day(self, field: DayField) -> None:
        """A year that can be."""
        check_year(field)


class LeaveForm(VersionedForm):
    """The day on which an agency left."""

    left_on = DayField(
        "From which day is it no longer in the partnership?",
        [Required("Enter the day")],
        what="The day of leaving",
        description="Its people lose access on that day.",
    )

    def validate_left_on(self, field: DayField) -> None:
        """A year that can be."""
        check_year(field)
