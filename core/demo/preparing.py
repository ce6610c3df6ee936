"""The story before a meeting: scheduled, nominated, put on the agenda, circulated, researched; moved or cancelled."""

from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts.models import User
from core.cases.models import Case
from core.clock import at_local, local_date
from core.demo.cast import Cast, Timeline, Told
from core.errors import Refused
from core.extensions import db
from core.facts import GroupRole, ItemKind, ItemOutcome, NominationStatus
from core.meetings.agenda.operations import Move, add_case, add_heading, move_item, take_off
from core.meetings.agenda.queries import order_of
from core.meetings.circulated.operations import circulate
from core.meetings.diary.operations import cancel_meeting, move_meeting, schedule_meeting
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.meetings.nominations.operations import accept, cut_off_of, decline, nominate, send_on
from core.meetings.order import MINUTES_PER_CASE
from core.meetings.research.operations import answer
from core.partnerships.models import GroupMember
from core.policy import Permission, decide

NOTHING_ANSWERED = 4
"""Days before the meeting on which those answer of whom the story tells no words."""

WHO_BRINGS_IT = "What we hold is on the case page. We will speak to it at the meeting."
"""What an agency answers of its own case, or of one that it presents, where the story tells no words."""


class Preparing:
    """One meeting, until it is held."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told) -> None:
        self.cast, self.timeline, self.told, self.name = cast, timeline, told, told["id"]
        self.starts = starts_of(cast, told)
        self.leader = told.get("minute_taker") or self._leader()

    def plan(self) -> None:
        """Put everything that happens before it onto the timeline."""
        told = self.told
        self.timeline.at(at_local(self.cast.day(told["scheduled_day"]), time(9)), self._schedule)
        for nomination in told.get("nomination", ()):
            self.timeline.at(self._before(nomination["days_before"], 10), partial(self._nominate, nomination, None))
            self._plan_decision(nomination)
        for place, item in enumerate(told.get("item", ())):
            self._plan_item(place, item)
        if told["agenda"] == "circulated":
            days = told["agenda_days_before"]
            self.timeline.at(self._before(days, 16), self._put_in_order)
            self.timeline.at(self._before(days, 16), self._circulate)
            self.timeline.at(self._before(NOTHING_ANSWERED, 17), self._answer_the_rest)
            if "agenda_second_version" in told:
                self.timeline.at(self._before(told["agenda_second_version"]["days_before"], 17), self._circulate)
        if "moved" in told:
            self.timeline.at(at_local(self.cast.day(told["moved"]["day"]), time(11)), self._move)
        if "cancelled" in told:
            self.timeline.at(at_local(self.cast.day(told["cancelled"]["day"]), time(11)), self._cancel)

    def _before(self, days: int, hour: int) -> datetime:
        """Some days before the meeting, counted from the day as it was written; never later than the telling."""
        moment = at_local(self.cast.day(self.told["day"] - days), time(hour))
        return min(moment, self.cast.now - timedelta(minutes=5), self.starts - timedelta(minutes=30))

    def _leader(self) -> str:
        """The coordinator of its group, else whoever chairs it."""
        roles = {GroupRole.COORDINATOR: 0, GroupRole.CHAIR: 1, GroupRole.DEPUTY_CHAIR: 2}
        rows = db.session.execute(
            select(User.email, GroupMember.role)
            .join(GroupMember, GroupMember.user_id == User.id)
            .where(GroupMember.group_id == self.cast.group(self.told["group"]).id, GroupMember.role.in_(roles))
        ).all()
        email, _ = min(rows, key=lambda row: roles[row[1]])
        return str(email.partition("@")[0])

    def _schedule(self, at: datetime) -> None:
        told = self.told
        group = self.cast.group(told["group"])
        starts = self.starts
        if "moved" in told:
            starts = at_local(self.cast.meeting_day(told["moved"]["from_day"]), time.fromisoformat(told["time"]))
        meeting = schedule_meeting(
            self.cast.actor(self.leader, at),
            group=group,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=told["minutes"]),
            venue=told.get("venue", "" if told.get("online") else group.venue),
            online_link=told.get("online", ""),
            title=told.get("title", ""),
            now=at,
        )
        self.cast.meetings[self.name] = meeting.id

    def _plan_item(self, place: int, item: Told) -> None:
        if item["from"] == "urgent in the meeting":
            return  # added in the room
        told_apart = next((each for each in self.told.get("nomination", ()) if each["case"] == item.get("case")), None)
        if item["from"] == "nomination" and "nominated_by" in item:
            self.timeline.at(self._before(item["days_before"], 10), partial(self._nominate, item, place))
        elif told_apart is not None:
            told_apart["place"] = place
        else:
            days = self.told.get("agenda_days_before", 14) + 1
            self.timeline.at(self._before(days, 11), partial(self._add, item, place))
        for research in item.get("research", ()):
            self.timeline.at(self._before(research["days_before"], 15), partial(self._answer, place, research))

    def _nominate(self, told: Told, place: int | None, at: datetime) -> None:
        """Nominate a case and, where it became an item with nothing more to tell, accept it."""
        who = told.get("nominated_by") or told["by"]
        meeting, case = self.cast.meeting(self.name), self.cast.case(told["case"])
        actor = self.cast.actor(who, at)
        if not decide(actor, Permission.OPEN_CASE, case):
            actor = self.cast.actor(self.leader, at)
        late = local_date(at) > cut_off_of(meeting)
        nomination = nominate(
            actor,
            meeting=meeting,
            case=case,
            reason=told["reason"],
            asks=told.get("asks", ""),
            late_reason=told.get("late_reason") or ("It came up after the cut-off." if late else ""),
            now=at,
        )
        if place is not None:
            self._accept(nomination, place, at)

    def _accept(self, nomination: Nomination, place: int, at: datetime) -> None:
        item = self.told["item"][place]
        leader = self.cast.actor(self.leader, at)
        accept(
            leader,
            nomination=nomination,
            version=nomination.version,
            now=at + timedelta(hours=2),
            minutes=item["minutes"],
        )
        made = db.session.scalars(select(AgendaItem).where(AgendaItem.nomination_id == nomination.id)).one()
        made.presenter_agency_id = self.cast.agency(item["presenter"]).id
        self.cast.items[self.name, place] = made.id

    def _plan_decision(self, told: Told) -> None:
        if "decided_days_before" in told:
            self.timeline.at(self._before(told["decided_days_before"], 14), partial(self._decide, told))
        if "taken_off" in told:
            self.timeline.at(self._before(told["taken_off"]["days_before"], 15), partial(self._take_off, told))

    def _decide(self, told: Told, at: datetime) -> None:
        meeting, case = self.cast.meeting(self.name), self.cast.case(told["case"])
        nomination = db.session.scalars(
            select(Nomination)
            .where(Nomination.meeting_id == meeting.id, Nomination.case_id == case.id)
            .options(joinedload(Nomination.case).options(selectinload(Case.agencies), selectinload(Case.groups)))
        ).one()
        actor = self.cast.actor(told["decided_by"], at)
        status = NominationStatus(told["status"])
        if status is NominationStatus.DECLINED:
            decline(actor, nomination=nomination, reason=told["decision_reason"], version=nomination.version, now=at)
        elif status is NominationStatus.SENT_ON:
            try:
                send_on(
                    actor,
                    nomination=nomination,
                    group=self.cast.group(told["sent_to"]),
                    reason=told["decision_reason"],
                    version=nomination.version,
                    now=at,
                )
            except Refused:  # the other group has it already, or no meeting ahead: declined in the same words
                decline(
                    actor, nomination=nomination, reason=told["decision_reason"], version=nomination.version, now=at
                )
        elif "place" in told:
            self._accept(nomination, told["place"], at)
        else:
            accept(
                actor,
                nomination=nomination,
                version=nomination.version,
                now=at,
                minutes=told.get("minutes", MINUTES_PER_CASE),
            )

    def _take_off(self, told: Told, at: datetime) -> None:
        meeting, case = self.cast.meeting(self.name), self.cast.case(told["case"])
        item = db.session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, AgendaItem.case_id == case.id)
        ).one()
        off = told["taken_off"]
        take_off(
            self.cast.actor(off["by"], at),
            meeting=meeting,
            item=item,
            reason=off["reason"],
            version=item.version,
            now=at,
        )

    def _add(self, told: Told, place: int, at: datetime) -> None:
        meeting = self.cast.meeting(self.name)
        actor = self.cast.actor(self.leader, at)
        presenter = self.cast.agency(told["presenter"]).id
        if "street" in told:
            item = add_heading(
                actor,
                meeting=meeting,
                kind=ItemKind.LOCATION,
                heading=f"{told['street']}, {told['district']}",
                reason=told["reason"],
                minutes=told["minutes"],
                presenter_id=presenter,
            )
        else:
            before = self._carried_from(told)
            carried = before is not None and before.outcome is ItemOutcome.CARRIED_FORWARD
            item = add_case(
                actor,
                meeting=meeting,
                case=self.cast.case(told["case"]),
                reason=told["reason"],
                minutes=told["minutes"],
                presenter_id=presenter,
                carried_from_id=before.id if before is not None else None,
                times_carried=before.times_carried + carried if before is not None else 0,
                now=at,
            )
        self.cast.items[self.name, place] = item.id

    def _carried_from(self, told: Told) -> AgendaItem | None:
        """The item of the earlier meeting at which the case was carried forward or not heard."""
        if "carried_from" not in told:
            return None
        return db.session.scalar(
            select(AgendaItem).where(
                AgendaItem.meeting_id == self.cast.meetings[told["carried_from"]],
                AgendaItem.case_id == self.cast.case(told["case"]).id,
            )
        )

    def _put_in_order(self, at: datetime) -> None:
        """Move the items into the order in which the story tells them, as its coordinator does with the buttons."""
        meeting, actor = self.cast.meeting(self.name), self.cast.actor(self.leader, at)
        order = [row.id for row in order_of(meeting.id)]
        told = [self.cast.items[key] for key in sorted(self.cast.items) if key[0] == self.name]
        first = min((order.index(item) for item in told), default=0)
        for place, item in enumerate(told, start=first):
            for _ in range(order.index(item) - place):
                move_item(actor, meeting=meeting, item_id=item, to=Move.UP, version=meeting.version)
                db.session.flush()  # each move is by somebody who saw the one before
            order.remove(item)
            order.insert(place, item)

    def _circulate(self, at: datetime) -> None:
        meeting = self.cast.meeting(self.name)
        circulate(self.cast.actor(self.leader, at), meeting=meeting, version=meeting.version, now=at)

    def _research_of(self, place: int | None = None, agency_id: int | None = None) -> list[Research]:
        query = (
            select(Research)
            .join(AgendaItem, AgendaItem.id == Research.item_id)
            .where(AgendaItem.meeting_id == self.cast.meetings[self.name], Research.answered_at.is_(None))
            .options(
                joinedload(Research.item).joinedload(AgendaItem.meeting).joinedload(Meeting.group),
                joinedload(Research.item)
                .joinedload(AgendaItem.case)
                .options(selectinload(Case.agencies), selectinload(Case.groups)),
                joinedload(Research.agency),
            )
        )
        if place is not None:
            query = query.where(AgendaItem.id == self.cast.items[self.name, place])
        if agency_id is not None:
            query = query.where(Research.agency_id == agency_id)
        return list(db.session.scalars(query))

    def _answer(self, place: int, told: Told, at: datetime) -> None:
        user = self.cast.user(told["by"])
        for research in self._research_of(place, user.agency_id):
            answer(
                self.cast.actor(told["by"], at),
                research=research,
                nothing_held=told.get("nothing", False),
                text=told.get("text", ""),
                version=research.version,
                now=at,
            )

    def _answer_the_rest(self, at: datetime) -> None:
        """Those of whom nothing is told hold nothing, unless they kept silent; who brings a case has it there."""
        if self.told.get("research_others") != "nothing held":
            return
        silent = {self.cast.agency(key).id for key in self.told.get("research_silent", ())}
        spoken = {
            (self.cast.items[self.name, place], self.cast.user(each["by"]).agency_id)
            for place, item in enumerate(self.told["item"])
            for each in item.get("research", ())
        }
        people = _people_by_agency(self.cast.group(self.told["group"]).id)
        for research in self._research_of():
            who = people.get(research.agency_id)
            if research.agency_id in silent or who is None or (research.item_id, research.agency_id) in spoken:
                continue
            actor = self.cast.actor(who, at)
            case = research.item.case
            assert case is not None
            brings = research.agency_id in (research.item.presenter_agency_id, case.lead_agency_id)
            if decide(actor, Permission.ANSWER_RESEARCH, research):
                answer(
                    actor,
                    research=research,
                    nothing_held=not brings,
                    text=WHO_BRINGS_IT if brings else "",
                    version=research.version,
                    now=at,
                )

    def _move(self, at: datetime) -> None:
        meeting = self.cast.meeting(self.name)
        move_meeting(
            self.cast.actor(self.told["moved"]["by"], at),
            meeting=meeting,
            starts_at=self.starts,
            ends_at=self.starts + timedelta(minutes=self.told["minutes"]),
            venue=meeting.venue,
            online_link=meeting.online_link,
            version=meeting.version,
            now=at,
        )

    def _cancel(self, at: datetime) -> None:
        meeting = self.cast.meeting(self.name)
        told = self.told["cancelled"]
        cancel_meeting(
            self.cast.actor(told["by"], at), meeting=meeting, reason=told["reason"], version=meeting.version, now=at
        )


def starts_of(cast: Cast, told: Told) -> datetime:
    """When a meeting of the story begins; one in session began some minutes before the telling."""
    if "opened_minutes_ago" in told:
        return (cast.now - timedelta(minutes=told["opened_minutes_ago"])).replace(second=0, microsecond=0)
    return at_local(cast.meeting_day(told["day"]), time.fromisoformat(told["time"]))


def _people_by_agency(group_id: int) -> dict[int, str]:
    """Agency -> the start of the address of one of its people in the group who may record."""
    rows = db.session.execute(
        select(User.agency_id, User.email)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(GroupMember.group_id == group_id, GroupMember.role != GroupRole.OBSERVER)
        .order_by(User.id)
    )
    return {agency_id: email.partition("@")[0] for agency_id, email in rows if agency_id is not None}
