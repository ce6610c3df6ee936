"""The trail in words: what was done, and to what. The records themselves keep their codes, which a program reads."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from core.actions.models import Action
from core.cases.models import Case
from core.extensions import db
from core.meetings.models import Meeting
from core.partnerships.models import Agency, Group, PartnershipAgency
from core.referrals.models import Referral

OPERATIONS = {
    "Accounts": {
        "sign_in": "Signed in",
        "sign_out": "Signed out",
        "choose_partnership": "Chose the partnership",
        "change_password": "Changed the password",
        "prove": "Showed again who they are",
        "passkey.add": "Added a passkey",
        "passkey.remove": "Removed a passkey",
        "agency_account.use": "Signed in with the account at their agency",
        "agency_account.prove": "Showed at their agency who they are",
        "agency_account.link": "Linked the account with the one at their agency",
        "agency_account.unlink": "Unlinked the account from the one at their agency",
        "identity_provider.add": "Set up how an agency’s people sign in with its own accounts",
        "identity_provider.change": "Changed how an agency’s people sign in with its own accounts",
        "identity_provider.remove": "Took away how an agency’s people sign in with its own accounts",
        "session.end": "Signed out of another browser",
        "session.end_all": "Signed out everywhere",
        "protocol.countersign": "Countersigned the Information Sharing Protocol",
        "two_step.start": "Began to set up an app for signing in",
        "two_step.confirm": "Set up an app for signing in",
        "two_step.recovery_codes": "Made recovery codes",
        "two_step.use_code": "Entered a code to sign in",
        "two_step.use_recovery_code": "Used a recovery code",
        "two_step.take_away": "Took the second step of signing in away",
        "partnership.two_step": "Changed who signs in in two steps",
        "confidentiality.accept": "Accepted the confidentiality agreement",
        "keeping.make_key": "Made the key to what a browser keeps of a meeting",
        "calendar.make": "Made a calendar feed",
        "calendar.revoke": "Stopped a calendar feed",
        "account.stop_daily_mail": "Stopped the daily mail",
        "account.start_daily_mail": "Asked for the daily mail again",
        "account.create": "Created an account",
        "keys.rotate": "Made a new key to protected data",
        "keys.retire": "Took a key to protected data out",
        "backup.make": "Made a backup of everything",
        "backup.restore": "Put a backup back",
        "backup.restore_without_erasures": "Put a backup back though nobody knew what was erased since",
        "account.invite": "Invited to choose a password",
        "account.mail_invitation": "Mailed an invitation",
        "account.mail_reset": "Mailed a link for a new password",
        "account.show_invitation": "Showed an invitation’s link",
        "account.change": "Changed an account",
        "account.end_sessions": "Signed an account out everywhere",
        "account.retire": "Retired an account",
        "account.bring_back": "Brought an account back",
        "audit.read": "Read the audit trail",
        "audit.person": "Read who saw a person’s data",
    },
    "Actions": {
        "action.record": "Recorded an action",
        "action.correct": "Corrected an action",
        "action.strike": "Struck out an action",
        "action.restore": "Restored an action that was struck out",
        "action.give": "Told an agency of its action",
        "action.read": "Read an action",
        "action.updated": "Noted progress of an action",
        "action.completed": "Completed an action",
        "action.not_done": "Marked an action as not done",
        "action.reassigned": "Gave an action to somebody else",
        "action.handed_over": "Handed over an action of an agency that left",
        "action.re_opened": "Re-opened an action",
        "action.due_date_changed": "Changed an action’s due date",
        "actions.list": "Read the list of actions",
        "actions.export": "Downloaded the list of actions",
    },
    "Cases and people": {
        "disclosures.read": "Read who was told what",
        "disclosures.export": "Downloaded the register of disclosures",
        "statistics.export": "Downloaded the statistics, which name nobody",
        "disclosures.write_grounds": "Wrote on what the partnership discloses",
        "complaint.keep": "Kept what somebody said to the use of what they gave in a complaint",
        "complaint.answer": "Kept another answer to the use of what was given in a complaint",
        "complaint.withdraw": "Kept that somebody withdrew what they gave in a complaint",
        "complaint.tell": "Told readers that a consent was withdrawn",
        "emergency.ask": "Asked to open a case in an emergency",
        "emergency.read": "Read who asked for a case in an emergency",
        "emergency.grant": "Opened a case to somebody in an emergency",
        "emergency.decline": "Declined to open a case in an emergency",
        "emergency.end": "Ended an emergency opening of a case",
        "emergency.note": "Looked at an emergency opening of a case",
        "case.create": "Opened a new case",
        "case.read": "Read a case",
        "case.list": "Read the list of cases",
        "case.search": "Searched the cases",
        "case.edit": "Changed a case",
        "case.people": "Looked for somebody to name in a case",
        "case.name": "Named somebody in a case",
        "case.unname": "Took somebody out of a case",
        "case.incident": "Recorded an incident",
        "case.incident.change": "Changed an incident",
        "case.incident.remove": "Removed an incident",
        "hate.flag": "Flagged a hate incident",
        "hate.unflag": "Took the flag of a hate incident off",
        "hate.read": "Read a hate incident",
        "hate.acknowledge": "Looked at a hate incident",
        "hate.answer": "Wrote down what was done about a hate incident",
        "hate.name_lead": "Named who answers for hate incidents",
        "history.read": "Read what was held before",
        "history.tell": "Told readers of a mistake",
        "rectification.ask": "Recorded a request to set something right",
        "rectification.read": "Read a request to set something right",
        "rectification.answer": "Answered a request to set something right",
        "adjustment.add": "Recorded an adjustment",
        "adjustment.end": "Ended an adjustment",
        "contact.read": "Read how somebody is kept informed",
        "contact.change": "Opened a form of how somebody is kept informed",
        "contact.agree": "Agreed how somebody is kept informed",
        "contact.offer": "Recorded an offer of support",
        "contact.complaint": "Recorded that the way to complain was given",
        "contact.log": "Recorded a contact with a complainant or victim",
        "complaints.write": "Wrote a way to complain",
        "contact.strike": "Struck out a line of a contact log",
        "case.open": "Opened a case to an agency",
        "case.share": "Opened a case to an agency",
        "case.unshare": "Closed a case to an agency",
        "case.open_to_group": "Opened a case to a group",
        "case.close_to_group": "Closed a case to a group",
        "case.monitor": "Set a case to be monitored",
        "case.close": "Closed a case",
        "case.reopen": "Re-opened a case",
        "risk.agree": "Agreed a risk",
        "address.protect": "Protected an address",
        "address.end_protection": "Ended the protection of an address",
        "address.read": "Read a protected address",
        "address.edit": "Opened the form of a protected address",
        "address.stays": "Kept words that seem to hold a protected address",
        "person.create": "Added a person",
        "person.read": "Read a person’s page",
        "person.edit": "Changed a person’s page",
        "person.search": "Searched the people",
        "person.duplicates": "Looked for two records of one person",
        "person.compare": "Compared two records of a person",
        "person.merge": "Merged two records of a person",
        "person.undo_merge": "Undid a merge of two records",
        "person.two_people": "Said that two records are of two people",
        "person.two_people_taken_back": "Took back that two records are of two people",
        "person.refer": "Looked where to refer somebody",
        "home.read": "Read the home page",
    },
    "Meetings": {
        "meeting.schedule": "Arranged a meeting",
        "meeting.move": "Changed a meeting",
        "meeting.cancel": "Cancelled a meeting",
        "meeting.open": "Opened a meeting",
        "meeting.follow": "Followed a meeting",
        "meeting.item": "Read an item at a meeting",
        "meeting.close": "Closed a meeting",
        "meeting.pause": "Paused a meeting",
        "meeting.resume": "Went on with a paused meeting",
        "meeting.adjourn": "Adjourned a meeting to another day",
        "meeting.reopen": "Opened a closed meeting again",
        "meeting.project": "Showed an item on a screen",
        "chair.hand_over": "Handed over the chair for an item",
        "chair.hand_over_the_rest": "Handed over the chair for the rest of a meeting",
        "series.start": "Set up a series of meetings",
        "series.change": "Changed a series of meetings",
        "series.end": "Ended a series of meetings",
        "nomination.make": "Nominated a case",
        "nomination.read": "Read a nomination",
        "nominations.read": "Read the nominations",
        "nomination.decide": "Decided a nomination",
        "nomination.correct": "Corrected a nomination",
        "nomination.escalate": "Escalated a nomination",
        "nomination.send_on": "Sent a nomination to another group",
        "research.ask": "Asked for research",
        "research.read": "Read research",
        "research.download": "Downloaded a research pack",
        "research.answer": "Answered research",
        "agenda.add": "Added to an agenda",
        "agenda.change": "Changed an agenda",
        "agenda.reorder": "Put an agenda in another order",
        "agenda.take_off": "Took an item off an agenda",
        "agenda.read": "Read an agenda",
        "agenda.download": "Downloaded an agenda",
        "agenda.circulate": "Circulated an agenda",
        "attendance.correct": "Corrected the attendance",
        "attendance.guest": "Added a guest",
        "attendance.seat_deputy": "Seated a deputy",
        "conflict.declare": "Declared an interest",
        "conflict.lift": "Lifted a declared interest",
        "item.take_up": "Took an item up",
        "item.settle": "Recorded what became of an item",
        "item.attendance": "Recorded who was there for an item",
        "item.urgent": "Added an urgent case",
        "entry.write": "Recorded under an item",
        "entry.change": "Changed what was recorded",
        "entry.strike": "Struck out what was recorded",
        "entry.restore": "Restored what was struck out",
    },
    "Minutes and papers": {
        "minutes.open": "Composed minutes",
        "minutes.read": "Read minutes",
        "minutes.download": "Downloaded minutes",
        "minutes.word": "Worded an entry of minutes anew",
        "minutes.unword": "Took the record’s own words again for minutes",
        "minutes.wording": "Read how an entry of minutes was worded",
        "minutes.review": "Reviewed minutes",
        "minutes.comment": "Commented on minutes",
        "minutes.comments": "Read a comment on minutes",
        "minutes.settle": "Settled a comment on minutes",
        "correction.form": "Read minutes to propose a correction",
        "correction.propose": "Proposed a correction of minutes",
        "correction.read": "Read a correction of minutes",
        "correction.withdraw": "Took a proposed correction back",
        "correction.decide": "Recorded whether a correction was agreed",
        "correction.circulate": "Told a holder of minutes that they were corrected",
        "corrected_extract.circulate": "Told a provider that minutes of which it has an extract were corrected",
        "mail.correction": "Sent a mail about corrected minutes",
        "minutes.circulate": "Circulated minutes",
        "minutes.preview": "Previewed a reader’s copy of minutes",
        "minutes.grant": "Granted items of minutes",
        "minutes.take_back_grant": "Took back a grant of items of minutes",
        "minutes.full_copy": "Took the full copy of minutes",
        "minutes.full_html": "Took the full copy of minutes as HTML",
        "extract.circulate": "Sent an extract from minutes to a provider",
        "document.check": "Checked a document",
        "access.choose": "Read whom minutes are about",
        "access.begin": "Began a subject-access copy",
        "access.read": "Read a subject-access copy",
        "access.mask": "Masked words in a subject-access copy",
        "access.lift": "Lifted a mask of a subject-access copy",
        "access.look_again": "Had more masked in a subject-access copy",
        "access.find": "Looked for what approved minutes hold about a person",
        "access.change_day": "Changed the day of a request for a subject-access copy",
        "access.extend": "Gave a subject-access copy two months more",
        "access.withdraw": "Withdrew a subject-access copy",
        "access.issue": "Issued a subject-access copy",
        "access.download": "Downloaded a subject-access copy",
        "circulation.prepare": "Prepared copies for each reader",
        "copy.open": "Opened what was sent to them",
        "circulation.chase": "Chased readers who had not opened something",
        "actions.prepare": "Looked at the actions before they went out",
        "actions.circulate": "Sent the actions out",
        "digests.make": "Made the reminders of the day",
        "mail.send_again": "Sent a message again",
        **{
            f"{kind}.circulate_again": f"Sent {words} to a reader again"
            for kind, words in (
                ("agenda", "an agenda"),
                ("actions", "the actions"),
                ("minutes", "minutes"),
                ("extract", "an extract"),
                ("correction", "the news of a correction"),
                ("corrected_extract", "the news of a correction"),
            )
        },
    },
    "Partnership": {
        "agency.add": "Added an agency",
        "agency.change": "Changed an agency",
        "agency.leave": "Recorded that an agency left",
        "agency.return": "Recorded that an agency came back",
        "signature.record": "Recorded a signature",
        "signature.end": "Ended a signature",
        "group.create": "Set up a group",
        "group.change": "Changed a group",
        "group.area": "Changed a group’s area",
        "group.terms": "Changed a group’s terms",
        "group.add_member": "Added a member to a group",
        "group.change_role": "Changed a member’s role",
        "group.remove_member": "Took a member out of a group",
        "group.close": "Closed a group",
        "group.reopen": "Re-opened a group",
        "partnership.clocks": "Changed the partnership’s terms",
        "partnership.copies": "Changed how copies are sent",
        "plugin.switch_off": "Switched a plugin off for the partnership",
        "plugin.switch_on": "Switched a plugin on again for the partnership",
        "provider.register": "Registered a provider",
        "provider.change": "Changed a provider",
        "provider.settings": "Changed a provider’s settings",
        "provider.add_staff": "Put somebody on a provider’s list of staff",
        "provider.end_staff": "Took somebody off a provider’s list of staff",
    },
    "Referrals": {
        "referral.make": "Referred somebody",
        "referral.make_to_full": "Referred somebody to a provider without a free place",
        "referral.read": "Read a referral",
        "referral.move": "Moved a referral on",
        "referral.pause": "Paused a referral",
        "referral.resume": "Let a paused referral go on",
        "referral.hand_over": "Handed a referral over to another provider",
        "referral.take_over": "Began a referral that was handed over",
        "referral.take_back_caution": "Took back how somebody is contacted safely",
        "referral.reopen": "Opened a closed referral again",
        "referral.give_part": "Gave an agency a part in the plan of a referral",
        "referrals.list": "Read the list of referrals",
    },
    "Retention": {
        "retention.list": "Made the list of what is due to be erased",
        "retention.keep": "Kept what was due to be erased",
        "retention.put_back": "Let what was kept be erased",
        "retention.approve": "Approved a list of what is to be erased",
        "retention.approve_anew": "Decided on a list after it was approved: it is approved again",
        "retention.erase": "Erased a record",
        "retention.replay": "Erased a record again after a restore",
        "retention.strike": "Did not erase a record after all: it was held up",
        "retention.periods": "Changed how long records are kept",
        "retention.tidy": "Let go what goes by itself: old sessions, tries, invitations, feeds and words of mails",
        "retention.review": "Looked at old minutes again",
        "retention.hold": "Set a legal hold",
        "retention.end_hold": "Ended a legal hold",
    },
    "Requests for one’s own data": {
        "access_request.list": "Read the list of requests for one’s own data",
        "access_request.search": "Looked for whom a request is about",
        "access_request.enter": "Entered a request for one’s own data",
        "access_request.read": "Read a request for one’s own data",
        "access_request.identity": "Recorded that somebody showed who they are",
        "access_request.pause": "Recorded that somebody was asked what they mean",
        "access_request.resume": "Recorded that somebody answered what they mean",
        "access_request.extend": "Gave a request two months more",
        "access_request.refuse": "Refused a request for one’s own data",
        "access_request.end": "Closed a request for one’s own data",
        "access_request.draw": "Put together what is held about somebody",
        "access_request.pack": "Read what is held about somebody",
        "access_request.preview": "Looked at what somebody would be given",
        "access_request.mask": "Masked words in what somebody is given",
        "access_request.keep": "Decided that words stay masked",
        "access_request.lift": "Decided that words are shown",
        "access_request.scheme": "Read what a scheme holds about somebody, to answer for it",
        "access_request.answer_scheme": "Answered for what a scheme holds about somebody",
        "access_request.look_again": "Had a scheme look again at what it holds about somebody",
        "access_request.leave_out": "Left out what a scheme holds about somebody",
        "access_request.ready": "Put what somebody is given before a second person",
        "access_request.take_back": "Had what somebody is given changed",
        "access_request.release": "Released what is held about somebody",
        "access_request.pdf": "Downloaded what was released about somebody",
        "access_request.json": "Downloaded what was released about somebody, as JSON",
        "access_request.give": "Recorded that somebody was given what is held",
    },
}
"""By subject: the code of an operation, and its words. One that is not here, a plugin's, is written out."""

