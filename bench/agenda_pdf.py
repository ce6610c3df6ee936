"""Agenda as PDF: the product (HTML from the frozen agenda, rendered in its child process) beside paper.py's yardstick.

    python bench/agenda_pdf.py [--cases 40] [--rounds 7]

Prints one JSON line: the same text in a table of fixed columns, with the same tags and variant.
"""

import argparse

from paper import cheap, floor, report, side_by_side

from core.documents.pdf import Renderer
from core.meetings.agenda_document import agenda_html
from tests.records import an_agenda


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=40)
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    agenda = an_agenda(chosen.cases)
    document = agenda_html(agenda)
    renderer = Renderer()
    try:
        seconds = side_by_side(
            renderer,
            {
                "product": lambda: renderer.pdf(agenda_html(agenda)),
                "same text, tables fixed": floor(cheap(document, flat=False)),
            },
            chosen.rounds,
        )
        report(
            "agenda PDF",
            1.5,
            seconds,
            "same text, tables fixed",
            cases=chosen.cases,
            pages=renderer.pdf(document).pages,
        )
    finally:
        renderer.close()


if __name__ == "__main__":
    main()
