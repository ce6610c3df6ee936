"""The story after a meeting: what became of its actions, and its minutes on their way to the readers."""

from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from core.accounts.models import User
from core.actions.models import Action
from core.actions.operations import complete, give_up, note_progress
from core.circulation.extracts.operations import send_extracts
from core.circulation.grants import Grantee, grant_items
from core.circulation.operations import circulate_minutes
from core.circulation.proposals import proposals_for
from core.circulation.queries import circulations_of
from core.clock import at_local
from core.demo.answering import Answering
from core.demo.cast import Cast, Timeline, Told
from core.demo.correcting import Correcting
from core.demo.posting import Posting, open_copy
from core.demo.preparing import starts_of
from core.demo.reviewing import Reviewing
from core.extensions import db
from core.facts import ActionStatus, Actor, NotDoneReason
from core.minutes.models import Minutes
from core.minutes.operations import approve, compose, fair_copy, send_back, submit
from core.minutes.queries import frozen_record, minutes_of

WITHOUT_MINUTES = ("none",)
SUBMITTED = ("with the chair", "sent back", "approved", "circulated")
APPROVED = ("approved", "circulated")


class Aftermath:
    """One meeting, from the day after it."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told) -> None:
        self.cast, self.timeline, self.told, self.name = cast, timeline, told, told["id"]
        self.starts = starts_of(cast, told)

    def plan(self) -> None:
        """Put everything that happens after it onto the timeline."""
        for place, item in enumerate(self.told.get("item", ())):
            for number, action in enumerate(item.get("actions", ())):
                if "after" in action:
                    self.timeline.at(self._after(action["after"], 13), partial(self._settle, place, number, action))
        state = self.told["minutes_state"]
        if state in WITHOUT_MINUTES:
            return
        Posting(self.cast, self.timeline, self.told, after=self._after).plan()
        Correcting(self.cast, self.timeline, self.told, after=self._after).plan()
        self.timeline.at(self._after(1, 9), self._compose)
        if state in SUBMITTED:
            self.timeline.at(self._after(self.told["submitted_after"], 10), self._submit)
        Reviewing(self.cast, self.timeline, self.told, after=self._after).plan()
        if state == "sent back":
            self.timeline.at(self._after(self.told["sent_back"]["after"], 10), self._send_back)
        if state in APPROVED:
            self.timeline.at(self._after(self.told["approved_after"], 15), self._approve)
            Answering(self.cast, self.timeline, self.told, after=self._after).plan()
        if state == "circulated":
            self.timeline.at(self._after(self.told["circulated_after"], 16), self._circulate)
            self.timeline.at(self._after(self.told["circulated_after"] + 1, 9), self._open)

    def _after(self, days: int, hour: int) -> datetime:
        """Some days after the meeting, counted from the day as it was written; never later than the telling."""
        moment = at_local(self.cast.day(self.told["day"] + days), time(hour))
        return max(min(moment, self.cast.now - timedelta(minutes=1)), self.starts + timedelta(hours=5))

    def _minutes(self) -> Minutes:
        minutes = minutes_of(self.cast.meetings[self.name])
        assert minutes is not None
        return minutes

    def _settle(self, place: int, number: int, told: Told, at: datetime) -> None:
        actions = db.session.scalars(
            select(Action).where(Action.item_id == self.cast.items[self.name, place]).order_by(Action.id)
        ).all()
        action = actions[number]
        who = told.get("who") or self._somebody_of(action.owner_agency_id)
        settle_action(self.cast.actor(who, at), action, told, at)

    def _somebody_of(self, agency_id: int) -> str:
        email = db.session.scalar(select(User.email).where(User.agency_id == agency_id).order_by(User.id).limit(1))
        assert email is not None
        return email.partition("@")[0]

    def _compose(self, at: datetime) -> None:
        compose(self.cast.actor(self.told["minute_taker"], at), self.cast.meeting(self.name), now=at)

    def _submit(self, at: datetime) -> None:
        submit(self.cast.actor(self.told["minute_taker"], at), self._minutes(), now=at)

    def _send_back(self, at: datetime) -> None:
        send_back(
            self.cast.actor(self.told["chair"], at),
            self._minutes(),
            comment=self.told["sent_back"]["comment"],
            now=at,
        )

    def _approve(self, at: datetime) -> None:
        chair, minutes = self.cast.actor(self.told["chair"], at), self._minutes()
        approve(chair, minutes, fair_copy(chair, minutes, now=at), now=at)
        if (told := self.told.get("granted")) is not None:
            items = [self.cast.items[self.name, place] for place in told["items"]]
            to = Grantee(user_id=self.cast.user(told["to"]).id)
            grant_items(chair, minutes, items=items, to=to, reason=told["reason"], now=at)

    def _circulate(self, at: datetime) -> None:
        minutes = self._minutes()
        proposals = proposals_for(minutes.meeting, frozen_record(minutes), now=at)
        readers = [
            proposal.candidate.user.id
            for proposal in proposals
            if (proposal.candidate.presence in ("present", "left") or proposal.grants) and not proposal.refusal
        ]
        sender = self.cast.actor(self.told["minute_taker"], at)
        circulate_minutes(sender, minutes, readers=readers, now=at)
        if extract_to := [self.cast.user(name).id for name in self.told.get("extract_to", ())]:
            send_extracts(sender, minutes, readers=extract_to, now=at)

    def _open(self, at: datetime) -> None:
        """The readers open their copies on the next morning, save those of whom the story says otherwise."""
        unopened = {self.cast.user(name).id for name in self.told.get("unopened", ())}
        for circulation in circulations_of(self.cast.meetings[self.name]):
            for copy in circulation.copies if circulation.minutes_id is not None else ():
                if copy.user_id not in unopened:
                    open_copy(self.cast, copy.id, at)


def settle_action(actor: Actor, action: Action, told: Told, at: datetime) -> None:
    """Done, not done with its reason, or an update: as it is told."""
    note = told.get("note", "")
    match told.get("status"):
        case ActionStatus.DONE:
            complete(actor, action=action, version=action.version, outcome=note, now=at)
        case ActionStatus.NOT_DONE:
            reason = NotDoneReason(told["not_done_reason"])
            give_up(actor, action=action, version=action.version, reason=reason, note=note, now=at)
        case _:
            note_progress(actor, action=action, version=action.version, note=note, now=at)
