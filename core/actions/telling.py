"""What the owners of actions are told by mail: the group, the reference, the day, a link. Nothing of the action."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.accounts.models import User
from core.actions.models import Action
from core.actions.queries import closed_to
from core.circulation.letters import LONGEST_GROUP, write
from core.circulation.outbox import queue
from core.dates import in_words
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, MailKind
from core.meetings.diary.queries import nearest_meeting
from core.partnerships.belonging import sits
from core.partnerships.models import GroupMember, PartnershipAgency

GIVEN = "action given:"
"""Begins the key under which the outbox keeps a mail about an action: by it the mail knows which it is about."""


def tell_owner(actor: Actor, action: Action, *, now: datetime, on: date) -> None:
    """Tell whoever has the action from now on, but for the actor: its person, else its agency's people in the group.

    Nobody to whom it is closed. The mail stands under the meeting that agreed the action; that of an imported one under
    a meeting of its group, where those who lead it see what became of it.
    """
    letter = write(
        "action_given",
        subject=f"{action.group.name[:LONGEST_GROUP]}, {in_words(on)}: action {action.ref} given to your agency",
        link=f"/actions/{action.id}",
        reference=action.ref,
        group=action.group.name,
        due=action.due_on,
        personally=action.owner_user_id is not None,
    )
    closed = closed_to([action])[action.id]
    meeting = action.meeting or nearest_meeting(action.group_id, at=now)
    for user in _owners(action, on=on):
        if user.id != actor.user_id and user.id not in closed:
            queue(
                user,
                kind=MailKind.ACTIONS,
                letter=letter,
                now=now,
                partnership_id=action.partnership_id,
                meeting=meeting,
                once_key=f"{GIVEN}{action.id}:{action.version}:u_{user.id}",
            )


def action_told_of(once_key: str | None) -> int | None:
    """The id of the action that a mail of `tell_owner` is about; None of any other mail's key."""
    if once_key is None or not once_key.startswith(GIVEN):
        return None
    return int(once_key.removeprefix(GIVEN).partition(":")[0])


def tell_of_handover(user: User, membership: PartnershipAgency, *, number: int, now: datetime) -> None:
    """Tell somebody who leads a group of the actions that came to them as an agency left, in one mail."""
    letter = write(
        "actions_handed_over",
        subject=f"{number} action{'s' if number != 1 else ''} handed over to you",
        link=f"/actions?whose=mine&handed={membership.agency_id}",
        agency=membership.agency.name,
        number=number,
    )
    queue(user, kind=MailKind.ACTIONS, letter=letter, now=now, partnership_id=membership.partnership_id)


def _owners(action: Action, *, on: date) -> list[User]:
    if action.owner_user_id is not None:
        theirs = User.id == action.owner_user_id
    else:
        in_the_group = select(GroupMember.user_id).where(
            GroupMember.group_id == action.group_id, GroupMember.role.in_(RECORDING_ROLES), sits(on)
        )
        theirs = (User.agency_id == action.owner_agency_id) & User.id.in_(in_the_group)
    return list(
        db.session.scalars(
            select(User).where(theirs, User.retired_at.is_(None)).order_by(User.id).options(raiseload("*"))
        )
    )
