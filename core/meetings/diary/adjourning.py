"""The day to which a meeting in session is adjourned: a meeting of the diary, with what was left to be heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.meetings.diary import notices
from core.meetings.diary.operations import NO_PLACE, check_free, check_times, make_meeting
from core.meetings.models import AgendaItem, Meeting, Research
from core.meetings.order import OPENING
from core.partnerships.models import Group
from core.recording.models import Recusal


@dataclass(frozen=True, slots=True)
class GoesOn:
    """When and where."""

    starts_at: datetime
    ends_at: datetime
    venue: str
    online_link: str


def continue_on(actor: Actor, *, meeting: Meeting, items: Sequence[AgendaItem], to: GoesOn, now: datetime) -> Meeting:
    """Make that meeting with those items after its opening ones, and invite the group's members. Raises Refused.

    An item there points back to the one it goes on from; it was not carried forward, and does not count as such.
    """
    check_times(to.starts_at, to.ends_at, now=now)
    group = _group_of(meeting)
    check_free(group, starts_at=to.starts_at, ends_at=to.ends_at, but=meeting.id)
    if not (to.venue or to.online_link):
        raise Refused(NO_PLACE)
    other = make_meeting(
        group,
        starts_at=to.starts_at,
        ends_at=to.ends_at,
        venue=to.venue,
        online_link=to.online_link,
        title=meeting.title,
    )
    _make_room(other, len(items))
    for place, item in enumerate(items, start=len(OPENING) + 1):
        _put_on(actor, other, item, place)
    audit.record(actor, audit.Category.ALTERATION, "meeting.schedule", object=f"meeting:{other.id}")
    notices.invite(other, now=now)
    return other


def take_back(meeting: Meeting) -> None:
    """The day to which it was adjourned was cancelled: what was asked and answered goes back with the items."""
    if meeting.adjourned_to_id is None:
        return
    mine = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)
    there = select(AgendaItem.id, AgendaItem.carried_from_id).where(
        AgendaItem.meeting_id == meeting.adjourned_to_id, AgendaItem.carried_from_id.in_(mine)
    )
    for item_id, here in db.session.execute(there).all():
        db.session.execute(update(Research).where(Research.item_id == item_id).values(item_id=here))
    meeting.adjourned_to_id = None


def _group_of(meeting: Meeting) -> Group:
    """With its partnership, which the reference and the invitation name."""
    return db.session.scalars(
        select(Group)
        .where(Group.id == meeting.group_id)
        .options(joinedload(Group.partnership))
        .execution_options(populate_existing=True)
    ).one()


def _make_room(meeting: Meeting, count: int) -> None:
    """The items that close the meeting come after what goes on there."""
    db.session.execute(
        update(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.position > len(OPENING))
        .values(position=AgendaItem.position + count)
    )


def _put_on(actor: Actor, meeting: Meeting, item: AgendaItem, place: int) -> None:
    on = AgendaItem(
        meeting_id=meeting.id,
        position=place,
        kind=item.kind,
        heading=item.heading,
        case_id=item.case_id,
        nomination_id=item.nomination_id,
        presenter_agency_id=item.presenter_agency_id,
        minutes_allotted=item.minutes_allotted,
        reason=item.reason,
        urgent=item.urgent,
        times_carried=item.times_carried,
        carried_from_id=item.id,
        added_by_id=actor.user_id,
    )
    db.session.add(on)
    db.session.flush()
    if item.case_id is None:  # an interest in a case is in the case, wherever it is heard
        _keep_closed(item, on)
    # What was asked and answered goes with the item: nobody is asked twice.
    db.session.execute(update(Research).where(Research.item_id == item.id).values(item_id=on.id))


def _keep_closed(item: AgendaItem, on: AgendaItem) -> None:
    """Whoever declared an interest in it keeps out of it on the other day, too."""
    declared = select(Recusal).where(Recusal.item_id == item.id, Recusal.lifted_at.is_(None)).order_by(Recusal.id)
    db.session.add_all(
        Recusal(item_id=on.id, user_id=one.user_id, reason=one.reason, declared_at=one.declared_at)
        for one in db.session.scalars(declared).all()
    )
