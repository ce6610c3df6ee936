"""Lists of subject-access copies for pages: whom one can be made for, those of a meeting, what was decided on masks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.facts import Actor, MaskReason
from core.minutes.access.due import due_after
from core.minutes.access.queries import (
    Contents,
    InTheMinutes,
    about,
    about_copy,
    copies_of,
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
    issued_at: datetime | None
    overdue: bool


def copies_for(actor: Actor, minutes: Minutes, *, today: date) -> Sequence[Listed]:
    """The copies of those minutes that the actor may read, the newest first."""
    return [
        Listed(
            id=copy.id,
            person=copy.person.name,
            person_id=copy.person_id,
            asked_on=copy.asked_on,
            due_on=due_after(copy.asked_on),
            issued_at=copy.issued_at,
            overdue=copy.issued_at is None and due_after(copy.asked_on) < today,
        )
        for copy in copies_of(minutes.id)
        if decide(actor, Permission.READ_ACCESS_COPY, CopyAbout(copy, about_copy(minutes, copy)))
    ]


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
