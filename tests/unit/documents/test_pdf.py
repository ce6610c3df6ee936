"""Documents read back, and the process that makes them."""

import os
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdf
import pytest

from core.documents.pdf import Renderer, RenderFailed
from core.documents.record import Reader
from core.documents.render import copy_html
from core.facts import ItemKind
from core.meetings.agenda_document import agenda_html
from core.minutes.render import minutes_html
from tests.records import PEOPLE, a_record, an_agenda
from tests.support.papers import pages_of, text_of
from tests.support.reaching import REACHING, a_host


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    shared = Renderer(seconds=60)
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def minutes(renderer: Renderer) -> bytes:
    return renderer.pdf(minutes_html(a_record(6))).content


@pytest.fixture(scope="module")
def agenda(renderer: Renderer) -> bytes:
    return renderer.pdf(agenda_html(an_agenda(20))).content


def test_marking_pages_version_and_audit_head_are_on_every_page(minutes: bytes, agenda: bytes) -> None:
    for paper, head, version in ((minutes, "9f2c" * 16, "version 1"), (agenda, "51ab" * 16, "version 2")):
        pages = pages_of(paper)
        assert len(pages) > 1
        for number, page in enumerate(pages, start=1):
            assert "OFFICIAL-SENSITIVE" in page
            assert f"Page {number} of {len(pages)}" in page
            assert f"M-2026-014, {version}" in page
            assert page.count(head) == 1, "in the foot, on the first page as well"


def test_the_marking_is_the_first_thing_that_is_read(minutes: bytes) -> None:
    with pikepdf.open(BytesIO(minutes)) as pdf:
        content = pdf.pages[0].Contents.read_bytes()
    assert b"/Artifact" in content
    assert text_of(minutes).index("OFFICIAL-SENSITIVE") < text_of(minutes).index("Northbridge")


def test_all_that_was_recorded_is_in_the_document(minutes: bytes) -> None:
    text, record = text_of(minutes), a_record(6)
    for item in record.items:
        assert f"{item.number}. " in text
        for entry in item.entries:
            assert entry.text.split(".")[0][:40] in text
        for action in item.actions:
            assert text.count(action.ref) == 2, "under its item and in the action table"
    for line in record.attendance:
        assert line.agency in text
    assert "Quorate: 8 of 11 member agencies" in text
    assert "Apologies: Helen Marsh" in text


def test_names_print_in_their_scripts(minutes: bytes) -> None:
    text = text_of(minutes)
    assert unicodedata.normalize("NFC", PEOPLE[5]) in text
    assert "Zoë Brontë-Hughes" in text
    with pikepdf.open(BytesIO(minutes)) as pdf:
        fonts = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    assert any("Arabic" in name for name in fonts), fonts
    assert all(name[7] == "+" for name in fonts), "only subsets are embedded"


def test_letters_that_are_joined_read_back_as_they_were_typed(renderer: Renderer) -> None:
    record = a_record(1)
    arabic = replace(record.items[-1], title="محمد الأحمد")
    text = text_of(renderer.pdf(minutes_html(replace(record, items=(arabic,)))).content)
    letters = set("محمدالأحمد")
    found = unicodedata.normalize("NFKC", text)
    assert letters <= set(found)


def test_title_language_tags_and_bookmarks(minutes: bytes, agenda: bytes) -> None:
    for paper, title in ((minutes, "Minutes: "), (agenda, "Agenda: ")):
        with pikepdf.open(BytesIO(paper)) as pdf:
            assert str(pdf.Root.Lang) == "en-GB"
            assert str(pdf.docinfo.Title) == f"{title}Riverside Community Sector Team, 3 March 2026"
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.StructTreeRoot.K
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
    outline = [entry.title for entry in _flat(pypdf.PdfReader(BytesIO(minutes)).outline)]
    assert "Attendance" in outline
    assert "1. Welcome and confidentiality statement" in outline
    assert "Actions by agency" in outline


def _flat(outline: list) -> Iterator[pypdf.generic.Destination]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def test_no_name_is_in_the_documents_properties(minutes: bytes) -> None:
    with pikepdf.open(BytesIO(minutes)) as pdf:
        properties = str(dict(pdf.docinfo)).encode() + pdf.Root.Metadata.read_bytes()
    assert not [name for name in PEOPLE if name.encode() in properties]


