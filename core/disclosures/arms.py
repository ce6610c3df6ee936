"""The facts of disclosures where they are made, each kind read as one and the same line.

A disclosure is kept where it happens: the case that is opened, the request, the copy. Nothing is written twice for the
register. Every function here gives a select of the same columns: `_line`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, and_, cast, exists, false, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import Case, CaseAgency, CaseGroup, CasePerson
from core.circulation.models import Circulation, Copy
from core.disclosures.lists import Kind
from core.disclosures.models import EndedDisclosure
from core.emergencies.models import Emergency
from core.facts import FOR_NAMED, LEADING_ROLES, Actor, CirculationKind, EntryKind, Visibility
from core.meetings.models import AgendaItem, Meeting, Research
from core.partnerships.models import Agency, Group, GroupMember, Provider
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy import disclosing
from core.policy.emergencies import seen_by
from core.policy.referrals import referrals_seen_by
from core.recording.models import Attendance, Entry, EntryAgency, ItemAttendance
from core.referrals.models import Referral, ReferralPartner

CHAIRED = "chair and coordinator of "


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what the register is asked, and by whom.

    `case` says which cases; `people`, where it is asked of somebody, the ids of all that is one person. `whole`: by
    the data protection lead, of the partnership: references alone, and so without what the others may not be told of.
    """

    actor: Actor
    case: ColumnElement[bool]
    people: frozenset[int] | None = None
    whole: bool = False

    def told(self, rule: Callable[[Actor], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Of what has a rule of its own, what the actor may be told of."""
        return disclosing.everything(self.actor) if self.whole else rule(self.actor)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of it. Empty means any."""

    kinds: Collection[Kind] = ()
    agency_id: int | None = None
    basis: str | None = None
    since: date | None = None
    until: date | None = None


_By = aliased(Agency)
_Opened = aliased(CaseAgency)
_Heard = aliased(CaseGroup)
_WasHeard = aliased(EndedDisclosure)
# Under another name: whether a case is open to somebody asks these tables, too.


def _line(
    *,
    at: Any,
    number: Any,
    what: Any,
    on: Any,
    agency: Any,
    by: Any,
    ended: Any = None,
    note: Any = "",
    link: Any = "",
    of_case: bool = True,
) -> Select[*tuple[Any, ...]]:
    """One kind's line. `on`: what has the grounds; None where it has none."""
    return select(
        at.label("at"),
        number.label("number"),
        (literal(what) if isinstance(what, str) else what).label("what"),
        (Case.id if of_case else null()).label("case_id"),
        (Case.ref if of_case else literal("")).label("case_ref"),
        (literal("") if on is None else func.coalesce(on.basis, "")).label("basis"),
        (literal("") if on is None else func.coalesce(on.condition, "")).label("condition"),
        (literal("") if on is None else func.coalesce(on.purpose, "")).label("purpose"),
        (literal(agency) if isinstance(agency, str) else agency).label("recipients"),
        (literal(by) if isinstance(by, str) else by).label("by"),
        (cast(null(), Date) if ended is None else ended).label("ended_on"),
        (literal(note) if isinstance(note, str) else note).label("note"),
        (literal(link) if isinstance(link, str) else link).label("link"),
    )


def _narrowed(
    query: Select[*tuple[Any, ...]], wanted: Wanted, *, on: Any, agency: ColumnElement[bool] | None
) -> Select[*tuple[Any, ...]]:
    if wanted.basis is not None:
        query = query.where(on.basis == wanted.basis if on is not None else literal(wanted.basis) == "")
    if wanted.agency_id is not None:
        query = query.where(agency if agency is not None else false())
    return query


def opened(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Cases that are open to an agency."""
    return _to_agency(scope, wanted, _Opened, number=Agency.id)


def was_open(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Cases that were open to an agency once."""
    return _to_agency(scope, wanted, EndedDisclosure, number=EndedDisclosure.id, ended=EndedDisclosure.ended_on)


def _to_agency(scope: Scope, wanted: Wanted, on: Any, *, number: Any, ended: Any = None) -> Select[*tuple[Any, ...]]:
    query = (
        _line(at=on.since, number=number, what=Case.ref, on=on, agency=Agency.name, by=_By.name, ended=ended)
        .select_from(on)
        .join(Case, Case.id == on.case_id)
        .join(Agency, Agency.id == on.agency_id)
        .join(_By, _By.id == Case.lead_agency_id)
        .where(scope.case)
    )
    return _narrowed(query, wanted, on=on, agency=on.agency_id == wanted.agency_id)


def heard(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Cases that a group hears."""
    return _to_group(scope, wanted, _Heard, number=Group.id)


def was_heard(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Cases that a group heard once."""
    return _to_group(scope, wanted, EndedDisclosure, number=EndedDisclosure.id, ended=EndedDisclosure.ended_on)


def _to_group(scope: Scope, wanted: Wanted, on: Any, *, number: Any, ended: Any = None) -> Select[*tuple[Any, ...]]:
    query = (
        _line(at=on.since, number=number, what=Case.ref, on=on, agency=Group.name, by=_By.name, ended=ended)
        .select_from(on)
        .join(Case, Case.id == on.case_id)
        .join(Group, Group.id == on.group_id)
        .join(_By, _By.id == Case.lead_agency_id)
        .where(scope.case)
    )
    return _narrowed(query, wanted, on=on, agency=_sits_in(on.group_id, wanted))


def _sits_in(group: Any, wanted: Wanted) -> ColumnElement[bool]:
    """Somebody of the agency is, or was, in the group."""
    return exists().where(
        GroupMember.group_id == group, GroupMember.user_id == User.id, User.agency_id == wanted.agency_id
    )


def asked(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Agencies that were asked what they hold: whom it is about they were told."""
    query = (
        _of_meeting(_line_of_research(Research.asked_at, agency=Agency.name, by=Group.name))
        .join(Agency, Agency.id == Research.agency_id)
        .where(scope.case)
    )
    return _narrowed(query, wanted, on=Research, agency=Research.agency_id == wanted.agency_id)


def returned(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """What agencies wrote of what they hold, for those who lead the group."""
    query = (
        _of_meeting(_line_of_research(Research.answered_at, agency=literal(CHAIRED) + Group.name, by=Agency.name))
        .join(Agency, Agency.id == Research.agency_id)
        .where(scope.case, Research.answered_at.is_not(None), Research.nothing_held.is_(False))
    )
    return _narrowed(query, wanted, on=Research, agency=_leads(wanted))


def _line_of_research(at: Any, *, agency: Any, by: Any) -> Select[*tuple[Any, ...]]:
    return _line(
        at=at,
        number=Research.id,
        what=Meeting.ref,
        on=Research,
        agency=agency,
        by=by,
        link=literal("meeting:") + cast(Meeting.id, String),
    ).select_from(Research)


def _of_meeting(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
    )


def _leads(wanted: Wanted) -> ColumnElement[bool]:
    return exists().where(
        GroupMember.group_id == Meeting.group_id,
        GroupMember.role.in_(LEADING_ROLES),
        GroupMember.user_id == User.id,
        User.agency_id == wanted.agency_id,
    )


def shared(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Information shared at meetings: that it was, by whom and with whom, never what. On what its group hears it."""
    written = func.date(Entry.written_at, type_=Date)
    was_heard_then = (
        select(func.max(EndedDisclosure.id))
        .where(
            EndedDisclosure.case_id == Case.id,
            EndedDisclosure.group_id == Meeting.group_id,
            EndedDisclosure.since <= written,
            EndedDisclosure.ended_on >= written,
        )
        .correlate(Case, Meeting, Entry)
        .scalar_subquery()
    )
    named = select(func.count()).where(EntryAgency.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    query = (
        _line(
            at=Entry.written_at,
            number=Entry.id,
            what=Meeting.ref,
            on=_StoodOn(),
            agency=cast(Entry.visibility, String),
            by=func.coalesce(Agency.name, ""),
            ended=Entry.withdrawn_on,
            note=cast(named, String),
            link=literal("meeting:") + cast(Meeting.id, String),
        )
        .select_from(Entry)
        .join(AgendaItem, AgendaItem.id == Entry.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .join(Meeting, Meeting.id == Entry.meeting_id)
        .outerjoin(
            _Heard, and_(_Heard.case_id == Case.id, _Heard.group_id == Meeting.group_id, _Heard.since <= written)
        )
        .outerjoin(_WasHeard, _WasHeard.id == was_heard_then)
        .outerjoin(Agency, Agency.id == Entry.source_agency_id)
        .where(
            scope.case,
            Entry.kind == EntryKind.INFORMATION,
            Entry.struck_at.is_(None),
            scope.told(disclosing.told_of_sharing),
        )
    )
    is_named = exists().where(EntryAgency.entry_id == Entry.id, EntryAgency.agency_id == wanted.agency_id)
    was_there = exists().where(
        ItemAttendance.item_id == Entry.item_id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.agency_id == wanted.agency_id,
    )
    reads = or_(
        and_(Entry.visibility == Visibility.EVERYONE, was_there),
        and_(Entry.visibility.in_(FOR_NAMED), is_named),
        and_(Entry.visibility == Visibility.CHAIR, _leads(wanted)),
    )
    return _narrowed(query, wanted, on=_StoodOn(), agency=reads)


class _StoodOn:
    """On what the group heard the case on the day: the line of now, else that of the hearing that ended since."""

    basis = func.coalesce(_Heard.basis, _WasHeard.basis, "")
    condition = func.coalesce(_Heard.condition, _WasHeard.condition, "")
    purpose = func.coalesce(_Heard.purpose, _WasHeard.purpose, "")


def referred(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """People referred to a provider."""
    query = (
        _line(
            at=Referral.opened_at,
            number=Referral.id,
            what=Referral.ref,
            on=Referral,
            agency=Agency.name,
            by=_By.name,
            link=literal("referral:") + cast(Referral.id, String),
        )
        .select_from(Referral)
        .join(Case, Case.id == Referral.case_id)
        .join(Provider, Provider.id == Referral.provider_id)
        .join(Agency, Agency.id == Provider.agency_id)
        .join(_By, _By.id == Referral.referrer_agency_id)
        .where(scope.case, scope.told(referrals_seen_by), *_about(scope))
    )
    return _narrowed(query, wanted, on=Referral, agency=Provider.agency_id == wanted.agency_id)


def given_part(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Agencies that were given a part in a referral's plan."""
    query = (
        _line(
            at=ReferralPartner.since,
            number=ReferralPartner.id,
            what=Referral.ref,
            on=Referral,
            agency=Agency.name,
            by=_By.name,
            ended=func.date(ReferralPartner.until, type_=Date),
            link=literal("referral:") + cast(Referral.id, String),
        )
        .select_from(ReferralPartner)
        .join(Referral, Referral.id == ReferralPartner.referral_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Provider, Provider.id == Referral.provider_id)
        .join(_By, _By.id == Provider.agency_id)
        .join(Agency, Agency.id == ReferralPartner.agency_id)
        .where(scope.case, scope.told(referrals_seen_by), *_about(scope))
    )
    return _narrowed(query, wanted, on=Referral, agency=ReferralPartner.agency_id == wanted.agency_id)


def _about(scope: Scope) -> list[ColumnElement[bool]]:
    """Of one person's register: not the referral of somebody else in the same case."""
    return [Referral.person_id.in_(scope.people)] if scope.people is not None else []


def circulated(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Papers sent out with an item of the case: one line for each sending-out and agency, with how many had it.

    Of minutes, those who were there for the item, were granted it or lead the group; of actions, the agencies that have
    one of it; of an agenda, everybody but those to whom a restricted case is a reference.
    """
    had = or_(
        and_(Circulation.kind == CirculationKind.AGENDA, or_(Case.restricted.is_(False), _named_for_case(), _led())),
        and_(
            Circulation.kind == CirculationKind.ACTIONS,
            exists().where(Action.item_id == AgendaItem.id, Action.owner_agency_id == User.agency_id),
        ),
        and_(
            Circulation.kind.not_in((CirculationKind.AGENDA, CirculationKind.ACTIONS)),
            or_(
                _led(),
                _was_there(),
                (literal(",") + Copy.granted_items + ",").like(literal("%,") + cast(AgendaItem.id, String) + ",%"),
            ),
        ),
    )
    query = (
        _line(
            at=Circulation.at,
            number=Circulation.id,
            what=Meeting.ref,
            on=Circulation,
            agency=Agency.name,
            by=Group.name,
            note=cast(Circulation.kind, String) + ":" + cast(func.count(Copy.id), String),
            link=literal("meeting:") + cast(Meeting.id, String),
        )
        .select_from(Copy)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .join(Meeting, Meeting.id == Circulation.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .join(AgendaItem, and_(AgendaItem.meeting_id == Meeting.id, AgendaItem.taken_off_at.is_(None)))
        .join(Case, Case.id == AgendaItem.case_id)
        .join(User, User.id == Copy.user_id)
        .join(Agency, Agency.id == User.agency_id)
        .where(scope.case, had)
        .group_by(
            Circulation.id,
            Circulation.at,
            Circulation.kind,
            Circulation.basis,
            Circulation.condition,
            Circulation.purpose,
            Meeting.id,
            Meeting.ref,
            Case.id,
            Case.ref,
            Agency.id,
            Agency.name,
            Group.name,
        )
    )
    return _narrowed(query, wanted, on=Circulation, agency=Agency.id == wanted.agency_id)


def _named_for_case() -> ColumnElement[bool]:
    named = exists().where(_Opened.case_id == Case.id, _Opened.agency_id == User.agency_id)
    return or_(Case.lead_agency_id == User.agency_id, named)


def _led() -> ColumnElement[bool]:
    return exists().where(
        GroupMember.group_id == Meeting.group_id,
        GroupMember.user_id == Copy.user_id,
        GroupMember.role.in_(LEADING_ROLES),
    )


def _was_there() -> ColumnElement[bool]:
    return exists().where(
        ItemAttendance.item_id == AgendaItem.id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.user_id == Copy.user_id,
    )


def in_emergencies(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Cases that were opened in an emergency."""
    query = (
        _line(
            at=Emergency.decided_at,
            number=Emergency.id,
            what=Case.ref,
            on=Emergency,
            agency=Agency.name,
            by=func.coalesce(_By.name, ""),
            ended=func.date(func.coalesce(Emergency.ended_at, Emergency.ends_at), type_=Date),
            link=literal("emergency:") + cast(Emergency.id, String),
        )
        .select_from(Emergency)
        .join(Case, Case.id == Emergency.case_id)
        .join(Agency, Agency.id == Emergency.agency_id)
        .outerjoin(User, User.id == Emergency.decided_by_id)
        .outerjoin(_By, _By.id == User.agency_id)
        .where(scope.case, Emergency.ends_at.is_not(None), scope.told(seen_by))
    )
    return _narrowed(query, wanted, on=Emergency, agency=Emergency.agency_id == wanted.agency_id)


def addresses(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Agencies that are named for a protected address, of the people in scope; to those that are named for it."""
    mine = aliased(AddressReader)
    in_scope = exists().where(CasePerson.person_id == Person.id, CasePerson.case_id == Case.id, scope.case)
    query = (
        _line(
            at=ProtectedAddress.changed_at,
            number=Person.id * 10_000_000 + Agency.id,
            what=Person.ref,
            on=None,
            agency=Agency.name,
            by="",
            of_case=False,
        )
        .select_from(AddressReader)
        .join(ProtectedAddress, ProtectedAddress.person_id == AddressReader.person_id)
        .join(Person, Person.id == AddressReader.person_id)
        .join(Agency, Agency.id == AddressReader.agency_id)
        .where(in_scope)
    )
    if scope.people is not None:
        query = query.where(Person.id.in_(scope.people))
    if not scope.whole:
        query = query.where(exists().where(mine.person_id == Person.id, mine.agency_id == scope.actor.agency_id))
    return _narrowed(query, wanted, on=None, agency=AddressReader.agency_id == wanted.agency_id)


def between(
    query: Select[*tuple[Any, ...]], at: Any, *, since: date | None, until: date | None
) -> Select[*tuple[Any, ...]]:
    """From one day or moment to another, which is not included."""
    if since is not None:
        query = query.where(at >= since)
    return query if until is None else query.where(at < until)


ARMS: tuple[tuple[Kind, Callable[[Scope, Wanted], Select[*tuple[Any, ...]]], Any], ...] = (
    (Kind.CASE, opened, _Opened.since),
    (Kind.CASE, was_open, EndedDisclosure.since),
    (Kind.GROUP, heard, _Heard.since),
    (Kind.GROUP, was_heard, EndedDisclosure.since),
    (Kind.ASKED, asked, Research.asked_at),
    (Kind.RETURNED, returned, Research.answered_at),
    (Kind.SHARED, shared, Entry.written_at),
    (Kind.REFERRAL, referred, Referral.opened_at),
    (Kind.PART, given_part, ReferralPartner.since),
    (Kind.PAPERS, circulated, Circulation.at),
    (Kind.EMERGENCY, in_emergencies, Emergency.decided_at),
    (Kind.ADDRESS, addresses, ProtectedAddress.changed_at),
)
"""Kind, its lines, and when each of them was: of case and group a day, else a moment."""
