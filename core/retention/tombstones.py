"""Taking a case, or what is no case's, out of records that were frozen: pure, from one record to the next.

Where it stood there is a tombstone with its number and reference, who was there for it and what became of it. What
was said of others stays word for word.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from core.dates import in_words
from core.meetings.agenda_document import AgendaLine, AgendaRecord
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.record import MeetingRecord, RecordedAction, RecordedItem, RecordedSection


@dataclass(frozen=True, slots=True)
class Gone:
    """What is taken out: cases with the actions and referrals of theirs, on which day. Or `items` of a meeting, which
    are no case's, with their actions; what they tell of a case stays until that goes.
    """

    on: date
    cases: frozenset[int] = frozenset()
    actions: frozenset[int] = frozenset()
    referrals: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()

    @property
    def said(self) -> str:
        """What stands in its place."""
        return said_of(self.on)


def said_of(on: date) -> str:
    """What stands in the place of what was erased on that day."""
    return f"Erased on {in_words(on)} under the retention schedule"


def without(record: MeetingRecord, gone: Gone) -> MeetingRecord:
    """Minutes without what they said of those cases, or of none."""
    return replace(
        record,
        items=tuple(_item(item, gone) for item in record.items),
        sections=tuple(section for section in record.sections if not _is_gone(section.case_id, gone)),
    )


def _is_gone(case_id: int | None, gone: Gone) -> bool:
    return bool(gone.items) if case_id is None else case_id in gone.cases


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
    if item.id in gone.items:
        item = replace(item, title=gone.said, reason="", late_reason="", outcome_reason="", risk="", entries=())
    return replace(
        item,
        earlier_actions=_actions(item.earlier_actions, gone),
        actions=_actions(item.actions, gone),
        referrals=tuple(each for each in item.referrals if each.ref not in gone.referrals),
        sections=_sections(item, gone),
        moves=tuple(each for each in item.moves if each.case_id not in gone.cases),
        corrections=tuple(_correction(each, gone) for each in item.corrections),
    )


def _sections(item: RecordedItem, gone: Gone) -> tuple[RecordedSection, ...]:
    """Under an item a section is the item's case's, unless it says whose it is."""
    kept = (each for each in item.sections if each.case_id not in gone.cases)
    return tuple(each for each in kept if each.case_id is not None or item.id not in gone.items)


def _actions(actions: Collection[RecordedAction], gone: Gone) -> tuple[RecordedAction, ...]:
    return tuple(
        replace(action, text=gone.said, outcome="", person="") if action.id in gone.actions else action
        for action in actions
    )


def _correction(correction: RecordedCorrection, gone: Gone) -> RecordedCorrection:
    """That it was proposed, and what became of it, stays."""
    if not _is_gone(correction.case_id, gone):
        return correction
    return replace(correction, was="", now=gone.said, why="", note="")


def _line(line: AgendaLine, gone: Gone) -> AgendaLine:
    if line.case_id not in gone.cases and line.id not in gone.items:
        return line
    return replace(line, title=gone.said, reason="", asks="", minded=())
