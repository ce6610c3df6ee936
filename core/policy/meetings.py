"""Who may see, prepare and research a meeting."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from core.facts import RECORDING_ROLES, Actor, ItemKind, Verdict
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Nomination, Research, Series
from core.partnerships.models import Group
from core.policy import cases
from core.policy.partnerships import partnership_admin
from core.policy.permissions import Permission
from core.policy.standing import member_of_partnership, same_partnership

LEADERS_ONLY = "Only the chair or the coordinator of this group may do this."
RECUSED_FROM_ITEM = "You declared a conflict of interest in this item, so it is closed to you."
NOT_THEIRS = "Only the agency that nominated it, the chair and the coordinator may correct this."
NOT_IN_GROUP = "You are not a member of this group."


def see_meeting(actor: Actor, meeting: Meeting) -> Verdict:
    """Members of its group, deputies, and the partnership's administrators, who see no named item by that."""
    if not same_partnership(actor, meeting.group.partnership_id):
        return Verdict.hidden()
    if sits_in(actor, meeting) or partnership_admin(actor):
        return Verdict.yes()
    return Verdict.hidden()


def sits_in(actor: Actor, meeting: Meeting) -> bool:
    """A member of its group, or a deputy at this one meeting."""
    return meeting.group_id in actor.groups or meeting.id in actor.deputises_at


