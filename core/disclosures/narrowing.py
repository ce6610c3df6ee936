"""A case that was opened from a complaint is open to nobody beyond what the person who told it agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.cases.models import Case, CaseAgency, CaseGroup
from core.cases.sharing import close_to_group, end_share
from core.disclosures.models import ComplaintConsent
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MeetingStatus
from core.meetings.agenda.operations import take_off_closed
from core.meetings.models import AgendaItem, Meeting
from core.policy.complaints import goes_to, goes_to_all

NOT_AGREED = "What was given in the complaint it was opened from is not agreed to for this group."
BEING_HELD = (
    "{group} hears this case at {ref}, which is being held now: it cannot be taken from {group} until that meeting is "
    "closed. Keep this then."
)


@dataclass(frozen=True, slots=True)
class Beyond:
    """To whom a case is open that its provider did not agree to."""

    agencies: Sequence[CaseAgency] = ()
    groups: Sequence[CaseGroup] = ()

    @property
    def names(self) -> list[str]:
        """Of all of them."""
        return [*(link.agency.name for link in self.agencies), *(link.group.name for link in self.groups)]


def everybody(case: Case, consent: ComplaintConsent) -> Beyond:
    """To whom it would not be open any more if the consent were withdrawn. Of a case itself alone."""
    if not consent.is_of_case:
        return Beyond()
    return Beyond([link for link in case.agencies if link.agency_id != consent.agency_id], list(case.groups))


def beyond(case: Case, consent: ComplaintConsent) -> Beyond:
    """As it stands. Of a case itself alone: an incident and an entry have their own readers."""
    if not consent.is_of_case:
        return Beyond()
    return Beyond(
        [link for link in case.agencies if not goes_to(consent, link.agency_id)],
        [] if goes_to_all(consent) else list(case.groups),
    )


def close_beyond(actor: Actor, *, case: Case, consent: ComplaintConsent, now: datetime) -> Sequence[str]:
    """Close it to them; their names. Raises Refused while a meeting is held at which one of the groups hears it.

    Nobody who leads the group is asked: what somebody does not agree to is not theirs to keep.
    """
    found = beyond(case, consent)
    names = found.names
    groups = [link.group_id for link in found.groups]
    _refuse_while_held(case.id, {link.group_id: link.group.name for link in found.groups})
    if groups:
        take_off_closed(actor, case_id=case.id, group_ids=groups, reason=NOT_AGREED, now=now)
    for agency in found.agencies:
        end_share(actor, case=case, link=agency, now=now)
    for group in found.groups:
        close_to_group(actor, case=case, link=group, now=now)
    return names


def _refuse_while_held(case_id: int, groups: dict[int, str]) -> None:
    if not groups:
        return
    held = db.session.execute(
        select(Meeting.group_id, Meeting.ref)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            Meeting.group_id.in_(groups),
            Meeting.status == MeetingStatus.IN_SESSION,
            AgendaItem.case_id == case_id,
            AgendaItem.taken_off_at.is_(None),
        )
        .order_by(Meeting.id)
    ).first()
    if held is not None:
        raise Refused(BEING_HELD.format(group=groups[held.group_id], ref=held.ref))
