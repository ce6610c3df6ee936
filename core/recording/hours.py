"""When too few member agencies were there: worked out from the hours of the attendance, as they stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.facts import CAME
from core.recording.models import Absence, Attendance

SETTLING_IN = timedelta(minutes=5)
"""Whoever came later than this after the opening came late, and the minutes say when. Too few until then is nothing."""


@dataclass(frozen=True, slots=True)
class Inquorate:
    """A time in which too few were there; without an end, they still are."""

    began_at: datetime
    ended_at: datetime | None


def inquorate_spells(
    lines: Sequence[Attendance],
    absences: Mapping[int, Sequence[Absence]],
    *,
    members: Collection[int],
    needed: int,
    opened_at: datetime,
    until: datetime,
    over: bool,
) -> list[Inquorate]:
    """When fewer than `needed` of those agencies were there, from the opening until then, in order.

    `absences`: id of a line -> when that person was out in between. `over`: the meeting ended at `until`.
    """
    hours = [
        (line.agency_id, began, ended)
        for line in lines
        if line.presence in CAME and line.agency_id in members
        for began, ended in _hours(line, absences.get(line.id, ()), opened_at=opened_at, until=until)
    ]
    moments = sorted({opened_at, *(moment for _, *both in hours for moment in both if opened_at <= moment < until)})
    found: list[Inquorate] = []
    for moment, following in zip(moments, [*moments[1:], until], strict=True):
        there = {agency for agency, began, ended in hours if began <= moment < ended}
        if len(there) >= needed:
            continue
        end = None if following == until and not over else following
        if found and found[-1].ended_at == moment:
            found[-1] = Inquorate(found[-1].began_at, end)
        else:
            found.append(Inquorate(moment, end))
    return [each for each in found if not _is_settling_in(each, opened_at, until)]


def _is_settling_in(spell: Inquorate, opened_at: datetime, until: datetime) -> bool:
    """Everybody needs a moment to come in."""
    return spell.began_at == opened_at and (spell.ended_at or until) - opened_at <= SETTLING_IN


def _hours(
    line: Attendance, absences: Sequence[Absence], *, opened_at: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """From when until when somebody was there."""
    begins, ends = max(line.arrived_at or opened_at, opened_at), line.left_at or until
    found = []
    for absence in sorted(absences, key=lambda each: each.left_at):
        if begins < absence.left_at < ends:
            found.append((begins, absence.left_at))
            begins = min(absence.back_at, ends)
    return [*found, (begins, ends)] if begins < ends else found