def meetings_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see_meeting`; to be used on a query that joins Meeting with Group."""
    if not actor.in_partnership:
        return false()
    mine = Meeting.group_id.in_(actor.groups.keys()) if actor.groups else false()
    as_deputy = Meeting.id.in_(actor.deputises_at) if actor.deputises_at else false()
    return and_(
        Group.partnership_id == actor.partnership_id,
        or_(mine, as_deputy, true() if partnership_admin(actor) else false()),
    )


def schedule_meeting(actor: Actor, target: Group | Series) -> Verdict:
    """Those who lead the group, of its single meetings and its series."""
    group = target.group if isinstance(target, Series) else target
    if not same_partnership(actor, group.partnership_id):
        return Verdict.hidden()
    return Verdict.yes() if actor.leads(group.id) else Verdict.no(LEADERS_ONLY)


def lead_meeting(actor: Actor, meeting: Meeting) -> Verdict:
    """Those who lead its group. Names still need a signature: each item is asked for itself."""
    seen = see_meeting(actor, meeting)
    if not seen:
        return seen
    return Verdict.yes() if actor.leads(meeting.group_id) else Verdict.no(LEADERS_ONLY)


def prepare_agenda(actor: Actor, meeting: Meeting) -> Verdict:
    """Those who lead the group, of a signatory agency: an agenda is made of names."""
    verdict = lead_meeting(actor, meeting)
    if verdict and not actor.signatory:
        return Verdict.no(actor.standing)
    return verdict


def nominate(actor: Actor, meeting: Meeting) -> Verdict:
    """Members of the group, of a signatory agency; observers watch."""
    seen = see_meeting(actor, meeting)
    if not seen:
        return seen
    if actor.groups.get(meeting.group_id) not in RECORDING_ROLES:
        return Verdict.no("Only members of this group may nominate a case.")
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing)


def decide_nomination(actor: Actor, nomination: Nomination) -> Verdict:
    """Those who may prepare the agenda, if the case is not closed to them."""
    verdict = prepare_agenda(actor, nomination.meeting)
    if verdict and nomination.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    return verdict


def correct_nomination(actor: Actor, nomination: Nomination) -> Verdict:
    """The agency that made it, by whoever records in the group, and those who lead the group: where it was wrong."""
    seen = see_meeting(actor, nomination.meeting)
    if not seen:
        return seen
    verdict = read_nomination(actor, nomination)
    if not verdict:
        return verdict
    if nomination.case.erased_on is not None:
        return Verdict.no(cases.ERASED)
    group_id = nomination.meeting.group_id
    own = nomination.agency_id == actor.agency_id and actor.groups.get(group_id) in RECORDING_ROLES
    return Verdict.yes() if own or actor.leads(group_id) else Verdict.no(NOT_THEIRS)


def read_item(actor: Actor, item: AgendaItem) -> Verdict:
    """What is behind an item: its case, or for one without membership and signature, and no interest declared in it."""
    seen = see_meeting(actor, item.meeting)
    if not seen:
        return seen
    if item.kind is ItemKind.STANDING:
        return Verdict.yes()
    if item.case is not None:
        verdict = cases.open_case(actor, item.case)
        return verdict if verdict.known else Verdict.no(cases.RESTRICTED)
    if not sits_in(actor, item.meeting):
        return Verdict.no(NOT_IN_GROUP)
    if not actor.signatory:
        return Verdict.no(actor.standing)
    return Verdict.no(RECUSED_FROM_ITEM) if item.id in actor.recused_items else Verdict.yes()


def download_agenda(actor: Actor, version: AgendaVersion) -> Verdict:
    """Whoever sits in the meeting; what is in their copy is asked for each item: `AgendaRecord.only`."""
    seen = see_meeting(actor, version.meeting)
    if not seen:
        return seen
    return Verdict.yes() if sits_in(actor, version.meeting) else Verdict.no(NOT_IN_GROUP)


def read_nomination(actor: Actor, nomination: Nomination) -> Verdict:
    """Its reason, and what it asks: the agency that made it, those who lead the group, whoever may open the case.

    The group's chair decides on a case that need not be open to them yet: what the nomination says is written
    for them. The case's title is not: it shows where the case does.
    """
    if nomination.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    if not actor.signatory:
        return Verdict.no(actor.standing)
    own = nomination.agency_id == actor.agency_id
    if own or actor.leads(nomination.meeting.group_id) or cases.open_case(actor, nomination.case):
        return Verdict.yes()
    return Verdict.no(cases.RESTRICTED)


def edit_item(actor: Actor, item: AgendaItem) -> Verdict:
    """Those who may prepare the agenda and read the item: its form shows what it is about."""
    verdict = prepare_agenda(actor, item.meeting)
    return read_item(actor, item) if verdict else verdict


def see_research(actor: Actor, item: AgendaItem) -> Verdict:
    """Whoever may read the item. Which returns they see is asked for each: `read_return`."""
    return read_item(actor, item)


def answer_research(actor: Actor, research: Research) -> Verdict:
    """The agency that was asked, if its person may read the item."""
    verdict = read_item(actor, research.item)
    if not verdict:
        return verdict
    if research.agency_id != actor.agency_id:
        return Verdict.no("Only the agency that was asked may answer.")
    if actor.groups.get(research.item.meeting.group_id) not in RECORDING_ROLES:
        return Verdict.no("Observers cannot answer a research request.")
    return Verdict.yes()


def read_return(actor: Actor, research: Research) -> Verdict:
    """The agency that wrote it, and those who lead the group; the others hear it in the meeting."""
    verdict = read_item(actor, research.item)
    if not verdict:
        return verdict
    if research.agency_id == actor.agency_id or actor.leads(research.item.meeting.group_id):
        return Verdict.yes()
    return Verdict.no("A return is read by its own agency, the chair and the coordinator; it is shared at the meeting.")


def returns_read_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `read_return`, for returns of items that the actor may read."""
    return or_(
        Research.agency_id == actor.agency_id,
        Research.item_id.in_(
            select(AgendaItem.id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(Meeting.group_id.in_(actor.led_groups))
        )
        if actor.led_groups
        else false(),
    )


RULES = {
    Permission.SEE_MEETINGS: member_of_partnership,
    Permission.SEE_MEETING: see_meeting,
    Permission.SCHEDULE_MEETING: schedule_meeting,
    Permission.MANAGE_MEETING: lead_meeting,
    Permission.NOMINATE: nominate,
    Permission.DECIDE_NOMINATION: decide_nomination,
    Permission.CORRECT_NOMINATION: correct_nomination,
    Permission.EDIT_AGENDA: prepare_agenda,
    Permission.EDIT_ITEM: edit_item,
    Permission.CIRCULATE_AGENDA: prepare_agenda,
    Permission.DOWNLOAD_AGENDA: download_agenda,
    Permission.SEE_RESEARCH: see_research,
    Permission.ANSWER_RESEARCH: answer_research,
}
