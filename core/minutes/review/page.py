"""What the chair is shown: what was changed and worded anew, first of all since the minutes were last sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.facts import MinutesStatus
from core.minutes.changes import Change, changes_since_closing
from core.minutes.models import Minutes, MinutesComment, MinutesStep
from core.minutes.record import MeetingRecord, RecordedEntry, RecordedItem
from core.minutes.wording.difference import Piece, difference
from core.minutes.wording.queries import Worded, worded_in


@dataclass(frozen=True, slots=True)
class Anew:
    """An entry that the minutes word anew: where it stands, and how it differs from what it is compared with."""

    item: RecordedItem
    entry: RecordedEntry
    worded: Worded
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Review:
    """A reader's part of what happened to the minutes. `returned`: the last time they were sent back."""

    returned: MinutesStep | None
    settled: Sequence[MinutesComment]
    """Comments that were settled since then."""
    changed: Sequence[Change]
    """What was changed in the record since then; of the wording the words themselves are shown."""
    anew: Sequence[Anew]
    """Worded anew since then, against how the minutes read then."""
    differing: Sequence[Anew]
    """What reads otherwise than it was recorded, against the record; less what `anew` says already."""
    earlier: Sequence[Change]
    """Of the record, before they were sent back."""
    elsewhere: int
    """Changes under items that are closed to the reader."""
    worded: Mapping[int, Worded]
    """Entry id -> how it was worded."""


def review_of(minutes: Minutes, record: MeetingRecord, comments: Sequence[MinutesComment]) -> Review:
    """What the reader of that part of the record, and of those comments, is shown. Six queries."""
    returned = last_return(minutes)
    since = returned.at if returned is not None else datetime.max.replace(tzinfo=UTC)
    open_items = {item.id for item in record.items if not item.by_reference}
    changes = changes_since_closing(minutes.meeting)
    of_record = [change for change in changes if change.item_id in open_items and not change.wording]
    worded = worded_in(minutes.meeting_id, since=since)
    entries = [(item, entry, worded[entry.id]) for item in record.items for entry in item.entries if entry.id in worded]
    new = {one.entry_id for _, _, one in entries if one.at > since and one.text != one.before}
    return Review(
        returned=returned,
        settled=[each for each in comments if each.settled_at is not None and each.settled_at > since],
        changed=[change for change in of_record if change.at > since],
        anew=[
            Anew(item, entry, one, difference(one.before, one.text))
            for item, entry, one in entries
            if one.entry_id in new
        ],
        differing=[
            Anew(item, entry, one, difference(one.recorded, one.text))
            for item, entry, one in entries
            if one.text != one.recorded and not (one.entry_id in new and one.before == one.recorded)
        ],
        earlier=[change for change in of_record if change.at <= since],
        elsewhere=len([change for change in changes if change.item_id not in open_items]),
        worded=worded,
    )


def last_return(minutes: Minutes) -> MinutesStep | None:
    """The last time that they were sent back; None when they never were."""
    return next((step for step in reversed(minutes.steps) if step.status is MinutesStatus.SENT_BACK), None)
