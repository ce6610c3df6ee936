"""Who records what under an item, and who reads, changes and restores it."""

from collections.abc import Collection

from core.actions.models import Action
from core.facts import (
    LEADING_ROLES,
    RECORDING_ROLES,
    Actor,
    MeetingStatus,
    Presence,
    Verdict,
    Visibility,
    visible,
)
from core.meetings.models import Meeting
from core.policy import meetings
from core.policy.permissions import Permission
from core.policy.room import (
    NOT_IN_SESSION,
    ActionAtItem,
    EntryInRoom,
    ItemInRoom,
    keeps_record,
    may_mend,
    read_in_room,
)
from core.recording.models import Entry

PAUSED = (
    "This meeting is paused. Nothing is recorded until it goes on: keep what you wrote, and save it then. The chair, "
    "the coordinator and the minute-taker may finish writing what was said before."
)
NOT_WIDER = "This is information of {agency}. Anybody who mends it may narrow who reads it; only {agency} may widen it."
STRUCK_BY_SOURCE = "{agency} struck out its own information, so only {agency} takes that back."
TAKEN_OFF = "This item was taken off the agenda."
NOT_YOUR_ACTION = "Only the person who recorded this, the chair, the coordinator or the minute-taker may correct it."
NOT_TO_MEND = (
    "The record is mended between the end of the meeting and the approval of its minutes, by the chair, the "
    "coordinator and the minute-taker."
)


def record(actor: Actor, target: ItemInRoom) -> Verdict:
    """Whoever is in the room, present, may read the item and is not an observer; while the meeting is in session.

    In a pause nobody says anything that could be recorded; whoever keeps the record catches up with what was said.
    """
    verdict = read_in_room(actor, target)
    if not verdict:
        return verdict
    if target.item.meeting.status is not MeetingStatus.IN_SESSION:
        return Verdict.no(NOT_IN_SESSION)
    meeting = target.item.meeting
    if actor.groups.get(meeting.group_id) not in RECORDING_ROLES and meeting.id not in actor.deputises_at:
        return Verdict.no("Observers do not record.")
    if target.attendance is not None and target.attendance.presence is not Presence.PRESENT:
        return Verdict.no("You have left this meeting. Ask the coordinator to mark you present again.")
    if target.item.taken_off_at is not None:
        return Verdict.no(TAKEN_OFF)
    if meeting.paused_at is not None and not keeps_record(actor, meeting):
        return Verdict.no(PAUSED)
    return Verdict.yes()


def write_under_item(actor: Actor, target: ItemInRoom) -> Verdict:
    """Whoever records; after the meeting those who keep its record add what is missing, until the minutes' approval."""
    if may_mend(actor, target.item.meeting):
        return _open_for_mending(actor, target)
    return record(actor, target)


def correct_action(actor: Actor, target: ActionAtItem) -> Verdict:
    """How an action was recorded is put right, or struck out: in session by whoever recorded it and those who keep the
    record, after the meeting by those who keep it.
    """
    meeting = target.item.meeting
    if may_mend(actor, meeting):
        return _open_for_mending(actor, target)
    if meeting.status is not MeetingStatus.IN_SESSION:
        verdict = read_in_room(actor, target)
        return Verdict.no(NOT_TO_MEND) if verdict else verdict
    verdict = record(actor, target)
    if verdict and not _recorded_or_keeps(actor, target.action, meeting):
        return Verdict.no(NOT_YOUR_ACTION)
    return verdict


def _recorded_or_keeps(actor: Actor, action: Action, meeting: Meeting) -> bool:
    return action.recorded_by_id == actor.user_id or keeps_record(actor, meeting)


def _open_for_mending(actor: Actor, target: ItemInRoom) -> Verdict:
    verdict = read_in_room(actor, target)
    if verdict and target.item.taken_off_at is not None:
        return Verdict.no(TAKEN_OFF)
    return verdict


