"""Who may compose, approve, circulate and read minutes."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from core.circulation.models import Circulation, Copy
from core.facts import Actor, CirculationKind, MinutesStatus, Verdict
from core.meetings.models import Meeting
from core.minutes.models import Minutes
from core.partnerships.models import Group
from core.policy import meetings
from core.policy.permissions import Permission
from core.policy.standing import same_partnership

FULL_COPY = "The full copy is for the chair and the coordinator alone. Your own comes to you when it is circulated."
NOT_APPROVED = "There is a full copy once the chair has approved the minutes."
RECUSED_FROM_PART = (
    "You declared a conflict of interest in part of this meeting, so the full copy is closed to you. Your own copy has "
    "the rest."
)
PART_IS_CLOSED = "Part of these minutes is closed to you, so the full copy is as well. Your own copy has the rest."
MEMBERSHIP_ENDED = "Membership of this group has ended, so what it sent is closed. Ask the group’s coordinator."


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


def see_minutes(actor: Actor, of: Meeting | Minutes) -> Verdict:
    """The same, of a meeting whose minutes may be still to come, or of minutes that there are."""
    return lead_minutes(actor, of.meeting if isinstance(of, Minutes) else of)


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


def take_full_copy(actor: Actor, minutes: Minutes) -> Verdict:
    """The chair and the coordinator, of approved minutes in which nothing is closed to them.

    What is closed to them for another reason than an interest they declared is asked of the record itself.
    """
    verdict = meetings.see_meeting(actor, minutes.meeting)
    if not verdict:
        return verdict
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if not actor.leads(minutes.meeting.group_id):
        return Verdict.no(FULL_COPY)
    if minutes.status is not MinutesStatus.APPROVED:
        return Verdict.no(NOT_APPROVED)
    if any(item.case_id in actor.recused_cases or item.id in actor.recused_items for item in minutes.meeting.items):
        return Verdict.no(RECUSED_FROM_PART)
    return Verdict.yes()


def read_copy(actor: Actor, copy: Copy) -> Verdict:
    """The reader whose copy it is, as long as they may; asked again when its mail goes out, and at each opening.

    An agenda goes to every member: without a signature it holds references alone.
    """
    circulation: Circulation = copy.circulation
    if not same_partnership(actor, circulation.meeting.group.partnership_id) or copy.user_id != actor.user_id:
        return Verdict.hidden()
    if not actor.signatory and circulation.kind is not CirculationKind.AGENDA:
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
    if not actor.in_partnership:
        return false()
    return and_(
        Copy.user_id == actor.user_id,
        true() if actor.signatory else Circulation.kind == CirculationKind.AGENDA,
        Group.partnership_id == actor.partnership_id,
        or_(Group.id.not_in(actor.left_groups), Meeting.id.in_(actor.deputised_at)) if actor.left_groups else true(),
    )


def see_own_queue(actor: Actor, _subject: object = None) -> Verdict:
    """Whoever leads a group answers for what is sent about its meetings."""
    if not (actor.in_partnership and actor.signatory):
        return Verdict.no(actor.standing)
    return Verdict.yes() if actor.led_groups else Verdict.no("Only a chair or a coordinator may see what waits.")


RULES = {
    Permission.SEE_MINUTES: see_minutes,
    Permission.COMPOSE_MINUTES: lead_minutes,
    Permission.APPROVE_MINUTES: approve_minutes,
    Permission.CIRCULATE_MINUTES: circulate_minutes,
    Permission.SEND_ACTIONS: circulate_minutes,
    Permission.PREVIEW_COPY: circulate_minutes,
    Permission.GRANT_ITEM: circulate_minutes,
    Permission.TAKE_FULL_COPY: take_full_copy,
    Permission.READ_COPY: read_copy,
    Permission.SEE_OUTBOX: circulate_minutes,
    Permission.SEE_OWN_QUEUE: see_own_queue,
}