def test_the_contents_lead_to_the_items(minutes: bytes) -> None:
    reader = pypdf.PdfReader(BytesIO(minutes))
    links = [link for page in reader.pages[:2] for link in page.get("/Annots", [])]
    assert len(links) == len(a_record(6).items) + 1


@pytest.mark.parametrize("present", [13, 14, 21])
def test_no_page_has_one_or_two_lines_of_the_contents(present: int, renderer: Renderer) -> None:
    record = a_record(8)
    short = replace(record.items[0], entries=(), actions=(), earlier_actions=(), referrals=(), sections=())
    items = tuple(replace(short, id=number, number=number) for number in range(1, 15))
    longer = replace(record, items=items, sections=(), attendance=record.attendance[:1] * present)
    lines = [page.count(", page ") for page in pages_of(renderer.pdf(minutes_html(longer)).content)]
    assert sum(lines) == 14
    assert not {1, 2} & set(lines), lines


def test_a_copy_holds_what_its_reader_may_have_and_nothing_else(renderer: Renderer) -> None:
    record = a_record(3)
    case, other = record.items[3], record.items[4]
    reader = Reader(user_id=97, agency_id=9, signatory=True, granted_items=frozenset({case.id}))
    text = text_of(renderer.pdf(minutes_html(record.only(reader))).content)
    assert case.case_ref in text
    assert case.entries[0].text[:30] in text
    assert case.entries[1].text[:30] not in text, "for the agencies named alone"
    assert other.case_ref not in text
    assert other.entries[0].text[:30] not in text


def test_a_restricted_case_prints_its_reference_alone(renderer: Renderer) -> None:
    record = a_record(1)
    case = replace(record.items[-1], title="Canary Bird", restricted=True)
    part = replace(record, items=(case,)).only(Reader(user_id=1, agency_id=1, signatory=True))
    text = text_of(renderer.pdf(minutes_html(part)).content)
    assert "4. Restricted" in text
    assert case.case_ref in text
    assert "Canary" not in text
    agenda = an_agenda(2).only(Reader(user_id=1, agency_id=1, signatory=True, open_cases=frozenset({1})))
    on_paper = text_of(renderer.pdf(agenda_html(agenda)).content)
    assert "6. Restricted NB-2026-0002" in on_paper
    assert an_agenda(2).items[-1].title not in on_paper
    assert unicodedata.normalize("NFC", an_agenda(2).items[-2].title) in on_paper


def test_markup_and_formulas_print_as_they_were_typed(renderer: Renderer) -> None:
    typed = '=HYPERLINK("http://x/") <script>alert(1)</script> {{ 7*7 }} &amp; <img src="file:///etc/passwd">'
    item = replace(a_record(1).items[-1], kind=ItemKind.LOCATION, title=typed)
    text = text_of(renderer.pdf(minutes_html(replace(a_record(1), items=(item,)))).content)
    assert text.count(typed) >= 2


def test_the_same_html_gives_the_same_bytes_in_another_process(minutes: bytes) -> None:
    other = Renderer()
    try:
        assert other.pdf(minutes_html(a_record(6))).content == minutes
    finally:
        other.close()


def test_a_recipients_copy_says_whose_it_is_on_every_page(renderer: Renderer, minutes: bytes) -> None:
    stamp = copy_html("Siân Llewellyn", "Harbour Mentoring")
    copy = renderer.stamped(minutes, stamp)
    pages = pages_of(copy.content)
    assert copy.pages == len(pages) == len(pages_of(minutes))
    assert all("Copy of Siân Llewellyn" in page and "Harbour Mentoring" in page for page in pages)
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert renderer.stamped(minutes, stamp).content == copy.content


def test_the_stamp_is_an_artifact_and_the_structure_stays(renderer: Renderer, minutes: bytes) -> None:
    copy = renderer.stamped(minutes, copy_html("Siân Llewellyn", "Harbour Mentoring")).content
    with pikepdf.open(BytesIO(minutes)) as before, pikepdf.open(BytesIO(copy)) as after:
        assert len(after.Root.StructTreeRoot.K) == len(before.Root.StructTreeRoot.K)
        assert str(after.Root.Lang) == "en-GB"
        first = after.pages[0].Contents[0].read_bytes()
    assert first.startswith(b"/Artifact <<")
    assert first.rstrip().endswith(b"EMC")


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """A web server on loopback that remembers who asked."""
    with a_host() as found:
        yield found


