"""When too few member agencies were there, from the hours of the attendance."""

from datetime import UTC, datetime, timedelta

import pytest

from core.facts import Presence
from core.recording.hours import inquorate_spells
from core.recording.models import Absence, Attendance

TEN = datetime(2027, 3, 2, 10, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def a_line(number: int, agency: int, came: int, left: int | None = None) -> Attendance:
    return Attendance(
        id=number,
        agency_id=agency,
        presence=Presence.PRESENT if left is None else Presence.LEFT,
        arrived_at=at(came),
        left_at=at(left) if left is not None else None,
    )


TWO_OUT_OF_THREE = [a_line(1, 10, 0), a_line(2, 20, 2)]


@pytest.mark.parametrize(
    ("lines", "absences", "over", "expected"),
    [
        (TWO_OUT_OF_THREE, {}, True, []),  # the second came within the first minutes
        ([a_line(1, 10, 0), a_line(2, 20, 12)], {}, True, [(0, 12)]),
        ([a_line(1, 10, 0), a_line(2, 20, 0, left=40)], {}, True, [(40, 60)]),
        ([a_line(1, 10, 0), a_line(2, 20, 0, left=40)], {}, False, [(40, None)]),
        ([a_line(1, 10, 0), a_line(2, 20, 0, left=40), a_line(3, 30, 45)], {}, False, [(40, 45)]),
        ([*TWO_OUT_OF_THREE, a_line(3, 20, 0)], {2: [(20, 30)]}, True, []),  # a colleague of theirs was there
        (TWO_OUT_OF_THREE, {2: [(20, 30)]}, True, [(20, 30)]),
        (TWO_OUT_OF_THREE, {1: [(30, 35)], 2: [(20, 30)]}, True, [(20, 35)]),  # one spell, though another began it
        ([a_line(1, 10, 0), a_line(2, 99, 0)], {}, True, [(0, 60)]),  # a guest's or an observer's agency is no member
        ([], {}, False, [(0, None)]),
    ],
)
def test_spells_in_which_too_few_were_there(lines, absences, over, expected):
    out = {
        line: [Absence(attendance_id=line, left_at=at(left), back_at=at(back)) for left, back in hours]
        for line, hours in absences.items()
    }
    found = inquorate_spells(lines, out, members={10, 20, 30}, needed=2, opened_at=TEN, until=at(60), over=over)
    told = [(at(began), at(ended) if ended is not None else None) for began, ended in expected]
    assert [(each.began_at, each.ended_at) for each in found] == told
