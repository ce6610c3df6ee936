"""The story's papers on their way: the actions go out the day after, and readers open what they were sent."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from core.accounts.queries import actor_as_of
from core.cases.queries import people_named_in
from core.circulation.actions_out.operations import send_actions
from core.circulation.actions_out.queries import addressees_of, of_agency, parcels_of
from core.circulation.copies.operations import note_opening
from core.circulation.models import Copy
from core.circulation.operations import part_for
from core.circulation.queries import circulations_of, copy_by_id
from core.clock import local_date
from core.demo.cast import Cast, Timeline, Told
from core.facts import Actor, CirculationKind
from core.meetings.circulated.copies import cases_shown
from core.minutes.queries import persons_of

SLOW = 4
"""One reader in so many has not opened an agenda or the actions."""


class Posting:
    """What one meeting's people were sent besides its minutes."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told, *, after: Callable[[int, int], datetime]) -> None:
        self.cast, self.timeline, self.told, self.after = cast, timeline, told, after

    def plan(self) -> None:
        """The agenda was opened before the meeting was over; its actions go out, and are opened on the next day."""
        self.timeline.at(self.after(0, 9), self._open_agendas)
        self.timeline.at(self.after(1, 11), self._send_actions)
        self.timeline.at(self.after(2, 8), self._open_actions)

    def _send_actions(self, at: datetime) -> None:
        meeting = self.cast.meeting(self.told["id"])
        if addressees_of(meeting.id, parcels_of(meeting, on=local_date(at))):
            send_actions(self.cast.actor(self.told["minute_taker"], at), meeting=meeting, now=at)

    def _open_agendas(self, at: datetime) -> None:
        self._open(CirculationKind.AGENDA, at)

    def _open_actions(self, at: datetime) -> None:
        self._open(CirculationKind.ACTIONS, at)

    def _open(self, kind: CirculationKind, at: datetime) -> None:
        for circulation in circulations_of(self.cast.meetings[self.told["id"]]):
            for found in circulation.copies if circulation.kind is kind else ():
                if found.user_id % SLOW:
                    open_copy(self.cast, found.id, at)


def open_copy(cast: Cast, copy_id: int, at: datetime) -> None:
    """Its reader opens a copy, some minutes later."""
    copy = copy_by_id(copy_id)
    if copy is not None:
        reader = actor_as_of(copy.user_id, cast.partnership_id, on=local_date(at))
        note_opening(
            reader, copy, subjects=_persons_in(reader, copy, at), now=at + timedelta(minutes=copy.user_id % 50)
        )


def _persons_in(reader: Actor, copy: Copy, at: datetime) -> Collection[int]:
    circulation = copy.circulation
    if circulation.kind is CirculationKind.ACTIONS:
        cases = {action.case_id for action in of_agency(reader, circulation.meeting_id)}
        return people_named_in({case_id for case_id in cases if case_id is not None})
    if circulation.agenda_version is not None:
        return people_named_in(cases_shown(reader, circulation.agenda_version))
    return persons_of(part_for(copy, now=at))
