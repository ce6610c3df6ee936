"""Two versions of a text, word by word."""

from time import perf_counter

import pytest

from core.minutes.wording.difference import Part, Piece, difference

SAME, ADDED, REMOVED = Part.SAME, Part.ADDED, Part.REMOVED

PAIRS = [
    ("", ""),
    ("", "Seen at the flat."),
    ("Seen at the flat.", ""),
    ("Seen at the flat on three nights.", "Seen at the flat on four nights."),
    ("He shouted.\n\nShe left.", "He shouted, it is said.\n\nShe left at nine."),
    ("Zoe\u0308 said so", "Zoe said so"),
    ("قال إنه رآه", "قال إنه رآه مرتين"),
    ("one two three four", "four three two one"),
]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_what_stayed_and_what_was_removed_make_up_the_old_text_and_what_was_added_the_new(before, after):
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.part is not ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.part is not REMOVED) == after


def test_of_a_sentence_the_words_that_changed_are_told_apart():
    assert difference("Seen on three nights.", "Seen on four nights.") == (
        Piece(SAME, "Seen on "),
        Piece(REMOVED, "three"),
        Piece(ADDED, "four"),
        Piece(SAME, " nights."),
    )


def test_words_that_follow_each_other_are_one_change():
    pieces = difference("Seen by four households daily.", "Seen by five homes daily.")
    assert pieces[1:3] == (Piece(REMOVED, "four households"), Piece(ADDED, "five homes"))


def test_a_letter_and_its_accent_are_never_parted():
    assert Piece(REMOVED, "Zoe\u0308") in difference("Zoe\u0308 said so", "Zoe said so")


def test_the_same_text_has_no_change():
    assert difference("As it was.", "As it was.") == (Piece(SAME, "As it was."),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 5000, "b " * 5000),
        ("a " * 5000, "a " * 4990),
        ("a b " * 2500, "b a " * 2500),
        (" ".join(str(n % 97) for n in range(3300)), " ".join(str(n % 89) for n in range(3300))),
        (" ".join(str(n) for n in range(2000)), " ".join(str(n) for n in reversed(range(2000)))),
    ],
)
def test_the_longest_texts_do_not_keep_a_page_waiting(before, after):
    begun = perf_counter()
    difference(before[:10_000], after[:10_000])
    assert perf_counter() - begun < 5
