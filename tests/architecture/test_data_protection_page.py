"""docs/data-protection.md says what the code holds, discloses on, and where each measure is tried."""

import re
from pathlib import Path

from core.disclosures.lists import BASES, CONDITIONS, NO_CONDITION
from core.retention.kinds import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/data-protection.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands under a heading, up to the next of any level."""
    return re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> list[str]:
    """Of its tables, less their heads."""
    rows = [line.strip("|").split("|")[0].strip() for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if row and not set(row) <= {"-"} and row not in ("kind", "basis", "condition")]


def test_every_kind_that_is_held_is_named_and_nothing_else():
    assert first_column(section("What is held and how long")) == [rule.title for rule in RULES.values()]


def test_every_basis_and_condition_that_can_be_chosen_is_named_and_nothing_else():
    assert first_column(section("Lawful bases and conditions")) == [
        *BASES,
        *(each for each in CONDITIONS if each != NO_CONDITION),
    ]


def test_every_test_that_a_measure_names_is_there():
    last, missing = "", []
    for named in re.findall(r"`((?:tests/[\w/]+(?:\.py)?)|test_\w+\.py)`", PAGE):
        path = named if named.startswith("tests/") else f"{last}/{named}"
        last = path.rpartition("/")[0] if path.endswith(".py") else path
        if not (ROOT / path).exists():
            missing.append(path)
    assert missing == []


def test_every_risk_names_where_its_measure_is_tried_or_says_that_none_stops_it():
    rows = [line for line in section("Risks and measures").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 15
    untried = [row.split("|")[1].strip() for row in rows if "`tests/" not in row]
    assert untried == [
        "a photograph, a screenshot, a print-out",
        "small villages: “depersonalised” figures name somebody",
        "people are labelled",
    ]
