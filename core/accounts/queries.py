"""Reads of accounts, and of who somebody is as of now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import AdminRoleGrant, Invitation, SignInAttempt, User
from core.accounts.sessions.queries import COUNTERSIGNED, SIGNED, SignedInSession, StandingRow
from core.clock import at_local
from core.extensions import db, directly
from core.facts import CAME, Actor, AdminRole, GroupRole, MeetingStatus, Presence
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.belonging import is_open, sits, works_there
from core.partnerships.models import (
    Agency,
    Countersignature,
    Group,
    GroupMember,
    Partnership,
    PartnershipAgency,
    Provider,
    ProviderStaff,
    Signature,
)
from core.policy.standing import NOT_COUNTERSIGNED, left_to_countersign, standing_of
from core.recording.models import Attendance, Recusal

_STANDING = (
    select(
        Partnership.name,
        PartnershipAgency.left_on,
        Signature.signed_on,
        Signature.expires_on,
        Signature.document,
        Countersignature.signed_on,
    )
    .select_from(User)
    .join(PartnershipAgency, PartnershipAgency.agency_id == User.agency_id)
    .join(Partnership, Partnership.id == PartnershipAgency.partnership_id)
    .outerjoin(Signature, SIGNED)
    .outerjoin(Countersignature, COUNTERSIGNED)
    .where(PartnershipAgency.partnership_id == bindparam("partnership"))
)
_STANDING_OF_ONE = _STANDING.where(User.id == bindparam("user"))
_STANDING_OF_MANY = _STANDING.add_columns(User.id).where(User.id.in_(bindparam("users", expanding=True)))

RightRow = tuple[str, int, str, int]
"""Kind of right, the id of what it is in or on, a role where it is one, and the account that has it."""


def actor_of(signed_in: SignedInSession, *, on: date) -> Actor:
    """Who this is in the session's partnership, with every right as of that day. One query."""
    return actor_from(signed_in, _rights(signed_in.user_id, signed_in.partnership_id, on), on=on)


def actor_from(signed_in: SignedInSession, rights: Iterable[RightRow], *, on: date) -> Actor:
    """The actor that these rows tell of: their agency's standing, and what they hold themselves."""
    name = ""
    in_partnership = is_signatory = False
    standing = ""
    to_countersign: str | None = None
    if signed_in.standing:
        name, left_on, *_ = signed_in.standing[0]
        signed = [
            (first, last, document or "", countersigned)
            for _, _, first, last, document, countersigned in signed_in.standing
            if first is not None
        ]
        in_partnership, is_signatory, standing = standing_of(
            signed_in.agency_name, left_on=left_on, signatures=[(first, last) for first, last, *_ in signed], on=on
        )
        if is_signatory and (to_countersign := left_to_countersign(signed, on=on)) is not None:
            is_signatory, standing = False, NOT_COUNTERSIGNED.format(agency=signed_in.agency_name)
    groups: dict[int, GroupRole] = {}
    roles: set[AdminRole] = set()
    left_groups: set[int] = set()
    recused: set[int] = set()
    recused_items: set[int] = set()
    deputises_at: set[int] = set()
    deputised_at: set[int] = set()
    deputy_cases: set[int] = set()
    staff_of: set[int] = set()
    for kind, number, text, _ in rights:
        if kind == "group" and in_partnership:
            groups[number] = GroupRole(text)
        elif kind == "left group":
            left_groups.add(number)
        elif kind == "role":
            roles.add(AdminRole(text))
        elif kind == "recusal":
            recused.add(number)
        elif kind == "recusal from item":
            recused_items.add(number)
        elif kind == "deputy" and in_partnership:
            deputises_at.add(number)
        elif kind == "came as deputy" and in_partnership:
            deputised_at.add(number)
        elif kind == "deputy case" and in_partnership:
            deputy_cases.add(number)
        elif kind == "staff" and in_partnership:
            staff_of.add(number)
    return Actor(
        user_id=signed_in.user_id,
        name=signed_in.name,
        email=signed_in.email,
        agency_id=signed_in.agency_id,
        agency_name=signed_in.agency_name,
        partnership_id=signed_in.partnership_id,
        partnership_name=name,
        session_id=signed_in.session_id,
        in_partnership=in_partnership,
        signatory=is_signatory,
        standing=standing,
        to_countersign=to_countersign,
        groups=groups,
        left_groups=frozenset(left_groups),
        roles=frozenset(roles),
        recused_cases=frozenset(recused),
        recused_items=frozenset(recused_items),
        deputises_at=frozenset(deputises_at),
        deputised_at=frozenset(deputised_at),
        deputy_cases=frozenset(deputy_cases),
        staff_of=frozenset(staff_of),
    )


