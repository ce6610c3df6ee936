"""People are found however somebody wrote them; and what is nobody stays."""

import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.dates import MONTHS
from core.masking.passages import pieces_of, without_masked
from core.masking.proposing import Known, names, proposals
from core.masking.text import Text

SUBJECT = Known("Martin", "Ashdown", "Marty", "4 Elm Close", "M6 5XY", date(1990, 5, 4))
OBRIEN = Known("Siobhán", "O'Brien", "", "6 Elm Close", "M6 5XY", date(1971, 2, 3))
MOSS = Known("Priscilla", "Ravenhall-Moss", "Prissy", "Flat 2, 9 Broadway\nSalford")
HASSAN = Known("Mohammed", "Al-Hassan", "Mo")
MULLER = Known("Zoë", "Müller")
WOJCIK = Known("Łukasz", "Wójcik", "", "12 Foxglove Croft, Salford", "M6 5AA", date(2001, 3, 12))
HOPE = Known("Rose", "Hope")


def left(text: str, *others: Known, subject: Known = SUBJECT) -> str:
    """The text as it would be printed, with a # for each block."""
    spans = [each.span for each in proposals([Text("t", text)], subject, others)]
    return "".join("#" if piece.reason else piece.text for piece in without_masked(pieces_of(text, spans)))


@pytest.mark.parametrize(
    ("other", "text", "printed"),
    [
        (OBRIEN, "OBrien, O Brien, O.Brien and Obrien’s friend", "# and # friend"),
        (OBRIEN, "The O’Briens’ dog; siobhanobrien; @SiobhanOBrien", "The # dog; #; @#"),
        (MOSS, "RavenhallMoss, Ravenhallmoss; Ravenhall Moss", "#; #"),
        (MOSS, "PriscillaRavenhall and Priscilla_Ravenhall", "# and #_#"),
        (HASSAN, "Alhassan or Al Hassan", "# or #"),
        (MULLER, "Mueller; MUELLER; Muller; Mu\u0308ller’s; Zoe Mueller; ZoeMueller", "#; #; #; #; #; #"),
        (Known("Jan", "Mueller"), "Herr Müller", "Herr #"),
        (Known("Jean", "Obrien"), "O’Brien", "#"),
        (Known("Ann", "McDonald"), "Mc Donald; MacDonald; Mac Donald; Donald", "#; #; #; Donald"),
        (Known("Ana", "D’Souza"), "Mrs D Souza; Dsouza; a souza", "#; #; a souza"),
        (WOJCIK, "Wojcika, Wójcikowi; Łukaszem", "#; #"),
        (Known("Ewa", "Kowalska"), "Pani Kowalskiej; Kowalski", "Pani #; #"),
        (Known("Jan", "Kubiczek"), "Kubiczka", "#"),
        (Known("Le", "Ng"), "Le came, le cake, Ng", "# came, le cake, #"),
    ],
)
def test_a_name_is_found_in_other_spellings(other: Known, text: str, printed: str) -> None:
    assert left(text, other) == printed


@pytest.mark.parametrize(
    ("other", "text", "printed"),
    [
        (Known("Jane", "Bell"), "J.A. said, J.B. did; J B, JB and JB’s", "J.A. said, #. did; # and #"),
        (MOSS, "P.R. and PRM; P R-M or R-M", "#. and #; # or #"),
        (MOSS, "Mrs R-M, Mrs R said, mrs. R. and Miss P", "# said, #. and #"),
        (MOSS, "Mr R Smith, Mrs A, page R", "Mr R Smith, Mrs A, page R"),
        (OBRIEN, "S.O'B. said; S. O’B.; Mr O'B", "#. said; #.; #"),
        (Known("Karen Louise", "Bell"), "KLB; K. L. B.; K. Bell", "#; #.; #"),
        (Known("Paul", "Moss"), "At 10 P.M. in the UK, PM; PM is busy", "At 10 P.M. in the UK, PM; PM is busy"),
        (Known("Ann Sophie", "Brown"), "ASB in the park", "ASB in the park"),
        (Known("Mona", "Abel"), "M.A. and MA", "M.A. and MA"),
    ],
)
def test_initials_are_found_but_the_persons_own_and_what_minutes_are_full_of(
    other: Known, text: str, printed: str
) -> None:
    assert left(text, other) == printed


def test_after_a_title_an_everyday_word_is_a_name() -> None:
    assert left("mrs hope called miss rose, we hope; rose said", HOPE) == "# called #, we hope; rose said"
    will = Known("Will", "May")
    assert left("her sister will come, and she may ask dr may", will) == "her sister will come, and she may ask #"


