"""Forms of the agenda builder."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.facts import ItemKind
from core.meetings.agenda.operations import LONGEST_ITEM, as_it_stands
from core.meetings.models import AgendaItem
from core.meetings.order import MINUTES_PER_CASE
from core.partnerships.models import Agency
from core.web.forms import LONG_TEXT, SHORT_TEXT, Form, Required, VersionedForm, WholeNumberField, at_most

_MINUTES = f"Enter the minutes as a whole number from 0 to {LONGEST_ITEM}"


def _minutes() -> WholeNumberField:
    return WholeNumberField("Minutes", _MINUTES, least=0, most=LONGEST_ITEM, default=MINUTES_PER_CASE)


class Presented:
    """Who presents an item: one of the group's agencies, or nobody in particular."""

    presenter = SelectField("Presented by", coerce=int, default=0)

    def offer(self, agencies: Sequence[Agency]) -> None:
        """Fill the list."""
        self.presenter.choices = [
            SelectChoice("0", "Nobody in particular"),
            *(SelectChoice(str(each.id), each.name) for each in agencies),
        ]


class AddCaseForm(Presented, Form):
    """A case that those who lead the group put on the agenda themselves."""

    reason = TextAreaField(
        "Why is this case to be heard?",
        [Required("Say why this case is to be heard"), at_most(LONG_TEXT, "The reason")],
    )
    minutes = _minutes()


class AddHeadingForm(Presented, Form):
    """A location, or a further item without a case."""

    kind = RadioField(
        "What is it about?",
        [Required("Choose what it is about")],
        choices=[
            SelectChoice(ItemKind.LOCATION.value, "A place"),
            SelectChoice(ItemKind.STANDING.value, "Something else, for example a presentation"),
        ],
    )
    heading = StringField("Heading", [Required("Enter a heading"), at_most(SHORT_TEXT, "The heading")])
    reason = TextAreaField("Reason", [at_most(LONG_TEXT, "The reason")])
    minutes = _minutes()


class ItemForm(Presented, VersionedForm):
    """What an item says of itself."""

    heading = StringField("Heading", [Required("Enter a heading"), at_most(SHORT_TEXT, "The heading")])
    reason = TextAreaField("Why is it on the agenda?", [at_most(LONG_TEXT, "The reason")])
    minutes = _minutes()

    @classmethod
    def of(cls, item: AgendaItem) -> "ItemForm":
        """With the item's present values; a case has no heading of its own to change."""
        form: ItemForm = cls(version=str(item.version), **as_it_stands(item))
        return form.without_heading(item)

    def without_heading(self, item: AgendaItem) -> "ItemForm":
        """A case is called by its title."""
        if item.kind is ItemKind.CASE:
            del self.heading
        return self


class TakeOffForm(VersionedForm):
    """Why an item is taken off."""

    reason = TextAreaField(
        "Why is it taken off the agenda?",
        [Required("Say why it is taken off the agenda"), at_most(LONG_TEXT, "The reason")],
    )
