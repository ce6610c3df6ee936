"""Who may propose a correction of approved minutes, read it, take it back, and say what the meeting agreed.

What of the minutes somebody has is asked of their record (`MeetingRecord.only`): the rules here are given its answer.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select

from core.cases.models import Case
from core.circulation.models import Copy
from core.disclosures.models import ComplaintConsent
from core.facts import FOR_NAMED, Actor, CirculationKind, CorrectionStatus, MinutesStatus, Verdict, Visibility
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Correction, CorrectionAccount, CorrectionAgency, Grant, Minutes
from core.partnerships.models import Group
from core.policy import cases, chairing, room
from core.policy.meetings import RECUSED_FROM_ITEM
from core.policy.minutes import keep_copies, lead_minutes, read_copy
from core.policy.permissions import Permission
from core.policy.room import ItemInRoom
from core.policy.standing import same_partnership
from core.recording.models import Entry, EntryAgency

NOT_APPROVED = "These minutes are not approved yet: what is wrong in them is put right by the minute-taker."
NOT_OF_MINUTES = "A correction is proposed from a copy of the minutes."
NOT_YOURS = "This correction is about a part of the minutes that you do not have."
NOT_THE_PROPOSER = "Only whoever proposed a correction takes it back."
DECIDED = "The meeting has decided this correction, so it cannot be taken back."
WITHDRAWN = "This correction was taken back."
NOT_HERE = "This correction is not decided at this meeting."


@dataclass(frozen=True, slots=True)
class CorrectionSeen:
    """A correction, and why the part of the minutes that it is about is closed to the actor; empty where it is not."""

    correction: Correction
    closed: str


@dataclass(frozen=True, slots=True)
class CorrectionInRoom:
    """A correction under the item at which a meeting decides it; `due_here`: whether it is this meeting that does."""

    here: ItemInRoom
    seen: CorrectionSeen
    due_here: bool


def propose_in_minutes(actor: Actor, minutes: Minutes) -> Verdict:
    """Those who lead the meeting, and its minute-taker, of minutes that are approved."""
    verdict = lead_minutes(actor, minutes.meeting)
    if not verdict or minutes.status is MinutesStatus.APPROVED:
        return verdict
    return Verdict.no(NOT_APPROVED)


def propose_from_copy(actor: Actor, copy: Copy) -> Verdict:
    """Whoever holds a copy of approved minutes and may still read it."""
    verdict = read_copy(actor, copy)
    if not verdict:
        return verdict
    of_minutes = copy.circulation.kind in (CirculationKind.MINUTES, CirculationKind.CORRECTION)
    return Verdict.yes() if of_minutes else Verdict.no(NOT_OF_MINUTES)


def read_correction(actor: Actor, seen: CorrectionSeen) -> Verdict:
    """Whoever has the part of the minutes that it is about, with the words that it quotes, and is of the group."""
    meeting: Meeting = seen.correction.minutes.meeting
    if not same_partnership(actor, meeting.group.partnership_id):
        return Verdict.hidden()
    of_the_group = meeting.group_id in actor.groups or meeting.group_id in actor.left_groups
    if not (of_the_group or meeting.id in actor.deputised_at or not seen.closed):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    kept = keep_copies(actor, meeting)
    if not kept:
        return kept
    item = seen.correction.item
    if item is not None and item.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    if item is not None and item.id in actor.recused_items:
        return Verdict.no(RECUSED_FROM_ITEM)
    return Verdict.no(NOT_YOURS) if seen.closed else Verdict.yes()


def corrections_read_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `read_correction`: of what the record of the minutes says, what was kept with the correction."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    leads = _of_meetings(Meeting.group_id.in_(actor.led_groups))
    kept = or_(Meeting.group_id.not_in(actor.left_groups), Meeting.id.in_(actor.deputised_at))
    return and_(
        _of_meetings(Group.partnership_id == actor.partnership_id, kept),
        or_(leads, _account_of(actor), _granted_to(actor)),
        not_(_account_of(actor, CorrectionAccount.recused.is_(True))),
        not_(_case_is_closed_to(actor)),
        or_(Correction.item_id.is_(None), Correction.item_id.not_in(actor.recused_items)),
        or_(
            Correction.visibility == Visibility.EVERYONE,
            and_(leads, Correction.visibility != Visibility.AGREED),
            Correction.source_id == actor.agency_id if actor.agency_id is not None else false(),
            and_(Correction.visibility.in_(FOR_NAMED), _names_agency_of(actor)),
        ),
        or_(Correction.visibility != Visibility.AGREED, not_(_withheld_from(actor))),
    )


def _of_meetings(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """It is of the minutes of one of those meetings."""
    of = select(Minutes.id).join(Meeting, Meeting.id == Minutes.meeting_id).join(Group, Group.id == Meeting.group_id)
    return Correction.minutes_id.in_(of.where(*which).correlate(None))


def _account_of(actor: Actor, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The actor was there for what it is about, or declared an interest in it."""
    of = select(CorrectionAccount.user_id).where(
        CorrectionAccount.correction_id == Correction.id, CorrectionAccount.user_id == actor.user_id, *which
    )
    return of.correlate(Correction).exists()


