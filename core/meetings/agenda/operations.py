"""Building an agenda: adding, changing, ordering and taking off items."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, update

from core import audit
from core.cases.models import Case, CaseEvent
from core.cases.queries import people_named_in
from core.cases.sharing import open_to_group
from core.clock import local_date
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, CaseStatus, ItemKind, MeetingStatus
from core.meetings.agenda import queries
from core.meetings.models import AgendaItem, Meeting, Nomination
from core.meetings.order import MINUTES_PER_CASE, Placed, place_for
from core.partnerships.models import Agency
from core.policy import Permission, require

LONGEST_ITEM = 240
"""Minutes of one item."""

TOO_LATE = "This meeting is {status}, so its agenda can no longer be changed here."
THERE_ALREADY = "This case is on the agenda already"
CLOSED_CASE = "This case is closed. Open it again before it is heard."


class Move(StrEnum):
    """Where an item can be moved to."""

    UP = "up"
    DOWN = "down"
    TOP = "top"
    BOTTOM = "bottom"


def add_case(
    actor: Actor,
    *,
    meeting: Meeting,
    case: Case,
    reason: str,
    now: datetime,
    minutes: int = MINUTES_PER_CASE,
    presenter_id: int | None = None,
    nomination: Nomination | None = None,
    carried_from_id: int | None = None,
    times_carried: int = 0,
) -> AgendaItem:
    """Put a case on the agenda, in its block, and open it to the group that will hear it. Raises Refused.

    Its lead agency presents it unless said otherwise. A late nomination makes it urgent.
    """
    _allow(actor, meeting)
    if queries.is_on_agenda(meeting.id, case.id):
        raise Refused(THERE_ALREADY)
    if case.status is CaseStatus.CLOSED:
        raise Refused(CLOSED_CASE)
    item = AgendaItem(
        meeting_id=meeting.id,
        kind=ItemKind.CASE,
        case_id=case.id,
        nomination_id=nomination.id if nomination is not None else None,
        presenter_agency_id=presenter_id or case.lead_agency_id,
        minutes_allotted=minutes,
        reason=reason,
        urgent=nomination is not None and bool(nomination.late_reason),
        carried_from_id=carried_from_id,
        times_carried=times_carried,
        added_by_id=actor.user_id,
    )
    _place(meeting, item)
    open_to_group(actor, case=case, group_id=meeting.group_id, on=local_date(now), purpose=f"meeting:{meeting.id}")
    _note(actor, case.id, meeting, f"Put on the agenda of {meeting.ref}", now=now)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "agenda.add",
        object=f"item:{item.id}",
        subjects=people_named_in([case.id]),
        payload={"case": case.id, "reason": reason},
    )
    return item


def add_heading(
    actor: Actor,
    *,
    meeting: Meeting,
    kind: ItemKind,
    heading: str,
    reason: str = "",
    minutes: int = MINUTES_PER_CASE,
    presenter_id: int | None = None,
) -> AgendaItem:
    """Put a location (a street, a park) or a further standing item on the agenda. Raises Refused."""
    _allow(actor, meeting)
    if kind is ItemKind.CASE:
        raise ValueError("a case goes on the agenda by add_case")
    item = AgendaItem(
        meeting_id=meeting.id,
        kind=kind,
        heading=heading,
        presenter_agency_id=presenter_id,
        minutes_allotted=minutes,
        reason=reason,
        added_by_id=actor.user_id,
    )
    _place(meeting, item)
    audit.record(actor, audit.Category.ALTERATION, "agenda.add", object=f"item:{item.id}")
    return item


def as_it_stands(item: AgendaItem) -> dict[str, object]:
    """What an item says of itself, by the fields of its form."""
    return {
        "heading": item.heading,
        "presenter": item.presenter_agency_id or 0,
        "minutes": item.minutes_allotted,
        "reason": item.reason,
    }


def change_item(
    actor: Actor,
    *,
    meeting: Meeting,
    item: AgendaItem,
    heading: str,
    minutes: int,
    presenter: Agency | None,
    reason: str,
    version: int,
) -> None:
    """Change what an item says of itself. Raises Refused, and Stale when somebody else changed it first."""
    _allow(actor, meeting)
    if item.version != version:
        raise Stale(as_it_stands(item))
    if item.kind is not ItemKind.CASE:
        item.heading = heading
    item.minutes_allotted = minutes
    item.presenter_agency_id = presenter.id if presenter is not None else None
    item.reason = reason
    meeting.revision += 1
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "agenda.change",
        object=f"item:{item.id}",
        subjects=people_named_in([item.case_id]) if item.case_id else (),
        payload={"minutes": minutes, "reason": reason},
    )


def take_off(actor: Actor, *, meeting: Meeting, item: AgendaItem, reason: str, version: int, now: datetime) -> None:
    """Take an item off the agenda; it is kept, with the reason. Raises Refused and Stale."""
    _allow(actor, meeting)
    if item.version != version:
        raise Stale(told={"Minutes": str(item.minutes_allotted), "Why it is on the agenda": item.reason})
    if not reason:
        raise Refused("Say why it is taken off the agenda")
    _off(actor, meeting=meeting, item=item, reason=reason, now=now)


def take_off_closed(actor: Actor, *, case_id: int, group_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Take a case that is closed to those groups off every agenda of theirs that is to come."""
    for meeting, item in queries.to_come_of(case_id, group_ids):
        _off(actor, meeting=meeting, item=item, reason=reason, now=now)


