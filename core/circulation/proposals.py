"""What each recipient of a meeting's minutes would get and lack, and why: looked at before anything goes.

The same few queries, however many recipients there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.accounts.queries import actors_as_of
from core.circulation.grants import GrantMade, granted_to, grants_corrected_in, grants_of, items_granted_to
from core.circulation.models import Circulation, Copy
from core.clock import local_date
from core.documents.readers import readers_of
from core.documents.record import LeftOut, Reader
from core.extensions import db
from core.facts import Actor, CirculationKind
from core.meetings.models import Meeting
from core.minutes.record import MeetingRecord
from core.partnerships.belonging import sits
from core.partnerships.models import GroupMember
from core.policy.minutes import keep_copies
from core.recording.models import Attendance

NOT_SIGNED = "Their agency’s signature of the Information Sharing Protocol is not in force."
ENDED = "Membership of this group has ended."


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be sent the minutes: with an account, in the attendance or the group."""

    user: User
    presence: str
    """As the attendance has it; empty for a member who is not in it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, what their copy would hold, and what it would lack and why."""

    candidate: Candidate
    reader: Reader
    part: MeetingRecord
    left_out: tuple[LeftOut, ...]
    grants: tuple[GrantMade, ...]
    """What the chair granted them or their agency, and has not taken back."""
    refusal: str = ""
    """Why they may not be sent anything; empty when they may."""


def proposals_for(meeting: Meeting, record: MeetingRecord, *, now: datetime) -> Sequence[Proposal]:
    """What each candidate's copy would hold and lack, as of now, by name. Nothing is written."""
    record = replace(record, whole_sha256=record.whole_sha256 or record.sha256())  # once, not for every part
    candidates = candidates_for(meeting, on=local_date(now))
    grants = grants_of(meeting.id)
    actors, readers = _readers(meeting, record, [each.user.id for each in candidates], grants, now=now)
    return [
        _proposal(meeting, record, candidate, actors[candidate.user.id], readers[candidate.user.id], grants)
        for candidate in candidates
    ]


def _readers(
    meeting: Meeting, record: MeetingRecord, users: Collection[int], grants: Sequence[GrantMade], *, now: datetime
) -> tuple[Mapping[int, Actor], Mapping[int, Reader]]:
    actors = actors_as_of(users, meeting.group.partnership_id, on=local_date(now))
    all_grants = (*grants, *grants_corrected_in(record))
    granted = {actor.user_id: items_granted_to(actor, all_grants) for actor in actors.values()}
    return actors, readers_of(actors.values(), group_id=meeting.group_id, cases=record.case_ids, granted=granted)


def _proposal(
    meeting: Meeting,
    record: MeetingRecord,
    candidate: Candidate,
    actor: Actor,
    reader: Reader,
    grants: Sequence[GrantMade],
) -> Proposal:
    part, left_out = record.cut(reader)
    return Proposal(
        candidate, reader, part, left_out, granted_to(actor, grants), refusal_of(actor, candidate.user, meeting)
    )


def refusal_of(actor: Actor, user: User, meeting: Meeting) -> str:
    """Why somebody may not be sent what is made of this meeting, in plain words; empty when they may."""
    if user.retired_at is not None:
        return "The account was retired."
    if not actor.in_partnership:
        return actor.standing or "Their agency does not belong to the partnership."
    if not actor.signatory:
        return NOT_SIGNED
    return ENDED if not keep_copies(actor, meeting) else ""


def sent_to(meeting_id: int, kind: CirculationKind) -> Mapping[int, datetime]:
    """Account id -> when they were last sent that about a meeting. One query."""
    rows = db.session.execute(
        select(Copy.user_id, func.max(Circulation.at))
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Circulation.meeting_id == meeting_id, Circulation.kind == kind)
        .group_by(Copy.user_id)
    )
    return dict(rows.all())


def candidates_for(meeting: Meeting, *, on: date) -> Sequence[Candidate]:
    """Everybody in the attendance with an account, then the group's other members on that day; by name."""
    attendance = dict(
        db.session.execute(
            select(Attendance.user_id, Attendance.presence).where(
                Attendance.meeting_id == meeting.id, Attendance.user_id.is_not(None)
            )
        ).all()
    )
    members = select(GroupMember.user_id).where(GroupMember.group_id == meeting.group_id, sits(on))
    users = db.session.scalars(
        select(User)
        .where(User.id.in_({user_id for user_id in attendance if user_id is not None}) | User.id.in_(members))
        .order_by(User.name, User.id)
        .options(joinedload(User.agency), raiseload("*"))
    )
    return [Candidate(user, str(attendance.get(user.id, ""))) for user in users]
