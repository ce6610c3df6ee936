"""The renderer's own process: `python -m core.documents.pdf_child MEGABYTES SECONDS`, for core.documents.pdf.

Reads jobs from standard input and writes documents to standard output until that ends. It fetches nothing
but the package's own style sheet: a document that asks for anything else is refused whole.
"""

import gc
import logging
import os
import resource
import signal
import sys
from io import BytesIO
from typing import IO

import pikepdf
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from core.documents.pdf import receive, send
from core.paths import template_root

ASSETS = {"asset:pdf.css": ("pdf.css", "text/css")}
LARGEST = 64 * 1024 * 1024
"""Bytes of a finished document; the web process holds it whole."""

STAMP = b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC q %s Do Q EMC\n"


class PackagedAssets(URLFetcher):
    """Knows the package's own assets by name, and nothing else: no file, no host, no data."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._assets = {
            url: ((template_root() / "pdf" / name).read_bytes(), kind) for url, (name, kind) in ASSETS.items()
        }

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The asset of that name. Raises ValueError for everything else, before anything is opened."""
        if url not in self._assets:
            raise ValueError("not a packaged asset")
        content, kind = self._assets[url]
        return URLFetcherResponse(url, content, {"Content-Type": kind})

    def open(self, url: object, data: object = None, timeout: object = None) -> URLFetcherResponse:
        """As `fetch`: the way round it is closed."""
        return self.fetch(str(url))


def document(html: str, fetcher: PackagedAssets) -> tuple[bytes, int]:
    """The PDF and its number of pages. The identifier and the dates come from the document alone."""
    laid_out = HTML(string=html, url_fetcher=fetcher).render()
    return laid_out.write_pdf(pdf_variant="pdf/ua-1"), len(laid_out.pages)


def stamped(paper: bytes, stamp_html: str, fetcher: PackagedAssets) -> tuple[bytes, int]:
    """The document with the stamp behind every page, outside the structure that a screen reader follows."""
    stamp_page = HTML(string=stamp_html, url_fetcher=fetcher).write_pdf()
    finished = BytesIO()
    with pikepdf.open(BytesIO(paper)) as pdf, pikepdf.open(BytesIO(stamp_page)) as stamp:
        form = pdf.copy_foreign(stamp.pages[0].as_form_xobject())
        for page in pdf.pages:
            name = page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name.Copy)
            page.contents_add(pdf.make_stream(STAMP % str(name).encode()), prepend=True)
        pages = len(pdf.pages)
        pdf.save(finished, deterministic_id=True)
    return finished.getvalue(), pages


def answer(head: dict[str, object], content: bytes, fetcher: PackagedAssets) -> tuple[dict[str, object], bytes]:
    """What goes back for a job: a document, or the reason why there is none, quoting nothing of it.

    "spent" says that what went wrong may have left this process short of memory or half done.
    """
    length = int(str(head["html"]))
    html = content[:length].decode()
    try:
        if head["job"] == "stamp":
            paper, pages = stamped(content[length:], html, fetcher)
        else:
            paper, pages = document(html, fetcher)
    except FatalURLFetchingError:
        return {"failed": "The document asked for something outside the package, which is refused"}, b""
    except MemoryError:
        return {"failed": "The document took more memory than it may", "spent": True}, b""
    except Exception as error:
        return {"failed": f"The document could not be laid out ({type(error).__name__})", "spent": True}, b""
    if len(paper) > LARGEST:
        return {"failed": "The document came out too large"}, b""
    return {"pages": pages}, paper


def work(jobs: IO[bytes], answers: IO[bytes], seconds: int) -> None:
    """A job, an answer, until the pipe ends. The alarm is for a job whose parent has gone."""
    fetcher = PackagedAssets()
    document("<title>Warm</title><p>Warm", fetcher)
    gc.freeze()
    gc.disable()  # a twentieth of the time; what a document leaves behind is collected between two of them
    while True:
        try:
            head, content = receive(jobs)
        except EOFError:
            return
        signal.alarm(seconds)
        reply, paper = answer(head, content, fetcher)
        signal.alarm(0)
        send(answers, reply, paper)
        gc.collect()


def main() -> None:
    """Take the limits, keep the real output for answers alone, and work."""
    megabytes, seconds = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()
    with (
        os.fdopen(0, "rb", buffering=0, closefd=False) as jobs,
        os.fdopen(os.dup(1), "wb", buffering=0) as answers,
    ):
        os.dup2(2, 1)
        try:
            work(jobs, answers, seconds)
        except OSError:
            sys.exit(1)  # nobody reads the answer: the web process has gone


if __name__ == "__main__":
    main()
