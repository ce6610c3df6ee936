"""What the log is asked for: the filters of its page and of its downloads. Reads, and so carries no key."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.actions.log import NOBODY, State, Wanted, Whose
from core.actions.summaries import Asked
from core.dates import in_words
from core.facts import NotDoneReason
from core.web.addresses import row_id
from core.web.choices import Chosen, all_of, offered
from core.web.forms import at_most, stripped

_DAY = re.compile(r"(\d{1,2})[ /.-](\d{1,2})[ /.-](\d{4})|(\d{4})-(\d{2})-(\d{2})")


class TypedDay(StringField):
    """A day in one box: 27/3/2027, or as an address holds it, 2027-03-27. `what` as in "The first day"."""

    def __init__(self, label: str, *, what: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.what = what

    def _value(self) -> str:
        if self.data is not None:
            return f"{self.data.day}/{self.data.month}/{self.data.year}"
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with a plain message."""
        typed = stripped(valuelist[0]) if valuelist else ""
        self.data = _day(typed)
        if typed and self.data is None:
            raise ValueError(f"{self.what} must be a real date, for example 27/3/2027")


class LogForm(Form):
    """The filters of the log. What is empty asks for nothing; what cannot be is said beside its field."""

    whose = StringField(default=Whose.AGENCY.value)
    """A page of its own, not a filter: what is none is one's agency's."""
    state = SelectField(
        "Status",
        choices=all_of(State),
        default=State.OPEN.value,
        coerce=lambda typed: typed or State.OPEN.value,
        invalid_choice_message="Choose a status from the list",
    )
    owner = Chosen("Owner agency", empty="Any")
    person = Chosen("Person", empty="Any")
    group = Chosen("Group", empty="Any")
    reason = SelectField(
        "Why it was not done",
        choices=offered([], first="Any") + all_of(NotDoneReason),
        default="",
        invalid_choice_message="Choose a reason from the list",
    )
    handed = Chosen("Handed over from", empty="Any")
    case = StringField("Reference of the case", [at_most(40, "The reference")], filters=[stripped])
    due_from = TypedDay("Due from", what="The first day", name="from", description="For example, 27/3/2027")
    due_to = TypedDay("Due to", what="The last day", name="to")

    def offer(
        self,
        all_agencies: Sequence[tuple[int, str]],
        people: Sequence[tuple[int, str, str]],
        groups: Sequence[tuple[int, str]],
        departed: Sequence[tuple[int, str]],
    ) -> None:
        """Fill the lists: people as id, name and agency."""
        self.owner.offer(offered(all_agencies))
        several = self.of is Whose.ALL
        self.person.offer(
            [
                SelectChoice(str(NOBODY), "No person named"),
                *(SelectChoice(str(each), name, optgroup=agency if several else None) for each, name, agency in people),
            ]
        )
        self.group.offer(offered(groups))
        self.handed.offer(offered(departed))

    def validate_due_to(self, field: TypedDay) -> None:
        """Not before the first day."""
        _in_order(self.due_from, field)

    def in_words(self) -> list[tuple[str, str]]:
        """The filters that were chosen and can be: name in the address, and words such as "Group: North CST"."""
        said = []
        for field in self:
            if field.name == "whose" or field.errors or not any(field.raw_data or ()):
                continue
            if isinstance(field, SelectField):
                label = next(choice.label for choice in field.iter_choices() if choice.selected)
                said.append((field.name, f"{field.label.text}: {label}"))
            elif isinstance(field, TypedDay) and field.data:
                said.append((field.name, f"{field.label.text} {in_words(field.data)}"))
            else:
                said.append((field.name, f"{field.label.text}: {field.data}"))
        return said

    @property
    def of(self) -> Whose:
        """Which list it is."""
        return Whose(self.whose.data) if self.whose.data in set(Whose) else Whose.AGENCY

    def wanted(self, *, after: str = "") -> Wanted:
        """What the log is asked for, from a page's end on. For a form that was validated."""
        return Wanted(
            whose=self.of,
            state=State(self.state.data),
            owner_agency_id=self.owner.data,
            owner_user_id=self.person.data,
            reason=NotDoneReason(self.reason.data) if self.reason.data else None,
            handed_by_id=self.handed.data,
            group_id=self.group.data,
            case_ref=self.case.data or "",
            due_from=self.due_from.data,
            due_to=self.due_to.data,
            after=_cursor(after),
        )


class SummaryForm(Form):
    """What a summary is asked for."""

    group = Chosen("Group", empty="All of yours")
    owner = Chosen("People of", empty="All agencies, not by person")
    due_from = TypedDay("Due from", what="The first day", name="from", description="For example, 27/3/2027")
    due_to = TypedDay("Due to", what="The last day", name="to")

    def offer(self, agencies: Sequence[tuple[int, str]], groups: Sequence[tuple[int, str]]) -> None:
        """Fill the lists."""
        self.owner.offer(offered(agencies))
        self.group.offer(offered(groups))

    def validate_due_to(self, field: TypedDay) -> None:
        """Not before the first day."""
        _in_order(self.due_from, field)

    def asked(self) -> Asked:
        """What the summary is asked for. For a form that was validated."""
        return Asked(
            group_id=self.group.data,
            owner_agency_id=self.owner.data,
            since=self.due_from.data,
            until=self.due_to.data,
        )


def _in_order(first: TypedDay, last: TypedDay) -> None:
    if last.data and first.data and last.data < first.data:
        raise ValidationError("The last day must not be before the first day")


def cursor(after: tuple[date, int] | None) -> str:
    """A page's end, for an address."""
    return f"{after[0].isoformat()}_{after[1]}" if after is not None else ""


def _cursor(text: str) -> tuple[date, int] | None:
    due, _, last = text.partition("_")
    on, number = _day(due), row_id(last)
    return (on, number) if on is not None and number is not None else None


def _day(typed: str) -> date | None:
    """None for anything but a day."""
    found = _DAY.fullmatch(typed)
    if found is None:
        return None
    d, m, y = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(y), int(m), int(d))
    except ValueError:
        return None
