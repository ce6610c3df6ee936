"""Reference numbers and names of files."""

import re

from hypothesis import given
from hypothesis import strategies as st

from core.references import LONGEST_FILE_NAME, Numbered, file_name, reference


def test_a_reference_names_the_partnership_the_kind_and_the_year() -> None:
    assert reference("CAL", Numbered.CASE, 2026, 53) == "CAL-2026-0053"
    assert reference("CAL", Numbered.REFERRAL, 2026, 10_001) == "CAL-R-2026-10001"


def test_a_file_is_named_after_its_reference() -> None:
    assert file_name("Minutes", "CAL-M-2026-0012", "v1", suffix="pdf") == "minutes-cal-m-2026-0012-v1.pdf"
    assert file_name("Café  Züri/../../etc", suffix="csv") == "cafe-zuri-etc.csv"
    assert file_name("中文", suffix="csv") == "document.csv"


@given(st.lists(st.text(max_size=80), max_size=4))
def test_no_part_can_make_a_file_name_that_leaves_its_folder_or_a_header(parts: list[str]) -> None:
    name = file_name(*parts, suffix="pdf")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.pdf", name)
    assert len(name) <= LONGEST_FILE_NAME + 4
