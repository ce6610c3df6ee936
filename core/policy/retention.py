"""Who sets how long what is held is kept, who holds it back, and who lets it be erased: never one person alone."""

from typing import Protocol

from core.cases.models import Case
from core.facts import Actor, Verdict
from core.people.models import Person
from core.policy.cases import edit_case, open_case, person_changed_by
from core.policy.partnerships import partnership_admin
from core.policy.permissions import Permission
from core.policy.standing import data_lead, member_of_partnership, same_partnership
from core.retention.models import Decision, LegalHold, RetentionEntry, RetentionList

NOT_TO_SEE = "Only the data protection lead and a partnership administrator see what is due to be erased."
NOT_TO_DECIDE = "Only the partnership’s data protection lead decides what of the list is kept."
APPROVED = "This list was approved: what could be erased has been, or is about to be."
ERASED = "This was erased. It cannot be taken back."
APPROVED_BY_YOU = "You approved this list. Somebody else has to approve it, too."
NOT_WITHOUT_LEAD = "The data protection lead approves the list first, then you do."
NOT_TO_HOLD = (
    "Only the data protection lead, the lead agency, the chair and the coordinator may have nothing of this erased."
)
NOT_TO_END = "Only the data protection lead or a partnership administrator may end a legal hold."
SET_BY_YOU = "You set this hold. Somebody else ends it: the data protection lead or a partnership administrator."
ENDED = "This hold was ended."
GONE = "This was erased under the retention schedule: there is nothing left to hold."


class OfPartnership(Protocol):
    """What belongs to a partnership."""

    @property
    def partnership_id(self) -> int:
        """Which it is."""


def see_retention(actor: Actor, of_it: RetentionList | LegalHold | None = None) -> Verdict:
    """The data protection lead and the partnership's administrators: references and days, no name."""
    if of_it is not None and not same_partnership(actor, of_it.partnership_id):
        return Verdict.hidden()
    if data_lead(actor) or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.no(NOT_TO_SEE)


def review_minutes(actor: Actor, minutes: OfPartnership) -> Verdict:
    """The same: that somebody looked at old minutes again is a day and a name in the trail, and opens none of them."""
    return see_retention(actor) if same_partnership(actor, minutes.partnership_id) else Verdict.hidden()


def decide_entry(actor: Actor, entry: RetentionEntry) -> Verdict:
    """The data protection lead, until the second approval; what is erased is erased."""
    if not same_partnership(actor, entry.of_list.partnership_id):
        return Verdict.hidden()
    if not data_lead(actor):
        return Verdict.no(NOT_TO_DECIDE)
    if entry.decision is Decision.ERASED:
        return Verdict.no(ERASED)
    return Verdict.no(APPROVED) if entry.of_list.approved_at is not None else Verdict.yes()


def approve_list(actor: Actor, found: RetentionList) -> Verdict:
    """First the data protection lead, then a second one or a partnership administrator."""
    seen = see_retention(actor, found)
    if not seen:
        return seen
    if found.approved_at is not None:
        return Verdict.no(APPROVED)
    if any(each.user_id == actor.user_id for each in found.approvals):
        return Verdict.no(APPROVED_BY_YOU)
    if not found.approvals and not data_lead(actor):
        return Verdict.no(NOT_WITHOUT_LEAD)
    return Verdict.yes()


def hold_case(actor: Actor, case: Case) -> Verdict:
    """Whoever may change the case; and the data protection lead, who need not open it."""
    lead = same_partnership(actor, case.partnership_id) and data_lead(actor)
    verdict = Verdict.yes() if lead else edit_case(actor, case)
    if case.erased_on is not None and (verdict or open_case(actor, case)):
        return Verdict.no(GONE)
    return verdict if verdict or not open_case(actor, case) else Verdict.no(NOT_TO_HOLD)


def hold_person(actor: Actor, named: tuple[Person, list[Case]]) -> Verdict:
    """Whoever may change one of the cases that name them, or the data protection lead."""
    person = named[0]
    verdict = person_changed_by(actor, named)
    if not verdict and same_partnership(actor, person.partnership_id) and data_lead(actor):
        verdict = Verdict.yes()
    if verdict and person.erased_on is not None:
        return Verdict.no(GONE)
    return verdict


def end_hold(actor: Actor, hold: LegalHold) -> Verdict:
    """The data protection lead or a partnership administrator, and not whoever set it: two people."""
    if not same_partnership(actor, hold.partnership_id):
        return Verdict.hidden()
    if not (data_lead(actor) or partnership_admin(actor)):
        return Verdict.no(NOT_TO_END)
    if hold.ended_at is not None:
        return Verdict.no(ENDED)
    return Verdict.no(SET_BY_YOU) if hold.by_id == actor.user_id else Verdict.yes()


RULES = {
    Permission.SEE_HOLDINGS: member_of_partnership,
    Permission.SEE_RETENTION: see_retention,
    Permission.SET_RETENTION: see_retention,
    Permission.DECIDE_RETENTION: decide_entry,
    Permission.APPROVE_ERASURE: approve_list,
    Permission.REVIEW_MINUTES: review_minutes,
    Permission.HOLD_CASE: hold_case,
    Permission.HOLD_PERSON: hold_person,
    Permission.END_HOLD: end_hold,
}
