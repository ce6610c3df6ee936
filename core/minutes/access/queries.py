"""Reads of subject-access copies: whom minutes are about, what they hold of one person, and the copies made of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.cases.models import Case, CasePerson
from core.disclosures.withheld import withheld_from
from core.extensions import db
from core.facts import Actor, CaseKind, MinutesStatus, PersonRole
from core.masking.passages import Span, covered
from core.masking.proposing import Known, Passage, names, proposals
from core.masking.text import Text
from core.meetings.models import AgendaItem, Meeting
from core.minutes.access.texts import Besides, ItemTexts, item_texts, of_somebody_else
from core.minutes.corrections.queries import in_effect, note_of
from core.minutes.models import Minutes, SubjectAccessCopy, SubjectAccessMask
from core.minutes.queries import frozen_record
from core.minutes.record import MeetingRecord, RecordedItem
from core.partnerships.models import Group
from core.people.models import Person, ProtectedAddress
from core.people.protected.queries import protected_addresses
from core.policy.access import About
from core.referrals.models import Referral

WHOM_IT_IS_ABOUT = frozenset({PersonRole.SUBJECT, PersonRole.PARTY})
"""The others whom a case names told of it, or suffered from it: what was said is mostly not about them."""


@dataclass(frozen=True, slots=True)
class InTheMinutes:
    """Somebody whom a case names that was on the agenda, the cases that do, and those of them that are about them."""

    person: Person
    case_ids: frozenset[int]
    about_them: frozenset[int] = frozenset()


def people_in(record: MeetingRecord) -> Sequence[InTheMinutes]:
    """Everybody named in a case on the agenda, by family name."""
    rows = db.session.execute(
        select(Person, CasePerson.case_id, CasePerson.role, Case.kind)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(CasePerson.case_id.in_(_cases_of(record)))
        .order_by(Person.search_name, Person.id)
        .options(raiseload("*"))
    ).all()
    cases: defaultdict[Person, set[int]] = defaultdict(set)
    about_them: defaultdict[Person, set[int]] = defaultdict(set)
    for person, case_id, role, kind in rows:
        cases[person].add(case_id)
        if role in WHOM_IT_IS_ABOUT or (role is PersonRole.FAMILY_MEMBER and kind is CaseKind.FAMILY):
            about_them[person].add(case_id)
    return [InTheMinutes(person, frozenset(found), frozenset(about_them[person])) for person, found in cases.items()]


def items_about(record: MeetingRecord, case_ids: Collection[int]) -> list[RecordedItem]:
    """The items of those cases, in the order of the agenda."""
    return [item for item in record.items if item.case_id in case_ids]


def about(minutes: Minutes, people: Collection[InTheMinutes]) -> Mapping[int, About]:
    """Person id -> what the minutes hold about them, as the gate needs it. One query."""
    cases = _with_who_may_open({case_id for each in people for case_id in each.case_ids})
    return {each.person.id: _held_by(minutes, each.person.id, each.case_ids, cases) for each in people}


def _held_by(minutes: Minutes, person_id: int, case_ids: Collection[int], cases: Collection[Case]) -> About:
    items = items_about(frozen_record(minutes), case_ids)
    return About(
        minutes=minutes,
        person_id=person_id,
        cases=[case for case in cases if case.id in case_ids],
        was_restricted=frozenset(item.case_id for item in items if item.restricted and item.case_id),
        declared=frozenset(one.user_id for item in items for one in item.recused if one.user_id is not None),
    )


def _with_who_may_open(case_ids: Collection[int]) -> Sequence[Case]:
    return db.session.scalars(
        select(Case)
        .where(Case.id.in_(case_ids))
        .options(selectinload(Case.agencies), selectinload(Case.groups), raiseload("*"))
    ).all()


def held_about(actor: Actor, person_id: int) -> Sequence[About]:
    """What approved minutes of the groups that the actor leads hold about that person, the newest first.

    The same few queries however many there are, once their records have been read.
    """
    theirs = set(db.session.scalars(select(CasePerson.case_id).where(CasePerson.person_id == person_id)))
    found = db.session.scalars(
        select(Minutes)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(_approved_by_groups_of(actor), _heard_one_of(theirs))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .options(
            joinedload(Minutes.meeting).joinedload(Meeting.group).joinedload(Group.partnership),
            raiseload("*"),
        )
    ).all()
    cases = _with_who_may_open(theirs)
    of = [(minutes, theirs & _cases_of(frozen_record(minutes))) for minutes in found]
    return [_held_by(minutes, person_id, case_ids, cases) for minutes, case_ids in of if case_ids]


def is_in_minutes_of(actor: Actor, person_id: int) -> bool:
    """Whether approved minutes of a group that the actor leads are about a case that names that person. One query."""
    theirs = select(CasePerson.case_id).where(CasePerson.person_id == person_id)
    named = (
        select(Minutes.id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(_approved_by_groups_of(actor), _heard_one_of(theirs))
    )
    return bool(db.session.scalar(select(named.exists())))


def _approved_by_groups_of(actor: Actor) -> ColumnElement[bool]:
    return and_(Minutes.status == MinutesStatus.APPROVED, Meeting.group_id.in_(actor.led_groups))


def _heard_one_of(cases: Collection[int] | Select[int]) -> ColumnElement[bool]:
    return exists().where(AgendaItem.meeting_id == Meeting.id, AgendaItem.case_id.in_(cases))


def about_person(minutes: Minutes, person_id: int) -> About | None:
    """What the minutes hold about that person; None when no case on the agenda names them."""
    found = [each for each in people_in(frozen_record(minutes)) if each.person.id == person_id]
    return about(minutes, found).get(person_id)


def about_copy(minutes: Minutes, copy: SubjectAccessCopy) -> About:
    """The same of a copy's person. When no case names them any more, nothing of the meeting may be closed."""
    record = frozen_record(minutes)
    found = about_person(minutes, copy.person_id)
    return found or about(minutes, [InTheMinutes(copy.person, frozenset(_cases_of(record)))])[copy.person_id]


