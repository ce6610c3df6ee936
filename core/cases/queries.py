"""Reads of one case and what hangs on it. The list of cases is in core.cases.listing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import bindparam, case, exists, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core import plugin_host
from core.actions.models import Action
from core.cases.models import Case, CaseAgency, CaseEvent, CaseGroup, CaseIncident, CasePerson
from core.disclosures.models import ComplaintConsent, ConsentAgency
from core.errors import NotFound
from core.extensions import db, directly
from core.facts import RECORDING_ROLES, ActionStatus, Actor, ItemOutcome, MeetingStatus, NotDoneReason
from core.meetings.models import AgendaItem, Meeting, Nomination
from core.partnerships.belonging import is_open
from core.partnerships.models import Agency, Group, Provider
from core.policy.actions import actions_seen_by
from core.policy.meetings import meetings_seen_by
from core.policy.referrals import referrals_seen_by
from core.referrals.models import Referral
from core.referrals.stages import told_at

LATEST_EVENTS = 100
"""Lines of a case's timeline that its page shows."""

MOST_UPCOMING = 5
"""Meetings that a case's page offers to nominate it for."""


_WHOLE_CASE = (
    joinedload(Case.lead_agency),
    selectinload(Case.people).joinedload(CasePerson.person),
    selectinload(Case.agencies).joinedload(CaseAgency.agency),
    selectinload(Case.groups).joinedload(CaseGroup.group),
    raiseload("*"),
)

_CONSENT = joinedload(CaseIncident.consent).options(
    joinedload(ComplaintConsent.agency), selectinload(ComplaintConsent.agencies).joinedload(ConsentAgency.agency)
)

# What each recorded action asks for is put together once.
_PEOPLE_NAMED = (
    select(CasePerson.person_id).where(CasePerson.case_id.in_(bindparam("cases", expanding=True))).distinct()
)


def case_of(case_id: int) -> Case:
    """A case with its lead agency, its people, the agencies that it is open to and the groups that hear it.

    Raises NotFound.
    """
    found = db.session.scalar(select(Case).where(Case.id == case_id).options(*_WHOLE_CASE))
    if found is None:
        raise NotFound
    return found


def incident_of(case_id: int, incident_id: int) -> CaseIncident:
    """Something that happened in that case, with the whole case. Raises NotFound."""
    found = db.session.scalar(
        select(CaseIncident)
        .where(CaseIncident.id == incident_id, CaseIncident.case_id == case_id, CaseIncident.removed_at.is_(None))
        .options(joinedload(CaseIncident.case).options(*_WHOLE_CASE), joinedload(CaseIncident.reported_to), _CONSENT)
    )
    if found is None:
        raise NotFound
    return found


def incidents_of(case_id: int) -> Sequence[CaseIncident]:
    """What happened in the case, the latest first, each with the case and the agency that it was reported to.

    For a case that is loaded: whether somebody may change an incident is asked of its case.
    """
    return db.session.scalars(
        select(CaseIncident)
        .where(CaseIncident.case_id == case_id, CaseIncident.removed_at.is_(None))
        .order_by(CaseIncident.happened_on.desc(), CaseIncident.id.desc())
        .options(joinedload(CaseIncident.reported_to), _CONSENT, raiseload("*", sql_only=True))
    ).all()


def events_of(case_id: int) -> Sequence[CaseEvent]:
    """The latest lines of the case's timeline, newest first, each with its agency."""
    return db.session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
        .limit(LATEST_EVENTS)
        .options(joinedload(CaseEvent.agency), raiseload("*"))
    ).all()


@dataclass(frozen=True, slots=True)
class CaseAction:
    """An action of the case."""

    id: int
    ref: str
    text: str
    owner: str
    due_on: date
    status: ActionStatus
    not_done_reason: NotDoneReason | None
    outcome: str

    def overdue(self, on: date) -> bool:
        """Whether it is still open after its due date."""
        return self.status is ActionStatus.OPEN and self.due_on < on


