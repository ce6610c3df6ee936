"""The action log on paper, read back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pypdf
import pytest

from core.actions.paper import PaperLine, PaperLog, PaperPart, log_html
from core.documents.pdf import Renderer
from core.documents.render import made_for_html
from core.facts import ActionStatus, NotDoneReason
from tests.records import HEAD
from tests.support.papers import pages_of, text_of

EDGES = (5, 20, 60)
AGENCIES = ("Council", "Homes <b>& Sons</b>", "Wohnheim Zoë")


def a_line(number: int) -> PaperLine:
    return PaperLine(
        ref=f"CAL-A-2026-{number:04}",
        case_ref=f"CAL-2026-{number:04}",
        group="North Community Sector Team",
        text="Visit at home, and agree in writing what would help in the evenings\nand at the weekend",
        person="محمد الأحمد" if number % 2 else "",
        agreed_on=date(2026, 2, 3),
        due_on=date(2026, 2, 10),
        status=ActionStatus.OPEN,
        overdue=(None, 0, 1, 6, 70)[number % 5],
    )


def a_log(lines: int = 30) -> PaperLog:
    return PaperLog(
        partnership="Calder Community Safety Partnership",
        heading="All actions",
        filters=("Status: Open", "As of 3 March 2026"),
        made_for="Cheryl Chair",
        made_for_agency="Council",
        made_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        edges=EDGES,
        parts=tuple(PaperPart(agency=agency, lines=tuple(map(a_line, range(lines)))) for agency in AGENCIES),
        audit_head=HEAD,
    )


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    shared = Renderer(seconds=120)
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def paper(renderer: Renderer) -> bytes:
    stamp = made_for_html("Cheryl Chair", "Council")
    return renderer.stamped(renderer.pdf(log_html(a_log())).content, stamp).content


def test_every_page_has_the_marking_its_number_for_whom_and_the_record(paper: bytes) -> None:
    pages = pages_of(paper)
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert "OFFICIAL-SENSITIVE" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Made for Cheryl Chair, Council" in page
        assert a_log().sha256() in page


def test_title_language_tags_and_a_bookmark_for_each_agency(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo.Title) == "Action log: All actions, 3 March 2026"
        assert pdf.Root.MarkInfo.Marked
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        fonts = {str(font.BaseFont) for font in pdf.pages[1].Resources.Font.values()}
    assert fonts and all(name[7] == "+" for name in fonts), "only subsets are embedded"
    outline = pypdf.PdfReader(BytesIO(paper)).outline
    titles = [entry.title for level in outline for entry in (level if isinstance(level, list) else [level])]
    assert set(AGENCIES) <= set(titles)


def test_what_it_shows_stands_on_the_first_page_with_how_long_actions_are_overdue(paper: bytes) -> None:
    first = pages_of(paper)[0]
    assert "Status: Open. As of 3 March 2026." in first
    assert "90 in all: 90 open, 72 of those overdue" in first
    assert "Homes <b>& Sons</b> 30 30 12 6 6" in first, "what was typed prints as it was typed; none is 21 to 60"
    assert a_log().ageing() == (36, 18, 0, 18)


def test_no_time_of_day_makes_a_difference_and_the_same_record_gives_the_same_bytes(renderer: Renderer) -> None:
    log = a_log(3)
    assert PaperLog.from_json(log.to_json()) == log
    assert renderer.pdf(log_html(log)).content == renderer.pdf(log_html(PaperLog.from_json(log.to_json()))).content


def test_each_state_of_an_action_in_words(renderer: Renderer) -> None:
    done = replace(a_line(0), status=ActionStatus.DONE, outcome="Went well")
    missed = replace(a_line(0), status=ActionStatus.NOT_DONE, reason=NotDoneReason.NOT_DONE_BY_AGENCY)
    closed = PaperLine(ref="CAL-A-1", case_ref="CAL-1", due_on=date(2026, 2, 1), status=ActionStatus.OPEN, closed=True)
    parts = (
        PaperPart(agency="Council", lines=(done, missed, a_line(1), a_line(2))),
        PaperPart(agency="", lines=(closed,)),
    )
    text = text_of(renderer.pdf(log_html(replace(a_log(), parts=parts, left_out=2))).content)
    for words in (
        "Due 10 February 2026, done",
        "What came of it: Went well",
        "Due 10 February 2026, not done: not done by the agency",
        "Due 10 February 2026, overdue Visit",
        "overdue by 1 working day",
        "Not open to Cheryl Chair",
        "Due 1 February 2026 Restricted CAL-A-1 · CAL-1",
        "2 actions of cases in which Cheryl Chair declared an interest are left out.",
    ):
        assert words in text


def test_a_log_without_actions_says_so(renderer: Renderer) -> None:
    assert "No action matches." in text_of(renderer.pdf(log_html(replace(a_log(), parts=()))).content)
