"""A mediation of which everything that is said carries the word of what a provider's own staff may read."""

from datetime import timedelta
from typing import TYPE_CHECKING

from core.cases.models import Case, CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from core.referrals import operations as referrals
from core.referrals.queries import case_to_refer_from, referral_of
from plugins.mediation import queries
from plugins.mediation.pathway import MediationPayload
from tests.builders import a_person, a_provider, today

if TYPE_CHECKING:
    from tests.integration.matrix.things import Ids, Table

BEFORE_EVERY_MEETING = timedelta(days=60)
"""The minutes of each tell how far it had come."""


def mediated(table: "Table", case: Case, person: Person) -> "Ids":
    """A neighbour of the person, in dispute with them, and how far the mediators have brought the two."""
    said, on = table.words["staff"], today()
    other = a_person(table.partnership, "Percy", table.words["case"])
    db.session.add(CasePerson(case_id=case.id, person_id=other.id, role=PersonRole.PARTY))
    provider = a_provider(table.partnership, table.agencies.mentors, "mediation")
    db.session.flush()
    db.session.expire_all()
    made = referrals.refer(
        table.actor("member"),
        case=case_to_refer_from(case.id),
        person=person,
        provider=provider,
        payload=MediationPayload(
            other_id=other.id, other_name=other.name, against=(), contactable=True, referred_on=on, other_on=on,
            about=f"{said}, and a hedge", contact=f"At {said} House", visits=f"A dog called {said}",
        ),
        now=utc_now(),
    )  # fmt: skip
    held = {"held_on": on.isoformat(), "mediators": f"Noor {said}", "said": f"{said} said so"}
    steps = (
        ("confirm", {}),
        ("visit_first", {"party": "referred", **held}),
        ("visit_second", {"party": "other", **held}),
        ("session", {"kind": "shuttle", **held}),
        ("agree", {"agreed": "full", "terms": f"{said} is cut in May", **held}),
    )
    for transition, answers in steps:
        row = referral_of(made.id)
        referrals.move(
            table.actor("provider"),
            referral=row,
            transition=transition,
            answers=answers,
            version=row.version,
            note=f"{said} is content",
            now=utc_now(),
        )
        db.session.flush()
        db.session.expire_all()
    whole = referral_of(made.id)
    whole.opened_at -= BEFORE_EVERY_MEETING
    for move in whole.moves:
        move.at -= BEFORE_EVERY_MEETING
    return {
        "mediated_id": made.id,
        "mediating_provider_id": provider.id,
        "sitting_id": queries.sittings_of(made.id)[0].id,
        "term_id": queries.terms_of(made.id)[0].id,
    }
