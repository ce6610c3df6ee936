"""A group around its table: what most tests about meetings begin with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.accounts.models import User
from core.cases.models import Case
from core.clock import at_local
from core.facts import GroupKind, GroupRole
from core.meetings.models import Meeting
from core.partnerships.models import Agency, Group, Partnership
from core.working_days import add_working_days
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency, today


@dataclass
class Table:
    """A Community Sector Team: the council chairs, the police and a landlord are members."""

    partnership: Partnership
    group: Group
    council: Agency
    police: Agency
    landlord: Agency
    chair: User
    coordinator: User
    officer: User
    landlady: User
    observer: User
    case: Case
    """Led by the police and not yet known to the group."""


def a_table(kind: GroupKind = GroupKind.CST) -> Table:
    """Everybody that a meeting needs."""
    partnership = a_partnership()
    group = a_group(partnership, kind=kind)
    council = an_agency(partnership, "Northbridge Council")
    police = an_agency(partnership, "Northbridge Police")
    landlord = an_agency(partnership, "Mere Homes")
    return Table(
        partnership=partnership,
        group=group,
        council=council,
        police=police,
        landlord=landlord,
        chair=a_user(council, "Gwen Pritchard", group=group, role=GroupRole.CHAIR),
        coordinator=a_user(council, "Martin Obi", group=group, role=GroupRole.COORDINATOR),
        officer=a_user(police, "Judith Amos", group=group),
        landlady=a_user(landlord, "Neil Delahunt", group=group),
        observer=a_user(landlord, "Connor McAteer", group=group, role=GroupRole.OBSERVER),
        case=a_case(partnership, police, title="Kyle Brennand", subject=a_person(partnership, "Kyle", "Brennand")),
    )


def in_working_days(count: int) -> date:
    """A working day so many working days ahead."""
    return add_working_days(today(), count)


def at_ten(day: date) -> datetime:
    """Ten in the morning of a day."""
    return at_local(day, time(10))


def a_meeting_in(table: Table, working_days: int, **options: object) -> Meeting:
    """A meeting of the table's group at ten, so many working days ahead."""
    return a_meeting(table.group, starts_at=at_ten(in_working_days(working_days)), **options)


def boxes(day: date, name: str = "day") -> dict[str, str]:
    """A day as its three boxes are sent."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def later(days: int) -> date:
    """A day so many days ahead."""
    return today() + timedelta(days=days)
