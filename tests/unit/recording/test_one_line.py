"""A line of typing is read as an action; what is not understood stays in its text."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import in_words
from core.recording.due_words import Moment
from core.recording.one_line import Doer, acronym, understand

TUESDAY = date(2026, 11, 24)
AT = Moment(TUESDAY, next_meeting=date(2027, 1, 12))
HOMES = Doer("Mereside Homes", 1, also=("housing association",))
POLICE = Doer("Wendershire Police", 2)
COUNCIL = Doer("Mereside Borough Council", 3, also=("MBC",))
PAULA = Doer("Paula Frost", 2, user_id=7)
PAUL = Doer("Paul Heskin", 3, user_id=8)
DOERS = [HOMES, POLICE, COUNCIL, PAULA, PAUL]


def test_owner_text_and_date_are_told_apart():
    said = understand("Homes to visit and check the tenancy by next Friday", DOERS, AT)
    assert (said.owner, said.text, said.due) == (HOMES, "Visit and check the tenancy", date(2026, 12, 4))
    assert (said.owner_words, said.due_words) == ("Homes to", "by next Friday")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("by Friday", "2026-11-27"),
        ("Friday.", "2026-11-27"),
        ("by Tues", "2026-12-01"),
        ("this Friday", "2026-11-27"),
        ("by next Friday", "2026-12-04"),
        ("by Friday week", "2026-12-04"),
        ("before Monday", "2026-11-27"),
        ("in two weeks", "2026-12-08"),
        ("in a fortnight’s time", "2026-12-08"),
        ("within 5 working days", "2026-12-01"),
        ("in 4 days", "2026-11-30"),
        ("in a month", "2026-12-24"),
        ("by 3 December", "2026-12-03"),
        ("by Thursday the 3rd of December", "2026-12-03"),
        ("by December 3rd", "2026-12-03"),
        ("by 3/12", "2026-12-03"),
        ("by 3/2", "2027-02-03"),
        ("due 3.12.26", "2026-12-03"),
        ("by 2026-12-03", "2026-12-03"),
        ("by the 3rd", "2026-12-03"),
        ("before the next meeting", "2027-01-11"),
        ("by the next meeting", "2027-01-12"),
        ("by the end of the month", "2026-11-30"),
        ("by the end of the year", "2026-12-31"),
        ("by end of January", "2027-01-29"),
        ("no later than the end of next week", "2026-12-04"),
    ],
)
def test_a_due_date_is_read_as_it_is_said(words, day):
    for line in (f"Visit the flat {words}", f"Visit the flat – {words}"):
        said = understand(line, DOERS, AT)
        assert (said.text, said.due) == ("Visit the flat", date.fromisoformat(day))


@pytest.mark.parametrize(
    "line",
    [
        "Ask what happened last Friday",
        "Prepare the visit of next Friday",
        "Report on the fire of 3 December",
        "Visit by 31/11",
        "Visit by 12/31",
        "Visit by 1 March 2020",
        "Visit in 999 months",
        "Stand by",
    ],
)
def test_what_is_no_due_date_stays_in_the_text(line):
    said = understand(line, DOERS, AT)
    assert (said.text, said.due) == (line, None)


def test_without_a_further_meeting_none_can_be_the_due_date():
    assert understand("Visit by the next meeting", DOERS, Moment(TUESDAY)).due is None


@pytest.mark.parametrize(
    ("beginning", "owner"),
    [
        ("Mereside Homes to", HOMES),
        ("The police will", POLICE),
        ("Housing association to", HOMES),
        ("MBC should", COUNCIL),
        ("mereside borough to", COUNCIL),
        ("Coun –", COUNCIL),
        ("Paula:", PAULA),
        ("Heskin is to", PAUL),
    ],
)
def test_an_owner_is_named_in_full_shortly_or_by_a_beginning_of_its_own(beginning, owner):
    said = understand(f"{beginning} visit the flat", DOERS, AT)
    assert (said.owner, said.text, said.could_be) == (owner, "Visit the flat", ())


@pytest.mark.parametrize(
    "line", ["Mereside to visit", "Me to visit", "Trading Standards to visit", "To visit", "Police"]
)
def test_nobody_is_proposed_whom_the_line_does_not_name_alone(line):
    said = understand(line, DOERS, AT)
    assert (said.owner, said.text) == (None, line)


def test_of_several_that_are_meant_all_are_named():
    assert understand("Mereside to visit", DOERS, AT).could_be == ("Mereside Homes", "Mereside Borough Council")


def test_what_somebody_will_not_do_is_no_action_of_theirs():
    assert understand("Police will not visit", DOERS, AT).owner is None


def test_a_name_that_holds_another_is_read_whole():
    homes, let = Doer("Homes", 1), Doer("Homes to Let", 2)
    assert understand("Homes to Let to visit", [homes, let], AT).owner == let


def test_an_acronym_is_of_the_words_that_count():
    assert (acronym("Youth Justice Service"), acronym("Fire and Rescue"), acronym("Police")) == ("yjs", "fr", "")


def plain_words(text: str) -> Counter[str]:
    """What must not be lost: the words, whatever stands around them."""
    words = (word.replace("’", "'").casefold().strip(" .,;:!?()[]{}\"'“”‘’–—-") for word in text.split())
    return Counter(word for word in words if word)


SAMPLE = """Homes homes Police Paula Mereside to will : – by before in on next this the end of week month Friday friday
    two weeks 3 12 31/2 3/12 2026 December today tomorrow meeting visit flat, (urgent) not due a fortnight's 99 0"""
WORDS = st.sampled_from(SAMPLE.split())
LINES = st.one_of(st.text(), st.lists(WORDS, max_size=14).map(" ".join), st.lists(st.text(max_size=8)).map(" ".join))
DAYS = st.dates()


@given(line=LINES, on=DAYS, meeting=st.none() | DAYS)
def test_no_line_fails_and_no_word_of_it_is_lost(line, on, meeting):
    said = understand(line, DOERS, Moment(on, meeting))
    assert plain_words(f"{said.owner_words} {said.text} {said.due_words}") == plain_words(line)
    assert said.due is None or said.due >= on
    assert said.text.strip() or not line.strip()


@given(
    text=st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
    owner=st.sampled_from(DOERS),
    due=st.dates(TUESDAY, date(2028, 12, 31)),
)
def test_what_is_written_as_a_line_is_read_as_it_was(text, owner, due):
    said = understand(f"{owner.name} to act: {text} by {in_words(due)}", DOERS, AT)
    assert (said.owner, said.due) == (owner, due)
    assert plain_words(said.text) == plain_words(f"act {text}")
