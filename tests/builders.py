"""Plain builders of what tests need. Each adds to the session, flushes and returns the row."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy import select

from core.accounts.models import AdminRoleGrant, Authenticator, Passkey, User
from core.accounts.passwords import hash_password
from core.accounts.two_step.codes import new_seed
from core.actions.models import Action
from core.cases.models import Case, CaseGroup, CasePerson
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import (
    AdminRole,
    CaseKind,
    GroupKind,
    GroupRole,
    ItemKind,
    MeetingStatus,
    PersonRole,
    ProviderStatus,
    Risk,
)
from core.meetings.models import AgendaItem, Meeting
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
from core.people.models import Person

T = TypeVar("T")

_number = count(1)

LONG_AGO = datetime(2024, 1, 1, 9, tzinfo=UTC)

PASSWORD = "lantern-orbit-velvet-93"


def today() -> date:
    """Today, in the United Kingdom."""
    return local_date(utc_now())


def a_partnership(name: str = "Northbridge Community Safety Partnership") -> Partnership:
    """A partnership with a key and prefix of its own."""
    number = next(_number)
    return _saved(Partnership(key=f"partnership-{number}", name=name, prefix=f"T{number}"))


def an_agency(
    partnership: Partnership,
    name: str = "",
    *,
    signed_on: date | None = date(2024, 4, 1),
    expires_on: date | None = None,
    left_on: date | None = None,
) -> Agency:
    """An agency of the partnership; a signatory unless `signed_on` is None."""
    number = next(_number)
    agency = _saved(Agency(key=f"agency-{number}", name=name or f"Agency {number}", kind="local authority", email=""))
    _saved(PartnershipAgency(partnership_id=partnership.id, agency_id=agency.id, left_on=left_on))
    if signed_on is not None:
        _saved(
            Signature(partnership_id=partnership.id, agency_id=agency.id, signed_on=signed_on, expires_on=expires_on)
        )
    return agency


def a_group(
    partnership: Partnership, name: str = "North Community Sector Team", kind: GroupKind = GroupKind.CST
) -> Group:
    """A group of the partnership."""
    return _saved(Group(partnership_id=partnership.id, key=f"group-{next(_number)}", name=name, kind=kind))


def a_user(
    agency: Agency | None,
    name: str = "",
    *,
    group: Group | None = None,
    role: GroupRole = GroupRole.MEMBER,
    admin: AdminRole | None = None,
    partnership: Partnership | None = None,
    password: str = "",
    staff: bool = True,
    countersigns: bool = True,
) -> User:
    """An account of the agency; a member of the group, an administrator of the partnership, where given.

    Of the staff of what the agency provides by then, and with their name under what it has signed by then, unless said.
    """
    number = next(_number)
    user = _saved(
        User(
            email=f"user.{number}@agency.example",
            name=name or f"User {number}",
            agency_id=agency.id if agency else None,
            password_hash=hash_password(password) if password else None,
            created_at=utc_now(),
        )
    )
    if staff and agency is not None:
        for provider in db.session.scalars(select(Provider).where(Provider.agency_id == agency.id)):
            staff_at(provider, user)
    if countersigns:
        countersigned(user)
    if group is not None:
        a_member(group, user, role)
    if admin is not None:
        _saved(
            AdminRoleGrant(
                user_id=user.id,
                partnership_id=partnership.id if partnership else None,
                role=admin,
                granted_at=utc_now(),
            )
        )
    return user


def countersigned(user: User) -> None:
    """Their name under everything that their agency has signed by now."""
    here = select(Signature.agency_id, Signature.partnership_id, Signature.document)
    signed = db.session.execute(here.where(Signature.agency_id == user.agency_id).distinct()).all()
    own = select(Countersignature.agency_id, Countersignature.partnership_id, Countersignature.document)
    there = {tuple(row) for row in db.session.execute(own.where(Countersignature.user_id == user.id))}
    for agency_id, partnership_id, document in signed:
        if (agency_id, partnership_id, document) not in there:
            _saved(
                Countersignature(
                    user_id=user.id,
                    agency_id=agency_id,
                    partnership_id=partnership_id,
                    document=document,
                    signed_on=LONG_AGO.date(),
                )
            )


def an_app(user: User, *, seed: str = "", confirmed_at: datetime | None = LONG_AGO) -> Authenticator:
    """An authenticator app of theirs; with `confirmed_at=None` one that is being set up."""
    return _saved(Authenticator(user_id=user.id, seed=seed or new_seed(), made_at=LONG_AGO, confirmed_at=confirmed_at))


def a_passkey(user: User, name: str = "work phone") -> Passkey:
    """A passkey of theirs, of a device that nobody has."""
    number = next(_number)
    return _saved(
        Passkey(
            user_id=user.id,
            credential_id=f"passkey-{number:08}",
            public_key=b"none",
            sign_count=0,
            name=name,
            made_at=LONG_AGO,
        )
    )


def a_member(group: Group, user: User, role: GroupRole = GroupRole.MEMBER) -> GroupMember:
    """A membership that began long ago."""
    return _saved(GroupMember(group_id=group.id, user_id=user.id, role=role, since=date(2024, 1, 1)))


def a_person(
    partnership: Partnership, given: str = "Martin", family: str = "Ashdown", born: date | None = None
) -> Person:
    """Somebody who can be named in a case."""
    return _saved(
        Person(
            partnership_id=partnership.id,
            ref=f"P{next(_number):04}",
            given_name=given,
            family_name=family,
            date_of_birth=born,
            search_name=f"{family} {given}".casefold(),
        )
    )


def a_case(
    partnership: Partnership,
    lead: Agency,
    *,
    title: str = "Martin Ashdown",
    group: Group | None = None,
    subject: Person | None = None,
    restricted: bool = False,
    kind: CaseKind = CaseKind.INDIVIDUAL,
) -> Case:
    """An open case; heard by the group and with the subject, where given."""
    case = _saved(
        Case(
            partnership_id=partnership.id,
            ref=f"{partnership.prefix}-2026-{next(_number):04}",
            kind=kind,
            title=title,
            search_title=title.casefold(),
            category="Noise",
            lead_agency_id=lead.id,
            opened_on=date(2026, 3, 5),
            risk=Risk.MEDIUM,
            restricted=restricted,
            summary="Complaints from four households.",
            updated_at=utc_now(),
        )
    )
    if group is not None:
        _saved(CaseGroup(case_id=case.id, group_id=group.id, since=date(2026, 3, 5)))
    if subject is not None:
        _saved(CasePerson(case_id=case.id, person_id=subject.id, role=PersonRole.SUBJECT))
    return case


def a_meeting(
    group: Group,
    *,
    starts_at: datetime | None = None,
    status: MeetingStatus = MeetingStatus.SCHEDULED,
    cases: list[Case] | None = None,
) -> Meeting:
    """A meeting of two hours, in the morning a week from now unless said; an agenda item for each case."""
    starts = starts_at or (utc_now() + timedelta(days=7)).replace(hour=9, minute=30, second=0, microsecond=0)
    meeting = _saved(
        Meeting(
            group_id=group.id,
            ref=f"M-{next(_number):05}",
            starts_at=starts.astimezone(UTC),
            ends_at=starts.astimezone(UTC) + timedelta(hours=2),
            venue="Council offices",
            status=status,
        )
    )
    for position, case in enumerate(cases or [], start=1):
        an_item(meeting, case, position=position)
    return meeting


def an_item(meeting: Meeting, case: Case | None, *, position: int = 1, heading: str = "") -> AgendaItem:
    """An agenda item: of a case, or standing."""
    return _saved(
        AgendaItem(
            meeting_id=meeting.id,
            position=position,
            kind=ItemKind.CASE if case is not None else ItemKind.STANDING,
            case_id=case.id if case is not None else None,
            heading=heading,
            minutes_allotted=12,
            reason="Complaints continue." if case is not None else "",
        )
    )


def an_action(
    case: Case,
    group: Group,
    owner: Agency,
    *,
    text: str = "Serve a community protection warning",
    due_on: date | None = None,
    item: AgendaItem | None = None,
) -> Action:
    """An open action, due in a fortnight unless said."""
    return _saved(
        Action(
            partnership_id=case.partnership_id,
            ref=f"A{next(_number):04}",
            group_id=group.id,
            case_id=case.id,
            meeting_id=item.meeting_id if item is not None else None,
            item_id=item.id if item is not None else None,
            text=text,
            owner_agency_id=owner.id,
            agreed_on=date(2026, 11, 2),
            due_on=due_on or today() + timedelta(days=14),
            updated_at=utc_now(),
        )
    )


def a_provider(
    partnership: Partnership, agency: Agency, pathway: str, status: ProviderStatus = ProviderStatus.APPROVED
) -> Provider:
    """An agency's registration for a pathway, approved unless said, with everybody of the agency as its staff."""
    user = a_user(agency)
    provider = _saved(
        Provider(
            partnership_id=partnership.id,
            agency_id=agency.id,
            pathway_key=pathway,
            status=status,
            capacity=10,
            registered_at=utc_now(),
            registered_by_id=user.id,
        )
    )
    for colleague in db.session.scalars(select(User).where(User.agency_id == agency.id)):
        staff_at(provider, colleague)
    return provider


def staff_at(provider: Provider, user: User) -> ProviderStaff:
    """Of the provider's staff for long."""
    return _saved(ProviderStaff(provider_id=provider.id, user_id=user.id, since=date(2024, 1, 1)))


def _saved(row: T) -> T:
    db.session.add(row)
    db.session.flush()
    return row