def _withheld_from(actor: Actor) -> ColumnElement[bool]:
    """Something given in a complaint under the item is not for their agency today, be it since the correction: the
    database does not say which of it is quoted, so a list leaves the correction out.
    """
    theirs = select(EntryAgency.entry_id).where(
        EntryAgency.entry_id == Entry.id, EntryAgency.agency_id == (actor.agency_id or 0)
    )
    return exists(
        select(Entry.id)
        .join(ComplaintConsent, ComplaintConsent.entry_id == Entry.id)
        .where(
            Entry.item_id == Correction.item_id,
            Entry.visibility == Visibility.AGREED,
            or_(Entry.source_agency_id.is_(None), Entry.source_agency_id != (actor.agency_id or 0)),
            not_(theirs.correlate(Entry).exists()),
        )
        .correlate(Correction)
    )


def _granted_to(actor: Actor) -> ColumnElement[bool]:
    theirs = Grant.user_id == actor.user_id
    if actor.agency_id is not None:
        theirs = or_(theirs, Grant.agency_id == actor.agency_id)
    of = select(Grant.id).where(Grant.item_id == Correction.item_id, Grant.withdrawn_at.is_(None), theirs)
    return of.correlate(Correction).exists()


def _names_agency_of(actor: Actor) -> ColumnElement[bool]:
    of = select(CorrectionAgency.agency_id).where(
        CorrectionAgency.correction_id == Correction.id, CorrectionAgency.agency_id == actor.agency_id
    )
    return of.correlate(Correction).exists()


def _case_is_closed_to(actor: Actor) -> ColumnElement[bool]:
    """They declared an interest in it, or it is restricted, then or now, and not open to them."""
    restricted = or_(Correction.was_restricted, Case.restricted)
    closed = or_(Case.id.in_(actor.recused_cases), and_(restricted, not_(cases.open_to(actor))))
    of = select(Case.id).join(AgendaItem, AgendaItem.case_id == Case.id)
    return of.where(AgendaItem.id == Correction.item_id, closed).correlate(Correction).exists()


def withdraw(actor: Actor, seen: CorrectionSeen) -> Verdict:
    """Whoever proposed it, until a meeting has decided it."""
    verdict = read_correction(actor, seen)
    if not verdict:
        return verdict
    if seen.correction.proposed_by_id != actor.user_id:
        return Verdict.no(NOT_THE_PROPOSER)
    return _undecided(seen.correction)


def decide(actor: Actor, target: CorrectionInRoom) -> Verdict:
    """Those who settle items, of what they may read; after the meeting those who mend its record, until approval."""
    here = target.here
    may_mend = room.may_mend(actor, here.item.meeting)
    verdict = room.read_in_room(actor, here) if may_mend else chairing.settle_item(actor, here)
    if verdict:
        verdict = read_correction(actor, target.seen)
    if not verdict:
        return verdict
    if target.seen.correction.status is CorrectionStatus.WITHDRAWN:
        return Verdict.no(WITHDRAWN)
    return Verdict.yes() if target.due_here else Verdict.no(NOT_HERE)


def _undecided(correction: Correction) -> Verdict:
    match correction.status:
        case CorrectionStatus.PROPOSED:
            return Verdict.yes()
        case CorrectionStatus.WITHDRAWN:
            return Verdict.no(WITHDRAWN)
        case _:
            return Verdict.no(DECIDED)


RULES = {
    Permission.PROPOSE_CORRECTION: propose_in_minutes,
    Permission.PROPOSE_FROM_COPY: propose_from_copy,
    Permission.READ_CORRECTION: read_correction,
    Permission.WITHDRAW_CORRECTION: withdraw,
    Permission.DECIDE_CORRECTION: decide,
}
