"""Reads of the queue of hate incidents, and its counts: what is counted names nobody."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import Case, CaseGroup, CaseIncident
from core.clock import local_date
from core.dates import in_words
from core.disclosures.models import ComplaintConsent
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor, GroupKind, MeetingStatus
from core.hate.models import HateLead, HateReport, Strand
from core.meetings.models import Meeting
from core.partnerships.belonging import belongs, is_open
from core.partnerships.models import Agency, Group, PartnershipAgency
from core.people.history.models import HeldVersion
from core.plugin_api.facts import Period
from core.policy.cases import open_to, read_incident
from core.policy.hate import HateQueue, HateReportIn, reports_seen_by

MOST = 200
"""Lines of the queue."""

FEWER = 5
"""A count below this is not told: it could point to somebody."""


def queue_of(partnership_id: int, *, on: date) -> HateQueue:
    """A partnership's queue, with who answers for it on that day."""
    lead = lead_of(partnership_id)
    if lead is not None and not (
        lead.user.retired_at is None and actor_as_of(lead.user_id, partnership_id, on=on).signatory
    ):
        lead = None  # so that nothing waits for somebody who cannot read it
    steering = db.session.scalars(
        select(Group.id).where(Group.partnership_id == partnership_id, Group.kind == GroupKind.STEERING, is_open(on))
    )
    return HateQueue(partnership_id, lead.user_id if lead is not None else None, frozenset(steering))


def lead_of(partnership_id: int) -> HateLead | None:
    """Whom the partnership named, whether or not they still can."""
    return db.session.scalar(
        select(HateLead)
        .where(HateLead.partnership_id == partnership_id)
        .options(joinedload(HateLead.user).joinedload(User.agency), raiseload("*"))
    )


def people_to_name(partnership_id: int, *, on: date) -> Sequence[User]:
    """Accounts of the partnership's agencies that are not retired, by name, each with its agency."""
    inside = select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == partnership_id, belongs(on))
    return db.session.scalars(
        select(User)
        .where(User.retired_at.is_(None), User.agency_id.in_(inside))
        .order_by(User.name, User.id)
        .options(joinedload(User.agency), raiseload("*"))
    ).all()


def report_in(queue: HateQueue, report_id: int) -> HateReportIn:
    """One report of the queue, with all who had a part in it. Raises NotFound."""
    report = db.session.scalar(
        select(HateReport)
        .where(HateReport.id == report_id, HateReport.partnership_id == queue.partnership_id)
        .options(
            joinedload(HateReport.case),
            joinedload(HateReport.agency),
            joinedload(HateReport.flagged_by),
            joinedload(HateReport.acknowledged_by),
            joinedload(HateReport.done_by),
            joinedload(HateReport.unflagged_by),
            raiseload("*"),
        )
    )
    if report is None:
        raise NotFound
    return HateReportIn(queue, report)


GIVEN = (
    "This was given in a complaint, and does not go to your agency. That it was flagged, and what it is perceived to "
    "be about, is told to you all the same. Ask {agency} what you need to know."
)
TOOK_IT = "the agency that took the complaint"


def words_of(actor: Actor, report: HateReport) -> tuple[str, str]:
    """What happened, as it was flagged, and why it is not told to the actor where it is not: one of the two is empty.

    Of what was flagged before there was a queue, as the incident stands. What was given in a complaint keeps its
    limits here, too: every hate incident is reported to the partnership, its words go to whom was agreed to.
    """
    if report.incident_id is None:
        return report.what, ""
    incident = db.session.scalar(
        select(CaseIncident)
        .where(CaseIncident.id == report.incident_id)
        .options(
            joinedload(CaseIncident.consent).options(
                selectinload(ComplaintConsent.agencies), joinedload(ComplaintConsent.agency)
            ),
            raiseload("*", sql_only=True),
        )
    )
    if incident is None:  # taken out of the case, and its consent with it
        took = db.session.scalar(
            select(Agency)
            .join(HeldVersion, HeldVersion.complaint_agency_id == Agency.id)
            .where(HeldVersion.incident_id == report.incident_id)
            .limit(1)
        )
        if took is None or took.id == actor.agency_id:
            return report.what, ""
        return "", GIVEN.format(agency=took.name)
    verdict = read_incident(actor, incident)
    if not verdict:
        took = incident.consent.agency if incident.consent is not None else None
        return "", f"{verdict.reason} Ask {took.name if took is not None else TOOK_IT} what you need to know."
    return report.what or incident.what, ""