def actions_of(actor: Actor, case_id: int) -> Sequence[CaseAction]:
    """The case's actions that the actor may see, by due date, the latest first."""
    rows = db.session.execute(
        select(
            Action.id,
            Action.ref,
            Action.text,
            Agency.name,
            Action.due_on,
            Action.status,
            Action.not_done_reason,
            Action.outcome,
        )
        .join(Agency, Agency.id == Action.owner_agency_id)
        .where(Action.case_id == case_id, actions_seen_by(actor))
        .order_by(Action.due_on.desc(), Action.id.desc())
    )
    return [CaseAction(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CaseReferral:
    """A referral made in the case: who, to whom, stage and dates, as the reader may see them.

    `since` is None where stages are for provider and referrer alone; `closed` is False there.
    """

    id: int
    ref: str
    person_id: int
    pathway: str
    provider: str
    opened_at: datetime
    stage: str
    since: date | None
    closed: bool


def referrals_of(actor: Actor, case_id: int) -> Sequence[CaseReferral]:
    """The case's referrals that the actor may see, newest first."""
    rows = db.session.execute(
        select(
            Referral.id,
            Referral.ref,
            Referral.person_id,
            Referral.pathway_title,
            Agency.name,
            Referral.opened_at,
            Referral.stage_title,
            Referral.stage_since,
            Referral.closed_at.is_not(None),
            Referral.pathway_key,
            Referral.stage,
            or_(Referral.provider_id.in_(actor.staff_of), Referral.referrer_agency_id == actor.agency_id),
        )
        .join(Provider, Provider.id == Referral.provider_id)
        .join(Agency, Agency.id == Provider.agency_id)
        .where(Referral.case_id == case_id, referrals_seen_by(actor))
        .order_by(Referral.id.desc())
    )
    return [_as_told(CaseReferral(*row[:9]), pathway_key=row[9], stage=row[10], own=row[11]) for row in rows]


def _as_told(referral: CaseReferral, *, pathway_key: str, stage: str, own: bool) -> CaseReferral:
    """The referral as its parties see it, or as everybody else at the table is told of it."""
    told = "" if own else told_at(plugin_host.installed().get(pathway_key), stage)
    return replace(referral, stage=told, since=None, closed=False) if told else referral


@dataclass(frozen=True, slots=True)
class Hearing:
    """A meeting that has, or had, the case on its agenda. `open`: the actor may see the meeting itself."""

    meeting_id: int
    ref: str
    group: str
    starts_at: datetime
    status: MeetingStatus
    outcome: ItemOutcome
    times_carried: int
    open: bool


def hearings_of(actor: Actor, case_id: int) -> Sequence[Hearing]:
    """The meetings of the case, the latest first; not those from whose agenda it was taken off."""
    rows = db.session.execute(
        select(
            Meeting.id,
            Meeting.ref,
            Group.name,
            Meeting.starts_at,
            Meeting.status,
            AgendaItem.outcome,
            AgendaItem.times_carried,
            case((meetings_seen_by(actor), True), else_=False),
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(AgendaItem.case_id == case_id, AgendaItem.taken_off_at.is_(None))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    return [Hearing(*row) for row in rows]


def groups_hearing(case_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Case -> the groups that hear it, for each of those cases. One query."""
    found: dict[int, set[int]] = {case_id: set() for case_id in case_ids}
    for case_id, group_id in db.session.execute(
        select(CaseGroup.case_id, CaseGroup.group_id).where(CaseGroup.case_id.in_(case_ids))
    ):
        found[case_id].add(group_id)
    return {case_id: frozenset(groups) for case_id, groups in found.items()}


def groups_in(partnership_id: int, *, on: date) -> Sequence[tuple[int, str]]:
    """Id and name of the partnership's groups that are not closed on that day, by name."""
    rows = db.session.execute(
        select(Group.id, Group.name)
        .where(Group.partnership_id == partnership_id, is_open(on))
        .order_by(Group.name, Group.id)
    )
    return [(number, name) for number, name in rows]


def people_named_in(case_ids: Collection[int]) -> Sequence[int]:
    """Ids of the persons in those cases, for the trail: whom a page with their titles discloses. One query."""
    return directly(_PEOPLE_NAMED, {"cases": list(case_ids)}).scalars().all()


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A meeting that the case could be nominated for."""

    meeting_id: int
    ref: str
    group: str
    starts_at: datetime


def meetings_to_nominate_for(actor: Actor, case_id: int, *, now: datetime) -> Sequence[Upcoming]:
    """The next meetings of the actor's groups that the case is neither nominated for nor on the agenda of."""
    groups = [group_id for group_id, role in actor.groups.items() if role in RECORDING_ROLES]
    rows = db.session.execute(
        select(Meeting.id, Meeting.ref, Group.name, Meeting.starts_at)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            Meeting.group_id.in_(groups),
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.starts_at > now,
            ~exists().where(Nomination.meeting_id == Meeting.id, Nomination.case_id == case_id),
            ~exists().where(
                AgendaItem.meeting_id == Meeting.id,
                AgendaItem.case_id == case_id,
                AgendaItem.taken_off_at.is_(None),
            ),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST_UPCOMING)
    )
    return [Upcoming(*row) for row in rows]
