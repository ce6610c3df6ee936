"""Reads of the import: the records that rows become or refer to, by the keys that the books use."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only, raiseload, selectinload, undefer

from core.accounts.models import User
from core.actions.models import Action
from core.books.models import ImportedRow
from core.cases.models import Case, CaseGroup, CasePerson
from core.extensions import db
from core.incidents.models import Incident
from core.partnerships.areas import DistrictOutline
from core.partnerships.models import (
    Agency,
    District,
    Group,
    GroupMember,
    Partnership,
    PartnershipAgency,
    Signature,
)
from core.people.models import Person
from core.standards.models import ContactPlan

BATCH = 500
"""Keys asked for at once: well below what any engine allows in one statement."""


def partnership_called(key: str) -> Partnership | None:
    """The partnership with that key."""
    return db.session.scalar(select(Partnership).where(Partnership.key == key))


def partnerships() -> Sequence[Partnership]:
    """All of them, by key."""
    return db.session.scalars(select(Partnership).order_by(Partnership.key)).all()


def imported_rows(partnership_id: int, table: str, keys: Collection[str]) -> dict[str, ImportedRow]:
    """What is remembered of those rows, by key."""
    query = select(ImportedRow).where(ImportedRow.partnership_id == partnership_id, ImportedRow.table_name == table)
    return {row.key: row for row in _in_batches(query, ImportedRow.key, keys)}


def agencies_by_key(partnership_id: int) -> dict[str, Agency]:
    """The partnership's agencies by the key that its books use, without their relations.

    That is the agency's own key, unless an agency of another partnership had it first.
    """
    query = (
        select(Agency, ImportedRow.key)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .outerjoin(
            ImportedRow,
            (ImportedRow.partnership_id == partnership_id)
            & (ImportedRow.table_name == "agencies")
            & (ImportedRow.record_id == Agency.id),
        )
        .where(PartnershipAgency.partnership_id == partnership_id)
        .options(raiseload("*"))
    )
    return {key or agency.key: agency for agency, key in db.session.execute(query)}


def agencies_called(keys: Collection[str]) -> dict[str, Agency]:
    """Agencies of any partnership by their own key."""
    query = select(Agency).options(raiseload("*"))
    return {agency.key: agency for agency in _in_batches(query, Agency.key, keys)}


def memberships_of(agency_ids: Collection[int]) -> Sequence[PartnershipAgency]:
    """Those agencies' memberships of any partnership."""
    query = select(PartnershipAgency).options(raiseload("*"))
    return list(_in_batches(query, PartnershipAgency.agency_id, agency_ids))


def signatures_in(partnership_id: int) -> Sequence[Signature]:
    """Every signature of the partnership, the latest last."""
    query = select(Signature).where(Signature.partnership_id == partnership_id)
    return db.session.scalars(query.order_by(Signature.signed_on).options(raiseload("*"))).all()


def groups_by_key(partnership_id: int) -> dict[str, Group]:
    """The partnership's groups by key, without their relations."""
    query = select(Group).where(Group.partnership_id == partnership_id).options(raiseload("*"))
    return {group.key: group for group in db.session.scalars(query)}


def people_by_ref(partnership_id: int, refs: Collection[str]) -> dict[str, Person]:
    """Those people by reference."""
    query = select(Person).where(Person.partnership_id == partnership_id)
    return {person.ref: person for person in _in_batches(query, Person.ref, refs)}


def people_kept_by_ref(partnership_id: int, refs: Collection[str]) -> dict[str, Person]:
    """The same; where a record was merged into another, the one that is kept."""
    people = people_by_ref(partnership_id, refs)
    kept_ids = {person.merged_into_id for person in people.values() if person.merged_into_id is not None}
    if not kept_ids:
        return people
    kept = {person.id: person for person in _in_batches(select(Person), Person.id, kept_ids)}
    return {ref: kept.get(person.merged_into_id or 0, person) for ref, person in people.items()}


def users_by_email(emails: Collection[str]) -> dict[str, User]:
    """Accounts of any partnership by address, with their grants."""
    query = select(User).options(selectinload(User.grants), raiseload("*"))
    return {user.email: user for user in _in_batches(query, User.email, emails)}


