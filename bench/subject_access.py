"""What is held about somebody with 200 mentions, as a pack, beside the floor of its PDF and its queries.

    python bench/subject_access.py [--mentions 200] [--rounds 3]

The first line is the pack: everything gathered, third parties looked for in every text, the pack kept encrypted with
its masks, and PDF and JSON made of it. The second is all that is done until it is released: each mask decided on, what
is held compared with the pack before it goes to a second person and again before it is released, and both papers
kept. The floor: the same statements sent again and read, and the same text as PDF in the cheapest layout (paper.py).
Processor time, the renderer's child included. Prints JSON lines with the ratios.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paper import cheap, floor, report, side_by_side
from sqlalchemy import event

from core.app import create_app
from core.clock import utc_now
from core.config import Config
from core.documents.operations import RENDERER
from core.extensions import db
from core.facts import MaskReason
from core.schema import bring_up_to_date
from core.subject_access import packing, queries, releasing
from core.subject_access.paper import given_html
from tests.support.much_held import MuchHeld, much_held

TARGET = 4.0

Statements = list[tuple[str, Any]]


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mentions", type=int, default=200)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder)))
        bring_up_to_date(app)
        with app.app_context():
            held = much_held(chosen.mentions)
            measure(held, chosen.rounds)
            db.session.remove()
            db.engine.dispose()
    RENDERER.close()


def measure(held: MuchHeld, rounds: int) -> None:
    """Both lines, the candidates taking turns; what was done is undone after each."""
    sent = asked_by(lambda: packing.gathered(held.target.request, until=None, now=utc_now()))
    packed(held)
    html = given_html(releasing.given_of(held.target.request, released_at=None))
    db.session.rollback()
    plainly = floor(cheap(html, flat=True))

    def yardstick() -> None:
        connection = db.session.connection()
        for statement, parameters in sent:
            connection.exec_driver_sql(statement, parameters).fetchall()
        db.session.rollback()
        plainly()

    seconds = side_by_side(
        RENDERER,
        {
            "product": lambda: undone(held, packed),
            "released": lambda: undone(held, released),
            "queries and PDF": yardstick,
        },
        rounds,
    )
    more = {"mentions": held.mentions, "queries": len(sent), "pages": RENDERER.pdf(html).pages}
    report("a subject-access pack", TARGET, seconds, "queries and PDF", **more)
    seconds["product"] = seconds["released"]
    report("a subject-access pack, decided on and released", TARGET, seconds, "queries and PDF", **more)


def asked_by(does: Callable[[], object]) -> Statements:
    """The statements that it sends."""
    sent: Statements = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many:
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        does()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
    return [each for each in sent if each[0].lstrip().upper().startswith("SELECT")]


def packed(held: MuchHeld) -> releasing.Ready:
    """The pack, and both papers of it."""
    packing.draw(held.lead, held.target, now=utc_now())
    return releasing.ready(held.target, now=utc_now())


def released(held: MuchHeld) -> None:
    """All of it."""
    packing.draw(held.lead, held.target, now=utc_now())
    masks = {mask.id for mask in queries.masks_of(held.request_id)}
    packing.decide(held.lead, held.target, masks=masks, decision=MaskReason.THIRD_PARTY, why="", now=utc_now())
    packing.put_before(held.lead, held.target, now=utc_now())
    made = releasing.ready(held.target, now=utc_now())
    releasing.release(held.second, held.target, made, version=made.version, now=utc_now())
    db.session.flush()


def undone(held: MuchHeld, does: Callable[[MuchHeld], object]) -> None:
    """Do it, and then not have done it."""
    does(held)
    db.session.rollback()
    db.session.expunge_all()


if __name__ == "__main__":
    main()
