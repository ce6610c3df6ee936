"""Writes of who may open a case: agencies, each on a lawful basis, and the groups that hear it."""

from datetime import date, datetime

from core import audit
from core.cases.models import Case, CaseAgency, CaseGroup
from core.cases.queries import groups_in, people_named_in
from core.cases.timeline import note_event
from core.clock import local_date
from core.disclosures.about_case import about_case
from core.disclosures.lists import Grounds, Kind
from core.disclosures.models import EndedDisclosure
from core.disclosures.usual import grounds_of
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.belonging import agencies_in, signatories_in
from core.policy import Permission, require
from core.policy.complaints import goes_to


def share_with_agency(actor: Actor, *, case: Case, agency_id: int, grounds: Grounds, now: datetime, on: date) -> None:
    """Open the case to an agency: a disclosure, with its lawful basis and purpose.

    Raises Refused for an agency that is not a signatory of the partnership's protocol on that day, or has the case.
    """
    names = dict(agencies_in(case.partnership_id, on=on))
    if agency_id not in names or agency_id not in signatories_in(case.partnership_id, on=on):
        raise Refused("A case can be opened to a signatory of the Information Sharing Protocol only")
    if agency_id == case.lead_agency_id or any(link.agency_id == agency_id for link in case.agencies):
        raise Refused("The case is open to this agency already")
    refuse_beyond_consent(case, agency_id)
    link = CaseAgency(agency_id=agency_id, since=on)
    link.stand_on(grounds)
    case.agencies.append(link)
    text = f"Opened to {names[agency_id]}: {grounds.basis}"
    note_event(case.id, now=now, kind="shared", text=text, note=grounds.purpose, actor=actor)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "case.share",
        object=f"case:{case.id}",
        subjects=[part.person_id for part in case.people],
        purpose=f"basis:{grounds.basis}",
        recipient=f"ag_{agency_id}",
    )


def end_share(actor: Actor, *, case: Case, link: CaseAgency, now: datetime) -> None:
    """Close the case to an agency again. What it has read, it has read."""
    agency_id, name = link.agency_id, link.agency.name
    _keep_that_it_was_open(link, agency_id=agency_id, on=local_date(now))
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

    Whether the actor may is asked before: whoever puts a case on a group's agenda opens it so, too. A group that hears
    it on no basis, as books that were imported say it, hears it from that day on what the partnership does that.
    """
    link = next((link for link in case.groups if link.group_id == group_id), None)
    if link is not None and link.basis:
        return False
    refuse_beyond_consent(case, None)
    if link is None:
        case.groups.append(heard_by(case.partnership_id, group_id, on=on))
    else:
        _keep_that_it_was_open(link, group_id=group_id, on=on)
        link.since = on
        link.stand_on(grounds_of(case.partnership_id, Kind.GROUP))
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
    close_to_group(actor, case=case, link=link, now=now)


def close_to_group(actor: Actor, *, case: Case, link: CaseGroup, now: datetime) -> None:
    """Close the case to a group again. Whether that may be is asked before: of a withdrawn consent, nobody."""
    group_id, name = link.group_id, link.group.name
    _keep_that_it_was_open(link, group_id=group_id, on=local_date(now))
    case.groups.remove(link)
    note_event(case.id, now=now, kind="group", text=f"No longer heard by {name}", actor=actor)
    _closed(actor, case, "case.close_to_group", f"group:{group_id}")


def heard_by(partnership_id: int, group_id: int, *, on: date) -> CaseGroup:
    """The line by which a group hears a case from that day on, on what the partnership does that."""
    link = CaseGroup(group_id=group_id, since=on)
    link.stand_on(grounds_of(partnership_id, Kind.GROUP))
    return link


def refuse_beyond_consent(case: Case, agency_id: int | None) -> None:
    """A case that was opened from a complaint goes to whom its provider agreed to; without an agency, to a whole table.

    Raises Refused.
    """
    consent = about_case(case.id)
    verdict = goes_to(consent, agency_id) if consent is not None else None
    if verdict is not None and not verdict:
        raise Refused(verdict.reason)


def _keep_that_it_was_open(
    link: CaseAgency | CaseGroup, *, on: date, agency_id: int | None = None, group_id: int | None = None
) -> None:
    """Who has been told stays listed: what they read, they have read."""
    ended = EndedDisclosure(case_id=link.case_id, agency_id=agency_id, group_id=group_id, since=link.since, ended_on=on)
    ended.stand_on(link.grounds)
    db.session.add(ended)


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
