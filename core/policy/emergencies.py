"""Who may open a case in an emergency that is closed to them, and who lets them: never one person alone.

It opens that case's page and nothing else: lists, search, people's pages and papers stay as core.policy.cases says.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from core.cases.models import Case
from core.emergencies.models import Emergency, EmergencyState
from core.facts import Actor, Verdict
from core.policy.cases import RECUSED
from core.policy.permissions import Permission
from core.policy.standing import same_partnership, signatory

NOT_ALONE = "You asked for this yourself. Somebody else who chairs or coordinates a group answers it."
NOT_TO_DECIDE = "Only those who chair or coordinate a group answer this."
ANSWERED = "This was answered, or has waited too long to be an emergency."
NOT_TO_END = "Only whoever asked, whoever granted it and those who lead a group that hears the case end it."
NOT_OPEN = "The case is not open by this: it was not granted, or has ended."
NOT_TO_READ = "The case is open to the person who asked for it alone."
NOT_TO_NOTE = "Only those who chair a group that hears the case note that they have looked at it."
NOT_ITS_OWN = "You asked for this or granted it yourself. Somebody else who chairs notes that they have looked at it."


@dataclass(frozen=True, slots=True)
class EmergencyNow:
    """A request, and the moment at which somebody asks about it."""

    emergency: Emergency
    at: datetime

    @property
    def state(self) -> EmergencyState:
        """Where it stands."""
        return self.emergency.state(self.at)

    @property
    def case(self) -> Case | None:
        """The case, where there is one of that reference."""
        return self.emergency.case


def see(actor: Actor, asked: EmergencyNow) -> Verdict:
    """Whoever asked, those who lead a group, and once it is granted the case's lead agency; nobody recused."""
    emergency = asked.emergency
    if not same_partnership(actor, emergency.partnership_id):
        return Verdict.hidden()
    own = emergency.asked_by_id == actor.user_id
    if not (own or actor.led_groups or _leads_the_case(actor, emergency)):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if not own and emergency.case_id in actor.recused_cases:
        return Verdict.no(RECUSED)
    return Verdict.yes()


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    own = Emergency.asked_by_id == actor.user_id
    of_lead = and_(
        Emergency.ends_at.is_not(None),
        Emergency.case_id.in_(select(Case.id).where(Case.lead_agency_id == actor.agency_id)),
    )
    told = true() if actor.led_groups else of_lead
    not_recused = or_(Emergency.case_id.is_(None), Emergency.case_id.not_in(actor.recused_cases))
    return and_(Emergency.partnership_id == actor.partnership_id, or_(own, and_(told, not_recused)))


def answer(actor: Actor, asked: EmergencyNow) -> Verdict:
    """Grant or decline: a second person, who chairs or coordinates a group, while it waits."""
    verdict = see(actor, asked)
    if not verdict:
        return verdict
    if asked.emergency.asked_by_id == actor.user_id:
        return Verdict.no(NOT_ALONE)
    if not actor.led_groups:
        return Verdict.no(NOT_TO_DECIDE)
    return Verdict.yes() if asked.state is EmergencyState.WAITING else Verdict.no(ANSWERED)


def end(actor: Actor, asked: EmergencyNow) -> Verdict:
    """End it early: either of the two, and those who lead a group that hears the case."""
    verdict = see(actor, asked)
    if not verdict:
        return verdict
    emergency = asked.emergency
    leads = any(actor.leads(link.group_id) for link in emergency.case.groups) if emergency.case is not None else False
    if not (leads or actor.user_id in (emergency.asked_by_id, emergency.decided_by_id)):
        return Verdict.no(NOT_TO_END)
    return Verdict.yes() if asked.state is EmergencyState.OPEN else Verdict.no(NOT_OPEN)


def note(actor: Actor, asked: EmergencyNow) -> Verdict:
    """Note that one has looked at it: whoever chairs a group that hears the case; of any group, where none does.

    A third person: neither whoever asked nor whoever granted it looks at what they did themselves.
    """
    verdict = see(actor, asked)
    if not verdict:
        return verdict
    emergency = asked.emergency
    hearing = {link.group_id for link in emergency.case.groups} if emergency.case is not None else set()
    if not any(actor.chairs(group) for group in hearing or actor.groups):
        return Verdict.no(NOT_TO_NOTE)
    if actor.user_id in (emergency.asked_by_id, emergency.decided_by_id):
        return Verdict.no(NOT_ITS_OWN)
    return Verdict.yes() if emergency.ends_at is not None else Verdict.no(NOT_OPEN)


def read(actor: Actor, asked: EmergencyNow) -> Verdict:
    """Open the case: whoever asked, while it lasts. An interest that they declared in it closes it all the same."""
    verdict = see(actor, asked)
    if not verdict:
        return verdict
    if asked.emergency.asked_by_id != actor.user_id:
        return Verdict.no(NOT_TO_READ)
    if asked.case is None or asked.state is not EmergencyState.OPEN:
        return Verdict.no(NOT_OPEN)
    return Verdict.no(RECUSED) if asked.emergency.case_id in actor.recused_cases else Verdict.yes()


def open_by_emergency(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The SQL twin of `read`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return and_(
        Emergency.partnership_id == actor.partnership_id,
        Emergency.asked_by_id == actor.user_id,
        Emergency.ends_at > at,
        Emergency.ended_at.is_(None),
        Emergency.case_id.is_not(None),
        Emergency.case_id.not_in(actor.recused_cases),
    )


def _leads_the_case(actor: Actor, emergency: Emergency) -> bool:
    if emergency.ends_at is None or emergency.case is None:
        return False
    return emergency.case.lead_agency_id == actor.agency_id


RULES = {
    Permission.ASK_IN_EMERGENCY: signatory,
    Permission.SEE_EMERGENCY: see,
    Permission.ANSWER_EMERGENCY: answer,
    Permission.END_EMERGENCY: end,
    Permission.NOTE_EMERGENCY: note,
    Permission.READ_IN_EMERGENCY: read,
}