def copies_of(minutes_ids: Collection[int]) -> Sequence[SubjectAccessCopy]:
    """The copies that were begun of those minutes, the newest first, each with its person."""
    return db.session.scalars(
        select(SubjectAccessCopy)
        .where(SubjectAccessCopy.minutes_id.in_(minutes_ids))
        .order_by(SubjectAccessCopy.id.desc())
        .options(joinedload(SubjectAccessCopy.person), raiseload("*"))
    ).all()


def copy_of(minutes: Minutes, copy_id: int) -> SubjectAccessCopy | None:
    """That copy of those minutes, with its person and its masks, lifted ones included."""
    return db.session.scalars(
        select(SubjectAccessCopy)
        .where(SubjectAccessCopy.id == copy_id, SubjectAccessCopy.minutes_id == minutes.id)
        .options(joinedload(SubjectAccessCopy.person), selectinload(SubjectAccessCopy.masks), raiseload("*"))
    ).first()


def draft_for(minutes_id: int, person_id: int) -> SubjectAccessCopy | None:
    """The copy for that person that is worked on, if one was begun."""
    return db.session.scalars(
        select(SubjectAccessCopy)
        .where(
            SubjectAccessCopy.minutes_id == minutes_id,
            SubjectAccessCopy.person_id == person_id,
            SubjectAccessCopy.issued_at.is_(None),
            SubjectAccessCopy.withdrawn_at.is_(None),
        )
        .options(raiseload("*"))
    ).first()


