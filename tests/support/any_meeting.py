"""A whole meeting by chance: from the diary to its approved minutes, against a model in plain Python.

Every step is asked of the gate and of the operation, as a page would; whether it is done must be what the model says,
and afterwards everything stored must be as the model has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.actions import operations as actions
from core.actions.queries import agreed_under
from core.clock import local_date, utc_now
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, EntryKind, GroupRole, ItemOutcome, MeetingStatus, Presence
from core.meetings.agenda import operations as agenda
from core.meetings.agenda.queries import case_by_id
from core.meetings.diary import operations as diary
from core.meetings.loading import item_of, meeting_of
from core.meetings.models import Meeting
from core.partnerships.models import Group, Partnership
from core.policy import Permission, decide
from core.policy.room import ActionAtItem
from core.recording import queries
from core.recording.attendance.operations import mark
from core.recording.entries import operations as entries
from core.recording.items import operations as items
from core.recording.room import operations as room
from tests import builders
from tests.support.meeting_model import Item, Line, Model, Part

TEXTS = ("Two calls in June", "Ωμέγα, “quoted” & <b>bold</b>", "Ƹ̵̡Ӝ̵̨̄Ʒ twice", "=1+1 " * 40)

PARTS = {
    "Cheryl Chair": (GroupRole.CHAIR, Part.CHAIR),
    "Dora Deputy": (GroupRole.DEPUTY_CHAIR, Part.DEPUTY),
    "Colin Coordinator": (GroupRole.COORDINATOR, Part.COORDINATOR),
    "Pauline Police": (GroupRole.MEMBER, Part.MEMBER),
    "Harriet Homes": (GroupRole.MEMBER, Part.MEMBER),
    "Oscar Observer": (GroupRole.OBSERVER, Part.OBSERVER),
}


@dataclass
class Scene:
    """A group with its people and three cases. Saved before the first meeting."""

    partnership: Partnership
    group: Group
    parts: dict[int, Part]
    coordinator: int
    agencies: list[int]
    cases: list[int]


def a_scene() -> Scene:
    """Made in the database of the application in hand, and saved."""
    partnership = builders.a_partnership()
    group, parts, agencies, by_name = builders.a_group(partnership), {}, [], dict[str, User]()
    for name, (role, part) in PARTS.items():
        agency = builders.an_agency(partnership, f"Agency of {name}")
        by_name[name] = builders.a_user(agency, name, group=group, role=role)
        parts[by_name[name].id], agencies = part, [*agencies, agency.id]
    lead = by_name["Colin Coordinator"].agency
    assert lead is not None
    cases = [
        builders.a_case(partnership, lead, title=f"{name} Example", group=group, subject=subject)
        for name in ("Ann", "Ben", "Cy")
        for subject in [builders.a_person(partnership, name, "Example")]
    ]
    scene = Scene(partnership, group, parts, by_name["Colin Coordinator"].id, agencies, [case.id for case in cases])
    db.session.commit()
    return scene


class AnyMeeting(RuleBasedStateMachine):
    """One meeting. Everything happens in one transaction, which is rolled back in the end."""

    scene: ClassVar[Scene]
    done: ClassVar[set[str]]
    """Every kind of step that was done in any meeting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = utc_now()
        self.model = Model(dict(self.scene.parts))
        self.meeting_id = 0
        self.other_days = 0
        self.revision = 0
        self.approved = ""

    def teardown(self) -> None:
        """Forget it."""
        db.session.rollback()

    # How a step is made

    @property
    def meeting(self) -> Meeting:
        """As a page loads it."""
        return meeting_of(self.meeting_id)

    def actor(self, who: int) -> Actor:
        """Somebody as of today."""
        return actor_as_of(who, self.scene.partnership.id, on=local_date(self.now))

    def step(self, name: str, expected: bool, operation: Callable[[], object]) -> bool:
        """Do it, a minute after the last; whether it is done must be what the model says."""
        self.now += timedelta(minutes=1)
        db.session.flush()
        db.session.expire_all()
        try:
            with db.session.begin_nested():
                operation()
            done = True
        except (Refused, Stale) as refused:
            done, why = False, refused
        assert done == expected, f"{name}: {'done' if done else f'refused ({why})'}, and the model says otherwise"
        if done:
            type(self).done.add(name)
        return done

    def ask(self, who: int, permission: Permission, target: Any) -> Actor:
        """The gate, as before every page."""
        actor = self.actor(who)
        verdict = decide(actor, permission, target)
        if not verdict:
            raise Refused(verdict.reason or "There is no such thing.")
        return actor

    def room(self, who: int) -> Any:
        """The room, as that person enters it."""
        return queries.room(self.meeting_id, user_id=who)

    def at(self, who: int, item: Item) -> Any:
        """An item in it."""
        return queries.item_in_room(self.meeting_id, item.id, user_id=who)

    def missed(self, who: int, item: Item) -> bool:
        """Whether it was noted that they were not there for it: that keeps out whoever does not keep the record."""
        here = self.room(who)
        return here is not None and item.id in here.missed and not self.model.keeps(who)

    def who(self, data: st.DataObject) -> int:
        """Somebody; as a rule one of those who lead."""
        everybody = sorted(self.model.parts)
        leading = [who for who in everybody if self.model.leads(who)]
        return data.draw(st.sampled_from(leading) | st.sampled_from(everybody), "who")

    def which(self, data: st.DataObject) -> Item:
        """An item; as a rule a case."""
        cases = [item for item in self.model.items if not item.standing] or self.model.items
        return data.draw(st.sampled_from(cases) | st.sampled_from(self.model.items), "item")

    # Before the meeting

    @initialize(cases=st.integers(1, 3), begun=st.sampled_from((False, True, True, True)))
    def schedule(self, cases: int, begun: bool) -> None:
        """A day in the diary, with some cases on the agenda; as a rule it has begun, and all are there."""
        coordinator, starts = self.actor(self.scene.coordinator), self.now + timedelta(days=3)
        made = diary.schedule_meeting(
            coordinator,
            group=db.session.get_one(Group, self.scene.group.id),
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            venue="Hall",
            now=self.now,
        )
        self.meeting_id = made.id
        for case_id in self.scene.cases[:cases]:
            case = case_by_id(case_id)
            assert case is not None
            agenda.add_case(coordinator, meeting=self.meeting, case=case, reason="It goes on", now=self.now)
        self.model.items = [Item(row.id, row.case_id) for row in queries.agenda_items(self.meeting_id)]
        if begun:
            chair = next(who for who, part in self.model.parts.items() if part is Part.CHAIR)
            self._open(self.scene.coordinator, chair, self.scene.coordinator)
            for who in sorted(self.model.parts):
                self._accept(who)

    @precondition(lambda self: self.model.status is MeetingStatus.SCHEDULED)
    @rule(data=st.data(), to=st.sampled_from(list(agenda.Move)))
    def reorder(self, data: st.DataObject, to: agenda.Move) -> None:
        """An item is moved."""
        who, item = self.who(data), self.which(data)
        expected = self.model.leads(who)

        def go() -> None:
            meeting = self.meeting
            agenda.move_item(self.actor(who), meeting=meeting, item_id=item.id, to=to, version=meeting.version)

        if self.step("reorder", expected, go):
            was, last = self.model.items.index(item), len(self.model.items) - 1
            self.model.items.remove(item)
            place = {"up": max(was - 1, 0), "down": min(was + 1, last), "top": 0, "bottom": last}[to.value]
            self.model.items.insert(place, item)

    @precondition(lambda self: self.model.status is MeetingStatus.SCHEDULED and len(self.model.items) > 4)
    @rule(data=st.data(), reason=st.sampled_from(("Not needed", "")))
    def take_off(self, data: st.DataObject, reason: str) -> None:
        """An item is taken off."""
        who, item = self.who(data), self.which(data)

        def go() -> None:
            row = item_of(self.meeting_id, item.id)
            told = {"reason": reason, "version": row.version, "now": self.now}
            agenda.take_off(self.actor(who), meeting=self.meeting, item=row, **told)

        if self.step("take off", self.model.leads(who) and bool(reason), go):
            self.model.items.remove(item)

    @precondition(lambda self: self.model.status is not MeetingStatus.CLOSED)
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        """It begins."""
        self._open(self.who(data), self.who(data), self.who(data))

    def _open(self, who: int, chair: int, taker: int) -> None:
        able = all(self.model.parts[one] is not Part.OBSERVER for one in (chair, taker)) and chair != taker
        expected = self.model.runs(who) and self.model.status is MeetingStatus.SCHEDULED and able

        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.RUN_MEETING, here)
            told = {"chair_id": chair, "minute_taker_id": taker, "now": self.now, "on": local_date(self.now)}
            room.open_meeting(actor, meeting=here.meeting, **told)

        if self.step("open", expected, go):
            self.model.open(chair, taker)

    # In the room

    @precondition(lambda self: self.model.in_session)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """Somebody accepts the statement."""
        self._accept(data.draw(st.sampled_from(sorted(self.model.parts)), "who"))

    def _accept(self, who: int) -> None:
        def go() -> None:
            here = self.room(who)
            actor = self.ask(who, Permission.JOIN_MEETING, here)
            room.accept(actor, meeting=here.meeting, line=here.attendance, now=self.now)

        if self.step("accept", self.model.presence.get(who) is not Presence.LEFT, go):
            self.model.accepted.add(who)
            self.model.presence[who] = Presence.PRESENT

    @precondition(lambda self: bool(self.model.presence))
    @rule(data=st.data(), how=st.sampled_from((Presence.PRESENT, Presence.APOLOGIES, Presence.LEFT)))
    def attend(self, data: st.DataObject, how: Presence) -> None:
        """Somebody is marked as there, away or gone."""
        who, whose = self.who(data), data.draw(st.sampled_from(sorted(self.model.presence)), "whose")
        stays = how is not Presence.PRESENT and self.model.must_stay(whose)
        expected = self.model.runs(who) and self.model.status is not MeetingStatus.CLOSED and not stays

        def go() -> None:
            line = queries.attendance_by_user(self.meeting_id)[whose]
            here = queries.line_in_room(self.meeting_id, line.id, user_id=who)
            assert here is not None
            actor = self.ask(who, Permission.KEEP_ATTENDANCE, here)
            mark(actor, meeting=here.meeting, line=here.line, version=line.version, presence=how, now=self.now)

        if self.step("attend", expected, go):
            self.model.presence[whose] = how

    @precondition(lambda self: self.model.in_session)
    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        """The meeting goes on to an item."""
        who, item = self.who(data), self.which(data)
        there = self.model.current == item.id
        goes_on = not self.model.paused and not self.model.chair_is_out(item)
        expected = self.model.steers(who) and (there or goes_on)

        def go() -> None:
            here = self.at(who, item)
            actor = self.ask(who, Permission.TAKE_UP_ITEM, here)
            items.take_up(actor, meeting=here.item.meeting, item=here.item, now=self.now)

        if self.step("take up", expected, go) and not there:
            self.model.take_up(item)

    @precondition(lambda self: self.model.in_session)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(
            (ItemOutcome.HEARD, ItemOutcome.CARRIED_FORWARD, ItemOutcome.REMOVED, ItemOutcome.PENDING)
        ),
        reason=st.sampled_from(("No time", "")),
        stale=st.sampled_from((False, False, False, True)),
    )
    def settle(self, data: st.DataObject, outcome: ItemOutcome, reason: str, stale: bool) -> None:
        """It is said what became of an item."""
        who, item = self.who(data), self.which(data)
        needs = outcome in (ItemOutcome.CARRIED_FORWARD, ItemOutcome.REMOVED)
        expected = self.model.settles(who, item) and not stale and (bool(reason) or not needs)

        def go() -> None:
            here = self.at(who, item)
            actor = self.ask(who, Permission.SETTLE_ITEM, here)
            version = items.version_of_outcome(here.item) + stale
            items.settle(actor, item=here.item, version=version, outcome=outcome, reason=reason, now=self.now)

        if self.step("settle", expected, go):
            self.model.settle(item, outcome, reason)

    @precondition(lambda self: self.model.status is not MeetingStatus.SCHEDULED)
    @rule(data=st.data(), text=st.sampled_from(TEXTS), kind=st.sampled_from((EntryKind.DISCUSSION, EntryKind.DECISION)))
    def write(self, data: st.DataObject, text: str, kind: EntryKind) -> None:
        """Something is written under an item."""
        who, item = data.draw(st.sampled_from(sorted(self.model.parts)), "who"), self.which(data)
        made: list[int] = []

        def go() -> None:
            here = self.at(who, item)
            actor = self.ask(who, Permission.WRITE, here)
            made.append(entries.share(actor, item=here.item, kind=kind, text=text, now=self.now).id)

        if self.step("write", self.model.writes(who, item) and not self.missed(who, item), go):
            self.model.entries[made[0]] = Line(item.id, text, who)

    @precondition(lambda self: bool(self.model.entries))
    @rule(data=st.data())
    def strike(self, data: st.DataObject) -> None:
        """Something written is struck out, or taken back in."""
        who, number = self.who(data), data.draw(st.sampled_from(sorted(self.model.entries)), "entry")
        line = self.model.entries[number]
        permission = Permission.RESTORE_ENTRY if line.struck else Permission.EDIT_ENTRY

        def go() -> None:
            here = queries.entry_in_room(self.meeting_id, line.item, number, user_id=who)
            assert here is not None
            actor = self.ask(who, permission, here)
            if line.struck:
                entries.restore_entry(actor, entry=here.entry)
            else:
                entries.strike_entry(actor, entry=here.entry, now=self.now)

        expected = self.model.changes(who, line) and not self.missed(who, self.model.item(line.item))
        if self.step("strike out", expected, go):
            line.struck = not line.struck

    @precondition(lambda self: self.model.status is not MeetingStatus.SCHEDULED)
    @rule(data=st.data(), text=st.sampled_from(TEXTS), days=st.sampled_from((14, 0, -1)))
    def agree(self, data: st.DataObject, text: str, days: int) -> None:
        """An action is agreed."""
        who, item = self.who(data), self.which(data)
        owner, made = data.draw(st.sampled_from(self.scene.agencies), "owner"), list[int]()

        def go() -> None:
            here = self.at(who, item)
            actor, on = self.ask(who, Permission.WRITE, here), local_date(self.now)
            due = on + timedelta(days=days)
            told = {"owner_agency_id": owner, "owner_user_id": None, "due_on": due, "now": self.now, "on": on}
            made.append(actions.record_action(actor, item=here.item, text=text, **told).id)

        expected = self.model.writes(who, item) and not self.missed(who, item) and days >= 0
        if self.step("agree an action", expected, go):
            self.model.actions[made[0]] = Line(item.id, text, who)

    @precondition(lambda self: bool(self.model.actions))
    @rule(data=st.data())
    def strike_action(self, data: st.DataObject) -> None:
        """An action is struck out, or taken back in."""
        who, number = self.who(data), data.draw(st.sampled_from(sorted(self.model.actions)), "action")
        line = self.model.actions[number]

        def go() -> None:
            here, action = self.at(who, self.model.item(line.item)), agreed_under(line.item, number)
            assert action is not None
            at = ActionAtItem(here.item, here.attendance, action, missed=here.missed)
            actor = self.ask(who, Permission.CORRECT_ACTION, at)
            if line.struck:
                actions.restore(actor, action=action, item=here.item, now=self.now)
            else:
                actions.strike(actor, action=action, item=here.item, now=self.now)

        expected = self.model.corrects_action(who, line) and not self.missed(who, self.model.item(line.item))
        if self.step("strike out an action", expected, go):
            line.struck = not line.struck
