"""Changing a series: its rule, time or place, and what becomes of the meetings that are in the diary."""

from datetime import date, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import local_date, local_time, utc_now
from core.extensions import db
from core.facts import ItemKind, MeetingStatus
from core.meetings.diary import operations
from core.meetings.diary.changes import AGENDA_IS_OUT, CHANGED_ALONE, HAS_CASES
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Series
from core.meetings.schedule import Frequency, OnBankHoliday, Rule, Weekday
from core.working_days import bank_holiday
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency, an_item, today
from tests.integration.meetings.table import Table, a_table, boxes


def a_series(table: Table, **rule) -> Series:
    """Every first Monday at ten for two hours, from today on."""
    series = operations.start_series(
        actor_as_of(table.chair.id, table.partnership.id, on=today()),
        group=table.group,
        rule=Rule(
            **{
                "frequency": Frequency.MONTHLY,
                "weekday": Weekday.MONDAY,
                "nth": 1,
                "start": today(),
                "on_bank_holiday": OnBankHoliday.MOVE,
                **rule,
            }
        ),
        starts=time(10),
        length_minutes=120,
        venue="Town Hall",
        now=utc_now(),
    )
    for mail in db.session.scalars(select(Mail)):
        db.session.delete(mail)
    db.session.flush()
    return series


def sent(series: Series, *, start: date | None = None, **changes) -> dict[str, str]:
    """The form as it stands, with these changes."""
    return {
        "frequency": "monthly",
        "nth": "1",
        "weekday": "0",
        "every": "1",
        **boxes(start or today(), "start"),
        "starts": "10:00",
        "length_minutes": "120",
        "venue": "Town Hall",
        "online_link": "",
        "on_bank_holiday": OnBankHoliday.MOVE.value,
        "version": str(series.version),
        **changes,
    }


def change(browser, series: Series, **changes):
    """Send it."""
    answer = browser.post(f"/meetings/series/{series.id}/change", sent(series, **changes))
    db.session.expire_all()
    return answer


def meetings() -> list[Meeting]:
    """Those to come that take place, in order."""
    return list(
        db.session.scalars(
            select(Meeting).where(Meeting.status == MeetingStatus.SCHEDULED).order_by(Meeting.starts_at, Meeting.id)
        )
    )


def cancelled() -> list[Meeting]:
    """Those that do not."""
    return list(db.session.scalars(select(Meeting).where(Meeting.status == MeetingStatus.CANCELLED)))


def circulate(meeting: Meeting) -> None:
    """Its agenda is out."""
    db.session.add(
        AgendaVersion(
            meeting_id=meeting.id,
            number=1,
            record={},
            record_sha256="",
            circulated_at=utc_now(),
            circulated_by_id=db.session.scalars(select(Mail.user_id)).first() or 1,
            audit_seq=1,
            audit_hash="",
        )
    )
    db.session.flush()


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail)))


def entries_for(user) -> dict[str, tuple[str, int]]:
    """What somebody's calendar is told: UID -> method and sequence number, of each meeting once."""
    told = {}
    for mail in db.session.scalars(select(Mail).where(Mail.user_id == user.id)):
        calendar = Calendar.from_ical(mail.calendar)
        (event,) = calendar.walk("VEVENT")
        assert str(event["UID"]) == f"meeting-{mail.meeting_id}@{str(event['UID']).partition('@')[2]}"
        assert str(event["UID"]) not in told
        told[str(event["UID"])] = (str(calendar["METHOD"]), int(event["SEQUENCE"]))
    return told


def test_another_time_and_place_change_every_meeting_in_the_calendar_of_each_member(app, visitor):
    table = a_table()
    series = a_series(table)
    days = [local_date(each.starts_at) for each in meetings()]
    answer = change(visitor(table.coordinator), series, starts="2pm", length_minutes="90", venue="Library")
    assert answer.status_code == 303, answer.text
    assert [local_date(each.starts_at) for each in meetings()] == days
    for meeting in meetings():
        assert f"{local_time(meeting.starts_at):%H:%M}" == "14:00"
        assert meeting.ends_at - meeting.starts_at == timedelta(minutes=90)
        assert (meeting.venue, meeting.sequence) == ("Library", 1)
    assert (series.starts, series.length_minutes, series.venue) == (time(14), 90, "Library")
    for user in (table.chair, table.coordinator, table.officer, table.landlady, table.observer):
        told = entries_for(user)
        assert len(told) == len(days)
        assert set(told.values()) == {("REQUEST", 1)}


