"""A partnership for one story, built straight into the running service's database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.clock import at_local, local_date, utc_now
from core.database import Base
from core.extensions import db
from core.facts import (
    EntryKind,
    GroupRole,
    ItemOutcome,
    MeetingStatus,
    Presence,
    Visibility,
)
from core.meetings.agenda.operations import add_case
from core.meetings.circulated.operations import circulate
from core.meetings.diary.operations import schedule_meeting
from core.meetings.models import AgendaItem, Meeting
from core.meetings.nominations.operations import nominate
from core.partnerships.models import Agency, Group, Partnership
from core.people.models import Person
from core.recording.models import Attendance, Entry, ItemAttendance
from core.working_days import add_working_days
from tests.builders import (
    PASSWORD,
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_provider,
    a_user,
    an_action,
    an_agency,
    today,
)

_HASH = hash_password(PASSWORD)
"""Of the password of all, made once."""


@dataclass
class Scene:
    """A Community Sector Team of four agencies, three cases and a mentoring scheme."""

    partnership: Partnership
    group: Group
    council: Agency
    police: Agency
    homes: Agency
    scheme: Agency
    chair: User
    coordinator: User
    officer: User
    landlord: User
    mentor_manager: User
    ashdown: Case
    raman: Case
    whitworth: Case
    young_person: Person

    @property
    def rows(self) -> tuple[Base, ...]:
        """What takes part in a further transaction."""
        return tuple(vars(self).values())

    def schedule(self, working_days: int, hours: int = 2) -> Meeting:
        """A meeting ahead, with its standing items, as its chair schedules it."""
        now = utc_now()
        starts = at_local(add_working_days(today(), working_days), time(10))
        return schedule_meeting(
            actor_as_of(self.chair.id, self.partnership.id, on=local_date(now)),
            group=self.group,
            starts_at=starts,
            ends_at=starts + timedelta(hours=hours),
            venue="Town Hall, Committee Room 2",
            now=now,
        )

    def last_meeting(self) -> Meeting:
        """Three weeks ago: one case was heard, another carried forward."""
        meeting = a_meeting(
            self.group,
            starts_at=at_local(today() - timedelta(days=21), time(10)),
            status=MeetingStatus.CLOSED,
            cases=[self.ashdown, self.raman],
        )
        heard, carried = meeting.items
        heard.outcome = ItemOutcome.HEARD
        carried.outcome, carried.outcome_reason = ItemOutcome.CARRIED_FORWARD, "The landlord’s officer was away."
        meeting.closed_at = meeting.ends_at
        an_action(self.ashdown, self.group, self.homes, text="Visit with the officer", due_on=today(), item=heard)
        return meeting

    def nominate(self, meeting: Meeting, case: Case, reason: str, asks: str) -> None:
        """By the police, in time."""
        now = utc_now()
        nominate(
            actor_as_of(self.officer.id, self.partnership.id, on=local_date(now)),
            meeting=meeting,
            case=case,
            reason=reason,
            asks=asks,
            late_reason="",
            now=now,
        )

    def put_on_agenda(self, meeting: Meeting, *cases: Case) -> None:
        """As the chair adds them: in the block of the cases."""
        now = utc_now()
        chair = actor_as_of(self.chair.id, self.partnership.id, on=local_date(now))
        for case in cases:
            add_case(chair, meeting=meeting, case=case, reason="Complaints from three neighbours.", now=now)

    def circulate(self, meeting: Meeting) -> None:
        """Version 1 of the agenda goes out, and with it the requests for research."""
        now = utc_now()
        chair = actor_as_of(self.chair.id, self.partnership.id, on=local_date(now))
        circulate(chair, meeting=meeting, version=meeting.version, now=now)

    def a_held_meeting(self) -> Meeting:
        """Yesterday's, closed: the officer left after the first of its two cases; something was for the chair only."""
        starts = at_local(today() - timedelta(days=1), time(10))
        meeting = a_meeting(self.group, starts_at=starts, status=MeetingStatus.CLOSED, cases=[self.ashdown, self.raman])
        meeting.chair_id, meeting.minute_taker_id = self.chair.id, self.coordinator.id
        meeting.opened_at, meeting.closed_at = starts, meeting.ends_at
        first, second = meeting.items
        first.outcome = second.outcome = ItemOutcome.HEARD
        for user in (self.chair, self.coordinator, self.officer, self.landlord):
            stays = user is not self.officer
            line = _attendance(meeting, user, left_at=None if stays else starts + timedelta(minutes=40))
            for item in (first, second) if stays else (first,):
                db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
        _entry(first, self.officer, "Seen at the flat on three nights.", Visibility.EVERYONE)
        _entry(first, self.landlord, "His neighbour gave us a statement in confidence.", Visibility.CHAIR)
        _entry(second, self.landlord, "The rent is eleven weeks behind.", Visibility.EVERYONE)
        an_action(self.ashdown, self.group, self.homes, text="Visit with the officer", item=first)
        return meeting


