"""Who a document is for, as of now: the reader's rights, asked again for every copy."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import case, select
from sqlalchemy.orm import raiseload, selectinload

from core.cases.models import Case
from core.disclosures.models import ComplaintConsent
from core.documents.record import Reader
from core.extensions import db, directly
from core.facts import Actor, Visibility
from core.policy.cases import open_case, open_to
from core.recording.models import Entry, EntryAgency


def reader_of(
    actor: Actor, *, group_id: int, cases: Iterable[int | None], granted: frozenset[int] = frozenset()
) -> Reader:
    """The reader that this person is of a group's document which is about those cases. Two queries."""
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
        recused_items=actor.recused_items,
        staff_of=actor.staff_of,
        withheld=_withheld(_agreed_in(wanted), actor),
    )


def readers_of(
    actors: Collection[Actor],
    *,
    group_id: int,
    cases: Iterable[int | None],
    granted: Mapping[int, frozenset[int]],
) -> Mapping[int, Reader]:
    """The readers that these people are, by account id: the same as `reader_of` of each, in four queries.

    `granted`: account id -> ids of the items granted to them.
    """
    wanted = {case_id for case_id in cases if case_id is not None}
    found = db.session.scalars(
        select(Case)
        .where(Case.id.in_(wanted))
        .options(selectinload(Case.agencies), selectinload(Case.groups), raiseload("*"))
    ).all()
    restricted = frozenset(each.id for each in found if each.restricted)
    agreed = _agreed_in(wanted)
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
            recused_items=actor.recused_items,
            staff_of=actor.staff_of,
            withheld=_withheld(agreed, actor),
        )
        for actor in actors
    }


Agreed = Mapping[int, frozenset[int | None]]
"""Entry -> the agencies that it is for, of those for agencies that were agreed to."""


def _agreed_in(cases: Collection[int]) -> Agreed:
    """Of what was given in a complaint about those cases. One query."""
    rows = directly(
        select(Entry.id, Entry.source_agency_id, EntryAgency.agency_id)
        .select_from(ComplaintConsent)
        .join(Entry, Entry.id == ComplaintConsent.entry_id)
        .outerjoin(EntryAgency, EntryAgency.entry_id == Entry.id)
        .where(ComplaintConsent.case_id.in_(cases), Entry.visibility == Visibility.AGREED),
        {},
    )
    agreed: dict[int, set[int | None]] = {}
    for entry_id, source, agency in rows:
        agreed.setdefault(entry_id, {source}).add(agency)
    return {entry_id: frozenset(agencies) for entry_id, agencies in agreed.items()}


def _withheld(agreed: Agreed, actor: Actor) -> frozenset[int]:
    return frozenset(entry_id for entry_id, agencies in agreed.items() if actor.agency_id not in agencies)
