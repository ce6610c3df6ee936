"""Reads of actions-out: which actions a meeting agreed, and who is told of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.actions.models import Action
from core.actions.queries import closed_to
from core.cases.queries import people_named_in
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.sending import Addressee
from core.extensions import db
from core.facts import ActionStatus, Actor, CirculationKind, GroupRole, MailKind
from core.meetings.diary.queries import people_of
from core.meetings.models import Meeting
from core.partnerships.models import PartnershipAgency
from core.policy.actions import actions_seen_by


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one agency undertook at a meeting, and the accounts that are told of each action; none where there is
    nobody to tell."""

    agency: str
    actions: Sequence[Action]
    told: Mapping[int, tuple[User, ...]]

    @property
    def unreached(self) -> bool:
        """Whether there is an action that nobody is told of."""
        return not all(self.told[action.id] for action in self.actions)


def agreed_at(meeting_id: int) -> Sequence[Action]:
    """The open actions that the meeting agreed, by agency and due date, each with its owners."""
    return db.session.scalars(
        select(Action)
        .where(Action.meeting_id == meeting_id, Action.status == ActionStatus.OPEN)
        .order_by(Action.due_on, Action.id)
        .options(joinedload(Action.owner_agency), joinedload(Action.owner), raiseload("*"))
    ).all()


def readable_by(actor: Actor, actions: Collection[Action]) -> frozenset[int]:
    """Ids of those whose words the actor may read."""
    return frozenset(
        db.session.scalars(
            select(Action.id).where(Action.id.in_([action.id for action in actions]), actions_seen_by(actor))
        )
    )


def of_agency(actor: Actor, meeting_id: int) -> Sequence[Action]:
    """What the actor's agency undertook there and they may read, by due date: settled ones too, struck out ones not."""
    return db.session.scalars(
        select(Action)
        .where(
            Action.meeting_id == meeting_id,
            Action.owner_agency_id == actor.agency_id,
            Action.status != ActionStatus.STRUCK,
            actions_seen_by(actor),
        )
        .order_by(Action.due_on, Action.id)
        .options(joinedload(Action.owner), joinedload(Action.case), raiseload("*"))
    ).all()


def parcels_of(meeting: Meeting, *, on: date) -> Sequence[Parcel]:
    """What is to be told to whom, by agency: a person named as owner, else the agency's members of the group, else its
    single point of contact, where that is the name or the address of one of its accounts. Nobody of what is closed to
    them by an interest that they declared.
    """
    actions = agreed_at(meeting.id)
    by_agency: dict[int, list[Action]] = {}
    for action in actions:
        by_agency.setdefault(action.owner_agency_id, []).append(action)
    members = _members_by_agency(meeting.group_id, on=on)
    contacts = _contacts(meeting.group.partnership_id, set(by_agency) - set(members))
    closed = closed_to(actions)
    parcels = [
        Parcel(
            agency=of[0].owner_agency.name,
            actions=of,
            told={
                action.id: tuple(
                    user for user in _owners(action, members, contacts) if user.id not in closed[action.id]
                )
                for action in of
            },
        )
        for of in by_agency.values()
    ]
    return sorted(parcels, key=lambda parcel: parcel.agency.casefold())


def addressees_of(meeting_id: int, parcels: Sequence[Parcel]) -> Mapping[int, tuple[Addressee, Sequence[Action]]]:
    """Each account that is to be told of an action that it was not told of yet, with all of its actions.

    The same actions are the same thing, and go out once. That some were settled meanwhile tells nobody anything new.
    """
    told = _told_of(meeting_id)
    theirs: dict[int, tuple[User, list[Action]]] = {}
    for parcel in parcels:
        for action in parcel.actions:
            for user in parcel.told[action.id]:
                theirs.setdefault(user.id, (user, []))[1].append(action)
    return {
        user_id: (_addressee(meeting_id, user, actions), actions)
        for user_id, (user, actions) in theirs.items()
        if {action.id for action in actions} - told.get(user_id, frozenset())
    }


def _addressee(meeting_id: int, user: User, actions: Sequence[Action]) -> Addressee:
    numbers = frozenset(action.id for action in actions)
    return Addressee(user, f"actions:{meeting_id}:{_digest(actions)}", numbers, subjects=_subjects(actions))


def _subjects(actions: Sequence[Action]) -> tuple[int, ...]:
    return tuple(people_named_in({action.case_id for action in actions if action.case_id is not None}))


def _told_of(meeting_id: int) -> Mapping[int, frozenset[int]]:
    """The actions that each account was told of: account id -> ids of actions."""
    rows = db.session.execute(
        select(Copy.user_id, Copy.granted_items)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Circulation.meeting_id == meeting_id, Circulation.kind == CirculationKind.ACTIONS)
    )
    told: dict[int, frozenset[int]] = {}
    for user_id, numbers in rows:
        told[user_id] = told.get(user_id, frozenset()) | {int(number) for number in numbers.split(",") if number}
    return told


def last_told(meeting_id: int) -> Mapping[int, datetime]:
    """When each account was last told of that meeting's actions: account id -> moment. One given later is no such."""
    return dict(
        db.session.execute(
            select(Mail.user_id, func.max(Mail.created_at))
            .where(Mail.meeting_id == meeting_id, Mail.kind == MailKind.ACTIONS, Mail.copy_id.is_not(None))
            .group_by(Mail.user_id)
        ).all()
    )


def _digest(actions: Sequence[Action]) -> str:
    numbers = ",".join(str(number) for number in sorted(action.id for action in actions))
    return sha256(numbers.encode()).hexdigest()[:16]


def _owners(
    action: Action, members: Mapping[int, tuple[User, ...]], contacts: Mapping[int, tuple[User, ...]]
) -> tuple[User, ...]:
    if action.owner is not None and action.owner.retired_at is None:
        return (action.owner,)
    return members.get(action.owner_agency_id) or contacts.get(action.owner_agency_id, ())


def _members_by_agency(group_id: int, *, on: date) -> dict[int, tuple[User, ...]]:
    members: dict[int, tuple[User, ...]] = {}
    for user, role in people_of(group_id, on=on):
        if user.agency_id is not None and role is not GroupRole.OBSERVER:
            members[user.agency_id] = (*members.get(user.agency_id, ()), user)
    return members


def _contacts(partnership_id: int, agencies: Collection[int]) -> dict[int, tuple[User, ...]]:
    """The account that an agency's single point of contact names; two of the same name are nobody."""
    rows = db.session.execute(
        select(PartnershipAgency.agency_id, User)
        .join(User, User.agency_id == PartnershipAgency.agency_id)
        .where(
            PartnershipAgency.partnership_id == partnership_id,
            PartnershipAgency.agency_id.in_(agencies),
            PartnershipAgency.spoc != "",
            func.lower(PartnershipAgency.spoc).in_((func.lower(User.name), func.lower(User.email))),
            User.retired_at.is_(None),
        )
        .options(joinedload(User.agency))
    ).all()
    found: dict[int, list[User]] = {}
    for agency_id, user in rows:
        found.setdefault(agency_id, []).append(user)
    return {agency_id: (users[0],) for agency_id, users in found.items() if len(users) == 1}
