"""The story of a meeting being held: who came, what was said of each case, what was agreed."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.actions.operations import record_action
from core.clock import local_date
from core.demo.cast import Cast, Timeline, Told
from core.demo.correcting import agree_corrections
from core.demo.preparing import starts_of
from core.demo.referring import Referring
from core.extensions import db
from core.facts import Actor, EntryKind, ItemKind, ItemOutcome, Presence, Risk, Visibility
from core.meetings.models import AgendaItem, Meeting
from core.recording.attendance.operations import add_guest, correct_attendance
from core.recording.chairing.operations import hand_over
from core.recording.entries.operations import agree_risk, share, version_of_risk
from core.recording.interests.operations import declare_interest
from core.recording.items.operations import add_urgent_case, settle, take_up, version_of_outcome
from core.recording.models import Attendance
from core.recording.room.operations import accept, open_meeting
from core.recording.sitting.operations import close_meeting, pause, resume

OPENING_TOOK = (3, 1, 2, 3, 6)
"""Minutes that the standing items before the first case took, where the story does not say."""

SAID = {
    "Minutes of the last meeting": "last_minutes",
    "Matters arising and the action log": "matters_arising",
    "Any other business": "any_other_business",
}
"""Standing items of which something may be told -> the story's word for it."""


class Holding:
    """One meeting, from its opening to its close, or to the item that it has come to."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told, referring: Referring) -> None:
        self.cast, self.timeline, self.told, self.name = cast, timeline, told, told["id"]
        self.referring = referring
        self.starts = starts_of(cast, told)

    def plan(self) -> None:
        """The whole meeting is one event: nothing else of the story happens within it."""
        self.timeline.at(self.starts, self._hold)
        for item in self.told.get("item", ()):
            for referral in item.get("referral", ()):
                self.referring.plan_after_meeting(referral, self.starts)

    def _hold(self, at: datetime) -> None:
        told = self.told
        self._open(at)
        running = self._go_through_opening(at)
        last = told.get("current_item", len(told.get("item", ())))
        for place, item_told in enumerate(told.get("item", ())):
            if place == last:
                break
            running = self._hear(place, item_told, running, current=place + 1 == told.get("current_item"))
        if told["status"] == "closed":
            self._finish(running)

    def _chair(self, at: datetime) -> Actor:
        return self.cast.actor(self.told["chair"], at)

    def _taker(self, at: datetime) -> Actor:
        return self.cast.actor(self.told["minute_taker"], at)

    def _open(self, at: datetime) -> None:
        told, meeting = self.told, self.cast.meeting(self.name)
        open_meeting(
            self._chair(at),
            meeting=meeting,
            chair_id=self.cast.user(told["chair"]).id,
            minute_taker_id=self.cast.user(told["minute_taker"]).id,
            now=at,
            on=local_date(at),
        )
        late = {each["user"] for each in told.get("late", ())}
        for name in told["present"]:
            if name not in late:
                self._arrive(name, at)
        for apology in told.get("apologies", ()):
            line = self._line(apology["user"])
            if line is not None:
                self._correct(line, Presence.APOLOGIES, at, information_sent=apology["information_sent"])
        for deputy in told.get("deputies", ()):
            line = self._line(deputy["user"])
            if line is not None:
                line.deputy_for = self.cast.user(deputy["for"]).name
        for guest in told.get("guests", ()):
            add_guest(
                self._taker(at),
                meeting=meeting,
                name=guest["name"],
                agency_name=guest["agency"],
                deputy_for="",
                now=at,
            )

    def _go_through_opening(self, at: datetime) -> datetime:
        """The standing items before the first case, in their order; the moment at which that case begins."""
        for item, took in zip(self._standing(), self.told.get("opening", OPENING_TOOK), strict=False):
            self._take_standing(item, at)
            at += timedelta(minutes=took)
        return at

    def _take_standing(self, item: AgendaItem, at: datetime) -> None:
        take_up(self._chair(at), meeting=self.cast.meeting(self.name), item=item, now=at)
        text = self.told.get(SAID.get(item.heading, ""))
        if text:
            share(self._taker(at), item=item, kind=EntryKind.DISCUSSION, text=text, now=at)
        if "corrections_note" in self.told:
            agree_corrections(self.cast, self.told, item, at)

    def _standing(self) -> list[AgendaItem]:
        return list(
            db.session.scalars(
                select(AgendaItem)
                .where(
                    AgendaItem.meeting_id == self.cast.meetings[self.name],
                    AgendaItem.kind == ItemKind.STANDING,
                    AgendaItem.taken_off_at.is_(None),
                )
                .order_by(AgendaItem.position)
                .options(joinedload(AgendaItem.meeting).joinedload(Meeting.group))
            )
        )

    def _line(self, name: str) -> Attendance | None:
        return db.session.scalars(
            select(Attendance).where(
                Attendance.meeting_id == self.cast.meetings[self.name],
                Attendance.user_id == self.cast.user(name).id,
            )
        ).first()

    def _arrive(self, name: str, at: datetime) -> None:
        accept(self.cast.actor(name, at), meeting=self.cast.meeting(self.name), line=self._line(name), now=at)

    def _correct(self, line: Attendance, presence: Presence, at: datetime, *, information_sent: bool = False) -> None:
        correct_attendance(
            self._taker(at),
            meeting=self.cast.meeting(self.name),
            line=line,
            version=line.version,
            presence=presence,
            deputy_for=line.deputy_for,
            information_sent=information_sent,
            arrived_at=line.arrived_at,
            left_at=at if presence is Presence.LEFT else None,
            now=at,
        )

    def _hear(self, place: int, told: Told, at: datetime, *, current: bool) -> datetime:
        """One item; the moment at which the next begins."""
        number = place + 1
        for each in self.told.get("late", ()):
            if each["from_item"] == number:
                self._arrive(each["user"], at)
        meeting = self.cast.meeting(self.name)
        if told["from"] == "urgent in the meeting":
            added = add_urgent_case(
                self._taker(at),
                meeting=meeting,
                case=self.cast.case(told["case"]),
                reason=told["late_reason"],
                minutes=told["minutes"],
                now=at,
            )
            added.presenter_agency_id = self.cast.agency(told["presenter"]).id
            self.cast.items[self.name, place] = added.id
            db.session.flush()
        item = self.cast.item(self.name, place)
        outcome = ItemOutcome(told.get("outcome", ItemOutcome.PENDING))
        if outcome is not ItemOutcome.NOT_HEARD:
            take_up(self._chair(at), meeting=meeting, item=item, now=at)
        other = self.cast.user(told["chair"]).id if "chair" in told else None
        for each in told.get("recused", ()):
            is_chair = each["user"] == self.told["chair"]
            declare_interest(
                self.cast.actor(each["user"], at),
                item=item,
                reason=each["reason"],
                chair_id=other if is_chair else None,
                now=at,
            )
        if other is not None and meeting.acting_chair_id is None:
            hand_over(self._chair(at), item=item, chair_id=other, now=at, on=local_date(at))
        self._write(item, told, at + timedelta(minutes=2))
        took: int = told.get("took") or (1 if outcome is ItemOutcome.NOT_HEARD else told["minutes"])
        ends = at + timedelta(minutes=took)
        if not current:
            settle(
                self._taker(ends),
                item=item,
                version=version_of_outcome(item),
                outcome=outcome,
                reason=told.get("outcome_reason", ""),
                now=ends,
            )
        for each in self.told.get("left", ()):
            if each["after_item"] == number:
                line = self._line(each["user"])
                assert line is not None
                self._correct(line, Presence.LEFT, ends)
        return self._pause(told["pause"], ends) if "pause" in told else ends

    def _pause(self, told: Told, at: datetime) -> datetime:
        """After an item; the moment at which the meeting goes on."""
        meeting, over = self.cast.meeting(self.name), at + timedelta(minutes=told["minutes"])
        pause(self._chair(at), meeting=meeting, reason=told["reason"], now=at)
        resume(self._chair(over), meeting=meeting, now=over)
        return over

    def _write(self, item: AgendaItem, told: Told, at: datetime) -> None:
        for each in told.get("shared", ()):
            actor = self.cast.actor(each["by"], at)
            share(
                actor if actor.signatory else self._taker(at),
                item=item,
                kind=EntryKind.INFORMATION,
                text=each["text"],
                source_agency_id=actor.agency_id,
                visibility=Visibility(each["visibility"]),
                named=[self.cast.agency(key).id for key in each.get("agencies", ())],
                now=at,
            )
        for kind, key in ((EntryKind.DISCUSSION, "discussion"), (EntryKind.DECISION, "decisions")):
            for each in told.get(key, ()):
                share(self.cast.actor(each["by"], at), item=item, kind=kind, text=each["text"], now=at)
        if told.get("risk"):
            agree_risk(self._taker(at), item=item, version=version_of_risk(item), risk=Risk(told["risk"]), now=at)
        for referral in told.get("referral", ()):
            self.referring.in_meeting(referral, item, at)
        for action in told.get("actions", ()):
            self._agree(item, action, at)

    def _agree(self, item: AgendaItem, told: Told, at: datetime) -> None:
        owner = self.cast.user(told["who"]) if "who" in told else None
        record_action(
            self._taker(at),
            item=item,
            text=told["text"],
            owner_agency_id=self.cast.agency(told["owner"]).id,
            owner_user_id=owner.id if owner is not None else None,
            due_on=local_date(self.starts) + timedelta(days=told["due_in"]),
            now=at,
            on=local_date(at),
        )

    def _finish(self, at: datetime) -> None:
        meeting = self.cast.meeting(self.name)
        for item in self._standing():
            if item.outcome is ItemOutcome.PENDING:
                self._take_standing(item, at)
                at += timedelta(minutes=2)
        close_meeting(self._chair(at), meeting=meeting, now=at)
