"""How an entry came to read as it does in the minutes, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.minutes.models import Wording
from core.minutes.wording.difference import Piece, difference
from core.recording.models import Entry


@dataclass(frozen=True, slots=True)
class Step:
    """A version of the wording: who chose it and when, and how it differs from the one before.

    `number` 0 is the record as it stands now. `over_changed` says that the record was mended between that version
    and the one before.
    """

    number: int
    by: str
    at: datetime
    took_record: bool
    over_changed: bool
    pieces: Sequence[Piece]


def history_of(entry: Entry, versions: Sequence[Wording]) -> Sequence[Step]:
    """The newest first. The first wording is compared with the record, each later one with the one before it.

    Of a record that was mended since, what it was before is not kept: the first is compared with what it is now.
    """
    before, steps = entry.text, list[Step]()
    over = versions[0].entry_version if versions else 0
    for wording in versions:
        changed = not wording.follows_record and over not in (0, wording.entry_version)
        steps.append(
            Step(
                number=wording.number,
                by=wording.by.name,
                at=wording.at,
                took_record=wording.follows_record,
                over_changed=changed,
                pieces=difference(before, wording.text),
            )
        )
        before, over = wording.text, wording.entry_version or over
    return steps[::-1]
