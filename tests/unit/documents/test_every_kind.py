"""Every kind of document, in every state that changes its pages: what each is held to (tests.support.papers)."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from core.actions.paper import log_html
from core.checking.queries import KINDS
from core.circulation.attaching import locked
from core.documents.pdf import Renderer
from core.documents.record import Reader
from core.documents.render import copy_html, full_copy_html, made_for_html, preview_html
from core.meetings.agenda_document import agenda_html
from core.meetings.pack.document import pack_html
from core.minutes.access.document import access_html
from core.minutes.extract import extract_for
from core.minutes.render import minutes_html
from core.paths import PACKAGE, template_root
from core.subject_access.paper import given_html
from tests.records import AGENCIES, a_pack, a_record, an_agenda
from tests.records_taken import a_correction, a_log, an_access_copy, what_is_held
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
    return minutes_html(a_record(2), [a_correction()])


def extract() -> str:
    """What the mentoring scheme is given."""
    provider = AGENCIES[5]
    reader = Reader(user_id=6, agency_id=provider.id, agency_name=provider.name, signatory=True)
    return minutes_html(extract_for(a_record(6), reader)[0])


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
    "actions": lambda: log_html(a_log(40)),
    "actions of nothing": lambda: log_html(a_log(0)),
    "extract": extract,
    "access": lambda: access_html(an_access_copy(), a_record(1)),
    "subject_access": lambda: given_html(what_is_held()),
    "subject_access of nothing": lambda: given_html(replace(what_is_held(), parts=(), masked={})),
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


@pytest.mark.parametrize("kind", [kind for kind in HTML if not kind.startswith("subject_access")])  # released once
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
