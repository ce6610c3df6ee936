"""What was changed in a meeting's record and in its wording since it was closed, from the trail: for the chair."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.accounts.models import User
from core.actions.models import Action
from core.audit.queries import done_after
from core.extensions import db
from core.facts import EntryKind
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency
from core.recording.models import Entry

WORDS: Mapping[str, str] = {
    "entry.write": "added",
    "entry.change": "changed",
    "entry.strike": "struck out",
    "entry.restore": "taken back in",
    "minutes.word": "worded anew in the minutes",
    "minutes.unword": "worded as it was recorded again",
    "action.record": "added",
    "action.correct": "corrected",
    "action.strike": "struck out",
    "action.restore": "taken back in",
    "item.attendance": "corrected",
}
"""Operation of the trail -> what it did to the record, as the page says it."""


OF_WORDING = frozenset({"minutes.word", "minutes.unword"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change: when, by whom, under which item (its id), and what was done to what. No text of the record.

    `wording`: of how the minutes say it, not of what was recorded.
    """

    at: datetime
    by: str
    item_id: int
    what: str
    wording: bool = False


def changes_since_closing(meeting: Meeting) -> Sequence[Change]:
    """Oldest first; empty before the meeting is closed. Five queries, however much was changed."""
    if meeting.closed_at is None:
        return ()
    things = {**_entries(meeting.id), **_actions(meeting.id), **_items(meeting.id)}
    done = done_after(("meeting.close", f"meeting:{meeting.id}"), things, operations=WORDS)
    names = _names({each.actor for each in done})
    return [
        Change(
            each.at,
            names.get(each.actor, "Roundtable"),
            *_what(things[each.object], each.action),
            wording=each.action in OF_WORDING,
        )
        for each in done
    ]


def _what(thing: tuple[int, str], operation: str) -> tuple[int, str]:
    item_id, words = thing
    return item_id, f"{words} {WORDS[operation]}"


def _entries(meeting_id: int) -> Mapping[str, tuple[int, str]]:
    rows = db.session.execute(
        select(Entry.id, Entry.item_id, Entry.kind, Agency.name)
        .outerjoin(Agency, Agency.id == Entry.source_agency_id)
        .where(Entry.meeting_id == meeting_id)
    )
    return {
        f"entry:{entry_id}": (
            item_id,
            f"Information of {agency}" if kind is EntryKind.INFORMATION and agency else str(kind).capitalize(),
        )
        for entry_id, item_id, kind, agency in rows
    }


def _actions(meeting_id: int) -> Mapping[str, tuple[int, str]]:
    rows = db.session.execute(
        select(Action.id, AgendaItem.id, Action.ref)
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .where(Action.meeting_id == meeting_id)
    )
    return {f"action:{action_id}": (item_id, f"Action {ref}") for action_id, item_id, ref in rows}


def _items(meeting_id: int) -> Mapping[str, tuple[int, str]]:
    rows = db.session.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id))
    return {f"item:{item_id}": (item_id, "Who was there") for item_id in rows}


def _names(actors: Collection[str]) -> Mapping[str, str]:
    ids = [int(actor.removeprefix("u_")) for actor in actors]
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {f"u_{user_id}": name for user_id, name in rows}
