"""The sub-navigation of a meeting."""

from flask import url_for

from core.facts import Actor, MeetingStatus
from core.meetings.agenda.queries import Papers
from core.meetings.models import Meeting
from core.policy.meetings import sits_in

_OTHERS = (
    ("live", "Live", "recording.live", (MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION)),
    ("minutes", "Minutes", "minutes.show", (MeetingStatus.CLOSED,)),
)
"""Pages of other subjects: key, label, endpoint, and the states of a meeting in which they are of use."""

_SENT = ("sent", "Sent", "circulation.sent")
"""What was mailed: for those who lead the group."""

PART_OF = {
    **{endpoint: key for key, _, endpoint, _ in _OTHERS},
    "circulation.sent": "sent",
    **dict.fromkeys(("minutes.review", "minutes.send_back", "minutes.approve", "minutes.submit"), "minutes"),
    **dict.fromkeys(
        ("circulation.prepare", "circulation.reader", "circulation.preview", "circulation.extracts"), "minutes"
    ),
}
"""Endpoint of another subject's page -> the part that it belongs to."""


def sections_of(actor: Actor, meeting: Meeting, papers: Papers, *, active: str) -> list[tuple[str, str, bool]]:
    """(text, address, whether it is the page itself) of each part of a meeting."""
    waiting = f" ({papers.nominations})" if papers.nominations and actor.leads(meeting.group_id) else ""
    asked = f" ({papers.unanswered})" if papers.unanswered else ""
    parts = [("agenda", "Agenda", "meetings.meeting")]
    if meeting.group_id in actor.groups:
        parts += [
            ("nominations", f"Nominations{waiting}", "meetings.nominations"),
            ("research", f"Research{asked}", "meetings.research"),
        ]
    parts.append(("papers", "Circulated agenda", "meetings.papers"))
    if sits_in(actor, meeting):
        # Without a signature nobody comes into the room, and the minutes' page says why they are not shown.
        others = [each for each in _OTHERS if actor.signatory or each[0] != "live"]
        parts += [(key, text, endpoint) for key, text, endpoint, states in others if meeting.status in states]
    if actor.leads(meeting.group_id):
        parts.append(_SENT)
    return [(text, url_for(endpoint, meeting_id=meeting.id), key == active) for key, text, endpoint in parts]
