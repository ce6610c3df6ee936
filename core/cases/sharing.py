"""Writes of who may open a case: agencies, each on a lawful basis, and the groups that hear it."""

from datetime import date, datetime

from core import audit
from core.cases.models import Case, CaseAgency, CaseGroup
from core.cases.queries import groups_in, people_named_in
from core.cases.timeline import note_event
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.belonging import agencies_in, signatories_in
from core.policy import Permission, require


def share_with_agency(
    actor: Actor, *, case: Case, agency_id: int, basis: str, purpose: str, now: datetime, on: date
) -> None:
    """Open the case to an agency: a disclosure, with its lawful basis and purpose.

    Raises Refused for an agency that is not a signatory of the partnership's protocol on that day, or has the case.
    """
    names = dict(agencies_in(case.partnership_id, on=on))
    if agency_id not in names or agency_id not in signatories_in(case.partnership_id, on=on):
        raise Refused("A case can be opened to a signatory of the Information Sharing Protocol only")
    if agency_id == case.lead_agency_id or any(link.agency_id == agency_id for link in case.agencies):
        raise Refused("The case is open to this agency already")
    case.agencies.append(CaseAgency(agency_id=agency_id, basis=basis, purpose=purpose, since=on))
    text = f"Opened to {names[agency_id]}: {basis}"
    note_event(case.id, now=now, kind="shared", text=text, note=purpose, actor=actor)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "case.share",
        object=f"case:{case.id}",
        subjects=[part.person_id for part in case.people],
        purpose=f"basis:{basis}",
        recipient=f"ag_{agency_id}",
    )


def end_share(actor: Actor, *, case: Case, link: CaseAgency, now: datetime) -> None:
    """Close the case to an agency again. What it has read, it has read."""
    agency_id, name = link.agency_id, link.agency.name
    case.agencies.remove(link)
    note_event(case.id, now=now, kind="shared", text=f"No longer open to {name}", actor=actor)
    _closed(actor, case, "case.unshare", f"ag_{agency_id}")


def give_to_group(actor: Actor, *, case: Case, group_id: int, now: datetime, on: date) -> None:
    """Let a group hear the case: a disclosure to its members. For those who lead that group. Raises Refused."""
    require(actor, Permission.CHOOSE_HEARING, group_id)
    name = dict(groups_in(case.partnership_id, on=on)).get(group_id)
    if name is None:
        raise Refused("This group is not one of the partnership’s, or it was closed")
    if not open_to_group(actor, case=case, group_id=group_id, on=on):
        raise Refused("This group hears the case already")
    note_event(case.id, now=now, kind="group", text=f"Heard by {name} from now on", actor=actor)


def open_to_group(actor: Actor, *, case: Case, group_id: int, on: date, purpose: str | None = None) -> bool:
    """Open the case to a group's members, a disclosure to them; False where it is open to them already.

    Whether the actor may is asked before: whoever puts a case on a group's agenda opens it so, too.
    """
    if any(link.group_id == group_id for link in case.groups):
        return False
    case.groups.append(CaseGroup(group_id=group_id, since=on))
    db.session.flush()
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "case.open_to_group",
        object=f"case:{case.id}",
        subjects=people_named_in([case.id]),
        purpose=purpose,
        recipient=f"group:{group_id}",
    )
    return True


def take_from_group(actor: Actor, *, case: Case, link: CaseGroup, now: datetime) -> None:
    """The group hears the case no longer. For those who lead that group. Raises Refused."""
    require(actor, Permission.CHOOSE_HEARING, link.group_id)
    group_id, name = link.group_id, link.group.name
    case.groups.remove(link)
    note_event(case.id, now=now, kind="group", text=f"No longer heard by {name}", actor=actor)
    _closed(actor, case, "case.close_to_group", f"group:{group_id}")


def _closed(actor: Actor, case: Case, action: str, recipient: str) -> None:
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        action,
        object=f"case:{case.id}",
        subjects=[part.person_id for part in case.people],
        recipient=recipient,
    )
