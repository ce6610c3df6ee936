"""Reads of an agenda. The page is hot: plain rows, the same number of queries for 10 and 160 cases."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Row, and_, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import Case, CasePerson
from core.extensions import db
from core.facts import (
    ActionStatus,
    Actor,
    CorrectionStatus,
    GroupRole,
    ItemKind,
    ItemOutcome,
    MeetingStatus,
    NominationStatus,
    Risk,
)
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Nomination, Research
from core.minutes.models import Correction, Minutes
from core.partnerships.belonging import sits
from core.partnerships.models import Agency, GroupMember
from core.policy.cases import open_to
from core.policy.meetings import sits_in
from core.policy.referrals import partly_of
from core.referrals.models import Referral

OpenAction = Row[int | None, int, str, str, str, date]
"""case_id, id, ref, text, agency, due_on."""

OpenReferral = Row[int, int, str, str, str, str, date, date | None, date | None, int, int, bool]
"""case_id, id, ref, pathway, stage, stage_title, since, due, paused_on, provider_id, referrer_agency_id,
has_part."""


@dataclass(frozen=True, slots=True)
class Line:
    """An item as one reader sees it. `closed`: a case that they may not open, of which only the reference shows, or a
    place in which they declared an interest, of which nothing does.
    """

    id: int
    number: int
    kind: ItemKind
    title: str
    case_id: int | None
    case_ref: str
    closed: bool
    risk: Risk | None
    hate: bool
    presenter: str
    presenter_id: int | None
    minutes: int
    gone: int
    """Minutes gone when it is over."""
    reason: str
    urgent: bool
    times_carried: int
    outcome: ItemOutcome
    version: int
    actions: Sequence[OpenAction] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """An agenda as one reader sees it."""

    lines: Sequence[Line]
    minutes: int
    """Allotted in all."""

    @property
    def open_cases(self) -> list[int]:
        """Ids of the cases that the reader may open."""
        return [line.case_id for line in self.lines if line.case_id is not None and not line.closed]

    @property
    def restricted(self) -> int:
        """How many cases they may not."""
        return sum(line.closed for line in self.lines)


_MEETING: Any = bindparam("meeting")
_HERE = Meeting.__table__.alias()
_AGENCY: Any = bindparam("agency")
_CASES: Any = bindparam("cases", expanding=True)

# The statements of the hot page are made once: putting one together takes longer than running it.
_OPEN_ACTIONS = (
    select(Action.case_id, Action.id, Action.ref, Action.text, Agency.name.label("agency"), Action.due_on)
    .join(Agency, Agency.id == Action.owner_agency_id)
    .where(Action.case_id.in_(_CASES), Action.status == ActionStatus.OPEN)
    .order_by(Action.due_on, Action.id)
)
_OPEN_REFERRALS = (
    select(
        Referral.case_id,
        Referral.id,
        Referral.ref,
        Referral.pathway_key.label("pathway"),
        Referral.stage,
        Referral.stage_title,
        Referral.stage_since.label("since"),
        Referral.stage_due.label("due"),
        Referral.paused_on,
        Referral.provider_id,
        Referral.referrer_agency_id,
        partly_of(_AGENCY).label("has_part"),
    )
    .where(Referral.case_id.in_(_CASES), Referral.closed_at.is_(None))
    .order_by(Referral.id)
)
_LATEST, _NOMINATIONS, _UNANSWERED, _CORRECTIONS, _PERSON = range(5)
_COUNTS = (
    select(literal(_LATEST), func.coalesce(func.max(AgendaVersion.number), 0)).where(
        AgendaVersion.meeting_id == _MEETING
    ),
    select(literal(_NOMINATIONS), func.count()).where(
        Nomination.meeting_id == _MEETING, Nomination.status == NominationStatus.PROPOSED
    ),
    select(literal(_UNANSWERED), func.count())
    .select_from(Research)
    .join(AgendaItem, AgendaItem.id == Research.item_id)
    .where(
        AgendaItem.meeting_id == _MEETING,
        AgendaItem.taken_off_at.is_(None),
        Research.agency_id == _AGENCY,
        Research.answered_at.is_(None),
    ),
    select(literal(_CORRECTIONS), func.count())
    .select_from(Correction)
    .join(Minutes, Minutes.id == Correction.minutes_id)
    .join(Meeting, Meeting.id == Minutes.meeting_id)
    .where(
        Correction.status == CorrectionStatus.PROPOSED,
        Meeting.group_id == select(_HERE.c.group_id).where(_HERE.c.id == _MEETING).scalar_subquery(),
    ),
)
_PAPERS = union_all(*_COUNTS)
_PAPERS_AND_PEOPLE = union_all(
    *_COUNTS, select(literal(_PERSON), CasePerson.person_id).where(CasePerson.case_id.in_(_CASES)).distinct()
)


def _rows(statement: Executable, **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Plain rows, past the session's own handling of entities."""
    return db.session.connection().execute(statement, values).all()