def test_another_weekday_moves_each_meeting_to_the_day_nearest_to_its_own(app, visitor):
    table = a_table()
    series = a_series(table)
    before = {each.id: each.series_day for each in meetings()}
    assert change(visitor(table.chair), series, weekday="1").status_code == 303
    assert len(meetings()) >= len(before)
    for meeting in meetings():
        if not bank_holiday(meeting.series_day):
            assert local_date(meeting.starts_at).weekday() == Weekday.TUESDAY
        if meeting.id in before:
            assert abs((meeting.series_day - before[meeting.id]).days) <= 6
    assert cancelled() == []
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == len(meetings())


def test_a_meeting_keeps_its_agenda_when_it_moves(app, visitor):
    table = a_table()
    series = a_series(table)
    first = meetings()[0]
    an_item(first, table.case, position=9)
    assert change(visitor(table.chair), series, weekday="1").status_code == 303
    assert local_date(first.starts_at).weekday() == Weekday.TUESDAY
    assert [item.case_id for item in first.items if item.kind is ItemKind.CASE] == [table.case.id]


def test_what_was_circulated_cancelled_or_moved_by_itself_stays(app, visitor):
    table = a_table()
    series = a_series(table)
    out, off, alone, other = meetings()[:4]
    circulate(out)
    off.status = MeetingStatus.CANCELLED
    alone.venue = "Library"
    db.session.flush()
    before = [(each.starts_at, each.venue, each.status) for each in (out, off, alone)]
    chair = visitor(table.chair)
    preview = chair.get(f"/meetings/series/{series.id}/change/preview", query_string=sent(series, starts="15:00")).text
    assert AGENDA_IS_OUT in preview
    assert CHANGED_ALONE in preview
    assert change(chair, series, starts="15:00").status_code == 303
    assert [(each.starts_at, each.venue, each.status) for each in (out, off, alone)] == before
    assert f"{local_time(other.starts_at):%H:%M}" == "15:00"
    assert len(cancelled()) == 1


def test_meetings_without_a_day_are_cancelled_but_not_with_cases(app, visitor):
    table = a_table()
    series = a_series(table, frequency=Frequency.WEEKLY, nth=None)
    weekly = meetings()
    assert len(weekly) > 45
    for meeting in weekly[:8]:
        an_item(meeting, table.case, position=9)
    chair = visitor(table.chair)
    assert HAS_CASES in chair.get(f"/meetings/series/{series.id}/change/preview", query_string=sent(series)).text
    assert change(chair, series).status_code == 303
    assert all(meeting.status is MeetingStatus.SCHEDULED for meeting in weekly[:8]), "they have cases"
    assert 30 < len(cancelled()) < 45
    assert {each.cancelled_reason for each in cancelled()} == {operations.NO_LONGER}
    assert {each.sequence for each in cancelled()} == {1}
    assert list(entries_for(table.officer).values()).count(("CANCEL", 1)) == len(cancelled())


def test_days_that_are_left_over_get_a_meeting_with_its_standing_items(app, visitor):
    table = a_table()
    series = a_series(table)
    monthly = {each.id: each.starts_at for each in meetings()}
    answer = change(visitor(table.chair), series, frequency="weekly")
    assert answer.status_code == 303, answer.text
    assert len(meetings()) > 45
    assert {each.id: each.starts_at for each in meetings() if each.id in monthly} == monthly, (
        "their days are among them"
    )
    new = next(each for each in meetings() if each.id not in monthly)
    assert db.session.scalar(select(func.count()).where(AgendaItem.meeting_id == new.id)) > 3
    about = [mail for mail in mails() if mail.meeting_id == new.id]
    assert len(about) == 5 and all("METHOD:REQUEST" in mail.calendar for mail in about)


def test_meetings_before_the_first_date_stay(app, visitor):
    table = a_table()
    series = a_series(table)
    early, late = meetings()[0], meetings()[4]
    start = late.series_day - timedelta(days=10)
    assert change(visitor(table.chair), series, start=start, starts="16:00").status_code == 303
    assert f"{local_time(early.starts_at):%H:%M}" == "10:00"
    assert f"{local_time(late.starts_at):%H:%M}" == "16:00"


def test_changed_to_what_it_is_nothing_happens_and_nobody_is_told(app, visitor):
    table = a_table()
    series = a_series(table)
    before = [(each.id, each.starts_at, each.sequence) for each in meetings()]
    assert change(visitor(table.chair), series).status_code == 303
    assert [(each.id, each.starts_at, each.sequence) for each in meetings()] == before
    assert mails() == []


def test_after_a_change_the_series_makes_no_meeting_twice(app, visitor):
    table = a_table()
    series = a_series(table)
    circulate(meetings()[0])
    chair = visitor(table.chair)
    assert change(chair, series, weekday="1").status_code == 303
    count = len(meetings())
    assert chair.post(f"/meetings/series/{series.id}/meetings").status_code == 303
    assert len(meetings()) == count


