"""Members of a group as choices."""

from collections.abc import Iterable

from wtforms.fields.choices import SelectChoice

from core.recording.queries import Member


def in_this_order(members: Iterable[Member]) -> list[SelectChoice]:
    """Members of a group as choices, in the order given, each with what they are and their agency."""
    return [SelectChoice(str(each.user_id), f"{each.name}, {each.agency_name} ({each.role})") for each in members]


def people(members: Iterable[Member]) -> list[SelectChoice]:
    """Members of a group as choices, under the names of their agencies."""
    return [SelectChoice(str(member.user_id), member.name, optgroup=member.agency_name) for member in members]
