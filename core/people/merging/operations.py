"""Putting two records of one person together, and apart again (docs/adr/0016-one-person-two-records.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import MetaData, Table, and_, exists, or_, select, update

from core import audit
from core.audit import Category
from core.database import Base
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.people.merging import addresses, plans
from core.people.merging.columns import by_table, columns_of_persons
from core.people.merging.ledger import Ledger, Undoing
from core.people.merging.models import MergedRow, PersonMerge
from core.people.merging.queries import later_merge, merged, pair_of
from core.people.models import Person
from core.people.names import search_name
from core.people.operations import PersonDetails, details_of
from core.policy import Permission, require
from core.policy.merging import Merged, Pair
from core.policy.protecting import AddressOf

FIELDS = tuple(PersonDetails.__dataclass_fields__)
"""What a record holds of somebody, each kept as the one or the other has it."""

NAMES = ("given_name", "family_name", "known_as")

FOUND_BY = (*NAMES, "search_name")

OF_AN_ADDRESS = ("address", "postcode")

TWO_PEOPLE = "Somebody decided that these are two people. Take that back first, if it was wrong."
TOGETHER = (
    "A referral holds these two as different people, each with a part of their own in it, so they cannot be one. Put "
    "the referral right first."
)
AWAY = (
    "The plugin {name} cannot be used now, and it may hold these people too. Nothing is merged or undone until it can."
)
UNDONE = "This merge has been undone already."
LATER = "Another record was merged after it. Undo that merge first."

_PEOPLE = cast(Table, Person.__table__)


@dataclass(frozen=True, slots=True)
class Plugins:
    """The tables of plugins that are loaded, and the title of one that is not, and whose tables nobody can know."""

    tables: Sequence[MetaData] = ()
    away: str = ""

    def require_all(self) -> None:
        """Raises Refused while one is away."""
        if self.away:
            raise Refused(AWAY.format(name=self.away))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which record is kept, and the fields of which the other's value is taken. `versions`: as they were read."""

    keep: int
    take: frozenset[str]
    versions: Mapping[int, int]


def merge(actor: Actor, *, pair: Pair, choice: Choice, reason: str, plugins: Plugins, now: datetime) -> PersonMerge:
    """Put two records together: one is kept, the other leads to it from then on.

    Raises Stale when one of them was changed since it was read, Refused with what stands against it.
    """
    pair = _locked(pair)
    require(actor, Permission.MERGE_PEOPLE, pair)
    plugins.require_all()
    if pair.two_people is not None:
        raise Refused(TWO_PEOPLE)
    if any(choice.versions.get(of.person.id) != of.person.version for of in pair.both):
        raise Stale({f"version_{of.person.id}": of.person.version for of in pair.both})
    kept, gone = sorted(pair.both, key=lambda of: of.person.id != choice.keep)
    columns = columns_of_persons(plugins.tables)
    for together in by_table(columns).values():
        _refuse_both_in_one_row(together, kept.person.id, gone.person.id)
    done = PersonMerge(
        partnership_id=kept.person.partnership_id,
        kept_id=kept.person.id,
        gone_id=gone.person.id,
        at=now,
        by_id=actor.user_id,
        reason=reason,
    )
    db.session.add(done)
    db.session.flush()
    ledger = Ledger(done)
    _take_values(ledger, kept, gone, choice.take)
    addresses.close_as_either(actor, ledger, kept=kept, gone=gone, now=now)
    plans.put_together(ledger, kept_id=kept.person.id, gone_id=gone.person.id)
    for column in columns:
        ledger.repoint(column)
    _lead(gone.person.id, to=kept.person.id)
    _record(actor, "person.merge", done, {"reason": reason, "take": sorted(choice.take)})
    db.session.flush()
    db.session.expire_all()
    return done


def undo(actor: Actor, *, done: Merged, reason: str, plugins: Plugins, now: datetime) -> Sequence[MergedRow]:
    """Put them apart again; the lines of the merge that were left as they are, for they were changed since.

    Raises Refused with what stands against it.
    """
    _lock([done.merge.kept_id, done.merge.gone_id])
    done = merged(done.merge.id)
    require(actor, Permission.UNDO_MERGE, done)
    plugins.require_all()
    merge_ = done.merge
    if merge_.undone_at is not None:
        raise Refused(UNDONE)
    if later_merge(merge_) is not None:
        raise Refused(LATER)
    undoing = Undoing(merge_, [table for each in (Base.metadata, *plugins.tables) for table in each.sorted_tables])
    undoing.run()
    _lead(merge_.gone_id, to=None)
    if any(line.table_name == _PEOPLE.name and line.column_name in FOUND_BY for line in undoing.left):
        _name_anew(merge_.kept_id)
    merge_.undone_at, merge_.undone_by_id, merge_.undone_reason = now, actor.user_id, reason
    _record(actor, "person.undo_merge", merge_, {"reason": reason})
    db.session.flush()
    db.session.expire_all()
    return undoing.left


def _locked(pair: Pair) -> Pair:
    """The same, as it is now, and nobody else changes it until this is done."""
    _lock(pair.ids)
    return pair_of(*pair.ids)


def _lock(people: Iterable[int]) -> None:
    """In one order, or two who merge the same two wait for each other for ever."""
    db.session.execute(select(Person.id).where(Person.id.in_(list(people))).order_by(Person.id).with_for_update())
    db.session.expire_all()


def _refuse_both_in_one_row(columns: Sequence[object], one: int, other: int) -> None:
    pairs = [(a, b) for a in columns for b in columns if a is not b]
    if pairs and db.session.scalar(select(or_(*(exists().where(and_(a == one, b == other)) for a, b in pairs)))):  # type: ignore[arg-type]
        raise Refused(TOGETHER)


def _take_values(ledger: Ledger, kept: AddressOf, gone: AddressOf, take: Iterable[str]) -> None:
    """A protected address is not among the values: see core.people.merging.addresses."""
    closed = OF_AN_ADDRESS if kept.protected is not None or gone.protected is not None else ()
    theirs = asdict(details_of(gone.person))
    values = {name: theirs[name] for name in FIELDS if name in take and name not in closed}
    after = asdict(details_of(kept.person)) | values
    if after != asdict(details_of(kept.person)):
        found_by = search_name(after["given_name"], after["family_name"], after["known_as"])
        ledger.change(_PEOPLE, (kept.person.id,), {**values, "search_name": found_by})


def _name_anew(person_id: int) -> None:
    """Found by the names that they have now: some were changed after the merge, and stay."""
    names = db.session.execute(select(*(_PEOPLE.c[name] for name in NAMES)).where(_PEOPLE.c.id == person_id)).one()
    found_by = search_name(*names)
    db.session.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(search_name=found_by))


def _lead(person_id: int, *, to: int | None) -> None:
    """Whoever reads them at this moment finds that they were changed."""
    leads = update(_PEOPLE).where(_PEOPLE.c.id == person_id)
    db.session.execute(leads.values(merged_into_id=to, version=_PEOPLE.c.version + 1))


def _record(actor: Actor, action: str, done: PersonMerge, payload: Mapping[str, object]) -> None:
    audit.record(
        actor,
        Category.COMBINATION,
        action,
        object=f"person_merge:{done.id}",
        subjects=[done.kept_id, done.gone_id],
        payload=payload,
    )
