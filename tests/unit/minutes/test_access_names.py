"""What Roundtable proposes to mask: names and details of other people, however they are written."""

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answer_by import FURTHER_MONTHS, due_after
from core.facts import MaskReason
from core.masking.passages import APART, BETWEEN, Span, covered, merged, pieces_of, snapped, without_masked
from core.masking.proposing import Known, occurrences, proposals
from core.masking.text import Text

SUBJECT = Known("Martin", "Ashdown", address="4 Quarry Road, Northbridge", postcode="NB1 4QR")


def left(text: str, *others: Known, subject: Known = SUBJECT, **more: object) -> str:
    """The text as it would be printed, with a # for each block."""
    said = Text("entry:1", text, **more)
    spans = [each.span for each in proposals([said], subject, others)]
    return "".join("#" if piece.reason else piece.text for piece in without_masked(pieces_of(text, spans)))


KAREN = Known("Karen Louise", "Bell", "Kaz", "14 Marsh Lane\nNorthbridge", "NB2 7XA")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Karen Bell rang twice.", "# rang twice."),
        ("KAREN BELL rang, then karen did.", "# rang, then # did."),
        ("Mrs Bell’s window and the Bells' gate", "# window and the # gate"),
        ("Bell, Karen (Kaz)", "# (#)"),
        ("Ms K. L. Bell came with Karen B.", "# came with #."),
        ("K Bell said so; KB signed.", "# said so; # signed."),
        ("Karen-Louise Bell", "#"),
        ("Kar\u00aden\u200b Bell", "#"),
        ("Labelled bellows, Karenina", "Labelled bellows, Karenina"),
        ("Martin Ashdown lives at 4 Quarry Road, NB1 4QR.", "Martin Ashdown lives at 4 Quarry Road, NB1 4QR."),
        ("She lives at 14  marsh lane, Northbridge (nb27xa).", "She lives at # (#)."),
        ("Seen at 23a Foundry Street and at NB3 1AA", "Seen at # and at #"),
        ("Ring 07700 900123 or +44 (0)161 496 0000; kaz@bell.example!", "Ring # or #; #!"),
        ("On 5 March 2026 at 10:30, crime 06/12345/26", "On 5 March 2026 at 10:30, crime 06/12345/26"),
    ],
)
def test_another_person_is_masked_in_every_form(text, printed):
    assert left(text, KAREN) == printed


def test_a_name_that_the_person_shares_is_masked_beside_the_others_own_alone():
    sister = Known("Karen", "Ashdown")
    namesake = Known("Martin", "Pike")
    assert left("Karen Ashdown and Martin Ashdown, Martin Pike", sister, namesake) == "# and Martin Ashdown, #"
    assert left("Ashdown’s flat; Mr Ashdown; Martin", sister, namesake) == "Ashdown’s flat; Mr Ashdown; Martin"


def test_a_name_that_is_a_word_is_a_word_in_small_letters():
    will = Known("Will", "Young")
    assert left("Will said the young man will go. will young", will) == "# said the young man will go. #"


def test_names_with_marks_are_found_composed_and_taken_apart():
    for written in ("Nguyễn Thị Hoa", "NGUYEN THI HOA", unicodedata.normalize("NFD", "Nguyễn Thị Hoa")):
        for kept in ("Nguyễn Thị", unicodedata.normalize("NFD", "Nguyễn Thị")):
            assert left(f"We saw {written}.", Known(kept, "Hoa")) == "We saw #."


def test_names_in_other_scripts_are_found():
    assert left("قال محمد الأحمد ثم قالت لمحمد", Known("محمد", "الأحمد")) == "قال # ثم قالت #"
    assert left("أَحْمَد", Known("أحمد")) == "#"
    assert left("我们和张伟说话", Known("伟", "张")) == "我们和#说话"
    assert left("Пётр Иванов и ИВАНОВ", Known("Петр", "Иванов")) == "# и #"


def test_a_day_of_birth_is_masked_unless_it_is_the_persons_own():
    other = Known("Kim", born=date(2009, 4, 3))
    assert left("Born 3 April 2009; 03/04/2009; 3.4.09!", other) == "Born #; #; #!"
    assert left("Born 3 April 2009", other, subject=Known("Lee", born=date(2009, 4, 3))) == "Born 3 April 2009"


def test_who_gave_the_information_is_masked():
    told = left(
        "Sam Hussain of the Calder Constabulary saw Martin",
        sources=("Calder Constabulary",),
        speakers=("Samir Hussain",),
    )
    assert told == "Sam # of the # saw Martin"
    assert left("All of it, every word", whole=MaskReason.SOURCE) == "#"


