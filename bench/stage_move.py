"""A stage move of a referral, with every check, beside the barest write of an action.

    python bench/stage_move.py [--moves 200]

The yardstick is that of save_action.py: a Flask view that inserts a row and an audit row and raises a revision in one
transaction, under the same server, on SQLite with `synchronous=FULL`. Over HTTP, one client of each in turn; each move
is that of another referral: mediators confirm one to which both parties have consented.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert, select

from bench.room import a_floor
from bench.save_action import FLOOR, floor_sender, in_turn, report
from core.accounts.operations import sign_in
from core.app import create_app
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.people.models import Person
from core.referrals.models import Referral, ReferralConsent, ReferralMove
from core.schema import bring_up_to_date
from plugins.mediation import PATHWAY
from plugins.mediation.dispute import Party
from plugins.mediation.pathway import MediationPayload
from tests.builders import a_case, a_partnership, a_person, a_provider, a_user, an_agency, today
from tests.support.referred import refer_many
from tests.support.server import Client, Server

TARGET = 4
FILLED_IN = 2
"""Version of a referral to which the payload was given after it was made."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=200)
    chosen = parser.parse_args()
    with referred(chosen.moves + 20) as mover, a_floor(FLOOR) as port:
        taken = in_turn({"floor": floor_sender(port), "product": mover}, chosen.moves)
        report("a stage move, p50", taken["product"], taken["floor"], 0.5, TARGET)


@contextmanager
def referred(referrals: int) -> Iterator[Callable[[], bool]]:
    """A server with so many referrals, and what confirms the next of them."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data=Path(folder))
        app = create_app(config)
        bring_up_to_date(app)
        with app.app_context():
            ids, token = to_confirm(referrals)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        server = Server(Path(folder), config.url)
        server.start()
        client, waiting = Client(server.port, token), iter(ids)
        try:
            yield lambda: client.post(f"/referrals/{next(waiting)}/moves/confirm", {"version": FILLED_IN})[0] == 303
        finally:
            client.close()
            server.kill()


def to_confirm(referrals: int) -> tuple[Sequence[int], str]:
    """Ids of referrals to mediation, and the session of somebody who works there."""
    partnership = a_partnership()
    council, mediators = an_agency(partnership), an_agency(partnership)
    provider, worker = a_provider(partnership, mediators, "mediation"), a_user(mediators)
    cases = [
        a_case(partnership, council, subject=a_person(partnership), title=f"Case {number}")
        for number in range(referrals)
    ]
    people = db.session.scalars(select(Person.id).order_by(Person.id)).all()
    other = a_person(partnership, "Percy", "Neighbour")
    refer_many(provider, [case.id for case in cases], people, by=a_user(council))
    told = MediationPayload(
        other_id=other.id, other_name=other.name, against=(), contactable=True, referred_on=today(), other_on=today(),
        about="The hedge between them, and what was said over it", contact="By text message, after six",
    )  # fmt: skip
    first, said = PATHWAY.stages[0], PATHWAY.dump(told)
    made = db.session.scalars(select(Referral)).all()
    for row in made:
        row.stage, row.stage_title, row.payload = first.key, first.title, said
        begun = ReferralMove(
            referral_id=row.id, at=utc_now(), user_id=worker.id, to_stage=first.key, to_title=first.title, summary="",
            rows=[], payload=said, payload_version=1,
        )  # fmt: skip
        db.session.add(begun)
    db.session.flush()
    ids = [row.id for row in made]
    consents = [
        {"referral_id": number, "key": party.value, "label": "A party", "given_on": today()}
        for number in ids
        for party in Party
    ]
    db.session.execute(insert(ReferralConsent), consents)
    return ids, sign_in(worker.id, now=utc_now())


if __name__ == "__main__":
    main()