def a_scene() -> Scene:
    """Everybody whom a story needs, with one password for all."""
    partnership = a_partnership()
    group = a_group(partnership)
    council = an_agency(partnership, "Northbridge Borough Council")
    police = an_agency(partnership, "Northbridge Constabulary")
    homes = an_agency(partnership, "Mere Homes")
    scheme = an_agency(partnership, "Alongside Mentoring")
    young_person = a_person(partnership, "Jayden", "Whitworth", born=_years_ago(15))
    scene = Scene(
        partnership=partnership,
        group=group,
        council=council,
        police=police,
        homes=homes,
        scheme=scheme,
        chair=a_user(council, "Gwen Pritchard", group=group, role=GroupRole.CHAIR),
        coordinator=a_user(council, "Samir Hussain", group=group, role=GroupRole.COORDINATOR),
        officer=a_user(police, "Aisha Rafiq", group=group),
        landlord=a_user(homes, "Martin Obi", group=group),
        mentor_manager=a_user(scheme, "Abena Mensah", group=group),
        ashdown=_case_of(partnership, council, group, a_person(partnership, "Martin", "Ashdown")),
        raman=_case_of(partnership, homes, group, a_person(partnership, "Priya", "Raman")),
        whitworth=_case_of(partnership, police, group, young_person),
        young_person=young_person,
    )
    a_provider(partnership, scheme, "mentoring")
    for user in (scene.chair, scene.coordinator, scene.officer, scene.landlord, scene.mentor_manager):
        user.password_hash = _HASH
    return scene


def item_of(meeting_id: int, case: Case) -> AgendaItem:
    """The meeting's item of that case."""
    return db.session.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting_id, AgendaItem.case_id == case.id)
    ).one()


def _case_of(partnership: Partnership, lead: Agency, group: Group, subject: Person) -> Case:
    return a_case(partnership, lead, title=subject.name, group=group, subject=subject)


def _attendance(meeting: Meeting, user: User, left_at: datetime | None) -> Attendance:
    line = Attendance(
        meeting_id=meeting.id,
        user_id=user.id,
        name=user.name,
        agency_id=user.agency_id,
        agency_name=user.agency.name,
        presence=Presence.LEFT if left_at else Presence.PRESENT,
        arrived_at=meeting.starts_at,
        left_at=left_at,
        accepted_at=meeting.starts_at,
    )
    db.session.add(line)
    db.session.flush()
    return line


def _entry(item: AgendaItem, author: User, text: str, visibility: Visibility) -> None:
    db.session.add(
        Entry(
            meeting_id=item.meeting_id,
            item_id=item.id,
            kind=EntryKind.INFORMATION,
            text=text,
            source_agency_id=author.agency_id,
            visibility=visibility,
            author_id=author.id,
            written_at=utc_now(),
        )
    )
    db.session.flush()


def _years_ago(years: int) -> date:
    """A birthday well before today, so many years ago."""
    return today().replace(year=today().year - years, month=1, day=5)
