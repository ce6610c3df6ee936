"""What can be done about the queue: try again what failed."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from core import audit
from core.audit import Category
from core.circulation.models import Mail
from core.circulation.outbox import wait_anew, wake_worker
from core.circulation.queue.queries import administered_by, failed_mails
from core.errors import Refused
from core.facts import Actor
from core.meetings.models import Meeting
from core.policy import Permission, require

NOTHING_FAILED = "No mail has failed."


def try_groups_again(actor: Actor, *, now: datetime) -> int:
    """Try what failed of the groups that the actor leads; how many mails. Raises Refused when none has."""
    require(actor, Permission.SEE_OWN_QUEUE)
    return _try_again(actor, Mail.meeting_id.in_(select(Meeting.id).where(Meeting.group_id.in_(actor.led_groups))), now)


def try_all_again(actor: Actor, *, now: datetime) -> int:
    """Try what failed of what an administrator answers for; how many mails. Raises Refused when none has."""
    require(actor, Permission.SEE_QUEUE)
    return _try_again(actor, administered_by(actor), now)


def _try_again(actor: Actor, which: ColumnElement[bool], now: datetime) -> int:
    mails = failed_mails(which)
    if not mails:
        raise Refused(NOTHING_FAILED)
    for mail in mails:
        wait_anew(mail, now=now)
    wake_worker()
    audit.record(
        actor,
        Category.ADMIN,
        "mail.send_again",
        object="mail:failed",
        payload={"mails": [mail.id for mail in mails]},
    )
    return len(mails)
