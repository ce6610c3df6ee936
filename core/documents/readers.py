"""Who a document is for, as of now: the reader's rights, asked again for every copy."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import case, select
from sqlalchemy.orm import raiseload, selectinload

from core.cases.models import Case
from core.documents.record import Reader
from core.extensions import db, directly
from core.facts import Actor
from core.policy.cases import open_case, open_to


def reader_of(
    actor: Actor, *, group_id: int, cases: Iterable[int | None], granted: frozenset[int] = frozenset()
) -> Reader:
    """The reader that this person is of a group's document which is about those cases. One query."""
    wanted = {case_id for case_id in cases if case_id is not None}
    asked = select(Case.id, Case.restricted, case((open_to(actor), 1), else_=0)).where(Case.id.in_(wanted))
    cases_now = directly(asked, {}).all()
    return Reader(
        user_id=actor.user_id,
        agency_id=actor.agency_id,
        agency_name=actor.agency_name,
        name=actor.name,
        is_chair_or_coordinator=actor.leads(group_id),
        signatory=actor.signatory and actor.in_partnership,
        granted_items=granted,
        open_cases=frozenset(number for number, _, is_open in cases_now if is_open),
        restricted_cases=frozenset(number for number, restricted, _ in cases_now if restricted),
        recused_cases=actor.recused_cases,
        staff_of=actor.staff_of,
    )


def readers_of(
    actors: Collection[Actor],
    *,
    group_id: int,
    cases: Iterable[int | None],
    granted: Mapping[int, frozenset[int]],
) -> Mapping[int, Reader]:
    """The readers that these people are, by account id: the same as `reader_of` of each, in three queries.

    `granted`: account id -> ids of the items granted to them.
    """
    wanted = {case_id for case_id in cases if case_id is not None}
    found = db.session.scalars(
        select(Case)
        .where(Case.id.in_(wanted))
        .options(selectinload(Case.agencies), selectinload(Case.groups), raiseload("*"))
    ).all()
    restricted = frozenset(each.id for each in found if each.restricted)
    return {
        actor.user_id: Reader(
            user_id=actor.user_id,
            agency_id=actor.agency_id,
            agency_name=actor.agency_name,
            name=actor.name,
            is_chair_or_coordinator=actor.leads(group_id),
            signatory=actor.signatory and actor.in_partnership,
            granted_items=granted.get(actor.user_id, frozenset()),
            open_cases=frozenset(each.id for each in found if open_case(actor, each)),
            restricted_cases=restricted,
            recused_cases=actor.recused_cases,
            staff_of=actor.staff_of,
        )
        for actor in actors
    }
