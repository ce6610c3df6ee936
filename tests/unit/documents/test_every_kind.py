"""Every kind of document, in every state that changes its pages: what each is held to (tests.support.papers)."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pytest

from core.actions.paper import PaperLine, PaperLog, PaperPart, log_html
from core.actions.summaries import EDGES
from core.checking.queries import KINDS
from core.circulation.attaching import locked
from core.documents.pdf import Renderer
from core.documents.record import Reader
from core.documents.render import copy_html, full_copy_html, made_for_html, preview_html
from core.facts import ActionStatus, MaskReason
from core.meetings.agenda_document import agenda_html
from core.meetings.pack.document import pack_html
from core.minutes.access.document import AccessDocument, access_html
from core.minutes.access.passages import Piece
from core.minutes.access.shown import ShownBlock, ShownItem, ShownLine
from core.minutes.corrections.recorded import CorrectionNote
from core.minutes.extract import extract_for
from core.minutes.render import minutes_html
from core.paths import PACKAGE, template_root
from tests.records import AGENCIES, HEAD, PEOPLE, a_pack, a_record, an_agenda
from tests.support.papers import faults, pages_of, text_of

WHO = ("Siân Llewellyn", "Harbour Mentoring")
LONG = "A title that goes on and on, of a household and of what was said of it, " * 5
"""Longer than anybody may type: 300 characters."""


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    shared = Renderer(seconds=120)
    yield shared
    shared.close()


def corrected() -> str:
    """The minutes with a note on the first page and at the item."""
    of = date(2026, 4, 7)
    words = {"reference": "M-2026-019", "agreed_under": 3, "was": "Fourteen calls.", "now": "Four calls."}
    return minutes_html(a_record(2), [CorrectionNote(item_number=4, on=of, **words)])


def extract() -> str:
    """What the mentoring scheme is given."""
    provider = AGENCIES[5]
    reader = Reader(user_id=6, agency_id=provider.id, agency_name=provider.name, signatory=True)
    return minutes_html(extract_for(a_record(6), reader)[0])


def access() -> str:
    """A subject-access copy with masks."""
    masked = (Piece("She said that "), Piece("", MaskReason.THIRD_PARTY), Piece(" had called."))
    lines = tuple(ShownLine((Piece("", MaskReason.SOURCE),), masked, "", ()) for _ in range(30))
    said = (ShownBlock("Said", "", lines),)
    item = ShownItem(4, 4, (Piece(PEOPLE[4]),), "Heard", ("Calder NHS Trust",), "", said, about_them=True)
    when = datetime(2026, 5, 1, 9, tzinfo=UTC)
    paper = AccessDocument(
        person=PEOPLE[4],
        asked_on=date(2026, 4, 1),
        due_on=date(2026, 5, 1),
        issued_at=when,
        items=(item,) * 4,
        masked={MaskReason.THIRD_PARTY: 120, MaskReason.SOURCE: 120},
    )
    return access_html(paper, a_record(1))


def log(actions: int) -> str:
    """An action log of so many actions for each of three agencies."""
    lines = tuple(
        PaperLine(
            ref=f"A-2026-{number:03d}",
            case_ref="NB-2026-0001",
            group="Riverside",
            text="Visit the household. " * 6,
            person=PEOPLE[number % len(PEOPLE)],
            due_on=date(2026, 3, 3),
            status=ActionStatus.OPEN,
            overdue=number or None,
        )
        for number in range(actions)
    )
    parts = tuple(PaperPart(agency=each.name, lines=lines) for each in AGENCIES[:3])
    made = {"made_for": WHO[0], "made_for_agency": WHO[1], "made_at": datetime(2026, 4, 1, 9, tzinfo=UTC)}
    return log_html(
        PaperLog(
            partnership="Northbridge Community Safety Partnership",
            heading="Every action",
            filters=("Open",),
            edges=EDGES,
            parts=parts if actions else (),
            audit_head=HEAD,
            **made,
        )
    )


def at_length() -> str:
    """Minutes with titles of 300 characters and an item of some twenty pages."""
    record = a_record(2)
    long, other = record.items[-1], record.items[-2]
    entries = tuple(replace(long.entries[0], text="What was said of it. " * 400 + "\n" + LONG) for _ in range(8))
    return minutes_html(
        replace(record, title=LONG, items=(replace(other, title=LONG), replace(long, title=LONG, entries=entries)))
    )


HTML: dict[str, Callable[[], str]] = {
    "minutes": lambda: minutes_html(a_record(6)),
    "minutes of nothing": lambda: minutes_html(replace(a_record(1), items=(), attendance=(), quorum="")),
    "minutes of sixty items": lambda: minutes_html(a_record(57, actions=1)),
    "minutes at length": at_length,
    "agenda": lambda: agenda_html(an_agenda(20)),
    "agenda of nothing": lambda: agenda_html(replace(an_agenda(1), items=())),
    "agenda of sixty items": lambda: agenda_html(replace(an_agenda(56), title=LONG)),
    "research": lambda: pack_html(a_pack(14)),
    "research of an agency": lambda: pack_html(a_pack(14, leads=False)),
    "research of nothing": lambda: pack_html(a_pack(0, leads=False)),
    "actions": lambda: log(40),
    "actions of nothing": lambda: log(0),
    "extract": extract,
    "access": access,
    "correction": corrected,
}
STAMPED: dict[str, tuple[str, str]] = {
    "copy": ("minutes", copy_html(*WHO)),
    "corrected copy": ("correction", copy_html(*WHO)),
    "copy of an agenda": ("agenda", copy_html(*WHO)),
    "copy of research": ("research", made_for_html(*WHO)),
    "copy of actions": ("actions", made_for_html(*WHO)),
    "preview": ("minutes", preview_html(*WHO, "Amara Okafor")),
    "full": ("minutes", full_copy_html(*WHO)),
}
"""What a stamp is put on, and the stamp."""

KEEPS = {"keep_document": 1, "keep_once": 1, "keep_html": 2, "keep_html_once": 2}
"""What keeps a document, and where it is told the kind."""

ELSEWHERE = {"html": "no PDF", "full html": "no PDF", "locked copy": "a copy, locked"}
"""Kinds that are kept, and are checked in another way or are no PDF."""


@pytest.fixture(scope="module")
def made(renderer: Renderer) -> Callable[[str], bytes]:
    """A document of that kind, made once."""
    papers: dict[str, bytes] = {}

    def make(kind: str) -> bytes:
        if kind not in papers:
            if kind in HTML:
                papers[kind] = renderer.pdf(HTML[kind]()).content
            else:
                of, stamp = STAMPED[kind]
                papers[kind] = renderer.stamped(make(of), stamp).content
        return papers[kind]

    return make


@pytest.mark.parametrize("kind", [*HTML, *STAMPED])
def test_every_kind_is_as_documents_are(kind: str, made: Callable[[str], bytes]) -> None:
    assert faults(made(kind)) == []


@pytest.mark.parametrize("kind", STAMPED)
def test_every_page_of_a_stamped_document_says_whose_it_is(kind: str, made: Callable[[str], bytes]) -> None:
    assert all(WHO[0] in page and WHO[1] in page for page in pages_of(made(kind)))


@pytest.mark.parametrize("kind", HTML)
def test_every_page_has_the_records_hash_in_its_foot(kind: str, made: Callable[[str], bytes]) -> None:
    """And the first page, which had it in a table once, has it there alone."""
    *_, record = text_of(made(kind)).partition("Record ")[2].split()[:1]
    assert len(record) == 64
    assert all(page.count(record) == 1 for page in pages_of(made(kind)))


@pytest.mark.parametrize("kind", HTML)
def test_every_page_has_the_version_and_where_the_audit_trail_stood(kind: str, made: Callable[[str], bytes]) -> None:
    """By their numbers, as `roundtable audit verify` finds them again in the trail."""
    *_, page = pages = pages_of(made(kind))
    seq, _, hash_ = page.partition("Audit record ")[2].split()[:3]
    assert seq.isdecimal() and len(hash_) == 64
    assert all(page.count(hash_) == 1 and "version " in page.lower() for page in pages)


def test_a_locked_copy_is_the_copy(made: Callable[[str], bytes]) -> None:
    key = "k7mpw-x3qdt-hv4ka-9rjbe"
    with pikepdf.open(BytesIO(locked(made("copy"), key)), password=key) as pdf:
        opened = BytesIO()
        pdf.save(opened)
    assert faults(opened.getvalue()) == []


def test_every_kind_that_is_kept_is_in_this_list() -> None:
    assert KINDS.keys() <= HTML.keys() | STAMPED.keys() | ELSEWHERE.keys()


def test_every_kind_that_some_code_keeps_has_a_name_and_is_in_this_list() -> None:
    kept = {kind for path in sorted(PACKAGE.rglob("*.py")) for kind in _kept_by(path.read_text(encoding="utf-8"))}
    assert {"minutes", "agenda", "correction", "access", "full"} <= kept
    assert kept - {"paper"} <= KINDS.keys(), "the check page has no words for it"


def _kept_by(source: str) -> Iterator[str]:
    """The kinds that a module keeps documents under, where it says so in so many words."""
    tree = ast.parse(source)
    said = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        place = KEEPS.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
        if place is not None:
            kind = node.args[place]
            kind = said.get(kind.id, kind) if isinstance(kind, ast.Name) else kind
            kind = kind.values[0] if isinstance(kind, ast.JoinedStr) else kind
            if isinstance(kind, ast.Constant):
                yield str(kind.value).removesuffix(" v")


def test_every_template_of_a_document_is_in_this_list() -> None:
    templates = {path.stem for path in (template_root() / "pdf").glob("*.html") if not path.stem.startswith("_")}
    assert templates <= HTML.keys()
