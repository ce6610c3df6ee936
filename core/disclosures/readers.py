"""Who had read what was given in a complaint, and of which the consent was withdrawn: the trail knows."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.audit.models import AuditRecord
from core.cases.models import Case, CaseAgency, CaseGroup, CaseIncident, CasePerson
from core.circulation.models import Circulation, Copy
from core.disclosures.lists import Scope
from core.disclosures.models import ComplaintConsent, ConsentAgency
from core.errors import NotFound
from core.extensions import db
from core.meetings.models import AgendaItem, Meeting
from core.recording.models import Attendance, Entry, ItemAttendance

READ = ("case.read", "emergency.read", "meeting.item", "meeting.follow")
"""Operations of the trail by which a case's or an item's page was shown."""


_WHOLE = (
    joinedload(ComplaintConsent.agency),
    joinedload(ComplaintConsent.recorded_by),
    joinedload(ComplaintConsent.withdrawn_by),
    selectinload(ComplaintConsent.agencies).joinedload(ConsentAgency.agency),
    joinedload(ComplaintConsent.incident).joinedload(CaseIncident.reported_to),
    joinedload(ComplaintConsent.entry).options(
        selectinload(Entry.named_agencies),
        joinedload(Entry.item).joinedload(AgendaItem.meeting).joinedload(Meeting.group),
    ),
)


def consents_about(case_id: int) -> Sequence[ComplaintConsent]:
    """What was given in a complaint about a case, in the order of its recording."""
    return db.session.scalars(
        select(ComplaintConsent)
        .where(ComplaintConsent.case_id == case_id)
        .order_by(ComplaintConsent.id)
        .options(*_WHOLE, raiseload("*", sql_only=True))
    ).all()


def consent_of(consent_id: int) -> ComplaintConsent:
    """One, with what it is about and with who may open its case. Raises NotFound."""
    found = db.session.scalar(
        select(ComplaintConsent)
        .where(ComplaintConsent.id == consent_id)
        .options(
            *_WHOLE,
            joinedload(ComplaintConsent.case).options(
                selectinload(Case.people).joinedload(CasePerson.person),
                selectinload(Case.agencies).joinedload(CaseAgency.agency),
                selectinload(Case.groups).joinedload(CaseGroup.group),
                joinedload(Case.lead_agency),
            ),
            raiseload("*"),
        )
    )
    if found is None:
        raise NotFound
    return found


def readers_of(consent: ComplaintConsent) -> Sequence[User]:
    """Accounts in use that had it before them: by the trail; at a meeting those who were there for the item, and those
    who opened a copy of its papers. Three queries at most.
    """
    objects = [f"case:{consent.case_id}"]
    ids: set[int] = set()
    if consent.entry is not None:
        entry = consent.entry
        objects = [f"item:{entry.item_id}"]
        ids |= set(
            db.session.scalars(
                select(Attendance.user_id)
                .join(ItemAttendance, ItemAttendance.attendance_id == Attendance.id)
                .where(ItemAttendance.item_id == entry.item_id, ItemAttendance.there, Attendance.user_id.is_not(None))
            )
        )
        if not ids:  # nobody was noted at it yet: whoever follows the meeting had it before them
            objects.append(f"meeting:{entry.meeting_id}")
        ids |= set(
            db.session.scalars(
                select(Copy.user_id)
                .join(Circulation, Circulation.id == Copy.circulation_id)
                .where(Circulation.meeting_id == entry.meeting_id, Copy.opened_at.is_not(None))
            )
        )
    read = select(AuditRecord.actor).where(
        AuditRecord.object.in_(objects),
        AuditRecord.action.in_(READ),
        AuditRecord.outcome == "allow",
        AuditRecord.at >= (consent.entry.written_at if consent.entry is not None else consent.recorded_at),
    )
    if consent.withdrawn_at is not None:
        read = read.where(AuditRecord.at <= consent.withdrawn_at)
    actors = db.session.scalars(read.distinct())
    ids |= {int(actor.removeprefix("u_")) for actor in actors if actor.startswith("u_")}
    people = select(User).where(User.id.in_(ids), User.retired_at.is_(None))
    if consent.scope is Scope.AGENCIES:
        agencies = {consent.agency_id, *(link.agency_id for link in consent.agencies)}
        people = people.where(User.agency_id.in_(agencies))
    return db.session.scalars(people.order_by(User.id).options(joinedload(User.agency), raiseload("*"))).all()