def agenda_of(actor: Actor, meeting: Meeting) -> Agenda:
    """Items in order, each with its case's open actions, as far as the actor may open the case. Two queries."""
    rows, told = _items(actor, meeting.id), _is_told(actor, meeting)
    visible = [row.case_id for row in rows if row.open]
    actions = open_actions_of(visible)
    lines, gone = [], 0
    for number, row in enumerate(rows, start=1):
        gone += row.minutes_allotted
        lines.append(_line(row, number, gone, actions, told, actor.recused_items))
    return Agenda(lines, gone)


def outline_of(actor: Actor, meeting: Meeting) -> Agenda:
    """As `agenda_of`, without actions: for the builder. One query."""
    told, lines, gone = _is_told(actor, meeting), [], 0
    for number, row in enumerate(_items(actor, meeting.id), start=1):
        gone += row.minutes_allotted
        lines.append(_line(row, number, gone, {}, told, actor.recused_items))
    return Agenda(lines, gone)


def _is_told(actor: Actor, meeting: Meeting) -> bool:
    """Whether the reasons of items without a case are for them: free text about people, under a street's name, too."""
    return actor.signatory and sits_in(actor, meeting)


def _items(actor: Actor, meeting_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return _rows(_items_as_seen_by(_AsKey(actor)), meeting=meeting_id)


class _AsKey:
    """An actor as the key of a cache: equal when every fact about them is, rights that are yet to come included."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        values = (getattr(actor, field.name) for field in fields(actor))
        self._facts = tuple(frozenset(each.items()) if isinstance(each, Mapping) else each for each in values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _AsKey) and self._facts == other._facts

    def __hash__(self) -> int:
        return hash(self._facts)


@lru_cache(maxsize=256)
def _items_as_seen_by(key: _AsKey) -> Executable:
    may_open = open_to(key.actor)
    return (
        select(
            AgendaItem.id,
            AgendaItem.kind,
            AgendaItem.heading,
            AgendaItem.case_id,
            Case.ref,
            case((may_open, Case.title), else_="").label("title"),
            case((may_open, Case.risk)).label("risk"),
            case((may_open, Case.hate_incident)).label("hate"),
            case((may_open, literal(1)), else_=0).label("open"),
            Agency.name.label("presenter"),
            AgendaItem.presenter_agency_id,
            AgendaItem.minutes_allotted,
            AgendaItem.reason,
            AgendaItem.urgent,
            AgendaItem.times_carried,
            AgendaItem.outcome,
            AgendaItem.version,
        )
        .outerjoin(Case, Case.id == AgendaItem.case_id)
        .outerjoin(Agency, Agency.id == AgendaItem.presenter_agency_id)
        .where(AgendaItem.meeting_id == _MEETING, AgendaItem.taken_off_at.is_(None))
        .order_by(AgendaItem.position, AgendaItem.id)
    )


def _line(
    row: Row[*tuple[Any, ...]],
    number: int,
    gone: int,
    actions: Mapping[int | None, Sequence[OpenAction]],
    told: bool,
    recused: Collection[int],
) -> Line:
    (
        id_, kind, heading, case_id, ref, title, risk, hate, is_open,
        presenter, presenter_id, minutes, reason, urgent, times_carried, outcome, version,
    ) = row  # fmt: skip
    closed = id_ in recused if case_id is None else not is_open
    hidden = closed or (case_id is None and not told)
    if case_id is None:
        title = "" if closed else heading
    return Line(
        id=id_, number=number, kind=kind, title=title, case_id=case_id,
        case_ref=ref or "", closed=closed, risk=risk, hate=bool(hate), presenter=presenter or "",
        presenter_id=presenter_id, minutes=minutes, gone=gone, reason="" if hidden else reason, urgent=urgent,
        times_carried=times_carried, outcome=outcome, version=version, actions=actions.get(case_id, ()),
    )  # fmt: skip


def open_actions_of(case_ids: Sequence[int]) -> Mapping[int | None, Sequence[OpenAction]]:
    """The open actions of these cases, by case, the soonest due first. One query."""
    by_case: dict[int | None, list[OpenAction]] = defaultdict(list)
    for row in _rows(_OPEN_ACTIONS, cases=case_ids):
        by_case[row[0]].append(row)
    return by_case


def open_referrals_of(case_ids: Sequence[int], agency_id: int | None) -> Sequence[OpenReferral]:
    """The referrals of these cases that are under way, and whether that agency has a part in the plan of each."""
    return _rows(_OPEN_REFERRALS, cases=case_ids, agency=agency_id)


@dataclass(frozen=True, slots=True)
class Papers:
    """What the head of a meeting's page says of its papers."""

    latest: int
    """Number of the last agenda version that went out, 0 for none."""
    nominations: int
    """Waiting for the chair."""
    unanswered: int
    """Research requests that the reader's agency has not answered."""
    corrections: int
    """Proposed of minutes of the group, whichever meeting will decide them."""


def papers_of(actor: Actor, meeting_id: int) -> Papers:
    """One query."""
    return _papers(_rows(_PAPERS, meeting=meeting_id, agency=actor.agency_id))


def papers_and_people(actor: Actor, meeting_id: int, case_ids: Sequence[int]) -> tuple[Papers, list[int]]:
    """`papers_of` and `people_named_in` in one query, for the page that counts its queries."""
    rows = _rows(_PAPERS_AND_PEOPLE, meeting=meeting_id, agency=actor.agency_id, cases=case_ids)
    return _papers(rows), [number for kind, number in rows if kind == _PERSON]


def _papers(rows: Sequence[Row[int, int]]) -> Papers:
    count = {kind: number for kind, number in rows if kind != _PERSON}
    return Papers(count[_LATEST], count[_NOMINATIONS], count[_UNANSWERED], count[_CORRECTIONS])


def order_of(meeting_id: int) -> Sequence[Row[int, ItemKind, str, int]]:
    """id, kind, heading and times_carried of the items, in order: what placing and moving need."""
    return db.session.execute(
        select(AgendaItem.id, AgendaItem.kind, AgendaItem.heading, AgendaItem.times_carried)
        .where(AgendaItem.meeting_id == meeting_id, AgendaItem.taken_off_at.is_(None))
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()


def to_come_of(case_id: int, group_ids: Sequence[int]) -> Sequence[Row[Meeting, AgendaItem]]:
    """Where that case stands on an agenda of those groups that was not begun."""
    return db.session.execute(
        select(Meeting, AgendaItem)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            Meeting.group_id.in_(group_ids),
            Meeting.status == MeetingStatus.SCHEDULED,
            AgendaItem.case_id == case_id,
            AgendaItem.taken_off_at.is_(None),
        )
        .order_by(Meeting.id)
        .options(raiseload("*"))
    ).all()


def items_for_record(meeting_id: int) -> Sequence[AgendaItem]:
    """The items in order, each with its case, presenter and nomination: what a version freezes."""
    return db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting_id, AgendaItem.taken_off_at.is_(None))
        .order_by(AgendaItem.position, AgendaItem.id)
        .options(
            joinedload(AgendaItem.case),
            joinedload(AgendaItem.presenter_agency),
            joinedload(AgendaItem.nomination),
            raiseload("*"),
        )
    ).all()