NAMES = st.sampled_from(["Karen", "Bell", "Zoë", "محمد", "Łukasz", "O’Reilly", "Thi\u0323", "Smith-Jones", "Weiß"])
FILL = st.text(alphabet=" .,;-\n\u200f\u202eab‘’é\u0301مع1()", max_size=12)


@given(given_name=NAMES, family=NAMES, around=st.lists(FILL, min_size=3, max_size=3), form=st.sampled_from([
    str, str.upper, str.lower, lambda s: unicodedata.normalize("NFD", s), lambda s: unicodedata.normalize("NFC", s),
    lambda s: s + "'s", lambda s: s + "’s",
]))  # fmt: skip
def test_no_letter_of_another_persons_name_is_left(given_name, family, around, form):
    text = f"{around[0]} {form(given_name)} {around[1]} {form(family)} {around[2]}"
    spans = [each.span for each in proposals([Text("p", text)], SUBJECT, [Known(given_name, family)])]
    rest = "".join(piece.text for piece in without_masked(pieces_of(text, spans)))
    assert form(given_name) not in rest
    assert form(family) not in rest


SPANS = st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40), st.sampled_from(MaskReason)), max_size=8)


@given(text=st.text(alphabet="ab \n.e\u0301\u0323م\u064e\u200d\u202e👩", max_size=30), raw=SPANS)
def test_pieces_are_the_text_and_print_nothing_of_what_is_masked(text, raw):
    spans = [Span(starts, ends, reason, n) for n, (starts, ends, reason) in enumerate(raw, start=1)]
    pieces = pieces_of(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)
    masked = {n for span in spans for n in range(max(0, span.starts), min(span.ends, len(text)))}
    at = 0
    for piece in pieces:
        if piece.reason is None:
            assert masked.isdisjoint(range(at, at + len(piece.text)))
        at += len(piece.text)
    assert all(piece.text == "" for piece in without_masked(pieces) if piece.reason)
    assert all(covered(text, span, spans) for span in spans)
    blocks = [block for block, _ in merged(text, spans, across=BETWEEN)]
    assert all(one.ends <= two.starts for one, two in pairwise(blocks))
    assert pieces_of(text, reversed(spans)) == pieces
    apart = pieces_of(text, spans, across=APART)
    assert "".join(piece.text for piece in apart) == text
    assert len(apart) >= len(pieces)


@given(text=st.text(alphabet="ae\u0301\u0323 ", max_size=12), starts=st.integers(-2, 14), ends=st.integers(-2, 14))
def test_a_letter_is_never_parted_from_its_marks(text, starts, ends):
    begins, stops = snapped(text, starts, ends)
    for at in (begins, stops):
        assert at in (0, len(text)) or not unicodedata.combining(text[at]) or not text[:at].strip("\u0301\u0323")


def test_one_block_never_tells_how_many_words_it_hides():
    text = "Karen, Louise Bell-Hughes, and Bob"
    spans = [
        Span(0, 5, MaskReason.THIRD_PARTY),
        Span(7, 13, MaskReason.THIRD_PARTY),
        Span(14, 25, MaskReason.THIRD_PARTY),
    ]
    assert [piece.text for piece in pieces_of(text, spans)] == ["Karen, Louise Bell-Hughes", ", and Bob"]
    assert [piece.text for piece in pieces_of(text, spans, across=APART)][::2] == ["Karen", "Louise", "Bell-Hughes"]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2027, 3, 15), date(2027, 4, 15)),
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is the month's last, and a Sunday
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2027, 12, 31), date(2028, 1, 31)),
        (date(2027, 11, 30), date(2027, 12, 30)),
    ],
)
def test_it_is_due_on_the_same_day_of_the_next_month_or_its_last_or_the_next_working_day(asked, due):
    assert due_after(asked) == due


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2027, 3, 15), date(2027, 6, 15)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2027, 1, 31), date(2027, 4, 30)),
    ],
)
def test_two_further_months_are_counted_from_the_same_day(asked, due):
    assert due_after(asked, further_months=FURTHER_MONTHS) == due


def test_words_that_were_pasted_are_found_wherever_they_stand():
    texts = [Text("a", "The lady\nnext  door rang. THE LADY NEXT DOOR"), Text("b", "ladylike")]
    assert occurrences(texts, "the lady next door") == [("a", 0, 19), ("a", 26, 44)]
    assert occurrences(texts, "lady") == [("a", 4, 8), ("a", 30, 34)]
    assert occurrences(texts, " ... ") == []
