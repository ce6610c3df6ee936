"""The rest of a meeting by chance: chair, interests, pauses, its end, its minutes; and what must hold after each."""

import json
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from core.actions.models import Action
from core.clock import local_date
from core.extensions import db
from core.facts import ItemOutcome, MeetingStatus, MinutesStatus
from core.meetings.diary import operations as diary
from core.meetings.diary.adjourning import GoesOn
from core.meetings.loading import meeting_of
from core.meetings.models import AgendaItem
from core.minutes import operations as minutes
from core.minutes.models import Minutes
from core.minutes.queries import minutes_of
from core.policy import Permission
from core.recording import queries
from core.recording.chairing import operations as chairing
from core.recording.interests import operations as interests
from core.recording.models import Entry, Recusal
from core.recording.sitting import operations as sitting
from tests.support.any_meeting import AnyMeeting


def has_cases(machine: AnyMeeting) -> bool:
    """An interest is declared in a case."""
    return any(not item.standing for item in machine.model.items)


def in_session(machine: AnyMeeting) -> bool:
    """The meeting goes on."""
    return machine.model.in_session


class AnyWholeMeeting(AnyMeeting):
    """A whole meeting."""

    # Chair and interests

    @precondition(has_cases)
    @rule(data=st.data())
    def declare(self, data: st.DataObject) -> None:
        """Somebody declares an interest in a case."""
        model = self.model
        who = data.draw(st.sampled_from(sorted(model.parts)), "who")
        item = data.draw(st.sampled_from([each for each in model.items if not each.standing]), "case")
        chairs_it = model.in_session and model.current == item.id and model.in_the_chair == who
        able = sorted(model.could_chair(item)) if chairs_it else []
        to = data.draw(st.sampled_from([None, *able, who]), "to")
        may = model.open_to(who, item) and model.status is not MeetingStatus.CLOSED
        if model.in_session:
            may = may and model.in_room(who)
        seated = to in able if to is not None else not able
        expected = may and (seated or not chairs_it)

        def go() -> None:
            here = self.at(who, item)
            actor = self.ask(who, Permission.DECLARE_CONFLICT, here)
            interests.declare_interest(actor, item=here.item, reason="A cousin", now=self.now, chair_id=to)

        if self.step("declare an interest", expected, go):
            model.declare(who, item, to)

    @precondition(lambda self: bool(self.model.recused))
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        """A chair lifts a declaration."""
        who, (whose, case) = self.who(data), data.draw(st.sampled_from(sorted(self.model.recused)), "whose")
        item = next((each for each in self.model.items if each.case == case), None)
        if item is None:
            return  # it was taken off the agenda since

        def go() -> None:
            found = queries.recusal_by(whose, item_id=item.id)
            assert found is not None
            here = queries.recusal_in_room(self.meeting_id, item.id, found.id, user_id=who)
            assert here is not None
            actor = self.ask(who, Permission.LIFT_CONFLICT, here)
            interests.lift_interest(actor, recusal=here.recusal, now=self.now)

        expected = self.model.lifts(who, whose, item) and not self.missed(who, item)
        if self.step("lift an interest", expected, go):
            self.model.recused.remove((whose, case))

    @precondition(in_session)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        """The chair is handed over for an item."""
        model, who, to = self.model, self.who(data), data.draw(st.sampled_from(sorted(self.model.parts)), "to")
        here = [item for item in model.items if item.id == model.current]
        item = data.draw(st.sampled_from(here or model.items) | st.sampled_from(model.items), "item")
        is_heard = item.id == model.current and not model.paused
        expected = model.steers(who) and is_heard and to in model.could_chair(item)

        def go() -> None:
            here = self.at(who, item)
            actor = self.ask(who, Permission.HAND_OVER_CHAIR, here)
            chairing.hand_over(actor, item=here.item, chair_id=to, now=self.now, on=local_date(self.now))

        if self.step("hand over the chair", expected, go):
            model.seat(to)

    @precondition(in_session)
    @rule(data=st.data())
    def hand_over_the_rest(self, data: st.DataObject) -> None:
        """The chair is handed over until the end."""
        model, who, to = self.model, self.who(data), data.draw(st.sampled_from(sorted(self.model.parts)), "to")
        may = model.steers(who) and (model.leads(who) or who == model.chair)

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.HAND_OVER_FOR_THE_REST, here)
            told = {"chair_id": to, "now": self.now, "on": local_date(self.now)}
            chairing.hand_over_the_rest(actor, meeting=here.meeting, **told)

        if self.step("hand over the chair for the rest", may and to in model.could_chair_the_rest(), go):
            model.chair = to
            model.acting = None if model.acting == to else model.acting

    # Standing still, the end, and after it

    @precondition(in_session)
    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        """The meeting stands still, or goes on."""
        who, paused = self.who(data), self.model.paused

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.PAUSE_MEETING, here)
            (sitting.resume if paused else sitting.pause)(actor, meeting=here.meeting, now=self.now)

        if self.step("go on" if paused else "pause", self.model.steers(who), go):
            if paused:
                self.model.resume()
            else:
                self.model.paused, self.model.running = True, False

    @precondition(in_session)
    @rule(data=st.data(), became=st.sampled_from((None, ItemOutcome.HEARD, ItemOutcome.CARRIED_FORWARD)))
    def close(self, data: st.DataObject, became: ItemOutcome | None) -> None:
        """It is over."""
        who = self.who(data)
        in_doubt = any(self.model.recorded(item) for item in self.model.undecided())

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.RUN_MEETING, here)
            sitting.close_meeting(actor, meeting=here.meeting, now=self.now, of_the_recorded=became)

        if self.step("close", self.model.runs(who) and (became is not None or not in_doubt), go):
            self.model.end(became)

    @precondition(in_session)
    @rule(data=st.data())
    def adjourn(self, data: st.DataObject) -> None:
        """It goes on at another day."""
        who, starts = self.who(data), self.now + timedelta(days=10 + 7 * self.other_days)
        made: list[int] = []

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.ADJOURN_MEETING, here)
            to = GoesOn(starts, starts + timedelta(hours=1), "Hall", "")
            made.append(sitting.adjourn(actor, meeting=here.meeting, to=to, now=self.now).id)

        if self.step("adjourn", self.model.steers(who) and bool(self.model.undecided()), go):
            self.other_days += 1
            left = len(self.model.undecided())
            self.model.end(goes_on_at=made[0])
            there = [row for row in queries.agenda_items(made[0]) if row.carried_from_id is not None]
            assert len(there) == left, "what was left goes on at the other day"

    @precondition(lambda self: self.model.goes_on_at is not None)
    @rule(data=st.data())
    def cancel_the_other_day(self, data: st.DataObject) -> None:
        """The day to which it was adjourned is cancelled."""
        who, other = self.who(data), self.model.goes_on_at
        assert other is not None

        def go() -> None:
            meeting = meeting_of(other)
            diary.cancel_meeting(
                self.actor(who), meeting=meeting, reason="No room", version=meeting.version, now=self.now
            )

        if self.step("cancel the other day", self.model.leads(who), go):
            self.model.goes_on_at = None

    @precondition(lambda self: self.model.status is MeetingStatus.CLOSED)
    @rule(data=st.data(), reason=st.sampled_from(("Too early", "Too early", "")))
    def reopen(self, data: st.DataObject, reason: str) -> None:
        """It goes on after all."""
        who, model = self.who(data), self.model
        expected = model.runs(who) and not model.frozen and model.goes_on_at is None and bool(reason)

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.REOPEN_MEETING, here)
            sitting.reopen(actor, meeting=here.meeting, reason=reason, now=self.now)

        if self.step("open again", expected, go):
            model.reopen()

    # Its minutes

    @precondition(lambda self: self.model.status is MeetingStatus.CLOSED)
    @rule(data=st.data())
    def write_up(self, data: st.DataObject) -> None:
        """The minutes are begun or, begun, put before the chair."""
        who, model = self.who(data), self.model
        may = model.leads(who) or who == model.taker
        submitting = model.minutes is not None
        whose_turn = model.minutes in (None, MinutesStatus.DRAFT, MinutesStatus.SENT_BACK)

        def go() -> None:
            actor = self.ask(who, Permission.COMPOSE_MINUTES, self.meeting)
            if submitting:
                minutes.submit(actor, self._minutes(), now=self.now)
            else:
                minutes.compose(actor, self.meeting, now=self.now)

        if self.step("submit the minutes" if submitting else "compose the minutes", may and whose_turn, go):
            model.minutes = MinutesStatus.SUBMITTED if submitting else MinutesStatus.DRAFT

    @precondition(lambda self: self.model.minutes is not None)
    @rule(data=st.data(), comment=st.sampled_from(("Mend item 2", "")))
    def send_back(self, data: st.DataObject, comment: str) -> None:
        """The chair gives them back."""
        who = self.who(data)
        with_the_chair = self.model.minutes is MinutesStatus.SUBMITTED

        def go() -> None:
            actor = self.ask(who, Permission.APPROVE_MINUTES, self._minutes())
            minutes.send_back(actor, self._minutes(), comment=comment, now=self.now)

        if self.step("send back", self.model.approves(who) and with_the_chair and bool(comment), go):
            self.model.minutes = MinutesStatus.SENT_BACK

    @precondition(lambda self: self.model.minutes is not None)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        """The chair approves them: all that was written and stands is in the record that is frozen."""
        who = self.who(data)
        with_the_chair = self.model.minutes is MinutesStatus.SUBMITTED

        def go() -> None:
            actor = self.ask(who, Permission.APPROVE_MINUTES, self._minutes())
            fair = minutes.fair_copy(actor, self._minutes(), now=self.now)
            minutes.approve(actor, self._minutes(), fair, now=self.now)

        if self.step("approve", self.model.approves(who) and with_the_chair, go):
            self.model.minutes = MinutesStatus.APPROVED
            self.approved = self._frozen()
            for line in (*self.model.entries.values(), *self.model.actions.values()):
                assert line.struck or json.dumps(line.text, ensure_ascii=False)[1:-1] in self.approved

    def _minutes(self) -> Minutes:
        found = minutes_of(self.meeting_id)
        assert found is not None
        return found

    def _frozen(self) -> str:
        return json.dumps(self._minutes().record, ensure_ascii=False, sort_keys=True)

    # What must hold

    @invariant()
    def everything_is_as_the_model_has_it(self) -> None:
        """State, agenda, who is there, what was written, the minutes: read back from the database."""
        if not self.meeting_id:
            return
        db.session.flush()
        db.session.expire_all()
        model, meeting = self.model, self.meeting
        state = (meeting.status, meeting.chair_id, meeting.acting_chair_id, meeting.minute_taker_id)
        assert state == (model.status, model.chair, model.acting, model.taker)
        assert (meeting.current_item_id, meeting.paused_at is not None) == (model.current, model.paused)
        rows = queries.agenda_items(self.meeting_id)
        assert [(row.id, row.case_id, row.outcome, row.outcome_reason) for row in rows] == [
            (item.id, item.case, item.outcome, item.reason) for item in model.items
        ]
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
        running = [row.id for row in rows if row.started_at is not None]
        assert running == ([model.current] if model.running else []), "the clock of another item runs"
        lines = queries.attendance_by_user(self.meeting_id)
        assert {who: line.presence for who, line in lines.items()} == model.presence
        assert {who for who, line in lines.items() if line.accepted_at is not None} == model.accepted
        assert (meeting.frozen_at is not None) == model.frozen
        assert meeting.revision >= self.revision, "a number of the feed was taken back"
        self.revision = meeting.revision

    @invariant()
    def nothing_that_was_written_is_lost(self) -> None:
        """Entries, actions and declarations, struck out or not; approved minutes stay word for word."""
        if not self.meeting_id:
            return
        model = self.model
        told = select(Entry.id, Entry.item_id, Entry.text, Entry.author_id, Entry.struck_at)
        entries = db.session.execute(told.where(Entry.meeting_id == self.meeting_id)).all()
        assert {row[0]: (row[1], row[2], row[3], row[4] is not None) for row in entries} == {
            number: (line.item, line.text, line.by, line.struck) for number, line in model.entries.items()
        }
        agreed = select(Action.id, Action.item_id, Action.text, Action.status).where(
            Action.meeting_id == self.meeting_id
        )
        assert {row[0]: tuple(row[1:]) for row in db.session.execute(agreed)} == {
            number: (line.item, line.text, line.status) for number, line in model.actions.items()
        }
        declared = select(Recusal.user_id, Recusal.case_id).join(AgendaItem, AgendaItem.id == Recusal.item_id)
        standing = declared.where(AgendaItem.meeting_id == self.meeting_id, Recusal.lifted_at.is_(None))
        assert {tuple(row) for row in db.session.execute(standing)} == model.recused
        found = minutes_of(self.meeting_id)
        assert (found.status if found is not None else None) == model.minutes
        if self.approved:
            assert self._frozen() == self.approved, "approved minutes have changed"