def test_the_preview_says_what_becomes_of_each_meeting_and_saves_nothing(app, visitor):
    table = a_table()
    series = a_series(table)
    before = [(each.id, each.starts_at) for each in meetings()]
    page = visitor(table.chair).get(
        f"/meetings/series/{series.id}/change/preview", query_string=sent(series, weekday="1", venue="Library")
    )
    assert page.status_code == 200
    assert page.text.count(">Changed<") == len(before)
    assert "First Tuesday of the month" in page.text
    assert [(each.id, each.starts_at) for each in meetings()] == before


def test_a_series_is_not_laid_over_another_meeting(app, visitor):
    table = a_table()
    series = a_series(table)
    other = a_meeting(table.group, starts_at=meetings()[1].starts_at + timedelta(hours=3))
    answer = change(visitor(table.chair), series, starts="13:00")
    assert answer.status_code == 422
    assert f": {other.ref}" in answer.text
    assert "There is a problem" in answer.text
    assert meetings()[0].sequence == 0, "nothing is half changed"


def test_who_changes_an_old_version_sees_both_and_keeps_what_was_typed(app, visitor):
    table = a_table()
    series = a_series(table)
    read = str(series.version)
    assert change(visitor(table.chair), series, venue="Library").status_code == 303
    late = visitor(table.coordinator).post(
        f"/meetings/series/{series.id}/change", sent(series, venue="Fire station", version=read)
    )
    assert late.status_code == 409
    assert "Library" in late.text
    assert 'value="Fire station"' in late.text
    db.session.expire_all()
    assert {each.venue for each in meetings()} == {"Library"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts": ""}, "Enter the time at which the meetings start"),
        ({"start": date(2021, 3, 1)}, "The first date must not be in the past"),
        ({"start-day": "31", "start-month": "2"}, "must be a real date"),
        ({"venue": ""}, "give a venue"),
        ({"every": "30"}, "Enter a whole number from 1 to 26"),
        ({"length_minutes": "5000"}, "Enter a length from 10 to 720 minutes"),
        ({"venue": "x" * 50_000}, "Venue must be 200 characters or fewer"),
        ({"until-day": "1", "until-month": "1", "until-year": "2020"}, "The last date must not be before the first"),
    ],
)
def test_what_makes_no_sense_is_answered_beside_its_field(app, visitor, changes, sentence):
    table = a_table()
    series = a_series(table)
    chair = visitor(table.chair)
    for answer in (
        change(chair, series, **changes),
        chair.get(f"/meetings/series/{series.id}/change/preview", query_string=sent(series, **changes)),
    ):
        assert answer.status_code == 422
        assert sentence in answer.text
    assert meetings()[0].sequence == 0


def test_a_last_date_before_the_first_is_said_beside_the_last_date(app, visitor):
    table = a_table()
    series = a_series(table)
    answer = change(visitor(table.chair), series, **{"until-day": "1", "until-month": "1", "until-year": "2020"})
    assert 'href="#until' in answer.text
    assert 'href="#every' not in answer.text


def test_an_ended_series_is_not_changed(app, visitor):
    table = a_table()
    series = a_series(table)
    series.ended_on = today()
    db.session.flush()
    answer = change(visitor(table.chair), series, venue="Library")
    assert answer.status_code == 422
    assert "This series has ended" in answer.text


def test_only_those_who_lead_the_group_change_its_series(app, visitor):
    table = a_table()
    series = a_series(table)
    elsewhere = a_partnership()
    stranger = a_user(an_agency(elsewhere), group=a_group(elsewhere))
    for user, status in ((table.officer, 403), (table.observer, 403), (stranger, 404)):
        assert change(visitor(user), series, venue="Library").status_code == status
        assert visitor(user).get(f"/meetings/series/{series.id}/change").status_code == status
    assert {each.venue for each in meetings()} == {"Town Hall"}


def test_the_change_is_in_the_trail(app, visitor):
    table = a_table()
    series = a_series(table)
    change(visitor(table.chair), series, venue="Library")
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "series.change")).one()
    assert record.object == f"series:{series.id}"


def test_a_longer_series_costs_no_more_queries_to_preview(app, visitor, count_queries):
    counts = []
    for every in (1, 26):
        table = a_table()
        series = a_series(table, frequency=Frequency.WEEKLY, nth=None, every=every)
        chair = visitor(table.chair)
        path = f"/meetings/series/{series.id}/change/preview"
        chair.get(path, query_string=sent(series))
        counts.append(count_queries(chair.get, path, query_string=sent(series)))
    assert counts[0] == counts[1]
