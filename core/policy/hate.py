"""Who answers for hate incidents, and what they read: the incident as it was flagged, and no more of the case.

What was given in a complaint goes to them as far as it goes to their agency: core.hate.queries.words_of.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, true

from core.cases.models import CaseIncident
from core.facts import Actor, Verdict
from core.hate.models import HateReport
from core.policy.cases import RECUSED, add_incident, read_incident
from core.policy.partnerships import run_partnership
from core.policy.permissions import Permission
from core.policy.standing import same_partnership

NOT_THE_LEAD = "Only whoever the partnership named to answer for hate incidents may see this."
UNFLAGGED = "This is not flagged as a hate incident any more."


@dataclass(frozen=True, slots=True)
class HateQueue:
    """A partnership's queue. `lead_id`: who answers for it; while nobody can, those who chair `steering` groups do."""

    partnership_id: int
    lead_id: int | None
    steering: frozenset[int]


@dataclass(frozen=True, slots=True)
class HateReportIn:
    """One report of a queue."""

    queue: HateQueue
    report: HateReport


def see_queue(actor: Actor, queue: HateQueue) -> Verdict:
    """Whoever was named; until somebody is, those who chair a steering group. Of an agency that has signed."""
    if not same_partnership(actor, queue.partnership_id) or not _answers(actor, queue):
        return Verdict.no(NOT_THE_LEAD) if actor.in_partnership else Verdict.no(actor.standing)
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing)


def see_report(actor: Actor, target: HateReportIn) -> Verdict:
    """The same, but for whoever declared an interest in its case."""
    if not same_partnership(actor, target.report.partnership_id) or not _answers(actor, target.queue):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    return Verdict.no(RECUSED) if target.report.case_id in actor.recused_cases else Verdict.yes()


def reports_seen_by(actor: Actor, queue: HateQueue) -> ColumnElement[bool]:
    """The SQL twin of `see_report`."""
    if not see_queue(actor, queue):
        return false()
    return and_(
        HateReport.partnership_id == queue.partnership_id,
        HateReport.case_id.not_in(actor.recused_cases) if actor.recused_cases else true(),
    )


def answer_report(actor: Actor, target: HateReportIn) -> Verdict:
    """Whoever sees it, while it is flagged."""
    verdict = see_report(actor, target)
    if verdict and target.report.unflagged_at is not None:
        return Verdict.no(UNFLAGGED)
    return verdict


def flag(actor: Actor, incident: CaseIncident) -> Verdict:
    """Whoever may record an incident in its case and read this one: anybody's perception counts [000 §8]."""
    verdict = add_incident(actor, incident.case)
    return read_incident(actor, incident) if verdict else verdict


def _answers(actor: Actor, queue: HateQueue) -> bool:
    if queue.lead_id is not None:
        return actor.user_id == queue.lead_id
    return any(actor.chairs(group_id) for group_id in queue.steering)


RULES = {
    Permission.FLAG_HATE: flag,
    Permission.SEE_HATE_QUEUE: see_queue,
    Permission.SEE_HATE_REPORT: see_report,
    Permission.ANSWER_HATE_REPORT: answer_report,
    Permission.NAME_HATE_LEAD: run_partnership,
}
