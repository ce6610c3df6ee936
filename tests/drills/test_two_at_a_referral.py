"""Drill: two people work at the same referral, or at two referrals of the same dispute, at the same moment.

Of two mediations between the same two parties one is opened again. A withdrawal of consent is taken whatever else comes
at that moment, and no move is made after it.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import pytest
from sqlalchemy import Select, func, select

from core.accounts.operations import sign_in
from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import Actor, PersonRole
from core.partnerships.models import Partnership, Provider
from core.people.models import Person
from core.referrals import operations, queries
from core.referrals.models import Referral, ReferralMove
from core.testing.facts import in_boxes
from plugins.mediation.models import Dispute
from plugins.mediation.pathway import MediationPayload
from tests.builders import a_case, a_partnership, a_person, a_provider, a_user, an_agency, today
from tests.drills.conftest import Report
from tests.support.server import Client, Server

SHORT, FULL = 8, 100
REFUSED = (409, 422)
"""What whoever comes second is answered: nothing is done, and why."""


@dataclass
class Office:
    """Mediators, each with a browser, and the referrals that they race for."""

    closed: list[tuple[int, int]]
    """Two referrals of one dispute, one by either party, both closed."""
    open: list[int]
    """Confirmed, with both consents."""
    mediators: list[Client]
    answers: Counter[str] = field(default_factory=Counter)

    def both(self, *sent: tuple[str, dict[str, object]]) -> list[int]:
        """Each of the mediators sends one form, at the same moment; what each was answered."""
        start = Barrier(len(sent))

        def send(client: Client, path: str, form: dict[str, object]) -> int:
            start.wait()
            return client.post(path, form)[0]

        with ThreadPoolExecutor(len(sent)) as threads:
            return list(threads.map(send, self.mediators, *zip(*sent, strict=True)))


@pytest.fixture
def office(server: Server, full: bool) -> Iterator[Office]:
    """As many disputes of each sort as there are rounds, each between two people of its own."""
    partnership = a_partnership()
    agency = an_agency(partnership, "Even Ground Mediation")
    provider = a_provider(partnership, agency, "mediation")
    provider.capacity = 10_000
    workers = [a_user(agency) for _ in range(2)]
    worker = actor_as_of(workers[0].id, partnership.id, on=today())
    rounds = FULL if full else SHORT
    made = Office([], [], [])
    for _ in range(rounds):
        one, other = a_person(partnership), a_person(partnership, "Percy", "Neighbour")
        sides = ((one, other), (other, one))
        first, second = (
            _move(worker, _referred(worker, provider, *side), "decline_referred", result="no_mediator")
            for side in sides
        )
        made.closed.append((first, second))
        strangers = a_person(partnership), a_person(partnership)
        made.open.append(_move(worker, _referred(worker, provider, *strangers), "confirm"))
    tokens = [sign_in(user.id, now=utc_now()) for user in workers]
    db.session.commit()
    db.session.remove()
    server.start()
    made.mediators += [Client(server.port, token) for token in tokens]
    for client in made.mediators:
        client.get("/account")
    yield made
    for client in made.mediators:
        client.close()


def test_of_two_at_once_one_is_first_and_a_withdrawal_is_always_taken(office: Office, figure: Report) -> None:
    for pair in office.closed:
        answers = office.both(*((f"/referrals/{each}/reopen", _again(each)) for each in pair))
        office.answers[f"reopen {sorted(answers)}"] += 1
        assert sorted(answers)[0] == 303 and sorted(answers)[1] in REFUSED, answers
        open_now = number(select(func.count()).where(Referral.id.in_(pair), Referral.closed_at.is_(None)))
        assert open_now == 1
        assert number(select(func.count()).where(Dispute.referral_id.in_(pair), Dispute.ended_on.is_(None))) == 1
    for each in office.open:
        moved, withdrawn = office.both(
            (f"/referrals/{each}/moves/visit_first", _visit(each)), (f"/referrals/{each}/consents/other", _withdrawal())
        )
        office.answers[f"move {moved}, withdrawal {withdrawn}"] += 1
        assert withdrawn == 303, "a withdrawal waits for nobody"
        assert moved == 303 or moved in REFUSED
        stages = db.session.scalars(
            select(ReferralMove.to_stage).where(ReferralMove.referral_id == each).order_by(ReferralMove.id)
        ).all()
        db.session.rollback()
        assert stages == ["referred", "confirmed", *(["first_visited"] if moved == 303 else []), "closed"]
    figure("two at a referral", str(dict(office.answers)))


def _referred(actor: Actor, provider: Provider, one: Person, other: Person) -> Referral:
    """By the mediators themselves, from a case of theirs."""
    case = a_case(db.session.get_one(Partnership, provider.partnership_id), provider.agency, subject=one)
    db.session.add(CasePerson(case_id=case.id, person_id=other.id, role=PersonRole.PARTY))
    db.session.flush()
    told = MediationPayload(
        other_id=other.id,
        other_name=other.name,
        against=(),
        contactable=True,
        referred_on=today(),
        other_on=today(),
        about="The hedge",
        contact="By text",
    )
    loaded = queries.case_to_refer_from(case.id)
    db.session.expire_all()
    made = operations.refer(actor, case=loaded, person=one, provider=provider, payload=told, now=utc_now())
    db.session.expire_all()
    return queries.referral_of(made.id)


def _move(actor: Actor, referral: Referral, transition: str, **answers: str) -> int:
    operations.move(
        actor, referral=referral, transition=transition, version=referral.version, answers=answers, now=utc_now()
    )
    return referral.id


def _again(referral_id: int) -> dict[str, object]:
    return {"reason": "They asked once more", "version": _version(referral_id)}


def _visit(referral_id: int) -> dict[str, object]:
    told = {"party": "other", "mediators": "Noor Al-Amin", **in_boxes("held_on", today())}
    return {"version": _version(referral_id)} | {f"details-{name}": value for name, value in told.items()}


def _withdrawal() -> dict[str, object]:
    return {"state": "withdrawn", **in_boxes("on", today())}


def _version(referral_id: int) -> int:
    return number(select(Referral.version).where(Referral.id == referral_id))


def number(query: Select[int]) -> int:
    """A number, in a transaction of its own."""
    found = db.session.scalar(query)
    db.session.rollback()
    return int(found or 0)
