"""Time spent against time allotted, and the forecast end of a meeting."""

from datetime import UTC, datetime, timedelta

import pytest

from core.facts import ItemKind, ItemOutcome
from core.meetings.models import AgendaItem, Meeting
from core.recording.room.timing import time_of, time_of_meeting

TEN = datetime(2027, 3, 2, 10, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def an_item(number: int, *, allotted: int = 10, spent: int = 0, started: int | None = None, **more) -> AgendaItem:
    facts = {"kind": ItemKind.CASE, "outcome": ItemOutcome.PENDING, **more}
    return AgendaItem(
        id=number,
        position=number,
        minutes_allotted=allotted,
        seconds_spent=spent * 60,
        started_at=at(started) if started is not None else None,
        **facts,
    )


@pytest.mark.parametrize(
    ("after", "state", "words"),
    [
        (0, "in time", ""),
        (7.9, "in time", ""),
        (8, "short", "2 minutes left"),
        (9.5, "short", "1 minute left"),
        (10, "over", "Time is up"),
        (13.5, "over", "3 minutes over"),
    ],
)
def test_an_item_warns_before_it_runs_over(after, state, words):
    time = time_of(an_item(1, started=0), now=at(after))
    assert (time.state, time.words) == (state, words)


def test_the_end_is_forecast_from_what_is_still_to_come():
    items = [
        an_item(1, allotted=5, kind=ItemKind.STANDING),  # gone past: nobody waits for it
        an_item(2, spent=12, outcome=ItemOutcome.HEARD),
        an_item(3, spent=4),  # left, and still to be taken up again
        an_item(4, allotted=10, started=0),
        an_item(5, allotted=20),
        an_item(6, allotted=5, kind=ItemKind.STANDING),
    ]
    meeting = Meeting(current_item_id=4, ends_at=at(30))
    time = time_of_meeting(meeting, items, now=at(7))
    assert time.spent == timedelta(minutes=12 + 4 + 7)
    assert time.allotted == timedelta(minutes=60)
    assert time.forecast == at(7 + 3 + 6 + 20 + 5)
    assert time.late == timedelta(minutes=11)
    over = time_of_meeting(meeting, items, now=at(15))  # an over-run is not taken from the others
    assert over.forecast == at(15 + 6 + 20 + 5)