_WORDS = {code: words for codes in OPERATIONS.values() for code, words in codes.items()}


class _Kind(NamedTuple):
    """How a kind of thing is found: its number, its words, and what holds for those of a partnership."""

    number: InstrumentedAttribute[int]
    words: InstrumentedAttribute[str]
    here: Callable[[int], ColumnElement[bool]]


_READ = {
    "case": _Kind(Case.id, Case.ref, lambda here: Case.partnership_id == here),
    "action": _Kind(Action.id, Action.ref, lambda here: Action.partnership_id == here),
    "referral": _Kind(Referral.id, Referral.ref, lambda here: Referral.partnership_id == here),
    "group": _Kind(Group.id, Group.name, lambda here: Group.partnership_id == here),
    "meeting": _Kind(
        Meeting.id,
        Meeting.ref,
        lambda here: Meeting.group_id.in_(select(Group.id).where(Group.partnership_id == here)),
    ),
    "agency": _Kind(
        Agency.id,
        Agency.name,
        lambda here: Agency.id.in_(select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == here)),
    ),
}

_THING = re.compile(r"(?<![a-z_])([a-z_]+?)(?:_id)?[:=]([0-9]{1,9})")

Things = Mapping[tuple[str, int], str]


def operation(code: str, outcome: str) -> str:
    """What was done, in words. Of a refusal the code is the permission that was not there."""
    if outcome != "allow" and code not in _WORDS:
        return f"Tried to {code.replace('_', ' ')}"
    return _WORDS.get(code) or code.replace(".", ": ").replace("_", " ").capitalize()


def thing(object_: str, known: Things) -> str:
    """What it was done to: its reference or name where it has one, or the kind and number. Empty for nothing."""
    parts = [(kind, int(number)) for kind, number in _THING.findall(object_)]
    return ", ".join(f"{_kind(kind)} {known.get((kind, number), number)}" for kind, number in parts)


def things_in(partnership_id: int, objects: Collection[str]) -> Things:
    """References and names of what those objects are, in this partnership alone: another's has a number and no more.

    A query for each kind of thing, however many there are. No person, and no account, is named.
    """
    wanted: dict[str, set[int]] = {}
    for object_ in objects:
        for kind, number in _THING.findall(object_):
            wanted.setdefault(kind, set()).add(int(number))
    known: dict[tuple[str, int], str] = {}
    for kind in wanted.keys() & _READ.keys():
        number, words, here = _READ[kind]
        query = select(number, words).where(number.in_(wanted[kind]), here(partnership_id))
        known |= {(kind, row[0]): row[1] for row in db.session.execute(query)}
    return known


def _kind(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