@pytest.mark.parametrize(
    "number",
    ["0044 7700 900123", "00 44 7700 900123", "07700/900123", "0161 / 496 0000", "7700 900123", "+44 (0)7700 900123"],
)
def test_a_telephone_number_is_found_in_any_form(number: str) -> None:
    assert left(f"Ring {number}, please") == "Ring #, please"


@pytest.mark.parametrize("address", ["JANE (at) x.org", "jane[at]x.org", "jane at x dot org", "jane@x.org"])
def test_an_email_address_is_found_in_words(address: str) -> None:
    assert left(f"Write to {address}, please") == "Write to #, please"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("at no. 12 Foxglove; 12 foxglove cl", "at no. #; #"),
        ("Foxglove Croft, 12 Foxglove Bank, 12, FOXGLOVE CROFT", "#"),
        ("14 Foxglove Croft; foxgloves and foxglove seeds", "#; foxgloves and foxglove seeds"),
        ("6 elm cl, Flat 3 Tower House, 3 Mill Fold, 4 elm cl", "#, 4 elm cl"),
        (
            "2 people in the house, 3 at the end, 4 near the bank",
            "2 people in the house, 3 at the end, 4 near the bank",
        ),
    ],
)
def test_an_address_is_found_in_parts_and_short(text: str, printed: str) -> None:
    assert left(text, WOJCIK) == printed


def test_a_street_of_one_word_needs_its_number() -> None:
    assert left("9 Broadway; Broadway; flat 2", MOSS) == "#; Broadway; #"
    assert (
        left("12 High St; 12 high risk; High Road", Known("A", "B", address="12 High Road"))
        == "#; 12 high risk; High Road"
    )


def test_the_persons_own_street_and_house_stay() -> None:
    own = Known("Martin", "Ashdown", address="14 Foxglove Croft")
    assert left("Foxglove Croft; 14 foxglove croft; no. 12 Foxglove", WOJCIK, subject=own) == (
        "Foxglove Croft; 14 foxglove croft; #"
    )
    together = Known("Martin", "Ashdown", address="12 Foxglove Croft")
    assert left("12 Foxglove Croft; no. 12", WOJCIK, subject=together) == "12 Foxglove Croft; no. 12"
    beside = Known("Martin", "Ashdown", address="12 Foxglove Bank")
    assert left("12 Foxglove Bank; 12 Foxglove Croft", WOJCIK, subject=beside) == "12 Foxglove Bank; #"


def test_of_a_neighbour_the_number_tells_enough() -> None:
    assert left("No 6 and number 6 complain; no. 4; item 6", OBRIEN) == "# and # complain; no. 4; item 6"
    assert left("number 12 complains", WOJCIK) == "number 12 complains", "of another street"


def test_a_street_with_an_apostrophe_is_found_without_it() -> None:
    kings = Known("Eve", "Pike", address="12 King's Road")
    assert left("12 King’s Road; 12 Kings Rd", kings) == "#; #"


DAYS = st.dates(date(1930, 1, 1), date(2020, 12, 31))
ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
WRITTEN = st.sampled_from(
    [
        lambda d, m, o: f"{o} {m} {d.year}",
        lambda d, m, o: f"the {o} of {m}, {d.year}",
        lambda d, m, o: f"{m} {d.day}, {d.year}",
        lambda d, m, o: f"{m[:3]}. {o} {d.year}",
        lambda d, m, o: f"{d.day}-{m[:3].upper()}-{d.year % 100:02}",
        lambda d, m, o: f"{d.day}/{d.month}/{d.year % 100:02}",
        lambda d, m, o: f"{d.day:02}.{d.month:02}.{d.year}",
        lambda d, m, o: f"{d.day} {m[:3]} '{d.year % 100:02}",
        lambda d, m, o: d.isoformat(),
        lambda d, m, o: f"{d:%Y%m%d}",
    ]
)


@given(DAYS, WRITTEN)
def test_a_birthday_is_found_however_it_is_written_and_the_persons_own_stays(born, written):
    told = written(born, MONTHS[born.month - 1], f"{born.day}{ORDINALS.get(born.day, 'th')}")
    other = Known("Quentin", "Zimmer", born=born)
    assert any(map(str.isdigit, told))
    assert not any(map(str.isdigit, left(f"Born on {told}.", other)))
    assert left(f"Born on {told}.", other, subject=Known("Lee", born=born)) == f"Born on {told}."


