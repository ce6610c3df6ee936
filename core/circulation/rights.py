"""What gave somebody the right to a mail without a copy: asked again as it goes out.

A copy's right is the policy's (`read_copy`). These mails are written to whoever sits at a table, is asked or was given
something, and days may pass before a mail server takes them.
"""

from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select

from core.actions.models import IS_OPEN, WAS_HANDED_OVER, Action, ActionUpdate
from core.actions.telling import action_told_of
from core.cases.models import Case
from core.circulation.models import Mail
from core.emergencies.models import Emergency
from core.emergencies.telling import Told, told_of
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, MailKind
from core.meetings.models import AgendaItem, Research
from core.people.history.telling import lost_since as of_mistake
from core.policy.actions import actions_seen_by
from core.policy.admin import see_audit
from core.policy.cases import RECUSED, open_to
from core.policy.emergencies import seen_by
from core.policy.meetings import sits_in

NO_SEAT = "They are not a member of this group any more, nor a deputy at this meeting."
DOES_NOT_ANSWER = "They do not answer for their agency in this group any more."
NOT_ASKED = "Their agency has answered since, or is not asked any more."
NOT_THEIRS = "The action is not theirs any more."
CLOSED_TO_THEM = "The action is closed to them."
NOT_SHOWN = "What was asked for in an emergency is not shown to them any more."


def lost_since(reader: Actor, mail: Mail, *, now: datetime) -> str:
    """Why the reader, who belongs to the partnership, has no right to this mail any more; empty when they have.

    Of invitations and changes that is a seat: they name nobody, and whoever has not signed sits there too.
    """
    match mail.kind:
        case MailKind.INVITATION | MailKind.CHANGE if mail.meeting is not None:
            return "" if sits_in(reader, mail.meeting) else NO_SEAT
        case MailKind.RESEARCH if mail.meeting is not None:
            if reader.groups.get(mail.meeting.group_id) not in RECORDING_ROLES:
                return DOES_NOT_ANSWER
            if not reader.signatory:
                return reader.standing
            return "" if _is_asked(reader, mail.meeting.id, now) else NOT_ASKED
        case MailKind.ACTIONS:
            return _of_action(reader, mail)
        case MailKind.EMERGENCY:
            return _of_emergency(reader, mail)
        case MailKind.WITHDRAWAL:
            return "" if reader.signatory else reader.standing
        case MailKind.MISTAKE:
            return of_mistake(reader, mail.once_key)
        case _:
            return ""


def _is_asked(reader: Actor, meeting_id: int, now: datetime) -> bool:
    """Whether their agency has something to answer for the meeting, on a case that is open to them."""
    waiting = (
        select(Research.id)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            AgendaItem.taken_off_at.is_(None),
            Research.agency_id == reader.agency_id,
            or_(Research.answered_at.is_(None), Research.answered_at > now),
            open_to(reader),
        )
    )
    return _any(waiting)


def _of_action(reader: Actor, mail: Mail) -> str:
    if not reader.signatory:
        return reader.standing
    action_id = action_told_of(mail.once_key)
    if action_id is None:  # of those that came to them as an agency left
        return "" if _was_handed_any(reader) else NOT_THEIRS
    works_there = [group_id for group_id, role in reader.groups.items() if role in RECORDING_ROLES]
    theirs = select(Action.id).where(
        Action.id == action_id,
        or_(
            Action.owner_user_id == reader.user_id,
            and_(
                Action.owner_user_id.is_(None),
                Action.owner_agency_id == reader.agency_id,
                Action.group_id.in_(works_there),
            ),
        ),
    )
    if not _any(theirs):
        return NOT_THEIRS
    return "" if _any(theirs.where(actions_seen_by(reader))) else CLOSED_TO_THEM


def _was_handed_any(reader: Actor) -> bool:
    handed = exists().where(ActionUpdate.action_id == Action.id, WAS_HANDED_OVER)
    theirs = (Action.partnership_id == reader.partnership_id) & (Action.owner_user_id == reader.user_id)
    return _any(select(Action.id).where(theirs, IS_OPEN, handed))


def _of_emergency(reader: Actor, mail: Mail) -> str:
    """Whether the page behind its link is still shown to them: that of the emergency, or the trail."""
    told = told_of(mail.once_key)
    if told is None:
        return NOT_SHOWN
    emergency_id, what = told
    this = select(Emergency.id).where(Emergency.id == emergency_id)
    if what is Told.ADMINISTRATORS:
        closed = _any(this.where(Emergency.case_id.in_(reader.recused_cases)))
        return see_audit(reader).reason or (RECUSED if closed else "")
    if not reader.signatory:
        return reader.standing
    return "" if _any(this.where(seen_by(reader))) else NOT_SHOWN


def _any(found: Select[int]) -> bool:
    return db.session.execute(found.limit(1)).first() is not None
