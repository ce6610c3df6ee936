"""Who sees and keeps what a complainant or victim was promised, and who is shown what is due."""

from sqlalchemy import ColumnElement, and_, exists, false, or_

from core.cases.models import Case, CaseAgency, CaseGroup
from core.facts import RECORDING_ROLES, Actor, AdminRole, Verdict
from core.policy.cases import open_case
from core.policy.partnerships import partnership_admin
from core.policy.permissions import Permission
from core.policy.standing import same_partnership
from core.standards.models import ContactPlan, Logged, Promised, RouteOf


def see_contact(actor: Actor, promised: Promised) -> Verdict:
    """Whoever may open the case: who the contact is, how to reach somebody safely, and what was done when."""
    return open_case(actor, promised.case)


def keep_contact(actor: Actor, promised: Promised) -> Verdict:
    """The lead agency, and the agency of the named contact while the case is open to it. They alone read number,
    address and what was said.
    """
    verdict = _works(actor, promised.case)
    if not verdict:
        return verdict
    if _is_owed_by(actor, promised.plan, promised.case):
        return Verdict.yes()
    return Verdict.no("Only the lead agency and the agency of the named contact may do this.")


def record_contact(actor: Actor, promised: Promised) -> Verdict:
    """The lead agency, and agencies that the case was opened to: whoever works it may have spoken to somebody."""
    verdict = _works(actor, promised.case)
    if not verdict:
        return verdict
    if actor.agency_id in _working(promised.case):
        return Verdict.yes()
    return Verdict.no("Only the lead agency and the agencies that the case is open to may record a contact.")


def read_entry(actor: Actor, logged: Logged) -> Verdict:
    """What was said: the lead agency, the agency of the named contact, and the agency that wrote it down."""
    verdict = open_case(actor, logged.promised.case)
    if not verdict or logged.entry.agency_id == actor.agency_id:
        return verdict
    return keep_contact(actor, logged.promised)


def strike_entry(actor: Actor, logged: Logged) -> Verdict:
    """The agency that wrote it down, and the lead agency."""
    verdict = _works(actor, logged.promised.case)
    if not verdict:
        return verdict
    if actor.agency_id in (logged.entry.agency_id, logged.promised.case.lead_agency_id):
        return Verdict.yes()
    return Verdict.no("Only the agency that wrote it down and the lead agency may strike it out.")


def _works(actor: Actor, case: Case) -> Verdict:
    """Whoever may open the case and is not merely an observer."""
    verdict = open_case(actor, case)
    if verdict and actor.groups and not any(role in RECORDING_ROLES for role in actor.groups.values()):
        return Verdict.no("Observers cannot do this.")
    return verdict


def _working(case: Case) -> set[int]:
    return {case.lead_agency_id, *(link.agency_id for link in case.agencies)}


def _is_owed_by(actor: Actor, plan: ContactPlan | None, case: Case) -> bool:
    """Whether the actor's agency leads the case, or works it and the named contact is theirs."""
    if actor.agency_id == case.lead_agency_id:
        return True
    return plan is not None and actor.agency_id == plan.agency_id and actor.agency_id in _working(case)


def is_told_of(actor: Actor, plan: ContactPlan, case: Case) -> Verdict:
    """Whether what is overdue is shown to them: the lead agency, the named contact's, and who leads a group of it."""
    verdict = open_case(actor, case)
    if not verdict:
        return verdict
    leads = any(actor.leads(link.group_id) for link in case.groups)
    if leads or _is_owed_by(actor, plan, case):
        return Verdict.yes()
    return Verdict.no("What is due is shown to those who owe it, and to those who lead a group that hears the case.")


def owed_by_agency_of(actor: Actor) -> ColumnElement[bool]:
    """Of a ContactPlan and its Case: the actor's agency leads the case, or works it and the named contact is theirs."""
    if actor.agency_id is None:
        return false()
    works = exists().where(CaseAgency.case_id == Case.id, CaseAgency.agency_id == actor.agency_id)
    return or_(Case.lead_agency_id == actor.agency_id, and_(ContactPlan.agency_id == actor.agency_id, works))


def heard_by_leader(actor: Actor) -> ColumnElement[bool]:
    """Of a Case: the actor leads a group that hears it."""
    if not actor.led_groups:
        return false()
    return exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id.in_(actor.led_groups))


def told_to(actor: Actor, open_to: ColumnElement[bool]) -> ColumnElement[bool]:
    """The SQL twin of `is_told_of`, of a ContactPlan and its Case; `open_to` is that of the case."""
    return and_(open_to, or_(owed_by_agency_of(actor), heard_by_leader(actor)))


def write_way_to_complain(actor: Actor, of: RouteOf) -> Verdict:
    """The partnership's administrators; of an agency, its own, too."""
    if not same_partnership(actor, of.partnership_id):
        return Verdict.hidden()
    own = of.agency_id is not None and of.agency_id == actor.agency_id
    if own and AdminRole.AGENCY_ADMIN in actor.roles:
        return Verdict.yes()
    return partnership_admin(actor)


RULES = {
    Permission.MANAGE_COMPLAINTS: write_way_to_complain,
    Permission.SEE_CONTACT: see_contact,
    Permission.KEEP_CONTACT: keep_contact,
    Permission.RECORD_CONTACT: record_contact,
    Permission.READ_CONTACT_ENTRY: read_entry,
    Permission.STRIKE_CONTACT_ENTRY: strike_entry,
}
