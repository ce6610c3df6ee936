"""Who may make the copy of minutes that one person is given of what is about them, and read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.cases.models import Case
from core.facts import Actor, MinutesStatus, Verdict
from core.minutes.models import Minutes, SubjectAccessCopy, SubjectAccessMask
from core.people.models import Person
from core.policy import cases
from core.policy.meetings import LEADERS_ONLY
from core.policy.minutes import circulate_minutes
from core.policy.permissions import Permission

NOT_APPROVED = "A copy for somebody named in the minutes is made when the chair has approved them."
RECUSED = (
    "You declared a conflict of interest in part of what these minutes hold about this person. Somebody else who leads "
    "the group makes their copy."
)
CLOSED = (
    "Part of what these minutes hold about this person is closed to you. Somebody to whom it is open makes their copy."
)
ISSUED = "This copy was issued. It never changes: start another one if it has to be different."
WITHDRAWN = "This copy was withdrawn, so nobody goes on with it. Start another one if the person still asks."


@dataclass(frozen=True, slots=True)
class About:
    """What approved minutes hold about one person: the cases of their items.

    `was_restricted` are those that were restricted when the minutes were frozen, `declared` the accounts that
    declared an interest in one of those items then.
    """

    minutes: Minutes
    person_id: int
    cases: Sequence[Case]
    was_restricted: frozenset[int]
    declared: frozenset[int]


@dataclass(frozen=True, slots=True)
class CopyAbout:
    """A copy that was begun, and what it is made of; and one of its masks or items where it is about that."""

    copy: SubjectAccessCopy
    about: About
    mask: SubjectAccessMask | None = None
    item_id: int = 0


def start_copy(actor: Actor, minutes: Minutes) -> Verdict:
    """Those who lead the group, of approved minutes."""
    verdict = circulate_minutes(actor, minutes.meeting)
    if verdict and minutes.status is not MinutesStatus.APPROVED:
        return Verdict.no(NOT_APPROVED)
    return verdict


def make_for(actor: Actor, about: About) -> Verdict:
    """The same, if nothing that the minutes hold about the person is closed to them."""
    verdict = start_copy(actor, about.minutes)
    if not verdict:
        return verdict
    if actor.user_id in about.declared or any(case.id in actor.recused_cases for case in about.cases):
        return Verdict.no(RECUSED)
    restricted = (case for case in about.cases if case.restricted or case.id in about.was_restricted)
    if not all(cases.open_case(actor, case) for case in restricted):
        return Verdict.no(CLOSED)
    return Verdict.yes()


def read(actor: Actor, target: CopyAbout) -> Verdict:
    """Whoever could make it."""
    return make_for(actor, target.about)


def work_on(actor: Actor, target: CopyAbout) -> Verdict:
    """Whoever could make it, until it is issued or withdrawn."""
    verdict = read(actor, target)
    if not verdict or target.copy.is_draft:
        return verdict
    return Verdict.no(WITHDRAWN if target.copy.withdrawn_at is not None else ISSUED)


def find_for(actor: Actor, named: tuple[Person, Sequence[Case]]) -> Verdict:
    """Those who may open the person's page and lead a group: what its minutes hold is asked of each by `make_for`."""
    person, their_cases = named
    verdict = cases.open_person(actor, person, list(their_cases))
    if not verdict or actor.led_groups:
        return verdict
    return Verdict.no(LEADERS_ONLY)


RULES = {
    Permission.START_ACCESS_COPY: start_copy,
    Permission.MAKE_ACCESS_COPY: make_for,
    Permission.READ_ACCESS_COPY: read,
    Permission.MASK_ACCESS_COPY: work_on,
    Permission.FIND_ACCESS_COPIES: find_for,
}
