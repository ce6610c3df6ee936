"""What is said beside a field, and the same on a page of its own."""

import pytest

from core.web.sentences import error_message, sentence


@pytest.mark.parametrize(
    ("said", "beside_the_field"),
    [
        (
            "The minute-taker must be somebody other than the chair.",
            "The minute-taker must be somebody other than the chair",
        ),
        ("Enter the reason", "Enter the reason"),
        ("Enter a whole number from 1.5 to 3", "Enter a whole number from 1.5 to 3"),
        ("This series has ended. Set up a new one.", "This series has ended. Set up a new one."),
        (
            "Look at the people like this. If it is none of them, say so",
            "Look at the people like this. If it is none of them, say so.",
        ),
        ("Is it so? “Mill Lane” is no code", "Is it so? “Mill Lane” is no code."),
        (["Enter the day.", "Enter the reason"], "Enter the day. Enter the reason."),
        ((), ""),
    ],
)
def test_one_sentence_beside_a_field_has_no_full_stop_and_two_keep_theirs(said, beside_the_field):
    assert error_message(said) == beside_the_field


@pytest.mark.parametrize("said", ["This is over", "This is over."])
def test_on_a_page_of_its_own_it_is_a_sentence(said):
    assert sentence(said) == "This is over."
    assert sentence("") == ""
