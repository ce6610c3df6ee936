"""What stands in the way of erasing a record now: a hold, something open, somebody who waits for an answer."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from core.actions.models import Action
from core.cases.models import Case
from core.extensions import db
from core.facts import ActionStatus, CaseStatus, CorrectionStatus, MeetingStatus, MinutesStatus
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Correction, Minutes, SubjectAccessCopy
from core.people.history.models import Rectification
from core.referrals.models import Referral
from core.retention.erasing import family_of, people_in
from core.retention.kinds import Kind
from core.retention.models import LegalHold
from core.retention.reaching import Known, Reach, registry
from core.subject_access.models import AccessRequest

ON_HOLD = "On legal hold"
PERSON_ON_HOLD = "Somebody named in it is on legal hold"
THEY_ARE_ON_HOLD = "They are on legal hold"
THEY_ASKED = "They have asked about their data, and are not answered"
OPEN_ACTION = "An action is open"
OPEN_REFERRAL = "A referral is open"
MEETING_TO_COME = "It is on the agenda of a meeting that is not over"
MINUTES_OPEN = "Minutes that tell of it are not approved"
CORRECTION_OPEN = "A correction of minutes about it is not decided"
ASKED = "Somebody named in it has asked about their data, and is not answered"
NOT_CLOSED = "It was opened again"
NOT_OVER = "The meeting was never closed"
OWN_MINUTES_OPEN = "Its minutes are not approved"
OWN_CORRECTION_OPEN = "A correction of its minutes is not decided"
HEARD_ON_HOLD = "A case that it heard is on legal hold"
CLEAR: Sequence[str] = ()


def in_the_way(kind: Kind, ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Record -> why it must not be erased now; those of which nothing stands in the way are left out."""
    return _OF_KIND[kind](ids) if ids and kind in _OF_KIND else {}