def reports_for(actor: Actor, queue: HateQueue) -> Sequence[HateReport]:
    """The queue as the actor may see it: what waits first, the longest due before the others, then the latest."""
    waits = HateReport.acknowledged_at.is_(None) & HateReport.unflagged_at.is_(None)
    return db.session.scalars(
        select(HateReport)
        .where(reports_seen_by(actor, queue))
        .order_by(waits.desc(), case((waits, HateReport.due_on)), HateReport.flagged_at.desc(), HateReport.id.desc())
        .limit(MOST)
        .options(joinedload(HateReport.case), joinedload(HateReport.agency), raiseload("*"))
    ).all()


def reports_of_case(case_id: int) -> Mapping[int | None, Sequence[HateReport]]:
    """Incident id -> its reports, the latest first; under None those of the case as a whole. For the case's page."""
    found: dict[int | None, list[HateReport]] = {}
    for report in db.session.scalars(
        select(HateReport).where(HateReport.case_id == case_id).order_by(HateReport.id.desc()).options(raiseload("*"))
    ):
        found.setdefault(report.incident_id, []).append(report)
    return found


def reports_of_cases(case_ids: Collection[int]) -> dict[int, HateReport]:
    """Case id -> the report of the case as a whole, of those that are flagged. For an import."""
    reports = db.session.scalars(
        select(HateReport)
        .where(HateReport.case_id.in_(case_ids), HateReport.incident_id.is_(None), HateReport.unflagged_at.is_(None))
        .options(raiseload("*"))
    )
    return {report.case_id: report for report in reports}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a queue for the actor to look at it, by when the first, and when each was flagged."""

    number: int
    due_on: date
    flagged_at: Sequence[datetime]


def waiting_for(actor: Actor, *, on: date) -> Waiting | None:
    """What waits for the actor; None where they do not answer for it, or nothing waits."""
    if actor.partnership_id is None or not actor.signatory:
        return None
    waits = and_(HateReport.acknowledged_at.is_(None), HateReport.unflagged_at.is_(None))
    if not db.session.scalar(select(exists().where(HateReport.partnership_id == actor.partnership_id, waits))):
        return None  # for almost everybody, at once
    rows = db.session.execute(
        select(HateReport.due_on, HateReport.flagged_at)
        .where(reports_seen_by(actor, queue_of(actor.partnership_id, on=on)), waits)
        .order_by(HateReport.due_on, HateReport.id)
        .limit(MOST)
    ).all()
    return Waiting(len(rows), rows[0].due_on, [row.flagged_at for row in rows]) if rows else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a meeting of a steering group is told: counts alone, a small one held back."""

    since: date | None
    """The day of the group's meeting before; none of its first."""
    flagged: str
    seen: str
    answered: str
    overdue: str
    strands: Sequence[tuple[str, str]]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same in words, for page and paper."""
        since = f"since the meeting of {in_words(self.since)}" if self.since is not None else "so far"
        overdue = f", {self.overdue} overdue" if self.overdue != "0" else ""
        reported = f"{self.flagged.capitalize()} reported {since}"
        found = [f"{reported}: {self.seen} looked at, {self.answered} answered{overdue}."]
        if self.strands:
            said = ", ".join(f"{strand} ({number})" for strand, number in self.strands)
            found.append(f"Perceived to be about: {said}.")
        return (*found, "Counts alone: the incidents themselves go to whoever answers for them.")


def standing_report(meeting: Meeting, *, on: date) -> Standing:
    """Hate incidents flagged since the steering group's meeting before this one, until this one or now."""
    before = db.session.scalar(
        select(func.max(Meeting.starts_at)).where(
            Meeting.group_id == meeting.group_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.status != MeetingStatus.CANCELLED,
        )
    )
    partnership_id = db.session.scalar(select(Group.partnership_id).where(Group.id == meeting.group_id))
    counted = [
        HateReport.partnership_id == partnership_id,
        HateReport.unflagged_at.is_(None),
        HateReport.flagged_at < meeting.starts_at,
    ]
    if before is not None:
        counted.append(HateReport.flagged_at >= before)
    reports = db.session.scalars(select(HateReport).where(*counted).options(raiseload("*"))).all()
    strands = Counter(strand for report in reports for strand in report.strands or [NOT_SAID.lower()])
    return Standing(
        since=local_date(before) if before is not None else None,
        flagged=told(len(reports)),
        seen=told(sum(report.acknowledged_at is not None for report in reports)),
        answered=told(sum(report.done_at is not None for report in reports)),
        overdue=told(sum(report.overdue(on) for report in reports)),
        strands=sorted(told_together(strands).items()),
    )


