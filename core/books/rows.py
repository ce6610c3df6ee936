"""What each table of the books holds: its columns, and how a row becomes a fact or a list of problems.

Text is kept as it was written. Keys, days, closed lists and e-mail addresses are read without the blanks
around them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.books.cells import Cells, not_one_of
from core.books.reading import Problem
from core.cases.typology import CATEGORIES
from core.facts import (
    ActionStatus,
    AdminRole,
    CaseKind,
    CaseStatus,
    GroupKind,
    GroupRole,
    NotDoneReason,
    PersonRole,
    Risk,
)

TEXT = 50_000
"""Characters of a long text: a summary, an outcome."""


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A line of agencies.csv."""

    key: str
    name: str
    kind: str
    email: str
    isp_signed_on: date | None
    isp_expires_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of people.csv."""

    ref: str
    given_name: str
    family_name: str
    known_as: str
    date_of_birth: date | None
    address: str
    postcode: str
    support_needs: str
    tenure: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of groups.csv."""

    key: str
    name: str
    kind: GroupKind
    area: str
    venue: str


@dataclass(frozen=True, slots=True)
class UserRow:
    """A line of users.csv. `memberships` are (group key, role), sorted; `agency` may be empty."""

    email: str
    name: str
    agency: str
    memberships: tuple[tuple[str, GroupRole], ...]
    admin_roles: tuple[AdminRole, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of cases.csv."""

    ref: str
    kind: CaseKind
    title: str
    category: str
    lead_agency: str
    opened_on: date
    closed_on: date | None
    status: CaseStatus
    risk: Risk
    hate_incident: bool
    summary: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class CasePersonRow:
    """A line of case_people.csv: who somebody is in a case."""

    case: str
    person: str
    role: PersonRole

    @property
    def key(self) -> str:
        """The same person can have two roles in one case, so the line as a whole is the key."""
        return f"{self.case}|{self.person}|{self.role.value}"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A line of actions.csv."""

    ref: str
    case: str
    group: str
    agreed_on: date
    action: str
    owner_agency: str
    due_on: date
    status: ActionStatus
    not_done_reason: NotDoneReason | None
    outcome: str


BookRow = AgencyRow | PersonRow | GroupRow | UserRow | CaseRow | CasePersonRow | ActionRow


def _agency(cells: Cells) -> AgencyRow:
    key = cells.key("key", 60)
    if ";" in key:
        cells.wrong("key", "Holds a semicolon, which separates the entries of a list")
    signed = cells.day("isp_signed_on")
    expires = cells.day("isp_expires_on")
    left = cells.day("left_on")
    if expires and not signed:
        cells.wrong("isp_expires_on", "Is given, but isp_signed_on is blank")
    cells.later("isp_expires_on", expires, "isp_signed_on", signed)
    cells.later("left_on", left, "isp_signed_on", signed)
    return AgencyRow(
        key=key,
        name=cells.needed("name", 200),
        kind=cells.needed("kind", 60),
        email=cells.email("email"),
        isp_signed_on=signed,
        isp_expires_on=expires,
        left_on=left,
    )


def _person(cells: Cells) -> PersonRow:
    row = PersonRow(
        ref=cells.key("ref", 40),
        given_name=cells.text("given_name", 200),
        family_name=cells.text("family_name", 200),
        known_as=cells.text("known_as", 200),
        date_of_birth=cells.day("date_of_birth"),
        address=cells.text("address", 2_000),
        postcode=cells.text("postcode", 12),
        support_needs=cells.text("support_needs", 5_000),
        tenure=cells.text("tenure", 100),
    )
    if not (row.given_name.strip() or row.family_name.strip() or row.known_as.strip()):
        cells.wrong("given_name", "There is no name: given_name, family_name and known_as are all blank")
    if row.date_of_birth and row.date_of_birth > cells.on:
        cells.wrong("date_of_birth", f"{row.date_of_birth.isoformat()} is in the future")
    return row


def _group(cells: Cells) -> GroupRow:
    key = cells.key("key", 60)
    if ";" in key:
        cells.wrong("key", "Holds a semicolon, which separates the entries of a list")
    return GroupRow(
        key=key,
        name=cells.needed("name", 200),
        kind=cells.choice("kind", GroupKind),
        area=cells.text("area", 200),
        venue=cells.text("venue", 200),
    )


def _user(cells: Cells) -> UserRow:
    email = cells.email("email")
    if not email:
        cells.wrong("email", "Is blank; it must be filled in")
    names = [name.casefold() for name in cells.listed("role")]
    known = [*GroupRole, *AdminRole]
    unknown = [name for name in names if name not in {role.value for role in known}]
    if unknown or not names:
        cells.wrong("role", not_one_of("; ".join(unknown), [role.value for role in known]))
    in_groups = [role for role in GroupRole if role.value in names]
    admin_roles = tuple(role for role in AdminRole if role.value in names)
    groups = cells.listed("groups")
    if len(in_groups) > 1:
        cells.wrong("role", "Names two roles in groups; one row gives one role")
    if groups and not in_groups and not unknown:
        cells.wrong("groups", "Names groups, but the role is not one that people have in a group")
    if in_groups and not groups and in_groups[0] is not GroupRole.MEMBER:
        cells.wrong("groups", f"Is blank; a {in_groups[0].value} needs a group")
    agency = cells.word("agency", 60)
    if not agency and admin_roles != (AdminRole.PLATFORM_ADMIN,):
        cells.wrong("agency", "Is blank; only a platform administrator belongs to no agency")
    return UserRow(
        email=email,
        name=cells.needed("name", 200),
        agency=agency,
        memberships=tuple(sorted((group, in_groups[0]) for group in groups)) if in_groups else (),
        admin_roles=admin_roles,
    )


def _case(cells: Cells) -> CaseRow:
    opened = cells.needed_day("opened_on")
    closed = cells.past_day("closed_on")
    status = cells.choice("status", CaseStatus)
    category = " ".join(cells.word("category", 100).split())
    known = {name.casefold(): name for name in CATEGORIES}
    if category.casefold() not in known:
        cells.wrong("category", not_one_of(category, CATEGORIES))
    cells.later("closed_on", closed, "opened_on", opened)
    if not cells.problems:
        if status is CaseStatus.CLOSED and closed is None:
            cells.wrong("closed_on", "Is blank, but the case is closed")
        elif status is not CaseStatus.CLOSED and closed:
            cells.wrong("status", f"Is {status.value}, but closed_on is {closed.isoformat()}")
    return CaseRow(
        ref=cells.key("ref", 40),
        kind=cells.choice("kind", CaseKind),
        title=cells.needed("title", 300),
        category=known.get(category.casefold(), category),
        lead_agency=cells.key("lead_agency", 60),
        opened_on=opened,
        closed_on=closed,
        status=status,
        risk=cells.choice("risk", Risk),
        hate_incident=cells.yes_or_no("hate_incident"),
        summary=cells.text("summary", TEXT),
        restricted=cells.yes_or_no("restricted") if cells.text("restricted", 10).strip() else False,
    )


def _case_person(cells: Cells) -> CasePersonRow:
    return CasePersonRow(
        case=cells.key("case", 40), person=cells.key("person", 40), role=cells.choice("role", PersonRole)
    )


def _action(cells: Cells) -> ActionRow:
    agreed = cells.needed_day("agreed_on")
    due = cells.needed_day("due_on")
    if not cells.problems:
        cells.later("due_on", due, "agreed_on", agreed)
    status = cells.choice("status", ActionStatus)
    if status is ActionStatus.STRUCK:  # what was struck out in a room is no part of a book
        cells.wrong("status", not_one_of(status.value, [each.value for each in ActionStatus if each is not status]))
    outcome = cells.text("outcome", TEXT)
    return ActionRow(
        ref=cells.key("ref", 40),
        case=cells.word("case", 40),
        group=cells.key("group", 60),
        agreed_on=agreed,
        action=cells.needed("action", 5_000),
        owner_agency=cells.key("owner_agency", 60),
        due_on=due,
        status=status,
        not_done_reason=_why_not(outcome) if status is ActionStatus.NOT_DONE else None,
        outcome=outcome,
    )


def _why_not(outcome: str) -> NotDoneReason:
    """One of the two reasons of docs/domain.md, step 9, if the books say so; old books most often do not."""
    said = " ".join(outcome.split()).casefold()
    for reason in (NotDoneReason.NOT_POSSIBLE, NotDoneReason.NOT_DONE_BY_AGENCY):
        if said == reason.value:
            return reason
    return NotDoneReason.NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Schema:
    """A table of the books."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Cells], BookRow]
    key_of: Callable[[Any], str]
    key_column: str
    optional: tuple[str, ...] = ()

    def parse(self, values: Mapping[str, str], *, on: date) -> tuple[BookRow | None, list[Problem]]:
        """The row as a fact, or everything that is wrong with it. Never raises."""
        cells = Cells(values, on)
        row = self.read(cells)
        return (None, cells.problems) if cells.problems else (row, [])


SCHEMAS = {
    schema.name: schema
    for schema in (
        Schema(
            "agencies",
            ("key", "name", "kind", "email", "isp_signed_on", "isp_expires_on", "left_on"),
            _agency,
            lambda row: row.key,
            "key",
        ),
        Schema(
            "people",
            (
                "ref",
                "given_name",
                "family_name",
                "known_as",
                "date_of_birth",
                "address",
                "postcode",
                "support_needs",
                "tenure",
            ),
            _person,
            lambda row: row.ref,
            "ref",
        ),
        Schema("groups", ("key", "name", "kind"), _group, lambda row: row.key, "key", ("area", "venue")),
        Schema("users", ("email", "name", "agency", "role", "groups"), _user, lambda row: row.email, "email"),
        Schema(
            "cases",
            (
                "ref",
                "kind",
                "title",
                "category",
                "lead_agency",
                "opened_on",
                "closed_on",
                "status",
                "risk",
                "hate_incident",
                "summary",
            ),
            _case,
            lambda row: row.ref,
            "ref",
            ("restricted",),
        ),
        Schema("case_people", ("case", "person", "role"), _case_person, lambda row: row.key, "person"),
        Schema(
            "actions",
            (
                "ref",
                "case",
                "group",
                "agreed_on",
                "action",
                "owner_agency",
                "due_on",
                "status",
                "outcome",
            ),
            _action,
            lambda row: row.ref,
            "ref",
        ),
    )
}
"""The tables by name, in the order in which they are imported: what is referred to comes first."""