def items_taken_off(actor: Actor, meeting_id: int) -> Sequence[Row[int, str, str, str, int]]:
    """Items that were taken off, the last first: id, heading, ref, title, open, reason, at. Names as far as open."""
    may_open = open_to(actor)
    declared = AgendaItem.id.in_(actor.recused_items)  # an interest in a place
    readable = or_(and_(AgendaItem.case_id.is_(None), ~declared), may_open)
    return db.session.execute(
        select(
            AgendaItem.id,
            case((declared, "Location"), else_=AgendaItem.heading).label("heading"),
            func.coalesce(Case.ref, "").label("ref"),
            case((may_open, Case.title), else_="").label("title"),
            case((readable, AgendaItem.taken_off_reason), else_="").label("reason"),
            AgendaItem.taken_off_at.label("at"),
        )
        .outerjoin(Case, Case.id == AgendaItem.case_id)
        .where(AgendaItem.meeting_id == meeting_id, AgendaItem.taken_off_at.is_not(None))
        .order_by(AgendaItem.taken_off_at.desc(), AgendaItem.id)
    ).all()


def is_on_agenda(meeting_id: int, case_id: int) -> bool:
    """Whether the case has an item that was not taken off."""
    return (
        db.session.scalar(
            select(AgendaItem.id).where(
                AgendaItem.meeting_id == meeting_id,
                AgendaItem.case_id == case_id,
                AgendaItem.taken_off_at.is_(None),
            )
        )
        is not None
    )


