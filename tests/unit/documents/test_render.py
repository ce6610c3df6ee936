"""What every document becomes HTML with."""

import subprocess
import sys
from dataclasses import replace

from core.documents.render import apart, copy_html, heading, ordinal, paragraphs, printable
from core.facts import ItemKind, ItemOutcome
from core.minutes.record import RecordedItem


def test_a_text_cannot_turn_the_direction_of_what_follows() -> None:
    assert printable("a\u202eb\u2066c\x00d\x1b[0m") == "abcd[0m"
    assert printable("e\u0301") == "\u00e9"
    assert printable("محمد") == "محمد"


def test_a_date_after_a_name_from_right_to_left_stays_after_it() -> None:
    assert apart("محمد") == "محمد\u200e"
    assert apart("محمد (12)") == "محمد (12)\u200e"
    assert apart("Shirin رضایی Smith") == "Shirin رضایی Smith"
    assert apart("24 February") == "24 February"


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


def test_a_longer_name_makes_a_smaller_stamp() -> None:
    assert "font-size: 34pt" in copy_html("Amara Okafor", "Police")
    assert "font-size: 10pt" in copy_html("A" * 200, "Police")


def test_rendering_needs_neither_flask_nor_sqlalchemy_nor_weasyprint() -> None:
    asked = (
        "import sys, core.documents.pdf, core.meetings.agenda_document, core.minutes.render;"
        "print([name for name in ('flask', 'sqlalchemy', 'weasyprint', 'pikepdf') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
