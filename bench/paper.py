"""The yardstick of the documents: their own text in the cheapest layout, with the same tags and variant.

Headings and paragraphs without a single inline element; tables where the document has to have one, with fixed
columns; two lines in the margins. Product and yardstick render in turns, in one process each, warm. What is
counted is processor time, the renderer's child included: other work on the machine then changes little.
"""

import gc
import html
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from weasyprint import HTML

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.documents.pdf import Renderer

STYLE = """@page{size:A4;margin:18mm 16mm;
@bottom-right{content:"Page " counter(page) " of " counter(pages);font-size:8pt}
@top-left{content:"OFFICIAL-SENSITIVE";font-size:8pt}}
html{font-family:"Noto Sans";font-size:10pt;line-height:1.35}h1{font-size:18pt}h2{font-size:12pt;margin:10pt 0 2pt;
break-after:avoid}h3{font-size:10pt;margin:3pt 0}p{margin:3pt 0}
table{width:100%;border-collapse:collapse;font-size:9pt;table-layout:fixed}
th,td{border:.5pt solid #999;padding:2pt 4pt;text-align:left;vertical-align:top}tr{break-inside:avoid}"""

BLOCKS = {"h1": "h1", "h2": "h2", "h3": "h3", "p": "p", "li": "p"}
CELLS = {"td", "th"}
TABLE = {"table", "thead", "tbody", "tr"}


class _Cheap(HTMLParser):
    """Every block of a document as one run of plain text. `flat` writes a table's rows as paragraphs, too."""

    def __init__(self, *, flat: bool) -> None:
        super().__init__()
        self.out: list[str] = []
        self._flat = flat
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS or (tag in CELLS and not self._flat):
            name = BLOCKS.get(tag, tag)
            extra = "".join(f' {key}="{value}"' for key, value in attrs if key in ("colspan", "scope"))
            self._open, self._text = (name, extra), []
        elif tag == "tr" and self._flat:
            self._open, self._text = ("p", ""), []
        elif tag in TABLE and not self._flat:
            self.out.append(f"<{tag}>")
        if tag == "br" or tag in CELLS:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        closes = tag in BLOCKS or (tag == "tr" if self._flat else tag in CELLS)
        if closes and self._open:
            name, extra = self._open
            text = html.escape(" ".join("".join(self._text).split()))
            self.out.append(f"<{name}{extra}>{text}</{name}>")
            self._open = None
        elif tag in TABLE and not self._flat:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._text.append(data)


def cheap(document: str, *, flat: bool) -> str:
    """The same text in the cheap layout; `flat` without any table."""
    reader = _Cheap(flat=flat)
    reader.feed(document)
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Floor</title>'
        f"<style>{STYLE}</style></head>"
        f"<body>{''.join(reader.out)}</body></html>"
    )


def floor(document: str) -> Callable[[], bytes]:
    """Render the yardstick, tagged and as PDF/UA-1 like the product."""
    return lambda: HTML(string=document).write_pdf(pdf_variant="pdf/ua-1")


def processor_seconds(renderer: Renderer) -> float:
    """What this process and the renderer's child have used so far, to a hundredth of a second."""
    child = renderer._child
    if child is None:
        return time.process_time()
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def side_by_side(renderer: Renderer, what: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Processor seconds, the median of so many rounds, each taking every candidate in turn after one to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in what}
    for turn in range(rounds + 1):
        for name, run in what.items():
            gc.collect()
            start = processor_seconds(renderer)
            run()
            if turn:
                taken[name].append(processor_seconds(renderer) - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(job: str, target: float, seconds: dict[str, float], yardstick: str, **more: object) -> None:
    """A JSON line: both figures, their ratio and the target."""
    ratio = seconds["product"] / seconds[yardstick]
    line = {
        "job": job,
        "product_cpu_s": round(seconds["product"], 3),
        "yardstick": yardstick,
        "yardstick_cpu_s": round(seconds[yardstick], 3),
        "ratio": round(ratio, 2),
        "target": target,
        "met": ratio <= target,
        **more,
    }
    print(json.dumps(line))
