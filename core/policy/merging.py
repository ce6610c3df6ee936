"""Who may put two records of one person together, or say that they are two: who sees all of both and may change it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from core.cases.models import Case, CaseGroup, CasePerson
from core.facts import Actor, Verdict
from core.people.duplicates.models import TwoPeople
from core.people.merging.models import PersonMerge
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy.cases import open_case, open_to, person_changed_by
from core.policy.permissions import Permission
from core.policy.protecting import AddressOf
from core.policy.standing import signatory

CLOSED = (
    "Part of what is held about these people is closed to you, so you cannot say whether they are one. Ask somebody "
    "to whom all of it is open."
)
PROTECTED = "The address of one of them is protected, and your agency is not named for it. Ask an agency that is."
MERGED = "One of these records has been merged into another since. Open that one instead."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person's, each with all cases that name it and its protected address."""

    one: AddressOf
    other: AddressOf
    decisions: Sequence[TwoPeople] = ()
    """What was decided of them, the latest first."""

    @property
    def both(self) -> tuple[AddressOf, AddressOf]:
        """One and the other."""
        return self.one, self.other

    @property
    def ids(self) -> list[int]:
        """Numbers of both, for the trail."""
        return [self.one.person.id, self.other.person.id]

    @property
    def two_people(self) -> TwoPeople | None:
        """That they were found to be two, as long as that stands."""
        return next((each for each in self.decisions if each.taken_back_at is None), None)


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge, and the record that is kept as it stands now."""

    merge: PersonMerge
    kept: AddressOf


def merge_pair(actor: Actor, pair: Pair) -> Verdict:
    """Somebody who may change both people, and to whom no case of either and neither protected address is closed.

    Nothing is told of what is closed: not whose it is, what, or how much.
    """
    seen = [person_changed_by(actor, (of.person, of.cases)) for of in pair.both]
    if not all(verdict.known for verdict in seen):
        return Verdict.hidden()
    for verdict in seen:
        if not verdict:
            return verdict
    if any(of.person.merged_into_id is not None for of in pair.both):
        return Verdict.no(MERGED)
    return _sees_all(actor, pair.both)


def undo_merge(actor: Actor, merged: Merged) -> Verdict:
    """The same, of the record that is kept."""
    verdict = person_changed_by(actor, (merged.kept.person, merged.kept.cases))
    return _sees_all(actor, [merged.kept]) if verdict else verdict


def _sees_all(actor: Actor, people: Sequence[AddressOf]) -> Verdict:
    if not all(open_case(actor, case) for of in people for case in of.cases):
        return Verdict.no(CLOSED)
    if any(of.protected is not None and not of.is_read_by(actor.agency_id) for of in people):
        return Verdict.no(PROTECTED)
    return Verdict.yes()


def merged_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `merge_pair`, for each of the two."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    changed = or_(
        Case.lead_agency_id == actor.agency_id,
        exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id.in_(actor.led_groups)),
    )
    named = select(CasePerson.id).join(Case, Case.id == CasePerson.case_id).where(CasePerson.person_id == Person.id)
    read = aliased(AddressReader)
    hidden = exists().where(
        ProtectedAddress.person_id == Person.id,
        ~exists().where(read.person_id == ProtectedAddress.person_id, read.agency_id == actor.agency_id),
    )
    return and_(
        Person.partnership_id == actor.partnership_id,
        Person.merged_into_id.is_(None),
        exists(named.where(open_to(actor), changed)),
        ~exists(named.where(~open_to(actor))),
        ~hidden,
    )


RULES = {
    Permission.FIND_DUPLICATES: signatory,
    Permission.MERGE_PEOPLE: merge_pair,
    Permission.UNDO_MERGE: undo_merge,
}
