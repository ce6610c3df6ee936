"""Worlds by chance of people, and all that may be held about them, to be merged and put apart again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table, insert, select

import core.models  # noqa: F401  every table
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.database import Base
from core.extensions import db
from core.facts import Actor, GroupRole, PersonRole
from core.people.duplicates.models import TwoPeople
from core.people.merging.operations import FIELDS, Plugins
from core.people.models import AddressReader, Person, ProtectedAddress
from core.people.names import search_name
from core.plugin_host import host_of
from core.referrals.models import Referral
from core.standards.lists import ContactWay, EntryKind
from core.standards.models import ContactEntry, ContactPlan
from plugins.family_intervention.models import Family, Member
from plugins.mediation.models import Dispute
from tests.builders import LONG_AGO, a_case, a_group, a_partnership, a_person, a_provider, a_user, an_agency, today
from tests.support.referred import row_of

PEOPLE, CASES = 4, 3

NOT_COMPARED = frozenset({"person_merge", "person_merge_row", "stored_answer", "audit_record", "audit_subject"})
"""What tells of the merges themselves. The head of the trail and its anchors are not here either, by their names."""

SEALED = frozenset({"reach", "said", "address", "postcode", "payload"})
"""Columns of which some are ciphertext: the same text sealed twice is never the same."""

VERSION = "version"
"""A counter of changes: a merge and its undoing are two."""

somebody, some_case = st.integers(0, PEOPLE - 1), st.integers(0, CASES - 1)
words = st.sampled_from(("", "Anna", "Ana", "14 Harbour Street", "ZZ1 2AB"))
days = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


@dataclass(frozen=True)
class Plan:
    """A contact plan: only begun, or with an instruction and lines in its log."""

    person: int
    case: int
    begin_by: date | None
    due_on: date | None
    instruction: str
    entries: int


plans = st.lists(
    st.builds(
        Plan,
        person=somebody,
        case=some_case,
        begin_by=days,
        due_on=days,
        instruction=st.sampled_from(("", "Never after six", "Text first")),
        entries=st.integers(0, 2),
    ),
    unique_by=lambda plan: (plan.person, plan.case),
    max_size=8,
)


@dataclass(frozen=True)
class Held:
    """What is held, by chance."""

    details: Sequence[Mapping[str, str]]
    roles: frozenset[tuple[int, int, PersonRole]]
    plans: Sequence[Plan]
    referred: Sequence[tuple[int, int]]
    protected: Mapping[int, frozenset[int]]
    helped: frozenset[int]
    disputes: Sequence[tuple[int, int]]
    two_people: frozenset[tuple[int, int]]


worlds = st.builds(
    Held,
    details=st.lists(
        st.fixed_dictionaries(dict.fromkeys(("given_name", "family_name", "known_as", "address"), words)),
        min_size=PEOPLE,
        max_size=PEOPLE,
    ),
    roles=st.frozensets(st.tuples(somebody, some_case, st.sampled_from(list(PersonRole)[:3])), max_size=14),
    plans=plans,
    referred=st.lists(st.tuples(somebody, some_case), max_size=4),
    protected=st.dictionaries(somebody, st.frozensets(st.integers(0, 1), max_size=2), max_size=3),
    helped=st.frozensets(somebody, max_size=3),
    disputes=st.lists(st.tuples(somebody, somebody).filter(lambda two: two[0] != two[1]), max_size=2),
    two_people=st.frozensets(st.tuples(somebody, somebody).filter(lambda two: two[0] < two[1]), max_size=1),
)


class Scene:
    """A coordinator to whom everything is open, cases and people; `fill` gives them a world by chance."""

    def __init__(self) -> None:
        self.partnership = a_partnership()
        self.agencies = [an_agency(self.partnership) for _ in range(3)]
        self.group = a_group(self.partnership)
        self.user: User = a_user(self.agencies[2], group=self.group, role=GroupRole.COORDINATOR)
        self.cases = [a_case(self.partnership, self.agencies[2], group=self.group).id for _ in range(CASES)]
        self.everywhere = a_case(self.partnership, self.agencies[2], group=self.group).id
        self.later = a_case(self.partnership, self.agencies[2], group=self.group).id
        self.people = [a_person(self.partnership).id for _ in range(PEOPLE)]
        for person_id in self.people:
            db.session.add(CasePerson(case_id=self.everywhere, person_id=person_id, role=PersonRole.WITNESS))
        self.second = a_case(
            self.partnership, self.agencies[2], group=self.group, subject=db.session.get_one(Person, self.people[0])
        ).id
        self.provider = a_provider(self.partnership, self.agencies[2], "mediation")
        db.session.commit()

    @property
    def coordinator(self) -> Actor:
        """Them, as of now."""
        return actor_as_of(self.user.id, self.partnership.id, on=today())

    @property
    def plugins(self) -> Plugins:
        """The tables of all that are loaded."""
        return Plugins([info.metadata for info in host_of(current_app).plugins if info.metadata is not None])

    def fill(self, world: Held) -> None:
        """Give them what is held, after taking back what the world before left."""
        db.session.rollback()
        now, people, cases = LONG_AGO, self.people, self.cases
        for person_id, details in zip(people, world.details, strict=True):
            person = db.session.get_one(Person, person_id)
            for name, value in details.items():
                setattr(person, name, value)
            person.search_name = search_name(person.given_name, person.family_name, person.known_as)
        for person, case, role in sorted(world.roles):
            db.session.add(CasePerson(case_id=cases[case], person_id=people[person], role=role))
        for plan in world.plans:
            row = ContactPlan(
                case_id=cases[plan.case],
                person_id=people[plan.person],
                begin_by=plan.begin_by,
                due_on=plan.due_on,
                instruction=plan.instruction,
            )
            row.reach = "07700 900123" if plan.instruction else ""
            db.session.add(row)
            db.session.flush()
            for _ in range(plan.entries):
                entry = self.an_entry(row.id)
                entry.said = "All is well."
                db.session.add(entry)
        for number, (person, case) in enumerate(world.referred, start=1):
            row_ = row_of(self.provider, cases[case], people[person], number, by=self.user) | {
                "opened_at": now,
                "moved_at": now,
            }
            db.session.execute(insert(Referral).values(row_))
        for person, readers in world.protected.items():
            named = {self.agencies[each].id for each in readers} | {self.agencies[2].id}
            there = db.session.get_one(Person, people[person])
            there.address = there.postcode = ""
            kept = ProtectedAddress(
                person_id=people[person],
                partnership_id=self.partnership.id,
                changed_at=now,
                changed_by_id=self.user.id,
                readers=[AddressReader(agency_id=each) for each in sorted(named)],
            )
            kept.address, kept.postcode = f"{person} Refuge Road", "ZZ9 9ZZ"
            db.session.add(kept)
        for number, person in enumerate(sorted(world.helped), start=1):
            family = Family(referral_id=number, provider_id=1, partnership_id=1, opened_on=today())
            family.members.append(Member(person_id=people[person], name="A", since=today()))
            db.session.add(family)
        for number, (one, other) in enumerate(world.disputes, start=1):
            row = {"referral_id": number, "partnership_id": 1, "other_name": "B"}
            db.session.add(Dispute(person_id=people[one], other_id=people[other], **row))
        for one, other in sorted(world.two_people):
            db.session.add(
                TwoPeople(
                    partnership_id=self.partnership.id,
                    one_id=people[one],
                    other_id=people[other],
                    reason="Twins",
                    decided_at=now,
                    decided_by_id=self.user.id,
                )
            )
        db.session.flush()

    def an_entry(self, plan_id: int, **values: Any) -> ContactEntry:
        """A line of a contact log."""
        entry = ContactEntry(
            plan_id=plan_id,
            made_on=today(),
            kind=EntryKind.UPDATE,
            way=next(iter(ContactWay)),
            by="Sam",
            recorded_at=LONG_AGO,
            recorded_by_id=self.user.id,
            agency_id=self.agencies[2].id,
            **values,
        )
        return entry


def tables(plugins: Plugins) -> Iterable[Table]:
    """Every table there is, core's and the plugins'."""
    every: Sequence[MetaData] = (Base.metadata, *plugins.tables)
    return [table for metadata in every for table in metadata.sorted_tables]


def everything(plugins: Plugins, *, but: Collection[str] = ()) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    """Every row of every table but those of the trail and of merges, and but their versions."""
    db.session.flush()
    found = {}
    for table in tables(plugins):
        if table.name in NOT_COMPARED or table.name.startswith("audit_"):
            continue
        columns = [column for column in table.columns if column.name not in (VERSION, *but)]
        rows = db.session.execute(select(*columns)).all()
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def differences(before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]]) -> list[tuple[str, Any]]:
    """Table, and the rows of it that are in one of the two alone."""
    assert before.keys() == after.keys()
    return [
        (name, [row for row in (*before[name], *after[name]) if (row in before[name]) != (row in after[name])])
        for name in before
        if before[name] != after[name]
    ]


takes = st.frozensets(st.sampled_from(FIELDS))
"""Fields of which the value of the record that goes is kept."""
