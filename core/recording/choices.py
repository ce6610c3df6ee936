"""Lists to choose from, as the forms of the room take them."""

from collections.abc import Iterable, Sequence

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from core.recording.queries import Member
from core.web.addresses import row_id


def number(value: object) -> int | None:
    """An id, or None where nothing was chosen. Raises ValueError for anything else."""
    if value in (None, "", "None"):
        return None
    chosen = row_id(value)
    if chosen is None:
        raise ValueError("no id of a row")
    return chosen


class Chosen(SelectField):
    """One of a list of rows, by id; nothing chosen to begin with."""

    def __init__(self, label: str, validators: Sequence[object] = (), *, empty: str = "Choose", **kw: object) -> None:
        super().__init__(
            label,
            validators,
            coerce=number,
            invalid_value_message="Choose one from the list",
            invalid_choice_message="Choose one from the list",
            **kw,
        )
        self.empty = empty

    def offer(self, choices: Iterable[SelectChoice]) -> None:
        """Fill the list."""
        self.choices = [SelectChoice("", self.empty), *choices]


class Ticked(SelectMultipleField):
    """Any of a list of rows, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, validators: Sequence[object] = (), **kw: object) -> None:
        super().__init__(label, validators, coerce=number, invalid_value_message="Choose from the list", **kw)

    def offer(self, choices: Iterable[SelectChoice]) -> None:
        """Fill the list."""
        self.choices = list(choices)


def agencies(rows: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    """Agencies as choices."""
    return [SelectChoice(str(agency_id), name) for agency_id, name in rows]


def in_this_order(members: Iterable[Member]) -> list[SelectChoice]:
    """Members of a group as choices, in the order given, each with what they are and their agency."""
    return [SelectChoice(str(each.user_id), f"{each.name}, {each.agency_name} ({each.role})") for each in members]


def people(members: Iterable[Member]) -> list[SelectChoice]:
    """Members of a group as choices, under the names of their agencies."""
    return [SelectChoice(str(member.user_id), member.name, optgroup=member.agency_name) for member in members]
