"""Who may compose, approve, circulate and read minutes."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from core.circulation.models import Circulation, Copy
from core.facts import Actor, Verdict
from core.meetings.models import Meeting
from core.minutes.models import Minutes
from core.partnerships.models import Group
from core.policy import meetings
from core.policy.permissions import Permission
from core.policy.standing import same_partnership

MEMBERSHIP_ENDED = (
    "Membership of this group has ended, so the copies of its minutes are closed. Ask the group’s coordinator."
)


def lead_minutes(actor: Actor, meeting: Meeting) -> Verdict:
    """The full minutes are seen before approval by those who lead the meeting, and its minute-taker."""
    verdict = meetings.see_meeting(actor, meeting)
    if not verdict:
        return verdict
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if actor.leads(meeting.group_id) or meeting.minute_taker_id == actor.user_id:
        return Verdict.yes()
    return Verdict.no("The minutes come to you when they are approved and circulated.")


def approve_minutes(actor: Actor, minutes: Minutes) -> Verdict:
    """Whoever chaired the meeting, or chairs the group; never the minute-taker (docs/domain.md, step 7)."""
    meeting = minutes.meeting
    verdict = lead_minutes(actor, meeting)
    if not verdict:
        return verdict
    return approves(actor, meeting.group_id, chair_id=meeting.chair_id, minute_taker_id=meeting.minute_taker_id)


def approves(actor: Actor, group_id: int, *, chair_id: int | None, minute_taker_id: int | None) -> Verdict:
    """Whose part it is to approve the minutes of a meeting of that group, which those two chaired and took."""
    if not (actor.chairs(group_id) or chair_id == actor.user_id):
        return Verdict.no("Only the chair may approve the minutes.")
    if minute_taker_id == actor.user_id:
        return Verdict.no("You took these minutes, so somebody else must approve them.")
    return Verdict.yes()


def circulate_minutes(actor: Actor, meeting: Meeting) -> Verdict:
    """Those who lead the group."""
    verdict = lead_minutes(actor, meeting)
    if not verdict:
        return verdict
    return Verdict.yes() if actor.leads(meeting.group_id) else Verdict.no(meetings.LEADERS_ONLY)


def read_copy(actor: Actor, copy: Copy) -> Verdict:
    """The reader whose copy it is, as long as they may; asked again at each opening."""
    circulation: Circulation = copy.circulation
    if not same_partnership(actor, circulation.meeting.group.partnership_id) or copy.user_id != actor.user_id:
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    return keep_copies(actor, circulation.meeting)


def keep_copies(actor: Actor, meeting: Meeting) -> Verdict:
    """What a group sent is closed to whoever is its member no more.

    Who attended without being one on that day, a deputy say, keeps theirs while their agency is a signatory: whether
    they were a member before makes no difference to a meeting that they came to for somebody else.
    """
    if meeting.group_id in actor.left_groups and meeting.id not in actor.deputised_at:
        return Verdict.no(MEMBERSHIP_ENDED)
    return Verdict.yes()


def copies_open_to(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `read_copy`, of copies joined with their circulation, meeting and group."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return and_(
        Copy.user_id == actor.user_id,
        Group.partnership_id == actor.partnership_id,
        or_(Group.id.not_in(actor.left_groups), Meeting.id.in_(actor.deputised_at)) if actor.left_groups else true(),
    )


RULES = {
    Permission.SEE_MINUTES: lead_minutes,
    Permission.COMPOSE_MINUTES: lead_minutes,
    Permission.APPROVE_MINUTES: approve_minutes,
    Permission.CIRCULATE_MINUTES: circulate_minutes,
    Permission.READ_COPY: read_copy,
    Permission.SEE_OUTBOX: circulate_minutes,
}
