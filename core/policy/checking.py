"""Who may be told what a document is."""

from dataclasses import dataclass

from core.facts import Actor, AdminRole, Verdict
from core.meetings.models import Meeting
from core.policy import meetings
from core.policy.permissions import Permission
from core.policy.standing import member_of_partnership, same_partnership

NOT_YOURS_TO_CHECK = "This is not a document that you may check."


@dataclass(frozen=True, slots=True)
class IssuedTo:
    """A document of a meeting, and whose copy it is; nobody's where it is not one reader's."""

    meeting: Meeting
    user_id: int | None


def know_document(actor: Actor, issued: IssuedTo) -> Verdict:
    """The reader whose copy it is, those who lead the group, the partnership's administrators and its auditors.

    What is nobody's copy, such as what every copy prints in its foot, whoever sits in the meeting may check as well.
    """
    meeting = issued.meeting
    if not same_partnership(actor, meeting.group.partnership_id):
        return Verdict.no(NOT_YOURS_TO_CHECK)
    known = (
        (issued.user_id is not None and issued.user_id == actor.user_id)
        or actor.leads(meeting.group_id)
        or bool(actor.roles & {AdminRole.PARTNERSHIP_ADMIN, AdminRole.AUDITOR})
        or (issued.user_id is None and meetings.sits_in(actor, meeting))
    )
    return Verdict.yes() if known else Verdict.no(NOT_YOURS_TO_CHECK)


def check_document(actor: Actor, issued: IssuedTo | None = None) -> Verdict:
    """Anybody of the partnership may ask; what they are told of one document is decided for it."""
    return member_of_partnership(actor) if issued is None else know_document(actor, issued)


RULES = {Permission.CHECK_DOCUMENT: check_document}
"""One permission: in general, and of one document."""