def read_entry(actor: Actor, entry: Entry) -> Verdict:
    """Visibility of what was shared; the source agency always sees its own, and so does its author's agency."""
    verdict = meetings.read_item(actor, entry.item)
    if not verdict:
        return verdict
    return (
        Verdict.yes()
        if visible(
            entry.visibility,
            source_agency_id=entry.source_agency_id,
            named={link.agency_id for link in entry.named_agencies},
            agency_id=actor.agency_id,
            leads=actor.groups.get(entry.item.meeting.group_id) in LEADING_ROLES,
        )
        else Verdict.hidden()
    )


def is_source(actor: Actor, entry: Entry) -> bool:
    """Whether what was shared is the actor's agency's own."""
    return entry.source_agency_id is not None and entry.source_agency_id == actor.agency_id


def has_part_in(actor: Actor, entry: Entry, meeting: Meeting) -> bool:
    """Whose entry it is to change in the meeting: its author's, its source agency's, and those' who lead."""
    return entry.author_id == actor.user_id or is_source(actor, entry) or actor.leads(meeting.group_id)


def readers_to_choose(actor: Actor, entry: Entry) -> tuple[Visibility, ...]:
    """Whom the actor may let read an entry that is changed, the widest first; of another agency's only the narrower."""
    widest_first = tuple(Visibility)
    if entry.source_agency_id is None or is_source(actor, entry):
        return widest_first
    return widest_first[widest_first.index(entry.visibility) :]


def choose_readers(actor: Actor, entry: Entry, *, visibility: Visibility, named: Collection[int]) -> Verdict:
    """The discloser keeps control (docs/domain.md): its source agency alone widens the readers."""
    wider = visibility not in readers_to_choose(actor, entry)
    if visibility is Visibility.NAMED is entry.visibility and not is_source(actor, entry):
        wider = not set(named) <= {link.agency_id for link in entry.named_agencies}
    if wider and entry.source_agency is not None:
        return Verdict.no(NOT_WIDER.format(agency=entry.source_agency.name))
    return Verdict.yes()


def edit_entry(actor: Actor, target: EntryInRoom) -> Verdict:
    """Its author, its source agency, and those who lead the meeting, while it is in session; until approval its
    wording is mended by those who keep the record.
    """
    entry = target.entry
    if may_mend(actor, entry.item.meeting):
        verdict = read_in_room(actor, target.at)
        return read_entry(actor, entry) if verdict else verdict
    verdict = record(actor, target.at)
    if not verdict:
        return verdict
    seen = read_entry(actor, entry)
    if not seen:
        return seen
    if has_part_in(actor, entry, entry.item.meeting):
        return Verdict.yes()
    return Verdict.no(
        "Only the person who wrote this, the agency that shared it, the chair or the coordinator may change it."
    )


def take_back_striking(actor: Actor, entry: Entry) -> Verdict:
    """What its source agency struck out, that agency alone takes back: the discloser keeps control (docs/domain.md).

    What somebody else struck out, whoever changes the entry restores. `entry.struck_by` must be loaded.
    """
    by = entry.struck_by
    by_source = by is not None and by.agency_id == entry.source_agency_id
    if entry.source_agency is None or not by_source or is_source(actor, entry):
        return Verdict.yes()
    return Verdict.no(STRUCK_BY_SOURCE.format(agency=entry.source_agency.name))


def restore_entry(actor: Actor, target: EntryInRoom) -> Verdict:
    """Whoever may change it, if its striking out is theirs to take back."""
    verdict = edit_entry(actor, target)
    return take_back_striking(actor, target.entry) if verdict else verdict


RULES = {
    Permission.RECORD: record,
    Permission.WRITE: write_under_item,
    Permission.CORRECT_ACTION: correct_action,
    Permission.EDIT_ENTRY: edit_entry,
    Permission.RESTORE_ENTRY: restore_entry,
}