GIVEN = st.sampled_from(
    ["Priscilla", "Zoë", "Łukasz", "Jörg", "Karen Louise", "Anne-Marie", "Rose", "Siobhán", "Bartosz"]
)
FAMILY = st.sampled_from(
    [
        "O'Brien",
        "D’Souza",
        "Ravenhall-Moss",
        "Al-Hassan",
        "Müller",
        "Wójcik",
        "van der Berg",
        "McDonald",
        "Hope",
        "Strøm",
    ]
)
UMLAUTS = str.maketrans({"ö": "oe", "ü": "ue", "ø": "oe", "Ö": "Oe", "Ü": "Ue"})


def bare(text: str) -> str:
    """Letters alone."""
    return "".join(character for character in text if character.isalpha())


SPELLINGS = st.sampled_from(
    [
        lambda g, f: bare(f),
        lambda g, f: bare(f).capitalize() + "s",
        lambda g, f: bare(f).upper() + "'s",
        lambda g, f: f.replace("'", " ").replace("’", " ").replace("-", " "),
        lambda g, f: f.translate(UMLAUTS),
        lambda g, f: unicodedata.normalize("NFD", f),
        lambda g, f: bare(g) + bare(f),
        lambda g, f: bare(f).lower() + bare(g).lower(),
        lambda g, f: f"mrs {f.lower()}",
        lambda g, f: f"{g[0]}. {f}",
        lambda g, f: f"Ms {g.split()[0].upper()}",
    ]
)
AROUND = st.sampled_from(["", "We saw ", "(", "“", "yesterday; ", "at 10:30 "])


@given(GIVEN, FAMILY, SPELLINGS, AROUND)
def test_nothing_of_a_name_is_left_however_it_is_spelled(given_name, family, spelling, around):
    written = spelling(given_name, family)
    assert left(f"{around}{written} came", Known(given_name, family)) == f"{around}# came"


@given(GIVEN, FAMILY, SPELLINGS, GIVEN, FAMILY)
def test_the_persons_own_name_stays_however_it_is_spelled(given_name, family, spelling, other_given, other_family):
    assume(given_name[0] != other_given[0] and family != other_family)
    assume({given_name, family}.isdisjoint({other_given, other_family}))
    text = f"{spelling(given_name, family)} came"
    assert left(text, Known(other_given, other_family), subject=Known(given_name, family)) == text


BENDING = st.sampled_from(["Łukasz", "Bartosz", "Wójcik", "Nowak", "Horváth", "Pospíšil", "Martin"])


@given(BENDING, st.sampled_from(["owi", "em", "a", "owa", "om"]), st.booleans())
def test_an_ending_is_looked_through_on_a_word_with_a_capital_letter_alone(part, ending, small):
    written = part.lower() + ending if small else part + ending
    subject = Known("Eve", "Ash")
    assert (left(written, Known("Quentin", part), subject=subject) == "#") is not small
    assert (left(written, Known(part, "Zimmer"), subject=subject) == "#") is not small


def test_an_ending_that_makes_it_the_persons_own_name_leaves_it() -> None:
    brothers = Known("Jan", "Wójcik"), Known("Łukasz", "Wójcik")
    assert left("Wojcika came; Jan Wojcik", brothers[0], subject=brothers[1]) == "Wojcika came; #"
    assert left("Daniela came", Known("Daniel", "Pike"), subject=Known("Daniela", "Ash")) == "Daniela came"
    assert left("Daniel came", Known("Daniel", "Pike"), subject=Known("Daniela", "Ash")) == "# came"


def test_a_text_names_somebody_by_a_spelling_of_their_name_and_not_by_what_may_be_theirs() -> None:
    assert names("OBrien rang", OBRIEN) and names("Mueller", MULLER) and names("PriscillaRavenhall", MOSS)
    for text in ("S.O'B. rang", "SO rang", "Mrs O rang", "Siobhana", "mrs hope rang"):
        assert not names(text, OBRIEN) and not names(text, HOPE)
    assert not names("Wojcika", WOJCIK)


@pytest.mark.parametrize(
    "text",
    [
        "CAL-2026-0053 and 12345678, crime 06/123456/26, 01/02/2026 10:30, reference 7700",
        "Parked cars, walked dogs, Pottery Lane works; is a road; joking",
        "Read the page at gov.uk; look at 3 pages",
    ],
)
def test_what_is_nobody_stays(text: str) -> None:
    people = [
        Known("Isa", "Parker"),
        Known("Jo", "King"),
        Known("Ann", "Potter"),
        Known("Al", "Walker"),
    ]
    assert left(text, *people) == text
