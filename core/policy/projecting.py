"""What may be on the room's screen, which everybody who is present reads."""

from collections.abc import Collection
from dataclasses import dataclass

from core.facts import Actor, MeetingStatus, Verdict
from core.meetings.models import AgendaItem
from core.policy import meetings
from core.policy.chairing import was_handed_the_chair
from core.policy.permissions import Permission
from core.policy.room import NOT_IN_SESSION, Room, enter_room, keeps_record

NOT_TO_PROJECT = "Only those who run this meeting or keep its record show it on the room’s screen."


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody in the room, who reads its screen. `actor` is None for a guest without an account; `there` is whether
    they attend the item: no interest declared, not out, not come after it.
    """

    actor: Actor | None
    accepted: bool
    there: bool


def project(actor: Actor, room: Room) -> Verdict:
    """Show the meeting on the room's screen: those who run it or keep its record, in the room, while it is in session.

    What is on it is another question: `may_be_on_screen`.
    """
    verdict = enter_room(actor, room)
    if not verdict:
        return verdict
    if not (keeps_record(actor, room.meeting) or was_handed_the_chair(actor, room.meeting)):
        return Verdict.no(NOT_TO_PROJECT)
    return Verdict.yes() if room.meeting.status is MeetingStatus.IN_SESSION else Verdict.no(NOT_IN_SESSION)


def may_be_on_screen(item: AgendaItem, onlookers: Collection[Onlooker]) -> bool:
    """Whether more than an item's reference is shown to the whole room: the least privileged person in it decides.

    A restricted case never is. Nothing is before everybody present has accepted the confidentiality statement, nor
    while a guest without an account is there: who they are and what they may know, nobody can ask.
    """
    if not onlookers or (item.case is not None and item.case.restricted):
        return False
    return all(
        each.actor is not None and each.accepted and each.there and bool(meetings.read_item(each.actor, item))
        for each in onlookers
    )


RULES = {Permission.PROJECT: project}
