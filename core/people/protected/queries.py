"""Reads of protected addresses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from core.actions.models import Action
from core.cases.models import Case, CasePerson
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Research
from core.people.models import AddressReader, Person, ProtectedAddress
from core.people.queries import person_named
from core.policy.cases import open_to, people_open_to
from core.policy.protecting import AddressOf
from core.referrals.models import Referral


def address_of(person_id: int) -> AddressOf:
    """Somebody with their protected address, if they have one, as the gate needs it. Raises NotFound."""
    person, cases = person_named(person_id)
    return AddressOf(person, cases, protected_address(person_id))


def protected_address(person_id: int) -> ProtectedAddress | None:
    """Theirs, with the agencies that read it."""
    return db.session.scalar(
        select(ProtectedAddress)
        .where(ProtectedAddress.person_id == person_id)
        .options(selectinload(ProtectedAddress.readers), raiseload("*"))
    )


def protected_addresses(person_ids: Collection[int]) -> Mapping[int, ProtectedAddress]:
    """Person id -> protected address, of those who have one. For what masks it, and never for what shows it."""
    found = db.session.scalars(
        select(ProtectedAddress).where(ProtectedAddress.person_id.in_(person_ids)).options(raiseload("*"))
    )
    return {each.person_id: each for each in found}


@dataclass(frozen=True, slots=True)
class Hidden:
    """Somebody whose address is protected: in the case that a text is about, or anywhere, if the writer reads it."""

    person_id: int
    address: str
    postcode: str
    """Both empty for a writer who may not read them: nothing that they are told depends on what is kept."""
    on_the_case: bool


def is_any_protected(partnership_id: int | None) -> bool:
    """Whether there is anything to look for."""
    return bool(db.session.scalar(select(exists().where(ProtectedAddress.partnership_id == partnership_id))))


def hidden_from_texts_of(actor: Actor, arguments: Mapping[str, int]) -> Sequence[Hidden]:
    """What a text of theirs, at the address with those ids, may give away: of everybody in its case, and of everybody
    else whose address the writer reads, so that a warning tells them of nobody new.
    """
    on_the_case = _in_a_case_of(arguments, actor)
    is_read, sealed_for = and_(_is_read_by(actor), people_open_to(actor)), aliased(Person)
    rows = db.session.execute(
        select(ProtectedAddress, on_the_case, is_read)
        .join(sealed_for, sealed_for.id == ProtectedAddress.person_id)
        # An address of a record that was merged is sealed there: it is the person's who is kept.
        .join(Person, Person.id == func.coalesce(sealed_for.merged_into_id, sealed_for.id))
        .where(ProtectedAddress.partnership_id == actor.partnership_id, or_(on_the_case, is_read))
        .options(joinedload(ProtectedAddress.person), raiseload("*"))
    ).all()
    return [
        Hidden(each.person_id, each.address if read else "", each.postcode if read else "", bool(named))
        for each, named, read in rows
    ]


def _is_read_by(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        AddressReader.person_id == ProtectedAddress.person_id, AddressReader.agency_id == actor.agency_id
    )


def _in_a_case_of(arguments: Mapping[str, int], actor: Actor) -> ColumnElement[bool]:
    """Whether a person is named in what an address leads to: of several ids the closest to the case counts.

    Somebody or an action may be open to the actor and a case of theirs not, and so may a meeting and a case that it
    hears: of those that they may not open nothing is told.
    """
    case: Select[Any] | None = None
    if "case_id" in arguments:
        return _named_in(arguments["case_id"])
    if "person_id" in arguments:
        case = (
            select(CasePerson.case_id)
            .join(Case, Case.id == CasePerson.case_id)
            .where(CasePerson.person_id == arguments["person_id"], open_to(actor))
        )
    elif "action_id" in arguments:
        case = (
            select(Action.case_id)
            .join(Case, Case.id == Action.case_id)
            .where(Action.id == arguments["action_id"], open_to(actor))
        )
    elif "referral_id" in arguments:
        case = select(Referral.case_id).where(Referral.id == arguments["referral_id"])
    elif "item_id" in arguments:
        case = select(AgendaItem.case_id).where(AgendaItem.id == arguments["item_id"])
    elif "research_id" in arguments:
        case = select(AgendaItem.case_id).join(Research).where(Research.id == arguments["research_id"])
    elif "meeting_id" in arguments:
        case = (
            select(AgendaItem.case_id)
            .join(Case, Case.id == AgendaItem.case_id)
            .where(AgendaItem.meeting_id == arguments["meeting_id"], open_to(actor))
        )
    return _named_in(-1) if case is None else _named_in(case)


def _named_in(case: object) -> ColumnElement[bool]:
    within = CasePerson.case_id == case if isinstance(case, int) else CasePerson.case_id.in_(case)  # type: ignore[arg-type]  # a select
    named = select(CasePerson.person_id).where(within)
    merged = select(Person.id).where(Person.merged_into_id.in_(named))
    return or_(ProtectedAddress.person_id.in_(named), ProtectedAddress.person_id.in_(merged))
