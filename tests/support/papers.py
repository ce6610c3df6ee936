"""What every document is held to, read back with pikepdf and pypdf."""

import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import pikepdf
import pypdf
from werkzeug.test import TestResponse

MARKING = "OFFICIAL-SENSITIVE"
SUBSET = re.compile(r"/[A-Z]{6}\+")
ACTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/URI", "/Movie"}
"""Kinds of action that leave the document, or do something in its reader's programme."""
SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
LEAST = 70
"""Letters on a page, its foot counted: less is a page that should not be there."""


def pages_of(paper: bytes) -> list[str]:
    """The text of each page, with one space between words."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(paper)).pages]


@lru_cache(maxsize=500)
def text_of(paper: bytes) -> str:
    """The text of all pages, in the order in which it is drawn. By Poppler, which takes a tenth of pypdf's time."""
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def paper_in(answer: TestResponse) -> bytes:
    """The document that a page answers with; fails when it answers with anything else."""
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "application/pdf"
    return answer.get_data()


def text_in(answer: TestResponse) -> str:
    """The text of the document that a page answers with."""
    return text_of(paper_in(answer))


def unlocked(paper: bytes, password: str) -> bytes:
    """The same document for whoever has its password."""
    plain = BytesIO()
    with pikepdf.open(BytesIO(paper), password=password) as pdf:
        pdf.save(plain)
    return plain.getvalue()


def faults(paper: bytes) -> list[str]:
    """Everything that a document of ours may not be: empty when it is as it should be."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        return [*_structure(pdf), *_fonts(pdf), *_reach(pdf), *_loose_text(pdf), *_last_headings(pdf), *_pages(paper)]


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not (root.get("/MarkInfo", {}).get("/Marked") and root.get("/StructTreeRoot", {}).get("/K")):
        yield "it has no tags"
    if str(root.get("/Lang")) != "en-GB":
        yield "it does not say its language"
    if not str(pdf.docinfo.get("/Title", "")) or not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "its title is not shown"
    if "/Metadata" not in root or b"pdfuaid" not in root.Metadata.read_bytes():
        yield "it does not say that it is PDF/UA"
    if not root.get("/Outlines", {}).get("/First"):
        yield "it has no bookmarks"
    yield from (f"page {page.index + 1} has no tags" for page in pdf.pages if "/StructParents" not in page)


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for each in _dictionaries(pdf):
        if each.get("/Type") == "/FontDescriptor":
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()):
                yield f"the font {each.get('/FontName')} is not embedded"
            if not SUBSET.match(str(each.get("/FontName"))):
                yield f"the font {each.get('/FontName')} is embedded whole"
        elif each.get("/Type") == "/Font" and "/FontDescriptor" not in each and "/DescendantFonts" not in each:
            yield f"the font {each.get('/BaseFont')} is not embedded"


def _reach(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/EmbeddedFiles" in pdf.Root.get("/Names", {}) or "/AF" in pdf.Root or len(pdf.attachments):
        yield "it has attachments"
    yield from (f"it has {key}" for key in ("/AcroForm", "/AA", "/OpenAction", "/Collection") if key in pdf.Root)
    for each in _dictionaries(pdf):
        if str(each.get("/S")) in ACTS or "/JS" in each:
            yield f"it has an action: {each.get('/S')}"
        if each.get("/Type") in ("/Filespec", "/EmbeddedFile") or "/AA" in each:
            yield f"it has a {each.get('/Type')}"
        if "/URI" in each:
            yield f"it leads to {each.get('/URI')}"


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary, those within others too."""
    waiting: list[Any] = list(pdf.objects)
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting += [part for part in each if _holds(part)]
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            waiting += [part for _, part in each.items() if _holds(part)]
            yield each


def _holds(part: Any) -> bool:
    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def _loose_text(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Text outside the structure that is no artifact: nobody who listens would know of it."""
    for page in pdf.pages:
        depth = 0
        for step in pikepdf.parse_content_stream(page):
            name = str(step.operator)
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(name, 0)
            if depth == 0 and name in SHOWS_TEXT:
                yield f"page {page.index + 1} has text without a tag"
                break


def _last_headings(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Headings that are the last thing on their page, with what they are about on the next."""
    last: dict[tuple[int, int], tuple[int, str]] = {}
    waiting: list[tuple[Any, Any, str]] = [(pdf.Root.StructTreeRoot, None, "")]
    while waiting:
        element, page, tag = waiting.pop()
        page, own = element.get("/Pg", page), str(element.get("/S", ""))
        tag = own if re.fullmatch(r"/H[1-6]", own) or not re.fullmatch(r"/H[1-6]", tag) else tag
        children = element.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, int) or (isinstance(child, pikepdf.Dictionary) and "/MCID" in child):
                number = child if isinstance(child, int) else int(child.MCID)
                at = (child.get("/Pg", page) if not isinstance(child, int) else page).objgen
                last[at] = max(last.get(at, (-1, "")), (number, tag))
            elif isinstance(child, pikepdf.Dictionary):
                waiting.append((child, page, tag))
    for page in pdf.pages:
        if re.fullmatch(r"/H[1-6]", last.get(page.obj.objgen, (0, ""))[1]):
            yield f"page {page.index + 1} ends in a heading"


def _pages(paper: bytes) -> Iterator[str]:
    pages = pages_of(paper)
    for number, text in enumerate(pages, start=1):
        if MARKING not in text:
            yield f"page {number} has no marking"
        foot = f"Page {number} of {len(pages)}"
        if foot not in text:
            yield f"page {number} does not say “{foot}”"
        body = text.replace(MARKING, "").replace(foot, "")
        if len(re.sub(r"\b[0-9a-f]{64}\b|\W", "", body)) < LEAST:
            yield f"page {number} is all but empty"
    if not pages_of(_unstamped(paper))[0].startswith(MARKING):
        yield "the marking is not the first thing that is read"


def _unstamped(paper: bytes) -> bytes:
    """The first page without the stamp behind it, which nobody reads who reads by the tags."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        content = pdf.pages[0].Contents
        if isinstance(content, pikepdf.Array) and b"/Watermark" in content[0].read_bytes():
            pdf.pages[0].Contents = pikepdf.Array(list(content)[1:])
        del pdf.pages[1:]
        bare = BytesIO()
        pdf.save(bare)
    return bare.getvalue()
