"""Who sees who was told what, who writes on what grounds, and who keeps consents of those who gave something in a
complaint. Whom such information goes to is in core.policy.complaints.
"""

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from core.disclosures.lists import Answer
from core.disclosures.models import ComplaintConsent
from core.facts import FOR_NAMED, LEADING_ROLES, Actor, AdminRole, EntryKind, Verdict, Visibility, visible
from core.meetings.models import Meeting
from core.policy import cases
from core.policy.complaints import goes_to
from core.policy.partnerships import partnership_admin
from core.policy.permissions import Permission
from core.policy.standing import data_lead, signatory
from core.recording.models import Entry, EntryAgency

NOT_TO_KEEP = "Only the agency that took the complaint, the lead agency, the chair and the coordinator record this."
NOTHING_GIVEN = "There is no consent that could be withdrawn."
WITHDRAWN_ALREADY = "This consent was withdrawn already."
NOT_WITHDRAWN = "Nobody is told of a withdrawal that there was not."


def keep_consent(actor: Actor, consent: ComplaintConsent) -> Verdict:
    """Record what somebody said to its use: the agency that took the complaint, and whoever may change the case.

    Whoever may not read what was given sees that there is something, and not what; so they keep no consent to it.
    """
    verdict = cases.open_case(actor, consent.case)
    if not verdict:
        return verdict
    if not tells_of(actor, consent):
        return Verdict.hidden()
    if actor.agency_id == consent.agency_id:
        return Verdict.yes()
    told = goes_to(consent, actor.agency_id)
    if not told and consent.withdrawn_on is None:
        return told
    return Verdict.yes() if cases.edit_case(actor, consent.case) else Verdict.no(NOT_TO_KEEP)


def tells_of(actor: Actor, consent: ComplaintConsent) -> bool:
    """Whether somebody to whom the case is open may know that there is something: of what was shared at a meeting,
    whoever may read it there.
    """
    entry = consent.entry
    return entry is None or visible(
        entry.visibility,
        source_agency_id=entry.source_agency_id,
        named={link.agency_id for link in entry.named_agencies},
        agency_id=actor.agency_id,
        leads=actor.leads(entry.item.meeting.group_id),
    )


def answer_anew(actor: Actor, consent: ComplaintConsent) -> Verdict:
    """Another answer than was kept: until it is withdrawn. A new consent after that is kept with a new record of it."""
    verdict = keep_consent(actor, consent)
    return Verdict.no(WITHDRAWN_ALREADY) if verdict and consent.withdrawn_on is not None else verdict


def withdraw(actor: Actor, consent: ComplaintConsent) -> Verdict:
    """Keep that somebody withdraws: there must be a consent."""
    verdict = answer_anew(actor, consent)
    return Verdict.no(NOTHING_GIVEN) if verdict and consent.answer is not Answer.GIVEN else verdict


def tell_readers(actor: Actor, consent: ComplaintConsent) -> Verdict:
    """Tell those who read it that it was withdrawn."""
    verdict = keep_consent(actor, consent)
    return Verdict.no(NOT_WITHDRAWN) if verdict and consent.withdrawn_on is None else verdict


def told_of_sharing(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of an entry's visibility (core.facts.visible), for a list that says that something was shared and
    not what: joined with its meeting, and of a case that is open to the actor.
    """
    led = [group_id for group_id, role in actor.groups.items() if role in LEADING_ROLES]
    named = exists().where(EntryAgency.entry_id == Entry.id, EntryAgency.agency_id == actor.agency_id)
    leads = and_(Meeting.group_id.in_(led), Entry.visibility != Visibility.AGREED)
    own = Entry.source_agency_id == actor.agency_id if actor.agency_id is not None else false()
    return and_(
        Entry.kind == EntryKind.INFORMATION,
        or_(Entry.visibility == Visibility.EVERYONE, leads, own, and_(Entry.visibility.in_(FOR_NAMED), named)),
    )


def everything(_actor: Actor) -> ColumnElement[bool]:
    """For the register of a partnership, in which nothing stands but references, agencies and days."""
    return true()


def write_grounds(actor: Actor, _subject: object = None) -> Verdict:
    """On what the partnership discloses is written by those who answer for it: its data protection lead and
    administrators.
    """
    if AdminRole.DATA_LEAD in actor.roles:
        return signatory(actor)
    return partnership_admin(actor)


RULES = {
    Permission.SEE_REGISTER: data_lead,
    Permission.WRITE_GROUNDS: write_grounds,
    Permission.KEEP_CONSENT: keep_consent,
    Permission.ANSWER_CONSENT: answer_anew,
    Permission.WITHDRAW_CONSENT: withdraw,
    Permission.TELL_READERS: tell_readers,
}