def actor_as_of(user_id: int, partnership_id: int, *, on: date) -> Actor:
    """Who somebody is in a partnership on that day, signed in or not: for copies, mails and previews."""
    user = db.session.scalars(
        select(User).where(User.id == user_id).options(joinedload(User.agency), raiseload("*"))
    ).one()
    values = {"partnership": partnership_id, "user": user.id}
    standing = cast(Sequence[StandingRow], directly(_STANDING_OF_ONE, values).all()) if user.agency_id else ()
    return actor_of(_as_if_signed_in(user, partnership_id, standing), on=on)


def actors_as_of(user_ids: Collection[int], partnership_id: int, *, on: date) -> Mapping[int, Actor]:
    """Who many are: account id -> who they are on that day. Three queries, however many they are."""
    users = db.session.scalars(
        select(User).where(User.id.in_(user_ids)).options(joinedload(User.agency), raiseload("*"))
    ).all()
    accounts = [user.id for user in users]
    standings: defaultdict[int, list[StandingRow]] = defaultdict(list)
    for *row, user_id in db.session.execute(_STANDING_OF_MANY, {"partnership": partnership_id, "users": accounts}):
        standings[user_id].append(cast(StandingRow, tuple(row)))
    rights: defaultdict[int, list[RightRow]] = defaultdict(list)
    values = {"users": accounts, **_day_and_place(partnership_id, on)}
    for found in cast(Sequence[RightRow], db.session.execute(_RIGHTS_OF_MANY, values).all()):
        rights[found[3]].append(found)
    return {
        user.id: actor_from(_as_if_signed_in(user, partnership_id, standings[user.id]), rights[user.id], on=on)
        for user in users
    }


def _as_if_signed_in(user: User, partnership_id: int, standing: Sequence[StandingRow]) -> SignedInSession:
    return SignedInSession(
        session_id=0,
        partnership_id=partnership_id,
        seen_at=user.created_at,
        user_id=user.id,
        name=user.name,
        email=user.email,
        agency_id=user.agency_id,
        agency_name=user.agency.name if user.agency else "",
        standing=standing,
    )


def _statement_of_rights(whose: Callable[[Any], ColumnElement[bool]]) -> Executable:
    """What `_rights` asks, in a partnership and on a day, for those whom `whose` picks by the id of their account."""
    memberships = (
        select(literal("group"), GroupMember.group_id, sql_cast(GroupMember.role, String), GroupMember.user_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            whose(GroupMember.user_id),
            Group.partnership_id == bindparam("partnership"),
            sits(bindparam("on")),
            is_open(bindparam("on")),
        )
    )
    ended = (
        select(literal("left group"), GroupMember.group_id, sql_cast(null(), String), GroupMember.user_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            whose(GroupMember.user_id),
            Group.partnership_id == bindparam("partnership"),
            GroupMember.until <= bindparam("on"),
        )
    )
    roles = select(
        literal("role"), AdminRoleGrant.id, sql_cast(AdminRoleGrant.role, String), AdminRoleGrant.user_id
    ).where(
        whose(AdminRoleGrant.user_id),
        or_(AdminRoleGrant.partnership_id == bindparam("partnership"), AdminRoleGrant.partnership_id.is_(None)),
    )
    of_case = Recusal.case_id.is_not(None)
    recusals = select(
        case((of_case, "recusal"), else_="recusal from item"),
        case((of_case, Recusal.case_id), else_=Recusal.item_id),
        sql_cast(null(), String),
        Recusal.user_id,
    ).where(whose(Recusal.user_id), Recusal.lifted_at.is_(None))
    seats = (
        select(Attendance.meeting_id, Attendance.user_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            whose(Attendance.user_id),
            Attendance.deputy_for != "",
            Attendance.presence != Presence.APOLOGIES,
            Group.partnership_id == bindparam("partnership"),
            or_(
                Meeting.status == MeetingStatus.IN_SESSION,
                # One that nobody opened is over the day after, too.
                and_(Meeting.status == MeetingStatus.SCHEDULED, Meeting.ends_at >= bindparam("midnight")),
            ),
        )
    )
    seated = seats.subquery()
    deputies = select(literal("deputy"), seated.c.meeting_id, sql_cast(null(), String), seated.c.user_id)
    # What is heard after they have left is not theirs to read.
    there = seats.where(Attendance.presence != Presence.LEFT).subquery()
    deputy_cases = (
        select(literal("deputy case"), AgendaItem.case_id, sql_cast(null(), String), there.c.user_id)
        .join(there, there.c.meeting_id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.is_not(None), AgendaItem.taken_off_at.is_(None))
    )
    # By the day in UTC: no meeting begins in the hour in which that is not London's.
    member_then = exists().where(
        GroupMember.user_id == Attendance.user_id,
        GroupMember.group_id == Meeting.group_id,
        sits(func.date(Meeting.starts_at, type_=Date())),
    )
    came_for_others = (
        select(literal("came as deputy"), Attendance.meeting_id, sql_cast(null(), String), Attendance.user_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            whose(Attendance.user_id),
            Attendance.deputy_for != "",
            Attendance.presence.in_(CAME),
            Group.partnership_id == bindparam("partnership"),
            ~member_then,
        )
    )
    # An account that went to another agency takes nothing of the provider's with it.
    staff = (
        select(literal("staff"), ProviderStaff.provider_id, sql_cast(null(), String), ProviderStaff.user_id)
        .join(Provider, Provider.id == ProviderStaff.provider_id)
        .join(User, and_(User.id == ProviderStaff.user_id, User.agency_id == Provider.agency_id))
        .where(
            whose(ProviderStaff.user_id),
            Provider.partnership_id == bindparam("partnership"),
            works_there(bindparam("on")),
        )
    )
    return union_all(memberships, ended, roles, recusals, deputies, deputy_cases, came_for_others, staff)


