"""Reads of how the minutes word their entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from core.accounts.models import User
from core.database import version_of_values
from core.extensions import db
from core.minutes.models import Wording
from core.policy.composing import EntryInMinutes, InMinutes
from core.recording.models import Entry


@dataclass(frozen=True, slots=True)
class Worded:
    """How an entry reads in the minutes where it was worded anew: by whom, when, and over which record.

    `before`: how it read at the moment that was asked about; `number` of its newest version.
    """

    entry_id: int
    item_id: int
    number: int
    text: str
    recorded: str
    before: str
    at: datetime
    by: str
    record_changed: bool
    """The record was mended after the words were chosen."""
    follows_record: bool


def entry_in_minutes(here: InMinutes, entry_id: int) -> EntryInMinutes | None:
    """An entry of that item, not struck out, with its source agency and the agencies named."""
    item = here.item
    if item is None:
        return None
    entry = db.session.scalars(
        select(Entry)
        .where(Entry.id == entry_id, Entry.item_id == item.id, Entry.struck_at.is_(None))
        .options(
            joinedload(Entry.source_agency),
            joinedload(Entry.author),
            selectinload(Entry.named_agencies),
            raiseload("*", sql_only=True),
        )
    ).first()
    if entry is None:
        return None
    set_committed_value(entry, "item", item)
    return EntryInMinutes(here, entry)


def item_of_entry(meeting_id: int, entry_id: int) -> int | None:
    """The id of the item that an entry of that meeting stands under."""
    return db.session.scalar(select(Entry.item_id).where(Entry.id == entry_id, Entry.meeting_id == meeting_id))


def versions_of(entry_id: int) -> Sequence[Wording]:
    """Every wording of an entry, the oldest first, each with who chose it."""
    return db.session.scalars(
        select(Wording)
        .where(Wording.entry_id == entry_id)
        .order_by(Wording.number)
        .options(joinedload(Wording.by), raiseload("*"))
        .execution_options(populate_existing=True)
    ).all()


def newest_of(entry_id: int) -> Wording | None:
    """The wording that counts; None where the record's own words do."""
    return db.session.scalars(
        select(Wording)
        .where(Wording.entry_id == entry_id)
        .order_by(Wording.number.desc())
        .limit(1)
        .options(joinedload(Wording.by), raiseload("*"))
        .execution_options(populate_existing=True)
    ).first()


def words_of(entry: Entry, newest: Wording | None) -> str:
    """How the entry reads in the minutes."""
    return entry.text if newest is None or newest.follows_record else newest.text


def version_of_words(entry: Entry, newest: Wording | None) -> int:
    """The version that the form of the wording goes by: of the newest words, and of the record that they stand for."""
    return version_of_values(str(newest.number if newest is not None else 0), str(entry.version))


def record_changed(entry: Entry, newest: Wording | None) -> bool:
    """Whether the record was mended after the words were chosen."""
    return newest is not None and not newest.follows_record and newest.entry_version != entry.version


def worded_in(meeting_id: int, *, since: datetime) -> Mapping[int, Worded]:
    """Entry id -> how it was worded anew, in a meeting's minutes. `before` is of the moment `since`. One query."""
    rows = db.session.execute(
        select(Entry, Wording, User.name)
        .join(Wording, Wording.entry_id == Entry.id)
        .join(User, User.id == Wording.by_id)
        .where(Entry.meeting_id == meeting_id, Entry.struck_at.is_(None))
        .order_by(Wording.number)
        .options(raiseload("*"))
    ).all()
    found: dict[int, Worded] = {}
    for entry, wording, by in rows:
        known = found.get(entry.id)
        then = known.before if known is not None else entry.text
        found[entry.id] = Worded(
            entry_id=entry.id,
            item_id=entry.item_id,
            number=wording.number,
            text=words_of(entry, wording),
            recorded=entry.text,
            before=words_of(entry, wording) if wording.at <= since else then,
            at=wording.at,
            by=by,
            record_changed=record_changed(entry, wording),
            follows_record=wording.follows_record,
        )
    return found


def newest_words(meeting_id: int) -> Mapping[int, str]:
    """Entry id -> the words that the minutes have in the place of the record's. One query."""
    newest = (
        select(Wording.entry_id, func.max(Wording.number).label("number"))
        .join(Entry, Entry.id == Wording.entry_id)
        .where(Entry.meeting_id == meeting_id)
        .group_by(Wording.entry_id)
        .subquery()
    )
    rows = db.session.scalars(
        select(Wording)
        .join(newest, (newest.c.entry_id == Wording.entry_id) & (newest.c.number == Wording.number))
        .options(raiseload("*"))
    )
    return {row.entry_id: row.text for row in rows if not row.follows_record}
