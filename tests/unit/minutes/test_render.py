"""Records as HTML for paper."""

import subprocess
import sys
from dataclasses import replace

from core.facts import ItemKind, ItemOutcome
from core.minutes.record import RecordedItem
from core.minutes.render import (
    agenda_html,
    copy_html,
    heading,
    minutes_html,
    missing,
    ordinal,
    paragraphs,
    printable,
)
from tests.records import a_record, an_agenda

MARKUP = "<script>alert(1)</script><img src=file:///etc/passwd>{{ 7 * 7 }}=1+1"


def test_the_same_record_gives_the_same_text() -> None:
    assert minutes_html(a_record(4)) == minutes_html(a_record(4))
    assert agenda_html(an_agenda(4)) == agenda_html(an_agenda(4))


def test_every_typed_text_of_the_record_is_escaped() -> None:
    plain = a_record(5).to_plain()
    poisoned = _poison(plain)
    page = minutes_html(type(a_record()).from_plain(poisoned))
    assert "<script" not in page
    assert "<img" not in page
    assert "49" not in page
    assert page.count("&lt;script&gt;") > 50


def _poison(plain: object) -> object:
    """Every free text replaced by mark-up; what the reader of a record needs to be of its kind stays."""
    fixed = {"kind", "status", "outcome", "presence", "visibility", "audiences", "hash", "not_done_reason"}
    dates = ("_at", "_on", "next_meeting")
    if isinstance(plain, dict):
        return {
            name: value
            if name == "audiences" or (name in fixed and isinstance(value, str)) or name.endswith(dates)
            else _poison(value)
            for name, value in plain.items()
        }
    if isinstance(plain, list):
        return [_poison(each) for each in plain]
    return MARKUP if isinstance(plain, str) else plain


def test_a_text_cannot_turn_the_direction_of_what_follows() -> None:
    assert printable("a\u202eb\u2066c\x00d\x1b[0m") == "abcd[0m"
    assert printable("e\u0301") == "\u00e9"
    assert printable("محمد") == "محمد"


def test_lines_that_hold_something_become_paragraphs() -> None:
    assert paragraphs("One\r\n\r\n  Two\tthree \n") == ["One", "Two three"]


def test_ordinals() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd")
    ]


def test_a_case_without_a_title_is_restricted() -> None:
    case = RecordedItem(id=1, number=1, kind=ItemKind.CASE, case_ref="NB-1", outcome=ItemOutcome.HEARD)
    assert heading(case) == "Restricted"
    assert heading(replace(case, kind=ItemKind.LOCATION)) == "Location"


def test_who_missed_an_item_is_named_but_not_twice() -> None:
    record = a_record(1)
    item = record.items[-1]
    left, recused = item.heard_by[3], item.heard_by[4]
    kept = tuple(each for each in item.heard_by if each not in (left, recused))
    assert missing(replace(item, heard_by=kept, recused=(recused,)), record) == [left.name]
    assert missing(replace(item, heard_by=()), record) == []


def test_the_running_total_is_held_against_the_length_of_the_meeting() -> None:
    page = agenda_html(an_agenda(12))
    assert "156 of 150 minutes are allotted: 6 more than the meeting has." in page
    assert "108 of 150 minutes are allotted." in agenda_html(an_agenda(8))


def test_a_longer_name_makes_a_smaller_stamp() -> None:
    assert "font-size: 34pt" in copy_html("Amara Okafor", "Police")
    assert "font-size: 10pt" in copy_html("A" * 200, "Police")


def test_rendering_needs_neither_flask_nor_sqlalchemy_nor_weasyprint() -> None:
    asked = (
        "import sys, core.minutes.render, core.minutes.pdf;"
        "print([name for name in ('flask', 'sqlalchemy', 'weasyprint', 'pikepdf') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
