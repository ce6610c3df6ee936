"""What a pathway's provider is given of a meeting's minutes: the items at which its referrals were made or heard.

Of another item it is given what its agency undertook there, and not a word beside.

The provider was mostly not at the table, and has the pathway's business, not the meeting's: what was said to everyone
at an item is in its extract when somebody of theirs was there for it, or the chair granted it to them.
"""

from collections.abc import Iterable
from dataclasses import replace

from core.documents.record import LeftOut, Reader
from core.facts import Audience, Visibility, visible
from core.minutes.corrections.passages import texts_with
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.record import (
    NOT_A_SIGNATORY,
    NOT_FOR_THEIR_AGENCY,
    NOT_PRESENT,
    RECUSED,
    RESTRICTED,
    AgencyName,
    MeetingRecord,
    Parties,
    RecordedAction,
    RecordedEntry,
    RecordedItem,
    RecordedReferral,
    RecordedSection,
)

NOT_THEIRS = "Not the provider’s own"
NO_REFERRAL = "No referral of the provider’s was made or heard there"

FOR_A_PROVIDER = frozenset({Audience.PROVIDER})
FOR_A_PROVIDER_THAT_HEARD_IT = frozenset({Audience.PROVIDER, Audience.ATTENDEES})


def providers_in(record: MeetingRecord) -> tuple[AgencyName, ...]:
    """The agencies whose referrals were made or heard at the meeting, by name."""
    found = {
        each.id: each
        for item in record.items
        for parties in _parties_of(item)
        if (each := parties.provider) is not None
    }
    return tuple(sorted(found.values(), key=lambda each: (each.name.casefold(), each.id)))


def is_of_a_provider(record: MeetingRecord, reader: Reader) -> bool:
    """Whether they are of the staff of a provider whose referrals were made or heard there."""
    return any(parties.worked_by(reader) for item in record.items for parties in _parties_of(item))


def extract_for(record: MeetingRecord, reader: Reader) -> tuple[MeetingRecord, tuple[LeftOut, ...]]:
    """The extract for somebody of a provider, and what of their items it leaves out, and why.

    Of a restricted case that is not open to them, and for an agency that has not signed, the reference alone. Items
    that have nothing to do with the provider are not mentioned. No item is left where nothing is for them.
    """
    is_provider = is_of_a_provider(record, reader)
    cuts = [
        _cut(item, reader) if _concerns(item, reader) else _undertaken(item, reader)
        for item in record.items
        if _concerns(item, reader) or (is_provider and _own_actions(item.actions, reader))
    ]
    own = tuple(line for line in record.attendance if line.agency_id == reader.agency_id)
    part = replace(
        record,
        extract_for=reader.agency_name,
        attendance=own,
        quorum="",
        inquorate=(),
        standstills=(),
        next_meeting=None,
        items=tuple(item for item, _ in cuts if item is not None),
        sections=_closing_sections(record, reader),
        whole_sha256=record.whole_sha256 or record.sha256(),
    )
    return part, tuple(each for _, left_out in cuts for each in left_out)


def has_correction(record: MeetingRecord, reader: Reader, correction: RecordedCorrection) -> bool:
    """Whether somebody of a provider is told of a correction of these minutes: it is about what their extract holds.

    Every text of the item in which the quoted words stand is in the extract. Where none is quoted word for word,
    somebody of theirs heard the item, or it was granted.
    """
    part, _ = extract_for(record, reader)
    mine = next((each for each in part.items if each.id == correction.item_id and not each.by_reference), None)
    if mine is None or not visible(
        correction.visibility,
        source_agency_id=correction.source_id,
        named=set(correction.named),
        agency_id=reader.agency_id,
        leads=False,
    ):
        return False
    whole = next(each for each in record.items if each.id == mine.id)
    quoted = texts_with(whole, correction.was)
    return quoted <= texts_with(mine, correction.was) if quoted else _concerns(whole, reader) and _heard(whole, reader)


def _parties_of(item: RecordedItem) -> Iterable[Parties]:
    yield from (referral.parties for referral in item.referrals)
    yield from (section.parties for section in item.sections)


def _concerns(item: RecordedItem, reader: Reader) -> bool:
    return any(parties.worked_by(reader) for parties in _parties_of(item))


def _closing_sections(record: MeetingRecord, reader: Reader) -> tuple[RecordedSection, ...]:
    """Of those after the last item: lines about their own referrals, save of cases that are closed to them."""
    if not reader.signatory:
        return ()
    return tuple(
        replace(section, rows=rows)
        for section in record.sections
        if section.parties.worked_by(reader)
        and section.case_id not in reader.recused_cases | (reader.restricted_cases - reader.open_cases)
        and (rows := tuple(row for row in section.rows if row.audiences & FOR_A_PROVIDER))
    )


