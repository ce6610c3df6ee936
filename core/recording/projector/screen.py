"""What the room's screen shows: of the item that is being heard, what the least privileged person present may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.accounts.queries import actors_as_of
from core.actions.models import Action
from core.cases.models import CasePerson
from core.facts import ActionStatus, Actor, EntryKind, ItemKind, Presence, visible
from core.meetings.models import AgendaItem, Meeting
from core.policy.projecting import Onlooker, may_be_on_screen
from core.recording import queries
from core.recording.models import Entry
from core.recording.room import queries as reads


@dataclass(frozen=True, slots=True)
class Screen:
    """The item on it. Unless `open`, the title is a reference or a kind of item, and the rest is empty."""

    item: AgendaItem
    title: str
    open: bool
    people: Sequence[CasePerson] = ()
    decisions: Sequence[Entry] = ()
    actions: Sequence[Action] = ()


def screen_of(actor: Actor, meeting: Meeting, *, on: date) -> Screen | None:
    """The current item, for the room; None while none is heard. Whoever shows it is one of those who read it.

    A fixed number of queries, however many are present.
    """
    item = queries.item_of(meeting, meeting.current_item_id) if meeting.current_item_id is not None else None
    if item is None:
        return None
    onlookers = _onlookers(actor, item, on=on)
    if not may_be_on_screen(item, onlookers):
        return Screen(item, _bare_title(item), open=False)
    readers = [each.actor for each in onlookers if each.actor is not None]
    agreed, _ = reads.actions_of(item)
    return Screen(
        item,
        item.case.title if item.case is not None else item.heading,
        open=True,
        people=reads.people_of([item.case_id]) if item.case_id is not None else (),
        decisions=_decisions(item, readers, meeting),
        actions=[action for action in agreed if action.status is not ActionStatus.STRUCK],
    )


def _onlookers(actor: Actor, item: AgendaItem, *, on: date) -> list[Onlooker]:
    """Everybody who is present, and whoever shows the screen."""
    here = [each for each in queries.at_item(item) if each.line.presence is Presence.PRESENT]
    accounts = {each.line.user_id for each in here if each.line.user_id is not None}
    actors = actors_as_of(accounts, item.meeting.group.partnership_id, on=on)
    room = [
        Onlooker(
            actors.get(each.line.user_id) if each.line.user_id is not None else None,
            accepted=each.line.accepted_at is not None,
            there=each.there,
        )
        for each in here
    ]
    return [*room, Onlooker(actor, accepted=True, there=True)]


def _decisions(item: AgendaItem, readers: Sequence[Actor], meeting: Meeting) -> list[Entry]:
    named = reads.named_in(item.id)
    return [
        entry
        for entry in reads.entries_of(item.id)
        if entry.kind is EntryKind.DECISION
        and entry.struck_at is None
        and all(
            visible(
                entry.visibility,
                source_agency_id=entry.source_agency_id,
                named=set(named.get(entry.id, ())),
                agency_id=reader.agency_id,
                leads=reader.leads(meeting.group_id),
            )
            for reader in readers
        )
    ]


def _bare_title(item: AgendaItem) -> str:
    """What names nobody: what everybody's list of items says of an item that is closed to them."""
    if item.kind is ItemKind.STANDING:
        return item.heading
    return item.case.ref if item.case is not None else "Location"
