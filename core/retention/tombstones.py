"""Taking a case out of records that were frozen: pure, from one record to the next.

Where it stood there is a tombstone with its number and reference, who was there for it and what became of it. What
was said of others stays word for word.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from core.dates import in_words
from core.meetings.agenda_document import AgendaLine, AgendaRecord
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.record import MeetingRecord, RecordedAction, RecordedItem


@dataclass(frozen=True, slots=True)
class Gone:
    """What is taken out: cases with the actions and referrals of theirs, on which day."""

    on: date
    cases: frozenset[int]
    actions: frozenset[int] = frozenset()
    referrals: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """What stands in its place."""
        return said_of(self.on)


def said_of(on: date) -> str:
    """What stands in the place of what was erased on that day."""
    return f"Erased on {in_words(on)} under the retention schedule"


def without(record: MeetingRecord, gone: Gone) -> MeetingRecord:
    """Minutes without what they said of those cases."""
    return replace(
        record,
        items=tuple(_item(item, gone) for item in record.items),
        sections=tuple(section for section in record.sections if section.case_id not in gone.cases),
    )


def agenda_without(record: AgendaRecord, gone: Gone) -> AgendaRecord:
    """An agenda without it."""
    return replace(record, items=tuple(_line(line, gone) for line in record.items))


def _item(item: RecordedItem, gone: Gone) -> RecordedItem:
    if item.case_id in gone.cases:
        return RecordedItem(
            id=item.id,
            number=item.number,
            kind=item.kind,
            title=gone.said,
            case_id=item.case_id,
            case_ref=item.case_ref,
            restricted=item.restricted,
            urgent=item.urgent,
            presenter=item.presenter,
            minutes_allotted=item.minutes_allotted,
            heard_by=item.heard_by,
            recused=item.recused,
            outcome=item.outcome,
            times_carried=item.times_carried,
            chaired=item.chaired,
            by_reference=item.by_reference,
        )
    return replace(
        item,
        earlier_actions=_actions(item.earlier_actions, gone),
        actions=_actions(item.actions, gone),
        referrals=tuple(each for each in item.referrals if each.ref not in gone.referrals),
        sections=tuple(each for each in item.sections if each.case_id not in gone.cases),
        moves=tuple(each for each in item.moves if each.case_id not in gone.cases),
        corrections=tuple(_correction(each, gone) for each in item.corrections),
    )


def _actions(actions: Collection[RecordedAction], gone: Gone) -> tuple[RecordedAction, ...]:
    return tuple(
        replace(action, text=gone.said, outcome="", person="") if action.id in gone.actions else action
        for action in actions
    )


def _correction(correction: RecordedCorrection, gone: Gone) -> RecordedCorrection:
    """That it was proposed, and what became of it, stays."""
    if correction.case_id not in gone.cases:
        return correction
    return replace(correction, was="", now=gone.said, why="", note="")


def _line(line: AgendaLine, gone: Gone) -> AgendaLine:
    if line.case_id not in gone.cases:
        return line
    return replace(line, title=gone.said, reason="", asks="", minded=())
