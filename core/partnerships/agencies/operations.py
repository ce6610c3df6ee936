"""Changes to agencies: joining, signing, leaving."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from core import audit
from core.actions.handover import hand_over_actions_of
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.meetings.diary.departing import invite_people_of, take_out_people_of
from core.partnerships.agencies import queries
from core.partnerships.models import Agency, PartnershipAgency, Signature

KEY_TAKEN = "There is an agency with this short name already"
NOT_JOINED_YET = "The day of joining must be today or in the past. Record the agency once it has joined"
JOINED_AFTER_LEAVING = "The day of joining must not be after the day on which the agency left"
NAME_TAKEN = "There is an agency with this name in the partnership already"
SIGNED_THAT_DAY = "A signature from that day is recorded already"
HAS_LEFT = "This agency has left the partnership. Record that it came back before it signs again."


@dataclass(frozen=True, slots=True)
class AgencyDetails:
    """What is written about an agency. `spoc`, `joined_on`: its single point of contact, and its day, in this one."""

    name: str
    kind: str
    email: str
    spoc: str
    joined_on: date | None = None


def add_agency(actor: Actor, *, partnership_id: int, key: str, details: AgencyDetails, on: date) -> Agency:
    """Take a new agency in. Raises Refused when its key or name is taken, and for a day to come."""
    _check_joining(details, left_on=None, on=on)
    if queries.agency_with_key(key):
        raise Refused(KEY_TAKEN, field="key")
    if queries.agency_called(partnership_id, details.name):
        raise Refused(NAME_TAKEN, field="name")
    agency = Agency(key=key, name=details.name, kind=details.kind, email=details.email)
    db.session.add(agency)
    db.session.flush()
    db.session.add(
        PartnershipAgency(
            partnership_id=partnership_id, agency_id=agency.id, joined_on=details.joined_on, spoc=details.spoc
        )
    )
    _record(actor, "agency.add", agency.id, asdict(details))
    return agency


def version_of(membership: PartnershipAgency) -> int:
    """One number for agency and membership, which are edited in one form: both only rise, and so does their sum."""
    return membership.version + membership.agency.version


def details_of(membership: PartnershipAgency) -> AgencyDetails:
    """What is written about an agency now."""
    agency = membership.agency
    return AgencyDetails(agency.name, agency.kind, agency.email, membership.spoc, membership.joined_on)


def change_agency(
    actor: Actor, *, membership: PartnershipAgency, version: int, details: AgencyDetails, on: date
) -> None:
    """Change what is written about it.

    Raises Stale; Refused when the name is another agency's, and for a day of joining to come or after it left.
    """
    _check(membership, version)
    _check_joining(details, left_on=membership.left_on, on=on)
    agency = membership.agency
    if queries.agency_called(membership.partnership_id, details.name, but=agency.id):
        raise Refused(NAME_TAKEN, field="name")
    agency.name, agency.kind, agency.email = details.name, details.kind, details.email
    membership.spoc, membership.joined_on = details.spoc, details.joined_on
    _record(actor, "agency.change", agency.id, asdict(details))


def sign(
    actor: Actor,
    *,
    membership: PartnershipAgency,
    document: str,
    signed_by: str,
    signed_on: date,
    expires_on: date | None,
) -> Signature:
    """Record that the agency signed the Information Sharing Protocol, from a day until a day (both in force).

    Raises Refused when it ends before it begins, when one from that day is there, and for an agency that has left.
    """
    if membership.left_on is not None:
        raise Refused(HAS_LEFT)
    if expires_on is not None and expires_on < signed_on:
        raise Refused("The signature cannot end before it begins")
    if any(each.signed_on == signed_on for each in queries.signatures_of(membership)):
        raise Refused(SIGNED_THAT_DAY)
    signature = Signature(
        partnership_id=membership.partnership_id,
        agency_id=membership.agency_id,
        signed_on=signed_on,
        expires_on=expires_on,
        signed_by=signed_by,
        document=document,
    )
    db.session.add(signature)
    db.session.flush()
    _record(
        actor,
        "signature.record",
        membership.agency_id,
        {"document": document, "by": signed_by, "from": signed_on, "until": expires_on},
    )
    return signature


def end_signature(actor: Actor, *, membership: PartnershipAgency, signature: Signature, last_day: date) -> None:
    """Set the last day on which a signature is in force. Raises Refused for a day before it began."""
    if last_day < signature.signed_on:
        raise Refused("The signature cannot end before it begins")
    signature.expires_on = last_day
    _record(actor, "signature.end", membership.agency_id, {"signature": signature.id, "until": last_day})


def record_left(
    actor: Actor, *, membership: PartnershipAgency, version: int, left_on: date, now: datetime, on: date
) -> int:
    """Record that the agency left: from that day on its people lose access, on their next request.

    Its open actions go to those who lead their groups (core.actions.handover), and the meetings to come out of its
    people's calendars (core.meetings.diary.departing), by the worker's sweep where the day lies ahead. How many
    actions went now. Raises Stale; Refused for the actor's own agency, and for a day before it joined.
    """
    _check(membership, version)
    if membership.agency_id == actor.agency_id:
        raise Refused("This is your own agency. An administrator of another agency must record that it left.")
    if membership.joined_on is not None and left_on < membership.joined_on:
        raise Refused("The agency cannot leave before it joined")
    membership.left_on = left_on
    _record(actor, "agency.leave", membership.agency_id, {"left_on": left_on})
    take_out_people_of(membership, now=now, on=on)
    return hand_over_actions_of(actor, membership, now=now, on=on)


def record_return(actor: Actor, *, membership: PartnershipAgency, now: datetime, on: date) -> None:
    """Record that the agency is back, or never left. Its signatures count again for as long as they run, and its people
    are invited again to what was taken out of their calendars.
    """
    had_left = membership.left_on is not None and membership.left_on <= on
    membership.left_on = None
    if had_left:
        db.session.flush()
        invite_people_of(membership, now=now, on=on)
    _record(actor, "agency.return", membership.agency_id, {})


def _check_joining(details: AgencyDetails, *, left_on: date | None, on: date) -> None:
    if details.joined_on is None:
        return
    if details.joined_on > on:
        raise Refused(NOT_JOINED_YET, field="joined_on")
    if left_on is not None and details.joined_on > left_on:
        raise Refused(JOINED_AFTER_LEAVING, field="joined_on")


def _check(membership: PartnershipAgency, version: int) -> None:
    if version != version_of(membership):
        raise Stale({**asdict(details_of(membership)), "left_on": membership.left_on})


def _record(actor: Actor, action: str, agency_id: int, payload: dict[str, object]) -> None:
    audit.record(actor, audit.Category.ADMIN, action, object=f"agency:{agency_id}", payload=payload)
