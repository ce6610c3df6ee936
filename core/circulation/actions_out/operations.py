"""Sending the actions out after a meeting: one mail to each owner, neutral, and a copy to be opened."""

from datetime import datetime

from core.circulation.actions_out.queries import addressees_of, parcels_of
from core.circulation.letters import Letter, about, write
from core.circulation.models import Circulation, Copy
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.errors import Refused
from core.facts import Actor, CirculationKind, MeetingStatus
from core.meetings.models import Meeting
from core.policy import Permission, require

NOT_YET = "Actions go out once the meeting is closed."
NOBODY = "There is nobody to tell: no action was agreed, or its agency has nobody with an account."
SENT_BEFORE = "Everybody has been sent these actions. To send them once more, use the page of what was sent."


def send_actions(actor: Actor, *, meeting: Meeting, now: datetime) -> Circulation:
    """Tell each owner what was agreed for them. Who was told of the very same actions is not told again.

    Raises Refused before the meeting is closed, and when there is nobody new to tell.
    """
    require(actor, Permission.SEND_ACTIONS, meeting)
    if meeting.status is not MeetingStatus.CLOSED:
        raise Refused(NOT_YET)
    parcels = parcels_of(meeting, on=local_date(now))
    theirs = addressees_of(meeting.id, parcels)
    if not theirs:
        raise Refused(SENT_BEFORE if any(any(parcel.told.values()) for parcel in parcels) else NOBODY)

    def letter(copy: Copy, addressee: Addressee) -> Letter:
        _, actions = theirs[addressee.user.id]
        return write(
            "actions",
            subject=about(meeting, "actions agreed"),
            link=f"/copies/{copy.id}",
            group=meeting.group.name,
            reference=meeting.ref,
            starts=meeting.starts_at,
            number=len(actions),
            due=min(action.due_on for action in actions),
        )

    addressees = [each for each, _ in theirs.values()]
    circulation = send_out(actor, What(CirculationKind.ACTIONS, meeting, letter), addressees, now=now)
    if circulation is None:
        raise Refused(SENT_BEFORE)
    return circulation