@pytest.mark.parametrize("how", REACHING)
def test_a_document_reaches_no_host_and_no_file(
    how: str, renderer: Renderer, host: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = host
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-in-a-file")
    os.utime(secret, (1, 1))
    for url in (f"{address}/x", secret.as_uri(), f"ftp{address[4:]}/x", "data:text/css,p{color:red}"):
        try:
            paper = renderer.pdf(f"<!doctype html><title>x</title><p>Text{REACHING[how].format(url=url)}").content
        except RenderFailed as refusal:
            assert "outside the package" in refusal.reason
        else:
            assert b"canary-in-a-file" not in _unpacked(paper)
    assert asked == []
    assert secret.stat().st_atime == 1, "the file was opened"


def _unpacked(paper: bytes) -> bytes:
    with pikepdf.open(BytesIO(paper)) as pdf:
        streams = [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]
    return paper + b"".join(streams)


def test_an_attached_file_is_not_in_the_document(renderer: Renderer) -> None:
    with pytest.raises(RenderFailed, match="outside the package"):
        renderer.pdf('<title>x</title><link rel="attachment" href="file:///etc/passwd"><p>x')


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_made() -> None:
    hasty = Renderer(seconds=8)
    try:
        hasty.pdf("<title>x</title><p>x")
        bomb = "<title>x</title>" + "<div style='display:flex'><p>x" * 30
        start = time.monotonic()
        with pytest.raises(RenderFailed, match="within 8 seconds"):
            hasty.pdf(bomb)
        assert time.monotonic() - start < 20
        assert "Riverside" in text_of(hasty.pdf(agenda_html(an_agenda(1))).content)
    finally:
        hasty.close()


def test_a_document_that_takes_too_much_memory_is_given_up_and_the_next_one_is_made() -> None:
    lean = Renderer(seconds=60, megabytes=420)
    try:
        with pytest.raises(RenderFailed, match=r"memory|within 60 seconds"):  # a busy machine is too slow to fill it
            lean.pdf("<title>x</title>" + "<p>word " * 400_000)
        assert "Riverside" in text_of(lean.pdf(agenda_html(an_agenda(1))).content)
    finally:
        lean.close()


def test_a_renderer_that_dies_is_started_again(renderer: Renderer) -> None:
    renderer.pdf("<title>x</title><p>x")
    child = renderer._child
    assert child is not None
    child.kill()
    child.wait()
    assert renderer.pdf("<title>x</title><p>x").pages == 1


def test_the_child_ends_with_its_parent() -> None:
    parent = (
        "import os, time\n"
        "from core.documents.pdf import Renderer\n"
        "r = Renderer(); r.pdf('<title>x</title><p>x')\n"
        "print(r._child.pid, flush=True)\n"
        "os._exit(9)\n"
    )
    answer = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, timeout=60)
    child = int(answer.stdout)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_many_threads_share_one_child(renderer: Renderer) -> None:
    renderer.pdf("<title>x</title><p>x")
    child = renderer._child
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        found[number] = text_of(renderer.pdf(f"<title>x</title><p>Number {number}").content)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"Number {number}" for number in range(12)}
    assert renderer._child is child


def test_the_child_knows_nothing_of_the_environment(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDTABLE_SECRET", "canary")
    fresh = Renderer()
    try:
        fresh.pdf("<title>x</title><p>x")
        assert fresh._child is not None
        assert b"canary" not in Path(f"/proc/{fresh._child.pid}/environ").read_bytes()
    finally:
        fresh.close()


def test_long_texts_and_long_words_stay_on_the_page(renderer: Renderer) -> None:
    item = a_record(1).items[-1]
    long = replace(
        item, entries=(replace(item.entries[0], text="word " * 10_000), replace(item.entries[0], text="W" * 5_000))
    )
    paper = renderer.pdf(minutes_html(replace(a_record(1), items=(long,))))
    assert paper.pages > 10
    assert sum(page.count("W") for page in pages_of(paper.content)) >= 5_000