def group_members_of(partnership_id: int, user_ids: Collection[int]) -> Sequence[GroupMember]:
    """Those users' places in the partnership's groups, past ones too."""
    query = select(GroupMember).join(Group).where(Group.partnership_id == partnership_id)
    return list(_in_batches(query.options(raiseload("*")), GroupMember.user_id, user_ids))


def cases_by_ref(partnership_id: int, refs: Collection[str]) -> dict[str, Case]:
    """Those cases by reference, without their relations."""
    query = select(Case).where(Case.partnership_id == partnership_id).options(raiseload("*"))
    return {case.ref: case for case in _in_batches(query, Case.ref, refs)}


def people_in_cases(case_ids: Collection[int]) -> Sequence[CasePerson]:
    """Who is who in those cases."""
    query = select(CasePerson).options(raiseload("*"))
    return list(_in_batches(query, CasePerson.case_id, case_ids))


def planned_in_cases(case_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who has a contact plan in which of those cases: numbers of the case and of the person."""
    query = select(ContactPlan).options(load_only(ContactPlan.case_id, ContactPlan.person_id), raiseload("*"))
    return {(plan.case_id, plan.person_id) for plan in _in_batches(query, ContactPlan.case_id, case_ids)}


def groups_of_cases(case_ids: Collection[int]) -> Sequence[CaseGroup]:
    """Which groups hear those cases."""
    query = select(CaseGroup).options(raiseload("*"))
    return list(_in_batches(query, CaseGroup.case_id, case_ids))


def actions_by_ref(partnership_id: int, refs: Collection[str]) -> dict[str, Action]:
    """Those actions by reference, without their relations."""
    query = select(Action).where(Action.partnership_id == partnership_id).options(raiseload("*"))
    return {action.ref: action for action in _in_batches(query, Action.ref, refs)}


def case_refs(case_ids: Collection[int]) -> dict[int, str]:
    """References of those cases."""
    found: dict[int, str] = {}
    for some in in_batches(sorted(case_ids)):
        rows = db.session.execute(select(Case.id, Case.ref).where(Case.id.in_(some)))
        found |= {row.id: row.ref for row in rows}
    return found


def districts_by_code(partnership_id: int) -> dict[str, District]:
    """The partnership's districts by code, with their outlines."""
    query = select(District).where(District.partnership_id == partnership_id)
    query = query.options(undefer(District.geometry))
    return {district.code: district for district in db.session.scalars(query)}


def outlines_of(partnership_id: int) -> dict[int, DistrictOutline]:
    """The partnership's districts as outlines, by id."""
    query = select(District.id, District.code, District.name, District.geometry)
    found = db.session.execute(query.where(District.partnership_id == partnership_id))
    return {number: DistrictOutline(code, name, geometry) for number, code, name, geometry in found}


def district_names(partnership_id: int) -> dict[str, int]:
    """Ids of the partnership's districts by name, case-folded."""
    query = select(District.name, District.id).where(District.partnership_id == partnership_id)
    return {name.casefold(): number for name, number in db.session.execute(query)}


def count_of_incidents(partnership_id: int) -> int:
    """How many incidents the partnership's register holds."""
    query = select(func.count()).select_from(Incident).where(Incident.partnership_id == partnership_id)
    return db.session.scalars(query).one()


def incidents_without_district(partnership_id: int) -> Sequence[tuple[int, tuple[float, float]]]:
    """Id and place (longitude, latitude) of the incidents that no district has been found for."""
    query = select(Incident.id, Incident.longitude, Incident.latitude).where(
        Incident.partnership_id == partnership_id, Incident.district_id.is_(None)
    )
    return [(number, (longitude, latitude)) for number, longitude, latitude in db.session.execute(query)]


def in_batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values, so many at a time."""
    rest = iter(values)
    while some := list(islice(rest, BATCH)):
        yield some


def _in_batches(query: Select[Any], column: Any, keys: Collection[Any]) -> Iterator[Any]:
    for some in in_batches(sorted(set(keys))):
        yield from db.session.scalars(query.where(column.in_(some)))
