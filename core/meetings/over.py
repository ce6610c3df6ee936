"""Pages that change a meeting, once it has begun, is over or was called off: they could only refuse."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.facts import MeetingStatus
from core.meetings.diary.operations import NOT_TO_BE_CHANGED
from core.meetings.models import Meeting
from core.web import see_other


def unless_scheduled(meeting: Meeting) -> ResponseReturnValue | None:
    """None while the meeting lies ahead; else back to its page, with the reason."""
    if meeting.status is MeetingStatus.SCHEDULED:
        return None
    flash(NOT_TO_BE_CHANGED.format(status=meeting.status), "important")
    return see_other("meetings.meeting", meeting_id=meeting.id)
