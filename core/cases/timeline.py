"""A case's timeline: a line by whatever operation made something happen."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert

from core.cases.models import CaseEvent
from core.extensions import directly
from core.facts import Actor

_KEEP = insert(cast("Table", CaseEvent.__table__))  # put together once: nearly every write adds a line


def note_event(
    case_id: int | None, *, now: datetime, kind: str, text: str, actor: Actor, link: str = "", note: str = ""
) -> None:
    """Add a line to the timeline of a case; nothing where there is no case.

    `text` names nobody. `note` is what somebody wrote as the reason; both are shown where the case is open to the
    reader. `link` is `meeting:12`, `action:7` or `referral:3`.
    """
    if case_id is None:
        return
    line = {
        "case_id": case_id,
        "at": now,
        "kind": kind,
        "text": text,
        "note": note,
        "user_id": actor.user_id or None,
        "agency_id": actor.agency_id,
        "link": link,
    }
    directly(_KEEP, line)
