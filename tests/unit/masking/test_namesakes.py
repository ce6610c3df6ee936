"""A family name that the person shares with somebody: where it is rather the other's, that is proposed besides."""

from core.facts import MaskReason
from core.masking.namesakes import namesakes, titles_of
from core.masking.proposing import Known
from core.masking.text import Text

MARTIN = Known("Martin", "Ashdown", "Marty")
DAWN = Known("Dawn", "Ashdown")


def found(text: str, *others: Known, subject: Known = MARTIN, own_titles: frozenset[str] = frozenset()) -> list[str]:
    """The words that are proposed."""
    told = [Text("t", text)]
    spans = [each.span for each in namesakes(told, subject, others or [DAWN], own_titles=own_titles)]
    return [text[span.starts : span.ends] for span in spans]


def test_a_title_or_an_initial_that_is_not_the_persons_sets_the_family_name_apart() -> None:
    text = "Mrs Ashdown rang: he hit her. D. Ashdown fears him."
    [first, second] = namesakes([Text("t", text)], MARTIN, [DAWN])
    assert [text[each.span.starts : each.span.ends] for each in (first, second)] == ["Mrs Ashdown", "D. Ashdown"]
    assert first.place == "t" and first.span.reason is MaskReason.THIRD_PARTY
    assert found("Ms D Ashdown’s son; Ashdown, D; the other Ashdown") == [
        "Ms D Ashdown’s",
        "Ashdown, D",
        "other Ashdown",
    ]


def test_what_may_be_the_person_stays() -> None:
    assert found("Ashdown; M. Ashdown; Mr M Ashdown; Martin Ashdown; Mr Martin Ashdown; Ashdown M; ASHDOWN") == []
    assert found("Mrs Ashdown", Known("Dawn", "Pike")) == [], "nobody shares the name"
    assert found("D Ashdown", Known("Dawn", "Pike"), Known("Eve", "Ashdown")) == [], "nobody of that initial does"
    assert found("D. Ashdown", DAWN, subject=Known("Derek", "Ashdown")) == [], "it is the person's initial, too"


def test_a_title_that_the_texts_give_the_person_is_theirs() -> None:
    texts = [
        Text("a", "Mr Martin Ashdown came"),
        Text("b", "Mrs Martin rang; Ms M Ashdown; Dr Dawn Ashdown"),
        Text("c", ""),
    ]
    own = titles_of(texts, MARTIN)
    assert own == {"mr"}
    assert found("Mr Ashdown and Mrs Ashdown", own_titles=own) == ["Mrs Ashdown"]
    assert found("Mr Ashdown and Mrs Ashdown") == ["Mr Ashdown", "Mrs Ashdown"]


def test_a_text_that_is_masked_from_end_to_end_and_an_empty_one_hold_nothing_more() -> None:
    whole = Text("t", "Mrs Ashdown", whole=MaskReason.SOURCE)
    assert namesakes([whole, Text("u", " ")], MARTIN, [DAWN]) == []


def test_particles_of_a_name_are_not_shared() -> None:
    assert found("Mrs Al Hassan", Known("Eve", "Al-Karim"), subject=Known("Mo", "Al-Hassan")) == []
    assert found("Mrs Al-Hassan", Known("Eve", "Al-Hassan"), subject=Known("Mo", "Al-Hassan")) == ["Mrs Al-Hassan"]
