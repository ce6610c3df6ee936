"""The story of corrections: proposed when the minutes were read, and decided under the next meeting's standing item."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select

from core.circulation.models import Circulation, Copy
from core.circulation.operations import part_for
from core.circulation.queries import copy_by_id
from core.demo.cast import Cast, Timeline, Told
from core.extensions import db
from core.facts import CirculationKind, CorrectionStatus
from core.meetings.models import AgendaItem
from core.minutes.corrections.operations import decide, propose
from core.minutes.corrections.queries import correction_at, heading_item, seen_by, standing_at
from core.policy.correcting import CorrectionInRoom
from core.recording.queries import item_in_room

PROPOSED_AT = 10
"""Hour of the day."""


class Correcting:
    """What the readers of one meeting's minutes want put right. `after`: some days after the meeting, at that hour."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told, *, after: Callable[[int, int], datetime]) -> None:
        self.cast, self.timeline, self.told, self.name, self.after = cast, timeline, told, told["id"], after

    def plan(self) -> None:
        """Put the proposals onto the timeline."""
        for each in self.told.get("corrections", ()):
            self.timeline.at(self.after(each["after"], PROPOSED_AT), partial(self._propose, each))

    def _propose(self, told: Told, at: datetime) -> None:
        copy = self._copy_of(told["by"])
        assert copy.circulation.minutes is not None
        propose(
            self.cast.actor(told["by"], at),
            copy.circulation.minutes,
            part_for(copy, now=at),
            item_id=self.cast.items[self.name, told["item"] - 1],
            passage=told["passage"],
            proposed=told["proposed"],
            reason=told["reason"],
            now=at,
        )

    def _copy_of(self, name: str) -> Copy:
        found = db.session.scalars(
            select(Copy.id)
            .join(Circulation, Circulation.id == Copy.circulation_id)
            .where(
                Circulation.meeting_id == self.cast.meetings[self.name],
                Circulation.kind == CirculationKind.MINUTES,
                Copy.user_id == self.cast.user(name).id,
            )
        ).first()
        copy = copy_by_id(found) if found is not None else None
        assert copy is not None, f"{name} holds no copy of the minutes of {self.name}"
        return copy


def agree_corrections(cast: Cast, told: Told, item: AgendaItem, at: datetime) -> None:
    """Agree whatever stands under that item of the meeting which is being told."""
    meeting, chair = cast.meeting(told["id"]), cast.actor(told["chair"], at)
    if heading_item(meeting.id) != item.id:
        return
    for each in standing_at(meeting, now=at):
        here = item_in_room(meeting.id, item.id, user_id=chair.user_id)
        found = correction_at(meeting, each.id, now=at)
        assert here is not None and found is not None
        decide(
            chair,
            CorrectionInRoom(here, seen_by(chair, found[0]), due_here=found[1]),
            version=each.version,
            status=CorrectionStatus.AGREED,
            note=told["corrections_note"],
            now=at,
        )