def _cut(item: RecordedItem, reader: Reader) -> tuple[RecordedItem | None, tuple[LeftOut, ...]]:
    if item.case_id in reader.recused_cases or any(each.user_id == reader.user_id for each in item.recused):
        return None, (LeftOut(item=item.number, what="The item", why=RECUSED),)
    restricted = item.restricted or item.case_id in reader.restricted_cases
    for closed, why in (
        (not reader.signatory, NOT_A_SIGNATORY),
        (restricted and item.case_id not in reader.open_cases, RESTRICTED),
    ):
        if closed:
            return _reference(item), (LeftOut(item=item.number, what="All but the reference", why=why),)
    heard = _heard(item, reader)
    audiences = FOR_A_PROVIDER_THAT_HEARD_IT if heard else FOR_A_PROVIDER
    entries = tuple(entry for entry in item.entries if _may_read(entry, reader, heard=heard))
    actions = tuple(action for action in item.actions if heard or action.owner.id == reader.agency_id)
    part = _with_what_was_said(item) if heard else _bare(item, reader)
    left_out = []
    if hidden := len(item.entries) - len(entries):
        why = NOT_FOR_THEIR_AGENCY if heard else NOT_PRESENT
        left_out.append(LeftOut(item=item.number, what=f"Entries: {hidden} of {len(item.entries)}", why=why))
    if hidden := len(item.actions) - len(actions):
        what = f"Actions: {hidden} of {len(item.actions)}"
        left_out.append(LeftOut(item=item.number, what=what, why=NOT_THEIRS))
    return (
        replace(
            part,
            entries=entries,
            actions=actions,
            earlier_actions=_own_actions(item.earlier_actions, reader),
            referrals=_own_referrals(item, reader, audiences),
            sections=_own_sections(item, reader, audiences),
        ),
        tuple(left_out),
    )


def _undertaken(item: RecordedItem, reader: Reader) -> tuple[RecordedItem | None, tuple[LeftOut, ...]]:
    """Of an item without a referral of theirs: the actions that they were given, and which case that is, by reference.

    An item that is closed to them is not mentioned: no referral of theirs tells them that there is one.
    """
    restricted = item.restricted or item.case_id in reader.restricted_cases
    recused = item.case_id in reader.recused_cases or any(each.user_id == reader.user_id for each in item.recused)
    if recused or not reader.signatory or (restricted and item.case_id not in reader.open_cases):
        return None, ()
    actions = _own_actions(item.actions, reader)
    title = ", ".join(f"Action {action.ref}" for action in actions)
    part = replace(_reference(item), title=title, actions=actions, by_reference=False)
    return part, (LeftOut(item=item.number, what="All but the provider’s own actions", why=NO_REFERRAL),)


def _heard(item: RecordedItem, reader: Reader) -> bool:
    """Somebody of theirs was there for it, or the chair granted it."""
    return item.id in reader.granted_items or any(each.agency_id == reader.agency_id for each in item.heard_by)


def _reference(item: RecordedItem) -> RecordedItem:
    return RecordedItem(
        id=item.id,
        number=item.number,
        kind=item.kind,
        case_id=item.case_id,
        case_ref=item.case_ref,
        restricted=item.restricted,
        outcome=item.outcome,
        by_reference=True,
    )


def _bare(item: RecordedItem, reader: Reader) -> RecordedItem:
    """Without what was said: called after the referral, which is what the provider knows it by."""
    refs = [f"{each.pathway} referral {each.ref}" for each in item.referrals if each.parties.worked_by(reader)]
    titles = [each.title for each in item.sections if each.parties.worked_by(reader)]
    title = item.title if item.case_id in reader.open_cases else ", ".join(dict.fromkeys((*refs, *titles)))
    return replace(_reference(item), title=title, by_reference=False)


def _with_what_was_said(item: RecordedItem) -> RecordedItem:
    """Who else was there, who was not, who was in the chair, and what arose of other cases, is the meeting's own."""
    return replace(item, heard_by=(), recused=(), chaired=(), corrections=(), moves=())


def _may_read(entry: RecordedEntry, reader: Reader, *, heard: bool) -> bool:
    source = entry.source.id if entry.source is not None else None
    if entry.id in reader.withheld:
        return False
    if entry.visibility is Visibility.EVERYONE and not heard:
        return source is not None and source == reader.agency_id
    named = {each.id for each in entry.named}
    return visible(entry.visibility, source_agency_id=source, named=named, agency_id=reader.agency_id, leads=False)


def _own_actions(actions: tuple[RecordedAction, ...], reader: Reader) -> tuple[RecordedAction, ...]:
    return tuple(action for action in actions if action.owner.id == reader.agency_id)


def _own_referrals(item: RecordedItem, reader: Reader, audiences: frozenset[Audience]) -> tuple[RecordedReferral, ...]:
    return tuple(
        replace(referral, rows=tuple(row for row in referral.rows if row.audiences & audiences))
        for referral in item.referrals
        if referral.parties.worked_by(reader)
    )


def _own_sections(item: RecordedItem, reader: Reader, audiences: frozenset[Audience]) -> tuple[RecordedSection, ...]:
    return tuple(
        replace(section, rows=rows)
        for section in item.sections
        if section.parties.worked_by(reader)
        and (rows := tuple(row for row in section.rows if row.audiences & audiences))
    )
