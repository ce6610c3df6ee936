"""What can be done about what was sent: try again, send once more, chase whoever has not opened theirs."""

from datetime import datetime, timedelta

from core import audit
from core.audit import Category
from core.circulation.letters import Letter, about, write
from core.circulation.models import Mail
from core.circulation.outbox import queue, wait_anew, wake_worker
from core.circulation.sent import queries
from core.circulation.sent.queries import Recipient, Sent
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MailKind, MailState
from core.meetings.models import Meeting

NOT_TO_BE_TRIED = "This mail was sent already, or is being sent now."
NOTHING_FAILED = "No mail about this meeting has failed."
NOBODY_TO_CHASE = "Nobody is to be chased: all have opened theirs, were sent it later than that, or were chased today."


def try_again(actor: Actor, mail: Mail, *, now: datetime) -> None:
    """Try a mail that did not go once more. Raises Refused for one that is on its way or was taken."""
    if mail.state not in (MailState.FAILED, MailState.WAITING, MailState.WITHDRAWN):
        raise Refused(NOT_TO_BE_TRIED)
    wait_anew(mail, now=now)
    wake_worker()
    audit.record(actor, Category.ADMIN, "mail.send_again", object=f"mail:{mail.id}")


def try_all_again(actor: Actor, meeting: Meeting, *, now: datetime) -> int:
    """Try every mail about the meeting that failed; how many. Raises Refused when none has.

    What was withdrawn stays so: its reader had lost the right, and one by one somebody says that they have it again.
    """
    mails = queries.failed_mails_of(meeting.id)
    if not mails:
        raise Refused(NOTHING_FAILED)
    for mail in mails:
        wait_anew(mail, now=now)
    wake_worker()
    audit.record(
        actor,
        Category.ADMIN,
        "mail.send_again",
        object=f"meeting:{meeting.id}",
        payload={"mails": [mail.id for mail in mails]},
    )
    return len(mails)


def chase(actor: Actor, meeting: Meeting, sent: Sent, *, days: int, now: datetime) -> int:
    """Write to everybody who was sent it `days` days ago or earlier and has not opened it; to how many.

    One mail to a reader a day at most, whoever asks for it. Raises Refused when there is nobody.
    """
    late = [each for each in sent.recipients if each.unopened_since(now - timedelta(days=days))]
    before = {each.copy.id: len(each.chased) for each in late}
    chased = [each.copy.id for each in late if _chase(meeting, sent, each, now=now)]
    if not chased:
        raise Refused(NOBODY_TO_CHASE)
    audit.record(
        actor,
        Category.ADMIN,
        "circulation.chase",
        object=f"circulation:{sent.circulation.id}",
        payload={"copies": {str(copy_id): before[copy_id] + 1 for copy_id in chased}, "days": days},
    )
    return len(chased)


def _chase(meeting: Meeting, sent: Sent, recipient: Recipient, *, now: datetime) -> bool:
    """Whether a mail was written: not if there is one of the same day."""
    copy, mail = recipient.copy, recipient.mail
    assert mail is not None
    written = queue(
        copy.user,
        kind=MailKind.CHASE,
        letter=_letter(meeting, sent, copy.id, mail.sent_at or mail.created_at),
        now=now,
        partnership_id=meeting.group.partnership_id,
        meeting=meeting,
        copy=copy,
        once_key=f"chase:{copy.id}:{local_date(now).isoformat()}",
    )
    db.session.flush()
    return written.created_at == now and not any(local_date(at) == local_date(now) for at in recipient.chased)


def _letter(meeting: Meeting, sent: Sent, copy_id: int, sent_at: datetime) -> Letter:
    kind = str(sent.circulation.kind)
    return write(
        "chase",
        subject=about(meeting, f"{kind} not opened yet"),
        link=f"/copies/{copy_id}",
        what=kind,
        sent=sent_at,
        group=meeting.group.name,
        reference=meeting.ref,
        starts=meeting.starts_at,
    )
