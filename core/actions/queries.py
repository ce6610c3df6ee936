"""Reads of the action log. Each says what it loads and forbids the rest."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, exists, false, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import Action, ActionUpdate
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.extensions import db, directly
from core.facts import MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.belonging import belongs
from core.partnerships.models import PartnershipAgency
from core.recording.models import Recusal

_NOTHING_ELSE = raiseload("*", sql_only=True)

# What each recorded action asks for is put together once.
_IS_AGENCY = select(
    exists().where(
        PartnershipAgency.partnership_id == bindparam("partnership"),
        PartnershipAgency.agency_id == bindparam("agency"),
        belongs(bindparam("day")),
    )
)


def action(action_id: int) -> Action | None:
    """An action with its owner, group, meeting, and its case with who may open it. Three queries."""
    return db.session.scalars(
        select(Action)
        .where(Action.id == action_id)
        .options(
            joinedload(Action.owner_agency),
            joinedload(Action.owner),
            joinedload(Action.group),
            joinedload(Action.meeting),
            joinedload(Action.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
            _NOTHING_ELSE,
        )
    ).first()


def agreed_under(item_id: int, action_id: int) -> Action | None:
    """An action that was agreed under that item, with its owners."""
    return db.session.scalars(
        select(Action)
        .where(Action.id == action_id, Action.item_id == item_id)
        .options(joinedload(Action.owner_agency), joinedload(Action.owner), _NOTHING_ELSE)
    ).first()


def changed_since(action: Action, moment: datetime) -> bool:
    """Whether anything was done about the action after that moment."""
    later = (ActionUpdate.action_id == action.id, ActionUpdate.at > moment, ActionUpdate.before.is_not(None))
    return bool(db.session.scalar(select(exists().where(*later))))


def item_in_session(action: Action) -> AgendaItem | None:
    """The item that agreed the action, with its meeting, while that meeting is in session."""
    if action.item_id is None:
        return None
    return db.session.scalars(
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(AgendaItem.id == action.item_id, Meeting.status == MeetingStatus.IN_SESSION)
        .options(joinedload(AgendaItem.meeting))
    ).first()


def subjects_of(action: Action) -> Sequence[int]:
    """The persons of the action's case, for the trail."""
    return people_named_in([action.case_id]) if action.case_id is not None else ()


def is_agency_of(partnership_id: int, agency_id: int, *, on: date) -> bool:
    """Whether that agency belongs to the partnership on that day."""
    return bool(directly(_IS_AGENCY, {"partnership": partnership_id, "agency": agency_id, "day": on}).scalar())


def is_person_of(agency_id: int, user_id: int) -> bool:
    """Whether that account belongs to the agency and is not retired."""
    return bool(
        db.session.scalar(
            select(exists().where(User.id == user_id, User.agency_id == agency_id, User.retired_at.is_(None)))
        )
    )


def declared_interest(user_id: int, *, case_id: int | None, item_id: int | None) -> bool:
    """Whether that account declared a conflict of interest in the case, or in the item."""
    asked = ((Recusal.case_id, case_id), (Recusal.item_id, item_id))
    about = or_(false(), *(column == number for column, number in asked if number is not None))
    theirs = exists().where(Recusal.user_id == user_id, Recusal.lifted_at.is_(None), about)
    return bool(db.session.scalar(select(theirs)))


def closed_to(actions: Collection[Action]) -> Mapping[int, frozenset[int]]:
    """Action id -> ids of the accounts that declared an interest in its case or its item. One query."""
    cases = {action.case_id for action in actions if action.case_id is not None}
    items = {action.item_id for action in actions if action.item_id is not None}
    declared = db.session.execute(
        select(Recusal.user_id, Recusal.case_id, Recusal.item_id).where(
            Recusal.lifted_at.is_(None), or_(Recusal.case_id.in_(cases), Recusal.item_id.in_(items))
        )
    ).all()
    return {
        action.id: frozenset(
            user_id
            for user_id, case_id, item_id in declared
            if item_id == action.item_id or (case_id is not None and case_id == action.case_id)
        )
        for action in actions
    }
