"""Forms of groups, their members and their areas."""

import re
from collections.abc import Iterable

from wtforms import Form as PlainForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp, ValidationError

from core.facts import GroupKind, GroupRole
from core.partnerships.groups.operations import GroupDetails
from core.web.addresses import row_id
from core.web.choices import all_of, offered, one_of
from core.web.forms import SHORT_TEXT, Form, Required, VersionedForm, at_most, stripped

SHORTEST, LONGEST = 15, 600
"""Minutes of a meeting."""

MOST_LSOAS = 2000
MOST_PICKED = 200
"""LSOAs that can be picked from the list: they are carried along in its address. Further codes can be typed."""
_LSOA = re.compile(r"[A-Z][0-9]{8}\Z")

_KINDS = {
    GroupKind.CST: "Community Sector Team (CST)",
    GroupKind.JAG: "Joint Action Group (JAG)",
    GroupKind.STEERING: "Steering group",
    GroupKind.WORKING: "Working group",
    GroupKind.DELIVERY: "Delivery group",
    GroupKind.PANEL: "Ad-hoc panel",
}

_ROLES = {
    GroupRole.CHAIR: "Leads the meetings and approves the minutes. A group has one.",
    GroupRole.DEPUTY_CHAIR: "Takes the chair when the chair is away. There may be several.",
    GroupRole.COORDINATOR: "Prepares agendas, takes or keeps the record, circulates papers.",
    GroupRole.MEMBER: "Nominates cases, answers research, records, owns actions.",
    GroupRole.OBSERVER: "Reads; records nothing.",
}


class GroupForm(VersionedForm):
    """What is written about a group."""

    name = StringField("Name", [Required("Enter the group’s name"), at_most(SHORT_TEXT, "Name")])
    kind = RadioField(
        "Kind of group",
        [Required("Choose the kind of group")],
        choices=offered(_KINDS.items()),
        coerce=one_of(GroupKind),
    )
    venue = StringField("Usual venue (optional)", [at_most(SHORT_TEXT, "Venue")])
    length_minutes = StringField(
        "Length of an ordinary meeting, in minutes", [Required("Enter the length in minutes")], default="120"
    )

    def validate_length_minutes(self, field: StringField) -> None:
        """A whole number of minutes."""
        typed = str(field.data or "")
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 5 and SHORTEST <= int(typed) <= LONGEST):
            raise ValidationError(f"Length must be a whole number of minutes between {SHORTEST} and {LONGEST}")

    @property
    def details(self) -> GroupDetails:
        """What was typed."""
        return GroupDetails(
            name=self.name.data,
            kind=GroupKind(self.kind.data),
            venue=self.venue.data or "",
            length_minutes=int(self.length_minutes.data),
        )


class NewGroupForm(GroupForm):
    """A new group."""

    key = StringField(
        "Short name",
        [
            Required("Enter a short name"),
            at_most(60, "Short name"),
            Regexp(r"[a-z0-9-]+\Z", message="Short name must be small letters, digits and hyphens, like cst-north"),
        ],
        description="Names the group in the files that you import. It cannot be changed later.",
    )


class MemberForm(Form):
    """Somebody new in a group. People are given by the view."""

    user_id = SelectField("Who", [Required("Choose who joins the group")], coerce=row_id)
    role = RadioField(
        "Role",
        [Required("Choose a role")],
        choices=all_of(GroupRole),
        coerce=one_of(GroupRole),
        default=GroupRole.MEMBER,
    )


class RoleForm(Form):
    """A member's role."""

    role = RadioField(
        "Role",
        [Required("Choose a role")],
        choices=all_of(GroupRole),
        coerce=one_of(GroupRole),
    )


class AreaForm(VersionedForm):
    """A group's area. Districts are given by the view."""

    source = RadioField(
        "Where does the group work?",
        [Required("Choose how the area is drawn")],
        choices=[
            SelectChoice("none", "It has no area of its own"),
            SelectChoice("district", "In a district of the partnership"),
            SelectChoice("lsoas", "In an area drawn up from LSOA codes"),
        ],
    )
    district_id = SelectField(
        "District", coerce=row_id, validate_choice=False, description="Counts for an area that is a district"
    )
    area_name = StringField(
        "Name of the area",
        [at_most(SHORT_TEXT, "Name of the area")],
        description="Counts for an area drawn up from LSOAs",
    )
    codes = TextAreaField(
        "LSOA codes",
        [at_most(MOST_LSOAS * 12, "LSOA codes")],
        description="Codes of lower layer super output areas, like E01025253: one on each line, or with commas between."
        " They count for an area drawn up from LSOAs",
    )

    def validate_district_id(self, field: SelectField) -> None:
        """Asked for when the area is a district."""
        if self.source.data == "district" and not field.data:
            raise ValidationError("Choose a district")

    def validate_area_name(self, field: StringField) -> None:
        """Asked for when the area is drawn up."""
        if self.source.data == "lsoas" and not field.data:
            raise ValidationError("Enter a name for the area")

    def validate_codes(self, field: TextAreaField) -> None:
        """Asked for when the area is drawn up; each of the right shape."""
        if self.source.data != "lsoas":
            return
        if not self.given_codes:
            raise ValidationError("Enter at least one LSOA code")
        if len(self.given_codes) > MOST_LSOAS:
            raise ValidationError(f"Enter {MOST_LSOAS:,} codes or fewer")
        wrong = [code for code in self.given_codes if not _LSOA.match(code)]
        if wrong:
            raise ValidationError(f"“{wrong[0][:20]}” is not an LSOA code: a letter and eight digits, like E01025253")

    @property
    def given_codes(self) -> list[str]:
        """The codes as typed, in capitals, each once."""
        return list(dict.fromkeys(re.findall(r"[^\s,;]+", (self.codes.data or "").upper())))


class LsoaFilter(PlainForm):
    """Which LSOAs to choose from. Reads, and so carries no key."""

    district = SelectField("District", coerce=row_id, invalid_choice_message="Choose a district from the list")
    street = StringField("Street, or part of its name", [at_most(SHORT_TEXT, "Street")], filters=[stripped])


def codes_among(typed: Iterable[str]) -> list[str]:
    """Those that have the shape of an LSOA code, each once, as many as can be picked."""
    return list(dict.fromkeys(code for code in typed if _LSOA.match(code)))[:MOST_PICKED]


def role_hints() -> list[tuple[str, str]]:
    """Each role, and what it does."""
    return [(role.value.capitalize(), text) for role, text in _ROLES.items()]
