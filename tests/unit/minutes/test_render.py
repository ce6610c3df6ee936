"""Minutes as HTML for paper."""

from dataclasses import replace

from core.minutes.render import minutes_html, missing
from tests.records import a_record

MARKUP = "<script>alert(1)</script><img src=file:///etc/passwd>{{ 7 * 7 }}=1+1"


def test_the_same_record_gives_the_same_text() -> None:
    assert minutes_html(a_record(4)) == minutes_html(a_record(4))


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


def test_who_missed_an_item_is_named_but_not_twice() -> None:
    record = a_record(1)
    item = record.items[-1]
    left, recused = item.heard_by[3], item.heard_by[4]
    kept = tuple(each for each in item.heard_by if each not in (left, recused))
    assert missing(replace(item, heard_by=kept, recused=(recused,)), record) == [left.name]
    assert missing(replace(item, heard_by=()), record) == []