def case_by_id(case_id: int) -> Case | None:
    """A case, with what its policy asks it for."""
    return (
        db.session.scalars(
            select(Case)
            .where(Case.id == case_id)
            .options(joinedload(Case.agencies), joinedload(Case.groups), joinedload(Case.lead_agency))
        )
        .unique()
        .first()
    )


def member_agencies(group_id: int, *, on: date) -> Sequence[Agency]:
    """Agencies with a member of the group who is not merely an observer, by name."""
    return db.session.scalars(
        select(Agency)
        .where(
            Agency.id.in_(
                select(User.agency_id)
                .join(GroupMember, GroupMember.user_id == User.id)
                .where(
                    GroupMember.group_id == group_id,
                    GroupMember.role != GroupRole.OBSERVER,
                    sits(on),
                    User.retired_at.is_(None),
                )
            )
        )
        .order_by(Agency.name)
    ).all()


def goes_on_at(meeting: Meeting) -> datetime | None:
    """When what was left of it is heard; None where it was not adjourned. A query for one that was."""
    if meeting.adjourned_to_id is None:
        return None
    return db.session.scalar(select(Meeting.starts_at).where(Meeting.id == meeting.adjourned_to_id))


def latest_version(meeting_id: int) -> AgendaVersion | None:
    """The agenda version that went out last."""
    return db.session.scalars(
        select(AgendaVersion)
        .where(AgendaVersion.meeting_id == meeting_id)
        .order_by(AgendaVersion.number.desc())
        .limit(1)
    ).first()


def versions_of(meeting_id: int) -> Sequence[Row[int, object, str]]:
    """Number, moment and sender's name of every version that went out, the last first."""
    return db.session.execute(
        select(AgendaVersion.number, AgendaVersion.circulated_at, User.name.label("by"))
        .join(User, User.id == AgendaVersion.circulated_by_id)
        .where(AgendaVersion.meeting_id == meeting_id)
        .order_by(AgendaVersion.number.desc())
    ).all()
