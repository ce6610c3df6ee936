"""Minutes as HTML for paper. No session, no clock, no user: the same record gives the same text."""

from collections.abc import Sequence
from itertools import groupby

from core.documents.render import environment
from core.facts import CAME, Presence
from core.minutes.corrections.recorded import CorrectionNote
from core.minutes.record import MeetingRecord, RecordedAction, RecordedItem


def minutes_html(record: MeetingRecord, notes: Sequence[CorrectionNote] = ()) -> str:
    """Minutes, ready for core.documents.pdf: the record as it is, nothing added and nothing left out.

    `notes`: of its corrections, for the rendition that says on its first page and at the item what was corrected.
    """
    page = environment().get_template("minutes.html", globals={"missing": missing})
    return page.render(
        record=record,
        notes=notes,
        present=[line for line in record.attendance if line.presence in CAME],
        apologies=[line for line in record.attendance if line.presence is Presence.APOLOGIES],
        absent=[line for line in record.attendance if line.presence is Presence.EXPECTED],
        actions_by_agency=actions_by_agency(record),
    )


def actions_by_agency(record: MeetingRecord) -> list[tuple[str, list[tuple[RecordedItem, RecordedAction]]]]:
    """What each agency undertook, agencies by name, actions by due date."""
    agreed = [(item, action) for item in record.items for action in item.actions]
    agreed.sort(key=lambda pair: (pair[1].owner.name.casefold(), pair[1].due_on, pair[1].ref))
    return [(agency, list(pairs)) for agency, pairs in groupby(agreed, key=lambda pair: pair[1].owner.name)]


def missing(item: RecordedItem, record: MeetingRecord) -> list[str]:
    """Who was at the meeting but not at this item, save those who declared an interest. None if not heard."""
    here = {(each.user_id, each.name) for each in (*item.heard_by, *item.recused)}
    there = (line for line in record.attendance if line.presence in CAME)
    return [line.name for line in there if (line.user_id, line.name) not in here] if item.heard_by else []
