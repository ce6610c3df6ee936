"""The story of those who asked what approved minutes say about them: their copies, masked, and issued or not yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.clock import local_date
from core.demo.cast import Cast, Timeline, Told
from core.facts import MaskReason
from core.minutes.access import operations
from core.minutes.access.listing import decisions_on
from core.minutes.access.queries import about_copy, about_person, contents_of, copy_of, draft_for
from core.minutes.models import Minutes
from core.minutes.queries import minutes_of
from core.policy.access import CopyAbout

BEGUN_AT, ISSUED_AT = 11, 14
"""Hours of the day."""


class Answering:
    """One meeting's requests. `after`: the moment some days after the meeting, at that hour."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told, *, after: Callable[[int, int], datetime]) -> None:
        self.cast, self.timeline, self.told, self.name, self.after = cast, timeline, told, told["id"], after

    def plan(self) -> None:
        """Put each of them onto the timeline."""
        for asked in self.told.get("asked_for", ()):
            self.timeline.at(self.after(asked["begun_after"], BEGUN_AT), partial(self._begin, asked))
            if "issued_after" in asked:
                self.timeline.at(self.after(asked["issued_after"], ISSUED_AT), partial(self._issue, asked))

    def _minutes(self) -> Minutes:
        minutes = minutes_of(self.cast.meetings[self.name])
        assert minutes is not None
        return minutes

    def _begin(self, asked: Told, at: datetime) -> None:
        about = about_person(self._minutes(), self.cast.person(asked["person"]).id)
        assert about is not None
        day = local_date(at) - timedelta(days=asked["days_before"])
        operations.begin(self.cast.actor(asked["by"], at), about, asked_on=day, now=at)

    def _issue(self, asked: Told, at: datetime) -> None:
        """Mask and lift what the story says, and issue what is left."""
        actor = self.cast.actor(asked["by"], at)
        for mask in asked.get("masks", ()):
            operations.mask_words(
                actor,
                self._target(asked, item=mask["item"]),
                words=mask["words"],
                reason=MaskReason(mask["reason"]),
                note=mask.get("note", ""),
                now=at,
            )
        for lifted in asked.get("lifted", ()):
            operations.lift(actor, self._target(asked, masked=lifted["words"]), reason=lifted["reason"], now=at)
        target = self._target(asked)
        made = operations.ready(target, now=at)
        operations.issue(actor, target, made, version=made.version, now=at)

    def _target(self, asked: Told, *, item: int | None = None, masked: str = "") -> CopyAbout:
        """The copy; with an item by its place on the agenda, or the mask over those words."""
        minutes = self._minutes()
        person = self.cast.person(asked["person"])
        draft = draft_for(minutes.id, person.id)
        copy = copy_of(minutes, draft.id) if draft is not None else None
        assert copy is not None
        chosen = [each.id for each in decisions_on(copy, contents_of(minutes, person.id)) if each.words == masked]
        return CopyAbout(
            copy,
            about_copy(minutes, copy),
            mask=next((each for each in copy.masks if each.id in chosen), None),
            item_id=self.cast.items[self.name, item] if item is not None else 0,
        )
