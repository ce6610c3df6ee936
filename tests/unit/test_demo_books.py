"""The books and the story of the demonstration: every row can be taken, and the story speaks of what the books hold."""

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.books.rows import SCHEMAS
from core.demo.holding import OPENING_TOOK
from core.facts import Visibility
from core.meetings.order import CLOSING, OPENING

DEMO = Path(__file__).parents[2] / "core" / "demo"
ON = date(2026, 11, 23)
PLENTY = {"groups": 8, "agencies": 22, "users": 40, "people": 120, "cases": 60, "actions": 220}


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    with (DEMO / "books" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DEMO / f"{name}.toml").read_text(encoding="utf-8"))


def words(node: Any) -> Iterator[tuple[str, str]]:
    """Every text of the story with the word that it stands under."""
    if isinstance(node, dict):
        for key, value in node.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str):
                    yield key, each
                else:
                    yield from words(each)
    elif isinstance(node, list):
        for each in node:
            yield from words(each)


def test_every_row_of_the_books_can_be_taken() -> None:
    problems = [
        (name, row, wrong)
        for name, schema in SCHEMAS.items()
        for row in table(name)
        for wrong in [schema.parse(row, on=ON)[1]]
        if wrong
    ]
    assert problems == []


@pytest.mark.parametrize(("name", "least"), PLENTY.items())
def test_the_books_are_rich(name: str, least: int) -> None:
    assert len(table(name)) >= least


def test_the_story_speaks_only_of_what_the_books_hold() -> None:
    accounts = {row["email"].partition("@")[0] for row in table("users")}
    agencies = {row["key"] for row in table("agencies")}
    groups = {row["key"] for row in table("groups")}
    cases = {row["ref"] for row in table("cases")}
    known = {
        **dict.fromkeys(("by", "user", "who", "chair", "minute_taker", "nominated_by", "decided_by"), accounts),
        **dict.fromkeys(("registered_by", "added_by", "present", "expected", "for"), accounts),
        **dict.fromkeys(("presenter", "owner", "provider", "agencies", "reported_to", "research_silent"), agencies),
        **dict.fromkeys(("group", "sent_to"), groups),
        "case": cases,
        "ref": cases | {row["ref"] for row in table("actions")},
        "person": {row["ref"] for row in table("people")},
        "visibility": {each.value for each in Visibility},
        "carried_from": {meeting["id"] for meeting in toml("story")["meeting"]},
    }
    strangers = [(key, text) for key, text in words(toml("story")) if key in known and text not in known[key]]
    assert strangers == []


def heard(meeting: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a meeting that it has come to, but for the one that it is at."""
    return meeting["item"][: meeting.get("current_item", len(meeting["item"]) + 1) - 1]


def test_an_agenda_that_was_sent_out_fits_its_meeting() -> None:
    standing = sum(item.minutes for item in (*OPENING, *CLOSING))
    for meeting in toml("story")["meeting"]:
        cases = [item for item in meeting.get("item", ()) if item["from"] != "urgent in the meeting"]
        if meeting["agenda"] == "circulated":
            assert standing + sum(item["minutes"] for item in cases) <= meeting["minutes"], meeting["id"]


def test_a_meeting_is_over_when_it_was_to_be_and_whoever_is_out_of_time_comes_last() -> None:
    for meeting in toml("story")["meeting"]:
        if meeting["status"] not in ("closed", "in session"):
            continue
        items = heard(meeting)
        took = sum(meeting.get("opening", OPENING_TOOK)) + sum(each.get("took", each["minutes"]) for each in items)
        left_over = [number for number, each in enumerate(items) if each["outcome"] == "not heard"]
        assert left_over == list(range(len(items) - len(left_over), len(items))), meeting["id"]
        assert took <= meeting["minutes"] + 10, meeting["id"]
        assert all(each.get("outcome_reason") for each in items if each["outcome"] != "heard"), meeting["id"]


def test_the_meeting_in_session_is_within_the_time_of_its_current_item() -> None:
    (meeting,) = (each for each in toml("story")["meeting"] if each["status"] == "in session")
    begun = sum(meeting["opening"]) + sum(
        each.get("took", each["minutes"]) + each.get("pause", {}).get("minutes", 0) for each in heard(meeting)
    )
    current = meeting["item"][meeting["current_item"] - 1]
    assert begun < meeting["opened_minutes_ago"] < begun + current["minutes"] // 2
    assert not any("outcome" in each for each in meeting["item"][meeting["current_item"] - 1 :])


def test_every_account_to_try_is_in_the_books() -> None:
    emails = {row["email"] for row in table("users")}
    assert [each["email"] for each in toml("accounts")["account"] if each["email"] not in emails] == []


def test_nothing_in_the_demonstration_can_be_taken_for_real() -> None:
    everything = "\n".join(
        file.read_text(encoding="utf-8") for file in DEMO.rglob("*") if file.suffix in {".csv", ".toml"}
    )
    postcodes = re.findall(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", everything)
    telephones = re.findall(r"\b0\d{4} ?\d{3} ?\d{3}\b", everything)
    mailboxes = re.findall(r"[\w.]+@[\w-]+\.[\w.-]*\w", everything)
    assert postcodes and [each for each in postcodes if not each.startswith("ZZ")] == []
    assert telephones and [each for each in telephones if not each.startswith("01632 960")] == []
    assert mailboxes and [each for each in mailboxes if not each.endswith(".example")] == []
