"""The record of a meeting: frozen, serialisable, and cut down to what one reader may have.

Built once from the tables, hashed and stored at approval, rendered by core.minutes.render. Every copy that
leaves the house is `record.only(reader)`: the rules of docs/domain.md, steps 6 and 8, stand here and only here.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from core.canonical import Frozen
from core.documents.record import AuditHead, LeftOut, Reader
from core.facts import (
    CAME,
    MARKING,
    ActionStatus,
    Audience,
    EntryKind,
    ItemKind,
    ItemOutcome,
    MinutesStatus,
    NotDoneReason,
    Presence,
    Row,
    Visibility,
    visible,
)
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.moves import RecordedMove, moves_for
from core.minutes.spells import Chaired, OtherDay, Spell, Standstill, chaired_in_words, course_of

NOT_PRESENT = "Was not present for this item"
RECUSED = "Declared a conflict of interest"
NOT_TAKEN_UP = "Not taken up at the meeting: reference and outcome only"
NOT_A_SIGNATORY = "Their agency, or they themselves, have not signed the Information Sharing Protocol: references only"
RESTRICTED = "The case is restricted and not open to them: reference only"
NOT_FOR_THEIR_AGENCY = "For other agencies only"
NOT_FOR_THIS_AUDIENCE = "The pathway does not show this to them"
CASE_NOT_OPEN = "The case is not open to them"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyName:
    """An agency as it was called on the day."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceLine:
    """Somebody's line in the attendance. A guest has no account, no `user_id`, and receives nothing."""

    user_id: int | None = None
    name: str
    agency_id: int | None = None
    agency: str
    presence: Presence
    role: str = ""
    deputy_for: str = ""
    information_sent: bool = False
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    away: tuple[Spell, ...] = ()
    """When they were out in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """Somebody who was there while an item was heard."""

    user_id: int | None = None
    name: str
    agency_id: int | None = None
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """What was written under an item. `named` counts for the visibility "named agencies" alone."""

    id: int = 0
    kind: EntryKind
    text: str
    source: AgencyName | None = None
    visibility: Visibility
    named: tuple[AgencyName, ...] = ()
    author: str = ""
    limits: str = ""
    """Of what was given in a complaint: what its use is limited to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAction:
    """What an agency undertook to do."""

    id: int = 0
    ref: str
    text: str
    owner: AgencyName
    person: str = ""
    agreed_on: date | None = None
    due_on: date
    status: ActionStatus = ActionStatus.OPEN
    not_done_reason: NotDoneReason | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The agencies behind a referral: they decide who belongs to which audience."""

    provider: AgencyName | None = None
    referrer: AgencyName | None = None
    plan: tuple[AgencyName, ...] = ()
    provider_id: int | None = None
    """The agency's registration, whose own staff count. Minutes of before there was a list of staff know the agency."""

    def worked_by(self, reader: Reader) -> bool:
        """Whether the reader is of the provider's own staff."""
        if self.provider_id is not None or self.provider is None:
            return self.provider_id in reader.staff_of
        return self.provider.id == reader.agency_id and bool(reader.staff_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReferral:
    """A referral as it stood when the item was heard, in rows that each name their audiences.

    Stage, dates and summary are rows like the others: a pathway may keep any of them from the meeting.
    """

    ref: str
    pathway: str
    parties: Parties
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSection:
    """What a plugin added, under an item or at the end. `note` is core's own: why a section could not be had.

    At the end, `case_id` says whose referral it is about; under an item it is the item's, and left empty.
    """

    plugin: str
    title: str
    case_id: int | None = None
    parties: Parties = Parties()
    rows: tuple[Row, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedItem:
    """An agenda item and everything recorded under it. `title` is a name where it is a case: sensitive.

    `recused` holds who declared an interest; `by_reference` marks an item cut down to reference and outcome.
    """

    id: int
    number: int
    kind: ItemKind
    title: str = ""
    case_id: int | None = None
    case_ref: str = ""
    restricted: bool = False
    urgent: bool = False
    reason: str = ""
    late_reason: str = ""
    presenter: str = ""
    minutes_allotted: int = 0
    heard_by: tuple[Hearer, ...] = ()
    recused: tuple[Hearer, ...] = ()
    earlier_actions: tuple[RecordedAction, ...] = ()
    entries: tuple[RecordedEntry, ...] = ()
    risk: str = ""
    outcome: ItemOutcome
    outcome_reason: str = ""
    times_carried: int = 0
    actions: tuple[RecordedAction, ...] = ()
    referrals: tuple[RecordedReferral, ...] = ()
    sections: tuple[RecordedSection, ...] = ()
    corrections: tuple[RecordedCorrection, ...] = ()
    """Of earlier minutes, decided under this item: each for those alone who may have the item that it corrects."""
    moves: tuple[RecordedMove, ...] = ()
    """Under matters arising: of referrals since the last meeting, each for those alone to whom its case is open."""
    chaired: tuple[Chaired, ...] = ()
    """Who was in the chair for it, where that was not the meeting's chair."""
    by_reference: bool = False

    @property
    def chair(self) -> str:
        """Who was in the chair for it, where the chair was handed over."""
        return chaired_in_words(self.chaired)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRecord(Frozen):
    """A meeting's minutes, whole or (from `only`) one reader's part of them.

    `whole_sha256` is empty in the whole record; a reader's part keeps the whole's hash there for its footer.
    """

    partnership: str
    group: str
    kind: str
    title: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    chair: str = ""
    minute_taker: str = ""
    marking: str = MARKING
    version: int = 1
    status: MinutesStatus = MinutesStatus.DRAFT
    approved_by: str = ""
    approved_at: datetime | None = None
    quorum: str = ""
    inquorate: tuple[Spell, ...] = ()
    """When too few member agencies were there."""
    standstills: tuple[Standstill, ...] = ()
    adjourned_until: OtherDay | None = None
    continues: OtherDay | None = None
    """The day that it goes on from."""
    attendance: tuple[AttendanceLine, ...] = ()
    items: tuple[RecordedItem, ...] = ()
    sections: tuple[RecordedSection, ...] = ()
    next_meeting: datetime | None = None
    audit_head: AuditHead | None = None
    whole_sha256: str = ""
    extract_for: str = ""
    """The provider whose extract this is; empty in the minutes and in a reader's copy of them."""

    @property
    def course(self) -> tuple[tuple[str, str], ...]:
        """When it stood still, was inquorate, and on which other days it was held: in words."""
        return course_of(
            continues=self.continues,
            standstills=self.standstills,
            inquorate=self.inquorate,
            adjourned_until=self.adjourned_until,
        )

    @property
    def case_ids(self) -> frozenset[int]:
        """Every case that it is about: a reader's rights are asked for all of them."""
        items = (item.case_id for item in self.items)
        corrected = (each.case_id for item in self.items for each in item.corrections)
        moved = (each.case_id for item in self.items for each in item.moves)
        return frozenset(case_id for case_id in (*items, *corrected, *moved) if case_id is not None)

    def only(self, reader: Reader) -> "MeetingRecord":
        """The part that this reader may have. Readers with the same rights get equal records: one PDF."""
        return self.cut(reader)[0]

    def left_out(self, reader: Reader) -> tuple[LeftOut, ...]:
        """What `only(reader)` leaves out, in the order of the agenda, and why."""
        return self.cut(reader)[1]

    def cut(self, reader: Reader) -> tuple["MeetingRecord", tuple[LeftOut, ...]]:
        """Both: the part that this reader may have, and what it leaves out."""
        was_there = self._was_there(reader)
        recused = {item.case_id for item in self.items if any(each.user_id == reader.user_id for each in item.recused)}
        cuts = [_cut_item(item, reader, recused, was_there=was_there) for item in self.items]
        sections, lost = _cut_closing_sections(self.sections, reader, was_there=was_there)
        part = replace(
            self,
            items=tuple(item for item, _ in cuts if item is not None),
            sections=sections,
            whole_sha256=self.whole_sha256 or self.sha256(),
        )
        return part, (*(each for _, left_out in cuts for each in left_out), *lost)

    def _was_there(self, reader: Reader) -> bool:
        there = (line.user_id for line in self.attendance if line.presence in CAME)
        return reader.user_id in there


def _cut_item(
    item: RecordedItem, reader: Reader, recused: set[int | None], *, was_there: bool
) -> tuple[RecordedItem | None, tuple[LeftOut, ...]]:
    """The reader's part of an item, or None, and what is left out of it. The strongest reason counts."""
    lost = partial(LeftOut, item=item.number)

    if item.case_id in reader.recused_cases or any(each.user_id == reader.user_id for each in item.recused):
        return None, (lost(what="The item", why=RECUSED),)
    heard = any(each.user_id == reader.user_id for each in item.heard_by) or item.id in reader.granted_items
    not_taken_up = not item.heard_by and was_there and not heard and not reader.is_chair_or_coordinator
    if not (heard or not_taken_up or reader.is_chair_or_coordinator):
        return None, (lost(what="The item", why=NOT_PRESENT),)
    if item.by_reference:
        return item, ()
    if not reader.signatory:
        return _by_reference(item), (lost(what="All but the reference", why=NOT_A_SIGNATORY),)
    restricted = item.restricted or item.case_id in reader.restricted_cases
    if restricted and item.case_id not in reader.open_cases:
        return _by_reference(item), (lost(what="All but the reference", why=RESTRICTED),)
    if not_taken_up:
        return _by_reference(item), (lost(what="All but the reference", why=NOT_TAKEN_UP),)
    entries = tuple(entry for entry in item.entries if _may_read(entry, reader))
    referrals = tuple(
        replace(referral, rows=rows)
        for referral in item.referrals
        if (rows := _rows_for(referral.rows, _audiences(reader, referral.parties, attended=True)))
    )
    left_out = []
    if hidden := len(item.entries) - len(entries):
        left_out.append(lost(what=f"Entries: {hidden} of {len(item.entries)}", why=NOT_FOR_THEIR_AGENCY))
    if hidden := sum(len(each.rows) for each in item.referrals) - sum(len(each.rows) for each in referrals):
        left_out.append(lost(what=f"Lines about referrals: {hidden}", why=NOT_FOR_THIS_AUDIENCE))
    parts = [_cut_section(section, reader, attended=True) for section in item.sections]
    for section, part in zip(item.sections, parts, strict=True):
        if hidden := len(section.rows) - len(part.rows):
            left_out.append(lost(what=f"Lines of {section.title}: {hidden}", why=NOT_FOR_THIS_AUDIENCE))
    sections = tuple(part for part in parts if part.rows or part.note)
    left_out.extend(
        lost(what=f"A correction of {each.reference}", why=why)
        for each in item.corrections
        if (why := each.closed_to(reader))
    )
    moves, kept_back = moves_for(item.moves, reader, recused, item=item.number)
    corrections = tuple(each for each in item.corrections if not each.closed_to(reader))
    cut = replace(item, entries=entries, referrals=referrals, sections=sections, corrections=corrections, moves=moves)
    return cut, (*left_out, *kept_back)


def _by_reference(item: RecordedItem) -> RecordedItem:
    """What may be said of an item to somebody who may not know whom it is about."""
    return RecordedItem(
        id=item.id,
        number=item.number,
        kind=item.kind,
        title=item.title if item.kind is ItemKind.STANDING else "",
        case_id=item.case_id,
        case_ref=item.case_ref,
        restricted=item.restricted,
        heard_by=item.heard_by,
        recused=item.recused,
        outcome=item.outcome,
        by_reference=True,
    )


def _may_read(entry: RecordedEntry, reader: Reader) -> bool:
    """Of a reader who may have the item. The source always sees its own; chair and coordinator all but what was given
    in a complaint for others. What its provider withdrew or narrowed since the minutes were frozen is withheld.
    """
    if entry.id in reader.withheld:
        return False
    return visible(
        entry.visibility,
        source_agency_id=entry.source.id if entry.source else None,
        named={each.id for each in entry.named},
        agency_id=reader.agency_id,
        leads=reader.is_chair_or_coordinator,
    )


def _rows_for(rows: tuple[Row, ...], audiences: frozenset[Audience]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.audiences & audiences)


def _audiences(reader: Reader, parties: Parties, *, attended: bool) -> frozenset[Audience]:
    """Which of docs/domain.md's closed list a reader belongs to. No reader of minutes is "statistics"."""
    audiences = set()
    if attended:
        audiences.add(Audience.ATTENDEES)
    if reader.is_chair_or_coordinator:
        audiences.add(Audience.CHAIR)
    if parties.worked_by(reader):
        audiences.add(Audience.PROVIDER)
    if parties.referrer is not None and parties.referrer.id == reader.agency_id:
        audiences.add(Audience.REFERRER)
    if any(each.id == reader.agency_id for each in parties.plan):
        audiences.add(Audience.PLAN)
    return frozenset(audiences)


def _cut_section(section: RecordedSection, reader: Reader, *, attended: bool) -> RecordedSection:
    return replace(section, rows=_rows_for(section.rows, _audiences(reader, section.parties, attended=attended)))


def _cut_closing_sections(
    sections: tuple[RecordedSection, ...], reader: Reader, *, was_there: bool
) -> tuple[tuple[RecordedSection, ...], tuple[LeftOut, ...]]:
    """Of the sections after the last item. No item decides there, so a case's section needs the case open."""
    kept: list[RecordedSection] = []
    left_out: list[LeftOut] = []
    for section in sections:
        part = _cut_section(section, reader, attended=was_there and section.case_id is None)
        why = NOT_FOR_THIS_AUDIENCE
        if not reader.signatory:
            part, why = replace(section, rows=()), NOT_A_SIGNATORY
        elif section.case_id in reader.recused_cases:
            part, why = replace(section, rows=()), RECUSED
        elif section.case_id is not None and section.case_id not in reader.open_cases:
            part, why = replace(section, rows=()), CASE_NOT_OPEN
        if hidden := len(section.rows) - len(part.rows):
            left_out.append(LeftOut(item=None, what=f"Lines of {section.title}: {hidden}", why=why))
        if part.rows or part.note:
            kept.append(part)
    return tuple(kept), tuple(left_out)