def drafts_asked_for_by(day: date, actor: Actor, *, most: int) -> Sequence[SubjectAccessCopy]:
    """Copies that are worked on and were asked for by that day, of minutes of the groups that the actor leads.

    The longest asked for first, each with its person and its minutes. One query.
    """
    return db.session.scalars(
        select(SubjectAccessCopy)
        .join(Minutes, Minutes.id == SubjectAccessCopy.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(
            SubjectAccessCopy.issued_at.is_(None),
            SubjectAccessCopy.withdrawn_at.is_(None),
            SubjectAccessCopy.asked_on <= day,
            Meeting.group_id.in_(actor.led_groups),
        )
        .order_by(SubjectAccessCopy.asked_on, SubjectAccessCopy.id)
        .limit(most)
        .options(
            joinedload(SubjectAccessCopy.person),
            joinedload(SubjectAccessCopy.minutes)
            .joinedload(Minutes.meeting)
            .joinedload(Meeting.group)
            .joinedload(Group.partnership),
            raiseload("*"),
        )
    ).all()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy is made of: its items' texts, whom it is for, and everybody else who is named at that meeting."""

    items: Sequence[ItemTexts]
    subject: Known
    others: Sequence[Known]
    person_ids: Sequence[int]
    """Everybody named in the cases of those items, for the trail."""

    def texts(self) -> Iterator[Text]:
        """Every text of the copy."""
        for item in self.items:
            yield from item.texts()

    def limits(self) -> Mapping[str, str]:
        """Place -> what the text there was given under, in a complaint."""
        return {text.place: text.limit for text in self.texts() if text.limit}

    def proposed(self) -> list[Passage]:
        """What Roundtable would mask."""
        return proposals(self.texts(), self.subject, self.others)

    def unseen(self, masks: Collection[SubjectAccessMask]) -> list[Passage]:
        """What it would mask and nobody has decided on: neither masked nor lifted.

        Where a text was masked whole and that was lifted, each part of it is decided on for itself.
        """
        by_place: defaultdict[str, list[SubjectAccessMask]] = defaultdict(list)
        for mask in masks:
            by_place[mask.place].append(mask)
        return [each for text in self.texts() for each in self._unseen_in(text, by_place[text.place])]

    def _unseen_in(self, text: Text, masks: Sequence[SubjectAccessMask]) -> list[Passage]:
        whole = [mask for mask in masks if _is_all_of(text, mask)]
        if text.whole is not None and whole and not in_force(whole):
            # The first was over the whole, whatever it held; what came after it was decided on as it is.
            text, masks = replace(text, whole=None), [mask for mask in masks if mask is not whole[0]]
        return [
            each
            for each in proposals([text], self.subject, self.others)
            if not covered(text.text, each.span, spans_of(masks))
        ]


def _is_all_of(text: Text, mask: SubjectAccessMask) -> bool:
    return mask.starts == 0 and mask.ends >= len(text.text)


def contents_of(minutes: Minutes, person_id: int) -> Contents:
    """What the copy for that person is made of. Seven queries."""
    record = frozen_record(minutes)
    people = people_in(record)
    found = next((each for each in people if each.person.id == person_id), None)
    if found is None:
        return Contents((), Known(), (), ())
    also = _merged_into([each.person.id for each in people])
    hidden = protected_addresses([*(each.person.id for each in people), *(each.id for each in also)])
    subject = _known(found.person, hidden)
    own_names = [subject, *(_known(each, hidden) for each in also if each.merged_into_id == person_id)]

    def about_subject(text: str) -> bool:
        return any(names(text, each) for each in own_names)

    items = items_about(record, found.case_ids)
    own = _referrals_of(person_id, items)
    shared = {case_id for each in people if each.person.id != person_id for case_id in each.case_ids}
    corrections = [(each.id, note_of(each)) for each in in_effect(minutes.id)]
    last = {item.case_id: item.id for item in items}
    ids = {person_id, *(each.id for each in also if each.merged_into_id == person_id)}
    withheld = withheld_from(ids, found.case_ids)
    texts = []
    for item in items:
        besides = Besides(
            own_referrals=own,
            alone=item.case_id not in shared,
            closing=tuple(
                (n, section)
                for n, section in enumerate(record.sections)
                if section.case_id == item.case_id and last[item.case_id] == item.id
            ),
            corrections=tuple(each for each in corrections if each[1].item_number == item.number),
            withheld=withheld,
        )
        made = item_texts(item, besides)
        about_them = item.case_id in found.about_them
        texts.append(made if about_them else of_somebody_else(made, about_subject))
    return Contents(
        items=texts,
        subject=subject,
        others=[
            *(_known(each.person, hidden) for each in people if each.person.id != person_id),
            *(_known(each, hidden) for each in also if each.merged_into_id != person_id),
        ],
        person_ids=[each.person.id for each in people if each.case_ids & found.case_ids],
    )


def spans_by_place(masks: Collection[SubjectAccessMask]) -> Mapping[str, Sequence[Span]]:
    """Place -> what those masks cover."""
    by_place: defaultdict[str, list[Span]] = defaultdict(list)
    for mask in masks:
        by_place[mask.place] += spans_of([mask])
    return by_place


def spans_of(masks: Collection[SubjectAccessMask]) -> list[Span]:
    """What those masks of one text cover."""
    return [Span(mask.starts, mask.ends, mask.reason, mask.id) for mask in masks]


def in_force(masks: Collection[SubjectAccessMask]) -> list[SubjectAccessMask]:
    """Those that were not lifted."""
    return [mask for mask in masks if mask.lifted_at is None]


def names_of(user_ids: Collection[int | None]) -> Mapping[int, str]:
    """Account id -> name."""
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_({each for each in user_ids if each})))
    return dict(rows.all())


def _cases_of(record: MeetingRecord) -> set[int]:
    return {item.case_id for item in record.items if item.case_id is not None}


def _referrals_of(person_id: int, items: Sequence[RecordedItem]) -> frozenset[str]:
    """References of the person's own referrals among those of the items."""
    refs = {referral.ref for item in items for referral in item.referrals}
    cases = {item.case_id for item in items}
    return frozenset(
        db.session.scalars(
            select(Referral.ref).where(
                Referral.ref.in_(refs), Referral.case_id.in_(cases), Referral.person_id == person_id
            )
        )
    )


def _merged_into(person_ids: Collection[int]) -> Sequence[Person]:
    """The records that were merged into theirs: minutes may name them as those had it."""
    merged = select(Person).where(Person.merged_into_id.in_(person_ids)).order_by(Person.id)
    return db.session.scalars(merged.options(raiseload("*"))).all()


def _known(person: Person, hidden: Mapping[int, ProtectedAddress]) -> Known:
    """All that could lead to them, a protected address first of all: it is looked for, to be masked."""
    kept = hidden.get(person.id, person)
    return Known(
        given_name=person.given_name,
        family_name=person.family_name,
        known_as=person.known_as,
        address=kept.address,
        postcode=kept.postcode,
        born=person.date_of_birth,
    )