def told(number: int) -> str:
    """A count as it may be told: "fewer than 5" of a small one, and 0 as it is."""
    return f"fewer than {FEWER}" if 0 < number < FEWER else f"{number:,}"


K = TypeVar("K")

HELD_BACK = "held back"
"""Of a count that would give another away."""


def told_together(numbers: Mapping[K, int]) -> Mapping[K, str]:
    """Counts that add up to one that is told: where one alone is small, the next smallest is held back with it, or the
    small one were what is left.
    """
    words = {key: told(number) for key, number in numbers.items()}
    small = [key for key, number in numbers.items() if 0 < number < FEWER]
    others = [key for key, number in numbers.items() if number >= FEWER]
    if len(small) == 1 and others:
        words[min(others, key=lambda key: numbers[key])] = HELD_BACK
    return words


@dataclass(frozen=True, slots=True)
class Figures:
    """Hate incidents of a period, in three ways of counting: (label, number as it may be told)."""

    total: str
    months: Sequence[tuple[str, str]]
    strands: Sequence[tuple[str, str]]
    areas: Sequence[tuple[str, str]]


NO_AREA = "No group hears the case"
NOT_SAID = "Not said"


def figures(partnership_id: int, period: Period) -> Figures:
    """Hate incidents that happened in the period, by month, strand and area: that of the group that hears the case.

    Small numbers are held back. An incident of two strands, or of a case that two groups hear, counts in each.
    """
    reports = db.session.execute(
        select(HateReport.id, HateReport.case_id, HateReport.happened_on, HateReport.strands).where(
            HateReport.partnership_id == partnership_id,
            HateReport.unflagged_at.is_(None),
            HateReport.happened_on.between(period.start, period.end),
        )
    ).all()
    areas = _areas_of(partnership_id)
    by_month = Counter(row.happened_on.replace(day=1) for row in reports)
    by_strand = Counter(strand for row in reports for strand in row.strands or [NOT_SAID])
    by_area = Counter(area for row in reports for area in areas.get(row.case_id, (NO_AREA,)))
    months = told_together({month: by_month[month] for month in _months(period)})
    strands = told_together({name: by_strand[name] for name in [*(strand.value for strand in Strand), NOT_SAID]})
    return Figures(
        total=told(len(reports)),
        months=[(f"{month:%B %Y}", words) for month, words in months.items()],
        strands=[(name[0].upper() + name[1:], words) for name, words in strands.items()],
        areas=sorted(told_together(by_area).items()),
    )


def _areas_of(partnership_id: int) -> Mapping[int, Sequence[str]]:
    rows = db.session.execute(
        select(CaseGroup.case_id, Group.area_name, Group.name)
        .join(Group, Group.id == CaseGroup.group_id)
        .where(
            Group.partnership_id == partnership_id,
            exists().where(HateReport.case_id == CaseGroup.case_id),
        )
    )
    areas: dict[int, set[str]] = {}
    for case_id, area, name in rows:
        areas.setdefault(case_id, set()).add(area or name)
    return {case_id: sorted(names) for case_id, names in areas.items()}


def _months(period: Period) -> list[date]:
    months, day = [], period.start.replace(day=1)
    while day <= period.end:
        months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


def is_case_open_to(actor: Actor, case_id: int) -> bool:
    """Whether the actor may open the case otherwise: that they answer for the queue opens none."""
    return bool(db.session.scalar(select(exists().where(Case.id == case_id, open_to(actor)))))
