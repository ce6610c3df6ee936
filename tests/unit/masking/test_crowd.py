"""Of many people those alone are looked for to whom a text could lead, and nobody is missed by that."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.masking.crowd import Crowd, Known
from core.masking.proposing import proposals
from core.masking.reading import Reading
from core.masking.text import Text

NAMES = st.sampled_from(["Ann", "Brook", "O'Hara", "De Vries", "Łukasz", "李", "Smith-Jones", "van der Berg", "May"])
PEOPLE = st.lists(
    st.builds(
        Known,
        given_name=NAMES,
        family_name=NAMES,
        address=st.sampled_from(["", "4 Elm Close", "Flat 2, 9 High Road\nSalford", "The Old Mill"]),
        postcode=st.sampled_from(["", "M6 5XY"]),
        born=st.sampled_from([None, date(2001, 2, 3), date(1988, 12, 31)]),
    ),
    max_size=6,
)
SAID = (
    "A.|B.|J.A|O'H.|R-M|Mrs|R|Smithjones|OHara|O|Hara|Annbrook|Brooka|12th|of|2001|Feb|the|Ann|anns|Brook's|brooks|O’HARA|Vries|De|Lukasz|李四|Smith|Jones|AB|DV|may|May|4|Elm|Close|Flat|2,|9|High|Road|"
    "Salford|M6|5XY|3/2/2001|31|December|1988|03.02.01|the|and|he|rang.|The|Old|Mill|van|der|Berg"
)
WORDS = st.lists(st.sampled_from(SAID.split("|")), max_size=14)


@given(WORDS, PEOPLE)
def test_looking_for_those_alone_to_whom_a_text_could_lead_misses_nobody(words, people):
    text = Text("t:1", " ".join(words))
    alone = {
        (each.place, at)
        for person in people
        for each in proposals([text], Known(), [person])
        for at in range(each.span.starts, each.span.ends)
    }
    together = {
        (each.place, at)
        for each in proposals([text], Known(), people)
        for at in range(each.span.starts, each.span.ends)
    }
    assert alone <= together
    assert len(Crowd(people).near(Reading(text.text))) <= len(people)
