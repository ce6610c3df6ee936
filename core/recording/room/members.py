"""Who may take the chair or the minutes of a meeting."""

from collections.abc import Sequence
from datetime import date

from core.facts import RECORDING_ROLES, Presence
from core.meetings.models import Meeting
from core.partnerships.belonging import signatories_in
from core.recording import queries
from core.recording.queries import Member


def who_may_run(meeting: Meeting, *, on: date) -> Sequence[Member]:
    """Members who may take the chair or the minutes: of signatories, no observer, nobody who sent apologies."""
    signed = signatories_in(meeting.group.partnership_id, on=on)
    away = {
        user_id
        for user_id, line in queries.attendance_by_user(meeting.id).items()
        if line.presence is Presence.APOLOGIES
    }
    return [
        member
        for member in queries.members_of(meeting.group_id, on=on)
        if member.role in RECORDING_ROLES and member.agency_id in signed and member.user_id not in away
    ]
