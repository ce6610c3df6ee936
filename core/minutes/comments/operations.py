"""Commenting on minutes that are with the chair, and settling what was remarked."""

from datetime import datetime

from core import audit
from core.errors import Stale
from core.extensions import db
from core.facts import Actor
from core.minutes.models import MinutesComment
from core.minutes.operations import hold
from core.policy import Permission, require
from core.policy.composing import CommentInMinutes, InMinutes
from core.recording.items.operations import subjects_of


def comment(actor: Actor, here: InMinutes, *, text: str, now: datetime) -> MinutesComment:
    """Remark something on an item of the minutes, or on the whole. Raises Refused unless they are with the chair."""
    hold(here.minutes)
    require(actor, Permission.COMMENT_ON_MINUTES, here)
    made = MinutesComment(
        minutes_id=here.minutes.id,
        item_id=here.item.id if here.item is not None else None,
        text=text,
        at=now,
        by_id=actor.user_id,
    )
    db.session.add(made)
    db.session.flush()
    _record(actor, here, "minutes.comment", made, text)
    return made


def settle(actor: Actor, target: CommentInMinutes, *, version: int, note: str, now: datetime) -> None:
    """Say what was done about a comment.

    Raises Stale, with what was said, when somebody else settled it first or says something else now; and Refused
    when the minutes are not with those who write them.
    """
    hold(target.here.minutes)
    require(actor, Permission.SETTLE_COMMENT, target)
    said = target.comment
    db.session.refresh(said, ["version", "settled_at", "settled_note"])
    if version != said.version:
        raise Stale({"note": said.settled_note}, told={} if said.settled_at is None else {"State": "Settled"})
    said.settled_at, said.settled_by_id, said.settled_note = now, actor.user_id, note
    db.session.flush()
    _record(actor, target.here, "minutes.settle", said, note)


def _record(actor: Actor, here: InMinutes, operation: str, said: MinutesComment, text: str) -> None:
    audit.record(
        actor,
        audit.Category.ALTERATION,
        operation,
        object=f"comment:{said.id}",
        subjects=subjects_of(here.item) if here.item is not None else (),
        purpose=f"meeting:{here.minutes.meeting_id}",
        payload={"text": text},
    )
