"""The form of what is held about somebody. Every name is taken as it is written, and one name is enough."""

from datetime import date
from typing import Self

from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from core.people.history.forms import BecauseFields
from core.people.operations import PersonDetails
from core.web.forms import LONG_TEXT, SHORT_TEXT, DayField, Form, VersionedForm, at_most, say

EARLIEST_BIRTH = date(1900, 1, 1)


class PersonFields(Form):
    """Somebody's details. Checked as of a day: `as_of`."""

    given_name = StringField(
        "Given names",
        [at_most(SHORT_TEXT, "Given names")],
        description="As the person writes them. Leave empty for somebody with one name.",
    )
    family_name = StringField("Family name", [at_most(SHORT_TEXT, "Family name")])
    known_as = StringField("Known as", [at_most(SHORT_TEXT, "Known as")], description="A nickname or another name")
    date_of_birth = DayField(
        "Date of birth", what="Date of birth", description="For example, 27 3 2011. Leave empty if it is not known."
    )
    address = TextAreaField("Address", [at_most(1_000, "Address")])
    postcode = StringField("Postcode", [at_most(12, "Postcode")])
    tenure = StringField("Tenure", [at_most(100, "Tenure")], description="For example, council tenant")
    support_needs = TextAreaField(
        "Support needs",
        [at_most(LONG_TEXT, "Support needs")],
        description="What people need to know to deal with them well: an interpreter, a disability, a carer",
    )

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_date_of_birth(self, field: DayField) -> None:
        """Born already, and not longer ago than anybody alive."""
        if field.data is None:
            return
        if field.data > self.day:
            raise ValidationError("Date of birth must be in the past")
        if field.data < EARLIEST_BIRTH:
            raise ValidationError("Date of birth must be in 1900 or later")

    def check_together(self) -> None:
        """Somebody has at least one name."""
        super().check_together()
        if not (self.given_name.data or self.family_name.data or self.known_as.data):
            say(self.given_name, "Enter at least one name")

    @property
    def details(self) -> PersonDetails:
        """What was entered."""
        return PersonDetails(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            known_as=self.known_as.data or "",
            date_of_birth=self.date_of_birth.data,
            address=(self.address.data or "") if "address" in self else "",
            postcode=(self.postcode.data or "") if "postcode" in self else "",
            tenure=self.tenure.data or "",
            support_needs=self.support_needs.data or "",
        )


class PersonForm(PersonFields, BecauseFields, VersionedForm):
    """A change of what is held."""

    def without_address(self) -> Self:
        """Of somebody whose address is protected, and has a page of its own."""
        del self.address, self.postcode
        return self

    as_one = (("given_name", "family_name"), ("address", "postcode"))
