"""Rows of the books: what is taken as what, and what a row is told that cannot be taken."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.books.reading import open_table
from core.books.rows import SCHEMAS, ActionRow, AgencyRow, CaseRow, PersonRow, UserRow
from core.facts import ActionStatus, AdminRole, GroupRole, NotDoneReason

CALDER = Path(__file__).parents[3] / "shared" / "data" / "calder"
TODAY = date(2026, 11, 20)
GOOD: dict[str, dict[str, str]] = {
    "agencies": {
        "key": "police",
        "name": "Constabulary",
        "kind": "police",
        "email": "duty@police.example",
        "isp_signed_on": "2024-04-01",
        "isp_expires_on": "31/03/2027",
        "left_on": "",
    },
    "people": {
        "ref": "P1",
        "given_name": "Zoe\u0308",
        "family_name": "",
        "known_as": "",
        "date_of_birth": "2010-02-15",
        "address": "",
        "postcode": "ZZ152GS",
        "support_needs": "",
        "tenure": "",
    },
    "groups": {"key": "cst", "name": "North CST", "kind": "cst"},
    "users": {"email": "A@B.example", "name": "A", "agency": "police", "role": "Chair", "groups": "b;a; a"},
    "cases": {
        "ref": "C1",
        "kind": "family",
        "title": "=1+1",
        "category": "kerb crawling",
        "lead_agency": "police",
        "opened_on": "1/2/2024",
        "closed_on": "",
        "status": "open",
        "risk": "High",
        "hate_incident": "No",
        "summary": "",
    },
    "case_people": {"case": "C1", "person": "P1", "role": "family member"},
    "actions": {
        "ref": "A1",
        "case": "C1",
        "group": "cst",
        "agreed_on": "2026-01-01",
        "action": "Visit",
        "owner_agency": "police",
        "due_on": "2026-01-08",
        "status": "not done",
        "outcome": "Party declined",
    },
}


def parsed(name: str, changes: Mapping[str, str]) -> object:
    row, problems = SCHEMAS[name].parse({**GOOD[name], **changes}, on=TODAY)
    assert problems == []
    return row


def told(name: str, changes: Mapping[str, str]) -> list[tuple[str, str]]:
    row, problems = SCHEMAS[name].parse({**GOOD[name], **changes}, on=TODAY)
    assert (row is None) == bool(problems)
    return [(problem.column, problem.reason) for problem in problems]


@pytest.mark.parametrize("name", list(GOOD))
def test_a_good_row_has_no_problems(name: str) -> None:
    assert told(name, {}) == []


def test_dates_are_read_the_british_way_round() -> None:
    case = parsed("cases", {})
    assert isinstance(case, CaseRow) and case.opened_on == date(2024, 2, 1)
    agency = parsed("agencies", {})
    assert isinstance(agency, AgencyRow) and agency.isp_expires_on == date(2027, 3, 31)


def test_names_keep_their_spelling() -> None:
    person = parsed("people", {"family_name": " O'Neill"})
    assert isinstance(person, PersonRow)
    assert (person.given_name, person.family_name) == ("Zoe\u0308", " O'Neill")


def test_groups_are_a_set_and_addresses_are_lower_case() -> None:
    user = parsed("users", {})
    assert isinstance(user, UserRow)
    assert user.email == "a@b.example"
    assert user.memberships == (("a", GroupRole.CHAIR), ("b", GroupRole.CHAIR))


def test_an_administrator_can_be_a_member_too() -> None:
    user = parsed("users", {"role": "member; partnership administrator", "groups": "a"})
    assert isinstance(user, UserRow)
    assert user.memberships == (("a", GroupRole.MEMBER),)
    assert user.admin_roles == (AdminRole.PARTNERSHIP_ADMIN,)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("Party declined", NotDoneReason.NOT_RECORDED),
        ("", NotDoneReason.NOT_RECORDED),
        ("Not possible, circumstances  changed", NotDoneReason.NOT_POSSIBLE),
        ("not done by the agency", NotDoneReason.NOT_DONE_BY_AGENCY),
    ],
)
def test_an_outcome_is_kept_and_gives_the_reason_only_if_it_is_one(outcome: str, reason: NotDoneReason) -> None:
    action = parsed("actions", {"outcome": outcome})
    assert isinstance(action, ActionRow)
    assert (action.outcome, action.not_done_reason) == (outcome, reason)


def test_an_action_that_is_done_has_no_reason() -> None:
    action = parsed("actions", {"status": "done"})
    assert isinstance(action, ActionRow)
    assert (action.status, action.not_done_reason) == (ActionStatus.DONE, None)


@pytest.mark.parametrize(
    ("name", "changes", "column", "reason"),
    [
        ("agencies", {"key": " "}, "key", "Is blank"),
        ("agencies", {"key": "a;b"}, "key", "semicolon"),
        ("agencies", {"name": "x" * 201}, "name", "201 characters long; the limit is 200"),
        ("agencies", {"email": "duty at police"}, "email", "not an e-mail address"),
        ("agencies", {"email": "a@b.example\nBcc: c@d.example"}, "email", "line break"),
        ("agencies", {"isp_signed_on": ""}, "isp_expires_on", "isp_signed_on is blank"),
        ("agencies", {"isp_expires_on": "2024-03-31"}, "isp_expires_on", "before isp_signed_on"),
        ("agencies", {"left_on": "2023-01-01"}, "left_on", "before isp_signed_on"),
        ("people", {"given_name": " "}, "given_name", "no name"),
        ("people", {"date_of_birth": "2010-02-30"}, "date_of_birth", '"2010-02-30" is not a date'),
        ("people", {"date_of_birth": "15/02/10"}, "date_of_birth", "is not a date"),
        ("people", {"date_of_birth": "15 Feb 2010"}, "date_of_birth", "is not a date"),
        ("people", {"date_of_birth": "0201-02-15"}, "date_of_birth", "The year 201 cannot be right"),
        ("people", {"date_of_birth": "2026-11-21"}, "date_of_birth", "in the future"),
        ("people", {"address": "x" * 50_000}, "address", "50,000 characters"),
        ("groups", {"kind": "choir"}, "kind", '"choir" is not known; it must be one of: CST, JAG'),
        ("users", {"email": ""}, "email", "Is blank"),
        ("users", {"role": "boss"}, "role", "must be one of: chair, deputy chair, coordinator"),
        ("users", {"role": "chair;member"}, "role", "two roles"),
        ("users", {"role": "auditor"}, "groups", "not one that people have in a group"),
        ("users", {"groups": ""}, "groups", "a chair needs a group"),
        ("users", {"agency": ""}, "agency", "only a platform administrator"),
        ("cases", {"category": "Loitering"}, "category", "must be one of: Drug/substance misuse"),
        ("cases", {"closed_on": "2024-03-01"}, "status", "Is open, but closed_on is 2024-03-01"),
        ("cases", {"status": "closed"}, "closed_on", "Is blank, but the case is closed"),
        ("cases", {"status": "closed", "closed_on": "2024-01-31"}, "closed_on", "before opened_on"),
        ("cases", {"opened_on": ""}, "opened_on", "Is blank"),
        ("cases", {"opened_on": "2062-02-01"}, "opened_on", "more than a year ahead"),
        ("cases", {"hate_incident": "maybe"}, "hate_incident", "must be one of: yes, no"),
        ("cases", {"summary": "x" * 50_001}, "summary", "50,001 characters"),
        ("case_people", {"role": "perpetrator"}, "role", "must be one of: subject"),
        ("actions", {"due_on": "2025-12-31"}, "due_on", "before agreed_on, 2026-01-01"),
        ("actions", {"status": "pending"}, "status", "must be one of: open, done, not done"),
        ("actions", {"group": ""}, "group", "Is blank"),
    ],
)
def test_a_row_that_cannot_be_taken_says_where_and_why(
    name: str, changes: dict[str, str], column: str, reason: str
) -> None:
    problems = told(name, changes)
    assert [found for found, _ in problems] == [column]
    assert reason in problems[0][1]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    problems = told("cases", {"kind": "x", "risk": "y", "opened_on": "z", "title": ""})
    assert {column for column, _ in problems} == {"kind", "risk", "opened_on", "title"}


@given(data=st.data(), name=st.sampled_from(sorted(SCHEMAS)))
def test_no_text_in_any_cell_raises(data: st.DataObject, name: str) -> None:
    schema = SCHEMAS[name]
    odd = st.text(max_size=30) | st.sampled_from(["", "0000-00-00", "99/99/9999", "٢٠٢٤-٠١-٠١", "chair;;", "a@[::]"])
    values = {
        column: data.draw(st.just(GOOD[name].get(column, "")) | odd) for column in (*schema.columns, *schema.optional)
    }
    row, problems = schema.parse(values, on=TODAY)
    assert (row is None) == bool(problems)
    assert all(problem.reason for problem in problems)
    if row is not None:
        assert schema.key_of(row)


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_every_row_of_the_calder_books_is_readable(name: str) -> None:
    schema = SCHEMAS[name]
    table = open_table(CALDER / f"{name}.csv", schema.columns)
    rows = list(table.rows())
    problems = [
        (row.line, found)
        for row in rows
        for found in schema.parse(dict(zip(table.header, row.cells, strict=True)), on=TODAY)[1]
    ]
    assert problems == []
    with (CALDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        assert [tuple(row.cells) for row in rows] == [tuple(row) for row in csv.reader(stream)][1:]