def held_up(cases: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Case -> why it must not be erased now; cases of which nothing is open are left out."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for reason, asked in _QUESTIONS:
        for case_id in sorted(set(db.session.scalars(asked(cases)))):
            found[case_id].append(reason)
    known, _ = registry()
    for reason, people in ((PERSON_ON_HOLD, _people_on_hold()), (ASKED, _people_who_asked())):
        for case_id in _that_hold(sorted(set(cases)), people, known) if people else ():
            found[case_id].append(reason)
    return found


def people_held_up(people: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Person -> the same, whatever names them."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for reason, held in ((THEY_ARE_ON_HOLD, _people_on_hold()), (THEY_ASKED, _people_who_asked())):
        for person_id in sorted({*held} & {*people}):
            found[person_id].append(reason)
    return found


def _requests_held_up(requests: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Of an answered request: whoever it is about may be on hold."""
    about = select(AccessRequest.id).where(
        AccessRequest.id.in_(requests), AccessRequest.person_id.in_(_people_on_hold())
    )
    return {request_id: [PERSON_ON_HOLD] for request_id in db.session.scalars(about)}


def _meetings_held_up(meetings: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Of what a meeting wrote down of no case. The documents that it issued go with it: they are whole, or gone."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for reason, asked in _OF_MEETINGS:
        for meeting_id in sorted(set(db.session.scalars(asked(meetings)))):
            found[meeting_id].append(reason)
    return found


def _that_hold(cases: Sequence[int], people: Collection[int], known: Mapping[str, Known]) -> list[int]:
    """Those of the cases of which a row, in whatever table, holds one of the people: whoever was taken out of a case
    stays in what was written about them, and would be erased with it. By halves: most hold none of them.
    """
    if not cases or not people_in(Reach(known, cases=cases)) & {*people}:
        return []
    half = len(cases) // 2
    if not half:
        return list(cases)
    return [*_that_hold(cases[:half], people, known), *_that_hold(cases[half:], people, known)]


def _people_on_hold() -> Collection[int]:
    held = db.session.scalars(
        select(LegalHold.person_id).where(LegalHold.person_id.is_not(None), LegalHold.ended_at.is_(None))
    )
    return family_of({each for each in held if each is not None})


def _people_who_asked() -> Collection[int]:
    """Copies of minutes in the making, requests to set right: whoever asks is answered of what is held now."""
    asked: set[int] = set()
    for column, *still in (
        (SubjectAccessCopy.person_id, SubjectAccessCopy.issued_at.is_(None), SubjectAccessCopy.withdrawn_at.is_(None)),
        (AccessRequest.person_id, AccessRequest.ended_at.is_(None), AccessRequest.given_on.is_(None)),
        (Rectification.person_id, Rectification.answered_at.is_(None)),
    ):
        asked |= set(db.session.scalars(select(column).where(column.is_not(None), *still)))
    return family_of(asked)


def _opened(cases: Collection[int]) -> Select[Any]:
    return select(Case.id).where(Case.id.in_(cases), Case.status != CaseStatus.CLOSED)


def _on_hold(cases: Collection[int]) -> Select[Any]:
    return select(LegalHold.case_id).where(LegalHold.case_id.in_(cases), LegalHold.ended_at.is_(None))


def _open_action(cases: Collection[int]) -> Select[Any]:
    return select(Action.case_id).where(Action.case_id.in_(cases), Action.status == ActionStatus.OPEN)


def _open_referral(cases: Collection[int]) -> Select[Any]:
    return select(Referral.case_id).where(Referral.case_id.in_(cases), Referral.closed_at.is_(None))


def _meeting_to_come(cases: Collection[int]) -> Select[Any]:
    going_on = (MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION)
    return (
        select(AgendaItem.case_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.in_(cases), AgendaItem.taken_off_at.is_(None), Meeting.status.in_(going_on))
    )


def _minutes_open(cases: Collection[int]) -> Select[Any]:
    return (
        select(AgendaItem.case_id)
        .join(Minutes, Minutes.meeting_id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.in_(cases), Minutes.status != MinutesStatus.APPROVED)
    )


def _correction_open(cases: Collection[int]) -> Select[Any]:
    return (
        select(AgendaItem.case_id)
        .join(Correction, Correction.item_id == AgendaItem.id)
        .where(AgendaItem.case_id.in_(cases), Correction.status == CorrectionStatus.PROPOSED)
    )


_QUESTIONS = (
    (NOT_CLOSED, _opened),
    (ON_HOLD, _on_hold),
    (OPEN_ACTION, _open_action),
    (OPEN_REFERRAL, _open_referral),
    (MEETING_TO_COME, _meeting_to_come),
    (MINUTES_OPEN, _minutes_open),
    (CORRECTION_OPEN, _correction_open),
)


def _never_closed(meetings: Collection[int]) -> Select[Any]:
    return select(Meeting.id).where(Meeting.id.in_(meetings), Meeting.status == MeetingStatus.IN_SESSION)


def _own_minutes_open(meetings: Collection[int]) -> Select[Any]:
    return select(Minutes.meeting_id).where(Minutes.meeting_id.in_(meetings), Minutes.status != MinutesStatus.APPROVED)


def _own_correction_open(meetings: Collection[int]) -> Select[Any]:
    return (
        select(Minutes.meeting_id)
        .join(Correction, Correction.minutes_id == Minutes.id)
        .where(Minutes.meeting_id.in_(meetings), Correction.status == CorrectionStatus.PROPOSED)
    )


def _own_action_open(meetings: Collection[int]) -> Select[Any]:
    return select(Action.meeting_id).where(
        Action.meeting_id.in_(meetings), Action.case_id.is_(None), Action.status == ActionStatus.OPEN
    )


def _heard_on_hold(meetings: Collection[int]) -> Select[Any]:
    return (
        select(AgendaItem.meeting_id)
        .join(LegalHold, LegalHold.case_id == AgendaItem.case_id)
        .where(AgendaItem.meeting_id.in_(meetings), LegalHold.ended_at.is_(None))
    )


_OF_MEETINGS = (
    (NOT_OVER, _never_closed),
    (OWN_MINUTES_OPEN, _own_minutes_open),
    (OWN_CORRECTION_OPEN, _own_correction_open),
    (OPEN_ACTION, _own_action_open),
    (HEARD_ON_HOLD, _heard_on_hold),
)

_OF_KIND = {
    Kind.CASE: held_up,
    Kind.PERSON: people_held_up,
    Kind.ACCESS: _requests_held_up,
    Kind.MEETING: _meetings_held_up,
}