def _off(actor: Actor, *, meeting: Meeting, item: AgendaItem, reason: str, now: datetime) -> None:
    item.taken_off_at = now
    item.taken_off_reason = reason
    meeting.revision += 1
    db.session.flush()
    _number([row.id for row in queries.order_of(meeting.id)])
    if item.case_id is not None:
        _note(actor, item.case_id, meeting, f"Taken off the agenda of {meeting.ref}", now=now)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "agenda.take_off",
        object=f"item:{item.id}",
        subjects=people_named_in([item.case_id]) if item.case_id else (),
        payload={"reason": reason},
    )


def move_item(actor: Actor, *, meeting: Meeting, item_id: int, to: Move, version: int) -> int:
    """Move an item up, down, to the top or to the bottom, and return its new position, from 1.

    `version` is the meeting's, as the mover saw it: the order of a list that has changed since is no order.
    Raises Refused and Stale.
    """
    _allow(actor, meeting)
    ids = [row.id for row in queries.order_of(meeting.id)]
    if item_id not in ids:
        raise Refused("This item is no longer on the agenda.")
    if meeting.version != version:
        raise Stale(told={"Position of the item": f"{ids.index(item_id) + 1} of {len(ids)}"})
    was = ids.index(item_id)
    ids.remove(item_id)
    place = {
        Move.UP: max(was - 1, 0),
        Move.DOWN: min(was + 1, len(ids)),
        Move.TOP: 0,
        Move.BOTTOM: len(ids),
    }[to]
    ids.insert(place, item_id)
    _number(ids)
    meeting.revision += 1
    audit.record(actor, audit.Category.ALTERATION, "agenda.reorder", object=f"meeting:{meeting.id}")
    return place + 1


def _place(meeting: Meeting, item: AgendaItem) -> None:
    """Put a new item where its kind belongs."""
    order = queries.order_of(meeting.id)
    place = place_for(
        Placed(item.kind, item.heading or "", item.times_carried or 0),
        [Placed(row.kind, row.heading, row.times_carried) for row in order],
    )
    item.position = place
    db.session.add(item)
    meeting.revision += 1
    db.session.flush()
    ids = [row.id for row in order]
    ids.insert(place - 1, item.id)
    _number(ids)


def _number(ids: Sequence[int]) -> None:
    """Number the positions anew. The items' versions stay: a form that is open on one of them stays good."""
    table = AgendaItem.__table__
    db.session.execute(
        update(table).where(table.c.id == bindparam("item")).values(position=bindparam("place")),  # type: ignore[arg-type]  # a Table
        [{"item": id_, "place": place} for place, id_ in enumerate(ids, start=1)],
    )


def _note(actor: Actor, case_id: int, meeting: Meeting, text: str, *, now: datetime) -> None:
    """A line in the case's timeline."""
    db.session.add(
        CaseEvent(
            case_id=case_id,
            at=now,
            kind="agenda",
            text=text,
            user_id=actor.user_id,
            agency_id=actor.agency_id,
            link=f"meeting:{meeting.id}",
        )
    )


def _allow(actor: Actor, meeting: Meeting) -> None:
    require(actor, Permission.EDIT_AGENDA, meeting)
    if meeting.status is not MeetingStatus.SCHEDULED:
        raise Refused(TOO_LATE.format(status=meeting.status))
