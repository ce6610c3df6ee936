"""What a reader opens: the document of their copy, as their rights are now, and the note that they opened it."""

from collections.abc import Collection
from datetime import datetime

from core import audit
from core.audit import Category
from core.circulation.models import Copy
from core.facts import Actor


def note_opening(actor: Actor, copy: Copy, *, subjects: Collection[int], now: datetime) -> None:
    """The reader opened their copy: when first, how often, and whom it is about."""
    copy.opened_at = copy.opened_at or now
    copy.times_opened += 1
    audit.record(
        actor,
        Category.DISCLOSURE,
        "copy.open",
        object=f"copy:{copy.id}",
        subjects=subjects,
        purpose=f"meeting:{copy.circulation.meeting_id}",
        recipient=actor.opaque,
    )
