"""Minutes as PDF: the product (HTML from the record, rendered in its child process) beside the yardstick of paper.py.

    python bench/minutes_pdf.py [--cases 40] [--rounds 5] [--copies 60]

Prints JSON lines: against the yardstick, whose tables have fixed columns (a yardstick without any would have other
tags; its ratio is given beside); four times the cases against once; and so many stamped copies of three distinct
documents against three renders and that many stamps.
"""

import argparse

from paper import cheap, floor, processor_seconds, report, side_by_side

from core.documents.pdf import Renderer
from core.documents.render import copy_html
from core.minutes.render import minutes_html
from tests.records import a_record


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=40)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--copies", type=int, default=60)
    chosen = options.parse_args()
    renderer = Renderer(seconds=300)
    try:
        against_the_floor(renderer, chosen.cases, chosen.rounds)
        growth(renderer, chosen.cases)
        copies(renderer, chosen.cases, chosen.copies)
    finally:
        renderer.close()


def against_the_floor(renderer: Renderer, cases: int, rounds: int) -> None:
    """One document of so many cases, two ways of being cheap."""
    record = a_record(cases)
    document = minutes_html(record)
    seconds = side_by_side(
        renderer,
        {
            "product": lambda: renderer.pdf(minutes_html(record)),
            "same text, tables fixed": floor(cheap(document, flat=False)),
            "same text, no table": floor(cheap(document, flat=True)),
        },
        rounds,
    )
    pages = renderer.pdf(document).pages
    flat = round(seconds["product"] / seconds["same text, no table"], 2)
    report("minutes PDF", 1.25, seconds, "same text, tables fixed", cases=cases, pages=pages, ratio_without_tables=flat)


def growth(renderer: Renderer, cases: int) -> None:
    """Four times the cases."""
    seconds = side_by_side(
        renderer,
        {
            "product": lambda: renderer.pdf(minutes_html(a_record(cases * 4))),
            "a quarter of the cases": lambda: renderer.pdf(minutes_html(a_record(cases))),
        },
        2,
    )
    report("minutes PDF, four times the cases", 4.5, seconds, "a quarter of the cases", cases=cases * 4)


def copies(renderer: Renderer, cases: int, count: int) -> None:
    """Copies for everybody: what rights make different is rendered once each, then stamped per recipient."""
    distinct = [minutes_html(a_record(cases - number)) for number in range(3)]
    papers = [renderer.pdf(document).content for document in distinct]
    start = processor_seconds(renderer)
    papers = [renderer.pdf(document).content for document in distinct]
    rendered = processor_seconds(renderer) - start
    start = processor_seconds(renderer)
    for _ in range(5):
        renderer.stamped(papers[0], copy_html("A. Recipient", "An agency"))
    one_stamp = (processor_seconds(renderer) - start) / 5
    start = processor_seconds(renderer)
    papers = [renderer.pdf(document).content for document in distinct]
    for number in range(count):
        renderer.stamped(papers[number % len(papers)], copy_html(f"Recipient {number}", "An agency"))
    seconds = {"product": processor_seconds(renderer) - start, "renders and stamps": rendered + count * one_stamp}
    report("minutes PDF, copies", 1.25, seconds, "renders and stamps", copies=count, stamp_s=round(one_stamp, 3))


if __name__ == "__main__":
    main()
