"""What an agency leaves behind as it leaves the partnership, and who takes it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select

from core.actions.departing import open_by_group, takers_in
from core.extensions import db
from core.facts import MeetingStatus
from core.meetings.models import AgendaItem, Meeting, Research
from core.partnerships.models import Group, PartnershipAgency, Provider
from core.referrals.models import Referral


@dataclass(frozen=True, slots=True)
class OpenInGroup:
    """Its open actions in one group. `taker` is who gets them, empty where nobody of the group can."""

    group_id: int
    group: str
    number: int
    overdue: int
    taker: str


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What it leaves open: actions by group, referrals to it and by it, research that it has not answered."""

    groups: Sequence[OpenInGroup]
    referrals_to: int
    referrals_by: int
    research: int

    @property
    def actions(self) -> int:
        """Open actions, in all groups."""
        return sum(each.number for each in self.groups)

    @property
    def nobodys(self) -> Sequence[OpenInGroup]:
        """Groups in which nobody can take them over."""
        return [each for each in self.groups if not each.taker]


def left_open_by(membership: PartnershipAgency, *, on: date) -> LeftOpen:
    """What the agency has open on that day. Six queries."""
    groups = open_by_group(membership, on=on)
    takers = takers_in(membership, [group.id for group in groups], on=on)
    first = {group_id: f"{user.name}, {agency}" for group_id, [(user, agency), *_] in takers.items()}
    return LeftOpen(
        groups=[
            OpenInGroup(
                group.id,
                group.name,
                group.number,
                group.overdue,
                first.get(group.id, ""),
            )
            for group in groups
        ],
        referrals_to=_referrals(membership, Referral.provider_id.in_(_providers(membership))),
        referrals_by=_referrals(membership, Referral.referrer_agency_id == membership.agency_id),
        research=db.session.scalar(
            select(func.count())
            .select_from(Research)
            .join(AgendaItem, AgendaItem.id == Research.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .join(Group, Group.id == Meeting.group_id)
            .where(
                Research.agency_id == membership.agency_id,
                Research.answered_at.is_(None),
                AgendaItem.taken_off_at.is_(None),
                Group.partnership_id == membership.partnership_id,
                Meeting.status.in_((MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION)),
            )
        )
        or 0,
    )


def _providers(membership: PartnershipAgency) -> Select[int]:
    return select(Provider.id).where(
        Provider.partnership_id == membership.partnership_id, Provider.agency_id == membership.agency_id
    )


def _referrals(membership: PartnershipAgency, which: ColumnElement[bool]) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Referral)
            .where(which, Referral.partnership_id == membership.partnership_id, Referral.closed_at.is_(None))
        )
        or 0
    )