_RIGHTS = _statement_of_rights(lambda account: account == bindparam("user"))
_RIGHTS_OF_MANY = _statement_of_rights(lambda account: account.in_(bindparam("users", expanding=True)))


def _rights(user_id: int, partnership_id: int | None, on: date) -> Sequence[RightRow]:
    """Memberships, those that ended, roles, recusals, seats as a deputy and providers worked for, in one query."""
    rows = directly(_RIGHTS, {"user": user_id, **_day_and_place(partnership_id, on)}).all()
    return cast(Sequence[RightRow], rows)


def _day_and_place(partnership_id: int | None, on: date) -> dict[str, Any]:
    return {"partnership": partnership_id, "on": on, "midnight": at_local(on, time(0))}


def partnerships_of(user: User) -> Sequence[Partnership]:
    """The partnerships that somebody may work in: those of their agency, or that they hold a role in."""
    by_role = select(AdminRoleGrant.partnership_id).where(AdminRoleGrant.user_id == user.id)
    by_agency = select(PartnershipAgency.partnership_id).where(PartnershipAgency.agency_id == user.agency_id)
    return db.session.scalars(
        select(Partnership)
        .where(or_(Partnership.id.in_(by_agency), Partnership.id.in_(by_role)))
        .order_by(Partnership.name)
    ).all()


def user_by_email(email: str) -> User | None:
    """The account with that address, in whatever case it was typed."""
    return db.session.scalars(
        select(User).where(User.email == email.strip().lower()).options(joinedload(User.agency), raiseload("*"))
    ).first()


def user_by_id(user_id: int) -> User | None:
    """An account with its agency's memberships and its roles."""
    return db.session.scalars(
        select(User)
        .where(User.id == user_id)
        .options(
            joinedload(User.agency).selectinload(Agency.memberships),
            selectinload(User.grants),
        )
    ).first()


def invitation_by_token(hashed: str, *, now: datetime) -> Invitation | None:
    """An invitation that can still be used."""
    return db.session.scalars(
        select(Invitation)
        .join(User)
        .where(
            Invitation.token_hash == hashed,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            User.retired_at.is_(None),
        )
        .options(joinedload(Invitation.user))
    ).first()


def lock_tries(hashed: str) -> None:
    """Let the tries at one address, or from one network, wait for each other until the transaction ends.

    SQLite has one writer anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(int(hashed[:15], 16))))


@dataclass(frozen=True, slots=True)
class Tries:
    """How often somebody tried without signing in."""

    from_here: int
    """At the address, from the network."""
    at_address: int
    """At the address, from anywhere."""
    from_network: int
    """From the network, at any address; 0 where the network is not known."""


def tries(email_hash: str, network: str, *, since: datetime) -> Tries:
    """The tries since then. One query."""
    at_address, from_network = SignInAttempt.email_hash == email_hash, SignInAttempt.network == network
    from_here, at_all, of_network = db.session.execute(
        select(
            func.count().filter(and_(at_address, from_network)),
            func.count().filter(at_address),
            func.count().filter(from_network),
        ).where(or_(at_address, from_network), SignInAttempt.at > since)
    ).one()
    return Tries(from_here, at_all, of_network if network else 0)
