"""Lists of subject-access copies for pages: whom one can be made for, those of a meeting, what was decided on masks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.facts import Actor, MaskReason
from core.meetings.models import Meeting
from core.minutes.access.due import due_on, overdue
from core.minutes.access.queries import (
    Contents,
    InTheMinutes,
    about,
    about_copy,
    copies_of,
    drafts_asked_for_by,
    held_about,
    names_of,
    people_in,
)
from core.minutes.models import Minutes, SubjectAccessCopy
from core.minutes.queries import frozen_record
from core.policy import Permission, decide
from core.policy.access import CopyAbout


def choices_for(actor: Actor, minutes: Minutes) -> tuple[Sequence[tuple[int, str]], int]:
    """Whom the actor can make a copy for: person id and name; and how many there are whose copy others must make."""
    people = people_in(frozen_record(minutes))
    open_to = _open(actor, minutes, people)
    return [(each.person.id, _called(each)) for each in open_to], len(people) - len(open_to)


def _open(actor: Actor, minutes: Minutes, people: Sequence[InTheMinutes]) -> list[InTheMinutes]:
    held = about(minutes, people)
    return [each for each in people if decide(actor, Permission.MAKE_ACCESS_COPY, held[each.person.id])]


def _called(each: InTheMinutes) -> str:
    return f"{each.person.name} ({each.person.ref})"


@dataclass(frozen=True, slots=True)
class Listed:
    """A copy in the list of a meeting's minutes."""

    id: int
    person: str
    person_id: int
    asked_on: date
    due_on: date
    extended: bool
    issued_at: datetime | None
    withdrawn_at: datetime | None
    overdue: bool


def copies_for(actor: Actor, minutes: Minutes, *, today: date) -> Sequence[Listed]:
    """The copies of those minutes that the actor may read, the newest first."""
    return [
        _listed(copy, today=today)
        for copy in copies_of([minutes.id])
        if decide(actor, Permission.READ_ACCESS_COPY, CopyAbout(copy, about_copy(minutes, copy)))
    ]


def _listed(copy: SubjectAccessCopy, *, today: date) -> Listed:
    return Listed(
        id=copy.id,
        person=copy.person.name,
        person_id=copy.person_id,
        asked_on=copy.asked_on,
        due_on=due_on(copy),
        extended=copy.extended_at is not None,
        issued_at=copy.issued_at,
        withdrawn_at=copy.withdrawn_at,
        overdue=overdue(copy, today=today),
    )


MOST_DUE = 20
"""Copies that are looked at for what is due: whoever is behind with more sees those that were asked for first."""

SHORTEST_MONTH = timedelta(days=28)


def copies_due(actor: Actor, *, until: date) -> Sequence[tuple[Meeting, date]]:
    """The meeting and the day of each copy that is due by then and that the actor can make. One query, and a few for
    each that is due.
    """
    found = drafts_asked_for_by(until - SHORTEST_MONTH, actor, most=MOST_DUE)
    return [
        (copy.minutes.meeting, due_on(copy))
        for copy in found
        if due_on(copy) <= until
        and decide(actor, Permission.MASK_ACCESS_COPY, CopyAbout(copy, about_copy(copy.minutes, copy)))
    ]


@dataclass(frozen=True, slots=True)
class Naming:
    """Approved minutes that hold something about a person, and the copies for that person, the newest first."""

    meeting: Meeting
    copies: Sequence[Listed]

    @property
    def draft(self) -> Listed | None:
        """The one that is worked on."""
        return next((each for each in self.copies if each.issued_at is None and each.withdrawn_at is None), None)


def minutes_naming(actor: Actor, person_id: int, *, today: date) -> tuple[Sequence[Naming], int]:
    """The approved minutes of which the actor can make a copy for that person, the newest first; and of how many of
    their groups' minutes others must make it.
    """
    held = held_about(actor, person_id)
    open_to = [each for each in held if decide(actor, Permission.MAKE_ACCESS_COPY, each)]
    copies: defaultdict[int, list[Listed]] = defaultdict(list)
    for copy in copies_of([each.minutes.id for each in open_to]):
        if copy.person_id == person_id:
            copies[copy.minutes_id].append(_listed(copy, today=today))
    return [Naming(each.minutes.meeting, copies[each.minutes.id]) for each in open_to], len(held) - len(open_to)


@dataclass(frozen=True, slots=True)
class Decision:
    """A mask: what it is over, who put it there and why; and who lifted it, and why."""

    id: int
    item: int
    words: str
    reason: MaskReason
    by: str
    at: datetime
    note: str
    lifted_at: datetime | None
    lifted_by: str
    lifted_reason: str


def decisions_on(copy: SubjectAccessCopy, contents: Contents) -> Sequence[Decision]:
    """Every mask of the copy, lifted or not, in the order in which they were put. One query."""
    names = names_of({user for mask in copy.masks for user in (mask.by_id, mask.lifted_by_id)})
    texts = {text.place: (item.number, text.text) for item in contents.items for text in item.texts()}
    return [
        Decision(
            id=mask.id,
            item=texts[mask.place][0],
            words=texts[mask.place][1][mask.starts : mask.ends],
            reason=mask.reason,
            by=names.get(mask.by_id or 0, "Roundtable"),
            at=mask.at,
            note=mask.note,
            lifted_at=mask.lifted_at,
            lifted_by=names.get(mask.lifted_by_id or 0, ""),
            lifted_reason=mask.lifted_reason,
        )
        for mask in copy.masks
        if mask.place in texts
    ]
