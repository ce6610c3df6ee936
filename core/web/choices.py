"""Lists to choose from: their choices, and what is made of the value that comes back."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from core.web.addresses import row_id


def offered(pairs: Iterable[tuple[object, str]], *, first: str = "") -> list[SelectChoice]:
    """Choices from pairs of value and label; `first` is the label of an empty first choice, if there is one."""
    choices = [SelectChoice(str(value), label) for value, label in pairs]
    return [SelectChoice("", first), *choices] if first else choices


def all_of(values: Iterable[StrEnum]) -> list[SelectChoice]:
    """Choices of a closed list: the value, and the value as a label."""
    return [SelectChoice(each.value, each.value.capitalize()) for each in values]


def one_of(kind: type[StrEnum]) -> Callable[[object], StrEnum | None]:
    """A value of a closed list; None for what is not in it."""
    return lambda value: next((member for member in kind if member == value), None)


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
