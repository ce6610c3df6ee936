"""The story of minutes before they are approved: worded anew, commented on, sent back, settled and submitted again."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select

from core.demo.cast import Cast, Timeline, Told
from core.extensions import db
from core.facts import Actor
from core.minutes.comments.operations import comment, settle
from core.minutes.comments.queries import comments_for
from core.minutes.models import Minutes
from core.minutes.operations import send_back, submit
from core.minutes.queries import item_in_minutes, minutes_of
from core.minutes.wording.operations import word_entry
from core.minutes.wording.queries import entry_in_minutes, newest_of, version_of_words
from core.policy.composing import CommentInMinutes, InMinutes
from core.recording.models import Entry

WORDED_AT, REVIEWED_AT, SUBMITTED_AT = 9, 11, 12
"""Hours of the day."""


class Reviewing:
    """One meeting's minutes. `after`: the moment some days after the meeting, at that hour."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told, *, after: Callable[[int, int], datetime]) -> None:
        self.cast, self.timeline, self.told, self.name, self.after = cast, timeline, told, told["id"], after

    def plan(self) -> None:
        """Put it onto the timeline: what was worded, and the chair's review if there was one."""
        for worded in self.told.get("worded", ()):
            self.timeline.at(self.after(worded["after"], WORDED_AT), partial(self._word, worded))
        review = self.told.get("review")
        if review is not None:
            self.timeline.at(self.after(review["after"], REVIEWED_AT), self._comment)
            self.timeline.at(self.after(review["done_after"], SUBMITTED_AT), self._settle)

    def _chair(self, at: datetime) -> Actor:
        return self.cast.actor(self.told["chair"], at)

    def _taker(self, at: datetime) -> Actor:
        return self.cast.actor(self.told["minute_taker"], at)

    def _minutes(self) -> Minutes:
        minutes = minutes_of(self.cast.meetings[self.name])
        assert minutes is not None
        return minutes

    def _place(self, actor: Actor, told: Told) -> InMinutes:
        minutes = self._minutes()
        if "item" not in told:
            return InMinutes(minutes, None, heard=False)
        here = item_in_minutes(minutes, self.cast.items[self.name, told["item"] - 1], user_id=actor.user_id)
        assert here is not None
        return here

    def _word(self, told: Told, at: datetime) -> None:
        taker = self._taker(at)
        here = self._place(taker, told)
        assert here.item is not None
        entry_id = db.session.scalars(
            select(Entry.id).where(Entry.item_id == here.item.id, Entry.text.startswith(told["starts"]))
        ).one()
        target = entry_in_minutes(here, entry_id)
        assert target is not None
        read = version_of_words(target.entry, newest_of(entry_id))
        word_entry(taker, target, version=read, text=told["text"], now=at)

    def _comment(self, at: datetime) -> None:
        chair = self._chair(at)
        for told in self.told["review"]["comments"]:
            comment(chair, self._place(chair, told), text=told["text"], now=at)
        send_back(chair, self._minutes(), comment=self.told["review"].get("note", ""), now=at)

    def _settle(self, at: datetime) -> None:
        taker, minutes = self._taker(at), self._minutes()
        done = {told["text"]: told["done"] for told in self.told["review"]["comments"]}
        for said in comments_for(taker, minutes):
            here = InMinutes(minutes, None, heard=False)
            if said.item_id is not None:
                here = item_in_minutes(minutes, said.item_id, user_id=taker.user_id) or here
            settle(taker, CommentInMinutes(here, said), version=said.version, note=done[said.text], now=at)
        submit(taker, minutes, now=at)
