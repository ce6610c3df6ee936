"""Forms over two records that may be of one person."""

from dataclasses import asdict
from datetime import date
from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.dates import in_words
from core.people.merging.operations import FIELDS, OF_AN_ADDRESS, Choice
from core.people.operations import details_of
from core.policy.merging import Pair
from core.web.addresses import row_id
from core.web.forms import SHORT_TEXT, Form, Required, at_most

ONE, OTHER = "one", "other"

LABELS = {
    "given_name": "Given names",
    "family_name": "Family name",
    "known_as": "Known as",
    "date_of_birth": "Date of birth",
    "address": "Address",
    "postcode": "Postcode",
    "tenure": "Tenure",
    "support_needs": "Support needs",
}

NOTHING = "Nothing"


class CompareForm(Form):
    """Another record to lay beside one."""

    ref = StringField(
        "Reference of the other record",
        [Required("Enter a reference"), at_most(SHORT_TEXT, "The reference")],
        description="For example, CAL-P-2026-0012",
    )


class TwoPeopleForm(Form):
    """Why they are two."""

    reason = TextAreaField(
        "How do you know that these are two people?",
        [Required("Enter how you know that these are two people"), at_most(2_000, "The reason")],
    )


class TakeBackForm(Form):
    """The button that takes it back."""


class UndoForm(Form):
    """Why a merge is undone."""

    reason = TextAreaField(
        "Why is the merge undone?", [Required("Enter why the merge is undone"), at_most(2_000, "The reason")]
    )


class MergeForm(Form):
    """Which record is kept, and of each field that differs whose value."""

    version_one = HiddenField(default="0")
    version_other = HiddenField(default="0")
    keep = RadioField("Which record is kept?", description="The other leads to it from then on.")
    given_name = RadioField(LABELS["given_name"])
    family_name = RadioField(LABELS["family_name"])
    known_as = RadioField(LABELS["known_as"])
    date_of_birth = RadioField(LABELS["date_of_birth"])
    address = RadioField(LABELS["address"])
    postcode = RadioField(LABELS["postcode"])
    tenure = RadioField(LABELS["tenure"])
    support_needs = RadioField(LABELS["support_needs"])
    reason = TextAreaField(
        "How do you know that they are one person?",
        [Required("Enter how you know that they are one person"), at_most(2_000, "The reason")],
    )

    def over(self, pair: Pair) -> "MergeForm":
        """This form, for those two: it asks of the fields in which they differ."""
        one, other = (of.person for of in pair.both)
        self.keep.choices = [
            SelectChoice(ONE, f"{one.ref}, {one.name}"),
            SelectChoice(OTHER, f"{other.ref}, {other.name}"),
        ]
        closed = OF_AN_ADDRESS if any(of.protected is not None for of in pair.both) else ()
        mine, theirs = asdict(details_of(one)), asdict(details_of(other))
        for name in FIELDS:
            if name in closed or mine[name] == theirs[name]:
                del self[name]
                continue
            self[name].choices = [SelectChoice(ONE, _said(mine[name])), SelectChoice(OTHER, _said(theirs[name]))]
        return self

    def propose(self, pair: Pair) -> "MergeForm":
        """What is chosen before anybody has: the older record, and of each field what says something."""
        self.keep.data = ONE
        for name in self.asked:
            self[name].data = ONE if getattr(pair.one.person, name) else OTHER
        return self.read(pair)

    def read(self, pair: Pair) -> "MergeForm":
        """As of the versions that are shown now."""
        self.version_one.data, self.version_other.data = (str(of.person.version) for of in pair.both)
        return self

    @property
    def asked(self) -> list[str]:
        """The fields that differ."""
        return [name for name in FIELDS if name in self]

    def choice(self, pair: Pair) -> Choice:
        """What was chosen."""
        one, other = pair.ids
        versions = {one: row_id(self.version_one.data) or 0, other: row_id(self.version_other.data) or 0}
        take = frozenset(name for name in self.asked if self[name].data != self.keep.data)
        return Choice(keep=one if self.keep.data == ONE else other, take=take, versions=versions)


def _said(value: Any) -> str:
    if isinstance(value, date):
        return in_words(value)
    return str(value) if value else NOTHING
